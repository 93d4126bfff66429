"""A table of lesion measurements: check it, cast it, say what is wrong with file, row and column.

What can be meant in one way only is put right (dates become days, centimetres millimetres, fragments one lesion) and
said as a `LesionWarning`; what can be meant in two ways is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from abscopal.clinic.imaging import STATE_LABELS
from abscopal.clinic.lesion_tables.lesion_days import DATE_COLUMNS, days_of, earliest, join_visits, numbered
from abscopal.clinic.lesion_tables.lesion_parts import whole_lesions
from abscopal.clinic.lesion_tables.lesion_place import Place, remark
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

OPTIONAL: tuple[str, ...] = ("ARM", *MEASURES)
"""Columns that a checked table keeps where they are there."""

ROLES: tuple[str, ...] = ("target", "non-target", "new")
_YES, _NO = ("true", "t", "yes", "y", "1", "1.0"), ("false", "f", "no", "n", "0", "0.0")
_NOTHING = ("", "na", "n/a", "nan", "null", "none", "<na>", "nat", ".")
_LARGEST_MM = 1000.0
_MEASURE_RANGE = {"PERP_MM": (0, 1000), "VIABLE_MM": (0, 1000), "SUL": (0, 1000), "DEAUVILLE": (1, 5)}
_MEASURE_WORDS = {
    "PERP_MM": "a diameter in mm from 0 to 1000, or nothing",
    "VIABLE_MM": "a diameter in mm from 0 to 1000, or nothing",
    "SUL": "a SULpeak from 0 to 1000, or nothing",
    "DEAUVILLE": "a score from 1 to 5, or nothing",
}
_LISTED = 10  # problems of one kind that are told row by row
Checks = list[tuple[str, npt.NDArray[np.bool_], str]]


def lesions_of(adtr: pd.DataFrame) -> pd.DataFrame:
    """Return the lesion table of ADTR: its LDIAM rows under the names of `COLUMNS`, and any `MEASURES` it has."""
    rows = adtr.loc[adtr["PARAMCD"] == "LDIAM"]
    kept = [*COLUMNS, *(name for name in MEASURES if name in adtr)]
    return rows.rename(columns={"AVAL": "DIAMETER_MM"})[kept].reset_index(drop=True)


def checked(raw: pd.DataFrame, file: str = "", place: Place | None = None) -> pd.DataFrame:
    """Return the lesion table cast to its types, or raise with every problem at once.

    Parameters
    ----------
    raw : pandas.DataFrame
        The columns of `COLUMNS` in any order and case, as text or typed; a date (ADT, DATE) may stand for ADY, and
        DIAMETER_CM for DIAMETER_MM. VISIT joins scans of a few days to one assessment; `OPTIONAL` columns are kept.
    file : str
        Where it came from, for the messages.
    place : Place
        Where its rows are in the file; default: the header is line 1 and the rows follow.
    """
    place = place or Place(file, raw)
    raw = _named(raw, place)
    _require_columns(raw, place)
    raw = raw.reset_index(drop=True)
    table, problems = _cast(raw, place)
    problems += [*_cell_problems(raw, table, place)]
    if problems:
        raise InputError(problems)
    table = table.astype({"ADY": np.int64, "NODE": np.bool_})
    table = join_visits(table, place) if "VISIT" in table else table
    table = _without_repeats(whole_lesions(table, place), place)
    if problems := [*_row_problems(table, place)]:
        raise InputError(problems)
    return table.drop(columns="VISIT", errors="ignore").reset_index(drop=True)


def _named(raw: pd.DataFrame, place: Place) -> pd.DataFrame:
    """Return the table with its names in capitals; two columns of one name are refused."""
    names = [str(name).strip().upper() for name in raw.columns]
    twice = sorted({name for name in names if name and names.count(name) > 1 and not name.startswith("UNNAMED")})
    if twice:
        raise InputError(
            [place.header(name, f"one column {name}", f"{names.count(name)}", names.index(name)) for name in twice]
        )
    return raw.set_axis(names, axis=1)


def _require_columns(raw: pd.DataFrame, place: Place) -> None:
    present = set(raw.columns)
    stand_in = {"ADY": DATE_COLUMNS, "DIAMETER_MM": ("DIAMETER_CM",)}
    missing = [name for name in COLUMNS if not present & {name, *stand_in.get(name, ())}]
    problems = [_missing_column(name, raw.columns, place) for name in missing]
    if {"DIAMETER_MM", "DIAMETER_CM"} <= present:
        problems.append(place.header("DIAMETER_CM", "diameters once", "DIAMETER_MM and DIAMETER_CM"))
    if not problems and raw.empty:
        problems = [Problem(expected="at least one row below the header", got="none", file=place.file)]
    if problems:
        raise InputError(problems)


def _missing_column(name: str, present: pd.Index, place: Place) -> Problem:
    near = did_you_mean(name, [str(column) for column in present if column not in COLUMNS])
    return place.header(name, f"a column {name}", "no such column", suggestion=near)


def _cast(raw: pd.DataFrame, place: Place) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the table with its types, NaN where a cell cannot be cast, and the problems of its days."""
    subject = _text(raw["USUBJID"])
    day, problems = days_of(raw, subject, place)
    role = _text(raw["ROLE"]).str.lower().str.replace(r"[ _]", "-", regex=True)
    columns: dict[str, object] = {
        "USUBJID": subject,
        "ADY": day,
        "LESION": _text(raw["LESION"]),
        "ORGAN": _text(raw["ORGAN"]).str.lower(),
        "ROLE": role.replace({"nontarget": "non-target", "new-lesion": "new"}),
        "DIAMETER_MM": _diameter(raw, place),
        "NODE": _truth(raw["NODE"]),
        "STATE": _or_nothing(_text(raw["STATE"]).str.lower().str.replace("_", " ")),
    }
    columns |= {name: _number(raw[name]) for name in MEASURES if name in raw}
    columns |= {name: _text(raw[name]) for name in ("ARM", "VISIT") if name in raw}
    return pd.DataFrame(columns), problems


def _diameter(raw: pd.DataFrame, place: Place) -> pd.Series:
    """Return diameters in mm; of DIAMETER_CM ten times the value, as its name says."""
    if "DIAMETER_MM" in raw:
        return _number(raw["DIAMETER_MM"])
    remark(f"{place.file or 'the table'}: DIAMETER_CM was read as centimetres")
    return _number(raw["DIAMETER_CM"]) * 10.0


def _text(values: pd.Series) -> pd.Series:
    return values.astype("str").fillna("").str.strip()


def _or_nothing(text: pd.Series) -> pd.Series:
    return text.mask(text.str.lower().isin(_NOTHING), "")


def _number(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(np.float64)
    return pd.to_numeric(_or_nothing(_text(values)).replace("", None), errors="coerce").astype(np.float64)


def _truth(values: pd.Series) -> pd.Series:
    """Return 1, 0, or NaN where the value is neither true nor false; empty is false."""
    if pd.api.types.is_bool_dtype(values):
        return values.astype(np.float64)
    plain = _or_nothing(_text(values).str.lower())
    return pd.Series(np.select([plain.isin(_YES), plain.isin((*_NO, ""))], [1.0, 0.0], np.nan), index=values.index)


def _given(raw: pd.DataFrame, name: str) -> npt.NDArray[np.bool_]:
    """Whether something stands in each cell of a column of numbers."""
    if pd.api.types.is_numeric_dtype(raw[name]):
        return raw[name].notna().to_numpy(dtype=np.bool_)
    return (_or_nothing(_text(raw[name])) != "").to_numpy(dtype=np.bool_)


def _cell_problems(raw: pd.DataFrame, table: pd.DataFrame, place: Place) -> Iterator[Problem]:
    """Everything that is wrong with a cell on its own."""
    for column, wrong, expected in _checks(raw, table):
        rows = np.flatnonzero(wrong)
        if len(rows) > max(_LISTED, len(table) // 2) and (other := _meant(column, raw)):
            first = f"{shown(_cell(raw, column, int(rows[0])))} and {len(rows) - 1} more like it"
            yield place.header(column, expected, first, suggestion=f"the column {other}")
            continue
        for row in rows[:_LISTED]:
            got = _cell(raw, column, int(row))
            yield place.cell(int(row), column, expected, got, _guess(column, got))
        if len(rows) > _LISTED:
            yield Problem(column, expected, f"{len(rows) - _LISTED} more rows like these", file=place.file)


def _checks(raw: pd.DataFrame, table: pd.DataFrame) -> Checks:
    """Return what must hold of a cell: column, where it does not, and what is expected."""
    measured = "DIAMETER_MM" if "DIAMETER_MM" in raw else "DIAMETER_CM"
    unit, size = measured[-2:].lower(), table["DIAMETER_MM"]
    largest = _LARGEST_MM if unit == "mm" else _LARGEST_MM / 10
    checks = [
        ("USUBJID", table["USUBJID"] == "", "a subject"),
        ("LESION", table["LESION"] == "", "the name of a lesion"),
        (measured, size.isna() & _given(raw, measured), f"a diameter in {unit}, or nothing"),
        (measured, (size < 0) | (size > _LARGEST_MM), f"a diameter in {unit} from 0 to {largest:g}"),
        ("NODE", table["NODE"].isna(), "true or false"),
        ("ROLE", ~table["ROLE"].isin(ROLES), f"one of {', '.join(ROLES)}"),
        ("STATE", ~table["STATE"].isin(STATE_LABELS), f"one of {', '.join(STATE_LABELS[1:])}"),
        ("STATE", (table["STATE"] == "") & size.isna() & ~_given(raw, measured), "a state, since there is no diameter"),
        ("STATE", (table["STATE"] == "present") & (size == 0), "absent, since the diameter is 0"),
        ("STATE", (table["STATE"] == "absent") & (size > 0) & (table["NODE"] != 1), f"present, or 0 {unit}"),
    ]
    for name in (name for name in MEASURES if name in raw):
        (least, most), value = _MEASURE_RANGE[name], table[name]
        wrong = (value.isna() & _given(raw, name)) | (value < least) | (value > most)
        checks.append((name, wrong, _MEASURE_WORDS[name]))
    if "ARM" in table:
        checks.append(("ARM", _changes(table, "ARM"), "one arm per subject"))
    return [(column, wrong.to_numpy(dtype=np.bool_), expected) for column, wrong, expected in checks]


def _changes(table: pd.DataFrame, column: str) -> pd.Series:
    """Whether a value differs from the first one of its subject."""
    return table[column] != table[column].groupby(table["USUBJID"]).transform("first")


def _cell(raw: pd.DataFrame, column: str, row: int) -> object:
    got = raw[column].iloc[row]
    return None if pd.isna(got) or got == "" else got


def _guess(column: str, got: object) -> str:
    """Return what was probably meant by a cell: a word of the column, or the number in a text."""
    words = {"ROLE": ROLES, "STATE": STATE_LABELS[1:]}
    if column in words:
        return did_you_mean(str(got).lower(), words[column])
    if not isinstance(got, str) or column not in ("DIAMETER_MM", "DIAMETER_CM", *MEASURES):
        return ""
    if got.startswith("<"):
        return "an empty cell with the state 'too small'"
    number = pd.Series([got]).str.extract(r"^([0-9]+(?:[.,][0-9]+)?)\s*(?:mm|cm)?$")[0].fillna("").iloc[0]
    return str(number).replace(",", ".") if not got.endswith("cm") else "a number in mm"


def _meant(column: str, raw: pd.DataFrame) -> str:
    """Name of the column whose values all fit where those of `column` do not: two columns were swapped."""
    fits: dict[str, Callable[[pd.Series], pd.Series]] = {
        "ROLE": lambda values: _text(values).str.lower().isin(ROLES),
        "STATE": lambda values: _or_nothing(_text(values).str.lower()).isin(STATE_LABELS) & (_text(values) != ""),
        "NODE": lambda values: _text(values).str.lower().isin((*_YES, *_NO)),
        "DIAMETER_MM": lambda values: _number(values).between(0, _LARGEST_MM),
    }
    others = [name for name in raw.columns if name != column and name not in ("USUBJID", "ADY", *MEASURES)]
    return next((name for name in others if column in fits and fits[column](raw[name]).all()), "")


def _without_repeats(table: pd.DataFrame, place: Place) -> pd.DataFrame:
    """Return the table with rows that say the same kept once; rows that contradict each other are left in."""
    repeated = table.drop(columns="VISIT", errors="ignore").duplicated()
    if not repeated.any():
        return table
    line = place.line(int(table.index[int(repeated.to_numpy().argmax())]))
    remark(
        f"{place.file or 'the table'}: rows that repeat an earlier one count once: {int(repeated.sum())}, from {line}"
    )
    return table[~repeated]


def _row_problems(table: pd.DataFrame, place: Place) -> Iterator[Problem]:
    """Everything that is wrong with a row beside the others of its subject."""
    yield from _contradictions(table, place)
    subject, lesion = numbered(table)
    first = earliest(np.arange(len(lesion)), lesion)  # row of each row's lesion
    for column in ("ROLE", "ORGAN", "NODE"):
        code = pd.factorize(table[column])[0]
        for row in np.flatnonzero(code != code[first])[:_LISTED]:
            yield _at(table, place, row, column, f"{shown(table[column].iloc[first[row]])} as before")
    day = table["ADY"].to_numpy(np.int64)
    start, begins = earliest(day, subject), earliest(day, lesion)
    baseline = day == start
    target, new = (table["ROLE"] == "target").to_numpy(np.bool_), (table["ROLE"] == "new").to_numpy(np.bool_)
    for row in np.flatnonzero(baseline & new)[:_LISTED]:
        yield _at(table, place, row, "ROLE", "target or non-target on the first day, the baseline")
    for row in np.flatnonzero((begins > start) & ~new & (day == begins))[:_LISTED]:
        yield _at(table, place, row, "ROLE", f"new, or a row for this lesion at baseline (day {start[row]})")
    for row in np.flatnonzero(baseline & target & ~_measured_at_all(table))[:_LISTED]:
        yield _at(table, place, row, "DIAMETER_MM", "a target measured at baseline")


def _measured_at_all(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether a row holds a measure of some kind: a diameter, or an uptake."""
    measured = table["DIAMETER_MM"] > 0
    for name in ("VIABLE_MM", "SUL", "DEAUVILLE"):
        measured = measured | (table[name] > 0) if name in table else measured
    return measured.to_numpy(dtype=np.bool_)


def _contradictions(table: pd.DataFrame, place: Place) -> Iterator[Problem]:
    """Rows of one subject, day and lesion that say different things."""
    keys = ["USUBJID", "ADY", "LESION"]
    again = table.duplicated(keys).to_numpy()
    for row in np.flatnonzero(again)[:_LISTED]:
        same = (table[keys] == table[keys].iloc[row]).all(axis=1).to_numpy()
        first = place.line(int(table.index[same.argmax()]))
        expected = (
            f"one row per subject, day and lesion ({first} says {shown(table['DIAMETER_MM'].iloc[same.argmax()])})"
        )
        yield _at(table, place, row, "LESION", expected)


def _at(table: pd.DataFrame, place: Place, row: int, column: str, expected: str) -> Problem:
    return place.cell(int(table.index[row]), column, expected, table[column].iloc[row])
