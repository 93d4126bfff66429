"""Scans: lesions are imaged and read, new ones biopsied, and the protocol's criteria give a response."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criterion import Criterion, VisitResponse, put, take
from abscopal.clinic.imaging import Imaging, ScanReading, read_scan
from abscopal.clinic.lesions import Role
from abscopal.clinic.records import ScanRecord, scan_record
from abscopal.population.virtual_population import VirtualPopulation
from abscopal.random_streams import normal
from abscopal.trial.events import Events

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Scanning:
    """What the clinic knows of the lesions of n subjects while the trial runs.

    Parameters
    ----------
    population
        The subjects; lesions are seen as they are in its batch.
    events
        What strikes: told which lesions are known, asked for biopsies of new ones.
    criterion
        Response criteria.
    seed
        Of the run.
    records
        What was read, in order of time; added to.

    Attributes
    ----------
    due
        Subjects whose scans go on [n].
    """

    def __init__(
        self, population: VirtualPopulation, events: Events, criterion: Criterion, seed: int, records: list[ScanRecord]
    ) -> None:
        self.population, self.events, self.criterion = population, events, criterion
        self.seed, self.records, self.imaging = seed, records, Imaging()
        self.batch, self.number, self.visit = population.batch, population.number, 0
        self.due: Flags = np.ones(len(self.number), dtype=bool)
        self.bias = normal(seed, self.number, "reader bias", count=self.batch.slots)
        self.role: NDArray[np.int8]
        self.state: Any
        self.baseline()

    def baseline(self) -> None:
        """Scan everyone on day 0, choose the targets, and forget any scan before it."""
        everyone = np.arange(len(self.number))
        reading = self._read(everyone, 0)
        self.role = self.criterion.choose_targets(reading, self.population.organ)
        findings = self.criterion.summarise(reading, self.role)
        self.records[:] = [scan_record(0, 0, everyone, reading, self.role.copy(), findings)]
        # its fields may share arrays, and are written to in place from here on: each gets its own
        self.state = take(self.criterion.start(findings), everyone)
        self.events.followed[:] = self.role != Role.NONE

    def scan(self, who: Index, day: int) -> VisitResponse:
        """Image, read and assess these subjects; return their responses, in their order."""
        reading = self._read(who, self.visit)
        role = self.criterion.follow(self.role[who], reading, self.population.organ[who], self.imaging)
        findings = self.criterion.summarise(reading, role)
        state, response = self.criterion.assess(take(self.state, who), findings, float(day))
        self.events.biopsy(who, (role != Role.NONE) & ~self.events.followed[who], day, self.visit)
        self.events.examine(who, day)
        self.events.followed[who] = role != Role.NONE
        self.role[who] = role
        put(self.state, who, state)
        self.records.append(scan_record(self.visit, day, who, reading, role, findings, response))
        return response

    def _read(self, who: Index, visit: int) -> ScanReading:
        (volume,) = self.batch.observe(who, "imaged_volume")
        exists = np.arange(self.batch.slots) < self.batch.lesions[who, None]
        diameter = np.cbrt(6.0 / np.pi * 1000.0 * volume)
        error = normal(self.seed, self.number[who], "reader", visit, self.batch.slots)
        organ, across = self.population.organ[who], None
        if "PERP_MM" in (*self.criterion.needs, *self.criterion.reads):
            across = normal(self.seed, self.number[who], "reader, second diameter", visit, self.batch.slots)
        return read_scan(
            diameter, organ, exists, error, self.imaging, between_normal=self.bias[who], perpendicular_normal=across
        )
