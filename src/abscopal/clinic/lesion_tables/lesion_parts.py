"""Lesions that split or merged under treatment, told by their names.

RECIST 1.1 section 4.3.2: the diameters of the fragments of a lesion are added together; lesions that coalesced count
with one longest diameter. A lesion `T1` of baseline whose later rows are named `T1a`, `T1b` (or `T1.1`, `T1.2`) has
split; rows named `T1+T2` (or `T1/T2`) are of two lesions that merged. Any other name that is not there at baseline
stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from abscopal.clinic.imaging import Imaging
from abscopal.clinic.lesion_tables.lesion_days import earliest, numbered
from abscopal.clinic.lesion_tables.lesion_place import Place, remark
from abscopal.errors import InputError, Problem

_PART = re.compile(r"(?P<whole>.+?)(?:[ ._-]?[A-Za-z]|[.][0-9]{1,2})")
_MERGED = re.compile(r"[+/]")
_ADDED, _GREATEST = ("DIAMETER_MM", "VIABLE_MM"), ("SUL", "DEAUVILLE")
Row = dict[Hashable, Any]


def whole_lesions(table: pd.DataFrame, place: Place) -> pd.DataFrame:
    """Return the table with the parts of a lesion as one row, and merged lesions as the rows of each.

    Parameters
    ----------
    table : pandas.DataFrame
        A cast lesion table, indexed by row of the file.
    place : Place
        Where its rows are.
    """
    subject, lesion = numbered(table)
    day = table["ADY"].to_numpy(np.int64)
    later = table[(earliest(day, lesion) > earliest(day, subject)) & (table["ROLE"] != "new").to_numpy()]
    if later.empty:
        return table
    concerned = table[table["USUBJID"].isin(later["USUBJID"].unique())]
    rows: list[Row] = []
    problems: list[Problem] = []
    replaced: list[int] = []
    for _, history in concerned.groupby("USUBJID", sort=False):
        for found, gone, wrong in (_fragments(history, place), _mergers(history)):
            rows += found
            replaced += gone
            problems += wrong
    if problems:
        raise InputError(problems)
    if not rows:
        return table
    names = sorted(set(table.loc[replaced, "LESION"]))
    listed = ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
    remark(f"{place.file or 'the table'}: {listed} were read as parts of split lesions or as merged lesions, by name")
    index = [row.pop("index") for row in rows]
    kinds = table.dtypes.to_dict()
    return pd.concat([table.drop(index=replaced), pd.DataFrame(rows, index=index)[list(table)].astype(kinds)])


def _baseline(history: pd.DataFrame) -> dict[str, Row]:
    """Rows of the first day of one subject, by lesion."""
    first = history[history["ADY"] == history["ADY"].min()]
    return {str(row["LESION"]): row for row in first.to_dict("records")}


def _fragments(history: pd.DataFrame, place: Place) -> tuple[list[Row], list[int], list[Problem]]:
    """Rows for the lesions of one subject that split, the rows they stand for, and days with both whole and parts."""
    baseline = _baseline(history)
    match = {name: _PART.fullmatch(name) for name in history["LESION"].unique() if name not in baseline}
    whole_of = {name: found["whole"] for name, found in match.items() if found and found["whole"] in baseline}
    parts = history[history["LESION"].isin(whole_of) & (history["ROLE"] != "new")]
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[str, set[str]] = {}
    for (day, whole), group in parts.groupby(["ADY", parts["LESION"].map(whole_of)], sort=True):
        known = seen.setdefault(str(whole), set())
        known |= set(group["LESION"])
        if ((history["ADY"] == day) & (history["LESION"] == whole)).any():
            expected = f"either {whole} or its parts on day {day}"
            problems.append(place.cell(int(group.index[0]), "LESION", expected, group["LESION"].iloc[0]))
        rows.append(_added(group, str(whole), complete=known == set(group["LESION"])))
    return rows, list(parts.index), problems


def _added(group: pd.DataFrame, whole: str, *, complete: bool) -> Row:
    """One row for the parts of a lesion; not evaluable where a part known earlier is missing."""
    state = group["STATE"]
    row: Row = group.iloc[0].to_dict() | {"LESION": whole, "index": int(group.index[0])}
    sizes = {name: _filled(group[name], state) for name in (*_ADDED, "PERP_MM") if name in group}
    row |= {name: sizes[name].sum(skipna=False) for name in _ADDED if name in group}
    row |= {name: group[name].max() for name in _GREATEST if name in group}
    if "PERP_MM" in group:  # the product of the two diameters of the whole is the sum of those of its parts
        products = (sizes["DIAMETER_MM"] * sizes["PERP_MM"]).sum(skipna=False)
        row["PERP_MM"] = products / row["DIAMETER_MM"] if row["DIAMETER_MM"] > 0 else np.nan
    unknown = not complete or (state == "not evaluable").any()
    row["STATE"] = "not evaluable" if unknown else state.iloc[0] if state.nunique() == 1 else "present"
    if row["STATE"] == "too small" and len(group) > 1:
        row["STATE"] = "present"
    if unknown:
        row["DIAMETER_MM"] = np.nan
    return row


def _filled(size: pd.Series, state: pd.Series) -> pd.Series:
    """Return sizes with those that nobody measures filled in: 0 of what is absent, 5 mm of what is too small."""
    size = size.mask(size.isna() & (state == "too small"), Imaging().too_small_mm)
    return size.mask(state == "absent", 0.0)


def _mergers(history: pd.DataFrame) -> tuple[list[Row], list[int], list[Problem]]:
    """Rows for the lesions of one subject that merged, the rows they stand for, and no problems."""
    baseline = _baseline(history)
    rows: list[Row] = []
    replaced: list[int] = []
    for index, row in zip(history.index, history.to_dict("records"), strict=True):
        names = _MERGED.split(str(row["LESION"]))
        if len(names) < 2 or str(row["LESION"]) in baseline or not set(names) <= set(baseline):
            continue
        replaced.append(int(index))
        alike = [name for name in names if baseline[name]["ROLE"] == row["ROLE"]] or names
        for name in names:
            own = {key: baseline[name][key] for key in ("LESION", "ORGAN", "ROLE", "NODE")}
            rest = {} if name == alike[0] or row["STATE"] == "not evaluable" else _swallowed(row)
            rows.append(row | own | rest | {"index": int(index)})
    return rows, replaced, []


def _swallowed(row: Row) -> Row:
    """Return what is left of a lesion that another one took up."""
    return {name: np.nan for name in ("PERP_MM", "VIABLE_MM", "SUL", "DEAUVILLE") if name in row} | {
        "DIAMETER_MM": 0.0,
        "STATE": "absent",
    }
