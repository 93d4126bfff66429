"""Screening: candidates come one after another to each place of a trial until one of them is eligible.

Each place has candidates of its own, whose numbers follow from its own alone, so who is screened where depends on
nothing else. Whoever fails is counted with the reasons. What a screening log of a trial would hold are the candidates
who came to the places of its subjects; those of places that were drawn and not needed are left out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

ATTEMPTS = 20  # then one who is not as published shares have it is kept, and selection does what it can
MOST_ATTEMPTS = 200  # then nobody comes to this place any more
NEXT = 2**40  # between the numbers of a candidate and of the next one: more than the candidates of any trial


@dataclass(frozen=True)
class Screening:
    """How many were screened for the subjects of a trial, and how many failed for which reason.

    Parameters
    ----------
    screened, enrolled
        Candidates.
    first, every
        By criterion: candidates for whom it was the first that they failed, and all who failed it.
    """

    screened: int
    enrolled: int
    first: dict[str, int]
    every: dict[str, int]

    def __add__(self, other: Screening) -> Screening:
        """Return both together."""
        return Screening(
            self.screened + other.screened,
            self.enrolled + other.enrolled,
            _sum(self.first, other.first),
            _sum(self.every, other.every),
        )

    def plain(self) -> dict[str, Any]:
        """Return `screened`, `enrolled`, and `reasons`: by criterion, `first` and `all`."""
        reasons = {name: {"first": self.first[name], "all": self.every[name]} for name in self.first}
        return {"screened": self.screened, "enrolled": self.enrolled, "reasons": reasons}

    @classmethod
    def of_plain(cls, found: Mapping[str, Any]) -> Self:
        """Read what `plain` wrote."""
        reasons = dict(found["reasons"])
        first, every = ({name: int(count[key]) for name, count in reasons.items()} for key in ("first", "all"))
        return cls(int(found["screened"]), int(found["enrolled"]), first, every)


NOBODY = Screening(0, 0, {}, {})


def total(several: Iterable[Screening]) -> Screening:
    """Return all of them together."""
    return sum(several, start=NOBODY)


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in (*one, *(n for n in other if n not in one))}


@dataclass(frozen=True)
class Log:
    """Those who failed: the place they came to [m] and what they failed [m, criteria]."""

    place: Index
    fails: Flags

    def __add__(self, other: Log) -> Log:
        """Return both together."""
        return Log(np.concatenate([self.place, other.place]), np.concatenate([self.fails, other.fails]))

    def at(self, places: Index, reasons: tuple[str, ...]) -> Screening:
        """Return what happened at some places, each of which has a subject now."""
        fails = self.fails[np.isin(self.place, places)]
        first = fails & (np.cumsum(fails, axis=1) == 1)
        counts = [dict(zip(reasons, which.sum(axis=0).tolist(), strict=True)) for which in (first, fails)]
        return Screening(len(fails) + len(places), len(places), *counts)


def screen(
    number: Index, fails_of: Callable[[Index], Flags], strict: Flags, tried: Index | None = None
) -> tuple[Index, Flags, Log]:
    """Return the numbers of those who came last to each place [n], who of them is eligible [n], and who failed.

    Parameters
    ----------
    number
        Numbers of those who come first [n].
    fails_of
        What candidates fail, by their numbers, [m, criteria].
    strict
        Criteria that nobody is enrolled without [criteria]; the others give way after `ATTEMPTS`.
    tried
        How many came to each place before [n]; none if left out.
    """
    found, came = number.copy(), np.zeros_like(number) if tried is None else tried.copy()
    eligible, log = np.ones(len(number), dtype=bool), Log(np.arange(0), np.zeros((0, len(strict)), dtype=bool))
    waiting = np.arange(len(number) if len(strict) else 0)
    while len(waiting):
        fails = fails_of(found[waiting])
        fails[came[waiting] >= ATTEMPTS] &= strict
        out = fails.any(axis=1)
        waiting, fails = waiting[out], fails[out]
        log += Log(waiting, fails)
        came[waiting] += 1
        last = came[waiting] >= MOST_ATTEMPTS
        eligible[waiting[last]] = False
        waiting = waiting[~last]
        found[waiting] += NEXT
    return found, eligible, log
