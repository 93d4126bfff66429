"""Predictive intervals of what a published trial would show, and how many of the published figures lie in them.

A published figure differs from the predicted one for these reasons, whose variances add up:

    parameter    the posterior leaves parameters open: variance between draws (0 without a posterior), with what is left
                 of chance between runs of the same patients
    discrepancy  the model is off by more than chance from trial to trial (`discrepancy.py`)
    sampling     the published trial was one of its size: p (1 - p) / n of a share, for a ratio that of its
                 published interval
    simulation   the replay has finitely many patients, too

The interval of a share is that of the beta distribution with this mean and variance, that of a ratio log-normal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean, variance
from typing import Any

from abscopal.calibration.targets import LANDMARKS, NORMAL, Target
from abscopal.validation.discrepancy import NONE, Discrepancy
from abscopal.validation.score import Score, Spread
from abscopal.validation.simulated import Estimate

LEVEL = 0.9
GOAL = (0.80, 0.97)
"""Share of published figures of validation that should lie in their 90 % intervals."""
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Levels at which coverage is drawn."""
Curve = tuple[tuple[float, float], ...]
Band = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Interval:
    """A predictive interval: of shares, or of ratios.

    Attributes
    ----------
    value
        What is predicted: the mean over draws, or the one replay there is.
    lower, upper
        Limits with all parts.
    parameter, sampling, discrepancy
        Standard deviations, of shares or of logarithms.
    """

    value: float
    lower: float
    upper: float
    parameter: float
    sampling: float
    discrepancy: float

    def holds(self, published: float) -> bool:
        """Whether the published figure lies in it."""
        return self.lower <= published <= self.upper


def is_predicted(target: Target) -> bool:
    """Whether a figure gets an interval: response rates, PFS and OS at the landmarks, and hazard ratios."""
    return target.quantity == "ORR" or target.kind == "ratio" or target.month in LANDMARKS


def spread_of(score: Score, published: int, simulated: int, draws: Sequence[float | None] = ()) -> Spread | None:
    """Return what the interval of a score's figure is made of; None for what gets none.

    Parameters
    ----------
    score
        The figure, published and simulated.
    published, simulated
        Subjects of its arm in the trial, where the figure's own error does not tell, and in the replay.
    draws
        What the replays under draws of a posterior gave.
    """
    target, value = score.target, score.simulated.value
    if value is None or not is_predicted(target):
        return None
    values = [number for number in draws if number is not None]
    if target.kind == "ratio":
        return _of_ratio(value, score.simulated, target, values)
    return _of_share(value, target, published, simulated, values)


def _of_share(value: float, target: Target, published: int, simulated: int, draws: Sequence[float]) -> Spread:
    mean = fmean(draws) if len(draws) > 1 else value
    centre = (mean * simulated + 0.5) / (simulated + 1.0)  # nobody of 400 is not never
    unit = centre * (1.0 - centre)
    size = target.value * (1.0 - target.value) / target.sampling**2 if target.sampling > 0.0 else published
    parameter = variance(draws) if len(draws) > 1 else 0.0
    return Spread(centre, unit, parameter, unit / size, unit / simulated)


def _of_ratio(value: float, estimate: Estimate, target: Target, draws: Sequence[float]) -> Spread:
    logs = [log(number) for number in draws if number > 0.0]
    mean = fmean(logs) if len(logs) > 1 else log(value)
    own = 0.0
    if estimate.lower and estimate.upper:
        own = (log(estimate.upper / estimate.lower) / (2.0 * NORMAL)) ** 2
    parameter = variance(logs) if len(logs) > 1 else 0.0
    return Spread(exp(mean), 1.0, parameter, target.sampling**2, own)


def interval(score: Score, discrepancy: Discrepancy = NONE, level: float = LEVEL) -> Interval | None:
    """Return the predictive interval of a score's figure, which holds with a probability; None for what gets none."""
    from scipy.special import ndtri

    spread, kind = score.spread, score.target.kind
    if spread is None:
        return None
    if kind == "ratio":
        own = discrepancy.ratio**2
        half = float(ndtri(0.5 * (1.0 + level))) * sqrt(spread.explained + own)
        limits = spread.centre * exp(-half), spread.centre * exp(half)
    else:
        own = discrepancy.of_share(kind, spread.centre) ** 2
        limits = beta_limits(spread.centre, spread.explained + own - spread.sampling * own / spread.unit, level)
    return Interval(spread.centre, *limits, sqrt(spread.parameter), sqrt(spread.sampling), sqrt(own))


def beta_limits(mean: float, spread: float, level: float = LEVEL) -> tuple[float, float]:
    """Limits of the beta distribution with a mean and a variance; 0 and 1 for a variance that no share can have."""
    from scipy.special import betaincinv

    strength = mean * (1.0 - mean) / spread - 1.0 if spread > 0.0 else 1e12
    if strength <= 0.0:
        return 0.0, 1.0
    tail = 0.5 * (1.0 - level)
    a, b = mean * strength, (1.0 - mean) * strength
    return float(betaincinv(a, b, tail)), float(betaincinv(a, b, 1.0 - tail))


def band(curve: Curve, draws: Sequence[Curve], published: int, simulated: int, discrepancy: Discrepancy) -> Band:
    """Month by month, the 90 % predictive limits of a curve: (month, lower, upper).

    Parameters
    ----------
    curve
        Months and shares of the replay.
    draws
        The same under draws of a posterior.
    published, simulated
        Subjects of the arm in the trial and in the replay.
    discrepancy
        Of survival.
    """
    return tuple((month, *_at(month, share, draws, published, simulated, discrepancy)) for month, share in curve)


def _at(
    month: float, share: float, draws: Sequence[Curve], published: int, simulated: int, discrepancy: Discrepancy
) -> tuple[float, float]:
    values = [found for curve in draws if (found := dict(curve).get(month)) is not None]
    centre = fmean(values) if len(values) > 1 else share
    if not 0.0 < centre < 1.0:
        return centre, centre
    chance = centre * (1.0 - centre) * (1.0 / published + 1.0 / simulated)
    parameter = variance(values) if len(values) > 1 else 0.0
    return beta_limits(centre, chance + parameter + discrepancy.of_share("survival", centre) ** 2)


def share_inside(scores: Iterable[Score], discrepancy: Discrepancy, level: float) -> float | None:
    """Share of the published figures in their intervals at a level; None where there are none."""
    pairs = ((score, interval(score, discrepancy, level)) for score in scores)
    inside = [found.holds(score.target.value) for score, found in pairs if found is not None]
    return fmean(inside) if inside else None


def coverage(scores: Iterable[Score], discrepancy: Discrepancy) -> dict[str, Any]:
    """Share of published figures in their intervals, by kind and by trial; `figures` is how many there are."""
    held: dict[str, list[bool]] = {"landmarks": [], "ORR": [], "hazard ratios": []}
    trials: dict[str, list[bool]] = {}
    for score in scores:
        found = interval(score, discrepancy)
        if found is not None:
            inside = found.holds(score.target.value)
            held[_row(score.target)].append(inside)
            trials.setdefault(score.target.protocol, []).append(inside)
    rows = {name: {"figures": len(flags), "inside": fmean(flags) if flags else None} for name, flags in held.items()}
    reached = rows["landmarks"]["inside"]
    met = None if reached is None else GOAL[0] <= reached <= GOAL[1]
    return {
        "level": LEVEL,
        "goal": list(GOAL),
        "met": met,
        "kinds": rows,
        "trials": {name: {"figures": len(flags), "inside": fmean(flags)} for name, flags in sorted(trials.items())},
    }


def _row(target: Target) -> str:
    return "ORR" if target.kind == "response" else "hazard ratios" if target.kind == "ratio" else "landmarks"
