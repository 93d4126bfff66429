"""Shares of subjects: exact intervals, score intervals, and the difference of two arms.

References
----------
Clopper CJ, Pearson ES. Biometrika 1934;26:404. Wilson EB. J Am Stat Assoc 1927;22:209.
Newcombe RG. Stat Med 1998;17:873 (method 10).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, ndtri


@dataclass(frozen=True)
class Proportion:
    """A share of subjects with its Clopper-Pearson interval.

    Attributes
    ----------
    successes, n : int
        Subjects with the property, and all subjects.
    rate : float
        successes / n.
    lower, upper : float
        Exact limits.
    """

    successes: int
    n: int
    rate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class RateDifference:
    """Difference of two independent shares (first less second) with Newcombe's limits."""

    difference: float
    lower: float
    upper: float


def proportion(successes: int, n: int, *, level: float = 0.95) -> Proportion:
    """Share `successes` / `n` with its exact (Clopper-Pearson) interval at confidence `level`."""
    _require_counts(successes, n)
    tail = (1.0 - level) / 2.0
    lower = 0.0 if successes == 0 else float(betaincinv(successes, n - successes + 1, tail))
    upper = 1.0 if successes == n else float(betaincinv(successes + 1, n - successes, 1.0 - tail))
    return Proportion(int(successes), int(n), successes / n, lower, upper)


def wilson_interval(successes: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson score limits of a share, without continuity correction."""
    _require_counts(successes, n)
    z2 = float(ndtri(0.5 + level / 2.0)) ** 2
    centre = (successes + z2 / 2.0) / (n + z2)
    reach = np.sqrt(z2 * (successes * (n - successes) / n + z2 / 4.0)) / (n + z2)
    return max(float(centre - reach), 0.0), min(float(centre + reach), 1.0)


def rate_difference(first: Proportion, second: Proportion, *, level: float = 0.95) -> RateDifference:
    """Difference of the rates of two arms with Newcombe's hybrid score interval (method 10 of his paper)."""
    lower_1, upper_1 = wilson_interval(first.successes, first.n, level=level)
    lower_2, upper_2 = wilson_interval(second.successes, second.n, level=level)
    difference = first.rate - second.rate
    below = np.hypot(first.rate - lower_1, upper_2 - second.rate)
    above = np.hypot(upper_1 - first.rate, second.rate - lower_2)
    return RateDifference(difference, float(difference - below), float(difference + above))


def _require_counts(successes: int, n: int) -> None:
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"expected 0 <= successes <= n and n >= 1, got {successes} of {n}")
