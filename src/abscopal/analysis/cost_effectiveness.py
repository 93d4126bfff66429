"""What differences of cost and health mean for a decision: ratio, dominance, net benefit, acceptability, frontier.

References
----------
Drummond MF et al. Methods for the Economic Evaluation of Health Care Programmes, 4th ed, Oxford 2015 (frontier).
Stinnett AA, Mullahy J. Med Decis Making 1998;18:S68 (net benefit). van Hout BA et al. Health Econ 1994;3:309 and
Fenwick E, Claxton K, Sculpher M. Health Econ 2001;10:779 (plane, acceptability curve).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from abscopal.analysis.censored import Floats


@dataclass(frozen=True)
class FrontierRow:
    """An arm in the fully incremental analysis, cheapest first.

    `status` is "" on the frontier, else "dominated" or "extendedly dominated"; `icer` is against the arm before it on
    the frontier, None for the first and for those not on it.
    """

    arm: str
    cost: float
    qaly: float
    icer: float | None
    status: str


def icer(cost: float, qaly: float) -> float | None:
    """Return the cost of a QALY; None where an arm is better in one and no worse in the other, or they are equal."""
    return cost / qaly if cost * qaly > 0 else None


def verdict(cost: float, qaly: float) -> str:
    """Say in words where a difference lies on the cost-effectiveness plane."""
    if cost == 0 and qaly == 0:
        return "costs and gives the same"
    if cost <= 0 and qaly >= 0:
        return "dominant: costs no more and gives no less"
    if cost >= 0 and qaly <= 0:
        return "dominated: costs no less and gives no more"
    return "costs more and gives more" if cost > 0 else "costs less and gives less"


def quadrants(drawn: Floats) -> dict[str, float]:
    """Return the share of samples of (cost, QALY), (b, 2), in each quadrant of the cost-effectiveness plane."""
    cost, qaly = drawn.T
    places = {
        "more_cost_more_health": (cost > 0) & (qaly > 0),
        "less_cost_more_health": (cost <= 0) & (qaly >= 0),
        "more_cost_less_health": (cost >= 0) & (qaly <= 0) & ~((cost == 0) & (qaly == 0)),
        "less_cost_less_health": (cost < 0) & (qaly < 0),
    }
    return {name: float(inside.mean()) for name, inside in places.items()}


def icer_limits(drawn: Floats) -> tuple[float | str, float | str] | None:
    """Return 95 % limits of the ICER from samples of (cost, QALY), (b, 2), ordered from dominant to dominated.

    None where more than 2.5 % of the samples save money and lose health: their ratio is a saving per QALY lost, which
    has no place in that order.
    """
    cost, qaly = drawn.T
    if ((cost < 0) & (qaly < 0)).mean() > 0.025:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(qaly > 0, np.where(cost > 0, cost / qaly, -np.inf), np.where(cost <= 0, -np.inf, np.inf))
    low, high = np.quantile(ratio, [0.025, 0.975], method="inverted_cdf")
    return _limit(float(low)), _limit(float(high))


def _limit(value: float) -> float | str:
    if np.isfinite(value):
        return value
    return "dominated" if value > 0 else "dominant"


def net_benefit(cost: Floats | float, qaly: Floats | float, threshold: float) -> Floats | float:
    """Return the net monetary benefit: health at what the payer would give for it, less its cost."""
    return threshold * qaly - cost


def acceptability(samples: Mapping[str, Floats], thresholds: Floats) -> dict[str, Floats]:
    """Share of the samples in which each arm has the highest net benefit, at each threshold; ties are shared.

    Parameters
    ----------
    samples
        Mean cost and QALY of each arm, (replicates, 2).
    thresholds : (m,)
        Willingness to pay for a QALY.
    """
    drawn = np.stack(list(samples.values()))
    found = np.zeros((len(drawn), len(thresholds)))
    for column, threshold in enumerate(thresholds):
        benefit = threshold * drawn[:, :, 1] - drawn[:, :, 0]
        best = benefit == benefit.max(axis=0)
        found[:, column] = (best / best.sum(axis=0)).mean(axis=1)
    return dict(zip(samples, found, strict=True))


def frontier(means: Mapping[str, tuple[float, float]]) -> tuple[FrontierRow, ...]:
    """Compare every arm with the next cheaper one that is worth its money.

    An arm is dominated if another gives at least as much for no more, and extendedly dominated if a mixture of two
    others would: its ICER is above that of the next arm on the frontier.

    Parameters
    ----------
    means
        Mean cost and QALYs of each arm.
    """
    status = dict.fromkeys(means, "")
    ordered = sorted(means, key=lambda arm: (means[arm][0], -means[arm][1]))
    kept: list[str] = []
    for arm in ordered:
        if kept and means[arm][1] <= means[kept[-1]][1]:
            status[arm] = "dominated"
            continue
        while len(kept) > 1 and _slope(means, kept[-2], kept[-1]) >= _slope(means, kept[-1], arm):
            status[kept.pop()] = "extendedly dominated"
        kept.append(arm)
    ratios = {after: _slope(means, before, after) for before, after in pairwise(kept)}
    return tuple(FrontierRow(arm, *means[arm], ratios.get(arm), status[arm]) for arm in ordered)


def _slope(means: Mapping[str, tuple[float, float]], before: str, after: str) -> float:
    return (means[after][0] - means[before][0]) / (means[after][1] - means[before][1])
