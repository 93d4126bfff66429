"""From a trial's tables to what weights are found by, and from weights to what the trial then shows.

Published survival is a Kaplan-Meier curve. Its value at a landmark is the share of subjects still followed without the
event, divided by the probability of still being followed; with that probability given, the value is a mean over
subjects and weights can be found for it. The probability under these weights is then put in its place, until it stands
still. What weights give is always read off the weighted Kaplan-Meier curve itself, so that any difference shows. As
everywhere, censoring is taken not to depend on outcome.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abscopal.analysis.enrolled import analysed, enrolled, places
from abscopal.analysis.kaplan_meier import SurvivalCurve, kaplan_meier
from abscopal.analysis.response import COMPLETE, OBJECTIVE
from abscopal.calibration.outcomes import STEP_DAYS
from abscopal.calibration.targets import LANDMARKS, Target
from abscopal.calibration.weighting import Moment
from abscopal.population.selection import effective_size
from abscopal.units import DAYS_PER_MONTH

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Tables = Mapping[str, pd.DataFrame]
NOT_COUNTED = "not counted in a run's tables"
TOO_LATE = "beyond the follow-up of this run"
RESPONSES: Mapping[str, frozenset[str]] = {"ORR": OBJECTIVE, "CR": COMPLETE}


@dataclass(frozen=True, eq=False)
class ArmLives:
    """What happened to the subjects who lived through one arm.

    Attributes
    ----------
    name
        Of the arm.
    place : (k,) int
        Their places among all subjects.
    best : (k,) str
        Confirmed best response; "" for none.
    times
        Of each endpoint: days and whether the event was seen, with the subjects who have the endpoint [k] (bool).
    """

    name: str
    place: Index
    best: NDArray[np.str_]
    times: Mapping[str, tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]]

    def curve(self, endpoint: str, weight: Array | None = None) -> SurvivalCurve | None:
        """Kaplan-Meier curve in days, weights [k] scaled to their effective number; None without the endpoint."""
        if endpoint not in self.times:
            return None
        days, event, has = self.times[endpoint]
        own = None if weight is None else weight[has] * (effective_size(weight[has]) / weight[has].sum())
        return kaplan_meier(days[has], event[has], own)

    def take(self, which: NDArray[np.bool_]) -> ArmLives:
        """Return some of the subjects [k]; their places stay those among all subjects."""
        times = {code: (days[which], event[which], has[which]) for code, (days, event, has) in self.times.items()}
        return ArmLives(self.name, self.place[which], self.best[which], times)


@dataclass(frozen=True, eq=False)
class Lives:
    """A trial's subjects, each in one arm or in all of them.

    Attributes
    ----------
    adsl : DataFrame
        One row per subject.
    arms
        By name, in order.
    """

    adsl: pd.DataFrame
    arms: Mapping[str, ArmLives]
    crossed: bool = field(default=False)

    @cached_property
    def names(self) -> list[str]:
        """USUBJID of each subject."""
        return [str(name) for name in self.adsl["USUBJID"]]

    @cached_property
    def group(self) -> Index:
        """Number of the group whose total weight stays [n]: the arm of randomised subjects, else all of them."""
        found = np.zeros(len(self.adsl), dtype=np.int64)
        for number, arm in enumerate(() if self.crossed else self.arms.values()):
            found[arm.place] = number
        return found


def lives_of(tables: Tables, order: Sequence[str] = ()) -> Lives:
    """Return the enrolled subjects of a randomised trial.

    Parameters
    ----------
    tables
        `adsl`, `adrs`, `adtte`.
    order
        Names of the arms; of others after them in alphabetical order.
    """
    adsl = enrolled(tables["adsl"]).reset_index(drop=True)
    arm = adsl["ARM"].astype("str").to_numpy()
    best, times = _best(tables["adrs"], adsl), _times(tables["adtte"], adsl)
    there = set(arm)
    names = [*(name for name in order if name in there), *sorted(there - set(order))]
    return Lives(adsl, {name: _arm(name, np.flatnonzero(arm == name), best, times) for name in names})


def crossed(by_arm: Mapping[str, Tables]) -> Lives:
    """Return subjects who each lived through every arm; one whose computation failed in any arm is left out.

    Parameters
    ----------
    by_arm
        Tables of all subjects in each arm, the same subjects in the same order.
    """
    first, *_ = by_arm.values()
    sound = np.all([(t["adsl"]["CLASS"] == "enrolled").to_numpy() for t in by_arm.values()], axis=0)
    adsl = first["adsl"][sound].reset_index(drop=True)
    everyone = np.arange(len(adsl))
    arms = {n: _arm(n, everyone, _best(t["adrs"], adsl), _times(t["adtte"], adsl)) for n, t in by_arm.items()}
    return Lives(adsl, arms, crossed=True)


def _arm(name: str, place: Index, best: NDArray[np.str_], times: Mapping[str, tuple[Array, Any, Any]]) -> ArmLives:
    own = {code: (days[place], event[place], has[place]) for code, (days, event, has) in times.items()}
    return ArmLives(name, place, best[place], {code: part for code, part in own.items() if part[2].any()})


def _best(adrs: pd.DataFrame, adsl: pd.DataFrame) -> NDArray[np.str_]:
    """Return the confirmed best response of each subject, "" for none [n]."""
    rows = analysed(adrs)
    rows = rows[rows["PARAMCD"] == "CBOR"]
    place = places(rows["USUBJID"], adsl["USUBJID"])
    found = np.full(len(adsl), "", dtype="U16")
    found[place[place >= 0]] = rows["AVALC"].astype("str").to_numpy()[place >= 0]
    return found


def _times(adtte: pd.DataFrame, adsl: pd.DataFrame) -> dict[str, tuple[Array, Any, Any]]:
    """Days, whether the event was seen, and who has the endpoint, by endpoint [n]."""
    found = {}
    for code in ("PFS", "OS"):
        rows = adtte[adtte["PARAMCD"] == code]
        place = places(rows["USUBJID"], adsl["USUBJID"])
        rows, place = rows[place >= 0], place[place >= 0]
        days, event, has = np.zeros(len(adsl)), np.zeros(len(adsl), dtype=bool), np.zeros(len(adsl), dtype=bool)
        days[place], event[place], has[place] = rows["AVAL"], rows["CNSR"] == 0, True
        found[code] = (days, event, has)
    return found


@dataclass(frozen=True)
class LeftOut:
    """A published figure that takes no part, and why."""

    target: Target
    reason: str


def moments_of(
    lives: Lives, targets: Sequence[Target], weight: Array | None = None
) -> tuple[list[Moment], list[Target], list[LeftOut]]:
    """Return what weights are found by, the targets that they stand for, and the targets left out.

    Parameters
    ----------
    lives, targets
        What was simulated, and what was published.
    weight
        Of each subject [n], under which to take the probability of being followed; equal ones if left out.

    Notes
    -----
    The error of each is that of the target with the sampling error of the simulated subjects: weights are not to follow
    the chance of the draw.
    """
    moments, kept, left_out = [], [], []
    for target in targets:
        arm = lives.arms.get(target.arm)
        values = "no subject is in this arm" if arm is None else _values(arm, target, _own(weight, arm))
        if isinstance(values, str):
            left_out.append(LeftOut(target, values))
            continue
        whole = np.full(len(lives.adsl), np.nan)
        whole[lives.arms[target.arm].place] = values
        known = int(np.isfinite(values).sum())
        error = sqrt(target.error**2 + target.value * (1 - target.value) / known)
        moments.append(Moment(target.arm, target.quantity, whole, target.value, error))
        kept.append(target)
    return moments, kept, left_out


def _own(weight: Array | None, arm: ArmLives) -> Array:
    return np.ones(len(arm.place)) if weight is None else weight[arm.place]


def _values(arm: ArmLives, target: Target, weight: Array) -> Array | str:
    """Values [k] whose mean under these weights is the quantity, NaN for subjects without it; or why there are none."""
    if target.quantity in RESPONSES:
        return np.isin(arm.best, sorted(RESPONSES[target.quantity])).astype(float)
    days = _days(target.quantity)
    if days is None:
        return NOT_COUNTED
    endpoint = target.quantity.split()[0]
    curve = arm.curve(endpoint, weight)
    if curve is None:
        return f"this run has no {endpoint}"
    time, _, has = arm.times[endpoint]
    found = np.full(len(has), np.nan)
    found[has] = 0.0
    for day in days:
        left = curve.at(day)
        if left is None:
            return TOO_LATE
        followed = time[has] > day
        if followed.any():
            found[has] += followed * left / np.average(followed, weights=weight[has]) / len(days)
    return found


def _days(quantity: str) -> tuple[float, ...] | None:
    """Days at which a curve is read: of "OS 12" one, around "PFS median 6.9" two; None for what is no such quantity."""
    found = re.fullmatch(r"(?:OS|PFS)( median)? ([\d.]+)", quantity)
    if found is None:
        return None
    day = float(found[2]) * DAYS_PER_MONTH
    return (day - STEP_DAYS, day + STEP_DAYS) if found[1] else (day,)


def reading(arm: ArmLives, quantity: str, weight: Array | None = None) -> float | None:
    """Read a target's quantity off an arm: a response rate, or the (weighted) Kaplan-Meier curve; None beyond its end.

    Parameters
    ----------
    arm
        Whose.
    quantity
        "ORR", "CR", "OS 12", "PFS median 6.9".
    weight
        Of the arm's subjects [k].
    """
    if quantity in RESPONSES:
        return float(np.average(np.isin(arm.best, sorted(RESPONSES[quantity])), weights=weight))
    curve, days = arm.curve(quantity.split()[0], weight), _days(quantity)
    left = [None] if curve is None or days is None else [curve.at(day) for day in days]
    return None if None in left else float(np.mean([share for share in left if share is not None]))


@dataclass(frozen=True)
class Covariate:
    """Something known of every subject at baseline: what it is called, and its value in ADSL."""

    name: str
    values: Callable[[pd.DataFrame], Any]
    columns: tuple[str, ...]


BASELINE = (
    Covariate("age, years", lambda t: t["AGE"], ("AGE",)),
    Covariate("men", lambda t: t["SEX"] == "M", ("SEX",)),
    Covariate("ECOG 1 or more", lambda t: t["ECOG"] >= 1, ("ECOG",)),
    Covariate("LDH above normal", lambda t: t["LDH"] > 1, ("LDH",)),
    Covariate("PD-L1 1 % or more", lambda t: t["PDL1"] >= 0.01, ("PDL1",)),
    Covariate("sum of diameters, mm", lambda t: t["SUMDIAM"], ("SUMDIAM",)),
    Covariate("liver metastases", lambda t: t["LIVERFL"] == "Y", ("LIVERFL",)),
    Covariate("brain metastases", lambda t: t["BRAINFL"] == "Y", ("BRAINFL",)),
    Covariate("bone metastases", lambda t: t["BONEFL"] == "Y", ("BONEFL",)),
)
"""What a trial's publication says of its subjects."""


def baseline_of(adsl: pd.DataFrame) -> dict[str, Array]:
    """Baseline covariates that differ between subjects, by name [n]; NaN where one is missing."""
    there = [one for one in BASELINE if set(one.columns) <= set(adsl.columns)]
    found = {one.name: _known(adsl, one) for one in there}
    return {name: values for name, values in found.items() if np.unique(values[np.isfinite(values)]).size > 1}


def _known(adsl: pd.DataFrame, covariate: Covariate) -> Array:
    missing = adsl[list(covariate.columns)].isna().any(axis=1)
    return np.where(missing, np.nan, np.asarray(covariate.values(adsl), dtype=float))


def held_baseline(lives: Lives) -> list[Moment]:
    """Moments that keep the baseline as enrolled in every group, to within the chance of a randomisation.

    Weights move unseen traits of subjects. What can be seen at baseline was published and selected for, and is what
    makes randomised arms comparable, so it stays.
    """
    held = []
    for name, values in baseline_of(lives.adsl).items():
        mean, spread = float(np.nanmean(values)), float(np.nanstd(values))
        for number in np.unique(lives.group):
            own = np.where(lives.group == number, values, np.nan)
            if known := int(np.isfinite(own).sum()):
                held.append(Moment(f"group {number}", name, own, mean, spread / sqrt(known)))
    return held


@dataclass(frozen=True)
class Estimate:
    """A figure of one arm with its 95 % interval; None where it is not reached or beyond follow-up."""

    value: float | None
    lower: float | None = None
    upper: float | None = None


def estimates(arm: ArmLives, weight: Array | None = None) -> dict[str, Estimate]:
    """ORR, CR, PFS and OS at landmarks and medians (months) of an arm, by quantity.

    Intervals count a weighted arm as its effective number of subjects: exact ones of shares (Korn EL, Graubard BI. Surv
    Methodol 1998;24:193, recalled), and log-log ones of survival. They know nothing of how sure the weights are.
    """
    found = {}
    for quantity in RESPONSES:
        rate = reading(arm, quantity, weight)
        assert rate is not None
        found[quantity] = _share(rate, len(arm.place) if weight is None else effective_size(weight))
    for endpoint in ("PFS", "OS"):
        curve = arm.curve(endpoint, weight)
        if curve is None:
            continue
        found[f"{endpoint} median"] = _in_months(curve)
        for month in LANDMARKS:
            day = month * DAYS_PER_MONTH
            found[f"{endpoint} {month}"] = Estimate(curve.at(day), *(curve.interval_at(day) or (None, None)))
    return found


def _share(rate: float, n: float) -> Estimate:
    """Clopper-Pearson limits with a number of subjects that need not be whole."""
    from scipy.special import betaincinv

    seen = rate * n
    lower = 0.0 if rate <= 0 else float(betaincinv(seen, n - seen + 1, 0.025))
    upper = 1.0 if rate >= 1 else float(betaincinv(seen + 1, n - seen, 0.975))
    return Estimate(rate, lower, upper)


def _in_months(curve: SurvivalCurve) -> Estimate:
    days = (curve.median(), *curve.median_interval())
    return Estimate(*(None if day is None else day / DAYS_PER_MONTH for day in days))
