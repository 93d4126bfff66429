"""Lugano 2014, for lymphoma, on CT: products of diameters, and each lesion against its own smallest size.

Cheson BD et al., J Clin Oncol 2014;32:3059-3068. LDi is the longest diameter of a lesion and SDi the one at right
angles to it, whichever of DIAMETER_MM and PERP_MM is longer; PPD is their product, SPD its sum over the targets.
Responses stand each on its own and need no confirmation. The spleen is followed as a non-target lesion, whose
progression or return to normal the reader calls (STATE); its length has no column.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from abscopal.clinic.criteria.best import Timing, best_response, first_response
from abscopal.clinic.criteria.criterion import (
    Best,
    Bools,
    Codes,
    Findings,
    Floats,
    Response,
    Rule,
    VisitResponse,
    Visits,
    first_match,
    reaches,
    response_of,
)
from abscopal.clinic.criteria.recist import Recist, RecistState, component_facts, dated, describe, masked
from abscopal.clinic.imaging import Imaging, ScanReading, State, can_be_measured
from abscopal.clinic.lesions import RecistLesions, Role, admit, appeared, largest, required, summarise, unevaluated
from abscopal.sources import Source, assumed, cited

CHESON = "Cheson BD et al., J Clin Oncol 2014;32:3059-3068 (Lugano 2014)"
_DOI = "10.1200/JCO.2013.54.8800"
_VIA = "table 3, as in Cheson 2016 (ashpublications 128/21/2489 table 2)"
_CT = "Lugano table 3, CT"

SOURCES: dict[str, Source] = {
    "recist.partial_response": cited(CHESON, doi=_DOI, where=_VIA),
    "node_mm": cited(CHESON, doi=_DOI, where=_VIA),
    "extranodal_mm": cited(CHESON, doi=_DOI, where=_VIA),
    "product_growth": cited(CHESON, doi=_DOI, where=_VIA),
    "small_mm": cited(CHESON, doi=_DOI, where=_VIA),
    "small_growth_mm": cited(CHESON, doi=_DOI, where=_VIA),
    "growth_mm": cited(CHESON, doi=_DOI, where=_VIA),
    "most_targets": cited(CHESON, doi=_DOI, where=_VIA),
    "small lesion": assumed("a lesion is small or not by its longest diameter at its smallest, from which it grows"),
    "recist.nontarget_growth": assumed("Lugano asks for clear progression and gives no number: as in RECIST 1.1"),
}
"""Where each number of `Lugano` comes from."""

TARGET_RULES: tuple[Rule, ...] = (
    Rule(Response.NONE, (), ("targets followed",), _CT, "no measurable lesion is followed"),
    Rule(
        Response.PD,
        ("lesion grown",),
        (),
        _CT,
        "a lesion longer than 15 mm has grown from its smallest: product by half, a diameter by 5 mm (10 mm if large)",
    ),
    Rule(Response.PD, ("resolved lesion back",), (), _CT, "a lesion outside the nodes that had gone has regrown"),
    Rule(
        Response.CR,
        ("targets evaluated", "targets gone"),
        (),
        _CT,
        "nodes are no longer than 15 mm and nothing is left of lesions elsewhere",
    ),
    Rule(
        Response.NE, ("targets followed",), ("targets evaluated",), _CT, "not every target was read in both diameters"
    ),
    Rule(Response.PR, ("fallen from baseline",), (), _CT, "the sum of products is at least 50 % below baseline"),
    Rule(Response.SD, (), (), _CT, "neither halved nor grown enough"),
)

NONTARGET_RULES: tuple[Rule, ...] = (
    Rule(Response.NONE, (), ("non-targets followed",), _CT, "no other lesion is followed"),
    Rule(Response.PD, ("unequivocal progression",), (), _CT, "lesions that were not measured clearly progress"),
    Rule(Response.NE, (), ("non-targets evaluated",), _CT, "not every other lesion was assessed"),
    Rule(
        Response.CR,
        ("non-targets gone",),
        (),
        _CT,
        "other lesions are absent, nodes no longer than 15 mm, organs of normal size",
    ),
    Rule(Response.NON_CR_NON_PD, (), (), _CT, "some other lesion persists"),
)

AFTER_PROGRESSION: tuple[Rule, ...] = (
    Rule(
        Response.CR,
        ("target CR",),
        ("non-target NON-CR/NON-PD", "non-target NE", "new lesion"),
        _CT,
        "complete radiologic response: targets and other disease are gone",
    ),
    Rule(Response.PR, ("target CR",), (), _CT, "targets are gone, other disease persists or was not assessed"),
    Rule(Response.PR, ("target PR",), (), _CT, "partial remission: the sum of products has halved"),
    Rule(Response.SD, ("target SD",), (), _CT, "stable disease"),
    Rule(Response.NE, ("target NE",), (), _CT, "not all targets assessed, nothing progresses"),
    Rule(Response.CR, ("non-target CR",), ("new lesion",), _CT, "nothing was measurable, and what there was is gone"),
    Rule(Response.NE, ("non-target NE",), (), _CT, "nothing is measurable and not everything was assessed"),
    Rule(Response.NED, (), ("non-targets followed", "new lesion"), _CT, "no disease is followed and none has appeared"),
    Rule(Response.NON_CR_NON_PD, (), (), _CT, "nothing is measurable, and disease persists"),
)
"""The rows of the overall response below those of progression, which LYRIC has otherwise."""

OVERALL_RULES: tuple[Rule, ...] = (
    Rule(Response.PD, ("target PD",), (), _CT, "a measured lesion progresses, whatever the others do"),
    Rule(Response.PD, ("non-target PD",), (), _CT, "lesions that were not measured clearly progress"),
    Rule(Response.PD, ("new lesion",), (), _CT, "there is a new node longer than 15 mm, or a new site elsewhere"),
    Rule(
        Response.PD,
        ("complete response earlier", "lesion seen again"),
        (),
        _CT,
        "relapse: disease outside the nodes is seen again after a complete response",
    ),
    *AFTER_PROGRESSION,
)


@dataclass(frozen=True)
class LuganoFindings(Findings):
    """Findings whose sum is that of products (mm^2), with each target's own sizes, all (n, L), NaN where unread.

    Parameters
    ----------
    longest, shortest : float, mm
        LDi and SDi of each target; 0 where it is absent.
    extranodal : bool
        Targets outside the nodes.
    new_product : (n,) float, mm^2
        Sum of products of the new lesions seen, as far as they were measured.
    """

    longest: Floats
    shortest: Floats
    extranodal: Bools
    new_product: Floats


@dataclass(frozen=True)
class LuganoState:
    """What Lugano remembers of each subject.

    Parameters
    ----------
    size : RecistState
        Of the sum of products, (n,).
    product, longest, shortest : (n, L) float
        The smallest PPD (mm^2) and diameters (mm) of each lesion so far; infinity before any.
    """

    size: RecistState
    product: Floats
    longest: Floats
    shortest: Floats


@dataclass(frozen=True)
class Lugano(RecistLesions):
    """Lugano 2014 on CT; its thresholds as fields, each with its source in `SOURCES`.

    Parameters
    ----------
    recist : Recist
        Fall of the sum that makes a partial response, and unequivocal progression of non-targets.
    node_mm, extranodal_mm : float, mm
        A node, or a lesion elsewhere, is abnormal and measurable when longer than this.
    product_growth : float
        Rise of a lesion's product over its smallest that makes it progress, given also
    small_growth_mm, growth_mm : float, mm
        a rise of either diameter over its smallest, of lesions up to `small_mm` long and of longer ones.
    most_targets : int
        Most targets, wherever they are.
    """

    name: str = "Lugano CT"
    recist: Recist = field(default_factory=lambda: Recist(partial_response=0.50, timing=Timing(stable=0.0)))
    node_mm: float = 15.0
    extranodal_mm: float = 10.0
    product_growth: float = 0.50
    small_mm: float = 20.0
    small_growth_mm: float = 5.0
    growth_mm: float = 10.0
    most_targets: int = 6

    rules = OVERALL_RULES
    target_rules = TARGET_RULES
    nontarget_rules = NONTARGET_RULES
    unit: ClassVar[str] = "mm2"
    needs: ClassVar[tuple[str, ...]] = ("PERP_MM",)

    def by_reader(self) -> Lugano:
        """Return the criterion with unequivocal progression of non-targets left to the reader's own call."""
        return replace(self, recist=self.recist.by_reader())

    def choose_targets(self, reading: ScanReading, organ: npt.NDArray[np.integer]) -> Codes:
        """Return the role (n, L) of each lesion at baseline: the six largest by product are targets."""
        fits = reading.detected & can_be_measured(organ) & self.abnormal(reading)
        none = np.zeros_like(fits)
        target = largest(
            fits, _product(self.diameters(reading)), organ, none, most=self.most_targets, per_organ=self.most_targets
        )
        return np.select([target, reading.detected], [Role.TARGET, Role.NON_TARGET], Role.NONE).astype(np.int8)

    def admit(self, role: Codes, appeared: Bools, reading: ScanReading, organ: npt.NDArray[np.integer]) -> Codes:
        """Return the roles (n, L) with what appeared as new; a node waits until it is longer than normal."""
        return admit(role, appeared & (~reading.node | self.abnormal(reading)), reading, organ)

    def follow(self, role: Codes, reading: ScanReading, organ: npt.NDArray[np.integer], imaging: Imaging) -> Codes:
        """Return the roles (n, L) after a simulated scan, in which no small shadow is attributed to lymphoma."""
        return self.admit(role, appeared(role, reading, imaging) & self.abnormal(reading), reading, organ)

    def diameters(self, reading: ScanReading) -> tuple[Floats, Floats]:
        """Return LDi and SDi (n, L): 0 where absent; what is too small to measure is as wide as it is long."""
        across = required(reading.perpendicular_mm, "PERP_MM", self.name)
        one = np.where((reading.state == State.TOO_SMALL) & np.isnan(across), reading.measured_mm, across)
        return np.maximum(reading.measured_mm, one), np.minimum(reading.measured_mm, one)

    def abnormal(self, reading: ScanReading) -> Bools:
        """Return which lesions (n, L) are longer than a normal node, or than what is measurable elsewhere."""
        longest = np.fmax(reading.measured_mm, required(reading.perpendicular_mm, "PERP_MM", self.name))
        return np.asarray(longest > np.where(reading.node, self.node_mm, self.extranodal_mm))

    def summarise(self, reading: ScanReading, role: Codes) -> LuganoFindings:
        """Return what the lesions of one visit add up to, sums in mm^2."""
        longest, shortest = self.diameters(reading)
        product, unread = longest * shortest, unevaluated(reading)
        found = summarise(reading, role, size=product)
        gone = (reading.state == State.ABSENT) | (reading.node & ~self.abnormal(reading) & ~unread)
        target, nontarget = role == Role.TARGET, role == Role.NON_TARGET
        new = ((role == Role.NEW) | (role == Role.NEW_TARGET)) & ~gone & ~unread
        own = {
            "targets_gone": ~(target & ~gone).any(axis=1),
            "nontargets_gone": ~(nontarget & ~gone).any(axis=1),
            "new_count": new.sum(axis=1),
        }
        return LuganoFindings(
            **{**vars(found), **own},
            longest=np.where(target & ~unread, longest, np.nan),
            shortest=np.where(target & ~unread, shortest, np.nan),
            extranodal=target & ~reading.node,
            new_product=np.nansum(np.where(new, product, 0.0), axis=1),
        )

    def start(self, baseline: LuganoFindings) -> LuganoState:
        """Return the state after the baseline scan."""
        never = np.full(baseline.longest.shape, np.inf)
        return self._smallest(LuganoState(self.recist.start(baseline), never, never, never), baseline)

    def assess(
        self, state: LuganoState, findings: LuganoFindings, day: float | Floats, scanned: Bools | None = None
    ) -> tuple[LuganoState, VisitResponse]:
        """Return the state after a visit and its response; arguments as for `Recist.assess`."""
        facts = self.facts(state, findings)
        target_rule, target, nontarget = self.components(facts)
        facts |= component_facts(target, nontarget)
        rule = first_match(self.rules, facts)
        response = response_of(self.rules, rule)
        visit = describe(state.size, findings, rule, target_rule, response, target, nontarget)
        days = np.broadcast_to(np.asarray(day, dtype=np.float64), response.shape)
        visit = dated(visit, np.where(response == Response.PD, days, np.nan))
        return masked(scanned, self.remember(state, findings, target, response), state, visit)

    def facts(self, state: LuganoState, findings: LuganoFindings) -> dict[str, Bools]:
        """Return the facts that the rules speak of but for the components', each (n,)."""
        facts = self.recist.facts(state.size, findings)
        back = findings.extranodal & (state.longest == 0) & (findings.longest > 0)
        grown = self.grown(findings, state.product, state.longest, state.shortest)
        facts["lesion grown"] = np.asarray(grown.any(axis=1))
        facts["resolved lesion back"] = np.asarray(back.any(axis=1))
        facts["new lesion"] = findings.new_count > 0
        return facts

    def components(self, facts: dict[str, Bools]) -> tuple[np.ndarray, Codes, Codes]:
        """Return the index of the target rule and the codes of the target and non-target response, each (n,)."""
        target_rule = first_match(self.target_rules, facts)
        nontarget = response_of(self.nontarget_rules, first_match(self.nontarget_rules, facts))
        return target_rule, response_of(self.target_rules, target_rule), nontarget

    def grown(self, findings: LuganoFindings, product: Floats, longest: Floats, shortest: Floats) -> Bools:
        """Return which targets (n, L) progress from these sizes (n, L), infinite where there were none."""
        now = findings.longest * findings.shortest
        step = np.where(longest <= self.small_mm, self.small_growth_mm, self.growth_mm)
        either = reaches(findings.longest, longest + step) | reaches(findings.shortest, shortest + step)
        more = reaches(now, (1 + self.product_growth) * product) & (now > product)
        return np.asarray((findings.longest > self.node_mm) & more & either)

    def remember(self, state: LuganoState, findings: LuganoFindings, target: Codes, response: Codes) -> LuganoState:
        """Return the state after a visit with these responses."""
        size = self.recist.remember(state.size, findings, target, response == Response.CR)
        return self._smallest(replace(state, size=size), findings)

    def _smallest(self, state: LuganoState, findings: LuganoFindings) -> LuganoState:
        return replace(
            state,
            product=np.fmin(state.product, findings.longest * findings.shortest),
            longest=np.fmin(state.longest, findings.longest),
            shortest=np.fmin(state.shortest, findings.shortest),
        )

    def best(self, visits: Visits, *, confirmed: bool) -> Best:
        """Return best overall response; Lugano asks for no confirmation, so both are the same."""
        return best_response(visits, confirmed=False, timing=self.recist.timing)

    def first_response(self, visits: Visits, *, confirmed: bool) -> Floats:
        """Return the day (n,) of the first response; NaN without one."""
        return first_response(visits, confirmed=False, timing=self.recist.timing)


def _product(diameters: tuple[Floats, Floats]) -> Floats:
    return np.asarray(diameters[0] * diameters[1])


criterion = Lugano()
