"""Lugano 2014, for lymphoma that takes up FDG, on PET-CT: the five-point (Deauville) scale.

Cheson BD et al., J Clin Oncol 2014;32:3059-3068. Each lesion has a score (DEAUVILLE, 1 to 5; an absent one has none),
and the visit goes by the highest. Metabolic responses are called CR, PR, SD (no metabolic response) and PD, as the
table of the guideline heads them, and SUM_MM shows the highest score. Sizes do not matter: a residual mass may be of
any.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

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
    response_of,
)
from abscopal.clinic.criteria.recist import Recist, RecistState, dated, describe, masked
from abscopal.clinic.imaging import ScanReading, State
from abscopal.clinic.lesions import RecistLesions, Role, required, summarise, unevaluated
from abscopal.sources import Source, assumed, cited

CHESON = "Cheson BD et al., J Clin Oncol 2014;32:3059-3068 (Lugano 2014)"
_DOI = "10.1200/JCO.2013.54.8800"
_PET = "Lugano table 3, PET-CT"

SOURCES: dict[str, Source] = {
    "avid": cited(CHESON, doi=_DOI, where="table 3, as in Cheson 2016 (ashpublications 128/21/2489 table 2)"),
    "intensity": assumed(
        "the guideline speaks of the intensity of uptake; a table of scores knows it by the score, so uptake that "
        "falls within a score is no response"
    ),
}
"""Where each number of `LuganoPet` comes from."""

SITE_RULES: tuple[Rule, ...] = (
    Rule(Response.NONE, (), ("sites followed",), _PET, "no site is followed"),
    Rule(Response.PD, ("uptake increased",), (), _PET, "a site of score 4 or 5 takes up more than at baseline"),
    Rule(Response.NE, (), ("sites evaluated",), _PET, "not every site has a score"),
    Rule(Response.CR, (), ("avid",), _PET, "every site has score 1 to 3, with or without a residual mass"),
    Rule(Response.PR, ("uptake reduced",), (), _PET, "score 4 or 5, with less uptake than at baseline"),
    Rule(Response.SD, (), (), _PET, "score 4 or 5, with uptake as at baseline"),
)

OVERALL_RULES: tuple[Rule, ...] = (
    Rule(Response.PD, ("sites PD",), (), _PET, "progressive metabolic disease: uptake is higher than at baseline"),
    Rule(Response.PD, ("new avid focus",), (), _PET, "progressive metabolic disease: there is a new avid focus"),
    Rule(
        Response.PD,
        ("complete response earlier", "avid"),
        (),
        _PET,
        "progressive metabolic disease: a site is avid again after a complete response",
    ),
    Rule(Response.CR, ("sites CR",), (), _PET, "complete metabolic response"),
    Rule(Response.PR, ("sites PR",), (), _PET, "partial metabolic response"),
    Rule(Response.SD, ("sites SD",), (), _PET, "no metabolic response"),
    Rule(Response.NE, ("sites followed",), (), _PET, "not every site has a score, and none has progressed"),
    Rule(Response.NED, (), (), _PET, "no site is followed and no avid one has appeared"),
)


@dataclass(frozen=True)
class PetFindings(Findings):
    """Findings whose sum is the highest score of the followed sites, with the score of each, (n, L), NaN where none."""

    score: Floats


@dataclass(frozen=True)
class PetState:
    """What is remembered of each subject: `size` (n,) of the highest score, `score` (n, L) of each site at baseline."""

    size: RecistState
    score: Floats


@dataclass(frozen=True)
class LuganoPet(RecistLesions):
    """Lugano 2014 on PET-CT.

    Parameters
    ----------
    avid : int
        Scores from this one on are uptake of lymphoma.
    """

    name: str = "Lugano PET"
    avid: int = 4
    recist: Recist = field(default_factory=lambda: Recist(timing=Timing(stable=0.0)))

    rules = OVERALL_RULES
    target_rules = SITE_RULES
    needs: ClassVar[tuple[str, ...]] = ("DEAUVILLE",)

    def by_reader(self) -> LuganoPet:
        """Return the criterion itself: scores are the reader's own."""
        return replace(self)

    def summarise(self, reading: ScanReading, role: Codes) -> PetFindings:
        """Return what the sites of one visit show; targets and non-targets are sites alike."""
        score = np.where(reading.state == State.ABSENT, 0.0, required(reading.uptake, "DEAUVILLE", self.name))
        score = np.where(unevaluated(reading), np.nan, score)
        followed = (role == Role.TARGET) | (role == Role.NON_TARGET)
        new = (role == Role.NEW) | (role == Role.NEW_TARGET)
        found = summarise(reading, np.where(followed, np.int8(Role.TARGET), role), size=score)
        highest = np.where(followed & np.isfinite(score), score, 0.0).max(axis=1, initial=0.0)
        own = {"target_sum": highest, "new_count": (new & (score >= self.avid)).sum(axis=1)}
        return PetFindings(**{**vars(found), **own}, score=np.where(followed, score, np.nan))

    def start(self, baseline: PetFindings) -> PetState:
        """Return the state after the baseline scan."""
        return PetState(self.recist.start(baseline), baseline.score)

    def assess(
        self, state: PetState, findings: PetFindings, day: float | Floats, scanned: Bools | None = None
    ) -> tuple[PetState, VisitResponse]:
        """Return the state after a visit and its response; arguments as for `Recist.assess`."""
        facts = self._facts(state, findings)
        site_rule = first_match(self.target_rules, facts)
        sites = response_of(self.target_rules, site_rule)
        facts |= {f"sites {code.name}": sites == code for code in (Response.CR, Response.PR, Response.SD, Response.PD)}
        rule = first_match(self.rules, facts)
        response = response_of(self.rules, rule)
        none = np.full(len(response), Response.NONE, dtype=np.int8)
        visit = describe(state.size, findings, rule, site_rule, response, sites, none)
        days = np.broadcast_to(np.asarray(day, dtype=np.float64), response.shape)
        visit = dated(visit, np.where(response == Response.PD, days, np.nan))
        size = self.recist.remember(state.size, findings, sites, response == Response.CR)
        return masked(scanned, replace(state, size=size), state, visit)

    def _facts(self, state: PetState, findings: PetFindings) -> dict[str, Bools]:
        more = (findings.score >= self.avid) & (findings.score > state.score)
        return {
            "sites followed": findings.has_target,
            "sites evaluated": findings.targets_evaluated,
            "avid": findings.target_sum >= self.avid,
            "uptake increased": np.asarray(more.any(axis=1)),
            "uptake reduced": findings.target_sum < state.size.baseline,
            "new avid focus": findings.new_count > 0,
            "complete response earlier": state.size.complete,
        }

    def best(self, visits: Visits, *, confirmed: bool) -> Best:
        """Return best overall response; Lugano asks for no confirmation, so both are the same."""
        return best_response(visits, confirmed=False, timing=self.recist.timing)

    def first_response(self, visits: Visits, *, confirmed: bool) -> Floats:
        """Return the day (n,) of the first response; NaN without one."""
        return first_response(visits, confirmed=False, timing=self.recist.timing)


criterion = LuganoPet()
