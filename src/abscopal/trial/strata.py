"""Strata: what the conditions of a protocol's stratified randomisation divide its subjects into."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abscopal.population.baseline import Baseline
from abscopal.population.eligibility import meets
from abscopal.protocol.condition import Condition

Index = NDArray[np.int64]


def stratum_of(conditions: tuple[Condition, ...], baseline: Baseline) -> Index:
    """Return the stratum of each subject [n]: one bit for each condition, set where it is met; 0 without any."""
    stratum = np.zeros(len(baseline.age), dtype=np.int64)
    for bit, condition in enumerate(conditions):
        stratum += meets(condition, baseline).astype(np.int64) << bit
    return stratum


def stratum_names(conditions: tuple[Condition, ...]) -> list[str]:
    """Return what each stratum is called, such as `ECOG >= 1, no liver metastases`; "" where nothing divides."""
    return [
        ", ".join(str(c if stratum >> bit & 1 else c.opposite) for bit, c in enumerate(conditions))
        for stratum in range(2 ** len(conditions))
    ]
