"""Laboratory values as the table ADLB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from abscopal.clinic.criteria.criterion import Floats, Integers
from abscopal.clinic.laboratory import BY_CODE, LabRecord
from abscopal.clinic.records import Subjects
from abscopal.clinic.tables import conform, empty
from abscopal.clinic.words import words

if TYPE_CHECKING:
    import pandas as pd


def adlb(subjects: Subjects, codes: Sequence[str], records: Sequence[LabRecord]) -> pd.DataFrame:
    """Return ADLB: a row per sample and test.

    Parameters
    ----------
    subjects
        Who the rows of the records are.
    codes
        Test of each column of the records.
    records
        In order of time.
    """
    import pandas as pd

    if not records or not codes:
        return empty("ADLB")
    tests = [BY_CODE[code] for code in codes]
    rows = sum(len(record.subject) for record in records)
    test = np.tile(np.arange(len(tests)), rows)
    subject = np.concatenate([record.subject for record in records]).repeat(len(tests))
    grade = np.concatenate([record.grade.ravel() for record in records]).astype(np.int64)
    low, high = np.array([one.normal for one in tests]).T
    columns = {
        "ADY": np.repeat([record.day for record in records], [record.value.size for record in records]),
        "PARAMCD": words([one.code for one in tests], test),
        "PARAM": words([one.name for one in tests], test),
        "AVAL": np.concatenate([record.value.ravel() for record in records]).astype(float),
        "AVALU": words([one.unit for one in tests], test),
        "ANRLO": low[test],
        "ANRHI": high[test],
        "ATOXGR": words(["", "0", "1", "2", "3", "4"], grade + 1),
    }
    columns["AVAL"] = _reported(columns["AVAL"], np.array([one.decimals for one in tests])[test])
    return conform("ADLB", pd.DataFrame(subjects.columns(subject) | columns))


def _reported(value: Floats, decimals: Integers) -> Floats:
    """Round each value to as many decimals as the laboratory reports."""
    scale = 10.0**decimals
    return np.asarray(np.rint(value * scale) / scale)
