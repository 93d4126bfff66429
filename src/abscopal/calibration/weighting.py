"""Prevalence weights: how often each virtual patient should count for the population to give the published figures.

The patients and the model stay as they are; only their weights w (mean 1) move, as little as the figures allow:

    minimise  trust * mean(w log w)  +  1/2 sum over figures of ((weighted mean - published) / error)^2

Weights that minimise this are exponential in the outcomes, so the search is over one number per figure: a convex
problem (the dual), solved by Newton's method. A figure known badly is matched loosely; as errors go to zero the
published figures are met exactly, which is entropy balancing. `trust` says how strongly the patients as drawn are held
to, in patients: n patients drawn from a population show the outcomes of another one, apart by a divergence of D nats,
with probability exp(-n D) (Sanov), so the virtual population counts as a sample of `trust` real patients would.

Where it comes from: prevalence weighting of virtual patients against published statistics, with the effective sample
size as a brake, is MAPEL (Schmidt BJ et al. BMC Bioinformatics 2013;14:221) and the QSP Toolbox (Cheng Y et al. AAPS J
2017;19:1002, recalled; Methods Mol Biol 2022;2486:129, doi:10.1007/978-1-0716-2265-0_8). Allen RJ, Rieger TR, Musante
CJ. CPT Pharmacometrics Syst Pharmacol 2016;5:140 select patients by acceptance in place of weights. The objective is
that of entropy balancing (Hainmueller J. Polit Anal 2012;20:25) with errors, as in Bayesian inference of ensembles
(Hummer G, Köfinger J. J Chem Phys 2015;143:243150). Effective sample size: Kish L. Survey Sampling. Wiley, 1965.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abscopal.population.selection import effective_size
from abscopal.random_streams import uniform

FEWEST_EFFECTIVE = 0.2  # share of the patients; below, a handful of them decide what is predicted
OUT_OF_REACH, ROUNDING = 0.1, 1e-6  # in errors and in means: what comes nearer than the larger of both is reached
TRUST = 100.0  # patients; chosen among 3 to 1000 by what it predicts of arms left out, see docs/weighting.md
MOST_STEPS, STILL = 200, 1e-12  # of Newton's method, and the decrease after which a last step is exact
Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Moment:
    """A mean over patients that weights are to bring near a number.

    Attributes
    ----------
    arm, quantity
        What it is, as in `calibration.targets.Target`.
    values : (n,) float
        Of each patient; NaN for those of whom it is no mean, such as patients of other arms.
    aim, error
        The number, and one standard error of it, above 0; in the unit of `values`.
    """

    arm: str
    quantity: str
    values: Array
    aim: float
    error: float

    def mean(self, weight: Array) -> float:
        """Weighted mean over the patients of whom it is one."""
        known = ~np.isnan(self.values)
        return float(np.average(self.values[known], weights=weight[known]))


@dataclass(frozen=True, eq=False)
class Weighting:
    """Weights, and what they did.

    Attributes
    ----------
    weight : (n,) float
        Of each patient, above 0; their mean is 1 in every group.
    group : (n,) int
        As given to `weigh`.
    moments
        What was aimed at.
    before, after : (m,) float
        Means without and with weights.
    nearest : (m,) float
        For what no weights reach, the mean that comes nearest when all are brought as near as they go together; NaN for
        what can be reached.
    trust
        As given to `weigh`.
    """

    weight: Array
    group: Index
    moments: tuple[Moment, ...]
    before: Array
    after: Array
    nearest: Array
    trust: float

    @property
    def effective(self) -> float:
        """Number of equally weighted patients that would know as much (Kish)."""
        return effective_size(self.weight)

    @property
    def largest(self) -> float:
        """Largest weight; 1 is a patient who counts as before."""
        return float(self.weight.max())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user must know before believing what the weights predict; empty if nothing."""
        share = self.effective / len(self.weight)
        few = f"effective sample size {self.effective:.0f} of {len(self.weight)} ({100 * share:.0f} %)"
        why = f"{few}: below {100 * FEWEST_EFFECTIVE:.0f} %, a few virtual patients decide. The model itself is off."
        return (*([why] if share < FEWEST_EFFECTIVE else []), *_out_of_reach(self.moments, self.nearest))


def _out_of_reach(moments: Sequence[Moment], nearest: Array) -> list[str]:
    return [
        f"{one.arm}, {one.quantity}: no weights of these patients reach {one.aim:.3f}; the nearest is {mean:.3f}, "
        f"{abs(mean - one.aim) / one.error:.1f} standard errors off"
        for one, mean in zip(moments, nearest, strict=True)
        if not np.isnan(mean)
    ]


def weigh(
    moments: Sequence[Moment], *, held: Sequence[Moment] = (), group: ArrayLike | None = None, trust: float = TRUST
) -> Weighting:
    """Find the weights of least divergence under which means come near what they aim at.

    Parameters
    ----------
    moments
        What to come near, one or more.
    held
        Further means that enter likewise but are not reported, such as a baseline that is to stay.
    group : (n,) int, optional
        Groups whose total weight stays, such as randomised arms; one group of all if left out.
    trust
        How many real patients the virtual population counts as, above 0.

    Raises
    ------
    ValueError
        If there is nothing to aim at, an error or `trust` is not above 0, or lengths differ.
    """
    every = [*moments, *held]
    groups = _checked(every, group, trust)
    weight = tilt(_rows(every), np.array([one.error for one in every]), groups, trust)
    none = np.ones(len(weight))
    return Weighting(
        weight,
        groups,
        tuple(moments),
        np.array([moment.mean(none) for moment in moments]),
        np.array([moment.mean(weight) for moment in moments]),
        nearest_means(moments, groups),
        trust,
    )


def _checked(moments: Sequence[Moment], group: ArrayLike | None, trust: float) -> Index:
    """Return group numbers 0, 1, ...; raise for what cannot be weighted."""
    if not moments:
        raise ValueError("moments: expected at least one, got none")
    if not trust > 0:
        raise ValueError(f"trust: expected a number above 0, got {trust}")
    n = len(moments[0].values)
    for one in moments:
        if one.values.shape != (n,) or not np.isfinite(one.values).any():
            raise ValueError(f"{one.arm}, {one.quantity}: expected {n} values, some of them known")
        if not (one.error > 0 and np.isfinite(one.error) and np.isfinite(one.aim)):
            raise ValueError(
                f"{one.arm}, {one.quantity}: expected an aim and an error above 0, got {one.aim}, {one.error}"
            )
    if group is None:
        return np.zeros(n, dtype=np.int64)
    given = np.asarray(group)
    if given.shape != (n,):
        raise ValueError(f"group: expected {n} labels, got shape {given.shape}")
    return np.unique(given, return_inverse=True)[1].astype(np.int64)


def _rows(moments: Sequence[Moment]) -> Array:
    """Per patient, what has a weighted mean of zero exactly where the moment is met [moments, n].

    A mean over some of the patients is a ratio; (value - aim) of those it counts, and 0 of the others, is none. Divided
    by their share, the distance from zero is that of the mean, in its own unit.
    """
    rows = np.empty((len(moments), len(moments[0].values)))
    for row, one in zip(rows, moments, strict=True):
        known = ~np.isnan(one.values)
        row[:] = np.where(known, one.values - one.aim, 0.0) / known.mean()
    return rows


def tilt(rows: Array, error: Array, group: Index, trust: float = TRUST) -> Array:
    """Solve the dual: weights [n] that bring the means of `rows` near zero, with mean 1 in every group.

    Parameters
    ----------
    rows
        [m, n].
    error
        One standard error of each mean [m], above 0.
    group
        Number of each patient's group, from 0 [n].
    trust
        As in `weigh`.

    Raises
    ------
    ValueError
        If Newton's method does not end, as with errors many orders of magnitude apart.
    """
    scaled = rows / (error * np.sqrt(trust))[:, None]  # the penalty is then half the squared length of `slope`
    slope = np.zeros(len(rows))
    value, weight = _dual(scaled, group, slope)
    for _ in range(MOST_STEPS):
        gradient = scaled @ weight / len(weight) + slope
        step = -np.linalg.solve(_curvature(scaled, group, weight), gradient)
        decrease, length = -float(gradient @ step), 1.0
        while (tried := _dual(scaled, group, slope + length * step))[0] > value - 1e-4 * length * decrease:
            if decrease <= STILL * (1.0 + abs(value)):  # what is left is rounding
                return weight
            length /= 2
        slope, (value, weight) = slope + length * step, tried
        if decrease <= STILL * (1.0 + abs(value)):
            return weight
    raise ValueError(f"weights: no minimum found in {MOST_STEPS} steps; are errors too far apart?")


def _dual(scaled: Array, group: Index, slope: Array) -> tuple[float, Array]:
    """Value of the dual, and the weights that belong to its slope."""
    exponent = slope @ scaled
    size = np.bincount(group)
    top = np.full(len(size), -np.inf)
    np.maximum.at(top, group, exponent)  # so that no exponential overflows
    raw = np.exp(exponent - top[group])
    mean = np.bincount(group, raw) / size
    value = float((size / len(group)) @ (np.log(mean) + top) + 0.5 * slope @ slope)
    return value, np.maximum(raw / mean[group], np.finfo(float).tiny)


def _curvature(scaled: Array, group: Index, weight: Array) -> Array:
    """Second derivative of the dual: weighted covariance within groups, and 1 on the diagonal [m, m]."""
    size = np.bincount(group)
    means = np.array([np.bincount(group, row * weight) / size for row in scaled])
    apart = scaled - means[:, group]
    return np.asarray((apart * weight) @ apart.T / len(weight) + np.eye(len(scaled)))


def nearest_means(moments: Sequence[Moment], group: Index) -> Array:
    """For each moment that no weights reach, the mean that comes nearest; NaN where all can be reached together.

    A linear programme: the least sum of distances, each over its error, that any weights leave. Patients of one kind,
    as most are where outcomes are yes or no, enter it once.
    """
    from scipy.optimize import linprog

    rows = _rows(moments)
    kinds, inverse, count = np.unique(np.vstack([rows, group]), axis=1, return_inverse=True, return_counts=True)
    m, k, n = len(rows), len(count), len(group)
    labels = kinds[-1].astype(int)
    totals = (labels == np.arange(labels.max() + 1)[:, None]).astype(float)
    equal = np.block([[kinds[:-1] / n, np.eye(m), -np.eye(m)], [totals, np.zeros((len(totals), 2 * m))]])
    aims = np.concatenate([np.zeros(m), np.bincount(group)])
    cost = np.concatenate([np.zeros(k), *[1.0 / np.array([one.error for one in moments])] * 2])
    found = linprog(cost, A_eq=equal, b_eq=aims, method="highs")
    if found.x is None:
        raise ValueError(f"weights: {found.message}")
    left = found.x[k : k + m] + found.x[k + m :]
    far = left > np.maximum(ROUNDING, [OUT_OF_REACH * one.error for one in moments])
    weight = (found.x[:k] / count)[inverse.ravel()]
    return np.array([one.mean(weight) if off else np.nan for one, off in zip(moments, far, strict=True)])


def select(weight: ArrayLike, count: int, seed: int) -> Index:
    """Select patients in proportion to their weights, by systematic resampling; return their places [count], in order.

    A patient who should come x times comes floor(x) or ceil(x) times: more than once where the weight asks for it. One
    random number, a function of the seed, starts the comb; the same weights and seed give the same patients.
    Source: Kitagawa G. J Comput Graph Stat 1996;5:1 (recalled).

    Parameters
    ----------
    weight
        At least 0, one per patient.
    count
        How many to select, from 1.
    seed
        Of the selection.
    """
    share = np.asarray(weight, dtype=float)
    if count < 1 or not np.all(share >= 0) or not share.sum() > 0:
        raise ValueError("select: expected at least one to select, and weights of at least 0, not all 0")
    teeth = (np.arange(count) + uniform(seed, 0, "weighted selection")[0, 0]) / count
    edges = np.cumsum(share) / share.sum()
    last = np.flatnonzero(share)[-1]  # for a tooth that rounding puts behind the end
    return np.asarray(np.minimum(np.searchsorted(edges, teeth, side="right"), last), dtype=np.int64)
