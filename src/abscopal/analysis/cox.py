"""Cox proportional hazards: the hazard ratio between arms, with Efron's treatment of ties.

    log L(b) = sum over events e of [ b'x_e - log( S_e(b) - a_e D_e(b) ) ]

S_e sums exp(b'x) over the risk set of the event (within its stratum), D_e over the subjects who have the event at the
same time, and a_e = 0, 1/d, ..., (d-1)/d for the d of them (Efron). Maximised by Newton-Raphson with step halving.

References
----------
Cox DR. J R Stat Soc B 1972;34:187. Efron B. J Am Stat Assoc 1977;72:557.
Bryson MC, Johnson ME. Technometrics 1981;23:381 (monotone likelihood).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtri

from abscopal.analysis.censored import Codes, Floats, observations, stratum_codes, weighted_counts
from abscopal.analysis.two_groups import TwoGroups

_MOST_ITERATIONS = 60
# Newton decrement g' I^-1 g, in squared standard errors: at 1e-18 a coefficient is within 1e-9 of its standard error.
_CONVERGED = 1e-18


class CoxError(ValueError):
    """A Cox model that these data cannot give."""


class MonotoneLikelihoodError(CoxError):
    """The likelihood rises for ever along some direction, so no finite coefficient is the best one."""


@dataclass(frozen=True)
class HazardRatio:
    """A hazard ratio with its Wald limits.

    Attributes
    ----------
    hr, lo, hi : float
        Hazard ratio and its 95 % limits.
    p : float
        Two-sided Wald p-value.
    coefficient, standard_error : float
        Logarithm of the hazard ratio and its standard error.
    """

    hr: float
    lo: float
    hi: float
    p: float
    coefficient: float
    standard_error: float


@dataclass(frozen=True, eq=False)
class CoxModel:
    """A fitted Cox model with q covariates.

    Attributes
    ----------
    names : tuple of str
        Covariates, in the order of the columns given.
    coefficients : (q,) float
        Log hazard ratio per unit of each covariate.
    covariance : (q, q) float
        Inverse of the observed information.
    log_likelihood, null_log_likelihood : float
        Efron log partial likelihood at the maximum and at all coefficients 0.
    iterations : int
        Newton steps taken.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    null_log_likelihood: float
    iterations: int

    @cached_property
    def standard_errors(self) -> Floats:
        """Standard error of each coefficient, shape (q,)."""
        return np.sqrt(np.diag(self.covariance))

    def hazard_ratio(self, name: str | None = None, *, level: float = 0.95) -> HazardRatio:
        """Hazard ratio of one covariate; `name` may be left out where there is only one."""
        if name is None and len(self.names) > 1:
            raise ValueError(f"name: expected one of {', '.join(self.names)}")
        if name is not None and name not in self.names:
            raise ValueError(f"name: expected one of {', '.join(self.names)}, got {name!r}")
        column = 0 if name is None else self.names.index(name)
        beta, error = float(self.coefficients[column]), float(self.standard_errors[column])
        reach = float(ndtri(0.5 + level / 2.0)) * error
        hr, lo, hi = np.exp([beta, beta - reach, beta + reach]).tolist()
        return HazardRatio(hr, lo, hi, float(chdtrc(1, (beta / error) ** 2)), beta, error)


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> CoxModel:
    """Fit a Cox model.

    Parameters
    ----------
    time : (n,) array
        Time to event or censoring; ties are exact equality.
    event : (n,) array
        1 for an event, 0 for censoring.
    covariates : (n,) or (n, q) array
        One column per covariate, any scale; an arm is a column of 0 and 1.
    strata : (n,) array, optional
        Labels of strata, each with a baseline hazard of its own.
    names : sequence of str, optional
        Names of the covariates, for results and messages.

    Raises
    ------
    MonotoneLikelihoodError
        If a coefficient would be infinite, as when one arm has no event; the message names the covariate.
    CoxError
        If there is no event, or covariates are constant or linearly dependent within the risk sets.
    """
    seen = observations(time, event)
    X = _checked_covariates(covariates, seen.time.size)
    labels = _checked_names(names, X.shape[1])
    if not seen.event.any():
        raise CoxError("event: expected at least one event, got none")
    centre, scale = X.mean(axis=0), X.std(axis=0)
    constant = [name for name, spread in zip(labels, scale, strict=True) if spread == 0.0]
    if constant:
        raise CoxError(f"{', '.join(constant)}: the same value for every subject, so it has no hazard ratio")
    two = np.array([X.min(), X.max()])
    if strata is None and X.shape[1] == 1 and np.isin(X, two).all():
        scale = two[1:] - two[:1]
        risk_sets: _RiskSets | TwoGroups = TwoGroups.build(seen.time, seen.event, X[:, 0] == two[1])
    else:
        strata_of = stratum_codes(strata, seen.time.size)
        risk_sets = _RiskSets.build(seen.time, seen.event, (X - centre) / scale, strata_of)
    beta, information, likelihood, null, iterations = _maximise(risk_sets, labels)
    covariance = np.linalg.inv(information) / np.outer(scale, scale)
    return CoxModel(labels, beta / scale, covariance, likelihood, null, iterations)


def _checked_covariates(covariates: ArrayLike, n: int) -> Floats:
    X = np.asarray(covariates, dtype=np.float64)
    X = X[:, None] if X.ndim == 1 else X
    if X.ndim != 2 or X.shape[0] != n or X.shape[1] == 0:
        raise ValueError(f"covariates: expected shape ({n},) or ({n}, q), got {np.shape(covariates)}")
    if not np.all(np.isfinite(X)):
        raise ValueError("covariates: expected finite numbers, got a missing or infinite one")
    return X


def _checked_names(names: Sequence[str] | None, q: int) -> tuple[str, ...]:
    if names is None:
        return tuple(f"covariate {column + 1}" for column in range(q))
    if len(names) != q or len(set(names)) != q:
        raise ValueError(f"names: expected {q} different names, got {list(names)}")
    return tuple(names)


@dataclass(frozen=True, eq=False)
class _RiskSets:
    """Subjects in order of stratum, then falling time, so that every risk set is a run of rows.

    Attributes
    ----------
    X : (n, q) float
        Covariates, standardised.
    blocks : tuple of slice
        Rows of each stratum.
    dead : (m,) int
        Rows of the events.
    tie : (m,) int
        Number of the tie (one time in one stratum) that each event belongs to.
    last : (ties,) int
        Last row of the risk set of each tie.
    fraction : (m,) float
        Efron's a_e.
    """

    X: Floats
    blocks: tuple[slice, ...]
    dead: Codes
    tie: Codes
    last: Codes
    fraction: Floats

    @classmethod
    def build(cls, time: Floats, event: np.ndarray, X: Floats, stratum: Codes) -> "_RiskSets":
        """Sort the subjects and find the ties of events."""
        order = np.lexsort((event, -time, stratum))
        ordered, falling, died = stratum[order], time[order], event[order]
        starts = np.flatnonzero(np.diff(ordered, prepend=-1))
        blocks = tuple(slice(a, b) for a, b in zip(starts, np.append(starts[1:], time.size), strict=True))
        # A run is one distinct time of one stratum; the last row of a run ends the risk set of that time.
        begins = np.append(True, (np.diff(falling) != 0.0) | (np.diff(ordered) != 0))
        run = np.cumsum(begins) - 1
        run_last = np.append(np.flatnonzero(begins)[1:], time.size) - 1
        dead = np.flatnonzero(died)
        runs, tie, counts = np.unique(run[dead], return_inverse=True, return_counts=True)
        rank = np.arange(dead.size) - np.repeat(np.cumsum(counts) - counts, counts)
        return cls(X[order], blocks, dead, tie, run_last[runs], rank / counts[tie])

    @property
    def events(self) -> int:
        """Number of events."""
        return int(self.dead.size)

    def sums(self, values: Floats) -> Floats:
        """Sum `values`, one row per subject, over the risk set of each tie."""
        running = np.empty_like(values)
        for block in self.blocks:
            np.cumsum(values[block], axis=0, out=running[block])
        return running[self.last]

    def sums_over_dead(self, values: Floats) -> Floats:
        """Sum `values` over the subjects with the event at each tie."""
        firsts = np.flatnonzero(np.diff(self.tie, prepend=-1))
        return np.add.reduceat(values[self.dead], firsts, axis=0)

    def evaluate(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Log partial likelihood (-inf where not computable), its gradient (q,) and the information matrix (q, q)."""
        eta = self.X @ beta
        for block in self.blocks:
            eta[block] -= eta[block].max()  # the likelihood does not change, and exp cannot overflow
        w = np.exp(eta)
        wX = w[:, None] * self.X
        a = self.fraction
        denominator = self.sums(w)[self.tie] - a * self.sums_over_dead(w)[self.tie]
        if not denominator.min() > 1e-200:
            # Hazards so far apart that exp underflows: a Newton step that overshot, for the caller to halve.
            return -np.inf, np.zeros(beta.size), np.zeros((beta.size, beta.size))
        mean = self.sums(wX)[self.tie] - a[:, None] * self.sums_over_dead(wX)[self.tie]
        mean /= denominator[:, None]
        likelihood = float(np.sum(eta[self.dead] - np.log(denominator)))
        gradient = (self.X[self.dead] - mean).sum(axis=0)
        information = self.X.T @ (self._hazard(denominator)[:, None] * wX) - mean.T @ mean
        return likelihood, gradient, information

    def _hazard(self, denominator: Floats) -> Floats:
        """Sum over events of 1 / denominator for each subject in the risk set, less Efron's share at its own event.

        Turning the double sum round, from events over subjects to subjects over events, gives the second moments
        of all risk sets by one matrix product.
        """
        inverse = 1.0 / denominator
        jumps = weighted_counts(self.last[self.tie], inverse, self.X.shape[0])
        hazard = np.empty_like(jumps)
        for block in self.blocks:
            # A row belongs to every risk set of its stratum that ends at or below it.
            hazard[block] = np.cumsum(jumps[block][::-1])[::-1]
        hazard[self.dead] -= weighted_counts(self.tie, self.fraction * inverse, self.last.size)[self.tie]
        return hazard

    def never_outranked(self, direction: Floats) -> bool:
        """Tell whether at every event the subject who has it scores highest of its risk set along `direction`.

        Then no step along the direction lowers the likelihood, however long: there is no finite maximum.
        """
        score = self.X @ direction
        highest = np.empty_like(score)
        for block in self.blocks:
            np.maximum.accumulate(score[block], out=highest[block])
        shortfall = highest[self.last][self.tie] - score[self.dead]
        return bool(shortfall.max() <= 1e-6 * np.ptp(score))


def _maximise(risk_sets: _RiskSets | TwoGroups, names: tuple[str, ...]) -> tuple[Floats, Floats, float, float, int]:
    """Newton-Raphson from 0: coefficients, information, log-likelihood there and at 0, and the steps taken."""
    beta = np.zeros(len(names))
    null, gradient, information = risk_sets.evaluate(beta)
    _require_information(information, risk_sets.events, names)
    likelihood = null
    for iteration in range(1, _MOST_ITERATIONS + 1):
        step = np.asarray(np.linalg.solve(information, gradient), dtype=np.float64)
        if gradient @ step <= _CONVERGED:
            return beta, information, likelihood, null, iteration - 1
        if risk_sets.never_outranked(step):
            raise MonotoneLikelihoodError(_diverging(risk_sets, step, names))
        beta, likelihood, gradient, information = _climb(risk_sets, beta, step, likelihood)
    raise CoxError(f"no maximum of the partial likelihood found in {_MOST_ITERATIONS} Newton steps")


def _climb(
    risk_sets: _RiskSets | TwoGroups, beta: Floats, step: Floats, likelihood: float
) -> tuple[Floats, float, Floats, Floats]:
    """Take the Newton step, halved until the likelihood does not fall (beyond rounding)."""
    floor = likelihood - 1e-12 * (1.0 + abs(likelihood))
    for halving in range(30):
        trial = beta + step * 0.5**halving
        reached, gradient, information = risk_sets.evaluate(trial)
        if reached >= floor:
            return trial, reached, gradient, information
    raise CoxError("hazards too far apart to compute: a covariate has extreme outliers; its logarithm may serve")


def _require_information(information: Floats, events: int, names: tuple[str, ...]) -> None:
    """Refuse covariates that the risk sets cannot tell apart.

    Standardised covariates carry information of order 1 per event, so what is 1e-11 of that is rounding; the one
    informative event of a trial of 100,000 subjects still stands well above it.
    """
    values, vectors = np.linalg.eigh(information)
    if values[0] <= 1e-11 * max(float(values[-1]), events):
        involved = [name for name, load in zip(names, np.abs(vectors[:, 0]), strict=True) if load > 1e-3]
        raise CoxError(
            f"{', '.join(involved)}: constant or linearly dependent among the subjects at risk at the events"
        )


def _diverging(risk_sets: _RiskSets | TwoGroups, step: Floats, names: tuple[str, ...]) -> str:
    """Message naming the fewest covariates that still make the likelihood monotone along `step`."""
    direction = step.copy()
    for column in np.argsort(np.abs(step)):
        without = direction.copy()
        without[column] = 0.0
        if without.any() and risk_sets.never_outranked(without):
            direction = without
    guilty = [name for name, move in zip(names, direction, strict=True) if move != 0.0]
    return (
        f"{', '.join(guilty)}: the coefficient diverges, because at every event the subject who has it is at the "
        "extreme of those at risk (monotone likelihood; for an arm: one arm has no event while the other is at risk)"
    )
