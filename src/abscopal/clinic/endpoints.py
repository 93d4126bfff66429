"""Time to event: overall survival, progression-free survival, duration of response, time to response (ADTTE).

Times count from day 0 (randomisation and first dose). How an endpoint is censored is a named option with its source:
see `Censoring`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from abscopal.clinic import tables
from abscopal.clinic.criterion import Bools, Criterion, Floats, Integers, Response, Visits, is_one_of, joined
from abscopal.clinic.records import Subjects, until
from abscopal.clinic.words import coded, words
from abscopal.sources import Source, cited

SOURCES: dict[str, Source] = {
    "Censoring.missed": cited(
        "FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2018", recalled=True
    ),
    "Censoring.subsequent_therapy": cited(
        "FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2018", recalled=True
    ),
    "Censoring.unresolved": cited(
        "Seymour L et al., Lancet Oncol 2017;18:e143-e152 (iRECIST)", where="iUPD that is never resolved"
    ),
}


@dataclass(frozen=True)
class FollowUp:
    """What is known of n subjects at the cut-off, all (n,).

    Parameters
    ----------
    death_day : float, day
        NaN if not known to have died.
    known_day : float, day
        Last day known: death, loss to follow-up or cut-off, whichever came first.
    subsequent_day : float, day
        First day of subsequent therapy; NaN without.
    """

    death_day: Floats
    known_day: Floats
    subsequent_day: Floats


@dataclass(frozen=True)
class Censoring:
    """How progression-free survival is censored; the defaults count every event.

    Parameters
    ----------
    missed : int
        An event after at least this many scheduled scans without an adequate one is censored at the last adequate
        scan; 0 counts every event. FDA's convention is 2, and needs `scheduled`.
    scheduled : tuple of float, day
        Scheduled days of the scans.
    subsequent_therapy : bool
        Censor at the last adequate scan before subsequent therapy, if that came before the event.
    unresolved : bool
        An iUPD that no later scan confirmed or reversed counts as progression at its day.
    """

    missed: int = 0
    scheduled: tuple[float, ...] = ()
    subsequent_therapy: bool = False
    unresolved: bool = True


@dataclass(frozen=True)
class TimeToEvent:
    """An endpoint of n subjects, all (n,): time (day), whether censored, and what ended it."""

    day: Floats
    censored: Bools
    reason: npt.NDArray[np.object_]


def overall_survival(follow_up: FollowUp) -> TimeToEvent:
    """Return time from day 0 to death of any cause, censored at the last day known."""
    died = _died(follow_up)
    day = np.where(died, follow_up.death_day, follow_up.known_day)
    return TimeToEvent(day, ~died, np.where(died, "death", "alive when last known").astype(object))


def progression_free_survival(visits: Visits, follow_up: FollowUp, censoring: Censoring | None = None) -> TimeToEvent:
    """Return time from day 0 to progression or death, censored at the last adequate scan (day 0 without one).

    Progression is the first visit that the criterion calls so, on the day it is dated at (iCPD: its iUPD).

    Parameters
    ----------
    visits : Visits
        (n, V), the scans after baseline.
    follow_up : FollowUp
        Scans after `known_day` are not known and not used.
    censoring : Censoring
        Default: every event counts.
    """
    rule = censoring or Censoring()
    seen = until(visits, follow_up.known_day)
    progression = _first_progression(seen, rule.unresolved)
    death = np.where(_died(follow_up), follow_up.death_day, np.nan)
    event = np.fmin(progression, death)
    progressed = np.isfinite(progression) & ~(death < progression)
    reason = np.select([progressed, np.isfinite(death)], ["progression", "death"], "no event at last adequate scan")
    result = reason.astype(object)
    treated = rule.subsequent_therapy & (follow_up.subsequent_day < np.where(np.isnan(event), np.inf, event))
    adequate = _last_adequate(seen, np.where(treated, follow_up.subsequent_day, event), strictly=~treated)
    late = np.isfinite(event) & ~treated & _missed(adequate, event, rule)
    result[treated], result[late] = "subsequent therapy", f"{rule.missed} or more scans missed"
    result[(adequate == 0) & ~np.isfinite(event) & ~treated] = "no adequate scan after baseline"
    censored = np.isnan(event) | treated | late
    return TimeToEvent(np.where(censored, adequate, event), censored, result)


def response_times(
    visits: Visits,
    follow_up: FollowUp,
    criterion: Criterion,
    censoring: Censoring | None = None,
    *,
    confirmed: bool = True,
) -> tuple[Integers, TimeToEvent, TimeToEvent]:
    """Return the responders (k,), their duration of response and their time to response.

    Duration runs from the first complete or partial response to progression or death, and is censored as
    progression-free survival is. By default only confirmed responders count.
    """
    rule = censoring or Censoring()
    last = np.fmin(follow_up.known_day, follow_up.subsequent_day if rule.subsequent_therapy else np.nan)
    first = criterion.first_response(until(visits, last), confirmed=confirmed)
    responders = np.flatnonzero(np.isfinite(first))
    free = progression_free_survival(visits, follow_up, rule)
    duration = TimeToEvent((free.day - first)[responders], free.censored[responders], free.reason[responders])
    event = np.zeros(len(responders), dtype=np.bool_)
    response = np.full(len(responders), "response", dtype=object)
    return responders, duration, TimeToEvent(first[responders], event, response)


def adtte(
    subjects: Subjects,
    visits: Visits,
    follow_up: FollowUp,
    criterion: Criterion,
    censoring: Censoring | None = None,
) -> pd.DataFrame:
    """Return ADTTE: OS and PFS of every subject, DOR and TTR of the confirmed responders.

    Parameters
    ----------
    subjects : Subjects
        The n subjects.
    visits : Visits
        (n, V), see `records.visits_of`.
    follow_up : FollowUp
        Deaths and last days known.
    criterion : Criterion
        That gave the responses.
    censoring : Censoring
        Of PFS and DOR.
    """
    everyone = np.arange(len(subjects.usubjid))
    responders, duration, response = response_times(visits, follow_up, criterion, censoring)
    survival = overall_survival(follow_up), progression_free_survival(visits, follow_up, censoring)
    who, times = [everyone, everyone, responders, responders], joined([*survival, duration, response])
    columns = {
        "PARAMCD": words(["OS", "PFS", "DOR", "TTR"], np.repeat(np.arange(4), [len(part) for part in who])),
        "AVAL": times.day,
        "CNSR": times.censored.astype(np.int64),
        "EVNTDESC": coded(times.reason),
    }
    return tables.conform("ADTTE", pd.DataFrame(subjects.columns(np.concatenate(who)) | columns))


def _died(follow_up: FollowUp) -> Bools:
    return np.asarray(follow_up.death_day <= follow_up.known_day)


def _first_progression(visits: Visits, unresolved: bool) -> Floats:
    """Day of the first progression; of an iUPD left open at the end, where those count."""
    never = np.full((len(visits.day), 1), np.inf)
    first = np.concatenate([visits.progression_day, never], axis=1)
    day = np.where(np.isnan(first), np.inf, first).min(axis=1)
    if unresolved:
        day = np.minimum(day, _open_suspicion(visits))
    return np.where(np.isfinite(day), day, np.nan)


def _open_suspicion(visits: Visits) -> Floats:
    """Day of the first iUPD after the last visit that settled the matter; infinity without one."""
    pending = (Response.NONE, Response.NE, Response.IUPD)
    number = np.arange(1, visits.response.shape[1] + 1)
    last_settled = np.where(is_one_of(visits.response, pending), 0, number).max(axis=1, initial=0)
    still_open = (visits.response == Response.IUPD) & (number > last_settled[:, None])
    return np.asarray(np.where(still_open, visits.day, np.inf).min(axis=1, initial=np.inf))


def _last_adequate(visits: Visits, before: Floats, strictly: Bools) -> Floats:
    """Day of the last scan that could be evaluated, before a day (NaN: any); 0 without one."""
    limit = np.where(np.isnan(before), np.inf, before)[:, None]
    in_time = (visits.day < limit) | ((visits.day == limit) & ~strictly[:, None])
    adequate = in_time & ~is_one_of(visits.response, (Response.NONE, Response.NE))
    return np.asarray(np.where(adequate, visits.day, 0.0).max(axis=1, initial=0.0))


def _missed(adequate: Floats, event: Floats, rule: Censoring) -> Bools:
    """Whether enough scheduled scans lie between the last adequate one and the event without having been done."""
    if rule.missed == 0:
        return np.zeros(len(event), dtype=np.bool_)
    if not rule.scheduled:
        raise ValueError("Censoring.missed needs Censoring.scheduled, the scheduled days of the scans")
    days = np.array(rule.scheduled)
    between = (days > adequate[:, None]) & (days < event[:, None])
    return np.asarray(between.sum(axis=1) >= rule.missed)
