"""Looking for adverse events: at every visit, after treatment that harms within days, and after treatment stops.

Counts are lowest in the second week after chemotherapy and cytokines are released within days of T cells that are sent
to the tumour, when no dose and no scan is due: blood is taken, or the patient is in hospital. After protocol treatment
stops, safety visits follow at 30 and 100 days, as in the trials of checkpoint inhibitors.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.adverse_events import GradeRecord
from abscopal.clinic.toxicity_grades import EVENTS
from abscopal.drugs.drug import Drug
from abscopal.engine.batch import Batch
from abscopal.sources import Source, assumed
from abscopal.trial.plan import Calendar, Dose, Due, Intake

Index = NDArray[np.int64]
Array = NDArray[np.float64]

AFTER_STOP, AFTER_STOP_SOURCE = (30, 100), assumed("safety follow-up of the trials of nivolumab, 30 and 100 days")
AFTER_CHEMOTHERAPY, AFTER_CHEMOTHERAPY_SOURCE = (8, 11), assumed("a blood count near the nadir and one after it")
AFTER_CELLS, AFTER_CELLS_SOURCE = (
    (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 21, 28),
    assumed("in hospital or seen daily for a week after CAR-T cells or a step of a bispecific antibody, then less"),
)
STEPS, STEPS_SOURCE = 3, assumed("bispecific antibodies are given in hospital for the first three doses")
SOURCES: dict[str, Source] = {
    "AFTER_STOP": AFTER_STOP_SOURCE,
    "AFTER_CHEMOTHERAPY": AFTER_CHEMOTHERAPY_SOURCE,
    "AFTER_CELLS": AFTER_CELLS_SOURCE,
    "STEPS": STEPS_SOURCE,
}


_READ_FROM = {"lymphocytes": "lymphocytes_lost"}  # a share lost, where the others are a share left


class Safety:
    """Grades what patients suffer from, and says when to look again.

    Parameters
    ----------
    batch
        The truth.
    drugs
        Every drug, by name.

    Attributes
    ----------
    names
        What the model has that is graded, as in `toxicity_grades.EVENTS`.
    records
        What was found, in order of time.
    """

    def __init__(self, batch: Batch, drugs: Mapping[str, Drug]) -> None:
        self.batch = batch
        known = batch.kernel.layout.patient_species
        self.names = [name for name in EVENTS if _READ_FROM.get(name, name) in known]
        self.offsets = {name: _offsets(drug) for name, drug in drugs.items()}
        self.given = {name: np.zeros(len(batch.y), dtype=np.int64) for name in drugs}
        self.records: list[GradeRecord] = []

    def look(self, who: Index, day: int) -> None:
        """Grade these subjects today."""
        if len(who) and self.names:
            grades = np.stack([EVENTS[name].grade(self._value(name, who)) for name in self.names], axis=1)
            self.records.append(GradeRecord(day, who, grades))

    def _value(self, name: str, who: Index) -> Array:
        """Return what an event is read from: an injury in grades, or a blood count per mL."""
        value = np.asarray(self.batch.column(_READ_FROM.get(name, name))[who])
        if f"{name}_baseline" not in self.batch.kernel.layout.patient_parameters:
            return value
        left = 1 - value if name in _READ_FROM else value
        return np.asarray(left * self.batch.parameter(f"{name}_baseline")[who])

    def watch(self, calendar: Calendar, due: Due, who: Index, day: int) -> None:
        """Plan to look at these subjects in the days after what they were given."""
        if not isinstance(due.what, Dose | Intake) or not len(who) or not self.names:
            return
        self.given[due.what.drug][who] += 1
        offsets = self.offsets[due.what.drug]
        watched = who[self.given[due.what.drug][who] <= STEPS] if offsets == AFTER_CELLS else who
        calendar.add_looks(watched, [day + offset for offset in offsets])

    def follow_up(self, calendar: Calendar, who: Index, day: int) -> None:
        """Plan to look at these subjects after the end of their protocol treatment."""
        if len(who) and self.names:
            calendar.add_looks(who, [day + offset for offset in AFTER_STOP])


def _offsets(drug: Drug) -> tuple[int, ...]:
    """Days after a dose on which its acute toxicity is looked for."""
    if drug.modality == "car_t" or {"cytokine_release", "redirected_exposure"} & drug.tags:
        return AFTER_CELLS
    return AFTER_CHEMOTHERAPY if "myelotoxicity" in drug.tags else ()
