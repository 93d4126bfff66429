"""What became of each subject of a trial, as arrays: what predictions are put together from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abscopal.analysis.censored import Floats
from abscopal.analysis.enrolled import analysed, enrolled, places
from abscopal.analysis.response import COMPLETE, CONTROLLED, OBJECTIVE
from abscopal.analysis.toxicity import IMMUNE_RELATED, RELATED, SEVERE
from abscopal.units import DAYS_PER_MONTH

Flags = NDArray[np.bool_]
Index = NDArray[np.int64]
ENDPOINTS = ("PFS", "OS")
FLAGS = ("orr", "cr", "dcr", "irae", "irae_grade3", "trae_grade3")


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What became of the n subjects of one draw's trial.

    Parameters
    ----------
    candidate : (n,) int
        Who each is, the same number in every draw.
    arm : (n,) str
        Arm of each.
    flags : by name of `FLAGS`, (n,) bool
        Objective, complete response and disease control (confirmed best response); immune-related events of any grade
        and of grade 3 or worse, events of protocol treatment of grade 3 or worse, where events were recorded.
    days, event : by endpoint, (n,)
        Time and whether the event was seen; no key for an endpoint that somebody lacks.
    """

    candidate: Index
    arm: NDArray[np.str_]
    flags: Mapping[str, Flags]
    days: Mapping[str, Floats]
    event: Mapping[str, Flags]

    def followed(self, arm: str) -> float:
        """Months to which somebody of an arm was followed."""
        mine = self.arm == arm
        return max(float(days[mine].max()) for days in self.days.values()) / DAYS_PER_MONTH


def outcomes(tables: Mapping[str, pd.DataFrame], candidates: Sequence[int]) -> Outcomes:
    """Read from a run's tables what became of its subjects.

    Parameters
    ----------
    tables
        `adsl`, `adrs`, `adtte`, and `adae` where adverse events were recorded.
    candidates
        Candidate number of every row of `adsl`.
    """
    everybody = tables["adsl"]
    subjects = enrolled(everybody)
    number = np.asarray(candidates, dtype=np.int64)[places(subjects["USUBJID"], everybody["USUBJID"])]
    days, event = {}, {}
    for code in ENDPOINTS:
        rows = tables["adtte"][tables["adtte"]["PARAMCD"] == code]
        place = places(subjects["USUBJID"], rows["USUBJID"])
        if len(place) and (place >= 0).all():
            days[code] = rows["AVAL"].to_numpy(dtype=np.float64)[place]
            event[code] = rows["CNSR"].to_numpy()[place] == 0
    flags = _responses(tables["adrs"], subjects)
    if "adae" in tables:
        flags |= _events(tables["adae"], subjects)
    return Outcomes(number, subjects["ARM"].astype("str").to_numpy(dtype=np.str_), flags, days, event)


def _responses(adrs: pd.DataFrame, subjects: pd.DataFrame) -> dict[str, Flags]:
    best = analysed(adrs)
    best = best[best["PARAMCD"] == "CBOR"]
    wanted = {"orr": OBJECTIVE, "cr": COMPLETE, "dcr": CONTROLLED}
    return {name: _among(best[best["AVALC"].isin(words)], subjects) for name, words in wanted.items()}


def _events(adae: pd.DataFrame, subjects: pd.DataFrame) -> dict[str, Flags]:
    related = adae[adae["AEREL"].astype("str") == RELATED]
    immune = related[related["AECAT"].astype("str") == IMMUNE_RELATED]
    rows = {
        "irae": immune,
        "irae_grade3": immune[immune["AETOXGR"] >= SEVERE],
        "trae_grade3": related[related["AETOXGR"] >= SEVERE],
    }
    return {name: _among(found, subjects) for name, found in rows.items()}


def _among(rows: pd.DataFrame, subjects: pd.DataFrame) -> Flags:
    """Which subjects have one of some rows."""
    return np.asarray(subjects["USUBJID"].astype("str").isin(set(rows["USUBJID"].astype("str"))).to_numpy())
