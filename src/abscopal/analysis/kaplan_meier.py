"""Kaplan-Meier: the share of subjects still free of the event, with Greenwood's variance.

    S(t) = product over event times u <= t of (1 - d(u) / n(u))
    Var[log S(t)] = sum over the same u of d(u) / (n(u) (n(u) - d(u)))          (Greenwood)

d(u) events at u among n(u) at risk. Subjects censored at u are still at risk at u. Limits follow R `survival`:
log-log keeps them inside (0, 1) and is what oncology trials print.

References
----------
Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457. Brookmeyer R, Crowley J. Biometrics 1982;38:29 (median interval).
Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data, 2nd ed, section 1.4 (log-log limits).
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from abscopal.analysis.censored import Floats, observations, weighted_counts

ConfType = Literal["log-log", "log", "plain"]

# R's own tolerance for "the curve lies exactly at one half" (survival:::survmean), sqrt of the machine epsilon.
_LEVEL_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """A Kaplan-Meier curve: one row per distinct time, in the unit of the times given.

    Attributes
    ----------
    time : (m,) float
        Distinct times, events and censorings, ascending.
    survival : (m,) float
        Share still free of the event just after each time.
    lower, upper : (m,) float
        Pointwise confidence limits; 1 before the first event, NaN once the curve is at 0 (undefined, as in R).
    at_risk : (m,) float
        Subjects (or their weights) at risk just before each time.
    events, censored : (m,) float
        Subjects (or their weights) with the event, or censored, at each time.
    standard_error : (m,) float
        Greenwood's standard error of `survival`; NaN once the curve is at 0.
    """

    time: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    standard_error: Floats

    def at(self, t: float) -> float | None:
        """Survival at time `t`; None past the last time seen, unless everybody has had the event by then."""
        row = self._row(t)
        if row is None:
            return None
        return 1.0 if row < 0 else float(self.survival[row])

    def interval_at(self, t: float) -> tuple[float, float] | None:
        """Pointwise confidence limits at time `t`; None where survival is unknown or has reached 0."""
        row = self._row(t)
        if row is None:
            return None
        if row < 0:
            return 1.0, 1.0
        limits = float(self.lower[row]), float(self.upper[row])
        return None if np.isnan(limits[0]) else limits

    def median(self) -> float | None:
        """First time at which half have had the event (midpoint of a stretch at exactly one half); None if never."""
        return _first_below_half(self.survival, self.time)

    def median_interval(self) -> tuple[float | None, float | None]:
        """Brookmeyer-Crowley limits of the median, read off the pointwise limits; None where not reached."""
        return _first_below_half(self.lower, self.time), _first_below_half(self.upper, self.time)

    def numbers_at_risk(self, times: ArrayLike) -> Floats:
        """Subjects still at risk just before each of `times`, as printed below a survival figure."""
        rows = np.searchsorted(self.time, np.asarray(times, dtype=np.float64), side="left")
        return np.append(self.at_risk, 0.0)[rows]

    def _row(self, t: float) -> int | None:
        """Row in force at `t`, -1 before the first time, None past the end of follow-up."""
        if not np.isfinite(t):
            raise ValueError(f"t: expected a finite time, got {t}")
        if t > self.time[-1] and self.survival[-1] > 0.0:
            return None
        return int(np.searchsorted(self.time, t, side="right")) - 1


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    conf_type: ConfType = "log-log",
    level: float = 0.95,
) -> SurvivalCurve:
    """Estimate the Kaplan-Meier curve.

    Parameters
    ----------
    time : (n,) array
        Time to event or censoring, any one unit; ties are exact equality.
    event : (n,) array
        1 for an event, 0 for censoring.
    weights : (n,) array, optional
        Positive frequency weights: a subject of weight 2 counts as two subjects, in the variance too.
    conf_type : {"log-log", "log", "plain"}
        Scale on which the limits are symmetric.
    level : float
        Confidence level of the limits.
    """
    seen = observations(time, event)
    weight = _checked_weights(weights, seen.time.size)
    times, row = np.unique(seen.time, return_inverse=True)
    total = weighted_counts(row, weight, times.size)
    events = weighted_counts(row, weight * seen.event, times.size)
    at_risk = np.cumsum(total[::-1])[::-1]
    remaining = at_risk - events
    survival = np.cumprod(remaining / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(events > 0.0, events / (at_risk * remaining), 0.0)
        log_error = np.sqrt(np.cumsum(terms))
        standard_error = survival * log_error
    lower, upper = _limits(survival, log_error, conf_type, level)
    return SurvivalCurve(times, survival, lower, upper, at_risk, events, total - events, standard_error)


def _checked_weights(weights: ArrayLike | None, n: int) -> Floats:
    if weights is None:
        return np.ones(n)
    values = np.asarray(weights, dtype=np.float64)
    if values.shape != (n,) or not np.all(np.isfinite(values) & (values > 0.0)):
        raise ValueError(f"weights: expected {n} finite weights above 0")
    return values


def _limits(survival: Floats, log_error: Floats, conf_type: ConfType, level: float) -> tuple[Floats, Floats]:
    """Pointwise limits; log_error is the standard error of log S."""
    if conf_type not in get_args(ConfType):
        raise ValueError(f"conf_type: expected one of {', '.join(get_args(ConfType))}, got {conf_type!r}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level: expected a confidence level between 0 and 1, got {level}")
    reach = float(ndtri(0.5 + level / 2.0)) * log_error
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if conf_type == "plain":
            lower, upper = survival - survival * reach, survival + survival * reach
        elif conf_type == "log":
            lower, upper = survival * np.exp(-reach), survival * np.exp(reach)
        else:
            # log S < 0, so dividing by it turns the sign of the step round.
            step = reach / np.log(survival)
            lower, upper = survival ** np.exp(-step), survival ** np.exp(step)
    return _bounded(lower, survival), _bounded(upper, survival)


def _bounded(limit: Floats, survival: Floats) -> Floats:
    """Keep a limit in 0..1; 1 while nobody has had the event, undefined once everybody has."""
    inside = np.clip(limit, 0.0, 1.0)
    return np.where(survival == 0.0, np.nan, np.where(survival == 1.0, 1.0, inside))


def _first_below_half(curve: Floats, time: Floats) -> float | None:
    """Time at which a falling curve reaches one half, as R does it: see survival:::survmean."""
    reached = np.flatnonzero(curve < 0.5 + _LEVEL_TOLERANCE)  # NaN compares False and so is never reached
    if reached.size == 0:
        return None
    first = reached[0]
    lower = reached[curve[reached] < curve[first]]
    if abs(curve[first] - 0.5) < _LEVEL_TOLERANCE and lower.size:
        return float((time[first] + time[lower[0]]) / 2.0)
    return float(time[first])
