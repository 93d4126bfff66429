"""On which day each subject's scans fall: planned days, and the window around them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from abscopal.random_streams import uniform

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


class ScanDays:
    """When the scans after baseline of n subjects fall.

    Parameters
    ----------
    planned
        Planned study days after day 0, in order; the windows around them do not meet.
    window
        A scan falls up to so many days before or after its planned day, all of them alike.
    seed, number
        Of the run, and of each subject [n].

    Attributes
    ----------
    days
        All study days on which anyone may be scanned.
    """

    def __init__(self, planned: Iterable[int], window: int, seed: int, number: Index) -> None:
        self.window, self.seed, self.number = window, seed, number
        near = range(-window, window + 1)
        self._visit = {day + shift: (visit, shift) for visit, day in enumerate(planned, 1) for shift in near}
        self.days = frozenset(day for day in self._visit if day > 0)

    def visit(self, day: int) -> int:
        """Return the number of the scan that falls on or about this day, from 1."""
        return self._visit[day][0]

    def due(self, day: int) -> Flags:
        """Return whose scan falls on this day [n]."""
        if day not in self.days:
            return np.zeros(len(self.number), dtype=bool)
        visit, shift = self._visit[day]
        width = 2 * self.window + 1
        if width == 1:
            return np.ones(len(self.number), dtype=bool)
        draw = uniform(self.seed, self.number, "day of a scan", visit)[:, 0]
        return np.asarray(np.floor(draw * width).astype(np.int64) - self.window == shift)
