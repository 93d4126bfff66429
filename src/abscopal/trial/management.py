"""Management of immune-related events in a trial: the rules of `clinic/irae_management` with a calendar and drugs.

Who has an event that treatment is held for, or takes steroids, is seen on days of his or her own. Such a patient is
watched, so severe symptoms do not have to bring him or her in; they may again once management ends.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criteria.criterion import put, take
from abscopal.clinic.disposition import Reason
from abscopal.clinic.dose_modification import REASONS
from abscopal.clinic.irae_management import ANTI_CTLA4, ANTI_PD1, Orders, Phase, State, manage, table_of
from abscopal.clinic.irae_rules import rules
from abscopal.clinic.medication import INDICATIONS, Medication
from abscopal.clinic.toxicity_grades import EVENTS, Grades
from abscopal.drugs.drug import Drug
from abscopal.protocol.regimen import Regimen
from abscopal.trial.plan import Dose, Due, Intake
from abscopal.trial.ward import Ward

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

STEROID, REPLACEMENT = "prednisone", "hormone replacement"
SEEKS_CARE = "seeks_care"


class ImmuneManagement:
    """Holds, stops, treats and watches.

    Parameters
    ----------
    ward
        The trial as it goes.

    Attributes
    ----------
    state
        What was done so far, in every subject.
    next_visit
        Day on which each subject is to be seen again [n]; infinite for none.
    """

    def __init__(self, ward: Ward) -> None:
        self.ward, self.rules, n = ward, rules(), len(ward.arm)
        self.events = [name for name in self.rules.events if name in ward.safety.names]
        self.columns = [ward.safety.names.index(name) for name in self.events]
        self.indication = np.array([INDICATIONS.index(EVENTS[name].term) for name in self.events])
        self.reason = np.array([REASONS.index(EVENTS[name].term) for name in self.events])
        self.table = table_of(self.rules, self.events, ward.drugs)
        self.state = State.start(n, len(self.events))
        self.next_visit = np.full(n, np.inf)
        self.classes = {name: kind for name, drug in ward.drugs.items() if (kind := class_of(drug)) is not None}
        self.prednisone, self.because = np.zeros(n), np.zeros(n, dtype=np.int64)
        self.held_for = np.zeros(n, dtype=np.int64)  # number in dose_modification.REASONS
        self.second, self.second_begin = np.full(n, -1, dtype=np.int64), np.full(n, np.nan)
        self.second_given, self.watched = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)

    def allow(self, due: Due, who: Index, day: int) -> tuple[Flags, Array]:
        """Return to whom a checkpoint antibody may be given; everything else may. A dose in a hold is left out."""
        assert isinstance(due.what, Dose | Intake)
        kind = self.classes.get(due.what.drug)
        may = np.ones(len(who), dtype=bool)
        if kind is not None:
            stopped, held = self.state.stopped[who, kind], self.state.held[who]
            may = self.ward.outside_hold(due, who, day, stopped, held, self.held_for[who])
        return may, np.ones(len(who))

    def respond(self, who: Index, day: int, grades: Grades) -> None:
        """Answer the grades [k, m] of these subjects."""
        if not len(who):
            return
        weight = self.ward.giving.body.weight[who]
        before = take(self.state, who)
        after, orders = manage(before, grades[:, self.columns], day, weight, self.table)
        put(self.state, who, after)
        self.next_visit[who] = orders.next_visit
        held = after.held & ~before.held
        self.held_for[who[held]] = self.reason[grades[held][:, self.columns].argmax(axis=1)]
        full = after.phase == Phase.FULL
        self.because[who[full]] = self.indication[orders.event[full]]
        self._steroids(who, day, orders)
        self._second_line(who, day, orders)
        self._replace(who, day, orders)
        self._watch(who)
        self._stop(who[(after.stopped & ~before.stopped).any(axis=1)], day)

    def _steroids(self, who: Index, day: int, orders: Orders) -> None:
        changes = orders.prednisone != self.prednisone[who]
        changed = who[changes]
        self.prednisone[changed] = orders.prednisone[changes]
        if len(changed):
            amount = self.prednisone[changed]
            self.ward.giving.supply(STEROID, changed, day, amount, self.because[changed], daily=True)

    def _second_line(self, who: Index, day: int, orders: Orders) -> None:
        begins = orders.second_line >= 0
        begin = who[begins]
        self.second[begin], self.second_begin[begin] = orders.second_line[begins], day
        self.second_given[begin] = 0
        for number in np.unique(self.second[who[self.second[who] >= 0]]):
            self._give_second_line(who[self.second[who] == number], day, self.table.second_line[number])
        ends = who[orders.steroids_end & (self.second[who] >= 0)]
        self._end_second_line(ends, day)

    def _give_second_line(self, who: Index, day: int, name: str) -> None:
        rule, given = self.rules.second_line[name], self.second_given[who]
        days = np.array([*rule.days, np.inf])
        due = day >= self.second_begin[who] + days[np.minimum(given, len(rule.days))]
        taking = who[due]
        if len(taking):
            weight = 1.0 if rule.daily else self.ward.giving.body.weight[taking]
            amount = np.broadcast_to(rule.dose * weight, taking.shape)
            self.ward.giving.supply(name, taking, day, amount, self.indication[self.second[taking]], daily=rule.daily)
            self.second_given[taking] += 1

    def _end_second_line(self, who: Index, day: int) -> None:
        for number in np.unique(self.second[who]):
            name, mine = self.table.second_line[number], who[self.second[who] == number]
            if self.rules.second_line[name].daily:
                nothing = np.zeros(len(mine))
                self.ward.giving.supply(name, mine, day, nothing, self.indication[self.second[mine]], daily=True)
        self.second[who] = -1

    def _replace(self, who: Index, day: int, orders: Orders) -> None:
        """Write down that a hormone is replaced from today on, at the patient's own dose: its want is felt no more."""
        row, event = np.nonzero(orders.replace)
        if len(row):
            today, dose = np.full(len(row), float(day)), np.full(len(row), np.nan)
            record = Medication(today, today, who[row], REPLACEMENT, dose, "", self.indication[event])
            self.ward.giving.medication.append(record)
        for number in np.unique(event):
            self.ward.giving.relieve(f"{self.events[number].removeprefix('injury_')}_felt", who[row[event == number]])

    def _watch(self, who: Index) -> None:
        """Those who are seen anyway need not come in by themselves; those who are not, may."""
        watched = np.isfinite(self.next_visit[who])
        begins, ends = who[watched & ~self.watched[who]], who[~watched & self.watched[who]]
        self.watched[who] = watched
        self.ward.events.ignore(begins, SEEKS_CARE)
        self.ward.events.expect(ends, SEEKS_CARE)

    def _stop(self, who: Index, day: int) -> None:
        """Stop the protocol treatment of those for whom nothing of it is left."""
        for number, arm in enumerate(self.ward.protocol.arms):
            mine = who[self.ward.arm[who] == number]
            left = np.zeros(len(mine), dtype=bool)
            for treatment in arm.regimen:
                if isinstance(treatment, Regimen) and treatment.last_day > day:
                    kind = self.classes.get(treatment.drug)
                    left |= np.ones(len(mine), dtype=bool) if kind is None else ~self.state.stopped[mine, kind]
            self.ward.stop_treatment(mine[~left], day, Reason.TOXICITY)


def class_of(drug: Drug) -> int | None:
    """Class of a checkpoint antibody, LAG-3 with PD-1, with which it is given; None for any other drug."""
    if "CTLA4_blocked" in drug.tags:
        return ANTI_CTLA4
    return ANTI_PD1 if {"PD1_systemic", "LAG3_blocked"} & drug.tags else None
