"""Which subjects a figure shows where an arm has more than a reader can tell apart.

The sample is fixed: subjects are ranked by the fractional part of their place times the golden ratio, which spreads any
number of them evenly over the order of enrolment (Weyl's sequence), the same on every machine and in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np
import pandas as pd

from abscopal.report.style import shorten

Made = TypeVar("Made")
Tables = Mapping[str, pd.DataFrame]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # golden ratio, less 1, in units of 2^-64


class Kept(dict[str, pd.DataFrame]):
    """A trial's tables, and what figures derived from them, so that each is derived once."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self.made: dict[object, object] = {}


def once(tables: Tables, make: Callable[..., Made], *arguments: str) -> Made:
    """Return `make(tables, *arguments)`, from the first time on where the tables can keep it."""
    if not isinstance(tables, Kept):
        return make(tables, *arguments)
    key = (make, *arguments)
    if key not in tables.made:
        tables.made[key] = make(tables, *arguments)
    return tables.made[key]  # type: ignore[return-value]


def sample(subjects: pd.Series, count: int) -> pd.Series:
    """Return at most `count` of the subjects, in their order."""
    if len(subjects) <= count:
        return subjects
    rank = np.arange(len(subjects), dtype=np.uint64) * _GOLDEN  # wraps round: the fractional part
    return subjects.iloc[np.sort(np.argpartition(rank, count)[:count])]


def sampled_title(arm: str, shown: int, count: int) -> str:
    """Title of a panel, with how many of the arm's subjects it shows where that is not all of them."""
    return f"{shorten(arm, 30)}: {shown} of {count} subjects" if shown < count else arm


def of_subjects(table: pd.DataFrame, subjects: pd.Series) -> pd.DataFrame:
    """Return the rows of these subjects, words as strings."""
    rows = table[table["USUBJID"].isin(subjects)]
    return rows.astype({str(k): "str" for k, kind in rows.dtypes.items() if isinstance(kind, pd.CategoricalDtype)})


def evenly(table: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return at most `count` rows spread evenly over a sorted table, first and last row included."""
    if len(table) <= count:
        return table
    return table.iloc[np.linspace(0, len(table) - 1, count).round().astype(int)]
