"""What subjects accrue over time, costs or health, and its mean in an arm in which some are censored.

A subject's accrual is known only while he or she is followed. What happens at time t is therefore weighted by

    exp(-r t) / K(t-)

K(t-) is the Kaplan-Meier probability of still being followed just before t (the censorings being the events), and r the
discount rate. The sum over subjects, divided by their number, estimates the mean that full follow-up would have given,
up to a horizon that the data reach. Because S(t) K(t) n is the number at risk, the weighted time alive is exactly the
area under the Kaplan-Meier curve.

References
----------
Bang H, Tsiatis AA. Biometrika 2000;87:329 (partitioned estimator, here with as many parts as there are censorings).
Zhao H, Bang H, Wang H, Pfeifer PE. Stat Med 2007;26:4520 (that it equals Lin's estimator when parts are fine).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abscopal.analysis.censored import Codes, Floats
from abscopal.units import DAYS_PER_YEAR


@dataclass(frozen=True, eq=False)
class Accrual:
    """Amounts that accrue at a steady rate over stretches of days, and amounts that accrue at once.

    Attributes
    ----------
    subject : (k,) int
        Place of the subject.
    start, stop : (k,) float, day
        Stretch; equal for an amount that accrues at once.
    amount : (k,) float
        Per day of the stretch, or at once.
    """

    subject: Codes
    start: Floats
    stop: Floats
    amount: Floats

    @classmethod
    def over(cls, subject: Codes, start: ArrayLike, stop: ArrayLike, per_day: ArrayLike) -> Accrual:
        """Return what accrues from `start` to `stop`; stretches of no length or with an end unknown are left out."""
        parts = np.broadcast_arrays(subject, start, stop, per_day)
        kept = (parts[2] > parts[1]) & (parts[3] != 0.0)
        who, first, last, rate = (part[kept] for part in parts)
        return cls(who.astype(np.intp), first.astype(float), last.astype(float), rate.astype(float))

    @classmethod
    def at_once(cls, subject: Codes, day: ArrayLike, amount: ArrayLike) -> Accrual:
        """Return what accrues on a day; those without a day (NaN) are left out."""
        parts = np.broadcast_arrays(subject, np.asarray(day, dtype=float), amount)
        kept = np.isfinite(parts[1]) & (parts[2] != 0.0)
        who, when, what = (part[kept] for part in parts)
        return cls(who.astype(np.intp), when.astype(float), when.astype(float), what.astype(float))

    @classmethod
    def together(cls, parts: Sequence[Accrual]) -> Accrual:
        """Return all parts as one."""
        if not parts:
            return cls(np.zeros(0, np.intp), np.zeros(0), np.zeros(0), np.zeros(0))
        columns = zip(*((part.subject, part.start, part.stop, part.amount) for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    def until(self, end: Floats) -> Accrual:
        """Return what accrues by each subject's last known day, (n,); what is dated later counts on that day."""
        last = end[self.subject]
        begins, ends = np.minimum(self.start, last), np.minimum(self.stop, last)
        at_once = self.start == self.stop
        kept = at_once | (ends > begins)
        return Accrual(self.subject[kept], begins[kept], ends[kept], self.amount[kept])

    def of(self, chosen: NDArray[np.bool_]) -> Accrual:
        """Return the accrual of the chosen subjects, (n,), numbered anew in their order."""
        kept = chosen[self.subject]
        place = np.cumsum(chosen) - 1
        return Accrual(place[self.subject[kept]], self.start[kept], self.stop[kept], self.amount[kept])


@dataclass(frozen=True, eq=False)
class Weights:
    """Weight of what happens at each time, in one arm.

    Attributes
    ----------
    knots : (m,) float, day
        0 and the days after which fewer are followed.
    inverse : (m,) float
        1 / K from each knot (exclusive) to the next (inclusive).
    rate : float, 1/day
        Discount rate.
    horizon : float, day
        What happens later does not count.
    """

    knots: Floats
    inverse: Floats
    rate: float
    horizon: float

    @classmethod
    def of(cls, time: Floats, died: NDArray[np.bool_], yearly_discount: float, horizon: float) -> Weights:
        """Return the weights of an arm whose subjects were followed to `time` [n], days, and died then or not."""
        knots, kept = censoring_curve(time, died)
        return cls(knots, 1.0 / kept, np.log1p(yearly_discount) / DAYS_PER_YEAR, horizon)

    @classmethod
    def none(cls, yearly_discount: float, horizon: float) -> Weights:
        """Return weights that only discount: what was seen, without a correction for what was not."""
        return cls(np.zeros(1), np.ones(1), np.log1p(yearly_discount) / DAYS_PER_YEAR, horizon)

    def at(self, day: Floats) -> Floats:
        """Weight of what happens on a day, (k,)."""
        part = np.maximum(np.searchsorted(self.knots, day, side="left") - 1, 0)
        weight = self.inverse[part] * np.exp(-self.rate * day)
        return np.asarray(np.where(day <= self.horizon, weight, 0.0))

    def integral(self, day: Floats) -> Floats:
        """Integral of the weight from day 0 to each day, (k,); it does not grow beyond the horizon."""
        until = np.clip(day, 0.0, self.horizon)
        whole = np.concatenate([[0.0], np.cumsum(self.inverse[:-1] * np.diff(_discounted(self.knots, self.rate)))])
        part = np.maximum(np.searchsorted(self.knots, until, side="left") - 1, 0)
        rest = _discounted(until, self.rate) - _discounted(self.knots[part], self.rate)
        return np.asarray(whole[part] + self.inverse[part] * rest)

    def worth(self, accrual: Accrual, n: int, edges: Floats | None = None) -> Floats:
        """Weighted amount of each subject in each part of the time.

        Parameters
        ----------
        accrual
            Of subjects 0 to n - 1.
        n
            Subjects.
        edges : (j + 1,) float, day
            Limits of the parts; what lies beyond them does not count. One part up to the horizon if left out.

        Returns
        -------
        (n, j) float, or (n,) without edges.
        """
        limits = np.array([0.0, self.horizon]) if edges is None else edges
        found = np.stack([self._between(accrual, n, *pair) for pair in pairwise(limits)], axis=1)
        return np.asarray(found[:, 0] if edges is None else found)

    def _between(self, accrual: Accrual, n: int, low: float, high: float) -> Floats:
        start, stop = accrual.start, accrual.stop
        inside = (start <= high) & ((start > low) | ((low == 0.0) & (start <= 0.0)))
        at_once = np.where(inside, self.at(np.maximum(start, 0.0)), 0.0)
        over = self.integral(np.clip(stop, low, high)) - self.integral(np.clip(start, low, high))
        weight = np.where(start == stop, at_once, over)
        return np.bincount(accrual.subject, accrual.amount * weight, n).astype(np.float64, copy=False)


def _discounted(day: Floats, rate: float) -> Floats:
    """Integral of the discount factor from day 0 to each day."""
    return np.asarray(day if rate == 0.0 else -np.expm1(-rate * day) / rate)


def censoring_curve(time: Floats, died: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return 0 and the censoring times (m,), and the share still followed after each (m,).

    At equal times deaths come before censorings, as in the survival curve. The share is never 0: where the last of an
    arm are censored together nothing can be known later, and nothing later is ever weighted by it.
    """
    order = np.lexsort((~died, time))
    days, dead = time[order], died[order]
    at_risk = np.arange(len(days), 0, -1, dtype=float)
    factors = np.where(dead, 1.0, 1.0 - 1.0 / at_risk)
    factors[at_risk == 1.0] = 1.0
    share = np.cumprod(factors)
    last = np.append(days[1:] != days[:-1], True) & ~dead
    return np.concatenate([[0.0], days[last]]), np.concatenate([[1.0], share[last]])


def reach(time: Floats, died: NDArray[np.bool_]) -> float:
    """Return the last day that an arm's data reach: infinite where the subject followed longest has died."""
    longest = float(time.max())
    return float("inf") if died[time == longest].all() else longest
