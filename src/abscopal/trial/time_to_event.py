"""ADTTE of a simulated trial: which endpoints its setting has, and what they need from its course."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.censoring import censoring_named
from abscopal.clinic.clinical_events import METASTASIS, SECOND_PRIMARY
from abscopal.clinic.criteria.criterion import Criterion, Visits
from abscopal.clinic.endpoints import Curative, FollowUp, adtte
from abscopal.clinic.records import Subjects, visits_of
from abscopal.protocol.protocol import Protocol
from abscopal.trial.course import Course

if TYPE_CHECKING:
    import pandas as pd

IMMUNE = "iRECIST"


def time_to_event(
    subjects: Subjects, protocol: Protocol, course: Course, end: FollowUp, criterion: Criterion
) -> pd.DataFrame:
    """Return ADTTE of n subjects, censored by the rule that the protocol names."""
    visits = visits_of(len(course.arm), course.scans)
    horizon = int(np.ceil(end.known_day.max(initial=0.0)))
    scheduled = tuple(float(day) for day in protocol.scans.days(horizon) if day > 0)
    return adtte(
        subjects,
        visits,
        end,
        criterion,
        censoring_named(protocol.censoring, scheduled),
        immune=visits if criterion.name == IMMUNE else _by_other_criteria(course, IMMUNE),
        curative=curative(protocol, course),
    )


def _by_other_criteria(course: Course, name: str) -> Visits | None:
    """Return the responses by a further criterion; None where the trial does not assess it."""
    scans = [reader.scans for reader in course.further if reader.criterion.name == name]
    return visits_of(len(course.arm), scans[0]) if scans else None


def curative(protocol: Protocol, course: Course) -> Curative | None:
    """Return what a trial of treatment with curative intent knows besides; None for any other trial."""
    if protocol.setting not in ("adjuvant", "neoadjuvant"):
        return None
    other, spread = first_biopsy(course, SECOND_PRIMARY), first_biopsy(course, METASTASIS)
    return Curative(protocol.setting, course.removal_day, np.where(other == spread, np.nan, other))


def first_biopsy(course: Course, clone: int) -> NDArray[np.float64]:
    """Return the first day (n,) on which a biopsy found this kind of lesion (`clinical_events.CLONES`); NaN without."""
    first = np.full(len(course.arm), np.nan)
    for event in course.events:
        mine = event.clone == clone
        first[event.subject[mine]] = np.fmin(first[event.subject[mine]], event.day[mine])
    return first
