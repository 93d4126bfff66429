"""Disposition: who stops treatment and why, who is treated further, who is lost, and when the data are cut.

Every rule is a function of arrays over n subjects; random draws come in as arrays, so the same subject keeps the same
clock in every arm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from abscopal.clinic.criteria.criterion import Bools, Codes, Floats, Response, VisitResponse, is_one_of
from abscopal.clinic.endpoints import FollowUp
from abscopal.protocol.protocol import Protocol
from abscopal.sources import Source, assumed, cited
from abscopal.units import DAYS_PER_MONTH

SOURCES: dict[str, Source] = {
    "BeyondProgression.earliest_confirmation": cited(
        "Seymour L et al., Lancet Oncol 2017;18:e143-e152 (iRECIST)", where="4 to 8 weeks after the first progression"
    ),
    "BeyondProgression.longest": assumed("no limit but the confirming scan, unless the protocol sets one"),
}


class Reason(IntEnum):
    """Why protocol treatment stopped; `REASON_LABELS` gives the word for it (ADSL DCTREAS)."""

    ONGOING = 0
    PROGRESSION = 1
    DEATH = 2
    COMPLETED = 3
    WITHDRAWAL = 4
    NEVER_TREATED = 5
    LOST = 6
    TOXICITY = 7


REASON_LABELS: tuple[str, ...] = (
    "ONGOING",
    "PROGRESSION",
    "DEATH",
    "COMPLETED",
    "WITHDRAWAL",
    "NEVER TREATED",
    "LOST TO FOLLOW-UP",
    "ADVERSE EVENT",
)


@dataclass(frozen=True)
class BeyondProgression:
    """Treatment beyond progression: the first progression is waited on until a later scan confirms it.

    Parameters
    ----------
    earliest_confirmation : float, day
        A scan confirms at least this long after the first progression.
    longest : float, day
        Treatment goes on at most this long beyond the first progression.
    """

    earliest_confirmation: float = 28.0
    longest: float = np.inf


@dataclass(frozen=True)
class Treatment:
    """Protocol treatment of n subjects, all (n,).

    Parameters
    ----------
    on : bool
        Still treated.
    stop_day : float, day
        Day treatment was stopped; NaN while on it.
    reason : int8
        `Reason` codes.
    progression_day : float, day
        First progression of the series being waited on; NaN without.
    """

    on: Bools
    stop_day: Floats
    reason: Codes
    progression_day: Floats


def begin_treatment(treated: Bools) -> Treatment:
    """Return the state at day 0 of the subjects, with those never treated marked as such."""
    never = np.full(len(treated), np.nan)
    reason = np.where(treated, Reason.ONGOING, Reason.NEVER_TREATED).astype(np.int8)
    return Treatment(treated.copy(), np.where(treated, np.nan, 0.0), reason, never)


def stop(treatment: Treatment, who: Bools, day: float | Floats, reason: Reason) -> Treatment:
    """Return the treatment stopped in those of `who` still on it."""
    now = who & treatment.on
    return replace(
        treatment,
        on=treatment.on & ~now,
        stop_day=np.where(now, day, treatment.stop_day),
        reason=np.where(now, np.int8(reason), treatment.reason),
    )


def complete(treatment: Treatment, who: Bools, day: Floats) -> Treatment:
    """Return the treatment completed on `day` in those of `who`, who were given all of it, whatever came later."""
    return replace(
        treatment,
        on=treatment.on & ~who,
        stop_day=np.where(who, day, treatment.stop_day),
        reason=np.where(who, np.int8(Reason.COMPLETED), treatment.reason),
    )


def after_scan(
    treatment: Treatment, visit: VisitResponse, day: float | Floats, beyond: BeyondProgression | None = None
) -> Treatment:
    """Return the treatment after a scan: stopped at progression, or at its confirmation where treated beyond.

    Parameters
    ----------
    treatment : Treatment
        Before the scan.
    visit : VisitResponse
        Response of the scan; subjects not scanned are left as they are.
    day : float or (n,) float, day
        Study day.
    beyond : BeyondProgression
        Treat beyond the first progression; None stops at it. iCPD is confirmed already and stops at once.
    """
    if beyond is None:
        return stop(treatment, visit.progressed, day, Reason.PROGRESSION)
    waited = day - treatment.progression_day
    dated_back = visit.progressed & (visit.progression_day < day)
    confirmed = visit.progressed & (waited >= beyond.earliest_confirmation)
    stopped = stop(treatment, dated_back | confirmed | (waited >= beyond.longest), day, Reason.PROGRESSION)
    first = visit.progressed & np.isnan(treatment.progression_day)
    settled = ~visit.progressed & ~is_one_of(visit.response, (Response.NONE, Response.NE))
    progression_day = np.where(first, day, np.where(settled, np.nan, treatment.progression_day))
    return replace(stopped, progression_day=progression_day)


def subsequent_start(treatment: Treatment, gap: float | Floats, share: float | Floats, uniform: Floats) -> Floats:
    """Return the day (n,) subsequent therapy starts, NaN for those who get none.

    Parameters
    ----------
    treatment : Treatment
        Only those who stopped for progression or withdrawal go on to another therapy.
    gap : float or (n,) float, day
        Time between stopping and starting.
    share : float or (n,) float
        Fraction of them who get one.
    uniform : (n,) float
        Uniform draws.
    """
    eligible = np.isin(treatment.reason, (Reason.PROGRESSION, Reason.WITHDRAWAL))
    return np.where(eligible & (uniform < share), treatment.stop_day + gap, np.nan)


def dropout_day(exponential: Floats, rate: float | Floats) -> Floats:
    """Return the day (n,) each subject would be lost to follow-up.

    Parameters
    ----------
    exponential : (n,) float
        Standard exponential draws.
    rate : float or (n,) float, 1/day
        Zero: never (infinity).
    """
    hazard = np.broadcast_to(np.asarray(rate, dtype=np.float64), exponential.shape)
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(hazard > 0, exponential / hazard, np.inf))


def calendar_days(protocol: Protocol, uniform: Floats) -> tuple[Floats, Floats]:
    """Return each subject's day of entry, counted from the first enrolment, and his or her study day at the cut-off.

    Parameters
    ----------
    protocol : Protocol
        For its accrual, its ramp, and when it ends.
    uniform : (n,) float
        Uniform draws: the share of the subjects enrolled before each.
    """
    months = DAYS_PER_MONTH
    accrual, ramp = protocol.accrual_months * months, protocol.accrual_ramp_months * months
    entry = entry_share(uniform, ramp / accrual if accrual else 0.0)
    if protocol.cutoff_months is None:
        return accrual * entry, cutoff_day(entry, accrual, protocol.follow_up_months * months)
    return accrual * entry, cutoff_day(entry, accrual, protocol.cutoff_months * months - accrual)


def entry_share(uniform: Floats, ramp: float) -> Floats:
    """Return the share of the accrual gone when each subject (n,) enters, by the share of them who entered before.

    The rate of enrolment rises evenly from nothing over the first share `ramp` of the accrual, then stays as it is.
    """
    if ramp == 0:
        return uniform
    total = 1.0 - ramp / 2  # subjects enrolled, in units of the full rate over the whole accrual
    enrolled = uniform * total
    return np.where(enrolled <= ramp / 2, np.sqrt(2 * ramp * enrolled), enrolled + ramp / 2)


def cutoff_day(uniform: Floats, accrual: float, minimum_follow_up: float) -> Floats:
    """Return each subject's study day (n,) at the calendar cut-off.

    Subjects enter evenly over the accrual; the data are cut when the last has been followed for the minimum.

    Parameters
    ----------
    uniform : (n,) float
        Uniform draws: the share of the accrual gone when the subject entered.
    accrual, minimum_follow_up : float, day
        Length of the accrual; follow-up of the subject who entered last.
    """
    return np.asarray(accrual * (1.0 - uniform) + minimum_follow_up)


def follow_up(death_day: Floats, dropout: Floats, cutoff: Floats, subsequent_day: Floats) -> FollowUp:
    """Return what is known at the cut-off; a death after loss to follow-up or cut-off is not known.

    Parameters
    ----------
    death_day : (n,) float, day
        NaN if alive throughout the simulation.
    dropout, cutoff : (n,) float, day
        From `dropout_day` and `cutoff_day`.
    subsequent_day : (n,) float, day
        NaN without subsequent therapy.
    """
    end = np.minimum(dropout, cutoff)
    died = death_day <= end
    started = subsequent_day <= np.where(died, death_day, end)
    return FollowUp(
        death_day=np.where(died, death_day, np.nan),
        known_day=np.where(died, death_day, end),
        subsequent_day=np.where(started, subsequent_day, np.nan),
    )


def end_of_study(known: FollowUp, dropout: Floats, withdrew: Bools | None = None) -> npt.NDArray[np.object_]:
    """Return the end of study status (n,) of ADSL (EOSSTT): DEATH, LOST TO FOLLOW-UP, WITHDRAWAL BY SUBJECT or ONGOING.

    Parameters
    ----------
    known : FollowUp
        What is known at the cut-off.
    dropout : (n,) float, day
        Day on which each would leave follow-up.
    withdrew : (n,) bool
        Whether by withdrawing consent; default: nobody.
    """
    status = np.full(len(dropout), "ONGOING", dtype=object)
    left = dropout <= known.known_day
    status[left] = "LOST TO FOLLOW-UP"
    if withdrew is not None:
        status[left & withdrew] = "WITHDRAWAL BY SUBJECT"
    status[np.isfinite(known.death_day)] = "DEATH"
    return status
