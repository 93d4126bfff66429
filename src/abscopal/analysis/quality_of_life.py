"""Quality-adjusted life: the utility of each subject's health state, day by day, less that of his or her toxicity.

States follow one another: progression-free under protocol treatment (to its last day), progression-free after it,
progressed, dead. A subject whose PFS was censored counts as progression-free until a subsequent therapy or the last day
known. Near death the utility falls to that of the last days, where it is not lower anyway. An episode of an adverse
event takes its disutility for as long as it lasts (or the longest time the table allows); episodes add up.

Time is continuous, so no half-cycle correction is needed. Means over censored subjects are taken by
`accrual.Weights`; what is lost near a death is known only when the death is seen, and is weighted on that day.
"""

from __future__ import annotations

import numpy as np

from abscopal.analysis.accrual import Accrual
from abscopal.analysis.censored import Floats
from abscopal.analysis.economic_tables import Followed
from abscopal.analysis.kaplan_meier import SurvivalCurve, kaplan_meier
from abscopal.analysis.price_table import Disutilities, Utilities
from abscopal.units import DAYS_PER_YEAR

STATES = ("on_treatment", "off_treatment", "progressed")
"""Health states, in order of time."""


def state_limits(trial: Followed) -> Floats:
    """Days on which each subject enters the states and leaves the last one, (n, 4)."""
    progressed = np.minimum(trial.progressed, trial.end)
    stopped = np.minimum(trial.treated_until, progressed)
    return np.stack([np.zeros(trial.count), stopped, progressed, trial.end], axis=1)


def time_in_states(trial: Followed) -> dict[str, Accrual]:
    """Years that subjects spend in each health state."""
    limits, who = state_limits(trial), np.arange(trial.count)
    return {
        state: Accrual.over(who, limits[:, number], limits[:, number + 1], 1 / DAYS_PER_YEAR)
        for number, state in enumerate(STATES)
    }


def quality(
    trial: Followed, utilities: Utilities, disutilities: Disutilities, yearly_discount: float = 0.0
) -> dict[str, Accrual]:
    """QALYs by what they come from: each state, what nearness of death takes, what toxicity takes.

    Parameters
    ----------
    trial
        The subjects.
    utilities, disutilities
        Of the user's table.
    yearly_discount
        What is lost near a death is put on the day of the death; its own days are discounted by this.
    """
    limits, who = state_limits(trial), np.arange(trial.count)
    values = [getattr(utilities, state).value for state in STATES]
    found = {
        state: Accrual.over(who, limits[:, number], limits[:, number + 1], values[number] / DAYS_PER_YEAR)
        for number, state in enumerate(STATES)
    }
    found["near_death"] = _near_death(trial, utilities, yearly_discount)
    found["toxicity"] = _toxicity(trial, disutilities)
    return found


def _near_death(trial: Followed, utilities: Utilities, yearly_discount: float) -> Accrual:
    """Return what each death took from the days before it, on the day of the death."""
    limits, dead = state_limits(trial), np.flatnonzero(trial.died)
    rate = np.log1p(yearly_discount) / DAYS_PER_YEAR
    day = trial.end[dead]
    lost = np.zeros(len(dead))
    closer = 0.0
    for band in sorted(utilities.near_death, key=lambda band: band.days):
        for number, state in enumerate(STATES):
            fall = max(0.0, getattr(utilities, state).value - band.utility.value)
            first = np.maximum(limits[dead, number], day - band.days)
            last = np.minimum(limits[dead, number + 1], day - closer)
            lost += fall * _worth_at(day, first, np.maximum(first, last), rate)
        closer = float(band.days)
    return Accrual.at_once(dead, day, -lost / DAYS_PER_YEAR)


def _worth_at(day: Floats, first: Floats, last: Floats, rate: float) -> Floats:
    """Days from `first` to `last`, discounted to `day` instead of to day 0."""
    if rate == 0.0:
        return np.asarray(last - first)
    return np.asarray((np.exp(rate * (day - first)) - np.exp(rate * (day - last))) / rate)


def _toxicity(trial: Followed, disutilities: Disutilities) -> Accrual:
    events = trial.events
    who, begins = events["place"].to_numpy(), events["ASTDY"].to_numpy(float)
    until = np.fmin(events["AENDY"].to_numpy(float), trial.end[who])
    if disutilities.longest_days is not None:
        until = np.minimum(until, begins + disutilities.longest_days)
    pairs = zip(events["AETERM"].astype("str"), events["AETOXGR"], strict=True)
    loss = np.array([disutilities.of(term, int(grade)) for term, grade in pairs])
    return Accrual.over(who, np.maximum(begins, 0.0), until, -loss / DAYS_PER_YEAR)


def partitioned_survival(trial: Followed, horizon: float, yearly_discount: float = 0.0) -> dict[str, dict[str, float]]:
    """Years alive, progression-free and progressed of each arm as areas under Kaplan-Meier curves.

    The partitioned-survival model of health technology assessment, as a check of `time_in_states`: years alive agree
    exactly; progression-free years to within what the two take of subjects whose PFS and OS were censored at different
    times.
    """
    found = {}
    for number, arm in enumerate(trial.arms):
        mine = trial.arm == number
        free = np.minimum(trial.progressed, trial.end)[mine]
        event = (trial.progressed <= trial.end)[mine] | trial.died[mine]
        alive = _area(kaplan_meier(trial.end[mine], trial.died[mine]), horizon, yearly_discount)
        progression_free = _area(kaplan_meier(free, event), horizon, yearly_discount)
        found[arm] = {
            "alive": alive, "progression_free": progression_free, "progressed": alive - progression_free,
        }  # fmt: skip
    return found


def _area(curve: SurvivalCurve, horizon: float, yearly_discount: float) -> float:
    """Discounted area under a survival curve up to the horizon, in years."""
    rate = np.log1p(yearly_discount) / DAYS_PER_YEAR
    times = np.minimum(np.concatenate([[0.0], curve.time, [horizon]]), horizon)
    gone = times if rate == 0.0 else -np.expm1(-rate * times) / rate
    return float(np.diff(gone) @ np.concatenate([[1.0], curve.survival])) / DAYS_PER_YEAR
