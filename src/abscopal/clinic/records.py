"""From the arrays a trial collects visit by visit to its tables ADTR, ADRS and ADEX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from abscopal.clinic import tables
from abscopal.clinic.criterion import (
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
    rule_text,
)
from abscopal.clinic.imaging import NODE, ORGANS, STATE_LABELS, ScanReading
from abscopal.clinic.lesions import ROLE_LABELS, Role


@dataclass(frozen=True)
class Subjects:
    """Who the rows of the arrays are: one study, `usubjid` and `arm` (n,) of strings."""

    studyid: str
    usubjid: Sequence[str]
    arm: Sequence[str]

    def columns(self, subject: Integers) -> dict[str, pd.Series]:
        """Return the identifying columns for rows of these subjects."""
        return {
            "STUDYID": words([self.studyid], np.zeros(len(subject), dtype=np.int64)),
            "USUBJID": words(self.usubjid, subject),
            "ARM": words(self.arm, subject),
        }


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
    """

    visit: int
    day: Integers
    subject: Integers
    measured_mm: Floats
    state: Codes
    role: Codes
    sum_mm: Floats
    response: VisitResponse | None


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
    )


@dataclass(frozen=True)
class DoseRecord:
    """One round of doses of one drug.

    Parameters
    ----------
    day : float, day
        Study day.
    subject : (k,) int
        Index of each subject dosed.
    drug : str
        Name of the drug.
    dose_mg : (k,) float, mg
        Dose given.
    line : int
        1 protocol treatment, 2 subsequent treatment.
    """

    day: float
    subject: Integers
    drug: str
    dose_mg: Floats
    line: int = 1


def words(labels: Sequence[str], codes: npt.NDArray[np.integer]) -> pd.Series:
    """Return a string column from labels and codes; far faster than one Python string per row."""
    return pd.Series(pd.array(list(labels), dtype="str").take(codes))


def _joined(parts: Sequence[np.ndarray], kind: type = np.float64) -> np.ndarray:
    return np.concatenate(parts) if len(parts) else np.empty(0, dtype=kind)


def adtr(subjects: Subjects, organ: npt.NDArray[np.integer], scans: Sequence[ScanRecord]) -> pd.DataFrame:
    """Return ADTR: a row per followed lesion and scan, and one for each sum of targets.

    Parameters
    ----------
    subjects : Subjects
        The n subjects.
    organ : (n, L) int
        Code in `imaging.ORGANS` of each lesion.
    scans : sequence of ScanRecord
        Baseline included.
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
        "AVALU": words(["mm"], np.zeros(len(whole["size"]), dtype=np.int64)),
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
    subjects: Subjects, scans: Sequence[ScanRecord], criterion: Criterion, last_day: Floats | None = None
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
    """
    n = len(subjects.usubjid)
    visits = visits_of(n, scans)
    counted = visits if last_day is None else until(visits, last_day)
    parts = [_response_rows(subjects, scan, scan.response, criterion) for scan in scans if scan.response is not None]
    parts += [
        _best_rows(subjects, criterion.best(counted, confirmed=confirmed), word)
        for word, confirmed in (("BOR", False), ("CBOR", True))
    ]
    return tables.conform("ADRS", pd.concat(parts, ignore_index=True))


def response_columns(visit: VisitResponse, criterion: Criterion) -> dict[str, pd.Series | np.ndarray]:
    """Return the columns that describe a response, as ADRS and `assess` show them; response last but for its rule."""
    return {
        "SUM_MM": visit.sum_mm,
        "NADIR_MM": visit.nadir_mm,
        "CHANGE_BASELINE": visit.change_baseline,
        "CHANGE_NADIR": visit.change_nadir,
        "TARGET": words(LABELS, visit.target),
        "NONTARGET": words(LABELS, visit.nontarget),
        "NEW": words(["N", "Y"], visit.new.astype(np.int64)),
        "RESPONSE": words(LABELS, visit.response),
        "RULE": rule_text(criterion, visit),
    }


def _response_rows(subjects: Subjects, scan: ScanRecord, visit: VisitResponse, criterion: Criterion) -> pd.DataFrame:
    columns = response_columns(visit, criterion)
    columns["AVALC"] = columns.pop("RESPONSE")
    ids = {"ADY": scan.day, "AVISITN": np.full(len(scan.day), scan.visit), "PARAMCD": "OVR"}
    return pd.DataFrame(subjects.columns(scan.subject) | ids | columns)


def _best_rows(subjects: Subjects, best: Best, word: str) -> pd.DataFrame:
    n = len(best.response)
    columns = {
        "ADY": np.where(np.isnan(best.day), 0, best.day).astype(np.int64),  # never scanned again: baseline
        "AVISITN": best.visit + 1,
        "PARAMCD": word,
        "AVALC": words(LABELS, best.response),
    }
    sizes = dict.fromkeys(("SUM_MM", "NADIR_MM", "CHANGE_BASELINE", "CHANGE_NADIR"), np.full(n, np.nan))
    texts = dict.fromkeys(("TARGET", "NONTARGET", "NEW", "RULE"), "")
    return pd.DataFrame(subjects.columns(np.arange(n)) | columns | sizes | texts)


def adex(subjects: Subjects, doses: Sequence[DoseRecord]) -> pd.DataFrame:
    """Return ADEX: a row per dose, numbered per subject and drug in order of time."""
    drugs = sorted({dose.drug for dose in doses})
    subject = _joined([dose.subject for dose in doses], np.int64)
    drug = np.repeat([drugs.index(dose.drug) for dose in doses], [len(dose.subject) for dose in doses])
    lengths = [len(dose.subject) for dose in doses]
    frame = pd.DataFrame(
        subjects.columns(subject)
        | {
            "ADY": np.repeat([int(dose.day) for dose in doses], lengths).astype(np.int64),
            "EXTRT": words(drugs, drug.astype(np.int64)),
            "EXDOSE": _joined([dose.dose_mg for dose in doses]),
            "EXDOSU": words(["mg"], np.zeros(len(subject), dtype=np.int64)),
            "EXLINE": np.repeat([dose.line for dose in doses], lengths).astype(np.int64),
        }
    )
    in_time = frame.sort_values("ADY", kind="stable")
    frame["EXSEQ"] = in_time.groupby(["USUBJID", "EXTRT"]).cumcount() + 1
    return tables.conform("ADEX", frame)
