"""Simulation-based calibration: whether a fit finds truths that it is told to find, and says rightly how sure it is.

Truths are drawn from the prior, data are made of each, and the fit draws from its posterior given these data. If model
and fit are right, the rank of the truth among the draws is uniform (Talts S et al. arXiv 2018;1804.06788). Uniformity
is judged by the empirical distribution of the ranks against a band that holds it whole with a stated probability:
Säilynoja T et al. Stat Comput 2022;32:32 (doi:10.1007/s11222-022-10090-6). How much was learnt, and how far off the
answer is in units of its own error, after Betancourt M, "Towards a principled Bayesian workflow", 2020.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]
LEVELS = (0.5, 0.8, 0.9)
"""Levels of the central intervals whose coverage is counted."""
SETS = 2000  # of simulated uniform ranks, by which a set of ranks is judged


@dataclass(frozen=True)
class Recovery:
    """Truths of d numbers, n times, beside what the fit said of them.

    Attributes
    ----------
    truth
        Drawn from the prior, [n, d].
    rank
        How many of the draws lie below the truth, [n, d], 0 to `draws`.
    mean, deviation
        Of the posterior's draws, [n, d].
    inside
        Whether the central interval of each of LEVELS holds the truth, [levels, n, d].
    draws
        Draws that were ranked among, of each posterior.
    prior
        Standard deviation of the prior, [d].
    """

    truth: Array
    rank: Index
    mean: Array
    deviation: Array
    inside: NDArray[np.bool_]
    draws: int
    prior: Array

    @property
    def score(self) -> Array:
        """Posterior z-score: posterior mean less truth over posterior standard deviation, [n, d]."""
        return (self.mean - self.truth) / self.deviation

    @property
    def contraction(self) -> Array:
        """Share of the prior's variance that the data removed, [n, d]: 0 nothing was learnt, 1 it is known."""
        return 1.0 - (self.deviation / self.prior) ** 2

    @property
    def coverage(self) -> Array:
        """Share of truths inside the intervals, [levels, d]."""
        return np.asarray(self.inside.mean(axis=1))


def recovery(truth: Array, draws: Array, prior: Array) -> Recovery:
    """Compare truths with draws of their posteriors.

    Parameters
    ----------
    truth
        [n, d].
    draws
        Independent ones, or thinned until they nearly are: correlated draws give ranks too near the ends, [n, L, d].
    prior
        Standard deviation of the prior, [d].
    """
    rank = (draws < truth[:, None, :]).sum(axis=1)
    places = (rank + 0.5) / (draws.shape[1] + 1.0)  # by ranks, coverage is as stated however few the draws
    inside = np.array([np.abs(places - 0.5) < level / 2.0 for level in LEVELS])
    return Recovery(truth, rank, draws.mean(axis=1), draws.std(axis=1, ddof=1), inside, draws.shape[1], prior)


def chi_square(rank: Index, draws: int, bins: int = 10) -> Array:
    """Return the p-value of Pearson's test that ranks [n, d] are uniform on 0 to `draws`, [d].

    Bins hold as nearly as may be the same number of ranks; the test wants some five truths in each.
    """
    from scipy.stats import chi2

    edges = np.linspace(0, draws + 1, bins + 1).round()
    expected = len(rank) * np.diff(edges) / (draws + 1)
    counts = np.array([np.histogram(column, edges)[0] for column in rank.T])
    return np.asarray(chi2.sf((((counts - expected[None]) ** 2) / expected[None]).sum(axis=1), bins - 1))


def ecdf_test(rank: Index, draws: int, seed: int = 1) -> Array:
    """Return the p-value of uniformity of ranks [n, d] by their whole empirical distribution, [d].

    Wherever the distribution strays furthest from what is expected, in terms of a binomial probability, is compared
    with the same of sets of uniform ranks of the same size; it is no smaller than one over the number of these sets.
    """
    least = _least_chance(_counts_below(rank, draws), len(rank), draws)
    usual = _usual(len(rank), draws, seed)
    return np.asarray((1.0 + (usual[None, :] <= least[:, None]).sum(axis=1)) / (1.0 + SETS))


def ecdf_band(count: int, draws: int, level: float = 0.95, seed: int = 1) -> tuple[Array, Array, Array]:
    """Return where the distribution of `count` uniform ranks stays, as a whole, with probability `level`.

    Returns
    -------
    Fractional ranks at which it is stated, lower and upper limit of the share of ranks there, [points] each.
    """
    from scipy.stats import binom

    gamma = float(np.quantile(_usual(count, draws, seed), 1.0 - level))
    at = _points(draws)
    lower, upper = (np.asarray(binom.ppf(tail, count, at)) / count for tail in (gamma / 2, 1 - gamma / 2))
    return at, lower, upper


def ecdf(rank: Index, draws: int) -> Array:
    """Return the share of ranks [n] at or below each point of `ecdf_band`."""
    return np.asarray(_counts_below(rank[:, None], draws)[0] / len(rank))


def _points(draws: int) -> Array:
    """Fractional ranks (r + 1) / (draws + 1), the last of which, 1, says nothing and is left out."""
    return np.arange(1, draws + 1) / (draws + 1.0)


def _counts_below(rank: Index, draws: int) -> Index:
    """Ranks at or below 0, 1, ... draws - 1, [d, draws]."""
    tally = np.array([np.bincount(column, minlength=draws + 1) for column in rank.T])
    return np.asarray(np.cumsum(tally, axis=1)[:, :-1])


def _least_chance(below: Index, count: int, draws: int) -> Array:
    """Smallest two-sided binomial probability along each empirical distribution [d, draws], [d]."""
    from scipy.stats import binom

    at = _points(draws)
    known = np.arange(count + 1)[:, None]
    lower, upper = binom.cdf(known, count, at), binom.sf(known - 1, count, at)
    chance = np.minimum(1.0, 2.0 * np.minimum(lower, upper))  # [count + 1, draws]
    return np.asarray(chance[below, np.arange(draws)[None, :]].min(axis=1))


def _usual(count: int, draws: int, seed: int) -> Array:
    """Return the same of uniform ranks, [SETS]."""
    uniform = np.random.default_rng(seed).integers(0, draws + 1, (count, SETS))
    return _least_chance(_counts_below(uniform, draws), count, draws)
