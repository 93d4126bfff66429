"""Cost-effectiveness of the arms of a trial: costs, QALYs, what one more of them costs, and how sure that is.

Means are over all subjects of an arm up to a horizon that the data reach (`accrual.Weights`); nothing is extrapolated,
since a simulated trial can be followed for as long as one likes. Intervals are percentiles of a bootstrap that draws
the subjects of each arm anew, arms independently, and computes the censoring weights of each sample anew. They say how
sure the trial is of its means, and nothing about prices, utilities or the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.analysis.accrual import Accrual, Weights, reach
from abscopal.analysis.censored import Floats
from abscopal.analysis.cost_effectiveness import FrontierRow, frontier, icer, icer_limits, quadrants, verdict
from abscopal.analysis.economic_tables import Followed
from abscopal.analysis.price_table import PriceTable
from abscopal.analysis.quality_of_life import quality, time_in_states
from abscopal.analysis.resource_costs import costs
from abscopal.errors import InputError, Problem
from abscopal.random_streams import uniform
from abscopal.units import DAYS_PER_YEAR

PARTS = 60  # of the time, each with a censoring weight of its own in the bootstrap
FEWEST = 0.1  # share of an arm still followed at the default horizon
_CHUNK = 4_000_000  # numbers of a bootstrap held at once

Interval = tuple[float, float]


@dataclass(frozen=True)
class ArmResult:
    """Means of one arm per subject, discounted, up to the horizon.

    Attributes
    ----------
    name, subjects
        Arm and its subjects.
    costs : dict
        Mean cost by kind (`resource_costs.CATEGORIES`).
    qalys : dict
        Mean QALYs by what they come from (`quality_of_life.quality`).
    years : dict
        Mean years in each health state, not discounted.
    cost, qaly : float
        Their sums; `cost_interval` and `qaly_interval` are 95 % limits.
    followed : float
        Share still followed at the horizon, by the censoring curve.
    """

    name: str
    subjects: int
    costs: dict[str, float]
    qalys: dict[str, float]
    years: dict[str, float]
    cost: float
    qaly: float
    cost_interval: Interval
    qaly_interval: Interval
    followed: float

    @property
    def life_years(self) -> float:
        """Mean years alive, not discounted."""
        return sum(self.years.values())


@dataclass(frozen=True)
class Comparison:
    """An arm less its reference.

    Attributes
    ----------
    arm, reference : str
    cost, qaly, life_years : float
        Differences of means; with 95 % limits of the first two.
    icer : float or None
        Cost of a QALY gained; None unless the arm costs more and gives more, or costs less and gives less.
    icer_limits : tuple of str or float
        95 % limits in order from "dominant" over costs per QALY to "dominated"; None where samples fall among those
        that save money and lose health, which have no place in that order, in more than 2.5 %.
    quadrants : dict
        Share of the bootstrap samples in each quadrant of the plane.
    words : str
        What the point estimate says.
    """

    arm: str
    reference: str
    cost: float
    qaly: float
    life_years: float
    cost_interval: Interval
    qaly_interval: Interval
    icer: float | None
    icer_limits: tuple[float | str, float | str] | None
    quadrants: dict[str, float]
    words: str


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Everything: see `evaluate`. Bootstrap samples of mean cost and QALY are in `samples`, (replicates, 2) per arm."""

    horizon_years: float
    discount: tuple[float, float]
    replicates: int
    arms: tuple[ArmResult, ...]
    comparisons: tuple[Comparison, ...]
    frontier: tuple[FrontierRow, ...]
    samples: dict[str, Floats]


def evaluate(
    trial: Followed,
    prices: PriceTable,
    *,
    reference: str | None = None,
    horizon_years: float | None = None,
    discount: tuple[float, float] | None = None,
    replicates: int = 1000,
    seed: int = 1,
) -> Evaluation:
    """Evaluate the arms of a trial.

    Parameters
    ----------
    trial
        Its subjects.
    prices
        The user's.
    reference
        Arm with which the others are compared; the cheapest if left out.
    horizon_years
        What happens later does not count; if left out, the last day on which a tenth of each arm would be followed.
    discount
        Yearly rates of costs and effects; the table's if left out.
    replicates, seed
        Of the bootstrap.

    Raises
    ------
    InputError
        If drugs have no price, the horizon is beyond the data, or no arm is called `reference`.
    """
    rates = discount or (prices.discount.costs, prices.discount.effects)
    horizon = _horizon(trial, horizon_years)
    by_cost, by_quality = costs(trial, prices), quality(trial, prices.utilities, prices.disutilities, rates[1])
    years = time_in_states(trial)
    arms, samples = [], {}
    for number, name in enumerate(trial.arms):
        arm = _Arm(trial, number, horizon, rates)
        sampled = arm.bootstrap(by_cost, by_quality, replicates, seed)
        arms.append(arm.result(name, by_cost, by_quality, years, sampled))
        samples[name] = sampled
    base = _reference(arms, reference)
    compared = tuple(_compare(arm, base, samples) for arm in arms if arm.name != base.name)
    years_counted = horizon / DAYS_PER_YEAR
    means = {arm.name: (arm.cost, arm.qaly) for arm in arms}
    return Evaluation(years_counted, rates, replicates, tuple(arms), compared, frontier(means), samples)


class _Arm:
    """One arm: its subjects and the weights of what happens to them."""

    def __init__(self, trial: Followed, number: int, horizon: float, rates: tuple[float, float]) -> None:
        self.mine, self.number = trial.arm == number, number
        self.end, self.died = trial.end[self.mine], trial.died[self.mine]
        self.horizon, self.n = horizon, int(self.mine.sum())
        self.of_costs, self.of_effects = (Weights.of(self.end, self.died, rate, horizon) for rate in rates)
        self.of_years = Weights.of(self.end, self.died, 0.0, horizon)

    def result(
        self,
        name: str,
        by_cost: Mapping[str, Accrual],
        by_quality: Mapping[str, Accrual],
        years: Mapping[str, Accrual],
        sampled: Floats,
    ) -> ArmResult:
        cost, qaly = self._means(by_cost, self.of_costs), self._means(by_quality, self.of_effects)
        return ArmResult(
            name=name,
            subjects=self.n,
            costs=cost,
            qalys=qaly,
            years=self._means(years, self.of_years),
            cost=sum(cost.values()),
            qaly=sum(qaly.values()),
            cost_interval=_interval(sampled[:, 0]),
            qaly_interval=_interval(sampled[:, 1]),
            followed=float(1.0 / self.of_years.at(np.array([self.horizon]))[0]),
        )

    def _means(self, parts: Mapping[str, Accrual], weights: Weights) -> dict[str, float]:
        return {name: float(weights.worth(part.of(self.mine), self.n).mean()) for name, part in parts.items()}

    def bootstrap(
        self, by_cost: Mapping[str, Accrual], by_quality: Mapping[str, Accrual], replicates: int, seed: int
    ) -> Floats:
        """Mean cost and QALYs of samples of the arm's subjects, (replicates, 2)."""
        edges = np.linspace(0.0, self.horizon, PARTS + 1)
        cost, qaly = (
            weights.worth(Accrual.together([part.of(self.mine) for part in parts.values()]), self.n, edges)
            for parts, weights in ((by_cost, self.of_costs), (by_quality, self.of_effects))
        )
        middle = (edges[1:] + edges[:-1]) / 2
        kept = _followed_at(np.ones((1, self.n)), self.end, self.died, middle)
        size = max(1, _CHUNK // max(1, self.n))
        found = []
        for first in range(0, replicates, size):
            times = self._times_drawn(first, min(size, replicates - first), seed)
            with np.errstate(divide="ignore"):
                factor = kept / _followed_at(times, self.end, self.died, middle)
            factor[~np.isfinite(factor)] = 0.0  # nobody of the sample is left there to have accrued anything
            found.append(np.stack([((times @ worth) * factor).sum(axis=1) / self.n for worth in (cost, qaly)], axis=1))
        return np.concatenate(found)

    def _times_drawn(self, first: int, count: int, seed: int) -> Floats:
        """How often each subject is in each of some samples, (count, n)."""
        steps = first + np.arange(count)
        times = np.empty((count, self.n))
        for row, step in enumerate(steps):
            draws = uniform(seed, np.arange(self.n), f"bootstrap of arm {self.number}", step)[:, 0]
            times[row] = np.bincount((draws * self.n).astype(np.intp), minlength=self.n)
        return times


def _followed_at(times: Floats, end: Floats, died: NDArray[np.bool_], days: Floats) -> Floats:
    """Censoring curves of samples that hold each subject some times, (b, n), just before each of some days: (b, m)."""
    order = np.lexsort((~died, end))
    drawn = times[:, order]
    at_risk = np.cumsum(drawn[:, ::-1], axis=1)[:, ::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(died[order] | (drawn == 0), 1.0, 1.0 - drawn / at_risk)
    curve = np.concatenate([np.ones((len(times), 1)), np.cumprod(factor, axis=1)], axis=1)
    return np.asarray(curve[:, np.searchsorted(end[order], days, side="left")])


def _interval(values: Floats) -> Interval:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _horizon(trial: Followed, years: float | None) -> float:
    """Days up to which accruals count."""
    groups = [(trial.end[trial.arm == k], trial.died[trial.arm == k]) for k in range(len(trial.arms))]
    furthest = min(reach(*group) for group in groups)
    if years is not None:
        if years * DAYS_PER_YEAR > furthest:
            got = f"{years:g}, and an arm is followed for {furthest / DAYS_PER_YEAR:.2f}; follow the trial for longer"
            raise InputError([Problem("--horizon-years", "years that the data of each arm reach", got)])
        return years * DAYS_PER_YEAR
    usual = min(_tenth(*group) for group in groups)
    return min(usual, furthest, float(trial.end.max()))


def _tenth(end: Floats, died: NDArray[np.bool_]) -> float:
    """Return the last day before fewer than a tenth of an arm would be followed."""
    weights = Weights.of(end, died, 0.0, np.inf)
    low = np.flatnonzero(1.0 / weights.inverse < FEWEST)
    return float(weights.knots[low[0]]) if len(low) else float("inf")


def _reference(arms: Sequence[ArmResult], name: str | None) -> ArmResult:
    if name is None:
        return min(arms, key=lambda arm: arm.cost)
    for arm in arms:
        if arm.name == name:
            return arm
    raise InputError([Problem("--reference", f"one of {', '.join(arm.name for arm in arms)}", f"'{name}'")])


def _compare(arm: ArmResult, base: ArmResult, samples: Mapping[str, Floats]) -> Comparison:
    cost, qaly = arm.cost - base.cost, arm.qaly - base.qaly
    drawn = samples[arm.name] - samples[base.name]
    return Comparison(
        arm=arm.name,
        reference=base.name,
        cost=cost,
        qaly=qaly,
        life_years=arm.life_years - base.life_years,
        cost_interval=_interval(drawn[:, 0]),
        qaly_interval=_interval(drawn[:, 1]),
        icer=icer(cost, qaly),
        icer_limits=icer_limits(drawn),
        quadrants=quadrants(drawn),
        words=verdict(cost, qaly),
    )
