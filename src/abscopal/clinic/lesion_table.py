"""A table of lesion measurements: read it from a file, check it, say what is wrong with file, row and column."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from abscopal.clinic.imaging import STATE_LABELS
from abscopal.errors import InputError, Problem, did_you_mean, shown

COLUMNS: tuple[str, ...] = ("USUBJID", "ADY", "LESION", "ORGAN", "ROLE", "DIAMETER_MM", "NODE", "STATE")
"""Subject, study day, lesion, organ, role, diameter (mm; empty where not measured), node (short axis), state."""

MEASURES: dict[str, str] = {
    "PERP_MM": "perpendicular_mm",
    "VIABLE_MM": "viable_mm",
    "SUL": "uptake",
    "DEAUVILLE": "uptake",
}
"""Columns that some criteria read and a table may lack, each with the field of `ScanReading` that it fills."""

_MEASURE_RANGE = {"PERP_MM": (0, 1000), "VIABLE_MM": (0, 1000), "SUL": (0, 1000), "DEAUVILLE": (1, 5)}
_MEASURE_WORDS = {
    "PERP_MM": "a diameter in mm from 0 to 1000, or nothing",
    "VIABLE_MM": "a diameter in mm from 0 to 1000, or nothing",
    "SUL": "a SULpeak from 0 to 1000, or nothing",
    "DEAUVILLE": "a score from 1 to 5, or nothing",
}
ROLES: tuple[str, ...] = ("target", "non-target", "new")
_YES, _NO = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


def read_lesions(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a lesion table from CSV or Parquet and check it.

    Parameters
    ----------
    path : str or path
        A `.csv` or `.parquet` file with the columns of `COLUMNS`.

    Returns
    -------
    pandas.DataFrame
        The columns of `COLUMNS`, and those of `MEASURES` that are there, cast.

    Raises
    ------
    InputError
        With every problem at once: file, row, column, what was expected and what was there.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError([Problem(expected="a CSV or Parquet file", got="no file", file=str(path))])
    try:
        raw = (
            pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, dtype=str, skipinitialspace=True)
        )
    except (ValueError, OSError) as error:
        raise InputError([Problem(expected="a CSV or Parquet table", got=shown(str(error)), file=str(path))]) from error
    return checked(raw, str(path))


def lesions_of(adtr: pd.DataFrame) -> pd.DataFrame:
    """Return the lesion table of ADTR: its LDIAM rows under the names of `COLUMNS`, and any `MEASURES` it has."""
    rows = adtr.loc[adtr["PARAMCD"] == "LDIAM"]
    kept = [*COLUMNS, *(name for name in MEASURES if name in adtr)]
    return rows.rename(columns={"AVAL": "DIAMETER_MM"})[kept].reset_index(drop=True)


def checked(raw: pd.DataFrame, file: str = "") -> pd.DataFrame:
    """Return the lesion table cast to its types, or raise with every problem at once.

    Parameters
    ----------
    raw : pandas.DataFrame
        The columns of `COLUMNS` and perhaps of `MEASURES` in any order, as text or typed.
    file : str
        Where it came from, for the messages.
    """
    missing = [name for name in COLUMNS if name not in raw.columns]
    if missing:
        raise InputError([_missing_column(name, raw.columns, file) for name in missing])
    place = _Place(file, list(raw.columns))
    table = pd.DataFrame(
        {
            "USUBJID": _text(raw["USUBJID"]),
            "ADY": _number(raw["ADY"]),
            "LESION": _text(raw["LESION"]),
            "ORGAN": _text(raw["ORGAN"]).str.lower(),
            "ROLE": _text(raw["ROLE"]).str.lower(),
            "DIAMETER_MM": _number(raw["DIAMETER_MM"]),
            "NODE": _truth(raw["NODE"]),
            "STATE": _text(raw["STATE"]).str.lower(),
            **{name: _number(raw[name]) for name in MEASURES if name in raw.columns},
        }
    )
    problems = [*_cell_problems(raw, table, place)]
    problems = problems or [*_row_problems(table, place)]
    if problems:
        raise InputError(problems)
    return table.astype({"ADY": np.int64, "NODE": np.bool_})


class _Place:
    """Turns a row of the frame and a column name into a place in the file (the header is line 1)."""

    def __init__(self, file: str, columns: list[str]) -> None:
        self.file, self.columns = file, columns

    def problem(self, row: int, column: str, expected: str, got: object, suggestion: str = "") -> Problem:
        name = f"{column}" if self.file else f"{column}[{row}]"
        line, number = (row + 2, self.columns.index(column) + 1) if self.file else (0, 0)
        return Problem(name, expected, shown(got), suggestion, self.file, line, number)


def _missing_column(name: str, present: pd.Index, file: str) -> Problem:
    near = did_you_mean(name, [str(column) for column in present if column not in COLUMNS])
    if name == "DIAMETER_MM" and "DIAMETER_CM" in present:
        return Problem(name, "diameters in mm", "DIAMETER_CM", "ten times the value", file, 1, 1)
    return Problem(name, f"a column {name}", "no such column", near, file, 1, 1)


def _text(values: pd.Series) -> pd.Series:
    return values.astype("str").fillna("").str.strip().reset_index(drop=True)


def _number(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values, errors="coerce").astype(np.float64).reset_index(drop=True)


def _truth(values: pd.Series) -> pd.Series:
    """Return 1, 0, or NaN where the value is neither true nor false; empty is false."""
    plain = _text(values).str.lower()
    return pd.Series(np.select([plain.isin(_YES), plain.isin((*_NO, ""))], [1.0, 0.0], np.nan))


def _empty(values: pd.Series) -> pd.Series:
    return _text(values) == ""


def _cell_problems(raw: pd.DataFrame, table: pd.DataFrame, place: _Place) -> Iterator[Problem]:
    """Everything that is wrong with a cell on its own."""
    size, day = table["DIAMETER_MM"], table["ADY"]
    nowhere_near = (size < 0) | (size > 1000)
    checks = [
        ("USUBJID", table["USUBJID"] == "", "a subject"),
        ("LESION", table["LESION"] == "", "the name of a lesion"),
        ("ADY", ~(day % 1 == 0), "a study day, a whole number (not a date)"),
        ("DIAMETER_MM", size.isna() & ~_empty(raw["DIAMETER_MM"]), "a diameter in mm, or nothing"),
        ("DIAMETER_MM", nowhere_near, "a diameter in mm from 0 to 1000"),
        ("NODE", table["NODE"].isna(), "true or false"),
        ("ROLE", ~table["ROLE"].isin(ROLES), f"one of {', '.join(ROLES)}"),
        ("STATE", ~table["STATE"].isin(STATE_LABELS), f"one of {', '.join(STATE_LABELS[1:])}"),
        ("STATE", (table["STATE"] == "") & size.isna(), "a state, since there is no diameter"),
    ]
    for column in (name for name in MEASURES if name in table.columns):
        (least, most), value = _MEASURE_RANGE[column], table[column]
        wrong = (value.isna() & ~_empty(raw[column])) | (value < least) | (value > most)
        checks.append((column, wrong, _MEASURE_WORDS[column]))
    words = {"ROLE": ROLES, "STATE": STATE_LABELS[1:]}
    for column, wrong, expected in checks:
        for row in np.flatnonzero(wrong):
            got = raw[column].iloc[row]
            guess = did_you_mean(str(got), words[column]) if column in words else ""
            yield place.problem(int(row), column, expected, None if pd.isna(got) else got, guess)


def _row_problems(table: pd.DataFrame, place: _Place) -> Iterator[Problem]:
    """Everything that is wrong with a row beside the others of its subject."""
    lesion = [table["USUBJID"], table["LESION"]]
    first_day = table["ADY"].groupby(table["USUBJID"]).transform("min")
    begins = table["ADY"].groupby(lesion).transform("min")
    baseline, late = table["ADY"] == first_day, begins > first_day
    for row in np.flatnonzero(table.duplicated(["USUBJID", "ADY", "LESION"])):
        yield place.problem(int(row), "LESION", "one row per subject, day and lesion", table["LESION"].iloc[row])
    for column in ("ROLE", "ORGAN", "NODE"):
        first = table[column].groupby(lesion).transform("first")
        for row in np.flatnonzero(table[column] != first):
            yield place.problem(int(row), column, f"{shown(first.iloc[row])} as before", table[column].iloc[row])
    for row in np.flatnonzero(baseline & (table["ROLE"] == "new")):
        yield place.problem(int(row), "ROLE", "target or non-target on the first day, the baseline", "new")
    for row in np.flatnonzero(late & (table["ROLE"] != "new") & (table["ADY"] == begins)):
        yield place.problem(int(row), "ROLE", "new, or a row for this lesion at baseline", table["ROLE"].iloc[row])
    unmeasured = baseline & (table["ROLE"] == "target") & ~(table["DIAMETER_MM"] > 0)
    for row in np.flatnonzero(unmeasured):
        yield place.problem(int(row), "DIAMETER_MM", "a target measured at baseline", table["DIAMETER_MM"].iloc[row])
