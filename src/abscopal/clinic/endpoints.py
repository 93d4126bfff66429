"""Time to event: survival, freedom from progression, recurrence and other events, duration of response (ADTTE).

Times count from day 0 (randomisation and first dose). How an endpoint is censored is a named rule with its source: see
`censoring.RULES`. Which endpoints a trial has depends on its setting: event-free survival where surgery is to follow
(neoadjuvant), recurrence-free and disease-free survival after it (adjuvant).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from abscopal.clinic import tables
from abscopal.clinic.censoring import Censoring
from abscopal.clinic.criteria.criterion import (
    SUSPECTED,
    Bools,
    Criterion,
    Floats,
    Integers,
    Response,
    Visits,
    is_one_of,
    joined,
    take,
)
from abscopal.clinic.records import Subjects, until
from abscopal.clinic.words import coded, words
from abscopal.sources import Source, cited

__all__ = ["Censoring", "Curative", "FollowUp", "TimeToEvent", "adtte"]

SOURCES: dict[str, Source] = {
    "event_free_survival": cited(
        "Forde PM et al., N Engl J Med 2022;386:1973-1985",
        recalled=True,
        derived="progression that precludes surgery, progression or recurrence after it, death",
    ),
    "recurrence_free_survival": cited(
        "Hudis CA et al., J Clin Oncol 2007;25:2127-2132 (STEEP)",
        recalled=True,
        derived="recurrence or death of any cause; a second primary is neither",
    ),
    "disease_free_survival": cited(
        "Hudis CA et al., J Clin Oncol 2007;25:2127-2132 (STEEP)",
        recalled=True,
        derived="recurrence, second primary cancer or death of any cause",
    ),
    "immune_progression_free_survival": cited(
        "Seymour L et al., Lancet Oncol 2017;18:e143-e152 (iRECIST)", where="date of an iUPD that was confirmed"
    ),
}

Setting = Literal["adjuvant", "neoadjuvant"]


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
class Curative:
    """What endpoints of treatment with curative intent need to know besides.

    Parameters
    ----------
    setting : str
        `neoadjuvant` (surgery is to follow) or `adjuvant` (day 0 is after it).
    surgery_day : (n,) float, day
        Day of the surgery that neoadjuvant treatment prepared; NaN where it never came. Not used after surgery.
    second_primary_day : (n,) float, day
        First day on which a biopsy found another cancer, and no metastasis of this one; NaN without.
    second_primary_counts : bool
        Whether a second primary is an event of event-free survival (of disease-free survival it always is, of
        recurrence-free survival never).
    """

    setting: Setting
    surgery_day: Floats
    second_primary_day: Floats
    second_primary_counts: bool = False


@dataclass(frozen=True)
class TimeToEvent:
    """An endpoint of n subjects, all (n,): time (day), whether censored, what ended it, and where it was censored."""

    day: Floats
    censored: Bools
    reason: npt.NDArray[np.object_]
    censored_at: npt.NDArray[np.object_]


def overall_survival(follow_up: FollowUp) -> TimeToEvent:
    """Return time from day 0 to death of any cause, censored at the last day known."""
    died = _died(follow_up)
    day = np.where(died, follow_up.death_day, follow_up.known_day)
    reason = np.where(died, "death", "alive when last known").astype(object)
    return TimeToEvent(day, ~died, reason, np.where(died, "", "last day known").astype(object))


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
    return _first_event(first_progression(seen, rule.unresolved), "progression", seen, follow_up, rule)


def event_free_survival(
    visits: Visits, follow_up: FollowUp, curative: Curative, censoring: Censoring | None = None
) -> TimeToEvent:
    """Return time from day 0 to progression that precluded surgery, recurrence after it, or death.

    Progression before surgery that took place all the same is no event; whatever a scan after surgery calls progression
    is. Arguments as for `progression_free_survival`.
    """
    rule = censoring or Censoring()
    seen = until(visits, follow_up.known_day)
    surgery = np.where(curative.surgery_day <= follow_up.known_day, curative.surgery_day, np.nan)
    counted = _without(seen, seen.day <= surgery[:, None])
    if not curative.second_primary_counts:
        counted = _without(counted, counted.day >= curative.second_primary_day[:, None])
    named = np.where(np.isfinite(surgery), "recurrence after surgery", "progression that precluded surgery")
    return _first_event(first_progression(counted, rule.unresolved), named, seen, follow_up, rule)


def recurrence_free_survival(
    visits: Visits, follow_up: FollowUp, curative: Curative, censoring: Censoring | None = None
) -> TimeToEvent:
    """Return time from day 0 to recurrence or death; a second primary is no event.

    Scans from a second primary on cannot tell a recurrence from it and are not counted as one. Arguments as for
    `progression_free_survival`.
    """
    rule = censoring or Censoring()
    seen = until(visits, follow_up.known_day)
    counted = _without(seen, seen.day >= curative.second_primary_day[:, None])
    return _first_event(first_progression(counted, rule.unresolved), "recurrence", seen, follow_up, rule)


def disease_free_survival(
    visits: Visits, follow_up: FollowUp, curative: Curative, censoring: Censoring | None = None
) -> TimeToEvent:
    """Return time from day 0 to recurrence, second primary or death; arguments as for `progression_free_survival`."""
    rule = censoring or Censoring()
    seen = until(visits, follow_up.known_day)
    other = np.where(curative.second_primary_day <= follow_up.known_day, curative.second_primary_day, np.nan)
    progression = first_progression(seen, rule.unresolved)
    named = np.where(other <= np.where(np.isnan(progression), np.inf, progression), "second primary", "recurrence")
    return _first_event(np.fmin(progression, other), named, seen, follow_up, rule)


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
    free = take(progression_free_survival(visits, follow_up, rule), responders)
    duration = TimeToEvent(free.day - first[responders], free.censored, free.reason, free.censored_at)
    event = np.zeros(len(responders), dtype=np.bool_)
    response, nowhere = (np.full(len(responders), word, dtype=object) for word in ("response", ""))
    return responders, duration, TimeToEvent(first[responders], event, response, nowhere)


def adtte(
    subjects: Subjects,
    visits: Visits,
    follow_up: FollowUp,
    criterion: Criterion,
    censoring: Censoring | None = None,
    *,
    immune: Visits | None = None,
    curative: Curative | None = None,
) -> pd.DataFrame:
    """Return ADTTE: OS and PFS of every subject, DOR and TTR of the confirmed responders, and what the setting has.

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
        Of every endpoint but OS and TTR.
    immune : Visits
        (n, V) by iRECIST, for IPFS; default: none, and no IPFS.
    curative : Curative
        For EFS (neoadjuvant), RFS and DFS (adjuvant); default: neither.
    """
    everyone = np.arange(len(subjects.usubjid))
    responders, duration, response = response_times(visits, follow_up, criterion, censoring)
    found = {
        "OS": (everyone, overall_survival(follow_up)),
        "PFS": (everyone, progression_free_survival(visits, follow_up, censoring)),
        "DOR": (responders, duration),
        "TTR": (responders, response),
    }
    if immune is not None:
        found["IPFS"] = everyone, progression_free_survival(immune, follow_up, censoring)
    if curative is not None:
        of_setting = _curative_endpoints(visits, follow_up, curative, censoring)
        found |= {code: (everyone, times) for code, times in of_setting.items()}
    return _rows(subjects, found)


def _curative_endpoints(
    visits: Visits, follow_up: FollowUp, curative: Curative, censoring: Censoring | None
) -> dict[str, TimeToEvent]:
    if curative.setting == "neoadjuvant":
        return {"EFS": event_free_survival(visits, follow_up, curative, censoring)}
    return {
        "RFS": recurrence_free_survival(visits, follow_up, curative, censoring),
        "DFS": disease_free_survival(visits, follow_up, curative, censoring),
    }


def _rows(subjects: Subjects, found: dict[str, tuple[Integers, TimeToEvent]]) -> pd.DataFrame:
    who, times = [who for who, _ in found.values()], joined([times for _, times in found.values()])
    columns = {
        "PARAMCD": words(list(found), np.repeat(np.arange(len(who)), [len(part) for part in who])),
        "AVAL": times.day,
        "CNSR": times.censored.astype(np.int64),
        "EVNTDESC": coded(times.reason),
        "CNSDTDSC": coded(times.censored_at),
    }
    return tables.conform("ADTTE", pd.DataFrame(subjects.columns(np.concatenate(who)) | columns))


def _first_event(
    first: Floats, named: str | npt.NDArray[np.str_], seen: Visits, follow_up: FollowUp, rule: Censoring
) -> TimeToEvent:
    """Time to an event seen on scans (NaN: none) or death, whichever came first, censored by a rule.

    `named` says what the event seen on scans is called, for all or each of the subjects.
    """
    death = np.where(_died(follow_up), follow_up.death_day, np.nan)
    event = np.fmin(first, death)
    on_scan = np.isfinite(first) & ~(death < first)
    treated = rule.subsequent_therapy & (follow_up.subsequent_day < np.where(np.isnan(event), np.inf, event))
    adequate = _last_adequate(seen, np.where(treated, follow_up.subsequent_day, event), strictly=~treated)
    late = np.isfinite(event) & ~treated & rule.late(adequate, event)
    never = (adequate == 0) & ~np.isfinite(event)
    whys = ["subsequent therapy", f"{rule.missed} or more scans missed", named, "death"]
    whys += ["no adequate scan after baseline", "no event at last adequate scan"]
    reason = np.select([treated, late, on_scan, np.isfinite(death), never], whys[:-1], whys[-1])
    censored = np.isnan(event) | treated | late
    before = ["last adequate scan before subsequent therapy", "last adequate scan before those missed"]
    at = np.select([~censored, adequate == 0, treated, late], ["", "day 0", *before], "last adequate scan")
    return TimeToEvent(np.where(censored, adequate, event), censored, reason.astype(object), at.astype(object))


def _died(follow_up: FollowUp) -> Bools:
    return np.asarray(follow_up.death_day <= follow_up.known_day)


def first_progression(visits: Visits, unresolved: bool) -> Floats:
    """Return the day (n,) of the first progression; of an iUPD left open at the end, where those count."""
    never = np.full((len(visits.day), 1), np.inf)
    first = np.concatenate([visits.progression_day, never], axis=1)
    day = np.where(np.isnan(first), np.inf, first).min(axis=1)
    if unresolved:
        day = np.minimum(day, _open_suspicion(visits))
    return np.where(np.isfinite(day), day, np.nan)


def _open_suspicion(visits: Visits) -> Floats:
    """Day of the first suspicion (iUPD, uPD) after the last visit that settled the matter; infinity without one."""
    pending = (Response.NONE, Response.NE, *SUSPECTED)
    number = np.arange(1, visits.response.shape[1] + 1)
    last_settled = np.where(is_one_of(visits.response, pending), 0, number).max(axis=1, initial=0)
    still_open = is_one_of(visits.response, SUSPECTED) & (number > last_settled[:, None])
    return np.asarray(np.where(still_open, visits.day, np.inf).min(axis=1, initial=np.inf))


def _last_adequate(visits: Visits, before: Floats, strictly: Bools) -> Floats:
    """Day of the last scan that could be evaluated, before a day (NaN: any); 0 without one."""
    limit = np.where(np.isnan(before), np.inf, before)[:, None]
    in_time = (visits.day < limit) | ((visits.day == limit) & ~strictly[:, None])
    adequate = in_time & ~is_one_of(visits.response, (Response.NONE, Response.NE))
    return np.asarray(np.where(adequate, visits.day, 0.0).max(axis=1, initial=0.0))


def _without(visits: Visits, where: Bools) -> Visits:
    """Return the visits with some of them (n, V) taken out."""
    return Visits(
        np.where(where, np.int8(Response.NONE), visits.response),
        np.where(where, np.nan, visits.day),
        np.where(where, np.nan, visits.progression_day),
    )
