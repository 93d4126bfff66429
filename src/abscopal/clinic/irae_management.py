"""Management of immune-related adverse events: from grades and what was done so far to what is done now.

`Table` holds the rules as arrays. `manage` takes what a visit found in k subjects, for m events, and returns their new
state and what to give. Nothing here knows a calendar or a drug's effect, so a hand-made series of grades can be managed
as well. Rules: `irae_rules.yaml`, after ASCO 2021 (Schneider BJ et al. J Clin Oncol 2021;39:4073).

An event counts until it is controlled: endocrine events by replacement of the hormone, all others when they mend.
Treatment is held or stopped at the grades that the rules say; a held one is resumed when every event is at grade 1 or
less and prednisone at 10 mg/day or less. Steroids begin at the dose of the worst event, are tapered once all are at
grade 1 or less, and back at full dose if one flares. Three days without improvement bring in a second line, once in a
course. Treatment stops for good where steroids cannot be brought down within 12 weeks, and where an event that was
grade 3 or worse comes back as such.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criteria.criterion import Bools, Floats, Integers
from abscopal.clinic.irae_rules import ACTIONS, EventRule, Row, Rules
from abscopal.clinic.toxicity_grades import Grades

CONTINUE, HOLD, STOP = range(len(ACTIONS))
ANTI_PD1, ANTI_CTLA4 = range(2)
"""Classes of treatment, in the order of the columns of what is held and stopped."""
SEVERE = 3
_GRADES = 6
_MILD = Row(anti_pd1="continue", anti_ctla4="continue", prednisone=0)


class Phase(IntEnum):
    """Where a course of steroids is."""

    NONE = 0
    FULL = 1
    TAPER = 2


@dataclass(frozen=True)
class Table:
    """The rules as arrays, for m events.

    Parameters
    ----------
    action : (m, 6, 2) int8
        `CONTINUE`, `HOLD` or `STOP` by event, grade 0 to 5 and class of treatment.
    prednisone, pulse : (m, 6) float
        mg/kg a day, and mg a day in its place at first.
    taper_days : (m,) float, day
        Length of the taper.
    replaced : (m,) bool
        Hormone replacement controls it.
    second_line : tuple of str
        Drug that each event gets when steroids do not help; "" for none.
    resume_grade, resume_dose, refractory_days, longest_course, control_days, pulse_days, soon, later : float
        As in the rules.
    """

    action: NDArray[np.int8]
    prednisone: Floats
    pulse: Floats
    taper_days: Floats
    replaced: Bools
    second_line: tuple[str, ...]
    resume_grade: float
    resume_dose: float
    refractory_days: float
    longest_course: float
    control_days: float
    pulse_days: float
    soon: float
    later: float


def table_of(rules: Rules, events: Sequence[str], drugs: Collection[str]) -> Table:
    """Return the rules for these events, with the second line that these drugs allow."""
    known = [rules.events[event] for event in events]
    rows = [[_row(rule, grade) for grade in range(_GRADES)] for rule in known]
    actions = [[[ACTIONS.index(a) for a in (row.anti_pd1, row.anti_ctla4)] for row in of_one] for of_one in rows]
    available = [[drug for drug in rule.second_line if drug in drugs] for rule in known]
    return Table(
        action=np.array(actions, dtype=np.int8),
        prednisone=np.array([[row.prednisone for row in of_one] for of_one in rows]),
        pulse=np.array([[row.pulse for row in of_one] for of_one in rows]),
        taper_days=np.array([7.0 * (rule.taper_weeks or 0.0) for rule in known]),
        replaced=np.array([rule.replaced for rule in known]),
        second_line=tuple(drugs[0] if drugs else "" for drugs in available),
        **{name: fact.value for name, fact in rules.general},
    )


def _row(rule: EventRule, grade: int) -> Row:
    """Row of a grade: its own, or that of the nearest lower grade that has one."""
    below = [known for known in rule.grades if known <= grade]
    return rule.grades[max(below)] if below else _MILD


@dataclass(frozen=True)
class State:
    """What was done so far, and what for, in n subjects.

    Parameters
    ----------
    held : (n,) bool
        Checkpoint antibodies wait.
    stopped : (n, 2) bool
        Stopped for good, by class.
    phase : (n,) int8
        `Phase` of the course of steroids.
    dose : (n,) float, mg/kg/day
        Full dose of the course.
    since, full_since, taper_since : (n,) float, day
        Begin of the course, of its present full dose, and of its taper; NaN without.
    taper_days : (n,) float, day
        Longest taper of the events of the course.
    best, best_since : (n,) float
        Lowest grade of the worst event at the present full dose, and the day on which it came to that.
    second : (n,) bool
        Second line given in this course.
    severe, was_severe : (n, m) bool
        The present episode was grade 3 or worse; an earlier one was.
    replaced_since : (n, m) float, day
        First day of hormone replacement; NaN without.
    """

    held: Bools
    stopped: Bools
    phase: NDArray[np.int8]
    dose: Floats
    since: Floats
    full_since: Floats
    taper_since: Floats
    taper_days: Floats
    best: Floats
    best_since: Floats
    second: Bools
    severe: Bools
    was_severe: Bools
    replaced_since: Floats

    @classmethod
    def start(cls, n: int, events: int) -> State:
        """Return the state of n subjects to whom nothing has happened."""
        no, zero = np.zeros(n, dtype=bool), np.zeros(n)
        one, of_each = np.full(n, np.nan), np.zeros((n, events), dtype=bool)
        return cls(
            held=no, stopped=np.zeros((n, 2), dtype=bool), phase=np.zeros(n, dtype=np.int8), dose=zero,
            since=one, full_since=one.copy(), taper_since=one.copy(), taper_days=zero.copy(), best=zero.copy(),
            best_since=one.copy(), second=no.copy(), severe=of_each, was_severe=of_each.copy(),
            replaced_since=np.full((n, events), np.nan),
        )  # fmt: skip


@dataclass(frozen=True)
class Orders:
    """What to give k subjects from today on, and when to see them again.

    Parameters
    ----------
    prednisone : (k,) float, mg/day
        Until the next visit.
    event : (k,) int
        Event that the steroids are for.
    second_line : (k,) int
        Event whose second line begins today; -1 for none.
    steroids_end : (k,) bool
        The course ends today, and with it all that was taken daily beside it.
    replace : (k, m) bool
        Hormones whose replacement begins today.
    next_visit : (k,) float, day
        Infinite where nothing is being managed.
    """

    prednisone: Floats
    event: Integers
    second_line: Integers
    steroids_end: Bools
    replace: Bools
    next_visit: Floats


def manage(before: State, grades: Grades, day: float, weight: Floats, table: Table) -> tuple[State, Orders]:
    """Return the state of k subjects after a visit, and what they are given.

    Parameters
    ----------
    before
        Their state (k).
    grades : (k, m) int8
        Grade of each event.
    day
        Study day.
    weight : (k,) float, kg
        Body weight.
    table
        The rules.
    """
    now, replace_now = _replace_hormones(before, grades, day, table)
    active = np.where(day - now.replaced_since >= table.control_days, 0, grades).astype(np.int8)
    now, recurrent = _remember(now, active, table)
    now, event, second_line = _steroids(now, active, day, table)
    prednisone = prednisone_on(now, day, weight, table, active)
    ends = (now.phase == Phase.TAPER) & (prednisone == 0)
    now = replace(now, phase=np.where(ends, Phase.NONE, now.phase).astype(np.int8), second=now.second & ~ends)
    now = _hold_and_stop(now, active, recurrent, prednisone, day, table)
    changed = (now.full_since == day) | (second_line >= 0) | replace_now.any(axis=1)
    managed = (now.phase != Phase.NONE) | _waiting(now) | _uncontrolled(active, table)
    wait = np.where(changed, table.soon, table.later)
    next_visit = np.where(managed, day + wait, np.inf)
    return now, Orders(prednisone, event, second_line, ends, replace_now, next_visit)


def _waiting(state: State) -> Bools:
    """Held, and not yet stopped for good."""
    return np.asarray(state.held & ~state.stopped.all(axis=1))


def _uncontrolled(active: Grades, table: Table) -> Bools:
    """Has an event for which treatment is held or stopped, or steroids are given."""
    each = np.arange(active.shape[1])
    acted = (table.action[each, active].max(axis=2) > CONTINUE) | (table.prednisone[each, active] > 0)
    return np.asarray(acted.any(axis=1))


def _replace_hormones(before: State, grades: Grades, day: float, table: Table) -> tuple[State, Bools]:
    """Begin replacement in endocrine events of grade 2 or more; it goes on for life."""
    begins = table.replaced & (grades >= 2) & np.isnan(before.replaced_since)
    return replace(before, replaced_since=np.where(begins, day, before.replaced_since)), begins


def _remember(before: State, active: Grades, table: Table) -> tuple[State, Bools]:
    """Keep which events were severe; return too which are severe again, after they had mended."""
    over = active <= table.resume_grade
    was = before.was_severe | (before.severe & over)
    severe = (before.severe & ~over) | (active >= SEVERE)
    return replace(before, severe=severe, was_severe=was), severe & was & ~table.replaced


def _steroids(before: State, active: Grades, day: float, table: Table) -> tuple[State, Integers, Integers]:
    """Begin, raise, keep or taper steroids; return too the event they are for, and whose second line begins."""
    each, rows = np.arange(active.shape[1]), np.arange(len(active))
    doses = table.prednisone[each, active]
    event, wanted = doses.argmax(axis=1), doses.max(axis=1)
    grade = active[rows, event].astype(float)
    more = (wanted > 0) & ((before.phase != Phase.FULL) | (wanted > before.dose))
    begins = more & (before.phase == Phase.NONE)
    settles = (before.phase == Phase.FULL) & (wanted == 0)
    better = more | (grade < before.best)
    longest = np.maximum(np.where(begins, 0.0, before.taper_days), (table.taper_days * (doses > 0)).max(axis=1))
    now = replace(
        before,
        phase=np.where(more, Phase.FULL, np.where(settles, Phase.TAPER, before.phase)).astype(np.int8),
        dose=np.where(more, wanted, before.dose),
        since=np.where(begins, day, before.since),
        full_since=np.where(more, day, before.full_since),
        taper_since=np.where(settles, day, before.taper_since),
        taper_days=longest,
        best=np.where(better, grade, before.best),
        best_since=np.where(better, day, before.best_since),
    )
    failing = (now.phase == Phase.FULL) & ~now.second & (day - now.best_since >= table.refractory_days)
    has_one = np.array([bool(drug) for drug in table.second_line])[event]
    second = failing & has_one
    return replace(now, second=now.second | second), event, np.where(second, event, -1)


def prednisone_on(state: State, day: float, weight: Floats, table: Table, active: Grades) -> Floats:
    """Return the dose of prednisone on a day (k,), mg/day: the full one, a pulse, or on the way down."""
    gone = (day - state.taper_since) / np.maximum(state.taper_days, 1.0)
    left = np.where(state.phase == Phase.TAPER, np.clip(1.0 - gone, 0.0, 1.0), 1.0)
    usual = state.dose * weight * left
    pulse = table.pulse[np.arange(active.shape[1]), active].max(axis=1)
    pulsed = (state.phase == Phase.FULL) & (day - state.full_since < table.pulse_days)
    return np.asarray(np.where(state.phase == Phase.NONE, 0.0, np.where(pulsed & (pulse > 0), pulse, usual)))


def _hold_and_stop(
    before: State, active: Grades, recurrent: Bools, prednisone: Floats, day: float, table: Table
) -> State:
    """Hold, stop for good, or resume."""
    each = table.action[np.arange(active.shape[1]), active]
    action, action_of_each = each.max(axis=1), each.max(axis=2)
    too_long = (before.phase != Phase.NONE) & (day - before.since > table.longest_course)
    never = recurrent.any(axis=1) | (too_long & (prednisone > table.resume_dose))
    stopped = before.stopped | (action == STOP) | never[:, None]
    at_ease = (active <= table.resume_grade) | (action_of_each == CONTINUE)
    mended = at_ease.all(axis=1) & (prednisone <= table.resume_dose)
    held = (before.held | (action >= HOLD).any(axis=1) | (prednisone > table.resume_dose)) & ~mended
    return replace(before, held=held, stopped=stopped)
