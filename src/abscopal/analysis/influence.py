"""What each subject adds to the error of an estimate: the infinitesimal jackknife.

The influence of a subject is the change of an estimate when he or she counts a little more than once. The sum of the
squares is the variance of the estimate; the sum of the products of two estimates on the same people is their
covariance, which no standard error tells.

References
----------
Jaeckel LA. Bell Laboratories memorandum 72-1215, 1972; Efron B. The jackknife, the bootstrap and other resampling
plans. SIAM 1982, chapter 6 (recalled). Survival: Reid N. Ann Stat 1981;9:78 (recalled). Cox model: Reid N, Crepeau H.
Biometrika 1985;72:1 (recalled), with Efron's ties as in the `dfbeta` residuals of R's package survival.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abscopal.analysis.censored import Floats, observations
from abscopal.analysis.cox import cox

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Influenced:
    """Estimates with the influence of every subject.

    Attributes
    ----------
    value : (q,) float
        Estimates.
    influence : (n, q) float
        Of each subject on each; the columns sum to 0.
    """

    value: Floats
    influence: Floats


def shares(flags: ArrayLike) -> Influenced:
    """Shares of n subjects with each of q properties, `flags` being (n, q)."""
    have = np.asarray(flags, dtype=np.float64)
    rate = have.mean(axis=0)
    return Influenced(rate, (have - rate) / len(have))


def survival(time: ArrayLike, event: ArrayLike, at: ArrayLike) -> Influenced:
    """Kaplan-Meier survival at some times; after the last time seen the curve keeps its last level.

    Parameters
    ----------
    time : (n,) array
        Time to event or censoring.
    event : (n,) array
        1 for an event, 0 for censoring.
    at : (q,) array
        Times of the estimates, in the same unit.
    """
    seen, when = observations(time, event), np.asarray(at, dtype=np.float64)
    times, row = np.unique(seen.time, return_inverse=True)
    died = np.bincount(row, seen.event, len(times))
    at_risk = np.cumsum(np.bincount(row, minlength=len(times))[::-1])[::-1].astype(np.float64)
    left = at_risk - died
    level = np.append(1.0, np.cumprod(left / at_risk))
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(left > 0, 1.0 / left, 0.0)  # once nobody is left the curve is 0, whoever counts more
        passed = np.append(0.0, np.cumsum(np.where(left > 0, died / (at_risk * left), 0.0)))
    last = np.searchsorted(times, when, side="right")  # rows of `level` and `passed` in force
    had = (seen.event * own[row])[:, None] * (seen.time[:, None] <= when)
    until = np.minimum(row[:, None] + 1, last)
    return Influenced(level[last], level[last] * (passed[until] - had))


def log_hazard_ratio(time: ArrayLike, event: ArrayLike, group: ArrayLike) -> Influenced:
    """Logarithm of the hazard ratio of `group` 1 to 0, by a Cox model with Efron's ties, as one column.

    Raises
    ------
    CoxError
        If it is not finite.
    """
    seen, member = observations(time, event), np.asarray(group, dtype=bool)
    fitted = cox(seen.time, seen.event, member)
    beta, variance = float(fitted.coefficients[0]), float(fitted.covariance[0, 0])
    score = _score_residuals(seen.time, seen.event, member, beta)
    return Influenced(np.array([beta]), (variance * score)[:, None])


def _score_residuals(time: Floats, event: Flags, member: Flags, beta: float) -> Floats:
    """Return what each subject adds to the derivative of the log partial likelihood (n,)."""
    risk = np.where(member, np.exp(beta), 1.0)
    times, row = np.unique(time, return_inverse=True)
    ties = np.bincount(row, event, len(times)).astype(np.int64)
    tie = np.repeat(np.arange(len(times)), ties)  # a row for each event
    before = (np.arange(len(tie)) - np.repeat(np.cumsum(ties) - ties, ties)) / ties[tie]  # Efron: share of those tied

    def in_sets(weight: Floats) -> Floats:
        """Sum of a weight over the risk set of each event, less Efron's share of those tied."""
        everybody = np.cumsum(np.bincount(row, weight, len(times))[::-1])[::-1]
        tied = np.bincount(row, weight * event, len(times))
        return np.asarray(everybody[tie] - before * tied[tie])

    total = in_sets(risk)
    mean = in_sets(risk * member) / total

    def summed(weight: Floats) -> Floats:
        return np.bincount(tie, weight, len(times)).astype(np.float64, copy=False)

    hazard, drift = np.cumsum(summed(1 / total))[row], np.cumsum(summed(mean / total))[row]
    spared, spared_drift = summed(before / total)[row], summed(before * mean / total)[row]
    expected = summed(mean)[row] / np.maximum(ties[row], 1)
    seen = event * (member - expected + risk * (member * spared - spared_drift))
    return np.asarray(seen - risk * (member * hazard - drift))
