"""How criteria of one tumour burden are read: irRC, irRECIST and imRECIST, each with its rules in its own file.

Measurable new lesions are added to the targets, and it is this burden that falls from baseline or rises from its nadir.
Progression is at first unconfirmed (uPD); a further scan that shows progression, with none between that does not,
confirms it when at least four weeks have passed, and dates it at the first one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from abscopal.clinic.criteria.best import best_response, first_response
from abscopal.clinic.criteria.criterion import (
    Best,
    Bools,
    Codes,
    Findings,
    Floats,
    Integers,
    Response,
    Rule,
    VisitResponse,
    Visits,
    first_match,
    is_one_of,
    response_of,
)
from abscopal.clinic.criteria.recist import (
    NONTARGET_RULES,
    Recist,
    RecistState,
    component_facts,
    dated,
    describe,
    masked,
)
from abscopal.clinic.imaging import ScanReading
from abscopal.clinic.lesions import RecistLesions, Role, summarise, unevaluated, vanished


@dataclass(frozen=True)
class BurdenFindings(Findings):
    """Findings whose targets are the tumour burden: the targets of baseline and the measured new lesions.

    Parameters
    ----------
    new_unmeasured : int
        Number of new lesions seen that are not measured; `new_count` has all new lesions.
    """

    new_unmeasured: Integers


@dataclass(frozen=True)
class BurdenState:
    """What a criterion of tumour burden remembers of each subject, (n,).

    Parameters
    ----------
    size : RecistState
        Baseline and nadir of the burden, and the smallest non-target disease.
    suspected_day : float, day
        First visit of the unbroken series of progression under way; NaN without one.
    confirmed_day : float, day
        Day that confirmed progression is dated at; NaN before.
    """

    size: RecistState
    suspected_day: Floats
    confirmed_day: Floats


def burden(reading: ScanReading, role: Codes, size: Floats | None = None) -> BurdenFindings:
    """Return what the lesions of one visit add up to, measured new lesions among the targets.

    Parameters
    ----------
    reading, role : ScanReading, (n, L) int8
        As for `lesions.summarise`.
    size : (n, L) float
        What is added up; default: the measured diameter.
    """
    measured = role == Role.NEW_TARGET
    found = summarise(reading, np.where(measured, np.int8(Role.TARGET), role), size=size)
    seen = (measured & ~unevaluated(reading) & ~vanished(reading)).sum(axis=1)
    return BurdenFindings(**{**vars(found), "new_count": found.new_count + seen}, new_unmeasured=found.new_count)


@dataclass(frozen=True)
class TumourBurden(RecistLesions):
    """A criterion of one tumour burden; a file of its own has its rules, thresholds and sources.

    Parameters
    ----------
    name : str
        The name users know it by.
    rules, target_rules, nontarget_rules : tuple of Rule
        Response of a visit, of the burden, and of the non-target disease.
    recist : Recist
        Thresholds of the burden and of the non-target disease, and timing.
    confirmation : float, day
        Progression is confirmed at least this long after it was first seen.
    response_after_progression : bool
        Best response counts visits after progression too.
    """

    name: str
    rules: tuple[Rule, ...]
    target_rules: tuple[Rule, ...]
    nontarget_rules: tuple[Rule, ...] = NONTARGET_RULES
    recist: Recist = field(default_factory=Recist)
    confirmation: float = 28.0
    response_after_progression: bool = False

    def by_reader(self) -> TumourBurden:
        """Return the criterion with unequivocal progression of non-targets left to the reader's own call."""
        return replace(self, recist=self.recist.by_reader())

    def summarise(self, reading: ScanReading, role: Codes) -> BurdenFindings:
        """Return the tumour burden of one visit, see `burden`."""
        return burden(reading, role)

    def start(self, baseline: Findings) -> BurdenState:
        """Return the state after the baseline scan."""
        never = np.full(len(baseline.target_sum), np.nan)
        return BurdenState(self.recist.start(baseline), never, never)

    def assess(
        self, state: BurdenState, findings: BurdenFindings, day: float | Floats, scanned: Bools | None = None
    ) -> tuple[BurdenState, VisitResponse]:
        """Return the state after a visit and its response; arguments as for `Recist.assess`."""
        facts = self.recist.facts(state.size, findings)
        target_rule = first_match(self.target_rules, facts)
        target = response_of(self.target_rules, target_rule)
        nontarget = response_of(self.nontarget_rules, first_match(self.nontarget_rules, facts))
        days = np.broadcast_to(np.asarray(day, dtype=np.float64), target.shape)
        facts |= component_facts(target, nontarget) | self._further_facts(state, findings, days)
        rule = first_match(self.rules, facts)
        response = response_of(self.rules, rule)
        size = self.recist.remember(state.size, findings, target, response == Response.CR)
        after = _after(replace(state, size=size), response, days)
        visit = describe(state.size, findings, rule, target_rule, response, target, nontarget)
        visit = dated(visit, np.where(response == Response.PD, after.confirmed_day, np.nan))
        return masked(scanned, after, state, visit)

    def _further_facts(self, state: BurdenState, findings: BurdenFindings, day: Floats) -> dict[str, Bools]:
        """Return the facts of new lesions and of progression seen before."""
        return {
            "new lesion": findings.new_count > 0,
            "new unmeasured lesion": findings.new_unmeasured > 0,
            "confirmed before": np.isfinite(state.confirmed_day),
            "time to confirm": day - state.suspected_day >= self.confirmation,
        }

    def best(self, visits: Visits, *, confirmed: bool) -> Best:
        """Return best overall response; uPD neither ends the series nor breaks a confirmation."""
        after = self.response_after_progression
        return best_response(visits, confirmed=confirmed, timing=self.recist.timing, after_progression=after)

    def first_response(self, visits: Visits, *, confirmed: bool) -> Floats:
        """Return the day (n,) of the first response that counts; NaN without one."""
        after = self.response_after_progression
        return first_response(visits, confirmed=confirmed, timing=self.recist.timing, after_progression=after)


def _after(state: BurdenState, response: Codes, day: Floats) -> BurdenState:
    """State after a visit: a series of progression starts, goes on, is confirmed, or ends with anything better."""
    progressing = is_one_of(response, (Response.PD, Response.UPD))
    starts = progressing & np.isnan(state.suspected_day)
    ends = ~progressing & (response != Response.NE)
    suspected = np.where(starts, day, np.where(ends, np.nan, state.suspected_day))
    first = (response == Response.PD) & np.isnan(state.confirmed_day)
    confirmed = np.where(first, suspected, np.where(ends, np.nan, state.confirmed_day))
    return BurdenState(state.size, suspected, confirmed)
