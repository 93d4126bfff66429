"""Rates of regression and growth of a series of diameters: of the part that shrinks, and of the part that grows.

    D(t) / D(0) = exp(-ks t) + exp(kg t) - 1

ks is the rate at which what responds to treatment regresses, kg the rate at which what does not grows, both of the
diameter; either may be zero. Fitted to each series by least squares of D / D(0) over all pairs of a grid, then of a
finer one around the best pair, so that a fit never depends on where a search began.

References
----------
Stein WD et al. Clin Cancer Res 2011;17:907-917 (the equation; recalled).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abscopal.clinic.criteria.criterion import Bools, Floats

LEAST, MOST, STEPS = 1e-4, 0.1, 31  # per day: halving in 19 years, and in a week
FINER = 33  # rates of the finer grid, from one neighbour on the first grid to the other
FEWEST = 3  # diameters, baseline included, that two rates need
BLOCK = 64  # series at a time: bounds memory


@dataclass(frozen=True)
class Rates:
    """Rates of n series, (n,) float, 1/day; NaN where a series is too short."""

    regression: Floats
    growth: Floats


def regression_and_growth(day: Floats, diameter: Floats) -> Rates:
    """Fit the two rates of each series.

    Parameters
    ----------
    day : (n, visits) float, day
        Days of the scans in order; the first is baseline.
    diameter : (n, visits) float, mm
        Diameter on those days, 0 where the lesion was gone; NaN where there was no scan or nothing was measured. The
        first must be more than 0.

    Raises
    ------
    ValueError
        If a series begins without a diameter.
    """
    if not (diameter[:, 0] > 0).all():
        raise ValueError("a series begins without a diameter")
    known = np.isfinite(diameter) & np.isfinite(day)
    since = np.where(known, day - day[:, :1], 0.0)
    ratio = np.where(known, diameter / diameter[:, :1], 0.0)
    coarse = np.concatenate([[0.0], np.geomspace(LEAST, MOST, STEPS)])
    found = np.full((2, len(day)), np.nan)
    for first in range(0, len(day), BLOCK):
        part = slice(first, first + BLOCK)
        data = since[part], ratio[part], known[part]
        shape = np.broadcast_to(coarse, (len(data[0]), len(coarse)))
        regression, growth = _best(*data, shape, shape)
        found[:, part] = _best(*data, _around(coarse, regression), _around(coarse, growth))
    return Rates(*np.where(known.sum(axis=1) >= FEWEST, found, np.nan))


def _best(since: Floats, ratio: Floats, known: Bools, regression: Floats, growth: Floats) -> tuple[Floats, Floats]:
    """Return of each series the pair of rates [n, candidates] each with the least squares."""
    down = np.exp(-regression[:, :, None] * since[:, None, :])
    up = np.exp(np.minimum(growth[:, :, None] * since[:, None, :], 50.0))
    shape = down[:, :, None, :] + up[:, None, :, :] - 1.0
    squares = (((shape - ratio[:, None, None, :]) ** 2) * known[:, None, None, :]).sum(axis=-1)
    place = squares.reshape(len(since), -1).argmin(axis=1)
    row, column = np.unravel_index(place, squares.shape[1:])
    everyone = np.arange(len(since))
    return regression[everyone, row], growth[everyone, column]


def _around(grid: Floats, chosen: Floats) -> Floats:
    """Return rates between the neighbours of each chosen one on the grid [n, FINER]; the chosen one is among them."""
    place = np.searchsorted(grid, chosen)
    low, high = grid[np.maximum(place - 1, 0)], grid[np.minimum(place + 1, len(grid) - 1)]
    half = np.linspace(0.0, 1.0, FINER // 2 + 1)
    below = low[:, None] + (chosen - low)[:, None] * half
    above = chosen[:, None] + (high - chosen)[:, None] * half[1:]
    return np.concatenate([below, above], axis=1)
