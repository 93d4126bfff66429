"""PCWG3, for prostate cancer: soft tissue by RECIST 1.1, bone by the number of new lesions, with the 2+2 rule at first.

Scher HI et al., J Clin Oncol 2016;34:1402-1418. Healing bone can light up at the first scan after baseline (flare): two
new lesions there are progression only if two more have come six weeks later or more. Later, two lesions new since that
first scan are progression if they are still there six weeks later. PSA is not part of the response of the tumour.
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
    response_of,
)
from abscopal.clinic.criteria.recist import TARGET_RULES, Recist, RecistState, masked
from abscopal.clinic.imaging import ORGANS, ScanReading
from abscopal.clinic.lesions import RecistLesions, Role, summarise, unevaluated, vanished
from abscopal.sources import Source, cited

SCHER = "Scher HI et al., J Clin Oncol 2016;34:1402-1418 (PCWG3)"
_DOI = "10.1200/JCO.2015.64.2702"
_VIA = "pharmaverse/admiralonco, vignettes/adrs_pcwg3.Rmd"
_BONE, _TABLE = "PCWG3 bone", "PCWG3 combined response"
BONE = ORGANS.index("bone")

SOURCES: dict[str, Source] = {
    "new_lesions": cited(SCHER, doi=_DOI, where=_VIA),
    "confirmation": cited(SCHER, doi=_DOI, where=_VIA),
    "overall response": cited("PharmaSUG 2024, DS-287", where=_VIA),
}
"""Where each number of `Pcwg3`, and its table of overall responses, come from."""

OVERALL_RULES: tuple[Rule, ...] = (
    Rule(Response.PD, ("soft PD",), (), _TABLE, "soft tissue progresses, whatever bone does"),
    Rule(
        Response.PD, ("bone PD before",), (), _BONE, "bone had progressed, and this was confirmed, at an earlier visit"
    ),
    Rule(
        Response.PD,
        ("two more since first scan",),
        (),
        _BONE,
        "2+2: two new bone lesions at the first scan after baseline, and two more six weeks later or more",
    ),
    Rule(
        Response.PD,
        ("two new persist",),
        (),
        _BONE,
        "two bone lesions, new since the first scan after baseline, are there still after six weeks or more",
    ),
    Rule(Response.NE, ("soft NE",), (), _TABLE, "soft tissue was not all assessed, bone does not progress"),
    Rule(Response.CR, ("soft CR", "bone clear"), (), _TABLE, "soft tissue is clear, and so is bone"),
    Rule(
        Response.PR,
        ("soft CR", "targets followed"),
        (),
        _TABLE,
        "soft tissue is clear, disease in bone is not, or unread",
    ),
    Rule(
        Response.NON_CR_NON_PD,
        ("soft CR",),
        (),
        _TABLE,
        "soft tissue without any target is clear, disease in bone is not, or unread",
    ),
    Rule(Response.PR, ("soft PR",), (), _TABLE, "soft tissue in partial response, bone does not progress"),
    Rule(Response.SD, ("soft SD",), (), _TABLE, "soft tissue stable, bone does not progress"),
    Rule(
        Response.NON_CR_NON_PD,
        ("soft NON-CR/NON-PD",),
        (),
        _TABLE,
        "soft tissue without any target persists, bone does not progress",
    ),
    Rule(Response.UPD, ("two new in bone",), (), _TABLE, "bone only: two new lesions, to be confirmed"),
    Rule(Response.NE, (), ("bone evaluated",), _TABLE, "bone only, and it was not all read"),
    Rule(Response.NE, ("bone clear", "bone diseased"), (), _TABLE, "bone only, and nothing is left there to be seen"),
    Rule(Response.NED, ("bone clear",), (), _TABLE, "no disease is followed and none has appeared"),
    Rule(Response.NON_CR_NON_PD, (), (), _TABLE, "bone only, neither clear nor progressing"),
)


@dataclass(frozen=True)
class Pcwg3Findings(Findings):
    """Findings in soft tissue, and what bone shows.

    Parameters
    ----------
    bone_followed, bone_seen, bone_evaluated : bool
        Bone lesions were there at baseline; some are seen now, new ones included; each known one was read.
    bone_new : int
        Number of bone lesions seen that were not there at baseline.
    """

    bone_followed: Bools
    bone_seen: Bools
    bone_evaluated: Bools
    bone_new: Integers


@dataclass(frozen=True)
class Pcwg3State:
    """What PCWG3 remembers of each subject, (n,).

    Parameters
    ----------
    soft : RecistState
        What RECIST 1.1 remembers of soft tissue.
    first_day : float, day
        First assessment of bone after baseline; NaN before.
    first_new : int
        New bone lesions then: what is new afterwards is counted from there.
    flare : bool
        There were two or more, and it is still open whether they were a flare.
    later_day : float, day
        First visit at which two or more lesions new since then were seen, and have been since; NaN without one.
    progression_day : float, day
        Day that confirmed progression of bone is dated at; NaN before.
    """

    soft: RecistState
    first_day: Floats
    first_new: Integers
    flare: Bools
    later_day: Floats
    progression_day: Floats


@dataclass(frozen=True)
class Pcwg3(RecistLesions):
    """PCWG3; its thresholds as fields, each with its source in `SOURCES`.

    Parameters
    ----------
    recist : Recist
        The RECIST 1.1 that reads soft tissue.
    new_lesions : int
        So many new bone lesions make a suspicion, and so many more confirm that of the first scan.
    confirmation : float, day
        Progression of bone is confirmed at least this long after it was first seen.
    """

    name: str = "PCWG3"
    recist: Recist = field(default_factory=Recist)
    new_lesions: int = 2
    confirmation: float = 42.0

    rules = OVERALL_RULES
    target_rules = TARGET_RULES

    def by_reader(self) -> Pcwg3:
        """Return the criterion with unequivocal progression of non-targets left to the reader's own call."""
        return replace(self, recist=self.recist.by_reader())

    def summarise(self, reading: ScanReading, role: Codes) -> Pcwg3Findings:
        """Return what soft tissue adds up to, and what is new in bone; a target in bone is soft tissue, measured."""
        if reading.organ is None:
            raise ValueError("PCWG3 tells bone from soft tissue: a scan needs the organs of its lesions")
        bone = (reading.organ == BONE) & (role != Role.TARGET) & (role != Role.NONE)
        soft = summarise(reading, np.where(bone, np.int8(Role.NONE), role))
        known = bone & (role == Role.NON_TARGET)
        unread = unevaluated(reading)
        seen = bone & ~unread & ~vanished(reading)
        return Pcwg3Findings(
            **vars(soft),
            bone_followed=known.any(axis=1),
            bone_seen=seen.any(axis=1),
            bone_evaluated=~(bone & unread).any(axis=1),
            bone_new=(seen & ~known).sum(axis=1),
        )

    def start(self, baseline: Findings) -> Pcwg3State:
        """Return the state after the baseline scan."""
        n = len(baseline.target_sum)
        never, no = np.full(n, np.nan), np.zeros(n, dtype=np.bool_)
        return Pcwg3State(self.recist.start(baseline), never, np.zeros(n, dtype=np.int64), no, never, never)

    def assess(
        self, state: Pcwg3State, findings: Pcwg3Findings, day: float | Floats, scanned: Bools | None = None
    ) -> tuple[Pcwg3State, VisitResponse]:
        """Return the state after a visit and its response; arguments as for `Recist.assess`."""
        soft_state, soft = self.recist.assess(state.soft, findings, day)
        days = np.broadcast_to(np.asarray(day, dtype=np.float64), soft.response.shape)
        facts = self._bone_facts(state, findings, days) | _soft_facts(soft.response)
        facts["targets followed"] = findings.has_target
        rule = first_match(self.rules, facts)
        after = self._after(replace(state, soft=soft_state), findings, facts, days)
        dated = np.fmin(soft.progression_day, after.progression_day)
        response = response_of(self.rules, rule)
        visit = replace(
            soft,
            response=response,
            rule=rule,
            new=soft.new | (findings.bone_new > 0),
            progression_day=np.where(response == Response.PD, dated, np.nan),
        )
        return masked(scanned, after, state, visit)

    def _bone_facts(self, state: Pcwg3State, findings: Pcwg3Findings, day: Floats) -> dict[str, Bools]:
        """Return what bone shows against baseline at its first assessment, and against that one later."""
        read, first = findings.bone_evaluated, np.isnan(state.first_day)
        two_more = ~first & (findings.bone_new - state.first_new >= self.new_lesions)
        two_at_first = first & (findings.bone_new >= self.new_lesions)
        return {
            "bone evaluated": read,
            "bone clear": read & ~findings.bone_seen,
            "bone diseased": findings.bone_followed | (findings.bone_new > 0) | (state.first_new > 0),
            "bone PD before": np.isfinite(state.progression_day),
            "two more since first scan": read & state.flare & two_more & (day - state.first_day >= self.confirmation),
            "two new persist": read & two_more & (day - state.later_day >= self.confirmation),
            "two new at first scan": read & two_at_first,
            "two new since first scan": read & two_more,
            "two new in bone": read
            & (two_at_first | two_more | (state.flare & (day - state.first_day < self.confirmation))),
        }

    def _after(self, state: Pcwg3State, findings: Pcwg3Findings, facts: dict[str, Bools], day: Floats) -> Pcwg3State:
        """State of bone after a visit; a scan on which bone was not read leaves it as it was."""
        read, two_more = findings.bone_evaluated, facts["two new since first scan"]
        first = read & np.isnan(state.first_day)
        settled = read & (day - state.first_day >= self.confirmation)
        later = np.where(two_more, np.fmin(state.later_day, day), np.where(read, np.nan, state.later_day))
        bone_day = np.where(
            facts["two more since first scan"],
            state.first_day,
            np.where(facts["two new persist"], state.later_day, np.nan),
        )
        return replace(
            state,
            first_day=np.where(first, day, state.first_day),
            first_new=np.where(first, findings.bone_new, state.first_new),
            flare=np.where(first, facts["two new at first scan"], state.flare & ~settled),
            later_day=later,
            progression_day=np.where(np.isnan(state.progression_day), bone_day, state.progression_day),
        )

    def best(self, visits: Visits, *, confirmed: bool) -> Best:
        """Return best overall response, as RECIST 1.1 finds it; uPD neither ends the series nor breaks it."""
        return best_response(visits, confirmed=confirmed, timing=self.recist.timing)

    def first_response(self, visits: Visits, *, confirmed: bool) -> Floats:
        """Return the day (n,) of the first response that counts; NaN without one."""
        return first_response(visits, confirmed=confirmed, timing=self.recist.timing)


def _soft_facts(response: Codes) -> dict[str, Bools]:
    """Return the facts of soft tissue that the table speaks of."""
    codes = (Response.CR, Response.PR, Response.SD, Response.PD, Response.NE)
    facts = {f"soft {code.name}": response == code for code in codes}
    return facts | {"soft NON-CR/NON-PD": response == Response.NON_CR_NON_PD}


criterion = Pcwg3()
