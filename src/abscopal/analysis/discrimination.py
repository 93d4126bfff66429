"""How well a marker tells those with an outcome from those without: the area under the ROC curve.

    A = P(marker of one with the outcome > marker of one without), ties counting half
    variance(A) = n1 / (n1 - 1) * sum w_i^2 (V_i - A)^2 / (sum w_i)^2, i with the outcome, + the same over those without

V_i is the share of the other group that lies below i. Weights lay a population of one mix over subjects of another.

References
----------
DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from abscopal.analysis.censored import Floats

FEWEST = 2  # subjects with, and without, the outcome: below that there is no variance


@dataclass(frozen=True)
class Area:
    """Area under the ROC curve with DeLong's limits.

    Attributes
    ----------
    value, lower, upper : float
        0 to 1; above 0.5 where those with the outcome have more of the marker.
    standard_error : float
        Of the area.
    n, events : int
        Subjects with a known marker, and those of them with the outcome.
    """

    value: float
    lower: float
    upper: float
    standard_error: float
    n: int
    events: int


def area(marker: ArrayLike, outcome: ArrayLike, weight: ArrayLike | None = None) -> Area | None:
    """Area under the ROC curve of a marker for an outcome.

    Parameters
    ----------
    marker : (n,) float
        Values; subjects with NaN are left out.
    outcome : (n,) bool
        Who has the outcome.
    weight : (n,) float, optional
        Weight of each subject, positive.

    Returns
    -------
    Area or None
        None with fewer than two subjects with the outcome, or without it.
    """
    x, y = np.asarray(marker, dtype=float), np.asarray(outcome, dtype=bool)
    w = np.ones(len(x)) if weight is None else np.asarray(weight, dtype=float)
    known = np.isfinite(x)
    x, y, w = x[known], y[known], w[known]
    if min(y.sum(), (~y).sum()) < FEWEST:
        return None
    below, above = _share_below(x[~y], w[~y], x[y]), 1.0 - _share_below(x[y], w[y], x[~y])
    value = float(np.average(below, weights=w[y]))
    error = float(np.sqrt(_variance(below, w[y], value) + _variance(above, w[~y], value)))
    return _limited(value, error, len(x), int(y.sum()))


def area_within(marker: ArrayLike, outcome: ArrayLike, stratum: ArrayLike) -> Area | None:
    """Area over pairs of subjects of the same stratum: the strata's areas, weighted by n1 * n0 / (n1 + n0).

    None if no stratum has two subjects with the outcome and two without.
    """
    x, y, s = np.asarray(marker, dtype=float), np.asarray(outcome, dtype=bool), np.asarray(stratum)
    return _pooled(area(x[s == one], y[s == one]) for one in np.unique(s))


def _pooled(strata: Iterable[Area | None]) -> Area | None:
    found = [one for one in strata if one is not None]
    if not found:
        return None
    weight = np.array([one.events * (one.n - one.events) / one.n for one in found])
    weight /= weight.sum()
    value = float(weight @ [one.value for one in found])
    error = float(np.sqrt(weight**2 @ [one.standard_error**2 for one in found]))
    return _limited(value, error, sum(one.n for one in found), sum(one.events for one in found))


def _limited(value: float, error: float, n: int, events: int) -> Area:
    reach = float(ndtri(0.975)) * error
    return Area(value, max(value - reach, 0.0), min(value + reach, 1.0), error, n, events)


def _share_below(others: Floats, weight: Floats, x: Floats) -> Floats:
    """Weighted share of the others that lies below each x, ties counting half."""
    order = np.argsort(others, kind="stable")
    cumulated = np.concatenate([[0.0], np.cumsum(weight[order])])
    sides = (np.searchsorted(others[order], x, side=side) for side in ("left", "right"))
    return np.asarray(sum(cumulated[place] for place in sides) / (2.0 * cumulated[-1]))


def _variance(share: Floats, weight: Floats, value: float) -> float:
    n = len(share)
    return float(n / (n - 1) * ((weight * (share - value)) ** 2).sum() / weight.sum() ** 2)
