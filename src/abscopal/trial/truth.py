"""The truth behind each scan, which only a simulation knows: table ADTRUTH.

Responses are compared with the living tumour cells of all lesions, seen or not. Dead tissue, infiltrate, oedema and
scar, which a scan shows as well, do not count. A share of diameter stands for its cube of cells: -30 % of diameter is
0.343 of the cells, +20 % is 1.728 times as many, as where all lesions change alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criteria.criterion import LABELS, Response, percent_change
from abscopal.clinic.records import ScanRecord, Subjects
from abscopal.clinic.tables import conform
from abscopal.clinic.words import words
from abscopal.sources import Source, assumed, cited

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Index = NDArray[np.int64]

SHRUNK, GROWN = 0.7**3, 1.2**3
GONE_CELLS = 1e6
SOURCES: dict[str, Source] = {
    "SHRUNK": cited("Eisenhauer EA et al., Eur J Cancer 2009;45:228-247 (RECIST 1.1)", where="4.3.1", derived="0.7^3"),
    "GROWN": cited("Eisenhauer EA et al., Eur J Cancer 2009;45:228-247 (RECIST 1.1)", where="4.3.1", derived="1.2^3"),
    "GONE_CELLS": assumed("a cubic millimetre of living tumour in all is nothing that any scan shows; 1e5 to 1e7"),
}
TRUTHS = ("", "gone", "shrunk", "stable", "grown")


@dataclass(frozen=True)
class TruthRecord:
    """The truth at one scan round of k subjects.

    Parameters
    ----------
    visit
        Scan number, 0 at baseline.
    day
        Study day.
    subject
        Index of each subject [k].
    living
        Living tumour cells of all lesions [k].
    """

    visit: int
    day: int
    subject: Index
    living: Array

    @classmethod
    def of(cls, visit: int, day: int, subject: Index, cells: Array) -> Self:
        """Return the record from the living cells of each lesion [k, L]."""
        return cls(visit, day, subject, cells.sum(axis=1))


def truth_of(living: Array) -> NDArray[np.int64]:
    """Return the number among `TRUTHS` of each scan [n, V], 0 where there was none.

    Parameters
    ----------
    living
        Living cells at each scan, the first at baseline; NaN where there was none.
    """
    nadir = np.fmin.accumulate(living, axis=1)
    before = np.concatenate([living[:, :1], nadir[:, :-1]], axis=1)
    grown = (living >= GROWN * before) & (living > GONE_CELLS)
    with np.errstate(invalid="ignore"):
        shrunk = living <= SHRUNK * living[:, :1]
    number = np.select([np.isnan(living), living <= GONE_CELLS, grown, shrunk], [0, 1, 4, 2], 3)
    return np.asarray(number, dtype=np.int64)


def adtruth(subjects: Subjects, truth: Sequence[TruthRecord], scans: Sequence[ScanRecord]) -> pd.DataFrame:
    """Return ADTRUTH: what was true at each scan, beside the investigator's response.

    Parameters
    ----------
    subjects
        The n subjects.
    truth, scans
        Records of the same scan rounds in the same order, baseline first.
    """
    import pandas as pd

    n, last = len(subjects.usubjid), max((record.visit for record in truth), default=0)
    living, response = np.full((n, last + 1), np.nan), np.zeros((n, last + 1), dtype=np.int64)
    day = np.zeros((n, last + 1), dtype=np.int64)
    for record, scan in zip(truth, scans, strict=True):
        place = record.subject, record.visit
        living[place], day[place] = record.living, record.day
        response[place] = Response.NONE if scan.response is None else scan.response.response
    who, visit = np.nonzero(~np.isnan(living))
    at = who, visit
    columns = {"ADY": day[at], "AVISITN": visit, "LIVING": living[at], "AVALC": words(LABELS, response[at])}
    columns |= {name: percent_change(living, other)[at] for name, other in _references(living).items()}
    columns |= {"CHANGE_LATER": percent_change(_lowest_later(living), living)[at]}
    columns |= {"TRUTH": words(TRUTHS, truth_of(living)[at])}
    return conform("ADTRUTH", pd.DataFrame(subjects.columns(who) | columns))


def _references(living: Array) -> dict[str, Array]:
    """Return the cells that those of each scan are compared with: at baseline, at their lowest, at the scan before."""
    missing = np.full((len(living), 1), np.nan)
    earlier = np.concatenate([missing, np.fmin.accumulate(living, axis=1)[:, :-1]], axis=1)
    return {
        "CHANGE_BASELINE": living[:, :1],
        "CHANGE_NADIR": earlier,
        "CHANGE_LAST": np.concatenate([missing, _carried_forward(living)[:, :-1]], axis=1),
    }


def _carried_forward(values: Array) -> Array:
    """Return each row with its last known value in the place of every one that is missing."""
    column = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    return np.take_along_axis(values, np.maximum.accumulate(column, axis=1), axis=1)


def _lowest_later(living: Array) -> Array:
    """Lowest value at any later scan; NaN without one."""
    missing = np.full((len(living), 1), np.nan)
    backwards = np.fmin.accumulate(living[:, ::-1], axis=1)[:, ::-1]
    return np.concatenate([backwards[:, 1:], missing], axis=1)
