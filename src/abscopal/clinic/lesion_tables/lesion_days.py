"""The days of a lesion table: from study days or from dates, and scans of a few days joined to one visit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from abscopal.clinic.lesion_tables.lesion_place import Place, remark
from abscopal.errors import InputError, Problem
from abscopal.sources import Source, cited

DATE_COLUMNS: tuple[str, ...] = ("ADT", "ADTM", "DATE")
"""Columns of dates that may stand for ADY."""

LONGEST_VISIT = 28

SOURCES: dict[str, Source] = {
    "LONGEST_VISIT": cited(
        "Eisenhauer EA et al., Eur J Cancer 2009;45:228-247 (RECIST 1.1)",
        where="section 3.1",
        derived="baseline scans are at most four weeks old; days, and no visit spreads further",
    ),
}
_ISO = r"^\d{4}-\d{2}-\d{2}(?:[T ].*)?$"
_SAS = r"^\d{1,2}[A-Za-z]{3}\d{4}$"
_WHOLE = "a study day, a whole number (not a date)"
_LISTED = 10


Integers = npt.NDArray[np.int64]


def numbered(table: pd.DataFrame) -> tuple[Integers, Integers]:
    """Return the number of each row's subject (n,), and of each row's lesion, which is one of its subject's."""
    subject = np.asarray(pd.factorize(table["USUBJID"])[0], dtype=np.int64)
    name, names = pd.factorize(table["LESION"])
    return subject, np.asarray(pd.factorize(subject * len(names) + name)[0], dtype=np.int64)


def earliest(day: Integers, group: Integers) -> Integers:
    """Return the first day of each row's group (n,)."""
    first = np.full(int(group.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, group, day)
    return np.asarray(first[group])


def days_of(raw: pd.DataFrame, subject: pd.Series, place: Place) -> tuple[pd.Series, list[Problem]]:
    """Return the study day of each row (NaN where there is none to be had) and what is wrong with them.

    Dates become days since the first date of their subject, the baseline, which is day 0.

    Parameters
    ----------
    raw : pandas.DataFrame
        With ADY, or one of `DATE_COLUMNS`.
    subject : (n,) str
        Whose each row is.
    place : Place
        Where the rows are.
    """
    column = next(name for name in ("ADY", *DATE_COLUMNS) if name in raw)
    values = raw[column]
    if pd.api.types.is_datetime64_any_dtype(values):
        return _since_baseline(values, subject, column, place), []
    if column == "ADY" and pd.api.types.is_numeric_dtype(values):
        number = values.astype(np.float64)
        return number, [*_wrong(~(number % 1 == 0), raw, column, _WHOLE, place)]
    text = values.astype("str").fillna("").str.strip()
    number = pd.to_numeric(text.replace("", None), errors="coerce").astype(np.float64)
    if column == "ADY" and (number.notna().any() or not text.str.match(r".*\d\D+\d|" + _SAS).any()):
        return number, [*_wrong(~(number % 1 == 0), raw, column, _WHOLE, place)]
    date = _dates(text)
    expected = "a date as YYYY-MM-DD (in other forms day and month may be confused)"
    problems = [*_wrong(date.isna(), raw, column, expected, place)]
    return (number if problems else _since_baseline(date, subject, column, place)), problems


def _dates(text: pd.Series) -> pd.Series:
    """Return dates of 2024-03-01, 2024-03-01T09:30 or 01MAR2024; NaT for everything else."""
    iso = pd.to_datetime(text.where(text.str.match(_ISO)).str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    sas = pd.to_datetime(text.where(text.str.match(_SAS)), format="%d%b%Y", errors="coerce")
    found: pd.Series = iso.fillna(sas)
    return found


def _since_baseline(date: pd.Series, subject: pd.Series, column: str, place: Place) -> pd.Series:
    day = date.dt.normalize()
    remark(f"{place.file or 'the table'}: {column} holds dates; days count from each subject's first, which is day 0")
    since: pd.Series = (day - day.groupby(subject).transform("min")).dt.days
    return since.astype(np.float64)


def _wrong(wrong: pd.Series, raw: pd.DataFrame, column: str, expected: str, place: Place) -> Iterator[Problem]:
    rows = np.flatnonzero(wrong)
    for row in rows[:_LISTED]:
        got = raw[column].iloc[row]
        yield place.cell(int(row), column, expected, None if pd.isna(got) or got == "" else got)
    if len(rows) > _LISTED:
        yield Problem(column, expected, f"{len(rows) - _LISTED} more rows like these", file=place.file)


def join_visits(table: pd.DataFrame, place: Place) -> pd.DataFrame:
    """Return the table with the scans of each VISIT of a subject on the first of their days.

    Rows without a VISIT keep their day. A visit that spreads over more than four weeks is refused.
    """
    named = table["VISIT"] != ""
    visit = [table["USUBJID"], table["VISIT"]]
    first = table["ADY"].groupby(visit).transform("min").where(named, table["ADY"])
    late = (table["ADY"] - first > LONGEST_VISIT).to_numpy()
    if late.any():
        rows = table.index[late][:_LISTED]
        expected = f"a scan within {LONGEST_VISIT} days of the first one of its visit (day {first[rows[0]]})"
        raise InputError([place.cell(int(row), "VISIT", expected, f"day {table['ADY'][row]}") for row in rows])
    return table.assign(ADY=first)
