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
RIDGES = (1.0, 4.0, 16.0, 64.0, 256.0)  # pulls of the emulator to a constant, of which each outcome takes the best
FOLDS = 5
LOW, HIGH = 0.1, 0.9  # ends of a bar of the tornado: 10th and 90th percentile of the range
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Output:
    """A share of patients in one arm, or its difference from that in the reference arm."""

    quantity: str
    arm: str
    reference: str = ""


def learn(keys: Sequence[Key], points: Array, shares: Array, block: int) -> tuple[Emulator[Key], Array]:
    """Learn each outcome from its share among the patients of a point, pulled as far to a constant as predicts best.

    Parameters
    ----------
    keys
        Outcomes.
    points, shares
        Of each block, [blocks, knobs], [blocks, outcomes].
    block
        Patients of each.

    Returns
    -------
    The emulator, and what it says of each block when that block's fold is left out, [blocks, outcomes].
    """
    left_out = np.array([_cross_predicted(points, shares, block, ridge) for ridge in RIDGES])
    chosen = ((left_out - shares) ** 2).mean(axis=1).argmin(axis=0)
    places = np.arange(len(keys))
    fits = [_fitted(points, shares, block, ridge) for ridge in RIDGES]
    coefficients = np.array([fits[ridge].coefficients[place] for place, ridge in enumerate(chosen)])
    covariance = np.array([fits[ridge].covariance[place] for place, ridge in enumerate(chosen)])
    error = np.full(len(keys), np.nan)  # not asked for: outputs have their own
    return Emulator(tuple(keys), coefficients, covariance, error), left_out[chosen, :, places].T


def _fitted(points: Array, shares: Array, block: int, ridge: float) -> Emulator[int]:
    outcomes = dict(enumerate(shares.T))
    weights = np.full(len(points), float(block))
    return Emulator.fit(points, outcomes, weights=weights, ridge=ridge, validated=False)


def _cross_predicted(points: Array, shares: Array, block: int, ridge: float) -> Array:
    fold, predicted = np.arange(len(points)) % FOLDS, np.empty_like(shares)
    for one in range(FOLDS):
        out = fold == one
        if out.any():
            predicted[out] = _fitted(points[~out], shares[~out], block, ridge).predict(points[out])
    return predicted


def quality(values: Array, predicted: Array) -> tuple[Array, Array]:
    """Return how far outputs differ between points, and how far off an emulator is, sampling apart.

    Parameters
    ----------
    values
        Of the patients of each block [blocks, patients, outputs].
    predicted
        Means that the emulator expects of blocks it has not seen [blocks, outputs].

    Returns
    -------
    Standard deviation of the true means between points, and root mean square error of the emulator, [outputs].
    """
    mean, noise = values.mean(axis=1), (values.var(axis=1, ddof=1) / values.shape[1]).mean(axis=0)
    spread = np.maximum(mean.var(axis=0, ddof=1) - noise, 0.0)
    error = np.maximum(((mean - predicted) ** 2).mean(axis=0) - noise, 0.0)
    return np.sqrt(spread), np.sqrt(error)


def outputs_of(protocol: Protocol, keys: Sequence[Key]) -> tuple[tuple[Output, ...], Array]:
    """Return outputs, quantity by quantity, and how each combines the emulator's outcomes [outputs, outcomes].

    Arms are compared with the reference of the protocol's first contrast, or with the last arm where it has none.
    """
    place = {key[1:]: number for number, key in enumerate(keys)}
    arms = [arm.name for arm in protocol.arms]
    reference = protocol.reference
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
) -> tuple[Array, Array, Array]:
    """Return first, total and joint indices, each with its interval [3, ..., outputs].

    Indices are medians, with the 5th and 95th percentile, over draws of the emulator's coefficients.
    """
    drawn = _drawn(emulator, seed)

    def function(points: Array) -> Array:
        chances = drawn.predict(points).reshape(len(points), DRAWS, -1)
        return np.asarray((chances @ combine.T).reshape(len(points), -1))

    found = sobol_indices(function, inputs, groups, count=COUNT, seed=seed)
    shape = (DRAWS, len(combine))
    first, total, together = (_percentiles(one, shape) for one in (found.first, found.total, found.together))
    return first, total, together


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
