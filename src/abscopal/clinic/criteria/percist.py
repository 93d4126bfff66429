"""PERCIST 1.0: the hottest lesion on FDG-PET, by its SULpeak.

Wahl RL et al., J Nucl Med 2009;50 Suppl 1:122S-150S. The column SUL has the SULpeak of each lesion; the highest of a
scan is compared with the highest at baseline, though it may be another lesion's. A lesion whose uptake cannot be told
from the background is absent. Metabolic responses are called CR, PR, SD and PD (for CMR, PMR, SMD, PMD), and SUM_MM has
the highest SULpeak. Total lesion glycolysis, whose rise by 75 % is progression too, has no column and is not assessed;
which lesions are hot enough to be measurable is for the table to say (ROLE target).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from abscopal.clinic.criteria.best import Timing
from abscopal.clinic.criteria.criterion import (
    Best,
    Bools,
    Codes,
    Findings,
    Floats,
    Record,
    Response,
    Rule,
    Visits,
    reaches,
)
from abscopal.clinic.criteria.recist import Recist, RecistState
from abscopal.clinic.imaging import ScanReading, State
from abscopal.clinic.lesions import Role, required, summarise, unevaluated
from abscopal.sources import Source, cited

WAHL = "Wahl RL et al., J Nucl Med 2009;50 Suppl 1:122S-150S (PERCIST 1.0)"
_DOI = "10.2967/jnumed.108.057307"
_VIA = "table of criteria, as in O JH et al. 2016 (PMC4976461)"
_TABLE = "PERCIST 1.0"

SOURCES: dict[str, Source] = {
    "partial_response": cited(WAHL, doi=_DOI, where=_VIA),
    "progression": cited(WAHL, doi=_DOI, where=_VIA),
    "change_sul": cited(WAHL, doi=_DOI, where=_VIA),
    "timing": cited(WAHL, doi=_DOI, where=_VIA, derived="no confirmation and no shortest stable disease is asked for"),
}
"""Where each number of `Percist` comes from."""

TARGET_RULES: tuple[Rule, ...] = (
    Rule(Response.NONE, (), ("targets followed",), _TABLE, "no measurable lesion is followed"),
    Rule(
        Response.PD,
        ("risen from baseline",),
        (),
        _TABLE,
        "the highest SULpeak is at least 30 % and 0.8 units above that at baseline",
    ),
    Rule(
        Response.CR,
        ("targets evaluated", "targets gone"),
        (),
        _TABLE,
        "no lesion can be told from the background any more",
    ),
    Rule(Response.NE, (), ("targets evaluated",), _TABLE, "the uptake of some lesion was not measured"),
    Rule(
        Response.PR,
        ("fallen from baseline",),
        ("another lesion hotter",),
        _TABLE,
        "the highest SULpeak is at least 30 % and 0.8 units below that at baseline, and no lesion has risen so much",
    ),
    Rule(Response.SD, (), (), _TABLE, "neither fallen nor risen enough"),
)

OVERALL_RULES: tuple[Rule, ...] = (
    Rule(Response.PD, ("target PD",), (), _TABLE, "progressive metabolic disease: uptake has risen"),
    Rule(Response.PD, ("non-target PD",), (), _TABLE, "progressive metabolic disease: its extent clearly progresses"),
    Rule(Response.PD, ("new lesion",), (), _TABLE, "progressive metabolic disease: there is a new avid lesion"),
    Rule(
        Response.PD,
        ("complete response earlier", "lesion seen again"),
        (),
        _TABLE,
        "progressive metabolic disease: a lesion is avid again after a complete metabolic response",
    ),
    Rule(
        Response.CR,
        ("target CR",),
        ("non-target NON-CR/NON-PD", "non-target NE"),
        _TABLE,
        "complete metabolic response: all lesions have gone to background",
    ),
    Rule(Response.PR, ("target CR",), (), _TABLE, "partial metabolic response: other lesions than targets persist"),
    Rule(Response.PR, ("target PR",), (), _TABLE, "partial metabolic response"),
    Rule(Response.SD, ("target SD",), (), _TABLE, "stable metabolic disease"),
    Rule(Response.NE, ("target NE",), (), _TABLE, "not every lesion was measured, and nothing progresses"),
    Rule(Response.CR, ("non-target CR",), (), _TABLE, "nothing was measurable, and it has gone to background"),
    Rule(Response.NE, ("non-target NE",), (), _TABLE, "nothing is measurable and not everything was assessed"),
    Rule(Response.NON_CR_NON_PD, ("non-target NON-CR/NON-PD",), (), _TABLE, "nothing is measurable, and it persists"),
    Rule(Response.NED, (), (), _TABLE, "no disease is followed and none has appeared"),
)


@dataclass(frozen=True)
class UptakeFindings(Findings):
    """Findings whose sum is the highest SULpeak of the targets, with that of each, (n, L), NaN where not measured."""

    uptake: Floats


@dataclass(frozen=True)
class UptakeState(RecistState):
    """What is remembered of each subject, and the SULpeak of each target at baseline, (n, L)."""

    uptake: Floats


@dataclass(frozen=True)
class Percist(Recist):
    """PERCIST 1.0; its thresholds as fields, each with its source in `SOURCES`.

    Parameters
    ----------
    change_sul : float, SUL
        A fall or rise must be at least so large, besides its share.
    """

    name: str = "PERCIST 1.0"
    partial_response: float = 0.30
    progression: float = 0.30
    response_persists: bool = False
    nontarget_growth: float = np.inf
    nontarget_growth_alone: float = np.inf
    timing: Timing = field(default_factory=lambda: Timing(stable=0.0))
    change_sul: float = 0.8

    rules = OVERALL_RULES
    target_rules = TARGET_RULES
    needs: ClassVar[tuple[str, ...]] = ("SUL",)

    def summarise(self, reading: ScanReading, role: Codes) -> UptakeFindings:
        """Return what the lesions of one visit take up."""
        uptake = np.where(reading.state == State.ABSENT, 0.0, required(reading.uptake, "SUL", self.name))
        own = np.where((role == Role.TARGET) & ~unevaluated(reading), uptake, np.nan)
        found = summarise(reading, role, 0.0, size=uptake)
        highest = np.where(np.isfinite(own), own, 0.0).max(axis=1, initial=0.0)
        return UptakeFindings(**{**vars(found), "target_sum": highest}, uptake=own)

    def start(self, baseline: Findings) -> UptakeState:
        """Return the state after the baseline scan."""
        return UptakeState(**vars(super().start(baseline)), uptake=_of(baseline, UptakeFindings).uptake)

    def facts(self, state: RecistState, findings: Findings) -> dict[str, Bools]:
        """Return the facts that the target and non-target rules speak of, each (n,)."""
        before, now = _of(state, UptakeState), _of(findings, UptakeFindings)
        fallen = reaches((1 - self.partial_response) * before.baseline, now.target_sum)
        hotter = self._risen(now.uptake, before.uptake).any(axis=1)
        return super().facts(state, findings) | {
            "risen from baseline": self._risen(now.target_sum, before.baseline),
            "fallen from baseline": fallen & reaches(before.baseline - now.target_sum, self.change_sul),
            "another lesion hotter": np.asarray(hotter),
        }

    def _risen(self, now: Floats, before: Floats) -> Bools:
        return reaches(now, (1 + self.progression) * before) & reaches(now - before, self.change_sul)

    def remember(self, state: RecistState, findings: Findings, target: Codes, complete: Bools) -> UptakeState:
        """Return the state after a visit with this target response and, where `complete`, an overall CR."""
        after = super().remember(state, findings, target, complete)
        return UptakeState(**vars(after), uptake=_of(state, UptakeState).uptake)

    def best(self, visits: Visits, *, confirmed: bool) -> Best:
        """Return best overall response; PERCIST asks for no confirmation, so both are the same."""
        return super().best(visits, confirmed=False)

    def first_response(self, visits: Visits, *, confirmed: bool) -> Floats:
        """Return the day (n,) of the first response; NaN without one."""
        return super().first_response(visits, confirmed=False)


def _of(record: object, kind: type[Record]) -> Record:
    """Return a record that must be of a kind, which the machinery of RECIST hands through."""
    if not isinstance(record, kind):
        raise TypeError(f"PERCIST: expected {kind.__name__}, got {type(record).__name__}")
    return record


criterion = Percist()
