"""Care: what the clinic does about toxicity, between grading and giving.

Each kind of management is a part: it answers the grades of a visit (`respond`), says what may be given and how much of
it (`allow`), and when it wants to see whom again (`next_visit`). A drug is given if every part allows it, at the
product of their shares. Between visits nobody looks, except that severe symptoms bring patients in (`Events.sought`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol as Interface

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.toxicity_grades import Grades
from abscopal.trial.cytokine_management import CytokineManagement
from abscopal.trial.dose_modification import DoseModification, GrowthFactors
from abscopal.trial.events import Events
from abscopal.trial.management import SEEKS_CARE, ImmuneManagement
from abscopal.trial.plan import Dose, Due, Intake
from abscopal.trial.supportive import AGAINST_NEUTROPENIA, blocks_checkpoints, redirects_t_cells
from abscopal.trial.ward import Ward

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Part(Interface):
    """One kind of management."""

    next_visit: Array
    """Day on which it wants to see each subject again [n]; infinite for none."""

    def respond(self, who: Index, day: int, grades: Grades) -> None:
        """Answer the grades [k, m] of the subjects `who` [k], a column for each of `Safety.names`."""

    def allow(self, due: Due, who: Index, day: int) -> tuple[Flags, Array]:
        """Return to whom of `who` [k] what is due may be given, and the share of its dose [k]."""


class Care:
    """All parts together.

    Parameters
    ----------
    parts
        Kinds of management.
    events
        What strikes: who comes in with severe symptoms, and when.
    """

    def __init__(self, parts: Sequence[Part], events: Events) -> None:
        self.parts, self.events = parts, events

    def next_visit(self, who: Index) -> Array:
        """Day on which each of these is next seen apart from the calendar [k]; infinite for none."""
        days = [self.events.sought[who], *(part.next_visit[who] for part in self.parts)]
        return np.asarray(np.min(days, axis=0))

    def respond(self, who: Index, day: int, grades: Grades) -> None:
        """Answer what a visit found: hold, stop, treat, and say when to come back."""
        self.events.sought[who] = np.inf
        for part in self.parts:
            part.next_visit[who] = np.inf
            part.respond(who, day, grades)

    def allow(self, due: Due, who: Index, day: int) -> tuple[Index, Array]:
        """Return those of `who` to whom what is due is given today, and the share of the dose that each gets."""
        share = np.ones(len(who))
        if not isinstance(due.what, Dose | Intake) or (isinstance(due.what, Intake) and due.what.per_day == 0):
            return who, share
        allowed = np.ones(len(who), dtype=bool)
        for part in self.parts:
            may, of_it = part.allow(due, who, day)
            allowed, share = allowed & may, share * of_it
        return who[allowed], share[allowed]


def care_of(ward: Ward) -> Care:
    """Return the care that a trial's protocol asks for."""
    parts: list[Part] = []
    if ward.protocol.management.immune != "none" and any(map(blocks_checkpoints, ward.drugs.values())):
        parts.append(ImmuneManagement(ward))
    else:
        ward.events.ignore(np.arange(len(ward.arm)), SEEKS_CARE)
    if ward.protocol.management.immune != "none" and any(map(redirects_t_cells, ward.drugs.values())):
        parts.append(CytokineManagement(ward))
    modification = DoseModification(ward) if ward.protocol.management.doses == "label" else None
    if modification is not None and modification.courses:
        parts.append(modification)
    if AGAINST_NEUTROPENIA in ward.drugs and ward.protocol.management.growth_factors != "none":
        parts.append(GrowthFactors(ward, modification))
    return Care(parts, ward.events)
