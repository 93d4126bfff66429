"""From the arrays a trial collects visit by visit to its tables ADTR, ADRS and ADEX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from abscopal.clinic import tables
from abscopal.clinic.criteria.criterion import (
    LABELS,
    Best,
    Codes,
    Criterion,
    Findings,
    Floats,
    Integers,
    Response,
    VisitResponse,
    Visits,
    joined,
    rule_text,
    unseen,
)
from abscopal.clinic.dose_modification import REASONS
from abscopal.clinic.imaging import NODE, ORGANS, STATE_LABELS, ScanReading
from abscopal.clinic.lesions import ROLE_LABELS, Role
from abscopal.clinic.words import Vocabulary, same, words


@dataclass(frozen=True)
class Subjects:
    """Who the rows of the arrays are: one study, `usubjid` and `arm` (n,) of strings."""

    studyid: str
    usubjid: Sequence[str]
    arm: Sequence[str]

    def columns(self, subject: Integers) -> dict[str, pd.Categorical[Any]]:
        """Return the identifying columns for rows of these subjects."""
        names, arms = self._words
        return {
            "STUDYID": same(self.studyid, len(subject)),
            "USUBJID": names.column(subject),
            "ARM": arms.column(subject),
        }

    @cached_property
    def _words(self) -> tuple[Vocabulary, Vocabulary]:
        return Vocabulary.of(self.usubjid), Vocabulary.of(self.arm)


@dataclass(frozen=True)
class ScanRecord:
    """One scan round: the k subjects scanned and what was read.

    Parameters
    ----------
    visit : int
        Scan number, 0 at baseline.
    day : (k,) int, day
        Study day of each scan.
    subject : (k,) int
        Index of each subject.
    measured_mm : (k, L) float, mm
        As read.
    state, role : (k, L) int8
        `imaging.State` and `lesions.Role` codes.
    sum_mm : (k,) float, mm
        Sum of targets; NaN where incomplete or without target.
    response : VisitResponse or None
        Of the k subjects; None at baseline.
    perpendicular_mm : (k, L) float, mm
        Second diameters; None where the criteria ask for none.
    """

    visit: int
    day: Integers
    subject: Integers
    measured_mm: Floats
    state: Codes
    role: Codes
    sum_mm: Floats
    response: VisitResponse | None
    perpendicular_mm: Floats | None = None


def scan_record(
    visit: int,
    day: float | Floats,
    subject: Integers,
    reading: ScanReading,
    role: Codes,
    findings: Findings,
    response: VisitResponse | None = None,
) -> ScanRecord:
    """Return the record of a scan round of k subjects.

    Parameters
    ----------
    visit : int
        Scan number, 0 at baseline.
    day : float or (k,) float, day
        Study day of the scan.
    subject : (k,) int
        Index of each subject scanned.
    reading, role, findings : ScanReading, (k, L) int8, Findings
        Of this scan.
    response : VisitResponse
        Of this scan, (k,); None at baseline.
    """
    whole = np.where(findings.has_target & findings.targets_evaluated, findings.target_sum, np.nan)
    return ScanRecord(
        visit=visit,
        day=np.broadcast_to(np.asarray(day), subject.shape).astype(np.int64),
        subject=subject,
        measured_mm=reading.measured_mm,
        state=reading.state,
        role=role,
        sum_mm=whole if response is None else response.sum_mm,
        response=response,
        perpendicular_mm=reading.perpendicular_mm,
    )


@dataclass(frozen=True)
class DoseRecord:
    """One round of doses of one drug, stretches of its daily intake, or a procedure.

    Parameters
    ----------
    day : float or (k,) float, day
        Study day, the first one of daily intake.
    subject : (k,) int
        Index of each subject treated.
    treatment : str
        Name of the drug or of the kind of procedure.
    dose : (k,) float
        Dose given, in `unit`; per day for daily intake.
    line : int
        1 protocol treatment, 2 the first subsequent treatment, and so on.
    unit : str
        mg, cells, IU, mg/day; Gy for a fraction of radiotherapy, lesions for what was resected or ablated.
    last_day : (k,) float, day
        Last day of daily intake; None: the same day.
    planned : (k,) float
        Dose planned, in `unit`; None: the dose given. A dose of 0 was left out.
    reason : (k,) int
        Why it is not as planned (number in `dose_modification.REASONS`); None: it is.
    late : (k,) float, day
        Days by which it was put off; None: it was not.
    """

    day: float | Floats
    subject: Integers
    treatment: str
    dose: Floats
    line: int = 1
    unit: str = "mg"
    last_day: Floats | None = None
    planned: Floats | None = None
    reason: Integers | None = None
    late: Floats | None = None


def _joined(parts: Sequence[np.ndarray], kind: type = np.float64) -> np.ndarray:
    return np.concatenate(parts) if len(parts) else np.empty(0, dtype=kind)


INVESTIGATOR = "INVESTIGATOR"


def adtr(
    subjects: Subjects,
    organ: npt.NDArray[np.integer],
    scans: Sequence[ScanRecord],
    evaluator: str = INVESTIGATOR,
    unit: str = "mm",
) -> pd.DataFrame:
    """Return ADTR: a row per followed lesion and scan, and one for each sum of targets.

    Parameters
    ----------
    subjects : Subjects
        The n subjects.
    organ : (n, L) int
        Code in `imaging.ORGANS` of each lesion.
    scans : sequence of ScanRecord
        Baseline included.
    evaluator : str
        Who read them.
    unit : str
        Of the sum of targets: mm, or mm2 for products of diameters.
    """
    rows = [_lesion_rows(scan, organ) for scan in scans] + [_sum_rows(scan) for scan in scans]
    if not rows:
        return tables.empty("ADTR")
    whole = {name: _joined([row[name] for row in rows]) for name in rows[0]}
    lesions = [f"L{number:02d}" for number in range(1, int(whole["lesion"].max(initial=0)) + 2)]
    frame = subjects.columns(whole["subject"]) | {
        "ADY": whole["day"],
        "AVISITN": whole["visit"],
        "PARAMCD": words(["LDIAM", "SUMDIAM"], (whole["lesion"] < 0).astype(np.int64)),
        "LESION": words([*lesions, ""], whole["lesion"]),
        "ORGAN": words([*ORGANS, ""], whole["organ"]),
        "ROLE": words(ROLE_LABELS, whole["role"]),
        "NODE": whole["organ"] == NODE,
        "STATE": words(STATE_LABELS, whole["state"]),
        "AVAL": whole["size"],
        "AVALU": words(["mm", unit], (whole["lesion"] < 0).astype(np.int64)),
        "PERP_MM": whole["across"],
        "TREVAL": same(evaluator, len(whole["size"])),
        "ANL01FL": same("Y" if evaluator == INVESTIGATOR else "", len(whole["size"])),
    }
    return tables.conform("ADTR", pd.DataFrame(frame))


def _lesion_rows(scan: ScanRecord, organ: npt.NDArray[np.integer]) -> dict[str, np.ndarray]:
    row, lesion = np.nonzero(scan.role != Role.NONE)
    subject = scan.subject[row]
    return {
        "subject": subject,
        "day": scan.day[row],
        "visit": np.full(len(row), scan.visit),
        "lesion": lesion,
        "organ": organ[subject, lesion].astype(np.int64),
        "role": scan.role[row, lesion].astype(np.int64),
        "state": scan.state[row, lesion].astype(np.int64),
        "size": scan.measured_mm[row, lesion],
        "across": np.full(len(row), np.nan) if scan.perpendicular_mm is None else scan.perpendicular_mm[row, lesion],
    }


def _sum_rows(scan: ScanRecord) -> dict[str, np.ndarray]:
    row = np.flatnonzero((scan.role == Role.TARGET).any(axis=1))
    none = np.zeros(len(row), dtype=np.int64)
    return {
        "subject": scan.subject[row],
        "day": scan.day[row],
        "visit": none + scan.visit,
        "lesion": none - 1,
        "organ": none - 1,
        "role": none,
        "state": none,
        "size": scan.sum_mm[row],
        "across": np.full(len(row), np.nan),
    }


def visits_of(n: int, scans: Sequence[ScanRecord]) -> Visits:
    """Return the responses of n subjects as arrays (n, V), one column per scan number after baseline."""
    last = max((scan.visit for scan in scans), default=0)
    response = np.zeros((n, last), dtype=np.int8)
    day, progression_day = np.full((n, last), np.nan), np.full((n, last), np.nan)
    for scan in scans:
        if scan.response is not None:
            response[scan.subject, scan.visit - 1] = scan.response.response
            day[scan.subject, scan.visit - 1] = scan.day
            progression_day[scan.subject, scan.visit - 1] = scan.response.progression_day
    return Visits(response, day, progression_day)


def until(visits: Visits, day: Floats) -> Visits:
    """Return the visits with those after a day (n,) taken out (NaN: none are)."""
    late = visits.day > np.where(np.isnan(day), np.inf, day)[:, None]
    return Visits(
        np.where(late, np.int8(Response.NONE), visits.response),
        np.where(late, np.nan, visits.day),
        np.where(late, np.nan, visits.progression_day),
    )


def adrs(
    subjects: Subjects,
    scans: Sequence[ScanRecord],
    criterion: Criterion,
    last_day: Floats | None = None,
    *,
    evaluator: str = INVESTIGATOR,
    analysed: bool = True,
) -> pd.DataFrame:
    """Return ADRS: the response of every visit (OVR) and each subject's best (BOR) and confirmed best (CBOR).

    Parameters
    ----------
    subjects : Subjects
        The n subjects.
    scans : sequence of ScanRecord
        Baseline included (it gives no row).
    criterion : Criterion
        That gave the responses.
    last_day : (n,) float, day
        Best response counts visits up to this day (start of subsequent therapy); NaN or None: all.
    evaluator : str
        Who assessed.
    analysed : bool
        Whether these are the responses that analyses count: by the protocol's criteria, by the investigator.
    """
    n = len(subjects.usubjid)
    visits = visits_of(n, scans)
    counted = visits if last_day is None else until(visits, last_day)
    best = [criterion.best(counted, confirmed=confirmed) for confirmed in (False, True)]
    later = [(scan, scan.response) for scan in scans if scan.response is not None]
    number = np.repeat([scan.visit for scan, _ in later], [len(scan.subject) for scan, _ in later]).astype(np.int64)
    rows = [len(number), n, n]
    visit = joined([*(response for _, response in later), *(_only_best(one) for one in best)])
    columns = response_columns(visit, criterion, rows[0])
    ids = {
        "ADY": np.concatenate([*(scan.day for scan, _ in later), *(_day_of(one) for one in best)]),
        "AVISITN": np.concatenate([number, *(one.visit + 1 for one in best)]),
        "PARAMCD": words(["OVR", "BOR", "CBOR"], np.repeat([0, 1, 2], rows)),
        "AVALC": columns.pop("RESPONSE"),
        "PARCAT1": same(criterion.name, sum(rows)),
        "RSEVAL": same(evaluator, sum(rows)),
        "ANL01FL": same("Y" if analysed else "", sum(rows)),
    }
    subject = np.concatenate([*(scan.subject for scan, _ in later), np.arange(n), np.arange(n)])
    return tables.conform("ADRS", pd.DataFrame(subjects.columns(subject) | ids | columns))


def response_columns(
    visit: VisitResponse, criterion: Criterion, scanned: int
) -> dict[str, pd.Categorical[Any] | np.ndarray]:
    """Return the columns that describe responses, as ADRS and `assess` show them.

    Only the first `scanned` rows are of scans, where new lesions are seen or not.
    """
    seen = np.arange(len(visit.new)) < scanned
    return {
        "SUM_MM": visit.sum_mm,
        "NADIR_MM": visit.nadir_mm,
        "CHANGE_BASELINE": visit.change_baseline,
        "CHANGE_NADIR": visit.change_nadir,
        "TARGET": words(LABELS, visit.target),
        "NONTARGET": words(LABELS, visit.nontarget),
        "NEW": words(["N", "Y", ""], np.where(seen, visit.new, 2)),
        "RESPONSE": words(LABELS, visit.response),
        "RULE": words(*rule_text(criterion, visit)),
    }


def _only_best(best: Best) -> VisitResponse:
    """Best responses in the form of a visit's, of which they have the response alone."""
    return replace(unseen(len(best.response)), response=best.response)


def _day_of(best: Best) -> Integers:
    return np.where(np.isnan(best.day), 0, best.day).astype(np.int64)  # never scanned again: baseline


def adex(subjects: Subjects, doses: Sequence[DoseRecord]) -> pd.DataFrame:
    """Return ADEX: a row per dose, stretch of daily intake or procedure, numbered per subject and treatment."""
    treatments, units = sorted({dose.treatment for dose in doses}), sorted({dose.unit for dose in doses})
    subject = _joined([dose.subject for dose in doses], np.int64)
    lengths = [len(dose.subject) for dose in doses]

    def repeated(values: Sequence[int]) -> Integers:
        return np.repeat(np.array(values, dtype=np.int64), lengths)

    treatment = repeated([treatments.index(dose.treatment) for dose in doses])
    day = _days([dose.day for dose in doses], lengths)
    columns = {
        "ADY": day,
        "AENDY": _days([dose.day if dose.last_day is None else dose.last_day for dose in doses], lengths),
        "EXTRT": words(treatments, treatment),
        "EXDOSE": _joined([dose.dose for dose in doses]),
        "EXDOSU": words(units, repeated([units.index(dose.unit) for dose in doses])),
        "EXLINE": repeated([dose.line for dose in doses]),
        "EXSEQ": _numbered(subject * max(1, len(treatments)) + treatment, day),
        "EXPDOSE": _joined([dose.dose if dose.planned is None else dose.planned for dose in doses]),
        "EXADJ": words(REASONS, _joined([_or_zeros(dose.reason, dose) for dose in doses], np.int64).astype(np.int64)),
        "EXDELAY": _joined([_or_zeros(dose.late, dose) for dose in doses]).astype(np.int64),
    }
    return tables.conform("ADEX", pd.DataFrame(subjects.columns(subject) | columns))


def _or_zeros(values: Floats | Integers | None, dose: DoseRecord) -> np.ndarray:
    return np.zeros(len(dose.subject), dtype=np.int64) if values is None else values


def _days(days: Sequence[float | Floats], lengths: Sequence[int]) -> Integers:
    """Return whole study days, row by row."""
    parts = [np.broadcast_to(np.asarray(day), length) for day, length in zip(days, lengths, strict=True)]
    return _joined(parts).astype(np.int64)


def _numbered(series: Integers, day: Integers) -> Integers:
    """Return the number of each row within its series, from 1, in order of time and then of the rows."""
    order = np.lexsort((day, series))
    begins = np.diff(series[order], prepend=-1) != 0
    place = np.arange(len(order))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = place - np.maximum.accumulate(np.where(begins, place, 0)) + 1
    return number
