"""Restricted mean survival time: the area under a survival curve up to a horizon, and its difference between arms.

    mean(h) = integral of S from 0 to h
    Var = sum over event times u <= h of ( integral of S from u to h )^2 d(u) / (n(u) (n(u) - d(u)))

References
----------
Royston P, Parmar MKB. BMC Med Res Methodol 2013;13:152. Irwin JO. J Hyg 1949;47:188 (the mean up to a horizon).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtri

from abscopal.analysis.kaplan_meier import SurvivalCurve


@dataclass(frozen=True)
class RestrictedMean:
    """Mean time free of the event up to `horizon`, and its standard error, in the unit of the curve."""

    horizon: float
    mean: float
    standard_error: float


@dataclass(frozen=True)
class RestrictedMeanDifference:
    """Difference of two restricted means with its 95 % limits and two-sided p-value."""

    difference: float
    lo: float
    hi: float
    p: float


def restricted_mean(curve: SurvivalCurve, horizon: float) -> RestrictedMean | None:
    """Mean time free of the event up to `horizon`; None where the curve ends before it and is not at 0.

    Parameters
    ----------
    curve
        Kaplan-Meier curve of unweighted subjects.
    horizon
        Above 0, in the unit of the curve.
    """
    if not horizon > 0:
        raise ValueError(f"horizon: expected a time above 0, got {horizon}")
    if curve.time[-1] < horizon and curve.survival[-1] > 0:
        return None
    before = curve.time < horizon
    edges = np.concatenate([[0.0], curve.time[before], [horizon]])
    height = np.concatenate([[1.0], curve.survival[before]])
    areas = height * np.diff(edges)
    after = np.cumsum(areas[::-1])[::-1][1:]  # from each time up to the horizon
    events, at_risk = curve.events[before], curve.at_risk[before]
    remaining = at_risk - events
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where((events > 0) & (remaining > 0), after**2 * events / (at_risk * remaining), 0.0)
    return RestrictedMean(float(horizon), float(areas.sum()), float(np.sqrt(terms.sum())))


def restricted_mean_difference(one: RestrictedMean, reference: RestrictedMean) -> RestrictedMeanDifference:
    """Difference of two arms' restricted means up to one horizon, by the normal approximation.

    Where neither has any variance (nobody had an event before the horizon) the limits are the difference itself and p
    is 1.
    """
    if one.horizon != reference.horizon:
        raise ValueError(f"horizon: expected one for both, got {one.horizon} and {reference.horizon}")
    difference = one.mean - reference.mean
    error = float(np.hypot(one.standard_error, reference.standard_error))
    reach = float(ndtri(0.975)) * error
    p = float(chdtrc(1, (difference / error) ** 2)) if error > 0 else 1.0
    return RestrictedMeanDifference(difference, difference - reach, difference + reach, p)
