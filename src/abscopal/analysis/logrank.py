"""Log-rank test of whether groups share one hazard.

At each event time u the d events among n at risk would, under the null, be a draw without replacement, so group j
expects d n_j / n of them, with covariance d (n - d) / (n - 1) * (diag(p) - p p') for p_j = n_j / n (hypergeometric).
Observed minus expected is summed over u (and over strata); its quadratic form is chi-squared with k - 1 degrees.

References
----------
Mantel N. Cancer Chemother Rep 1966;50:163. Peto R, Peto J. J R Stat Soc A 1972;135:185.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from abscopal.analysis.censored import Floats, codes, observations, stratum_codes


@dataclass(frozen=True, eq=False)
class LogRank:
    """Result of a log-rank test on k groups.

    Attributes
    ----------
    statistic : float
        Chi-squared statistic.
    degrees_of_freedom : int
        Comparisons that the data allow: groups that were at risk at an event beside another, less one.
    p : float or None
        Two-sided p-value; None when there was nothing to compare (no event with two groups at risk).
    groups : tuple of str
        Names of the groups, sorted.
    observed, expected : (k,) float
        Events seen, and events expected under the null, summed over strata.
    variance : (k, k) float
        Covariance of observed minus expected.
    """

    statistic: float
    degrees_of_freedom: int
    p: float | None
    groups: tuple[str, ...]
    observed: Floats
    expected: Floats
    variance: Floats


def logrank(time: ArrayLike, event: ArrayLike, group: ArrayLike, strata: ArrayLike | None = None) -> LogRank:
    """Compare the survival of two or more groups.

    Parameters
    ----------
    time : (n,) array
        Time to event or censoring.
    event : (n,) array
        1 for an event, 0 for censoring.
    group : (n,) array
        Label of each subject's group; at least two distinct labels.
    strata : (n,) array, optional
        Label of each subject's stratum; subjects are compared only within a stratum.
    """
    seen = observations(time, event)
    group_code, groups = codes(group, seen.time.size, "group")
    if len(groups) < 2:
        raise ValueError(f"group: expected at least two groups to compare, got only {groups[0]!r}")
    members = np.eye(len(groups))[group_code]
    stratum = stratum_codes(strata, seen.time.size)
    observed, expected = np.zeros(len(groups)), np.zeros(len(groups))
    variance = np.zeros((len(groups), len(groups)))
    for code in range(int(stratum.max()) + 1):
        inside = stratum == code
        o, e, v = _one_stratum(seen.time[inside], seen.event[inside], members[inside])
        observed, expected, variance = observed + o, expected + e, variance + v
    statistic, degrees = _quadratic_form(observed - expected, variance)
    p = float(chdtrc(degrees, statistic)) if degrees else None
    return LogRank(statistic, degrees, p, groups, observed, expected, variance)


def _one_stratum(time: Floats, event: np.ndarray, members: Floats) -> tuple[Floats, Floats, Floats]:
    """Observed and expected events by group and their covariance; `members` is (n, k), one 1 per row."""
    order = np.argsort(time, kind="stable")
    ordered, died, joined = time[order], event[order], members[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1.0))  # times are >= 0, so the first row always starts a tie
    at_risk = np.cumsum(joined[::-1], axis=0)[::-1][starts]
    events = np.add.reduceat(joined * died[:, None], starts, axis=0)
    n, d = at_risk.sum(axis=1), events.sum(axis=1)
    share = at_risk / n[:, None]
    # The last subject at risk carries no information: n = 1 gives variance 0, not 0 / 0.
    spread = d * (n - d) / np.maximum(n - 1.0, 1.0)
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return events.sum(axis=0), d @ share, variance


def _quadratic_form(excess: Floats, variance: Floats) -> tuple[float, int]:
    """Chi-squared and its degrees of freedom, by the generalised inverse.

    The rows of the covariance always sum to 0, and a group that was never beside another at an event adds a further
    dependency, so the rank is what counts the comparisons that the data allow.
    """
    values, vectors = np.linalg.eigh(variance)
    real = values > 1e-10 * max(float(values[-1]), 1e-300)
    projected = vectors[:, real].T @ excess
    return float(np.sum(projected**2 / values[real])), int(real.sum())
