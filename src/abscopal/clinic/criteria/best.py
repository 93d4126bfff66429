"""Best overall response of a subject, as an ordered table of rules over the responses of its visits.

Only visits up to and including the first progression count. The rules are those of RECIST 1.1 section 4.4.3 and
its table 3; iRECIST codes are read as their RECIST counterparts, with iUPD (and the uPD of other criteria) as a pause
that neither ends the series nor breaks a confirmation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abscopal.clinic.criteria.criterion import (
    Best,
    Bools,
    Codes,
    Floats,
    Integers,
    Response,
    Rule,
    Visits,
    first_match,
    is_one_of,
)

_TO_PLAIN = np.arange(len(Response), dtype=np.int8)
_TO_PLAIN[[Response.ICR, Response.IPR, Response.ISD, Response.ICPD, Response.NON_ICR_NON_IUPD, Response.UPD]] = [
    Response.CR,
    Response.PR,
    Response.SD,
    Response.PD,
    Response.NON_CR_NON_PD,
    Response.IUPD,
]
_TO_PLAIN[[Response.IR1, Response.IR2, Response.IR3]] = Response.IUPD
_FROM_PLAIN = np.arange(len(Response), dtype=np.int8)
_FROM_PLAIN[Response.IUPD] = Response.UPD
_TO_IMMUNE = np.arange(len(Response), dtype=np.int8)
_TO_IMMUNE[[Response.CR, Response.PR, Response.SD, Response.PD, Response.NON_CR_NON_PD]] = [
    Response.ICR,
    Response.IPR,
    Response.ISD,
    Response.ICPD,
    Response.NON_ICR_NON_IUPD,
]

BEST_RULES: tuple[Rule, ...] = (
    Rule(Response.CR, ("complete response",), (), "RECIST 1.1 table 3", "a complete response, confirmed if asked"),
    Rule(Response.PR, ("partial response",), (), "RECIST 1.1 table 3", "a partial response, confirmed if asked"),
    Rule(
        Response.SD,
        ("stable long enough",),
        (),
        "RECIST 1.1 4.4.3",
        "stable or better, at least the minimum time after baseline",
    ),
    Rule(
        Response.NON_CR_NON_PD,
        ("non-target stable long enough",),
        (),
        "RECIST 1.1 table 2",
        "non-target disease only, neither gone nor progressing",
    ),
    Rule(Response.PD, ("progression",), (), "RECIST 1.1 4.4.3", "progression, and nothing better before it"),
    Rule(
        Response.PD,
        ("disease after complete response",),
        (),
        "RECIST 1.1 table 3",
        "disease is back after a complete response, before it could count as stable",
    ),
    Rule(Response.IUPD, ("unconfirmed progression",), (), "iRECIST table 3", "never confirmed nor reversed"),
    Rule(Response.NED, ("no disease",), (), "RECIST 1.1 4.4.3", "nothing was ever seen to follow"),
    Rule(Response.NE, (), (), "RECIST 1.1 table 3", "nothing that can be evaluated, or not long enough"),
)
"""Best overall response: the first row whose fact holds. Responses too early for stable disease end in NE."""


@dataclass(frozen=True)
class Timing:
    """The times that best response depends on.

    Parameters
    ----------
    confirmation : float, day
        A response is confirmed at least this long after it was first seen (RECIST 1.1 section 4.6.1: 4 weeks).
    stable : float, day
        Stable disease counts from this long after baseline on (RECIST 1.1 section 4.6.3: by protocol, usually 6 weeks).
    not_evaluable : int
        At most this many visits that could not be evaluated between a response and its confirmation.
    """

    confirmation: float = 28.0
    stable: float = 42.0
    not_evaluable: int = 1


def _until_progression(code: Codes) -> Codes:
    progressed = code == Response.PD
    after = np.cumsum(progressed, axis=1) - progressed > 0
    return np.where(after, np.int8(Response.NONE), code)


def _confirmed(code: Codes, day: Floats, timing: Timing, complete: bool) -> Bools:
    """Whether each visit (n, V) holds a response that a later visit confirms with nothing worse between.

    A complete response wants another one; a partial response a partial or a complete one, but not a partial after a
    complete (table 3, footnote a).
    """
    confirmed = np.zeros(code.shape, dtype=np.bool_)
    agreeing = is_one_of(code, (Response.CR,) if complete else (Response.CR, Response.PR))
    passing = agreeing | is_one_of(code, (Response.NE, Response.IUPD, Response.NONE))
    for first in range(code.shape[1]):
        who = np.flatnonzero(agreeing[:, first])  # followed from visit to visit while the response is unbroken
        confirmed[who, first] = _confirmed_from(first, code[who], day[who], agreeing[who], passing[who], timing)
    return confirmed


def _confirmed_from(first: int, code: Codes, day: Floats, agreeing: Bools, passing: Bools, timing: Timing) -> Bools:
    """Whether each response (k,) seen at visit `first` is confirmed later."""
    confirmed, unbroken = np.zeros(len(code), dtype=np.bool_), np.ones(len(code), dtype=np.bool_)
    complete, partial, lost = int(Response.CR), int(Response.PR), int(Response.NE)  # an enumeration is slow to ask
    was_complete, missing = code[:, first] == complete, np.zeros(len(code), dtype=np.int64)
    for later in range(first + 1, code.shape[1]):
        if not unbroken.any():
            break
        now = code[:, later]
        unbroken &= passing[:, later] & ~(was_complete & (now == partial))
        agrees = unbroken & agreeing[:, later] & (missing <= timing.not_evaluable)
        confirmed |= agrees & (day[:, later] - day[:, first] >= timing.confirmation)
        was_complete |= now == complete
        missing += now == lost
    return confirmed


def _after_complete(code: Codes) -> Bools:
    """Whether a complete response was reached at an earlier visit (n, V); a series of one visit has none earlier."""
    complete = code == Response.CR
    return np.asarray(np.logical_or.accumulate(complete, axis=1) & ~complete)


def _facts(code: Codes, day: Floats, timing: Timing, confirmed: bool) -> dict[str, Bools]:
    """Where each fact of `BEST_RULES` holds, visit by visit (n, V)."""
    complete, responding = code == Response.CR, is_one_of(code, (Response.CR, Response.PR))
    if confirmed:
        complete = _confirmed(code, day, timing, complete=True)
        responding = _confirmed(code, day, timing, complete=False)
    long_enough = day >= timing.stable
    return {
        "complete response": complete,
        "partial response": responding,
        "stable long enough": is_one_of(code, (Response.CR, Response.PR, Response.SD)) & long_enough,
        "non-target stable long enough": (code == Response.NON_CR_NON_PD) & long_enough,
        "progression": code == Response.PD,
        "disease after complete response": is_one_of(code, (Response.PR, Response.SD)) & _after_complete(code),
        "unconfirmed progression": code == Response.IUPD,
        "no disease": code == Response.NED,
        "seen": code != Response.NONE,
    }


def best_response(
    visits: Visits, *, confirmed: bool, timing: Timing, immune: bool = False, after_progression: bool = False
) -> Best:
    """Return the best overall response of each subject.

    Parameters
    ----------
    visits : Visits
        Responses of the visits after baseline, (n, V).
    confirmed : bool
        Ask a response to be confirmed.
    timing : Timing
        Confirmation and minimum duration of stable disease.
    immune : bool
        Give the answer in iRECIST codes.
    after_progression : bool
        Count visits after progression too (imRECIST).

    Returns
    -------
    Best
        Code, day first seen and visit index; NE without a visit has day NaN and visit -1.
    """
    code = _TO_PLAIN[visits.response]
    code = code if after_progression else _until_progression(code)
    facts = _facts(code, visits.day, timing, confirmed)
    if immune:  # disease that is back is iUPD by iRECIST, never progression for good
        facts["disease after complete response"][:] = False
    rule = first_match(BEST_RULES, {name: np.asarray(where.any(axis=1)) for name, where in facts.items()})
    best = np.array([row.response for row in BEST_RULES], dtype=np.int8)[rule]
    first = np.select(
        [rule == number for number, row in enumerate(BEST_RULES) if row.when],
        [_first(facts[row.when[0]]) for row in BEST_RULES if row.when],
        _first(facts["seen"]),
    )
    return Best((_TO_IMMUNE if immune else _FROM_PLAIN)[best], _day(visits.day, first), first)


def first_response(visits: Visits, *, confirmed: bool, timing: Timing, after_progression: bool = False) -> Floats:
    """Return the day (n,) complete or partial response was first seen, if it counts; NaN without one.

    Parameters
    ----------
    visits : Visits
        Responses of the visits after baseline, (n, V).
    confirmed : bool
        Only a response that was confirmed later counts.
    timing : Timing
        Confirmation.
    after_progression : bool
        Count visits after progression too (imRECIST).
    """
    code = _TO_PLAIN[visits.response]
    code = code if after_progression else _until_progression(code)
    responding = _facts(code, visits.day, timing, confirmed)["partial response"]
    return _day(visits.day, _first(responding))


def _day(day: Floats, visit: Integers) -> Floats:
    padded = np.concatenate([day, np.full((len(day), 1), np.nan)], axis=1)  # visit -1: none
    return np.asarray(padded[np.arange(len(day)), visit])


def _first(where: Bools) -> Integers:
    if where.shape[1] == 0:
        return np.full(len(where), -1, dtype=np.int64)
    return np.where(where.any(axis=1), where.argmax(axis=1), -1).astype(np.int64)
