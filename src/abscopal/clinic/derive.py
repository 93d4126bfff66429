"""Endpoints of real patients: from the responses that `assess` gives, and what is known of their follow-up.

The responses take the very path of a simulated trial: `clinic/endpoints.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from abscopal.clinic.censoring import censoring_named
from abscopal.clinic.criteria.criterion import (
    LABELS,
    SUSPECTED,
    Codes,
    Criterion,
    Floats,
    Response,
    Visits,
    criterion_named,
    is_one_of,
)
from abscopal.clinic.endpoints import Curative, FollowUp, adtte
from abscopal.clinic.records import Subjects, until
from abscopal.clinic.words import spelled, words
from abscopal.errors import InputError, Problem, shown
from abscopal.protocol.schedule import Schedule

FOLLOW_UP: tuple[str, ...] = ("USUBJID", "EOSDY")
"""Columns that a table of follow-up must have: subject, last day known."""

FURTHER: tuple[str, ...] = ("ARM", "DTHDY", "NXTDY", "SURGDY", "SECONDDY")
"""Columns that it may have: arm, days of death, of subsequent therapy, of surgery, of a second primary found."""

IMMUNE = "iRECIST"
_PROGRESSION = (Response.PD, Response.ICPD)
_SETTLED = tuple(
    Response[name] for name in ("CR", "PR", "SD", "NON_CR_NON_PD", "ICR", "IPR", "ISD", "NON_ICR_NON_IUPD")
)


class Endpoints(NamedTuple):
    """The tables of real patients that analyses read: `adtte` (times), and `adrs` (responses, best responses)."""

    adtte: pd.DataFrame
    adrs: pd.DataFrame


def derive_endpoints(
    responses: pd.DataFrame,
    follow_up: pd.DataFrame,
    criteria: str = "RECIST 1.1",
    *,
    censoring: str = "every event",
    scans: str = "",
    setting: Literal["metastatic", "adjuvant", "neoadjuvant"] = "metastatic",
    day_0: int = 0,
) -> Endpoints:
    """Return the times to event and best responses of real patients.

    Parameters
    ----------
    responses : pandas.DataFrame
        As `assess` returns them: USUBJID, ADY, RESPONSE, a row per visit after baseline.
    follow_up : pandas.DataFrame
        A row per subject: USUBJID, EOSDY (last day known); and, each as far as there is any, DTHDY (day of death),
        NXTDY (first day of subsequent therapy), SURGDY (day of the surgery that neoadjuvant treatment prepared),
        SECONDDY (day on which another cancer was found), ARM. Who has no response was never scanned again.
    criteria : str
        The criterion that gave the responses.
    censoring : str
        A rule of `censoring.RULES`.
    scans : str
        The schedule of the scans, such as `every 8 weeks`; needed by a rule that counts missed ones (FDA).
    setting : str
        Adjuvant trials have recurrence-free and disease-free survival, neoadjuvant ones event-free survival.
    day_0 : int, day
        Study day that times count from: randomisation or first dose (1 in tables that have no day 0).

    Returns
    -------
    Endpoints
        `adtte` as in a simulated trial; `adrs` with PARAMCD OVR, BOR and CBOR. `response_rates` and `Survival` read
        them.

    Raises
    ------
    InputError
        With every problem of both tables at once.
    """
    criterion = criterion_named(criteria)
    known, problems = _follow_up(follow_up, day_0)
    problems += _response_problems(responses, known, day_0)
    if problems:
        raise InputError(problems)
    visits, number = _visits(responses, known, day_0)
    follow = FollowUp(*(known[name].to_numpy(np.float64) for name in ("DTHDY", "EOSDY", "NXTDY")))
    surgery, second = (known[name].to_numpy(np.float64) for name in ("SURGDY", "SECONDDY"))
    curative = None if setting == "metastatic" else Curative(setting, surgery, second)
    rule = censoring_named(censoring, _scheduled(scans, follow.known_day))
    if rule.missed and not scans:
        raise InputError(
            [Problem("scans", f"the schedule of the scans, for {censoring} counts missed ones", "nothing")]
        )
    immune = visits if criterion.name == IMMUNE else None
    subjects = Subjects("", known.index.tolist(), known["ARM"].tolist())
    times = adtte(subjects, visits, follow, criterion, rule, immune=immune, curative=curative)
    counted = until(visits, np.fmin(follow.subsequent_day, surgery))
    return Endpoints(spelled(times), _adrs(responses, number, known, counted, criterion, day_0))


def progression_days(response: Codes, day: Floats) -> Floats:
    """Return the day (n, V) at which each visit's progression is dated; NaN where it is none.

    Progression that was suspected (iUPD, uPD) and confirmed is dated at the first suspicion of its series, which any
    response but one that could not be evaluated ends.

    Parameters
    ----------
    response, day : (n, V)
        As in `Visits`.
    """
    dated, since = np.full(day.shape, np.nan), np.full(len(day), np.nan)
    for visit in range(day.shape[1]):
        code, now = response[:, visit], day[:, visit]
        since = np.where(is_one_of(code, SUSPECTED) & np.isnan(since), now, since)
        progressed = is_one_of(code, _PROGRESSION)
        dated[:, visit] = np.where(progressed, np.where(np.isnan(since), now, since), np.nan)
        since[is_one_of(code, _SETTLED)] = np.nan
    return dated


def _follow_up(raw: pd.DataFrame, day_0: int) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the follow-up by subject, days counted from day 0, and what is wrong with it."""
    missing = [name for name in FOLLOW_UP if name not in raw]
    if missing:
        raise InputError([Problem(name, f"a column {name}", "no such column") for name in missing])
    days = {
        name: pd.to_numeric(raw[name], errors="coerce") if name in raw else np.nan for name in ("EOSDY", *FURTHER[1:])
    }
    table = pd.DataFrame({"ARM": raw["ARM"].astype("str") if "ARM" in raw else ""} | days, index=raw.index)
    table.index = pd.Index(raw["USUBJID"].astype("str"))
    problems = [*_day_problems(raw, table)]
    table[list(days)] -= day_0
    table["EOSDY"] = table["EOSDY"].fillna(table["DTHDY"])
    return table, problems


def _day_problems(raw: pd.DataFrame, table: pd.DataFrame) -> Iterator[Problem]:
    for subject in table.index[table.index.duplicated()].unique():
        yield Problem("USUBJID", "one row per subject of the follow-up", f"{shown(subject)} again")
    for name in ("EOSDY", *FURTHER[1:]):
        if name in raw:
            given = raw[name].notna().to_numpy() & (raw[name].astype("str").str.strip() != "").to_numpy()
            for row in np.flatnonzero(given & table[name].isna().to_numpy()):
                yield Problem(f"{name}[{row}]", "a study day, or nothing", shown(raw[name].iloc[row]))
    ends = table[["EOSDY", "DTHDY"]]
    for row in np.flatnonzero(ends.isna().all(axis=1)):
        yield Problem(
            f"EOSDY[{row}]", "the last day known, or a day of death", f"neither for {shown(table.index[int(row)])}"
        )
    for row in np.flatnonzero(ends["DTHDY"] > ends["EOSDY"]):
        yield Problem(
            f"DTHDY[{row}]",
            f"a day not after the last one known ({ends['EOSDY'].iloc[row]:g})",
            f"{ends['DTHDY'].iloc[row]:g}",
        )


def _response_problems(responses: pd.DataFrame, known: pd.DataFrame, day_0: int) -> list[Problem]:
    missing = [name for name in ("USUBJID", "ADY", "RESPONSE") if name not in responses]
    if missing:
        return [Problem(name, f"a column {name}, as assess gives it", "no such column") for name in missing]
    subject, last = responses["USUBJID"].astype("str"), known["EOSDY"][~known.index.duplicated()]
    late = (responses["ADY"] - day_0).to_numpy() > last.reindex(subject).to_numpy()
    strange = sorted(set(responses["RESPONSE"].astype("str")) - set(LABELS))
    expected = "a row of the follow-up for each subject", "a scan up to the last day known"
    return [
        *(Problem("USUBJID", expected[0], f"none for {name}") for name in sorted(set(subject) - set(known.index))),
        *(Problem("RESPONSE", "a response as assess gives it", shown(word)) for word in strange),
        *(
            Problem("ADY", expected[1], f"day {responses['ADY'].iloc[row]} of {subject.iloc[row]}")
            for row in np.flatnonzero(late)
        ),
    ]


def _visits(responses: pd.DataFrame, known: pd.DataFrame, day_0: int) -> tuple[Visits, pd.Series]:
    """Return the responses as arrays (n, V), and the number of each row's visit from 1."""
    rows = responses.sort_values(["USUBJID", "ADY"], kind="stable")
    number = rows.groupby(rows["USUBJID"].astype("str")).cumcount() + 1
    subject = known.index.get_indexer(pd.Index(rows["USUBJID"].astype("str")))
    shape = (len(known), int(number.max()) if len(rows) else 0)
    response, day = np.zeros(shape, dtype=np.int8), np.full(shape, np.nan)
    code = {word: code for code, word in enumerate(LABELS)}
    response[subject, number - 1] = rows["RESPONSE"].astype("str").map(code)
    day[subject, number - 1] = rows["ADY"].to_numpy(np.float64) - day_0
    return Visits(response, day, progression_days(response, day)), number.reindex(responses.index)


def _scheduled(scans: str, last_day: Floats) -> tuple[float, ...]:
    if not scans:
        return ()
    horizon = int(np.ceil(last_day.max(initial=0.0)))
    return tuple(float(day) for day in Schedule.parse(scans).days(horizon) if day > 0)


def _adrs(
    responses: pd.DataFrame, number: pd.Series, known: pd.DataFrame, counted: Visits, criterion: Criterion, day_0: int
) -> pd.DataFrame:
    """Return the response of every visit, and best and confirmed best response up to what ended the counting."""
    arms = known["ARM"]
    subject = responses["USUBJID"].astype("str")
    parts = [
        pd.DataFrame(
            {
                "USUBJID": subject,
                "ARM": arms.reindex(subject).to_numpy(),
                "ADY": responses["ADY"],
                "AVISITN": number,
                "PARAMCD": "OVR",
                "AVALC": responses["RESPONSE"].astype("str"),
            }
        )
    ]
    for code, confirmed in (("BOR", False), ("CBOR", True)):
        best = criterion.best(counted, confirmed=confirmed)
        rows = {"USUBJID": known.index, "ARM": arms.to_numpy(), "ADY": best.day + day_0, "AVISITN": best.visit + 1}
        parts.append(pd.DataFrame(rows | {"PARAMCD": code, "AVALC": words(LABELS, best.response).astype("str")}))
    return pd.concat(parts, ignore_index=True)
