"""What a trial would show at any point, learnt from patients at many: a logistic regression for each outcome.

The chance of an outcome changes smoothly with the knobs, and patients with knob values of their own are draws of it, so
a regression uses every patient for every point. Quadratic on the logit scale: near enough within a posterior, which the
rounds of a calibration narrow down; `error` says how near.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Key = TypeVar("Key")
RIDGE = 3.0  # penalty on a slope of one logit over a quarter of a knob's range, and how many times that on curvatures:
CURVED = 100.0  # predicted blocks left out best among 1 to 30 and 30 to 1000 in melanoma's first calibration
SCALE = 4.0  # quarters of a range
FOLDS = 5
STEPS, ENOUGH = 30, 1e-6
RAREST = 1e-4  # chance below which a logit is not followed


@dataclass(frozen=True)
class Emulator(Generic[Key]):
    """Chances of outcomes by point.

    Parameters
    ----------
    keys
        Outcomes.
    coefficients, covariance
        Of each outcome [q, terms], [q, terms, terms].
    error
        Cross-validated root mean square error of block means, beyond their sampling, [q]; as a share. NaN if it was not
        asked for.
    """

    keys: tuple[Key, ...]
    coefficients: Array
    covariance: Array
    error: Array

    @classmethod
    def fit(
        cls,
        points: Array,
        outcomes: Mapping[Key, Array],
        *,
        weights: Array | None = None,
        ridge: float = RIDGE,
        block: int = 1,
        validated: bool = True,
    ) -> Emulator[Key]:
        """Learn from patients.

        Parameters
        ----------
        points
            Of each patient, in the unit cube [patients, knobs].
        outcomes
            Values from 0 to 1 [patients]; NaN where unknown.
        weights
            How much each patient counts [patients].
        ridge
            Strength of the pull of slopes and curvatures to zero.
        block
            Patients that follow one another share a point; cross-validation leaves out whole blocks.
        validated
            Whether to cross-validate, which takes as long again.
        """
        terms = features(points)
        weights = np.ones(len(points)) if weights is None else weights
        fits = [_regress(terms, values, weights, ridge) for values in outcomes.values()]
        errors = [
            _cross_validated(terms, values, weights, ridge, block, beta) if validated else float("nan")
            for values, (beta, _) in zip(outcomes.values(), fits, strict=True)
        ]
        return cls(tuple(outcomes), np.array([f[0] for f in fits]), np.array([f[1] for f in fits]), np.array(errors))

    def predict(self, points: Array) -> Array:
        """Return the chance of each outcome at each point, [points, q]."""
        return _expit(features(points) @ self.coefficients.T)

    def uncertainty(self, points: Array) -> Array:
        """Return the standard error of `predict` that comes of the number of patients, [points, q]."""
        terms, chance = features(points), self.predict(points)
        variance = np.einsum("kt,qts,ks->kq", terms, self.covariance, terms, optimize=True)
        return np.asarray(np.sqrt(variance) * chance * (1.0 - chance))


def features(points: Array) -> Array:
    """Return a constant, the coordinates in quarters of the range from the middle, and all their products."""
    z = SCALE * (np.atleast_2d(points) - 0.5)
    i, j = np.triu_indices(z.shape[1])
    return np.concatenate([np.ones((len(z), 1)), z, z[:, i] * z[:, j]], axis=1)


def _regress(
    terms: Array, values: Array, weights: Array, ridge: float, start: Array | None = None
) -> tuple[Array, Array]:
    """Penalised logistic regression by Newton's method: coefficients and their covariance."""
    known = np.isfinite(values)
    x, y, w = terms[known], values[known], weights[known]
    penalty = _penalty(terms.shape[1], ridge)
    beta = _flat(y, w, terms.shape[1]) if start is None else start
    for _ in range(STEPS):
        chance = _expit(x @ beta)
        slope = x.T @ (w * (y - chance)) - penalty * beta
        curvature = (x.T * (w * np.maximum(chance * (1 - chance), RAREST))) @ x + np.diag(penalty)
        step = np.linalg.solve(curvature, slope)
        beta = beta + step * min(1.0, 2.0 / np.abs(step).max())
        if np.abs(step).max() < ENOUGH:
            break
    return beta, np.asarray(np.linalg.inv(curvature))


def _flat(values: Array, weights: Array, terms: int) -> Array:
    """Return coefficients by which the chance is the mean everywhere."""
    mean = np.clip(np.average(values, weights=weights) if len(values) else 0.5, RAREST, 1 - RAREST)
    return np.concatenate([[np.log(mean / (1 - mean))], np.zeros(terms - 1)])


def _penalty(terms: int, ridge: float) -> Array:
    knobs = round((np.sqrt(8 * terms + 1) - 3) / 2)
    penalty = np.full(terms, CURVED * ridge)
    penalty[: knobs + 1] = ridge
    penalty[0] = 1e-6
    return penalty


def _cross_validated(terms: Array, values: Array, weights: Array, ridge: float, block: int, start: Array) -> float:
    """Error of block means beyond their own sampling, over blocks left out fold by fold."""
    number = np.arange(len(values)) // block
    fold, known = number % FOLDS, np.isfinite(values)
    if not known.any():
        return float("nan")
    predicted = np.empty(len(values))
    for one in range(FOLDS):
        rest = np.where(fold == one, 0.0, weights)
        beta, _ = _regress(terms, np.where(fold == one, np.nan, values), rest, ridge, start)
        predicted[fold == one] = _expit(terms[fold == one] @ beta)
    size = np.bincount(number, known * weights)
    used = size > 0
    gap = np.bincount(number, np.where(known, weights * (values - predicted), 0.0))[used] / size[used]
    noise = np.bincount(number, known * weights**2 * predicted * (1 - predicted))[used] / size[used] ** 2
    return float(np.sqrt(max(0.0, np.average(gap**2 - noise, weights=size[used]))))


def _expit(x: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -30.0, 30.0))))
