"""What published figures can tell of each fitted number: profiles of the likelihood, and what goes together.

A profile is the highest likelihood with one number held. Where it falls to both sides by 1.92, the data alone bound the
number (Raue A et al. Bioinformatics 2009;25:1923, doi:10.1093/bioinformatics/btp358); where it stays flat, what the
posterior says of it is the prior.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LogDensity = Callable[[Array], Array]
"""From points of the unit cube [points, knobs] to log densities [points]."""
FALL = 1.92  # half of the 95 % point of chi-square with one degree of freedom
GRID = 11
STEP = 1e-4  # of the unit cube, for slopes
PAIRS = 0.5  # correlation from which on two numbers are named


@dataclass(frozen=True)
class Identifiability:
    """How well d numbers are told.

    Attributes
    ----------
    paths
        Of the numbers.
    grid
        Points of the unit interval at which a number was held [g].
    profile
        Log likelihood there less the highest found, [d, g].
    correlation
        Between the posterior's draws [d, d].
    learnt
        Share of the prior's variance that the data removed, [d].
    directions
        How many combinations of numbers the data decide: the sum over the posterior's principal directions of the share
        of prior variance removed.
    """

    paths: tuple[str, ...]
    grid: Array
    profile: Array
    correlation: Array
    learnt: Array
    directions: float

    def bounded(self, number: int) -> tuple[bool, bool]:
        """Whether the data alone bound a number from below, and from above."""
        fallen, top = self.profile[number] < -FALL, int(self.profile[number].argmax())
        return bool(fallen[:top].any()), bool(fallen[top + 1 :].any())

    def pairs(self) -> list[tuple[str, str, float]]:
        """Return numbers that go together, the closest pair first."""
        d = len(self.paths)
        found = [(i, j, float(self.correlation[i, j])) for i in range(d) for j in range(i + 1, d)]
        close = [(self.paths[i], self.paths[j], r) for i, j, r in found if abs(r) >= PAIRS]
        return sorted(close, key=lambda pair: -abs(pair[2]))

    def plain(self) -> dict[str, Any]:
        """Return what can be written as JSON."""
        return {
            "grid": self.grid.round(4).tolist(),
            "directions": round(self.directions, 2),
            "correlation": self.correlation.round(3).tolist(),
            "pairs": [list(pair) for pair in self.pairs()],
            "numbers": [
                {"path": path, "learnt": float(self.learnt[i]), "profile": self.profile[i].round(3).tolist(),
                 "bounded_below": self.bounded(i)[0], "bounded_above": self.bounded(i)[1]}
                for i, path in enumerate(self.paths)
            ],
        }  # fmt: skip


def identifiability(
    paths: Sequence[str],
    log_likelihood: LogDensity,
    draws: Array,
    prior_sd: Array,
    *,
    progress: Callable[[float], None] = lambda share: None,
) -> Identifiability:
    """Say how well numbers are told, from the likelihood and draws of the posterior [draws, d]."""
    start = draws[log_likelihood(draws).argmax()]
    grid = np.linspace(0.02, 0.98, GRID)
    profile = np.empty((len(paths), GRID))
    for number in range(len(paths)):
        profile[number] = profile_of(log_likelihood, start, number, grid)
        progress((number + 1) / len(paths))
    scaled = np.atleast_2d(np.cov((draws / prior_sd).T))
    left = np.linalg.eigvalsh(scaled)
    correlation = np.atleast_2d(np.corrcoef(draws.T))
    learnt = 1.0 - np.diag(scaled)
    directions = float((1.0 - np.minimum(left, 1.0)).sum())
    return Identifiability(tuple(paths), grid, profile - profile.max(), correlation, learnt, directions)


def profile_of(log_likelihood: LogDensity, start: Array, number: int, grid: Array) -> Array:
    """Return the highest log likelihood [g] with one number held at each point of a grid, the others in the cube.

    The search goes outward from the start, each point from where its neighbour ended.
    """
    height = np.empty(len(grid))
    nearest = int(np.abs(grid - start[number]).argmin())
    for way in (range(nearest, len(grid)), range(nearest - 1, -1, -1)):
        point = start
        for place in way:
            point = _highest(log_likelihood, point, number, float(grid[place]))
            height[place] = log_likelihood(point[None])[0]
    return height


def _highest(log_likelihood: LogDensity, start: Array, held: int, value: float) -> Array:
    from scipy.optimize import minimize

    free = np.arange(len(start)) != held
    whole = start.copy()
    whole[held] = value

    def down(x: Array) -> tuple[float, Array]:
        tried = np.tile(whole, (len(x) + 1, 1))
        tried[:, free] = x
        step = np.where(x < 0.5, STEP, -STEP)  # inward, so that no point leaves the cube
        tried[np.arange(1, len(x) + 1), np.flatnonzero(free)] += step
        heights = log_likelihood(tried)
        return -float(heights[0]), -(heights[1:] - heights[0]) / step

    found = minimize(down, whole[free], jac=True, method="L-BFGS-B", bounds=[(0.0, 1.0)] * int(free.sum()))
    whole[free] = found.x
    return whole
