"""Pools: the part of a trial's subjects that is drawn, weighted and selected on its own.

Selection makes who is enrolled depend on all candidates at once. A trial of any size is therefore put together from
pools of at most `POOL` subjects, each with candidates of its own: pools can be drawn in any order, on any machine, in
bounded memory, and give the same patients. The pool is part of the definition of the population, not an option.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

POOL = 500  # subjects; marginals of 500 are met about as well as those of a whole trial
CANDIDATES_PER_SUBJECT, FEWEST_CANDIDATES = 4, 300


@dataclass(frozen=True)
class Pool:
    """Subjects `first` to `last` (exclusive, counted from 0) of a trial of `total`."""

    first: int
    last: int
    total: int

    @property
    def size(self) -> int:
        """Number of subjects."""
        return self.last - self.first

    @property
    def candidates(self) -> NDArray[np.int64]:
        """Candidate numbers, the keys of their random numbers; no two pools of a trial share one."""
        if self.size == self.total:
            return np.arange(max(CANDIDATES_PER_SUBJECT * self.total, FEWEST_CANDIDATES), dtype=np.int64)
        return np.arange(CANDIDATES_PER_SUBJECT * self.first, CANDIDATES_PER_SUBJECT * self.last, dtype=np.int64)


def pools(total: int, size: int | None = None) -> list[Pool]:
    """Divide the subjects of a trial into as few pools as hold them, in order, sizes differing by at most 1.

    Parameters
    ----------
    total
        Subjects of the trial, from 1.
    size
        Most subjects of a pool; `POOL` but in tests.
    """
    number = -(-total // (size or POOL))
    bounds = [index * total // number for index in range(number + 1)]
    return [Pool(first, last, total) for first, last in pairwise(bounds)]
