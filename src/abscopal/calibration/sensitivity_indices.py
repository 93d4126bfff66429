"""Indices and tornado of a trial's endpoints, computed of an emulator of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.calibration.emulator import Emulator
from abscopal.calibration.ensemble import Key
from abscopal.calibration.outcomes import SEVERE_IRAE
from abscopal.calibration.sobol import sobol_indices
from abscopal.protocol.protocol import Protocol

QUANTITIES = ("ORR", "PFS 6", "PFS 12", "OS 12", "OS 24", SEVERE_IRAE)
DRAWS = 60  # of the emulator's coefficients, for the intervals
COUNT = 1024  # points of each sample of the indices
LOW, HIGH = 0.1, 0.9  # ends of a bar of the tornado: 10th and 90th percentile of the range
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Output:
    """A share of patients in one arm, or its difference from that in the reference arm."""

    quantity: str
    arm: str
    reference: str = ""


def outputs_of(protocol: Protocol, keys: Sequence[Key]) -> tuple[tuple[Output, ...], Array]:
    """Return outputs, quantity by quantity, and how each combines the emulator's outcomes [outputs, outcomes].

    Arms are compared with the reference of the protocol's first contrast, or with the last arm where it has none.
    """
    place = {key[1:]: number for number, key in enumerate(keys)}
    arms = [arm.name for arm in protocol.arms]
    reference = protocol.contrasts[0].reference if protocol.contrasts else arms[-1]
    found: list[tuple[Output, Array]] = []
    unit = np.eye(len(keys))
    for quantity in QUANTITIES:
        here = [arm for arm in arms if (arm, quantity) in place]
        found += [(Output(quantity, arm), unit[place[arm, quantity]]) for arm in here]
        if reference in here:
            base = unit[place[reference, quantity]]
            found += [
                (Output(quantity, arm, reference), unit[place[arm, quantity]] - base)
                for arm in here
                if arm != reference
            ]
    return tuple(one for one, _ in found), np.array([row for _, row in found])


def indices_of(
    emulator: Emulator[Key], combine: Array, groups: list[list[int]], inputs: int, seed: int
) -> tuple[Array, Array, Array, Array]:
    """Return first, total and joint indices, each with its interval [3, ..., outputs], and the outputs' spread.

    Indices are medians, with the 5th and 95th percentile, over draws of the emulator's coefficients.
    """
    drawn = _drawn(emulator, seed)

    def function(points: Array) -> Array:
        chances = drawn.predict(points).reshape(len(points), DRAWS, -1)
        return np.asarray((chances @ combine.T).reshape(len(points), -1))

    found = sobol_indices(function, inputs, groups, count=COUNT, seed=seed)
    shape = (DRAWS, len(combine))
    first, total, together = (_percentiles(one, shape) for one in (found.first, found.total, found.together))
    return first, total, together, np.sqrt(np.median(found.variance.reshape(shape), axis=0))


def _percentiles(index: Array, shape: tuple[int, int]) -> Array:
    return np.asarray(np.percentile(index.reshape(len(index), *shape), [50, 5, 95], axis=1))


def _drawn(emulator: Emulator[Key], seed: int) -> Emulator[Any]:
    """Return an emulator of DRAWS times as many outcomes: coefficients as the regressions leave them open."""
    random = np.random.default_rng([seed, 2])
    factor = np.linalg.cholesky(emulator.covariance)
    noise = random.standard_normal((DRAWS, *emulator.coefficients.shape))
    drawn = emulator.coefficients + np.einsum("qst,dqt->dqs", factor, noise)
    flat = drawn.reshape(-1, drawn.shape[-1])
    return replace(emulator, keys=tuple(range(len(flat))), coefficients=flat)  # type: ignore[arg-type]


def bars_of(emulator: Emulator[Key], combine: Array, knobs: int) -> tuple[Array, Array]:
    """Return the bars of a tornado [3, knobs, outputs], lower end, upper end, error; and the outputs in the middle."""
    middle = np.full((1, knobs + 1), 0.5)
    turns = np.repeat(middle, 2 * knobs, axis=0)
    for knob in range(knobs):
        turns[2 * knob : 2 * knob + 2, knob] = LOW, HIGH
    ends = (emulator.predict(turns) @ combine.T).reshape(knobs, 2, -1)
    error = np.sqrt(emulator.uncertainty(turns) ** 2 @ np.abs(combine.T)).reshape(knobs, 2, -1)
    both = np.sqrt((error**2).sum(axis=1))
    return np.stack([ends[:, 0], ends[:, 1], both]), np.asarray((emulator.predict(middle) @ combine.T)[0])
