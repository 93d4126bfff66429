"""What is due when: doses, daily intake and procedures of each arm and line, and the scans, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from abscopal.population.baseline import Baseline
from abscopal.protocol.procedure import Procedure
from abscopal.protocol.regimen import Regimen
from abscopal.protocol.treatment import Treatment
from abscopal.sources import Source, cited

Array = NDArray[np.float64]
Index = NDArray[np.int64]

SOURCES: dict[str, Source] = {
    "Body.amount": cited(
        "Calvert AH et al. J Clin Oncol 1989;7:1748-1756", where="dose in mg = AUC * (GFR + 25)", recalled=True
    ),
    "body_surface": cited("Mosteller RD. N Engl J Med 1987;317:1098", recalled=True),
}


class Dose(NamedTuple):
    """What one day's dose of a drug is."""

    drug: str
    dose: float
    unit: str


class Intake(NamedTuple):
    """What is taken of a drug per day from now on; 0 when intake stops."""

    drug: str
    per_day: float
    unit: str


class Look(NamedTuple):
    """A visit at which nothing is given: how the patient is, and a blood count."""


Given = Dose | Intake | Procedure | Look


@dataclass(frozen=True)
class Due:
    """What is due to some subjects, each once.

    Parameters
    ----------
    subjects
        Indices.
    what
        A dose, the start or stop of daily intake, a procedure (one fraction of it, for radiotherapy), or a mere look.
    line
        0 for a look at anybody, 1 for protocol treatment, 2 for the first subsequent treatment, and so on.
    place
        Which of the treatments of that line.
    """

    subjects: Index
    what: Given
    line: int
    place: int


class _Entry(NamedTuple):
    """Entries alike but for their subjects; `place` in its line keeps two of one drug on one day apart."""

    line: int
    place: int
    what: Given


@dataclass
class Calendar:
    """Days on which something is due, taken in order; subsequent treatment is added as it is decided.

    Parameters
    ----------
    scan_days
        Study days of the planned scans.
    continuous
        Drugs whose daily intake is a steady one; other drugs taken daily are given as a dose each day.
    """

    scan_days: frozenset[int]
    continuous: Collection[str] = ()
    entries: dict[int, dict[_Entry, list[Index]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def __post_init__(self) -> None:
        self._days = list(self.scan_days | self.entries.keys())
        heapify(self._days)
        self._last = -1

    def add(self, treatments: Sequence[Treatment], subjects: Index, start: int, end: float, line: int) -> None:
        """Put treatments into the calendar for these subjects, counted from day `start`, up to before day `end`.

        No subject may be given two treatments of one line.
        """
        for place, treatment in enumerate(treatments):
            for day, what in self._days_of(treatment, end - start):
                if start + day not in self.entries:
                    heappush(self._days, start + day)
                self.entries[start + day][_Entry(line, place, what)].append(subjects)

    def put_off(self, due: Due, subjects: Index, day: int) -> None:
        """Give what is due to these subjects on a later day instead."""
        self._put(day, _Entry(due.line, due.place, due.what), subjects)

    def shift(self, moved: NDArray[np.bool_], line: int, drugs: Collection[str], day: int, by: int) -> None:
        """Shift the doses of some drugs that come after a day by so many days, for the subjects marked [n]."""
        found = []
        for when, entries in self.entries.items():
            for entry, parts in entries.items() if when > day else ():
                if entry.line == line and isinstance(entry.what, Dose) and entry.what.drug in drugs:
                    subjects = np.concatenate(parts)
                    mine = moved[subjects]
                    if mine.any():
                        parts[:] = [subjects[~mine]]
                        found.append((when + by, entry, subjects[mine]))
        for when, entry, subjects in found:
            self._put(when, entry, subjects)

    def _put(self, day: int, entry: _Entry, subjects: Index) -> None:
        if day not in self.entries:
            heappush(self._days, day)
        self.entries[day][entry].append(subjects)

    def add_looks(self, subjects: Index, days: Sequence[int], line: int = 0) -> None:
        """Plan visits of these subjects at which nothing is given; those of line 1 while on protocol treatment.

        A day that is past is the next one.
        """
        for planned in days if len(subjects) else ():
            day = max(planned, self._last + 1)
            if day not in self.entries:
                heappush(self._days, day)
            self.entries[day][_Entry(line, 0, Look())].append(subjects)

    def add_days(self, days: Array) -> None:
        """Stop on these days [k] as well, for visits that care asks for; infinite for none."""
        for day in np.unique(days[np.isfinite(days)]).astype(np.int64).tolist():
            if day not in self.entries and day > self._last:
                heappush(self._days, day)

    def _days_of(self, treatment: Treatment, end: float) -> Iterator[tuple[int, Given]]:
        if not isinstance(treatment, Regimen):
            yield from ((day, treatment) for day in treatment.days() if day < end)
            return
        drug, stretches = treatment.drug, treatment.intakes(end)
        yield from ((day, Dose(drug, dose, unit)) for day, dose, unit in treatment.doses(end))
        if drug not in self.continuous:
            yield from ((day, Dose(drug, s.per_day, s.unit)) for s in stretches for day in range(s.first, s.stop))
            return
        begins = {stretch.first for stretch in stretches}
        for stretch in stretches:
            yield stretch.first, Intake(drug, stretch.per_day, stretch.unit)
            if stretch.stop not in begins:
                yield stretch.stop, Intake(drug, 0.0, stretch.unit)

    def due(self, day: int, kind: Any = object) -> list[Due]:
        """Take out what is due on a day, of one kind: each subject's in the order of the treatment it belongs to."""
        entries = self.entries.get(day, {})
        alike = sorted((e for e in entries if isinstance(e.what, kind)), key=lambda e: (e.line, e.place, repr(e.what)))
        return [Due(np.concatenate(entries.pop(e)), e.what, e.line, e.place) for e in alike]

    def next_day(self) -> int | None:
        """Return the next day on which anything is due, each once; None at the end."""
        while self._days:
            day = heappop(self._days)
            if day > self._last:
                self._last = day
                return day
        return None


def last_days(treatments: Sequence[Treatment]) -> float:
    """Day of the last thing that some treatments have, counted from their start; infinite where one has no end."""
    return max((treatment.last_day for treatment in treatments), default=0.0)


@dataclass(frozen=True)
class Body:
    """What doses are measured by: weight (kg), surface (m2) and filtration (GFR, mL/min) of each subject [n]."""

    weight: Array
    surface: Array
    filtration: Array

    @classmethod
    def of(cls, baseline: Baseline) -> Body:
        """Return the bodies that a population's baseline describes."""
        return cls(baseline.weight, body_surface(baseline.weight, baseline.male), baseline.gfr)

    def take(self, which: Index) -> Body:
        """Return those of the subjects listed, in that order."""
        return Body(self.weight[which], self.surface[which], self.filtration[which])

    def amount(self, dose: float, unit: str) -> Array:
        """Return the amount of a dose [n]: in mg, cells or IU, whichever its unit is about; an AUC is in mg."""
        if unit == "AUC":
            return np.asarray(dose * (self.filtration + 25.0))
        per = unit.partition("/")[2]
        if per == "":
            return np.full(len(self.weight), dose)
        return np.asarray(dose * (self.weight if per == "kg" else self.surface))


def measured(unit: str) -> str:
    """Return what an amount of a dose in this unit counts: mg, cells or IU."""
    return "mg" if unit == "AUC" else unit.partition("/")[0]


def body_surface(weight: Array, male: NDArray[np.bool_]) -> Array:
    """Body surface in m2 from weight in kg (Mosteller RD. N Engl J Med 1987;317:1098).

    Height is taken as 176 cm in men and 163 cm in women (assumed: averages of European adults), for want of a height.
    """
    return np.sqrt(np.where(male, 176.0, 163.0) * weight / 3600.0)
