"""Morris' screening: which of many inputs matter at all, from few points.

Each trajectory moves through the unit cube one input at a time, each by the same step, on a grid; the change of the
output over the length of a move is an elementary effect. Their mean size says how much an input matters, their spread
whether that depends on where one stands. Morris MD. Technometrics 1991;33:161 (doi:10.2307/1269043); mean of absolute
effects after Campolongo F et al. Environ Model Softw 2007;22:1509 (doi:10.1016/j.envsoft.2006.10.004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEVELS = 4  # of the grid; a step of 2/3 then visits all of them equally often


@dataclass(frozen=True)
class Effects:
    """Elementary effects of d inputs on q outputs, in units of the output over the whole range of the input.

    Attributes
    ----------
    mean
        Mean effect: its direction, [d, q].
    size
        Mean of absolute effects, [d, q].
    spread
        Standard deviation of the effects over trajectories, [d, q].
    """

    mean: Array
    size: Array
    spread: Array


def trajectories(inputs: int, count: int, seed: int) -> Array:
    """Return trajectories [count, inputs + 1, inputs] on a grid of the unit cube; each step changes one input."""
    random = np.random.default_rng(seed)
    step = LEVELS / (2.0 * (LEVELS - 1))
    lower = random.integers(0, LEVELS // 2, (count, inputs)) / (LEVELS - 1.0)
    up = random.random((count, inputs)) < 0.5
    order = np.array([random.permutation(inputs) for _ in range(count)])
    moved = order[:, None, :] < np.arange(inputs + 1)[None, :, None]  # [count, step, input]
    return np.asarray(lower[:, None, :] + step * (moved == up[:, None, :]))


def elementary_effects(points: Array, outputs: Array) -> Effects:
    """Return the effects of each input.

    Parameters
    ----------
    points
        Trajectories [count, d + 1, d].
    outputs
        What the function gives there, [count, d + 1, q]; NaN where it gives nothing, which leaves two effects out.

    Returns
    -------
    Effects of every input; NaN for one that has none left.
    """
    change = np.diff(points, axis=1)
    which = np.abs(change).argmax(axis=2)  # the input that moves, [count, d]
    length = np.take_along_axis(change, which[:, :, None], axis=2)
    slope = np.diff(outputs, axis=1) / length
    by_input = np.empty_like(slope)
    np.put_along_axis(by_input, which[:, :, None], slope, axis=1)
    mean = _mean(by_input)
    known = np.isfinite(by_input).sum(axis=0)
    variance = _mean((by_input - mean) ** 2) * known / np.where(known > 1, known - 1, np.nan)
    return Effects(mean, _mean(np.abs(by_input)), np.sqrt(variance))


def _mean(effects: Array) -> Array:
    """Mean over trajectories of what is known."""
    known = np.isfinite(effects)
    total, count = np.where(known, effects, 0.0).sum(axis=0), known.sum(axis=0)
    return np.asarray(total / np.where(count > 0, count, np.nan))
