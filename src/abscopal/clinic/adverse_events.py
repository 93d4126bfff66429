"""Adverse events: grades at every look become episodes, and episodes the table ADAE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criteria.criterion import Floats, Integers
from abscopal.clinic.records import Subjects
from abscopal.clinic.tables import conform
from abscopal.clinic.toxicity_grades import EVENTS, Grades
from abscopal.clinic.words import words

if TYPE_CHECKING:
    import pandas as pd

PROTOCOL, LATER = "protocol treatment", "subsequent treatment"


@dataclass(frozen=True)
class GradeRecord:
    """What k subjects were found to suffer from on one day.

    Parameters
    ----------
    day : int, day
        Study day; day 0 is before treatment.
    subject : (k,) int
        Index of each subject.
    grades : (k, m) int8
        Grade of each event, 0 for none.
    """

    day: int
    subject: Integers
    grades: Grades


@dataclass(frozen=True)
class Episodes:
    """Stretches of looks at which one event had a grade.

    Parameters
    ----------
    subject, event : (e,) int
        Of each episode; the event's number among the columns of the grades.
    worst : (e,) int
        Highest grade.
    first : (e,) int, day
        Day on which it was first seen.
    end : (e,) float, day
        Day on which it was first seen to be gone; NaN where it never was.
    """

    subject: Integers
    event: Integers
    worst: Integers
    first: Integers
    end: Floats


def episodes(records: Sequence[GradeRecord]) -> Episodes:
    """Return the episodes of each subject, event by event, in order of time.

    A grade that is no higher than that of day 0 is the patient's own and not counted.
    """
    if not records:
        nothing = np.zeros(0, dtype=np.int64)
        return Episodes(nothing, nothing, nothing, nothing, np.zeros(0))
    subject = np.concatenate([record.subject for record in records])
    day = np.repeat([record.day for record in records], [len(record.subject) for record in records])
    grades = np.concatenate([record.grades for record in records])
    order = np.lexsort((day, subject))
    subject, day, grades = subject[order], day[order], grades[order]
    newcomer = np.diff(subject, prepend=-1) != 0
    usual = grades[newcomer][np.cumsum(newcomer) - 1] * (day[newcomer] == 0)[np.cumsum(newcomer) - 1, None]
    risen = np.where(grades > usual, grades, 0)
    found = [_of_event(number, subject, day, risen[:, number], newcomer) for number in range(risen.shape[1])]
    return Episodes(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _of_event(
    number: int, subject: Integers, day: Integers, grade: Grades, newcomer: NDArray[np.bool_]
) -> tuple[Integers, Integers, Integers, Integers, Floats]:
    """Episodes of one event: subject, event, worst grade, first day, end."""
    ill = grade > 0
    before = np.concatenate([[False], ill[:-1]]) & ~newcomer
    begins, over = np.flatnonzero(ill & ~before), np.flatnonzero(~ill & before)
    if not len(begins):
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, nothing, nothing, np.zeros(0)
    worst = np.maximum.reduceat(np.where(ill, grade, 0), begins)
    following = np.append(over, len(day))[np.searchsorted(over, begins)]
    next_begin = np.append(begins[1:], len(day))
    gone = following < next_begin  # else the next episode is of another subject: this one was never seen to end
    end = np.where(gone, np.append(day, 0)[following], np.nan)
    return subject[begins], np.full(len(begins), number), worst.astype(np.int64), day[begins], end


def adae(
    subjects: Subjects, names: Sequence[str], records: Sequence[GradeRecord], subsequent_day: Floats
) -> pd.DataFrame:
    """Return ADAE: a row per episode of an adverse event.

    Parameters
    ----------
    subjects
        Who the rows of the records are.
    names
        What each column of the grades was read from, as in `toxicity_grades.EVENTS`.
    records
        In order of time.
    subsequent_day : (n,) float, day
        First day of subsequent therapy; NaN without.
    """
    import pandas as pd

    found = episodes(records)
    events = [EVENTS[name] for name in names]
    later = found.first > np.where(np.isnan(subsequent_day), np.inf, subsequent_day)[found.subject]
    columns = {
        "AETERM": words([event.term for event in events] or [""], found.event),
        "AEORGAN": words([event.organ for event in events] or [""], found.event),
        "AECAT": words([event.category for event in events] or [""], found.event),
        "AETOXGR": found.worst,
        "ASTDY": found.first,
        "AENDY": found.end,
        "AEREL": words([PROTOCOL, LATER], later.astype(np.int64)),
    }
    return conform("ADAE", pd.DataFrame(subjects.columns(found.subject) | columns))
