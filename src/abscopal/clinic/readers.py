"""Readers of scans: the investigator, and two blinded ones whose disagreement a third settles.

Each follows lesions by one criterion on his or her own: own readings, own choice of targets, own new lesions. Blinded
independent central review is simulated as trials do it: when the two readers differ on a subject's best response or day
of progression, an adjudicator endorses one of the two accounts as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from abscopal.clinic.criteria.criterion import (
    Bools,
    Codes,
    Criterion,
    Findings,
    Floats,
    VisitResponse,
    choose,
    put,
    take,
)
from abscopal.clinic.imaging import Imaging, ScanReading
from abscopal.clinic.lesions import Role
from abscopal.clinic.records import INVESTIGATOR, ScanRecord, scan_record, visits_of
from abscopal.sources import Source, assumed, cited

Organs = npt.NDArray[np.integer]
Index = npt.NDArray[np.int64]

INDEPENDENT = "INDEPENDENT ASSESSOR"
PREFERENCE = 0.3
FIRST_ENDORSED = 0.5
SOURCES: dict[str, Source] = {
    "PREFERENCE": assumed(
        "standard deviation of log size by which a reader prefers lesions he or she can measure again; 0 to 1"
    ),
    "FIRST_ENDORSED": assumed("an adjudicator endorses either reader as often as the other; 0.3 to 0.7"),
    "adjudicate": cited(
        "FDA, Clinical Trial Imaging Endpoint Process Standards, 2018",
        where="two readers and adjudication",
        recalled=True,
    ),
}


@dataclass
class Reader:
    """What one reader makes of the lesions of n subjects by one criterion.

    Parameters
    ----------
    criterion
        Response criteria.
    evaluator
        Who reads.
    scans
        What was read, in order of time; added to.

    Attributes
    ----------
    role
        How each lesion is followed [n, L].
    """

    criterion: Criterion
    evaluator: str = INVESTIGATOR
    scans: list[ScanRecord] = field(default_factory=list)
    role: Codes = field(init=False)
    state: Any = field(init=False)

    def baseline(self, reading: ScanReading, organ: Organs, preferred: Floats | None = None) -> Findings:
        """Read everyone's baseline scan, and forget any scan before it.

        Parameters
        ----------
        reading, organ
            What is read of each lesion, and where it is, (n, L).
        preferred : (n, L) float
            Standard normal draws of how well a reader likes each lesion as a target; default: size alone counts.
        """
        everyone = np.arange(len(organ))
        liked = reading
        if preferred is not None:
            liked = replace(reading, measured_mm=reading.measured_mm * np.exp(PREFERENCE * preferred))
        self.role = self.criterion.choose_targets(liked, organ)
        findings = self.criterion.summarise(reading, self.role)
        self.scans[:] = [scan_record(0, 0, everyone, reading, self.role.copy(), findings)]
        # its fields may share arrays, and are written to in place from here on: each gets its own
        self.state = take(self.criterion.start(findings), everyone)
        return findings

    def read(
        self, who: Index, reading: ScanReading, organ: Organs, imaging: Imaging, visit: int, day: int
    ) -> VisitResponse:
        """Read a later scan of the subjects `who` (k,); `reading` and `organ` are theirs, (k, L)."""
        role = self.criterion.follow(self.role[who], reading, organ, imaging)
        findings = self.criterion.summarise(reading, role)
        state, response = self.criterion.assess(take(self.state, who), findings, float(day))
        self.role[who] = role
        put(self.state, who, state)
        self.scans.append(scan_record(visit, day, who, reading, role, findings, response))
        return response

    @property
    def followed(self) -> Bools:
        """Lesions that the reader knows of [n, L]."""
        return np.asarray(self.role != Role.NONE)


def disagree(first: Reader, second: Reader) -> Bools:
    """Return for whom (n,) two readers differ in confirmed best response or in the day of progression."""
    n, criterion = len(first.role), first.criterion
    seen = [visits_of(n, reader.scans) for reader in (first, second)]
    best = [criterion.best(visits, confirmed=True).response for visits in seen]
    day = [_first(visits.progression_day) for visits in seen]
    return np.asarray((best[0] != best[1]) | (day[0] != day[1]))


def _first(day: Floats) -> Floats:
    return np.asarray(np.where(np.isnan(day), np.inf, day).min(axis=1, initial=np.inf))


def adjudicate(first: Reader, second: Reader, uniform: Floats) -> Reader:
    """Return the account that counts: the first reader's, or the one endorsed where the two differ.

    Parameters
    ----------
    first, second : Reader
        Of the same scans by the same criterion.
    uniform : (n,) float
        Uniform draws.
    """
    other = disagree(first, second) & (uniform >= FIRST_ENDORSED)
    counted = Reader(first.criterion, first.evaluator, _picked(first.scans, second.scans, other))
    counted.role = np.where(other[:, None], second.role, first.role)
    return counted


def _picked(first: Sequence[ScanRecord], second: Sequence[ScanRecord], other: Bools) -> list[ScanRecord]:
    """Return the first reader's records with those subjects' rows from the second's."""
    return [_pick(mine, yours, other[mine.subject]) for mine, yours in zip(first, second, strict=True)]


def _pick(mine: ScanRecord, yours: ScanRecord, other: Bools) -> ScanRecord:
    rows = other[:, None]
    response = mine.response
    if response is not None and yours.response is not None:
        response = choose(other, yours.response, response)
    across = mine.perpendicular_mm
    if across is not None and yours.perpendicular_mm is not None:
        across = np.where(rows, yours.perpendicular_mm, across)
    return replace(
        mine,
        measured_mm=np.where(rows, yours.measured_mm, mine.measured_mm),
        state=np.where(rows, yours.state, mine.state),
        role=np.where(rows, yours.role, mine.role),
        sum_mm=np.where(other, yours.sum_mm, mine.sum_mm),
        response=response,
        perpendicular_mm=across,
    )
