"""Who gets the protocol's treatment on time, late or never, as its access scenario says.

A subject's draw depends on the seed and the subject alone: the same virtual patients are cut off first in every arm and
in every scenario of one seed, so scenarios differ in nothing but who is treated when.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.protocol.protocol import Protocol
from abscopal.random_streams import uniform

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

ACCESS_LABELS = ("ON TIME", "LATE", "NONE")
ON_TIME, LATE, NONE = range(3)
WEEK = 7


@dataclass(frozen=True)
class Reached:
    """How n subjects reach treatment.

    Parameters
    ----------
    code
        Number of each subject's word among `ACCESS_LABELS`, [n].
    delay
        Days from randomisation to the first dose, 0 but for those treated late, [n].
    """

    code: Index
    delay: Index

    @property
    def untreated(self) -> Flags:
        """Who gets no treatment at all, of any line, [n]."""
        return np.asarray(self.code == NONE)

    def starts(self, who: Index) -> Iterator[tuple[int, Index]]:
        """Yield each day on which some of these subjects start treatment, with those who do."""
        treated = who[self.code[who] != NONE]
        for day in np.unique(self.delay[treated]):
            yield int(day), treated[self.delay[treated] == day]


def reach(protocol: Protocol, arm: Index, seed: int, number: Index) -> Reached:
    """Draw who reaches treatment: `arm` and random-stream `number` of each subject, [n]."""
    plans = [one.access or protocol.access for one in protocol.arms]
    untreated, late = (np.array([getattr(plan, key) for plan in plans])[arm] for key in ("untreated", "late"))
    weeks = np.array([plan.late_weeks for plan in plans])[arm]
    draw = uniform(seed, number, "access")[:, 0]
    code = np.where(draw < untreated, NONE, np.where(draw < untreated + late, LATE, ON_TIME))
    return Reached(code, np.where(code == LATE, weeks * WEEK, 0))
