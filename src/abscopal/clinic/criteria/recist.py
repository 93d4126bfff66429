"""RECIST 1.1, for solid tumours: the sum of at most five diameters, and new lesions are progression at once.

Eisenhauer EA et al., Eur J Cancer 2009;45:228-247, with the clarifications of the EORTC RECIST committee. The tables
are read from the top: the first rule whose facts hold gives the response.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from abscopal.clinic.criteria.best import Timing, best_response, first_response
from abscopal.clinic.criteria.criterion import (
    Best,
    Bools,
    Codes,
    Findings,
    Floats,
    Record,
    Response,
    Rule,
    VisitResponse,
    Visits,
    choose,
    first_match,
    is_one_of,
    percent_change,
    reaches,
    response_of,
    unseen,
)
from abscopal.clinic.lesions import RecistLesions
from abscopal.sources import Source, assumed, cited

RECIST_1_1 = "Eisenhauer EA et al., Eur J Cancer 2009;45:228-247"
_DOI = "10.1016/j.ejca.2008.10.026"

SOURCES: dict[str, Source] = {
    "partial_response": cited(RECIST_1_1, doi=_DOI, where="section 4.3.1"),
    "progression": cited(RECIST_1_1, doi=_DOI, where="section 4.3.1"),
    "progression_mm": cited(RECIST_1_1, doi=_DOI, where="section 4.3.1"),
    "response_persists": cited("EORTC RECIST questions and clarifications, managing PR when measurements drift"),
    "nontarget_growth": assumed(
        "RECIST 1.1 section 4.3.4 asks for substantial worsening of the overall burden and gives no number; with "
        "measurable disease a rise of 50 % in the non-target diameters (volume times 3.4) is taken"
    ),
    "nontarget_growth_mm": assumed("twice the 5 mm that RECIST 1.1 asks of measured lesions, against reader error"),
    "nontarget_growth_alone": cited(
        RECIST_1_1, doi=_DOI, where="section 4.3.4", derived="73 % more volume is 20 % more diameter"
    ),
    "nontarget_growth_alone_mm": cited(RECIST_1_1, doi=_DOI, where="section 4.3.1, as for measured lesions"),
    "timing": cited(RECIST_1_1, doi=_DOI, where="sections 4.6.1 and 4.6.3"),
}
"""Where each number of `Recist` comes from."""

TARGET_RULES: tuple[Rule, ...] = (
    Rule(Response.NONE, (), ("targets followed",), "RECIST 1.1 4.2", "no target lesion is followed"),
    Rule(
        Response.CR,
        ("targets evaluated", "targets gone"),
        (),
        "RECIST 1.1 4.3.1",
        "all targets have disappeared and every node is below 10 mm",
    ),
    Rule(
        Response.PD,
        ("risen from nadir",),
        (),
        "RECIST 1.1 4.3.1",
        "the sum is at least 20 % and 5 mm above the smallest sum so far",
    ),
    Rule(Response.NE, (), ("targets evaluated",), "RECIST 1.1 4.4.2", "not every target was assessed"),
    Rule(
        Response.PR,
        ("fallen from baseline",),
        (),
        "RECIST 1.1 4.3.1",
        "the sum is at least 30 % below baseline",
    ),
    Rule(
        Response.PR,
        ("in response",),
        (),
        "EORTC clarification",
        "a response reached earlier goes on until the sum is 20 % above the nadir",
    ),
    Rule(Response.SD, (), (), "RECIST 1.1 4.3.1", "neither shrunk nor grown enough"),
)

NONTARGET_RULES: tuple[Rule, ...] = (
    Rule(Response.NONE, (), ("non-targets followed",), "RECIST 1.1 4.2", "no non-target lesion is followed"),
    Rule(
        Response.PD,
        ("unequivocal progression",),
        (),
        "RECIST 1.1 4.3.3",
        "existing non-target lesions progress unequivocally",
    ),
    Rule(Response.NE, (), ("non-targets evaluated",), "RECIST 1.1 4.4.2", "not every non-target was assessed"),
    Rule(
        Response.CR,
        ("non-targets gone",),
        (),
        "RECIST 1.1 4.3.3",
        "all non-targets have disappeared and every node is below 10 mm",
    ),
    Rule(Response.NON_CR_NON_PD, (), (), "RECIST 1.1 4.3.3", "at least one non-target persists"),
)

OVERALL_RULES: tuple[Rule, ...] = (
    Rule(Response.PD, ("target PD",), (), "RECIST 1.1 table 1", "targets progress, whatever else is seen"),
    Rule(Response.PD, ("non-target PD",), (), "RECIST 1.1 table 1", "non-targets progress, whatever else is seen"),
    Rule(
        Response.PD, ("new lesion",), (), "RECIST 1.1 4.3.5 and table 1", "there is a new lesion, whatever else is seen"
    ),
    Rule(
        Response.PD,
        ("complete response earlier", "lesion seen again"),
        (),
        "EORTC clarification",
        "a lesion is seen again after an overall complete response",
    ),
    Rule(
        Response.CR,
        ("target CR",),
        ("non-target NON-CR/NON-PD", "non-target NE"),
        "RECIST 1.1 table 1",
        "targets and non-targets are gone, no new lesion",
    ),
    Rule(
        Response.PR,
        ("target CR",),
        (),
        "RECIST 1.1 table 1",
        "targets are gone, non-targets persist or were not all assessed",
    ),
    Rule(Response.PR, ("target PR",), (), "RECIST 1.1 table 1", "targets in partial response, non-targets not PD"),
    Rule(Response.SD, ("target SD",), (), "RECIST 1.1 table 1", "targets stable, non-targets not PD"),
    Rule(Response.NE, ("target NE",), (), "RECIST 1.1 table 1", "not all targets assessed, non-targets not PD"),
    Rule(Response.CR, ("non-target CR",), (), "RECIST 1.1 table 2", "non-target disease only, and it is gone"),
    Rule(
        Response.NON_CR_NON_PD,
        ("non-target NON-CR/NON-PD",),
        (),
        "RECIST 1.1 table 2",
        "non-target disease only, and it persists",
    ),
    Rule(Response.NE, ("non-target NE",), (), "RECIST 1.1 table 2", "non-target disease only, not all assessed"),
    Rule(Response.NED, (), (), "RECIST 1.1 4.2", "no disease is followed and none has appeared"),
)


@dataclass(frozen=True)
class RecistState:
    """What RECIST remembers of each subject, (n,).

    Parameters
    ----------
    baseline, nadir : float, mm
        Sum of targets at baseline, and the smallest complete sum so far.
    nontarget_nadir : float, mm
        Smallest size of the non-target disease so far; NaN if never measured.
    in_response : bool
        The targets were in response at the last visit that could tell.
    complete : bool
        An overall complete response was reached.
    """

    baseline: Floats
    nadir: Floats
    nontarget_nadir: Floats
    in_response: Bools
    complete: Bools


@dataclass(frozen=True)
class Recist(RecistLesions):
    """RECIST 1.1; its thresholds as fields, each with its source in `SOURCES`.

    Parameters
    ----------
    partial_response : float
        Fall of the sum from baseline that makes a partial response.
    progression, progression_mm : float, and mm
        Rise of the sum over the nadir that makes progression; both are needed.
    response_persists : bool
        A partial response reached earlier goes on until progression; False reads each visit on its own.
    nontarget_growth, nontarget_growth_mm : float, and mm
        Rise of the non-target disease over its nadir that a reader of measured (simulated) scans calls unequivocal
        progression; infinity leaves the call to the reader's own flag.
    nontarget_growth_alone, nontarget_growth_alone_mm : float, and mm
        The same where there is no target.
    timing : Timing
        Confirmation and minimum duration of stable disease.
    """

    name: str = "RECIST 1.1"
    partial_response: float = 0.30
    progression: float = 0.20
    progression_mm: float = 5.0
    response_persists: bool = True
    nontarget_growth: float = 0.50
    nontarget_growth_mm: float = 10.0
    nontarget_growth_alone: float = 0.20
    nontarget_growth_alone_mm: float = 5.0
    timing: Timing = field(default_factory=Timing)

    rules = OVERALL_RULES
    target_rules = TARGET_RULES
    nontarget_rules = NONTARGET_RULES

    def by_reader(self) -> Recist:
        """Return the criterion with unequivocal progression of non-targets left to the reader's own call."""
        return replace(self, nontarget_growth=np.inf, nontarget_growth_alone=np.inf)

    def start(self, baseline: Findings) -> RecistState:
        """Return the state after the baseline scan."""
        no = np.zeros(len(baseline.target_sum), dtype=np.bool_)
        return RecistState(baseline.target_sum, baseline.target_sum, baseline.nontarget_sum, no, no)

    def assess(
        self, state: RecistState, findings: Findings, day: float | Floats, scanned: Bools | None = None
    ) -> tuple[RecistState, VisitResponse]:
        """Return the state after a visit and its response.

        Parameters
        ----------
        state : RecistState
            After the visit before.
        findings : Findings
            Of this visit, (n,).
        day : float or (n,) float, day
            Study day of the scan.
        scanned : (n,) bool
            Subjects scanned at this visit; the others keep their state and get no response. Default: all.
        """
        facts = self.facts(state, findings)
        target_rule, target, nontarget = self.components(facts)
        facts |= component_facts(target, nontarget)
        facts["new lesion"] = findings.new_count > 0
        rule = first_match(self.rules, facts)
        response = response_of(self.rules, rule)
        visit = describe(state, findings, rule, target_rule, response, target, nontarget)
        days = np.broadcast_to(np.asarray(day, dtype=np.float64), response.shape)
        visit = dated(visit, np.where(response == Response.PD, days, np.nan))
        after = self.remember(state, findings, target, response == Response.CR)
        return masked(scanned, after, state, visit)

    def facts(self, state: RecistState, findings: Findings) -> dict[str, Bools]:
        """Return the facts that the target and non-target rules speak of, each (n,)."""
        over = findings.target_sum
        risen = reaches(over, (1 + self.progression) * state.nadir) & reaches(over, state.nadir + self.progression_mm)
        risen &= over > state.nadir  # nothing is not more than nothing, whatever the thresholds
        return {
            "targets followed": findings.has_target,
            "targets evaluated": findings.targets_evaluated,
            "targets gone": findings.targets_gone,
            "risen from nadir": risen,
            "fallen from baseline": reaches((1 - self.partial_response) * state.baseline, over),
            "in response": state.in_response & self.response_persists,
            "non-targets followed": findings.has_nontarget,
            "non-targets evaluated": findings.nontargets_evaluated,
            "non-targets gone": findings.nontargets_gone,
            "unequivocal progression": (findings.unequivocal > 0) | self.nontarget_grown(state, findings),
            "complete response earlier": state.complete,
            "lesion seen again": findings.extranodal_seen,
        }

    def nontarget_grown(self, state: RecistState, findings: Findings) -> Bools:
        """Return whether the non-target disease grew enough over its nadir to be called unequivocal progression."""
        share = np.where(findings.has_target, self.nontarget_growth, self.nontarget_growth_alone)
        size = np.where(findings.has_target, self.nontarget_growth_mm, self.nontarget_growth_alone_mm)
        nadir = np.where(np.isfinite(state.nontarget_nadir), state.nontarget_nadir, np.inf)
        floor = np.where(nadir > 0, nadir, np.finfo(float).tiny)  # an infinite share of nothing is still infinite
        return reaches(findings.nontarget_sum, (1 + share) * floor) & reaches(findings.nontarget_sum, nadir + size)

    def components(self, facts: dict[str, Bools]) -> tuple[np.ndarray, Codes, Codes]:
        """Return the index of the target rule and the codes of the target and non-target response, each (n,)."""
        target_rule = first_match(self.target_rules, facts)
        nontarget = response_of(self.nontarget_rules, first_match(self.nontarget_rules, facts))
        return target_rule, response_of(self.target_rules, target_rule), nontarget

    def remember(self, state: RecistState, findings: Findings, target: Codes, complete: Bools) -> RecistState:
        """Return the state after a visit with this target response and, where `complete`, an overall CR."""
        whole = findings.targets_evaluated & np.isfinite(findings.target_sum)
        seen = np.where(findings.nontargets_evaluated, findings.nontarget_sum, np.nan)
        responding = is_one_of(target, (Response.CR, Response.PR))
        return RecistState(
            baseline=state.baseline,
            nadir=np.where(whole, np.minimum(state.nadir, findings.target_sum), state.nadir),
            nontarget_nadir=np.fmin(state.nontarget_nadir, seen),
            in_response=np.where(target == Response.NE, state.in_response, responding),
            complete=state.complete | complete,
        )

    def best(self, visits: Visits, *, confirmed: bool) -> Best:
        """Return best overall response (RECIST 1.1 section 4.4.3 and table 3)."""
        return best_response(visits, confirmed=confirmed, timing=self.timing)

    def first_response(self, visits: Visits, *, confirmed: bool) -> Floats:
        """Return the day (n,) of the first response that counts; NaN without one."""
        return first_response(visits, confirmed=confirmed, timing=self.timing)


def component_facts(target: Codes, nontarget: Codes) -> dict[str, Bools]:
    """Return the facts that the overall rules speak of, from the codes of the components."""
    named = {"CR": Response.CR, "PR": Response.PR, "SD": Response.SD, "PD": Response.PD, "NE": Response.NE}
    facts = {f"target {word}": target == code for word, code in named.items()}
    named["NON-CR/NON-PD"] = Response.NON_CR_NON_PD
    return facts | {f"non-target {word}": nontarget == code for word, code in named.items()}


def describe(
    state: RecistState,
    findings: Findings,
    rule: np.ndarray,
    target_rule: np.ndarray,
    response: Codes,
    target: Codes,
    nontarget: Codes,
) -> VisitResponse:
    """Return the visit's response with its sum, nadir and changes; not yet dated as progression."""
    shown = findings.has_target & (findings.targets_evaluated | is_one_of(target, (Response.PD, Response.IUPD)))
    size = np.where(shown, findings.target_sum, np.nan)
    nadir = np.where(findings.has_target, state.nadir, np.nan)
    return VisitResponse(
        response=response,
        target=target,
        nontarget=nontarget,
        new=findings.new_count > 0,
        sum_mm=size,
        nadir_mm=nadir,
        change_baseline=percent_change(size, state.baseline),
        change_nadir=percent_change(size, nadir),
        rule=rule,
        target_rule=target_rule,
        progression_day=np.full(len(response), np.nan),
    )


def dated(visit: VisitResponse, progression_day: Floats) -> VisitResponse:
    """Return the visit's response with the day its progression is dated at (NaN: no progression)."""
    return VisitResponse(**{**vars(visit), "progression_day": progression_day})


def masked(scanned: Bools | None, after: Record, before: Record, visit: VisitResponse) -> tuple[Record, VisitResponse]:
    """Return state and response with subjects not scanned left as they were and given no response."""
    if scanned is None:
        return after, visit
    return choose(scanned, after, before), choose(scanned, visit, unseen(len(scanned)))


criterion = Recist()
