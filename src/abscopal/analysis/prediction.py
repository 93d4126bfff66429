"""What draws of a posterior predict of a trial: what is not known of the parameters beside the chance of a trial.

The same virtual patients live the trial under K draws. An estimate y_k of draw k has the variance of finitely many
patients, and patients whom draws share make their errors alike. With g_ik the influence of candidate i on it
(`influence.py`; 0 for who is not in draw k),

    between     variance of the y_k (divisor K - 1)
    noise       [ sum over i, k of g_ik^2 - K sum over i of (mean over k of g_ik)^2 ] / (K - 1)
    parameter   between - noise, at least 0: how far apart the draws would be with endless patients
    sampling    mean over k of the variance of the estimate in a trial of the planned size, g_ik^2 scaled by N / planned
    simulation  sum over i of (mean over k of g_ik)^2 + parameter / K: error of the prediction itself

Sampling and parameter add up to the variance of the result of one such trial (law of total variance). Intervals of
shares and survival are those of the beta distribution with the mean and a variance, those of hazard ratios log-normal;
those of a median end where the band of the curve crosses one half, as Brookmeyer and Crowley read a trial's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from scipy.special import betaincinv, ndtri

from abscopal.analysis.censored import Floats
from abscopal.analysis.cox import CoxError
from abscopal.analysis.influence import Influenced, log_hazard_ratio, shares, survival
from abscopal.analysis.outcomes import ENDPOINTS, FLAGS, Flags, Index, Outcomes
from abscopal.units import DAYS_PER_MONTH

Kind = Literal["fraction", "months", "ratio"]
Limits = tuple[float | None, float | None]
LEVEL = 0.9
LANDMARKS = (6, 12, 18, 24, 36)  # months
STEP = 0.25  # months between two points of a predicted curve
FEWEST_DRAWS = 2
PARTS = ("parameter", "sampling", "both")


@dataclass(frozen=True)
class Predicted:
    """One endpoint of an arm, or of a pair of arms.

    Attributes
    ----------
    group
        Arm, or `A against B`.
    key, kind
        `orr`, `os_at_12`, `pfs_median`, `hr_os`, `irae`, ...; a fraction of 1, months or a ratio.
    value
        Mean over draws, of ratios the geometric one; of a median, that of the mean curve, None where not reached.
    limits
        By name: `parameter`, what the posterior leaves open; `sampling`, the chance of a trial of the planned size;
        `both`, all that is known to be uncertain. None where not reached or not finite.
    errors
        Standard deviations of `parameter`, `sampling`, `discrepancy` (of the model itself, None where nobody has
        estimated it) and `simulation`, of the value or, for ratios, of its logarithm; empty for medians.
    """

    group: str
    key: str
    kind: Kind
    value: float | None
    limits: Mapping[str, Limits]
    errors: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class PredictedCurve:
    """Survival of one arm: months (g,), mean over draws (g,), and lower and upper limits (2, g) as in `Predicted`."""

    endpoint: str
    arm: str
    months: Floats
    survival: Floats
    parameter: Floats
    sampling: Floats
    both: Floats


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a trial is predicted to give.

    Attributes
    ----------
    level
        Probability that an interval holds.
    draws, subjects
        Numbers of draws, and of virtual patients in each.
    planned
        Subjects by arm of the trial that sampling intervals are for.
    rows, curves
        Endpoints, and survival curves.
    """

    level: float
    draws: int
    subjects: int
    planned: Mapping[str, float]
    rows: tuple[Predicted, ...]
    curves: tuple[PredictedCurve, ...]

    def plain(self) -> dict[str, Any]:
        """Return everything as JSON holds it: fractions of 1, months, None where there is nothing."""
        curves = [
            {"endpoint": c.endpoint, "arm": c.arm}
            | {name: np.round(getattr(c, name), 5).tolist() for name in ("months", "survival", *PARTS)}
            for c in self.curves
        ]
        head = {"level": self.level, "draws": self.draws, "subjects": self.subjects, "planned": dict(self.planned)}
        return head | {"endpoints": [asdict(row) for row in self.rows], "curves": curves}

    def row(self, group: str, key: str) -> Predicted:
        """Return one endpoint; KeyError if there is none."""
        return {(row.group, row.key): row for row in self.rows}[group, key]


def predict(
    draws: Sequence[Outcomes],
    planned: Mapping[str, float],
    pairs: Sequence[tuple[str, str]] = (),
    *,
    level: float = LEVEL,
    discrepancy: Mapping[str, float] | None = None,
) -> Prediction:
    """Combine draws.

    Parameters
    ----------
    draws
        The same trial under each draw, at least two.
    planned
        Subjects by arm in the trial to be predicted, in the order of the arms.
    pairs
        (arm, reference) of each hazard ratio.
    level
        Of the intervals.
    discrepancy
        Standard deviation, by key of an endpoint, by which the model itself is known to miss; on the scale of
        `Predicted.errors`. Left out, `both` holds parameters and sampling alone.

    Raises
    ------
    ValueError
        If there are fewer than two draws.
    """
    if len(draws) < FEWEST_DRAWS:
        raise ValueError(f"draws: expected at least {FEWEST_DRAWS}, got {len(draws)}")
    known = _Combined(draws, planned, level, dict(discrepancy or {}))
    rows, curves = [], []
    for arm in planned:
        rows += known.shares(arm)
        for code in known.endpoints:
            curve, found = known.curve(arm, code)
            curves.append(curve)
            rows += known.landmarks(curve, found)
    rows += [known.ratio(arm, reference, code) for arm, reference in pairs for code in known.endpoints]
    return Prediction(level, len(draws), len(draws[0].arm), dict(planned), tuple(rows), tuple(curves))


@dataclass(frozen=True, eq=False)
class Variances:
    """q estimates over draws: their mean, and variances by origin, (q,) each."""

    mean: Floats
    parameter: Floats
    sampling: Floats
    simulation: Floats

    def of(self, part: str, discrepancy: Floats | float = 0.0) -> Floats:
        """Variance of a part; of `both` with that of the discrepancy."""
        if part == "both":
            return np.asarray(self.parameter + self.sampling + discrepancy)
        return np.asarray(getattr(self, part))


Part = tuple[Influenced, Index, Floats]
"""Estimates of one draw on n subjects, who the subjects are, and what each one's variance is multiplied by (n,)."""


def variances(parts: Iterable[Part], people: int) -> Variances:
    """Tell apart what makes estimates of several draws differ; `people` are all candidates of any draw."""
    values, squares, scaled, total = [], [], [], None
    for found, who, scale in parts:
        values.append(found.value)
        squares.append((found.influence**2).sum(axis=0))
        scaled.append((found.influence**2 * scale[:, None]).sum(axis=0))
        total = np.zeros((people, len(found.value))) if total is None else total
        total[who] += found.influence
    assert total is not None
    count = len(values)
    shared = ((total / count) ** 2).sum(axis=0)
    noise = (np.sum(squares, axis=0) - count * shared) / (count - 1)
    parameter = np.maximum(np.var(values, axis=0, ddof=1) - noise, 0.0)
    mean, sampling = np.mean(values, axis=0), np.mean(scaled, axis=0)
    return Variances(mean, parameter, sampling, shared + parameter / count)


class _Combined:
    """The draws, and what follows from them."""

    def __init__(
        self, draws: Sequence[Outcomes], planned: Mapping[str, float], level: float, discrepancy: Mapping[str, float]
    ) -> None:
        self.draws, self.planned, self.level, self.discrepancy = draws, planned, level, discrepancy
        known = np.unique(np.concatenate([draw.candidate for draw in draws]))
        self.people = len(known)
        self.endpoints = [code for code in ENDPOINTS if all(code in draw.days for draw in draws)]
        self.who = [np.searchsorted(known, draw.candidate) for draw in draws]

    def _scale(self, draw: Outcomes, mine: Flags) -> Floats:
        """Return what the variance of each of some subjects is multiplied by to be that of the planned trial."""
        found = np.zeros(len(mine))
        for arm, size in self.planned.items():
            inside = draw.arm == arm
            found[inside] = inside.sum() / size
        return found[mine]

    def shares(self, arm: str) -> list[Predicted]:
        """Response and adverse events of an arm."""
        names = [name for name in FLAGS if all(name in draw.flags for draw in self.draws)]

        def parts() -> Iterator[Part]:
            for draw, who in zip(self.draws, self.who, strict=True):
                mine = draw.arm == arm
                have = np.column_stack([draw.flags[name][mine] for name in names])
                yield shares(have), who[mine], self._scale(draw, mine)

        found = variances(parts(), self.people)
        return [self._row(arm, name, "fraction", found, place) for place, name in enumerate(names)]

    def curve(self, arm: str, code: str) -> tuple[PredictedCurve, Variances]:
        """Survival of an arm to the end of the shortest follow-up among draws, with the variances of its points."""
        last = min(draw.followed(arm) for draw in self.draws)
        months = np.arange(0.0, last + 1e-9, STEP)

        def parts() -> Iterator[Part]:
            for draw, who in zip(self.draws, self.who, strict=True):
                mine = draw.arm == arm
                days, event = draw.days[code][mine], draw.event[code][mine]
                yield survival(days, event, months * DAYS_PER_MONTH), who[mine], self._scale(draw, mine)

        found = variances(parts(), self.people)
        missed = np.array([self.discrepancy.get(f"{code.lower()}_at_{month:g}", 0.0) ** 2 for month in months])
        bands = {part: np.stack(_beta_limits(found.mean, found.of(part, missed), self.level)) for part in PARTS}
        return PredictedCurve(code, arm, months, found.mean, **bands), found

    def landmarks(self, curve: PredictedCurve, found: Variances) -> list[Predicted]:
        """Survival at some months, and the median."""
        code = curve.endpoint.lower()
        rows = [
            self._row(curve.arm, f"{code}_at_{month}", "fraction", found, round(month / STEP))
            for month in LANDMARKS
            if month <= curve.months[-1]
        ]
        limits = {part: _crossings(curve.months, getattr(curve, part)) for part in PARTS}
        median = _crossing(curve.months, curve.survival)
        return [*rows, Predicted(curve.arm, f"{code}_median", "months", median, limits)]

    def ratio(self, arm: str, reference: str, code: str) -> Predicted:
        """Hazard ratio of two arms; a row without numbers where some draw gives no finite one."""
        group, key = f"{arm} against {reference}", f"hr_{code.lower()}"

        def parts() -> Iterator[Part]:
            for draw, who in zip(self.draws, self.who, strict=True):
                mine = np.isin(draw.arm, (arm, reference))
                found = log_hazard_ratio(draw.days[code][mine], draw.event[code][mine], draw.arm[mine] == arm)
                yield found, who[mine], self._scale(draw, mine)

        try:
            found = variances(parts(), self.people)
        except CoxError:
            return Predicted(group, key, "ratio", None, dict.fromkeys(PARTS, (None, None)))
        return self._row(group, key, "ratio", found, 0)

    def _row(self, group: str, key: str, kind: Kind, found: Variances, place: int) -> Predicted:
        missed = self.discrepancy.get(key)
        of = {part: float(found.of(part, (missed or 0.0) ** 2)[place]) for part in PARTS}
        mean = float(found.mean[place])
        limits = {part: _limits(kind, mean, of[part], self.level) for part in PARTS}
        errors = {part: float(np.sqrt(of[part])) for part in ("parameter", "sampling")}
        simulation = float(np.sqrt(found.simulation[place]))
        value = float(np.exp(mean)) if kind == "ratio" else mean
        errors_of = {**errors, "discrepancy": missed, "simulation": simulation}
        return Predicted(group, key, kind, value, limits, errors_of)


def _limits(kind: Kind, mean: float, variance: float, level: float) -> Limits:
    if kind == "ratio":
        reach = float(ndtri(0.5 + level / 2)) * variance**0.5
        return float(np.exp(mean - reach)), float(np.exp(mean + reach))
    lower, upper = _beta_limits(np.array([mean]), np.array([variance]), level)
    return float(lower[0]), float(upper[0])


def _beta_limits(mean: Floats, variance: Floats, level: float) -> tuple[Floats, Floats]:
    """Limits of the beta distribution with a mean and a variance; the mean itself where it has none."""
    most = mean * (1 - mean)
    some = (variance > 0) & (most > 0)
    spread = np.where(some, np.minimum(variance, 0.999 * most), 1.0)
    size = np.where(some, most / spread - 1.0, 1.0)
    a, b = np.where(some, mean * size, 1.0), np.where(some, (1 - mean) * size, 1.0)
    ends = [np.where(some, betaincinv(a, b, tail), mean) for tail in ((1 - level) / 2, (1 + level) / 2)]
    return np.asarray(ends[0]), np.asarray(ends[1])


def _crossings(months: Floats, band: Floats) -> Limits:
    return _crossing(months, band[0]), _crossing(months, band[1])


def _crossing(months: Floats, level: Floats) -> float | None:
    """Month at which a curve first comes down to one half, between two of its points; None if it never does."""
    below = np.flatnonzero(level <= 0.5)
    if not len(below):
        return None
    after = int(below[0])
    if after == 0:
        return float(months[0])
    share = (level[after - 1] - 0.5) / (level[after - 1] - level[after])
    return float(months[after - 1] + share * (months[after] - months[after - 1]))
