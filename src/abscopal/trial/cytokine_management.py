"""Management of cytokine release and neurotoxicity in a trial: `clinic/cytokine_management` with days and drugs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criteria.criterion import put, take
from abscopal.clinic.cytokine_management import CytokineState, cytokine_table, manage_cytokines
from abscopal.clinic.disposition import Reason
from abscopal.clinic.dose_modification import REASONS
from abscopal.clinic.irae_rules import rules
from abscopal.clinic.medication import INDICATIONS
from abscopal.clinic.toxicity_grades import EVENTS, Grades
from abscopal.protocol.regimen import Regimen
from abscopal.trial.plan import Dose, Due, Intake
from abscopal.trial.supportive import redirects_t_cells
from abscopal.trial.ward import Ward

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


class CytokineManagement:
    """Gives tocilizumab and dexamethasone, and lets bispecific antibodies wait.

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
        self.ward, n = ward, len(ward.arm)
        events = [name for name in rules().cytokines.events if name in ward.safety.names]
        self.columns = [ward.safety.names.index(name) for name in events]
        self.indication = np.array([INDICATIONS.index(EVENTS[name].term) for name in events])
        self.reason = np.array([REASONS.index(EVENTS[name].term) for name in events])
        self.table = cytokine_table(rules(), events)
        self.state = CytokineState.start(n, len(events))
        self.next_visit = np.full(n, np.inf)
        self.engagers = {name for name, drug in ward.drugs.items() if redirects_t_cells(drug)}
        self.dexamethasone = np.zeros(n)
        self.held_for = np.zeros(n, dtype=np.int64)  # number in dose_modification.REASONS

    def allow(self, due: Due, who: Index, day: int) -> tuple[Flags, Array]:
        """Return to whom T cells or what sends them may be given; everything else may."""
        assert isinstance(due.what, Dose | Intake)
        may = np.ones(len(who), dtype=bool)
        if due.what.drug in self.engagers:
            stopped, held = self.state.stopped[who], self.state.held[who]
            may = self.ward.outside_hold(due, who, day, stopped, held, self.held_for[who])
        return may, np.ones(len(who))

    def respond(self, who: Index, day: int, grades: Grades) -> None:
        """Answer the grades [k, m] of these subjects."""
        if not len(who):
            return
        before, weight = take(self.state, who), self.ward.giving.body.weight[who]
        after, orders = manage_cytokines(before, grades[:, self.columns], day, weight, self.table)
        put(self.state, who, after)
        self.next_visit[who] = orders.next_visit
        indication, giving = self.indication[orders.event], self.ward.giving
        held = after.held & ~before.held
        self.held_for[who[held]] = self.reason[orders.event[held]]
        given = orders.tocilizumab > 0
        giving.supply("tocilizumab", who[given], day, orders.tocilizumab[given], indication[given])
        changed = orders.dexamethasone != self.dexamethasone[who]
        if changed.any():
            amount = orders.dexamethasone[changed]
            giving.supply("dexamethasone", who[changed], day, amount, indication[changed], daily=True)
            self.dexamethasone[who[changed]] = amount
        self._stop(who[after.stopped & ~before.stopped], day)

    def _stop(self, who: Index, day: int) -> None:
        """Stop protocol treatment where it is nothing but what caused this, and goes on."""
        for number, arm in enumerate(self.ward.protocol.arms):
            left = [t for t in arm.regimen if isinstance(t, Regimen) and t.last_day > day]
            if left and all(treatment.drug in self.engagers for treatment in left):
                self.ward.stop_treatment(who[self.ward.arm[who] == number], day, Reason.TOXICITY)
