"""iRECIST, for immunotherapy: RECIST 1.1 whose progression has to be confirmed, and may be undone.

Seymour L et al., Lancet Oncol 2017;18:e143-e152. Progression by RECIST 1.1 is at first unconfirmed (iUPD); it is
confirmed (iCPD) by further worsening at a scan at least four weeks later, and dated back to the iUPD; if the disease
shrinks or settles instead, the bar is reset and the next progression starts anew.
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
    choose,
    first_match,
    is_one_of,
    reaches,
    response_of,
)
from abscopal.clinic.criteria.recist import (
    NONTARGET_RULES,
    TARGET_RULES,
    Recist,
    RecistState,
    component_facts,
    dated,
    describe,
    masked,
)
from abscopal.clinic.lesions import RecistLesions
from abscopal.sources import Source, assumed, cited

SEYMOUR = "Seymour L et al., Lancet Oncol 2017;18:e143-e152 (iRECIST)"
_DOI = "10.1016/S1470-2045(17)30074-8"

SOURCES: dict[str, Source] = {
    "worsening_mm": cited(SEYMOUR, doi=_DOI, where="table 2"),
    "noticeable_mm": assumed(
        "iRECIST confirms on any increase of lesions that are not targets; a reader of measured (simulated) scans is "
        "taken to see one from 5 mm on, as for targets, or reader error alone would confirm half of all progressions"
    ),
    "earliest_confirmation": cited(SEYMOUR, doi=_DOI, where="confirmation 4 to 8 weeks after iUPD"),
    "latest_confirmation": assumed(
        "a confirming scan after more than 8 weeks is late, not wrong: trials scan every 9 to 12 weeks after the first "
        "year and iUPD could otherwise never be confirmed; 56 days gives the strict reading"
    ),
}
"""Where each number of `Irecist` comes from; those of `Recist` are in `recist.SOURCES`."""

_IMMUNE = {
    Response.CR: Response.ICR,
    Response.PR: Response.IPR,
    Response.SD: Response.ISD,
    Response.PD: Response.IUPD,
    Response.NON_CR_NON_PD: Response.NON_ICR_NON_IUPD,
}
_AS_IMMUNE = np.array([_IMMUNE.get(code, code) for code in Response], dtype=np.int8)
_TABLE_2, _TEXT = "iRECIST table 2", "iRECIST text"
_CONFIRMING = ("iUPD before", "time to confirm")
_SETTLED = ("iUPD before", "new lesion", "target better")
_WORSE_ELSEWHERE = ("target PD", "non-target PD", "new lesion worse", "additional new lesion", "progression elsewhere")

OVERALL_RULES: tuple[Rule, ...] = (
    Rule(Response.ICPD, ("iCPD before",), (), _TEXT, "progression was confirmed at an earlier visit"),
    Rule(
        Response.ICPD,
        (*_CONFIRMING, "target PD", "target worse"),
        (),
        _TABLE_2,
        "confirmed: the sum of targets is a further 5 mm above its iUPD",
    ),
    Rule(
        Response.ICPD,
        (*_CONFIRMING, "non-target PD", "non-target worse"),
        (),
        _TABLE_2,
        "confirmed: non-targets in iUPD have grown further",
    ),
    Rule(
        Response.ICPD,
        (*_CONFIRMING, "new lesion worse"),
        (),
        _TABLE_2,
        "confirmed: measured new lesions have grown by 5 mm, or others visibly",
    ),
    Rule(
        Response.ICPD,
        (*_CONFIRMING, "additional new lesion"),
        (),
        _TABLE_2,
        "confirmed: there are more new lesions than at iUPD",
    ),
    Rule(
        Response.ICPD,
        (*_CONFIRMING, "progression elsewhere"),
        (),
        _TABLE_2,
        "confirmed: another category of lesions now progresses",
    ),
    Rule(
        Response.IPR,
        (*_SETTLED, "target CR"),
        _WORSE_ELSEWHERE,
        _TEXT,
        "targets are gone since iUPD, the new lesion persists unchanged: the bar is reset",
    ),
    Rule(
        Response.IPR,
        (*_SETTLED, "target PR"),
        _WORSE_ELSEWHERE,
        _TEXT,
        "targets responded since iUPD, the new lesion persists unchanged: the bar is reset",
    ),
    Rule(
        Response.ISD,
        (*_SETTLED, "target SD"),
        _WORSE_ELSEWHERE,
        _TEXT,
        "targets settled since iUPD, the new lesion persists unchanged: the bar is reset",
    ),
    Rule(Response.IUPD, ("target PD",), (), _TABLE_2, "targets progress, not confirmed"),
    Rule(Response.IUPD, ("non-target PD",), (), _TABLE_2, "non-targets progress, not confirmed"),
    Rule(Response.IUPD, ("new lesion",), (), _TABLE_2, "there is a new lesion, not confirmed"),
    Rule(
        Response.IUPD,
        ("complete response earlier", "lesion seen again"),
        (),
        "EORTC clarification",
        "a lesion is seen again after an overall complete response, not confirmed",
    ),
    Rule(
        Response.ICR,
        ("target CR",),
        ("non-target NON-CR/NON-PD", "non-target NE", "new lesion persists"),
        _TABLE_2,
        "targets, non-targets and new lesions are gone",
    ),
    Rule(Response.IPR, ("target CR",), (), _TABLE_2, "targets are gone, other disease persists or was not assessed"),
    Rule(Response.IPR, ("target PR",), (), _TABLE_2, "targets in partial response, non-targets not iUPD"),
    Rule(Response.ISD, ("target SD",), (), _TABLE_2, "targets stable, non-targets not iUPD"),
    Rule(Response.NE, ("target NE",), (), "RECIST 1.1 table 1", "not all targets assessed, non-targets not iUPD"),
    Rule(
        Response.ICR,
        ("non-target CR",),
        ("new lesion persists",),
        "RECIST 1.1 table 2",
        "non-target disease only, and it is gone",
    ),
    Rule(Response.NE, ("non-target NE",), (), "RECIST 1.1 table 2", "non-target disease only, not all assessed"),
    Rule(
        Response.NED,
        (),
        ("non-targets followed", "new lesion persists"),
        "RECIST 1.1 4.2",
        "no disease is followed and none has appeared",
    ),
    Rule(Response.NON_ICR_NON_IUPD, (), (), "RECIST 1.1 table 2", "non-target disease only, and it persists"),
)


@dataclass(frozen=True)
class Bar:
    """What stood at the first iUPD of a series, (n,): the bar that a confirmation must pass.

    Parameters
    ----------
    target_sum, nontarget_sum, new_target_sum, new_nontarget_sum : float, mm
        Sizes at the iUPD.
    unequivocal, new_count : int
        Non-targets called unequivocal progression, and new lesions, at the iUPD.
    target, nontarget, new : bool
        Category that progressed at the iUPD.
    target_response : int8
        `Response` code of the targets at the iUPD.
    """

    target_sum: Floats
    nontarget_sum: Floats
    new_target_sum: Floats
    new_nontarget_sum: Floats
    unequivocal: Integers
    new_count: Integers
    target: Bools
    nontarget: Bools
    new: Bools
    target_response: Codes


@dataclass(frozen=True)
class IrecistState:
    """What iRECIST remembers of each subject, (n,).

    Parameters
    ----------
    size : RecistState
        What RECIST 1.1 remembers.
    suspected_day, last_suspected_day : float, day
        First and last iUPD of the series under way; NaN where the bar is reset.
    confirmed_day : float, day
        Day that confirmed progression is dated at (its iUPD); NaN before iCPD.
    bar : Bar
        Findings at the first iUPD of the series.
    known_count : int
        New lesions already there when the bar was last reset.
    known_target_sum, known_nontarget_sum : float, mm
        Their sizes then.
    """

    size: RecistState
    suspected_day: Floats
    last_suspected_day: Floats
    confirmed_day: Floats
    bar: Bar
    known_count: Integers
    known_target_sum: Floats
    known_nontarget_sum: Floats


@dataclass(frozen=True)
class Irecist(RecistLesions):
    """iRECIST; its thresholds as fields, each with its source in `SOURCES`.

    Parameters
    ----------
    recist : Recist
        The RECIST 1.1 underneath.
    worsening_mm : float, mm
        Further growth of a measured sum that confirms progression.
    noticeable_mm : float, mm
        Further growth of unmeasured disease that a reader notices.
    earliest_confirmation, latest_confirmation : float, day
        Confirmation is possible this long after the first iUPD, and at most this long after the last one.
    """

    name: str = "iRECIST"
    recist: Recist = field(default_factory=Recist)
    worsening_mm: float = 5.0
    noticeable_mm: float = 5.0
    earliest_confirmation: float = 28.0
    latest_confirmation: float = np.inf

    rules = OVERALL_RULES
    target_rules = TARGET_RULES
    nontarget_rules = NONTARGET_RULES

    def by_reader(self) -> Irecist:
        """Return the criterion with unequivocal progression of non-targets left to the reader's own call."""
        return replace(self, recist=self.recist.by_reader())

    def start(self, baseline: Findings) -> IrecistState:
        """Return the state after the baseline scan."""
        n = len(baseline.target_sum)
        never, none, zero = np.full(n, np.nan), np.zeros(n, dtype=np.int64), np.zeros(n)
        start = self.recist.start(baseline)
        bar = _bar(baseline, np.zeros(n, np.int8), np.zeros(n, np.int8), np.zeros(n, np.bool_))
        return IrecistState(start, never, never, never, bar, none, zero, zero)

    def assess(
        self, state: IrecistState, findings: Findings, day: float | Floats, scanned: Bools | None = None
    ) -> tuple[IrecistState, VisitResponse]:
        """Return the state after a visit and its response; arguments as for `Recist.assess`."""
        facts = self.recist.facts(state.size, findings)
        target_rule, target, nontarget = self.recist.components(facts)
        days = np.broadcast_to(np.asarray(day, dtype=np.float64), target.shape)
        facts |= component_facts(target, nontarget) | self._new_lesion_facts(state, findings)
        facts |= self._bar_facts(state, findings, facts, days) | {"target better": _better(target, state.bar)}
        rule = first_match(self.rules, facts)
        response = response_of(self.rules, rule)
        size = self.recist.remember(state.size, findings, target, response == Response.ICR)
        bar = _bar(findings, target, nontarget, facts["new lesion"])
        after = _after(replace(state, size=size), bar, findings, response, days)
        visit = describe(state.size, findings, rule, target_rule, response, _AS_IMMUNE[target], _AS_IMMUNE[nontarget])
        visit = dated(visit, np.where(response == Response.ICPD, after.confirmed_day, np.nan))
        return masked(scanned, after, state, visit)

    def _new_lesion_facts(self, state: IrecistState, findings: Findings) -> dict[str, Bools]:
        """Tell new lesions from those already there, and not grown since, when the bar was last reset."""
        grown = self._new_grown(findings, state.known_target_sum, state.known_nontarget_sum)
        more = findings.new_count > state.known_count
        return {"new lesion": more | (grown & (findings.new_count > 0)), "new lesion persists": findings.new_count > 0}

    def _new_grown(self, findings: Findings, target_sum: Floats, other_sum: Floats) -> Bools:
        measured = reaches(findings.new_target_sum, target_sum + self.worsening_mm)
        return np.asarray(measured | reaches(findings.new_nontarget_sum, other_sum + self.noticeable_mm))

    def _bar_facts(
        self, state: IrecistState, findings: Findings, facts: dict[str, Bools], day: Floats
    ) -> dict[str, Bools]:
        """Compare with the first iUPD of the series, so increases add up over its visits."""
        bar, before = state.bar, np.isfinite(state.suspected_day)
        grown = reaches(findings.nontarget_sum, bar.nontarget_sum + self.noticeable_mm)
        new_grown = self._new_grown(findings, bar.new_target_sum, bar.new_nontarget_sum)
        elsewhere = (facts["target PD"] & ~bar.target) | (facts["non-target PD"] & ~bar.nontarget)
        return {
            "iUPD before": before,
            "iCPD before": np.isfinite(state.confirmed_day),
            "time to confirm": (day - state.suspected_day >= self.earliest_confirmation)
            & (day - state.last_suspected_day <= self.latest_confirmation),
            "target worse": bar.target & reaches(findings.target_sum, bar.target_sum + self.worsening_mm),
            "non-target worse": bar.nontarget & (grown | (findings.unequivocal > bar.unequivocal)),
            "new lesion worse": before & bar.new & new_grown & (findings.new_count > 0),
            "additional new lesion": before & bar.new & (findings.new_count > bar.new_count),
            "progression elsewhere": elsewhere | (facts["new lesion"] & ~bar.new),
        }

    def best(self, visits: Visits, *, confirmed: bool) -> Best:
        """Return best overall response (iRECIST table 3); iUPD neither ends the series nor breaks a confirmation."""
        return best_response(visits, confirmed=confirmed, timing=self.recist.timing, immune=True)

    def first_response(self, visits: Visits, *, confirmed: bool) -> Floats:
        """Return the day (n,) of the first response that counts; NaN without one."""
        return first_response(visits, confirmed=confirmed, timing=self.recist.timing)


def _bar(findings: Findings, target: Codes, nontarget: Codes, new: Bools) -> Bar:
    return Bar(
        target_sum=findings.target_sum,
        nontarget_sum=findings.nontarget_sum,
        new_target_sum=findings.new_target_sum,
        new_nontarget_sum=findings.new_nontarget_sum,
        unequivocal=findings.unequivocal,
        new_count=findings.new_count,
        target=target == Response.PD,
        nontarget=nontarget == Response.PD,
        new=new,
        target_response=target,
    )


def _better(target: Codes, bar: Bar) -> Bools:
    """Whether the targets respond better than at the iUPD (CR before PR before SD before PD, whose codes are so)."""
    comparable = (bar.target_response >= Response.CR) & (bar.target_response <= Response.PD)
    return np.asarray(comparable & (target >= Response.CR) & (target < bar.target_response))


def _after(state: IrecistState, bar: Bar, findings: Findings, response: Codes, day: Floats) -> IrecistState:
    """State after a visit: the series of iUPD starts, goes on, ends in iCPD, or the bar is reset."""
    suspected, confirmed = response == Response.IUPD, response == Response.ICPD
    starts = suspected & np.isnan(state.suspected_day)
    resets = is_one_of(response, (Response.ICR, Response.IPR, Response.ISD, Response.NON_ICR_NON_IUPD))
    known = resets & np.isfinite(state.suspected_day)
    first_day = np.where(starts, day, np.where(resets, np.nan, state.suspected_day))
    return replace(
        state,
        suspected_day=first_day,
        last_suspected_day=np.where(suspected, day, np.where(resets, np.nan, state.last_suspected_day)),
        confirmed_day=np.where(confirmed & np.isnan(state.confirmed_day), state.suspected_day, state.confirmed_day),
        bar=choose(starts, bar, state.bar),
        known_count=np.where(known, findings.new_count, state.known_count),
        known_target_sum=np.where(known, findings.new_target_sum, state.known_target_sum),
        known_nontarget_sum=np.where(known, findings.new_nontarget_sum, state.known_nontarget_sum),
    )


criterion = Irecist()
