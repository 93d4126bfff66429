"""Drugs that the clinic gives for toxicity, and their table ADCM; they are no part of the exposure in ADEX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from abscopal.clinic.criteria.criterion import Floats, Integers
from abscopal.clinic.records import Subjects
from abscopal.clinic.tables import conform
from abscopal.clinic.toxicity_grades import EVENTS
from abscopal.clinic.words import words

if TYPE_CHECKING:
    import pandas as pd

PROPHYLAXIS = "Prophylaxis"
INDICATIONS: tuple[str, ...] = (*(event.term for event in EVENTS.values()), PROPHYLAXIS)
"""What a drug may be given for: the terms of adverse events, in the order of `EVENTS`, or their prevention."""


@dataclass(frozen=True)
class Medication:
    """One round of doses of a drug against toxicity, or stretches of its daily intake, in k subjects.

    Parameters
    ----------
    first, last : (k,) float, day
        Days from and to which it was given.
    subject : (k,) int
        Index of each subject.
    drug : str
        Its name.
    dose : (k,) float
        In `unit`.
    unit : str
        mg, or mg/day for daily intake.
    indication : (k,) int
        Number in `INDICATIONS`.
    """

    first: Floats
    last: Floats
    subject: Integers
    drug: str
    dose: Floats
    unit: str
    indication: Integers


def adcm(subjects: Subjects, given: Sequence[Medication]) -> pd.DataFrame:
    """Return ADCM: a row per dose, or stretch of daily intake of one dose, of a drug given for toxicity."""
    import pandas as pd

    drugs, units = sorted({one.drug for one in given}), sorted({one.unit for one in given})
    lengths = [len(one.subject) for one in given]
    subject = np.concatenate([np.zeros(0, dtype=np.int64), *(one.subject for one in given)])
    dose, first, last = (
        np.concatenate([np.zeros(0), *(getattr(one, name) for one in given)]) for name in ("dose", "first", "last")
    )
    indication = np.concatenate([np.zeros(0, dtype=np.int64), *(one.indication for one in given)])
    columns = {
        "CMTRT": words(drugs or [""], np.repeat(np.array([drugs.index(g.drug) for g in given], np.int64), lengths)),
        "CMINDC": words(INDICATIONS, indication),
        "ASTDY": first.astype(np.int64),
        "AENDY": last.astype(np.int64),
        "CMDOSE": dose,
        "CMDOSU": words(units or [""], np.repeat(np.array([units.index(g.unit) for g in given], np.int64), lengths)),
    }
    return conform("ADCM", pd.DataFrame(subjects.columns(subject) | columns))
