"""The tables of a trial as its economics need them: arrays over the enrolled subjects, in the order of ADSL.

They are read from a run folder, or from a folder with the tables of a real trial as Parquet or CSV.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abscopal.analysis.censored import Codes, Floats
from abscopal.analysis.enrolled import enrolled, places
from abscopal.errors import InputError, Problem

Tables = Mapping[str, pd.DataFrame]

REQUIRED: dict[str, tuple[str, ...]] = {
    "adsl": ("USUBJID", "ARM"),
    "adtte": ("USUBJID", "PARAMCD", "AVAL", "CNSR"),
    "adex": ("USUBJID", "ADY", "EXTRT", "EXDOSE", "EXDOSU"),
    "adae": ("USUBJID", "AETERM", "AETOXGR", "ASTDY", "AENDY"),
    "adrs": ("USUBJID", "ADY", "PARAMCD"),
}
"""What must be there; EXLINE and AENDY of ADEX, NXTDY and CLASS of ADSL, ADCM and ADLB are used where they are."""
OPTIONAL = ("adcm", "adlb")
EVENT_FREE = ("PFS", "RFS", "DFS", "EFS")
"""Endpoints whose event ends the first health state: the first of them that the trial has."""


def read_tables(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Read the tables of a run folder, or of a folder that holds them itself.

    Raises
    ------
    InputError
        Naming every table and column that is missing.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            [Problem("", "a run folder or a folder with a trial's tables", "no such folder", file=str(folder))]
        )
    inside = folder / "adam" if (folder / "adam").is_dir() else folder
    found = {name: path for name in (*REQUIRED, *OPTIONAL) if (path := _file(inside, name)) is not None}
    if problems := [_missing_table(inside, name) for name in REQUIRED if name not in found]:
        raise InputError(problems)
    tables = {name: _read(path) for name, path in found.items()}
    if problems := [problem for name in REQUIRED for problem in _missing_columns(tables, name, found[name])]:
        raise InputError(problems)
    return tables


def _file(folder: Path, name: str) -> Path | None:
    """Return the file of a table, whatever the case of its name."""
    there = {path.name.lower(): path for path in sorted(folder.iterdir())}
    return next((there[f"{name}{end}"] for end in (".parquet", ".csv") if f"{name}{end}" in there), None)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)


def _missing_table(folder: Path, name: str) -> Problem:
    return Problem("", f"the table {name}.parquet or {name}.csv", "nothing", file=str(folder))


def _missing_columns(tables: Tables, name: str, path: Path) -> Iterator[Problem]:
    for column in REQUIRED[name]:
        if column not in tables[name].columns:
            yield Problem(column, "this column", "nothing", file=str(path))


@dataclass(frozen=True, eq=False)
class Followed:
    """The enrolled subjects of a trial, how they were followed, and what was done to them; times are study days.

    Attributes
    ----------
    names : (n,) str
        USUBJID.
    arm : (n,) int
        Place of each subject's arm in `arms`.
    arms : tuple of str
        In alphabetical order.
    end : (n,) float, day
        Last day known: of death where `died`.
    died : (n,) bool
    progressed : (n,) float, day
        Progression (or recurrence, see `EVENT_FREE`), or a subsequent therapy without one; infinite for those who were
        progression-free when last seen.
    treated_until : (n,) float, day
        Last day of protocol treatment; 0 for those never treated.
    doses, events, scans, medications, samples : DataFrame
        Rows of ADEX, ADAE, ADRS (one per scan), ADCM and ADLB with the subject's place in the column `place`. Doses
        that were left out (EXDOSE 0) are in `left_out`: the subject came, and was given nothing.
    """

    names: NDArray[np.str_]
    arm: Codes
    arms: tuple[str, ...]
    end: Floats
    died: NDArray[np.bool_]
    progressed: Floats
    treated_until: Floats
    doses: pd.DataFrame
    left_out: pd.DataFrame
    events: pd.DataFrame
    scans: pd.DataFrame
    medications: pd.DataFrame | None = None
    samples: pd.DataFrame | None = None
    count: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", len(self.names))

    @classmethod
    def of(cls, tables: Tables) -> Followed:
        """Return the subjects of a trial's tables.

        Raises
        ------
        InputError
            If a subject has no OS or PFS, or a time or day that is none.
        """
        adsl = enrolled(tables["adsl"]).drop_duplicates("USUBJID").reset_index(drop=True)
        rows = {name: _placed(table, adsl) for name, table in tables.items() if name != "adsl"}
        end, died = _endpoint(rows["adtte"], adsl, "OS")
        there = set(rows["adtte"]["PARAMCD"].astype("str"))
        event_free = next((code for code in EVENT_FREE if code in there), EVENT_FREE[0])
        progression, seen = _endpoint(rows["adtte"], adsl, event_free)
        codes, arms = pd.factorize(adsl["ARM"].astype("str"), sort=True)
        planned = _doses(rows["adex"])
        nothing = planned["EXDOSE"] == 0
        doses = planned[~nothing]
        onward = adsl["NXTDY"].to_numpy(float) if "NXTDY" in adsl.columns else np.full(len(adsl), np.nan)
        return cls(
            names=adsl["USUBJID"].astype("str").to_numpy(dtype=np.str_),
            arm=np.asarray(codes),
            arms=tuple(str(arm) for arm in arms),
            end=end,
            died=died,
            progressed=np.where(seen, progression, np.where(np.isfinite(onward), onward, np.inf)),
            treated_until=_treated_until(doses, len(adsl)),
            doses=doses,
            left_out=planned[nothing],
            events=rows["adae"],
            scans=rows["adrs"][rows["adrs"]["PARAMCD"] == "OVR"].drop_duplicates(["place", "ADY"]),
            medications=rows.get("adcm"),
            samples=rows.get("adlb"),
        )


def _placed(table: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Rows of the subjects of ADSL, with their place there."""
    place = places(table["USUBJID"], adsl["USUBJID"])
    return table.assign(place=place)[place >= 0].reset_index(drop=True)


def _endpoint(adtte: pd.DataFrame, adsl: pd.DataFrame, code: str) -> tuple[Floats, NDArray[np.bool_]]:
    """Time of each subject, and whether the event was seen."""
    rows = adtte[adtte["PARAMCD"] == code].drop_duplicates("place")
    time, event = np.full(len(adsl), np.nan), np.zeros(len(adsl), dtype=bool)
    time[rows["place"]] = rows["AVAL"].to_numpy(float)
    event[rows["place"]] = rows["CNSR"].to_numpy() == 0
    if (bad := ~(time >= 0) | ~np.isfinite(time)).any():
        who = str(adsl["USUBJID"].iloc[int(np.flatnonzero(bad)[0])])
        got = f"none for {int(bad.sum())} subjects, such as {who}"
        raise InputError([Problem("ADTTE", f"a time (AVAL) of {code} for every subject of ADSL", got)])
    return time, event


def _doses(adex: pd.DataFrame) -> pd.DataFrame:
    """Give ADEX the columns that a real trial's may lack: the last day of a row, and the line."""
    last = adex["AENDY"].fillna(adex["ADY"]) if "AENDY" in adex.columns else adex["ADY"]
    line = adex["EXLINE"] if "EXLINE" in adex.columns else 1
    return adex.assign(AENDY=last.astype(float), ADY=adex["ADY"].astype(float), EXLINE=line)


def _treated_until(doses: pd.DataFrame, n: int) -> Floats:
    mine = doses[doses["EXLINE"] == 1]
    last = np.zeros(n)
    np.maximum.at(last, mine["place"].to_numpy(), mine["AENDY"].to_numpy(float))
    return last
