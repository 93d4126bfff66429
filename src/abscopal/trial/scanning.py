"""Scans: lesions are imaged and read, new ones biopsied, and the protocol's criteria give a response.

What the investigator makes of a scan by the protocol's criteria drives the trial. Beside it the same scan may be
assessed by further criteria, and by two blinded readers on their own; none of that changes anyone's treatment. And at
each scan the living tumour is written down, which no clinic knows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criteria.criterion import Criterion, VisitResponse, criterion_named
from abscopal.clinic.imaging import Imaging, ScanReading, read_scan
from abscopal.clinic.modality import imaging_of
from abscopal.clinic.readers import INDEPENDENT, Reader, adjudicate
from abscopal.population.virtual_population import VirtualPopulation
from abscopal.protocol.protocol import Protocol
from abscopal.random_streams import normal, uniform
from abscopal.trial.course import Course
from abscopal.trial.events import Events
from abscopal.trial.scan_days import ScanDays
from abscopal.trial.truth import TruthRecord

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

ILL = 2  # performance status from which on the share `missed_when_ill` of the scans is missed, too


class Scanning:
    """What the clinic knows of the lesions of n subjects while the trial runs.

    Parameters
    ----------
    population
        The subjects; lesions are seen as they are in its batch.
    events
        What strikes: told which lesions are known, asked for biopsies of new ones.
    criterion
        Response criteria of the protocol.
    protocol
        For its imaging and its other criteria.
    seed
        Of the run.
    course
        What was read is written to its scans.
    days
        When scans fall.

    Attributes
    ----------
    due
        Subjects whose scans go on [n].
    """

    def __init__(
        self,
        population: VirtualPopulation,
        events: Events,
        criterion: Criterion,
        protocol: Protocol,
        seed: int,
        course: Course,
        days: ScanDays,
    ) -> None:
        self.population, self.events, self.seed, self.course, self.days = population, events, seed, course, days
        self.charter = protocol.imaging
        self.imaging: Imaging = imaging_of(self.charter)
        self.batch, self.number = population.batch, population.number
        self.due: Flags = np.ones(len(self.number), dtype=bool)
        self.main = Reader(criterion, scans=course.scans)
        others = [criterion_named(name) for name in dict.fromkeys(protocol.other_criteria) if name != criterion.name]
        self.others = [Reader(other) for other in others]
        self.blinded = [Reader(criterion, INDEPENDENT) for _ in range(2 if self.charter.readers == 2 else 0)]
        course.further[:] = self.others
        self.across = any("PERP_MM" in (*c.needs, *c.reads) for c in (criterion, *others))
        slots = self.batch.slots
        self.bias = normal(seed, self.number, "reader bias", count=slots)
        self.blinded_bias = [
            normal(seed, self.number, "independent reader bias", reader, slots) for reader in range(len(self.blinded))
        ]
        self.baseline()

    def baseline(self) -> None:
        """Scan everyone on day 0, choose the targets, and forget any scan before it."""
        everyone, organ = np.arange(len(self.number)), self.population.organ
        diameter = self._look(everyone, 0, 0)
        reading = self._read(everyone, diameter, 0)
        for one in (self.main, *self.others):
            one.baseline(reading, organ)
        for number, one in enumerate(self.blinded):
            liked = normal(self.seed, self.number, "independent choice of targets", number, self.batch.slots)
            one.baseline(self._read_blinded(everyone, diameter, 0, number), organ, liked)
        self.events.followed[:] = self.main.followed

    def scheduled(self, day: int) -> Flags:
        """Return whose scan is planned for this day, of those whose scans go on [n]."""
        return self.days.due(day) & self.due

    def attending(self, there: Index, day: int) -> Index:
        """Return those of the subjects there whose scan is due on this day and takes place."""
        who = there[self.scheduled(day)[there]]
        charter = self.charter
        if not len(who) or charter.missed + charter.missed_when_ill == 0:
            return who
        missed = np.full(len(who), float(charter.missed))
        if "performance" in self.batch.kernel.layout.patient_species:
            missed += charter.missed_when_ill * (np.rint(self.batch.column("performance")[who]) >= ILL)
        return who[uniform(self.seed, self.number[who], "missed scan", self.days.visit(day))[:, 0] >= missed]

    def scan(self, who: Index, day: int) -> VisitResponse:
        """Image, read and assess these subjects; return the investigator's responses, in their order."""
        visit, organ, known = self.days.visit(day), self.population.organ[who], self.main.followed[who]
        diameter = self._look(who, visit, day)
        reading = self._read(who, diameter, visit)
        response = self.main.read(who, reading, organ, self.imaging, visit, day)
        for one in self.others:
            one.read(who, reading, organ, self.imaging, visit, day)
        for number, one in enumerate(self.blinded):
            one.read(who, self._read_blinded(who, diameter, visit, number), organ, self.imaging, visit, day)
        now = self.main.followed[who]
        self.events.biopsy(who, now & ~known, day, visit)
        self.events.examine(who, day)
        self.events.followed[who] = now
        return response

    def close(self) -> None:
        """Settle what the blinded readers disagree on."""
        if self.blinded:
            draw = uniform(self.seed, self.number, "adjudication")[:, 0]
            first, second = self.blinded
            self.course.further.append(adjudicate(first, second, draw))

    def _look(self, who: Index, visit: int, day: int) -> Array:
        """Return the true diameters (mm) of the lesions as they show, and write down the truth behind them."""
        living, volume = self.batch.observe(who, "C", "imaged_volume")
        exists = self._exists(who)
        if visit == 0:
            self.course.truth.clear()
        self.course.truth.append(TruthRecord.of(visit, day, who, np.where(exists, living, 0.0)))
        return np.asarray(np.cbrt(6.0 / np.pi * 1000.0 * volume))

    def _exists(self, who: Index) -> Flags:
        return np.asarray(np.arange(self.batch.slots) < self.batch.lesions[who, None])

    def _read(self, who: Index, diameter: Array, visit: int) -> ScanReading:
        """Return what the investigator reads."""
        error = normal(self.seed, self.number[who], "reader", visit, self.batch.slots)
        across = None
        if self.across:
            across = normal(self.seed, self.number[who], "reader, second diameter", visit, self.batch.slots)
        return self._noted(who, diameter, error, self.bias[who], across)

    def _read_blinded(self, who: Index, diameter: Array, visit: int, reader: int) -> ScanReading:
        """Return what one of the two blinded readers reads."""
        step, slots, across = 2 * visit + reader, self.batch.slots, None
        error = normal(self.seed, self.number[who], "independent reader", step, slots)
        if self.across:
            across = normal(self.seed, self.number[who], "independent reader, second diameter", step, slots)
        return self._noted(who, diameter, error, self.blinded_bias[reader][who], across)

    def _noted(self, who: Index, diameter: Array, error: Array, bias: Array, across: Array | None) -> ScanReading:
        organ, exists = self.population.organ[who], self._exists(who)
        return read_scan(diameter, organ, exists, error, self.imaging, between_normal=bias, perpendicular_normal=across)
