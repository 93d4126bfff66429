"""What is due when: the doses of each arm and the scans, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from abscopal.protocol.regimen import Regimen

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class DueDose:
    """A dose due to some subjects, each once; `line` is 1 for protocol treatment and 2 for subsequent treatment."""

    subjects: Index
    drug: str
    dose: float
    unit: str
    line: int


class _Dose(NamedTuple):
    """Doses alike but for their subjects; `place` in its treatment keeps two of one drug on one day apart."""

    line: int
    place: int
    drug: str
    dose: float
    unit: str


@dataclass
class Calendar:
    """Days on which something is due, taken in order; subsequent treatment is added as it is decided."""

    scan_days: frozenset[int]
    doses: dict[int, dict[_Dose, list[Index]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def __post_init__(self) -> None:
        self._days = list(self.scan_days | self.doses.keys())
        heapify(self._days)
        self._last = -1

    def add(self, regimens: Sequence[Regimen], subjects: Index, start: int, horizon: int, line: int) -> None:
        """Put the doses of a treatment into the calendar for these subjects, counted from day `start`.

        No subject may be given two treatments of one line.
        """
        for place, regimen in enumerate(regimens):
            for day, dose, unit in regimen.doses(horizon - start):
                if start + day not in self.doses:
                    heappush(self._days, start + day)
                self.doses[start + day][_Dose(line, place, regimen.drug, dose, unit)].append(subjects)

    def due(self, day: int) -> list[DueDose]:
        """Take out the doses of a day: each subject's in the order of the treatment they belong to."""
        alike = sorted(self.doses.pop(day, {}).items())
        return [DueDose(np.concatenate(s), d.drug, d.dose, d.unit, d.line) for d, s in alike]

    def next_day(self) -> int | None:
        """Return the next day on which anything is due, each once; None at the end."""
        while self._days:
            day = heappop(self._days)
            if day > self._last:
                self._last = day
                return day
        return None


def milligrams(dose: float, unit: str, weight: Array, surface: Array) -> Array:
    """Return the dose in mg for body weights (kg) and surfaces (m2)."""
    if unit == "mg/kg":
        return np.asarray(dose * weight)
    if unit == "mg/m2":
        return np.asarray(dose * surface)
    return np.full(len(weight), dose)


def body_surface(weight: Array, male: NDArray[np.bool_]) -> Array:
    """Body surface in m2 from weight in kg (Mosteller RD. N Engl J Med 1987;317:1098).

    Height is taken as 176 cm in men and 163 cm in women (assumed: averages of European adults), for want of a height.
    """
    return np.sqrt(np.where(male, 176.0, 163.0) * weight / 3600.0)
