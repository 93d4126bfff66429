"""ADSL: one row per subject, from what was known at baseline and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from abscopal.clinic.disposition import REASON_LABELS, end_of_study, follow_up
from abscopal.clinic.endpoints import FollowUp
from abscopal.clinic.imaging import ORGANS
from abscopal.clinic.lesions import Role
from abscopal.clinic.records import Subjects
from abscopal.clinic.tables import conform
from abscopal.population.virtual_population import VirtualPopulation
from abscopal.protocol.protocol import Protocol
from abscopal.trial.conduct import Course

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
    frame = subjects.columns(np.arange(len(baseline.age))) | {
        "AGE": np.floor(baseline.age),
        "SEX": np.where(baseline.male, "M", "F"),
        "WEIGHT": baseline.weight.round(1),
        "ECOG": baseline.ecog,
        "LDH": baseline.ldh,
        "PDL1": baseline.pdl1,
        "TMB": baseline.tmb,
        "NLESION": seen.sum(axis=1),
        "NSITE": [len(set(row[row >= 0])) for row in organs],
        "SUMDIAM": scan.sum_mm,
        **{f"{name.upper()}FL": np.where(flag, "Y", "N") for name, flag in has.items()},
        "TRTEDY": course.last_dose,
        "DTHDY": follow.death_day,
        "DTHCAUS": np.where(died, course.cause, ""),
        "EOSDY": follow.known_day,
        "EOSSTT": end_of_study(follow, course.dropout),
        "DCTREAS": np.array(REASON_LABELS)[course.treatment.reason],
        "CLASS": np.where(course.failed, "solver failure", "enrolled"),
        "NXTRT": [
            _subsequent(protocol, a, s) if on else ""
            for a, s, on in zip(course.arm, course.subsequent, started, strict=True)
        ],
        "NXTDY": follow.subsequent_day,
    }
    return conform("ADSL", pd.DataFrame(frame))


def _subsequent(protocol: Protocol, arm: int, option: int) -> str:
    return "; ".join(str(regimen) for regimen in protocol.arms[arm].subsequent[option].regimen)
