"""ADSL: one row per subject, from what was known at baseline and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from abscopal.clinic.criteria.criterion import Bools
from abscopal.clinic.disposition import REASON_LABELS, end_of_study, follow_up
from abscopal.clinic.endpoints import FollowUp
from abscopal.clinic.hyperprogression import early_hyperprogression
from abscopal.clinic.imaging import ORGANS
from abscopal.clinic.lesions import Role
from abscopal.clinic.records import Subjects
from abscopal.clinic.tables import conform
from abscopal.clinic.words import coded, words
from abscopal.population.virtual_population import VirtualPopulation
from abscopal.protocol.protocol import Protocol
from abscopal.protocol.treatment import Treatment
from abscopal.trial.access import ACCESS_LABELS
from abscopal.trial.course import Course
from abscopal.trial.strata import stratum_names, stratum_of

if TYPE_CHECKING:
    import pandas as pd


def known(course: Course) -> FollowUp:
    """Return what is known at the cut-off; a subject whose computation failed is known until then."""
    dropout = np.where(course.failed, np.minimum(course.dropout, course.end.time), course.dropout)
    return follow_up(course.death_day, dropout, course.cutoff, course.subsequent_day)


def adsl(
    subjects: Subjects,
    protocol: Protocol,
    population: VirtualPopulation,
    course: Course,
    follow: FollowUp,
) -> pd.DataFrame:
    """Return ADSL of n subjects."""
    import pandas as pd

    baseline, scan = population.baseline, course.scans[0]
    seen = scan.role != Role.NONE
    organs = np.where(seen, population.organ, -1)
    has = {name: (organs == ORGANS.index(name)).any(axis=1) for name in ("liver", "brain", "bone", "lung")}
    died = np.isfinite(follow.death_day)
    started = np.isfinite(follow.subsequent_day)
    progressive, told = early_hyperprogression(course.scans, course.organ, len(baseline.age))
    frame = subjects.columns(np.arange(len(baseline.age))) | {
        "AGE": np.floor(baseline.age),
        "SEX": words(["F", "M"], baseline.male.astype(np.int64)),
        "WEIGHT": baseline.weight.round(1),
        "ECOG": baseline.ecog,
        "LDH": baseline.ldh,
        "PDL1": baseline.pdl1,
        **{name: baseline.readouts[name] for name in ("CPS", "TIL", "CRP", "ALB", "CTDNA", "MARKER")},
        "TMB": baseline.tmb,
        "MSIFL": words(["N", "Y"], baseline.readouts["MSI"].astype(np.int64)),
        "NLR": baseline.nlr,
        "GFR": baseline.gfr.round(0),
        "TRAITS": _listed(baseline.traits, len(baseline.age)),
        "HISTORY": _listed(baseline.history, len(baseline.age)),
        "STRATUM": words(stratum_names(protocol.stratify), stratum_of(protocol.stratify, baseline)),
        "NLESION": seen.sum(axis=1),
        "NSITE": (organs[:, :, None] == np.arange(len(ORGANS))).any(axis=1).sum(axis=1),
        "SUMDIAM": scan.sum_mm,
        **{f"{name.upper()}FL": words(["N", "Y"], flag.astype(np.int64)) for name, flag in has.items()},
        "ACCESS": words(ACCESS_LABELS, course.access),
        "ENTRYDY": np.floor(course.entry),
        "TRTEDY": course.last_dose,
        "HPDFL": words(["", "N", "Y"], told.astype(np.int64) + progressive),
        "DTHDY": follow.death_day,
        "DTHCAUS": coded(np.where(died, course.cause, "")),
        "EOSDY": follow.known_day,
        "EOSSTT": coded(end_of_study(follow, course.dropout, course.withdrew)),
        "DCTREAS": words(REASON_LABELS, course.treatment.reason),
        "CLASS": words(["enrolled", "solver failure"], course.failed.astype(np.int64)),
        "NXTRT": _subsequent(protocol, course, started),
        "NXTDY": follow.subsequent_day,
    }
    return conform("ADSL", pd.DataFrame(frame))


def _listed(traits: Mapping[str, Bools], count: int) -> pd.Categorical[Any]:
    """Names of the traits that each subject has, separated by spaces."""
    listed = [" ".join(name for name, flag in traits.items() if flag[who]) for who in range(count)]
    return coded(np.array(listed, dtype=object))


def _subsequent(protocol: Protocol, course: Course, started: Bools) -> pd.Categorical[Any]:
    """Sentence of the subsequent regimen of those who began one."""
    lines = [[_sentence(protocol.regimen_of(option)) for option in arm.subsequent] for arm in protocol.arms]
    first = np.cumsum([0, *(len(options) for options in lines)])[:-1]  # of each arm, in the sentences of all
    number = np.where(started, first[course.arm] + course.subsequent, -1)
    return words([*(sentence for options in lines for sentence in options), ""], number)


def _sentence(treatments: Sequence[Treatment]) -> str:
    return "; ".join(str(treatment) for treatment in treatments)
