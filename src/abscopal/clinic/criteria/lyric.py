"""LYRIC: Lugano 2014 for drugs that act through immunity, under which what looks like progression may be a flare.

Cheson BD et al., Blood 2016;128:2489-2496. Such a visit is an indeterminate response (IR) until a later one says which:

* IR1: the sum of products has risen by half within the first 12 weeks;
* IR2: there are new lesions, or a lesion has grown by half, while the sum as a whole has risen by less;
* IR3: uptake has risen without growth or new lesions (only where the table has a column DEAUVILLE).

Progression that follows is dated at the first IR of its series. That IR1 asks for no clinical deterioration, and what a
biopsy said, is not in a lesion table: give the visit's verdict as `unequivocal progression` of a non-target lesion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from abscopal.clinic.criteria.criterion import (
    SUSPECTED,
    Bools,
    Codes,
    Findings,
    Floats,
    Integers,
    Response,
    Rule,
    VisitResponse,
    first_match,
    is_one_of,
    reaches,
    response_of,
)
from abscopal.clinic.criteria.lugano import AFTER_PROGRESSION, Lugano, LuganoFindings, LuganoState
from abscopal.clinic.criteria.recist import component_facts, dated, describe, masked
from abscopal.clinic.imaging import ScanReading, State
from abscopal.clinic.lesions import Role
from abscopal.sources import Source, assumed, cited

CHESON = "Cheson BD et al., Blood 2016;128:2489-2496 (LYRIC)"
_DOI = "10.1182/blood-2016-05-718528"
_IR, _TEXT = "LYRIC, indeterminate response", "LYRIC, follow-up of an indeterminate response"

SOURCES: dict[str, Source] = {
    "burden_growth": cited(CHESON, doi=_DOI, recalled=True),
    "first_days": cited(CHESON, doi=_DOI, recalled=True, derived="12 weeks"),
    "further_growth": cited(CHESON, doi=_DOI, recalled=True),
    "avid": cited(CHESON, doi=_DOI, recalled=True, derived="uptake of score 4 or 5, as in Lugano"),
    "persisting new lesions": assumed(
        "new lesions that neither grow nor multiply after an IR2 are no further IR: the response is that of the "
        "targets, which is not complete while they are seen"
    ),
}
"""Where each number of `Lyric` that Lugano has not comes from."""

OVERALL_RULES: tuple[Rule, ...] = (
    Rule(Response.PD, ("progression before",), (), _TEXT, "it had progressed at an earlier visit"),
    Rule(Response.PD, ("non-target PD",), (), "Lugano table 3, CT", "lesions that were not measured clearly progress"),
    Rule(
        Response.PD,
        ("IR1 before", "burden further up", "lesion further up"),
        (),
        _TEXT,
        "since IR1 the sum of products has risen by 10 % more, and a diameter by 5 mm (10 mm if large)",
    ),
    Rule(
        Response.PD,
        ("enlarged burden up by half",),
        (),
        _TEXT,
        "since IR2 the sum over targets and new lesions has risen by half from its smallest",
    ),
    Rule(Response.PD, ("IR3 before", "lesion grown"), (), _TEXT, "a lesion that took up more has now grown, too"),
    Rule(Response.PD, ("burden up by half",), ("first 12 weeks",), _IR, "the sum has risen by half, after 12 weeks"),
    Rule(Response.IR1, ("burden up by half",), (), _IR, "IR1: the sum has risen by half within 12 weeks"),
    Rule(
        Response.IR2, ("more new lesions",), (), _IR, "IR2: there are new lesions, the sum has risen by less than half"
    ),
    Rule(Response.IR2, ("lesion grown",), (), _IR, "IR2: a lesion has grown by half, the sum has not"),
    Rule(Response.IR2, ("resolved lesion back",), (), _IR, "IR2: a lesion that had gone is seen again"),
    Rule(Response.IR3, ("uptake up",), (), _IR, "IR3: uptake has risen without growth or new lesions"),
    *AFTER_PROGRESSION,
)


@dataclass(frozen=True)
class LyricFindings(LuganoFindings):
    """Findings of Lugano, with the score of each followed lesion on the Deauville scale, (n, L), NaN where none."""

    score: Floats


@dataclass(frozen=True)
class LyricState:
    """What LYRIC remembers of each subject, (n,) but for what is of lesions, (n, L).

    Parameters
    ----------
    lugano : LuganoState
        The smallest sizes so far.
    score : (n, L) float
        Scores at baseline.
    suspected_day, confirmed_day : float, day
        First IR of the series under way, and the day progression is dated at; NaN without.
    first, third : bool
        The series has an IR1; an IR3.
    burden : float, mm^2
        Sum of products at the first IR of the series.
    longest, shortest : (n, L) float, mm
        Diameters then.
    known_new : int
        New lesions there were at the last IR.
    enlarged : float, mm^2
        Smallest sum over targets and new lesions since the first IR2; infinity before.
    """

    lugano: LuganoState
    score: Floats
    suspected_day: Floats
    confirmed_day: Floats
    first: Bools
    third: Bools
    burden: Floats
    longest: Floats
    shortest: Floats
    known_new: Integers
    enlarged: Floats


@dataclass(frozen=True)
class Lyric(Lugano):
    """LYRIC; thresholds beyond those of Lugano as fields, each with its source in `SOURCES`.

    Parameters
    ----------
    burden_growth : float
        Rise of the sum of products over its smallest that is overall progression.
    first_days : float, day
        Until this study day it is IR1.
    further_growth : float
        Rise of the sum since IR1 that makes it progression.
    avid : int
        Scores from this one on are uptake of lymphoma.
    """

    name: str = "LYRIC"
    burden_growth: float = 0.50
    first_days: float = 84.0
    further_growth: float = 0.10
    avid: int = 4

    rules = OVERALL_RULES
    reads: ClassVar[tuple[str, ...]] = ("DEAUVILLE",)

    def summarise(self, reading: ScanReading, role: Codes) -> LyricFindings:
        """Return what the lesions of one visit add up to, and their scores where there are any."""
        followed = (role == Role.TARGET) | (role == Role.NON_TARGET)
        uptake = np.full(role.shape, np.nan) if reading.uptake is None else reading.uptake
        score = np.where(reading.state == State.ABSENT, 0.0, uptake)
        return LyricFindings(**vars(super().summarise(reading, role)), score=np.where(followed, score, np.nan))

    def start(self, baseline: Findings) -> LyricState:  # type: ignore[override]
        """Return the state after the baseline scan."""
        found = _of_lyric(baseline)
        n, none = len(found.target_sum), np.full(found.longest.shape, np.inf)
        never, no = np.full(n, np.nan), np.zeros(n, dtype=np.bool_)
        count = np.zeros(n, dtype=np.int64)
        lugano = super().start(found)
        return LyricState(lugano, found.score, never, never, no, no, never, none, none, count, np.full(n, np.inf))

    def assess(  # type: ignore[override]
        self, state: LyricState, findings: LyricFindings, day: float | Floats, scanned: Bools | None = None
    ) -> tuple[LyricState, VisitResponse]:
        """Return the state after a visit and its response; arguments as for `Recist.assess`."""
        facts = super().facts(state.lugano, findings)
        target_rule, target, nontarget = self.components(facts)
        days = np.broadcast_to(np.asarray(day, dtype=np.float64), target.shape)
        facts |= component_facts(target, nontarget) | self._further_facts(state, findings, days)
        rule = first_match(self.rules, facts)
        response = response_of(self.rules, rule)
        lugano = self.remember(state.lugano, findings, target, response)
        after = _after(replace(state, lugano=lugano), findings, response, days)
        visit = describe(state.lugano.size, findings, rule, target_rule, response, target, nontarget)
        visit = dated(visit, np.where(response == Response.PD, after.confirmed_day, np.nan))
        return masked(scanned, after, state, visit)

    def _further_facts(self, state: LyricState, findings: LyricFindings, day: Floats) -> dict[str, Bools]:
        burden, smallest = findings.target_sum, state.lugano.size.nadir
        half = 1 + self.burden_growth
        whole = findings.targets_evaluated & findings.has_target
        hotter = (findings.score >= self.avid) & (findings.score > state.score)
        step = np.where(state.longest <= self.small_mm, self.small_growth_mm, self.growth_mm)
        larger = reaches(findings.longest, state.longest + step) | reaches(findings.shortest, state.shortest + step)
        return {
            "progression before": np.isfinite(state.confirmed_day),
            "first 12 weeks": day <= self.first_days,
            "burden up by half": whole & (burden > smallest) & reaches(burden, half * smallest),
            "IR1 before": state.first,
            "IR3 before": state.third,
            "burden further up": whole & reaches(burden, (1 + self.further_growth) * state.burden),
            "lesion further up": np.asarray(larger.any(axis=1)),
            "enlarged burden up by half": whole & reaches(burden + findings.new_product, half * state.enlarged),
            "more new lesions": findings.new_count > state.known_new,
            "uptake up": np.asarray(hotter.any(axis=1)),
        }


def _of_lyric(findings: Findings) -> LyricFindings:
    if not isinstance(findings, LyricFindings):
        raise TypeError(f"LYRIC: expected LyricFindings, got {type(findings).__name__}")
    return findings


def _after(state: LyricState, findings: LyricFindings, response: Codes, day: Floats) -> LyricState:
    """State after a visit: a series of IR starts, goes on, ends in progression, or is settled by a response."""
    doubtful, progressed = is_one_of(response, SUSPECTED), response == Response.PD
    settled = is_one_of(response, (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD))
    starts = doubtful & np.isnan(state.suspected_day)
    suspected = np.where(starts, day, np.where(settled, np.nan, state.suspected_day))
    newly = progressed & np.isnan(state.confirmed_day)
    total = findings.target_sum + findings.new_product
    enlarging = (response == Response.IR2) | np.isfinite(state.enlarged)
    return replace(
        state,
        suspected_day=suspected,
        confirmed_day=np.where(newly, np.where(np.isnan(suspected), day, suspected), state.confirmed_day),
        first=(state.first & ~settled) | (response == Response.IR1),
        third=(state.third & ~settled) | (response == Response.IR3),
        burden=np.where(starts, findings.target_sum, state.burden),
        longest=np.where(starts[:, None], findings.longest, state.longest),
        shortest=np.where(starts[:, None], findings.shortest, state.shortest),
        known_new=np.where(doubtful, np.maximum(findings.new_count, state.known_new), state.known_new),
        enlarged=np.where(enlarging & findings.targets_evaluated, np.fmin(state.enlarged, total), state.enlarged),
    )


criterion = Lyric()
