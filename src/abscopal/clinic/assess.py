"""Assess a lesion table, of real or simulated patients, by a response criterion.

The table takes the very path of a simulated trial: the same findings, the same tables of rules, the same evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from abscopal.clinic.criteria.criterion import (
    LABELS,
    Bools,
    Codes,
    Criterion,
    Floats,
    Integers,
    VisitResponse,
    Visits,
    criterion_named,
    joined,
    take,
)
from abscopal.clinic.imaging import ORGANS, STATE_LABELS, Imaging, ScanReading, State, can_be_measured
from abscopal.clinic.lesion_tables.lesion_file import read_lesions
from abscopal.clinic.lesion_tables.lesion_table import MEASURES, checked, lesions_of
from abscopal.clinic.lesions import Role
from abscopal.clinic.records import response_columns
from abscopal.clinic.words import spelled, words
from abscopal.errors import InputError, Problem

__all__ = ["assess", "best_response", "lesions_of", "read_lesions"]

_ORGAN_CODE = {name: code for code, name in enumerate(ORGANS)}
Assessed = tuple[int, npt.NDArray[np.intp], VisitResponse]
_ROLES = {"target": Role.TARGET, "non-target": Role.NON_TARGET, "new": Role.NEW}


def assess(lesions: pd.DataFrame, criteria: str = "RECIST 1.1", *, nontarget_by_size: bool = False) -> pd.DataFrame:
    """Return the response of every visit after baseline, with the rule that gave it.

    Parameters
    ----------
    lesions : pandas.DataFrame
        A lesion table, see `read_lesions`. Each subject's first day is the baseline.
    criteria : str
        The name of a response criterion, such as `RECIST 1.1` (`abscopal list criteria`).
    nontarget_by_size : bool
        Call unequivocal progression of measured non-targets by their growth, as for simulated scans, and not only
        where the table says so (STATE `unequivocal progression`).

    Returns
    -------
    pandas.DataFrame
        USUBJID, ADY, SUM_MM, NADIR_MM, CHANGE_BASELINE (%), CHANGE_NADIR (%), TARGET, NONTARGET, NEW, RESPONSE, RULE;
        one row per subject and visit.
    """
    return assessment(lesions, criteria, nontarget_by_size=nontarget_by_size).visits


def best_response(
    lesions: pd.DataFrame, criteria: str = "RECIST 1.1", *, nontarget_by_size: bool = False
) -> pd.DataFrame:
    """Return the best overall response of every subject, without and with confirmation.

    Parameters
    ----------
    lesions, criteria, nontarget_by_size
        As for `assess`. Times (minimum duration of stable disease) count from each subject's baseline.

    Returns
    -------
    pandas.DataFrame
        USUBJID, BOR, BORDY, CBOR, CBORDY: response and study day it was first seen (NaN without a visit).
    """
    return assessment(lesions, criteria, nontarget_by_size=nontarget_by_size).best


@dataclass(frozen=True)
class Assessment:
    """A lesion table assessed: the criterion's name, `visits` as of `assess`, `best` as of `best_response`."""

    criteria: str
    visits: pd.DataFrame
    best: pd.DataFrame


def assessment(
    lesions: pd.DataFrame,
    criteria: str = "RECIST 1.1",
    *,
    nontarget_by_size: bool = False,
    progress: Callable[[str, float], None] = lambda stage, share: None,
) -> Assessment:
    """Return the response of every visit and the best of every subject at once.

    Parameters
    ----------
    lesions, criteria, nontarget_by_size
        As for `assess`.
    progress : function of a stage and the share of it done
        Called now and then.
    """
    criterion = _criterion(criteria, nontarget_by_size)
    progress("checking", 0.0)
    history = _history(checked(lesions), criterion)
    parts = []
    for assessed in _visits(history, criterion):
        parts.append(assessed)
        progress("assessing", assessed[0] / (history.day.shape[1] - 1))
    shown = [(number, seen, take(visit, seen)) for number, seen, visit in parts]
    return Assessment(criterion.name, _output(shown, history, criterion), _best(parts, history, criterion))


def _best(parts: list[Assessed], history: _History, criterion: Criterion) -> pd.DataFrame:
    """Return the best overall response of every subject, without and with confirmation."""
    baseline = history.day[:, :1].astype(np.float64)
    shape = (len(history.day), history.day.shape[1] - 1)
    response, progression = np.zeros(shape, dtype=np.int8), np.full(shape, np.nan)
    day = np.where(np.arange(1, shape[1] + 1) < history.visits[:, None], history.day[:, 1:] - baseline, np.nan)
    for number, seen, visit in parts:
        response[seen, number - 1] = visit.response[seen]
        progression[seen, number - 1] = visit.progression_day[seen]
    columns: dict[str, object] = {"USUBJID": history.usubjid}
    for word, confirmed in (("BOR", False), ("CBOR", True)):
        best = criterion.best(Visits(response, day, progression), confirmed=confirmed)
        columns[word] = words(LABELS, best.response)
        columns[f"{word}DY"] = best.day + baseline[:, 0]
    return pd.DataFrame(columns)


def _criterion(criteria: str, nontarget_by_size: bool) -> Criterion:
    criterion = criterion_named(criteria)
    return criterion if nontarget_by_size else criterion.by_reader()


@dataclass(frozen=True)
class _History:
    """A lesion table as arrays: n subjects, up to V visits, up to L lesions.

    `visits` (n,) counts each subject's visits; `day` (n, V); `size` and `state` (n, V, L); `role`, `organ`, `node`
    (n, L); `measures` has further measures (n, V, L) by the field of `ScanReading` that they fill.
    """

    usubjid: pd.Series
    visits: Integers
    day: Integers
    size: Floats
    state: Codes
    role: Codes
    organ: Integers
    node: Bools
    measures: dict[str, Floats]


def _rank(subject: Integers, value: Integers) -> Integers:
    """Rank of each row's value among the values of its subject, from 0."""
    least = int(value.min(initial=0))
    span = int(value.max(initial=0)) - least + 1
    row, unique = pd.factorize(subject * span + (value - least), sort=True)
    first = np.searchsorted(unique, np.arange(subject.max(initial=-1) + 1) * span)
    return np.asarray(row - first[subject])


def _translated(column: pd.Series, codes: Mapping[str, int], otherwise: int = -1) -> Integers:
    """Return the code of each word (n,); of one that has none, `otherwise` and one more for each such word."""
    number, found = pd.factorize(column)
    others = iter(range(otherwise, otherwise + len(found)))
    each = np.array([codes[word] if word in codes else next(others) for word in found], dtype=np.int64)
    return np.asarray(each[number])


def _history(table: pd.DataFrame, criterion: Criterion) -> _History:
    measured = _measured(table, criterion)
    subject, usubjid = pd.factorize(table["USUBJID"])
    visit = _rank(subject, table["ADY"].to_numpy())
    lesion = _rank(subject, pd.factorize(table["LESION"])[0])
    n, shape = len(usubjid), (len(usubjid), visit.max(initial=0) + 1, lesion.max(initial=-1) + 1)
    visits, day = np.zeros(n, dtype=np.int64), np.zeros(shape[:2], dtype=np.int64)
    np.maximum.at(visits, subject, visit + 1)
    day[subject, visit] = table["ADY"]
    size, state = np.full(shape, np.nan), np.zeros(shape, dtype=np.int8)
    size[subject, visit, lesion], state[subject, visit, lesion] = _readings(table)
    role, organ = np.zeros((n, shape[2]), dtype=np.int8), np.full((n, shape[2]), -1)
    node = np.zeros((n, shape[2]), dtype=np.bool_)
    role[subject, lesion] = _translated(table["ROLE"], _ROLES)
    state = _new_ones_stay(state, role == Role.NEW)
    organ[subject, lesion] = _translated(table["ORGAN"], _ORGAN_CODE, len(ORGANS))
    node[subject, lesion] = table["NODE"]
    measures = {}
    for name, column in measured.items():
        measures[name] = np.full(shape, np.nan)
        measures[name][subject, visit, lesion] = np.where(state[subject, visit, lesion] == State.ABSENT, 0.0, column)
    return _History(pd.Series(usubjid), visits, day, size, state, role, organ, node, measures)


def _new_ones_stay(state: Codes, is_new: Bools) -> Codes:
    """Return the states (n, V, L) with a new lesion, once seen, present until a row says that it is absent.

    What nobody recorded, or could not judge, is not gone: as for a target, which is then not evaluable.
    """
    state, there = state.copy(), np.zeros(is_new.shape, dtype=np.bool_)
    for visit in range(state.shape[1]):
        now = state[:, visit]
        unknown = (now == State.UNRECORDED) | (now == State.NOT_EVALUABLE)
        there = is_new & np.where(unknown, there, now != State.ABSENT)
        state[:, visit] = np.where(there & unknown, np.int8(State.PRESENT), now)
    return state


def _measured(table: pd.DataFrame, criterion: Criterion) -> dict[str, Floats]:
    """Return the further measures that the criterion reads, by field of `ScanReading`; of two for one, the first."""
    missing = [name for name in criterion.needs if name not in table]
    if missing:
        wanted = f"a column {{}}, which {criterion.name} needs"
        raise InputError([Problem(name, wanted.format(name), "no such column") for name in missing])
    present = [name for name in (*criterion.needs, *criterion.reads) if name in table]
    return {MEASURES[name]: table[name].to_numpy(np.float64) for name in reversed(present)}


def _readings(table: pd.DataFrame) -> tuple[Floats, Codes]:
    """Size and state of each row; a state left empty follows from the diameter."""
    size = table["DIAMETER_MM"].to_numpy(np.float64)
    given = _translated(table["STATE"], {word: code for code, word in enumerate(STATE_LABELS)})
    implied = np.where(size > 0, State.PRESENT, State.ABSENT)
    state = np.where(given == State.UNRECORDED, implied, given).astype(np.int8)
    smallest = Imaging().too_small_mm
    size = np.where(state == State.ABSENT, 0.0, np.where((state == State.TOO_SMALL) & np.isnan(size), smallest, size))
    return np.where(state == State.NOT_EVALUABLE, np.nan, size), state


def _scan(history: _History, number: int) -> ScanReading:
    imaging = Imaging()
    size, state = history.size[:, number], history.state[:, number]
    smallest = np.where(history.node, imaging.measurable_node_mm, imaging.measurable_mm)
    seen = np.isin(state, (State.PRESENT, State.TOO_SMALL, State.UNEQUIVOCAL_PROGRESSION))
    measurable = seen & (size >= smallest) & can_be_measured(history.organ)
    further = {name: values[:, number] for name, values in history.measures.items()}
    return ScanReading(size, seen, state, history.node, measurable, organ=history.organ, **further)


def _visits(history: _History, criterion: Criterion) -> Iterator[Assessed]:
    """Assess visit by visit: number of the visit, indices of the subjects seen, responses (n,), days from baseline."""
    is_new = history.role == Role.NEW
    role = np.where(is_new, np.int8(Role.NONE), history.role)
    state = criterion.start(criterion.summarise(_scan(history, 0), role))
    for number in range(1, history.day.shape[1]):
        reading, scanned = _scan(history, number), number < history.visits
        role = criterion.admit(role, is_new & (role == Role.NONE) & reading.detected, reading, history.organ)
        findings = criterion.summarise(reading, role)
        since_baseline = (history.day[:, number] - history.day[:, 0]).astype(np.float64)
        state, visit = criterion.assess(state, findings, since_baseline, scanned)
        yield number, np.flatnonzero(scanned), visit


def _output(parts: list[Assessed], history: _History, criterion: Criterion) -> pd.DataFrame:
    columns = ["USUBJID", "ADY", "SUM_MM", "NADIR_MM", "CHANGE_BASELINE", "CHANGE_NADIR"]
    columns += ["TARGET", "NONTARGET", "NEW", "RESPONSE", "RULE"]
    if not parts:
        return pd.DataFrame(columns=columns)
    subject = np.concatenate([seen for _, seen, _ in parts])
    day = np.concatenate([history.day[seen, number] for number, seen, _ in parts])
    visit = joined([visit for _, _, visit in parts])
    ids = {"USUBJID": words(list(history.usubjid), subject), "ADY": day}
    whole = pd.DataFrame(ids | response_columns(visit, criterion, len(subject)))
    return spelled(whole.take(np.lexsort((day, subject))).reset_index(drop=True)[columns])
