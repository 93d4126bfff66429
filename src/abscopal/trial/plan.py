"""What is due when: the doses of each arm and the scans, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from abscopal.protocol.regimen import Regimen

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class DueDose:
    """A dose due to some subjects; `line` is 1 for protocol treatment and 2 for subsequent treatment."""

    subjects: Index
    drug: str
    dose: float
    unit: str
    line: int


@dataclass
class Calendar:
    """Days on which something is due, taken in order; subsequent treatment is added as it is decided."""

    scan_days: frozenset[int]
    doses: dict[int, list[DueDose]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._days = list(self.scan_days | self.doses.keys())
        heapify(self._days)
        self._last = -1

    def add(self, regimens: Sequence[Regimen], subjects: Index, start: int, horizon: int, line: int) -> None:
        """Put the doses of regimens into the calendar for these subjects, counted from day `start`."""
        for regimen in regimens:
            for day, dose, unit in regimen.doses(horizon - start):
                self.doses[start + day].append(DueDose(subjects, regimen.drug, dose, unit, line))
                heappush(self._days, start + day)

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
