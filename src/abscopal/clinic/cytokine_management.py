"""Management of cytokine release and neurotoxicity after T cells: from ASTCT grades to tocilizumab and dexamethasone.

Tocilizumab is given from grade 2 on, again a day later while the syndrome has not improved, four times at most.
Dexamethasone is given at the dose of the worst event, and at the higher one where a day of treatment did not help,
until both events are at grade 1 or less. A bispecific antibody waits meanwhile, and stops for good after grade 4.
Rules: `irae_rules.yaml`, grades of Lee DW et al. 2019, drugs by grade as the labels of CAR-T cells have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criteria.criterion import Bools, Floats, Integers
from abscopal.clinic.irae_rules import ACTIONS, CytokineRow, Rules
from abscopal.clinic.toxicity_grades import Grades

HOLD, STOP = ACTIONS.index("hold"), ACTIONS.index("stop")
_GRADES = 6
_NOTHING = CytokineRow(engager="continue", tocilizumab=0, dexamethasone=0, refractory_dexamethasone=0)


@dataclass(frozen=True)
class CytokineTable:
    """The rules as arrays, for m events.

    Parameters
    ----------
    engager : (m, 6) int8
        What becomes of a bispecific antibody, by event and grade 0 to 5, as in `irae_rules.ACTIONS`.
    tocilizumab : (m, 6) float, mg/kg
        A dose.
    dexamethasone, refractory : (m, 6) float, mg/day
        At first, and when treatment has not helped.
    most_tocilizumab, most_doses, refractory_days : float
        As in the rules.
    """

    engager: NDArray[np.int8]
    tocilizumab: Floats
    dexamethasone: Floats
    refractory: Floats
    most_tocilizumab: float
    most_doses: float
    refractory_days: float


def cytokine_table(rules: Rules, events: Sequence[str]) -> CytokineTable:
    """Return the rules for these events."""
    known = [rules.cytokines.events[event].grades for event in events]
    rows = [[row for grade in range(_GRADES) for row in [of_one.get(min(grade, 4), _NOTHING)]] for of_one in known]
    return CytokineTable(
        engager=np.array([[ACTIONS.index(row.engager) for row in of_one] for of_one in rows], dtype=np.int8),
        tocilizumab=np.array([[row.tocilizumab for row in of_one] for of_one in rows]),
        dexamethasone=np.array([[row.dexamethasone for row in of_one] for of_one in rows]),
        refractory=np.array([[row.refractory_dexamethasone for row in of_one] for of_one in rows]),
        most_tocilizumab=rules.cytokines.most_tocilizumab.value,
        most_doses=rules.cytokines.most_doses.value,
        refractory_days=rules.cytokines.refractory_days.value,
    )


@dataclass(frozen=True)
class CytokineState:
    """What was done so far in n subjects, for m events.

    Parameters
    ----------
    held, stopped : (n,) bool
        Bispecific antibodies wait; are stopped for good.
    doses : (n,) int
        Doses of tocilizumab given.
    best, best_since : (n, m) float
        Lowest grade since treatment began and the day on which it came to that; NaN untreated.
    """

    held: Bools
    stopped: Bools
    doses: Integers
    best: Floats
    best_since: Floats

    @classmethod
    def start(cls, n: int, events: int) -> CytokineState:
        """Return the state of n subjects to whom nothing has happened."""
        no = np.zeros(n, dtype=bool)
        never = np.full((n, events), np.nan)
        return cls(no, no.copy(), np.zeros(n, dtype=np.int64), never, never.copy())


@dataclass(frozen=True)
class CytokineOrders:
    """What to give k subjects today, and when to see them again.

    Parameters
    ----------
    tocilizumab : (k,) float, mg
        A dose today; 0 for none.
    dexamethasone : (k,) float, mg/day
        From today until the next visit.
    event : (k,) int
        The worst event.
    next_visit : (k,) float, day
        Tomorrow while either event is treated; else infinite.
    """

    tocilizumab: Floats
    dexamethasone: Floats
    event: Integers
    next_visit: Floats


def manage_cytokines(
    before: CytokineState, grades: Grades, day: float, weight: Floats, table: CytokineTable
) -> tuple[CytokineState, CytokineOrders]:
    """Return the state of k subjects after a visit, and what they are given.

    Parameters
    ----------
    before
        Their state (k).
    grades : (k, m) int8
        ASTCT grade of each event.
    day
        Study day.
    weight : (k,) float, kg
        Body weight.
    table
        The rules.
    """
    each, rows = np.arange(grades.shape[1]), np.arange(len(grades))
    treated = (table.tocilizumab[each, grades] > 0) | (table.dexamethasone[each, grades] > 0)
    begins = treated & np.isnan(before.best)
    better = begins | (grades < before.best)
    best = np.where(treated, np.where(better, grades, before.best), np.nan)
    best_since = np.where(treated, np.where(better, day, before.best_since), np.nan)
    stuck = treated & ~better & (day - best_since >= table.refractory_days)
    wants = (table.tocilizumab[each, grades] > 0) & (begins | stuck)
    per_kg = np.where(wants, table.tocilizumab[each, grades], 0.0).max(axis=1)
    dose = np.where(before.doses < table.most_doses, np.minimum(per_kg * weight, table.most_tocilizumab), 0.0)
    steroid = np.where(stuck, table.refractory[each, grades], table.dexamethasone[each, grades]).max(axis=1)
    action = table.engager[each, grades].max(axis=1)
    after = replace(
        before,
        held=action >= HOLD,
        stopped=before.stopped | (action == STOP),
        doses=before.doses + (dose > 0),
        best=best,
        best_since=best_since,
    )
    event = grades.argmax(axis=1)
    next_visit = np.where(treated[rows].any(axis=1), day + 1.0, np.inf)
    return after, CytokineOrders(dose, steroid, event, next_visit)
