"""Doses put off, made smaller and given up for toxicity, and growth factors: parts of care, by `dose_rules.yaml`.

Grades no worse than those before treatment change nothing. The first dose of a drug is given as planned. A dose that
waits is put off by a week, and the later doses of that drug with it (of all cytotoxic drugs of the line, if it is one);
a dose that would come within a week or so of the one before, such as that of day 8, is left out instead. Daily intake
is interrupted at the visit that finds the toxicity, seen weekly, and resumed at the next lower level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.disposition import Reason
from abscopal.clinic.dose_modification import DrugRules, Verdict, dose_rules
from abscopal.clinic.medication import INDICATIONS, PROPHYLAXIS
from abscopal.clinic.toxicity_grades import FEBRILE_NEUTROPENIA, Grades
from abscopal.sources import Source, assumed
from abscopal.trial.giving import Adjustment
from abscopal.trial.plan import Due, Intake
from abscopal.trial.supportive import AGAINST_NEUTROPENIA, lowers_counts
from abscopal.trial.ward import Ward

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

WEEK = 7
WITHIN_CYCLE, WITHIN_CYCLE_SOURCE = 8, assumed("doses of days 1 and 8, or weekly ones, are left out; later ones wait")
ONE_STEP, ONE_STEP_SOURCE = 21, assumed("days in which daily intake is lowered once at most: a cycle")
SOURCES: dict[str, Source] = {"WITHIN_CYCLE": WITHIN_CYCLE_SOURCE, "ONE_STEP": ONE_STEP_SOURCE}


@dataclass
class _Course:
    """How n subjects fare on one drug.

    Parameters
    ----------
    rules
        What holds for it.
    level, stopped
        Reductions so far; whether it was given up, [n].
    since
        Day since which a dose waits or intake is interrupted; NaN: neither, [n].
    due, given
        Last day on which it was due as planned, and on which it was given; NaN: never, [n].
    planned
        Day for which the dose that was put off had been planned; NaN: none was, [n].
    changed
        Day of the last reduction, [n].
    worst
        Worst grades since the last dose [n, m].
    """

    rules: DrugRules
    level: Index
    stopped: Flags
    since: Array
    due: Array
    given: Array
    planned: Array
    changed: Array
    worst: Grades

    @classmethod
    def begin(cls, rules: DrugRules, n: int) -> _Course:
        """Return that of n subjects who have not had the drug."""
        since, due, given, planned = (np.full(n, np.nan) for _ in range(4))
        level, stopped = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
        worst = np.zeros((n, len(rules.wait)), dtype=np.int8)
        return cls(rules, level, stopped, since, due, given, planned, np.full(n, -np.inf), worst)


class DoseModification:
    """Delays, reductions and stops by the rules of labels.

    Parameters
    ----------
    ward
        What it acts on.

    Attributes
    ----------
    next_visit
        Day on which each subject is to be seen again [n].
    """

    def __init__(self, ward: Ward) -> None:
        self.ward, n = ward, len(ward.arm)
        safety = ward.safety
        rules = dose_rules()
        found = {name: rules.of(name, d.group, d.modality, safety.names) for name, d in ward.drugs.items()}
        planned = set(ward.protocol.drugs)
        self.courses = {name: _Course.begin(of, n) for name, of in found.items() if of is not None and name in planned}
        self.next_visit = np.full(n, np.inf)
        self.usual = safety.records[0].grades if safety.records else np.zeros((n, 0), dtype=np.int8)
        self.today = np.zeros_like(self.usual)
        self.shifted: dict[frozenset[str], Index] = {}  # day on which doses were last shifted, by drugs [n]
        for name in self.courses:
            ward.giving.adjustments[name] = Adjustment(np.zeros(n, dtype=np.int64), np.zeros(n))
        self.cytotoxic = frozenset(name for name in self.courses if ward.drugs[name].modality == "chemotherapy")

    def respond(self, who: Index, day: int, grades: Grades) -> None:
        """Note the grades of a visit [k, m]; interrupt, resume and stop daily intake."""
        self.today[who] = np.where(grades > self.usual[who], grades, 0)
        for name, course in self.courses.items():
            course.worst[who] = np.maximum(course.worst[who], self.today[who])
            if self.ward.drugs[name].kinetics.continuous:
                taking = who[self.ward.giving.takes(name, who)]
                if len(taking):
                    self._look_at_intake(name, course, taking, day)

    def allow(self, due: Due, who: Index, day: int) -> tuple[Flags, Array]:
        """Return to whom of `who` [k] a drug may be given today, and which share of the planned dose [k]."""
        drug = getattr(due.what, "drug", "")
        course = self.courses.get(drug)
        if course is None:
            return np.ones(len(who), dtype=bool), np.ones(len(who))
        if isinstance(due.what, Intake):
            return ~course.stopped[who], self._begin_intake(course, who, day)
        return self._dose(drug, course, due, who, day)

    def _judge(self, course: _Course, who: Index, worst: Grades) -> Verdict:
        laboratory, waiting = self.ward.safety.laboratory, np.isfinite(course.since[who])
        measured, usual = laboratory.clearance[who], laboratory.baseline.gfr[who]
        return course.rules.judge(self.today[who], worst, waiting, measured, usual)

    # doses ----------------------------------------------------------------------------------------------------------

    def _dose(self, name: str, course: _Course, due: Due, who: Index, day: int) -> tuple[Flags, Array]:
        verdict, first = self._judge(course, who, course.worst[who]), np.isnan(course.due[who])
        known = self.ward.giving.adjustments[name]
        wait = ~first & verdict.wait & ~course.stopped[who]
        tired = wait & (day - course.since[who] >= course.rules.patience)
        lower = ~first & ~wait & verdict.reduce
        beyond = lower & (course.level[who] >= len(course.rules.shares))
        stop = ~first & ~course.stopped[who] & (verdict.stop | tired | beyond)
        known.reason[who] = np.where(verdict.reason > 0, verdict.reason, known.reason[who])
        self._stop(name, course, who[stop], day)
        wait &= ~stop
        self._put_off(name, course, due, who[wait], day)
        give = ~wait & ~course.stopped[who]
        self._note_given(name, course, who[give], lower[give], day)
        return give, course.rules.share(course.level[who])

    def _put_off(self, name: str, course: _Course, due: Due, who: Index, day: int) -> None:
        """Let today's dose wait for a week, or leave it out if it follows close upon another."""
        giving, calendar = self.ward.giving, self.ward.calendar
        course.since[who] = np.where(np.isnan(course.since[who]), day, course.since[who])
        close = day - course.due[who] <= WITHIN_CYCLE
        omitted, later = who[close], who[~close]
        if len(omitted):
            giving.omit(due, omitted, day, giving.adjustments[name].reason[omitted])
            course.due[omitted] = day
        if len(later):
            self._shift(name, due.line, later, day)
            calendar.put_off(due, later, day + WEEK)
            course.planned[later] = np.where(np.isnan(course.planned[later]), day, course.planned[later])

    def _shift(self, name: str, line: int, who: Index, day: int) -> None:
        """Shift the later doses of a drug, and of those that go with it, by a week; once for all due today."""
        together = self.cytotoxic if name in self.cytotoxic else frozenset((name,))
        last = self.shifted.setdefault(together, np.full(len(self.next_visit), -1, dtype=np.int64))
        fresh = np.zeros(len(last), dtype=bool)
        fresh[who] = last[who] != day
        self.ward.calendar.shift(fresh, line, together, day, WEEK)
        last[who] = day

    def _note_given(self, name: str, course: _Course, who: Index, lower: Flags, day: int) -> None:
        known = self.ward.giving.adjustments[name]
        course.level[who] += lower
        known.late[who] = np.nan_to_num(day - course.planned[who])
        as_planned = (course.level[who] == 0) & (known.late[who] == 0)
        known.reason[who[as_planned]] = 0
        course.since[who], course.planned[who], course.worst[who] = np.nan, np.nan, 0
        course.due[who], course.given[who] = day, day

    def _stop(self, name: str, course: _Course, who: Index, day: int) -> None:
        """Give the drug up; with the last drug of protocol treatment, that treatment ends."""
        if not len(who):
            return
        course.stopped[who], course.since[who] = True, np.nan
        for number, arm in enumerate(self.ward.protocol.arms):
            drugs = {one.drug for one in arm.regimen if hasattr(one, "drug")}
            mine = who[self.ward.arm[who] == number]
            if len(mine) and name in drugs and drugs <= self.courses.keys():
                over = np.all([self.courses[drug].stopped[mine] for drug in drugs], axis=0)
                self.ward.stop_treatment(mine[over], day, Reason.TOXICITY)

    # daily intake ---------------------------------------------------------------------------------------------------

    def _begin_intake(self, course: _Course, who: Index, day: int) -> Array:
        """Return the share of the planned intake that may begin today [k]: nothing where the toxicity is not over."""
        wait = self._judge(course, who, self.today[who]).wait & np.isfinite(course.due[who])
        begun = np.where(np.isnan(course.since[who]), day, course.since[who])
        course.since[who], course.due[who] = np.where(wait, begun, np.nan), day
        self.next_visit[who[wait]] = np.minimum(self.next_visit[who[wait]], day + WEEK)
        return np.where(wait, 0.0, course.rules.share(course.level[who]))

    def _look_at_intake(self, name: str, course: _Course, who: Index, day: int) -> None:
        verdict, waiting = self._judge(course, who, self.today[who]), np.isfinite(course.since[who])
        known, giving = self.ward.giving.adjustments[name], self.ward.giving
        lower = verdict.reduce & (day - course.changed[who] >= ONE_STEP)
        course.level[who] += lower
        course.changed[who[lower]] = day
        beyond = course.level[who] > len(course.rules.shares)
        tired = waiting & verdict.wait & (day - course.since[who] >= course.rules.patience)
        stop = verdict.stop | beyond | tired
        begin, resume = verdict.wait & ~waiting & ~stop, waiting & ~verdict.wait & ~stop
        known.reason[who] = np.where(verdict.reason > 0, verdict.reason, known.reason[who])
        course.since[who[begin]], course.since[who[resume]] = day, np.nan
        back = who[resume & (course.level[who] == 0)]
        changed = who[begin | resume | (lower & ~verdict.wait & ~stop)]
        share = np.where(np.isfinite(course.since[changed]), 0.0, course.rules.share(course.level[changed]))
        known.reason[back] = 0
        giving.adjust(name, changed, day, share, known.reason[changed])
        giving.adjust(name, who[stop], day, np.zeros(int(stop.sum())), known.reason[who[stop]], end=True)
        held = who[np.isfinite(course.since[who]) & ~stop]
        self.next_visit[held] = np.minimum(self.next_visit[held], day + WEEK)
        self._stop(name, course, who[stop], day)


class GrowthFactors:
    """Filgrastim after chemotherapy: from the first cycle where it is due, and after a complication of neutropenia.

    Parameters
    ----------
    ward
        What it acts on.
    modification
        What says whether a dose was given; None: every dose is.

    Attributes
    ----------
    next_visit
        Day on which each subject is to be seen again [n].
    """

    def __init__(self, ward: Ward, modification: DoseModification | None) -> None:
        self.ward, n = ward, len(ward.arm)
        self.modification, self.rules = modification, dose_rules().growth_factors
        self.next_visit, self.starts, self.ends = (np.full(n, np.inf) for _ in range(3))
        self.wanted = np.zeros(n, dtype=bool)
        if ward.protocol.management.growth_factors == "primary":
            early = [self.rules.due_from_the_start(arm.drugs) for arm in ward.protocol.arms]
            self.wanted |= np.array(early)[ward.arm]
        self.prophylaxis = INDICATIONS.index(PROPHYLAXIS)

    def respond(self, who: Index, day: int, grades: Grades) -> None:
        """See who has a complication of neutropenia [k, m]; begin and end injections."""
        names = self.ward.safety.names
        for name, least in ((FEBRILE_NEUTROPENIA, 3), ("neutrophils", 4)):
            if name in names:
                self.wanted[who] |= grades[:, names.index(name)] >= least
        for now, amount in ((self.ends[who] <= day, 0.0), (self.starts[who] <= day, self.rules.mg_per_kg.value)):
            mine = who[now]
            if len(mine):
                indication = np.full(len(mine), self.prophylaxis)
                weight = self.ward.giving.body.weight[mine]
                self.ward.giving.supply(AGAINST_NEUTROPENIA, mine, day, amount * weight, indication, daily=True)
        began = who[self.starts[who] <= day]
        self.ends[who[self.ends[who] <= day]] = np.inf
        self.ends[began], self.starts[began] = day + self.rules.days.value, np.inf
        self.next_visit[who] = np.minimum(self.starts[who], self.ends[who])

    def allow(self, due: Due, who: Index, day: int) -> tuple[Flags, Array]:
        """Plan injections after chemotherapy that lowers counts; everything may be given."""
        drug = getattr(due.what, "drug", "")
        if drug and lowers_counts(self.ward.drugs[drug]) and not isinstance(due.what, Intake):
            course = self.modification.courses.get(drug) if self.modification else None
            given = np.ones(len(who), dtype=bool) if course is None else course.given[who] == day
            treated = who[given & self.wanted[who]]
            self.starts[treated] = day + self.rules.first_day.value
            self.next_visit[treated] = np.minimum(self.next_visit[treated], self.starts[treated])
        return np.ones(len(who), dtype=bool), np.ones(len(who))
