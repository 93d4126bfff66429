"""Clinical events: what happened to a subject other than scans, doses and toxicities; and their table ADCE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from abscopal.clinic.criteria.criterion import Floats, Integers
from abscopal.clinic.records import Subjects
from abscopal.clinic.tables import conform
from abscopal.clinic.words import words

if TYPE_CHECKING:
    import pandas as pd

BIOPSY = "biopsy of a new lesion"
CLONES: tuple[str, ...] = ("", "metastasis", "second primary")
"""What a biopsy says that a lesion is; `` where there was none."""
NO_BIOPSY, METASTASIS, SECOND_PRIMARY = range(3)


@dataclass(frozen=True)
class EventRecord:
    """One kind of event that struck k subjects.

    Parameters
    ----------
    day : (k,) float, day
        Study day, with its fraction.
    subject : (k,) int
        Index of each subject.
    term : str
        What happened.
    clone : (k,) int
        Number in `CLONES` of what a biopsy found.
    """

    day: Floats
    subject: Integers
    term: str
    clone: Integers


def happened(day: Floats, subject: Integers, term: str) -> EventRecord:
    """Return the record of events that are no biopsies."""
    return EventRecord(day, subject, term, np.zeros(len(subject), dtype=np.int64))


def adce(subjects: Subjects, events: Sequence[EventRecord]) -> pd.DataFrame:
    """Return ADCE: a row per clinical event, in order of subject and day."""
    import pandas as pd

    terms = sorted({event.term for event in events})
    lengths = [len(event.subject) for event in events]
    subject = np.concatenate([np.zeros(0, dtype=np.int64), *(event.subject for event in events)])
    number = np.repeat(np.array([terms.index(event.term) for event in events], dtype=np.int64), lengths)
    clone = np.concatenate([np.zeros(0, dtype=np.int64), *(event.clone for event in events)])
    day = np.concatenate([np.zeros(0), *(event.day for event in events)])
    columns = {
        "CETERM": words(terms, number),
        "CESTDY": np.ceil(day).astype(np.int64),
        "CLONE": words(CLONES, clone),
    }
    return conform("ADCE", pd.DataFrame(subjects.columns(subject) | columns))
