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
from abscopal.clinic.toxicity_grades import EVENTS, FEBRILE_NEUTROPENIA, INFECTION, Grades
from abscopal.drugs.drug import Drug
from abscopal.engine.batch import Batch
from abscopal.sources import Source, assumed
from abscopal.trial.monitoring import Laboratory
from abscopal.trial.plan import Calendar, Dose, Due, Intake

Index = NDArray[np.int64]
Array = NDArray[np.float64]
Objects = NDArray[np.object_]

TREATMENT_DEATH = "treatment toxicity"  # the cause of death that the hazard of that name is written down as

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
    laboratory
        What grades the events that show in blood.
    struck
        How often each hazard of the model struck each subject [n, hazards]; kept by `trial/events`.

    Attributes
    ----------
    names
        What the model has that is graded, as in `toxicity_grades.EVENTS`.
    records
        What was found, in order of time.
    """

    def __init__(self, batch: Batch, drugs: Mapping[str, Drug], laboratory: Laboratory, struck: Index) -> None:
        self.batch, self.laboratory, self.struck = batch, laboratory, struck
        layout = batch.kernel.layout
        known = {*layout.patient_species, *((FEBRILE_NEUTROPENIA,) if INFECTION in layout.hazards else ())}
        self.names = [name for name in EVENTS if _READ_FROM.get(name, name) in known]
        self.offsets = {name: _offsets(drug) for name, drug in drugs.items()}
        self.given = {name: np.zeros(len(batch.y), dtype=np.int64) for name in drugs}
        self.infection = list(layout.hazards).index(INFECTION) if INFECTION in layout.hazards else -1
        self.infections = np.zeros(len(batch.y), dtype=np.int64)  # known to the clinic
        self.records: list[GradeRecord] = []

    def look(self, who: Index, day: int) -> Grades:
        """Take blood of these subjects [k], grade them today and return the grades [k, events]."""
        grades = np.zeros((len(who), len(self.names)), dtype=np.int8)
        if len(who) and self.names:
            factor = self.laboratory.sample(who, day)
            for column, name in enumerate(self.names):
                grades[:, column] = self._grade(name, who, factor)
            self.records.append(GradeRecord(day, who, grades))
        return grades

    def _grade(self, name: str, who: Index, factor: Array) -> Grades:
        if name == FEBRILE_NEUTROPENIA:
            new = self.struck[who, self.infection] > self.infections[who]
            self.infections[who] = self.struck[who, self.infection]
            return np.where(new, np.int8(3), np.int8(0))
        if EVENTS[name].analyte:
            return self.laboratory.grade(name, who, factor)
        return EVENTS[name].grade(self.batch.column(name)[who])

    def fatal(self, death_day: Array, cause: Objects) -> None:
        """Record as grade 5 the event that killed each subject who died of treatment [n], on the day of death."""
        died = np.flatnonzero(cause == TREATMENT_DEATH)
        if not len(died) or not self.names:
            return
        share = np.stack([self._deadliness(name, died) for name in self.names], axis=1)
        died, share = died[share.max(axis=1) > 0], share[share.max(axis=1) > 0]
        grades, day = self._last_grades(died), np.ceil(death_day[died]).astype(np.int64)
        grades[np.arange(len(died)), share.argmax(axis=1)] = 5
        for when in np.unique(day):
            self.records.append(GradeRecord(int(when), died[day == when], grades[day == when]))

    def _deadliness(self, name: str, who: Index) -> Array:
        """Hazard of death from an event at the moment of death, 1/day, [k]; of an event that does not kill, 0."""
        known = self.batch.kernel.layout.patient_parameters
        if name == FEBRILE_NEUTROPENIA:
            count = self.batch.column("neutrophils")[who] * self.batch.parameter("neutrophils_baseline")[who]
            rate = self.batch.parameter("infection_mortality")[who] * self.batch.parameter("infection_rate")[who]
            ratio = np.maximum(count, 0.0) / self.batch.parameter("infection_half")[who]
            return np.asarray(rate / (1 + ratio**3))
        if name == "injury_surgery":
            strength = self.batch.parameter("background")[who] / self.batch.parameter("usual_background")[who]
            stress = self.batch.column("surgical_stress")[who] * np.sqrt(strength)
            return np.asarray(self.batch.parameter("surgical_mortality")[who] * stress)
        lethality = _lethality(name)
        if lethality not in known:
            return np.zeros(len(who))
        excess = np.maximum(self.batch.column(_READ_FROM.get(name, name))[who] - 4, 0.0)
        return np.asarray(self.batch.parameter(lethality)[who] * excess)

    def _last_grades(self, who: Index) -> Grades:
        """Return what each of these was last found to have [k, events], so that no episode ends by dying."""
        grades = np.zeros((len(who), len(self.names)), dtype=np.int8)
        found = np.zeros(len(who), dtype=bool)
        for record in reversed(self.records):  # the subjects of each in ascending order
            if found.all() or not len(record.subject):
                continue
            place = np.minimum(np.searchsorted(record.subject, who), len(record.subject) - 1)
            here = ~found & (record.subject[place] == who)
            grades[here] = record.grades[place[here]]
            found |= here
        return grades

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


def _lethality(name: str) -> str:
    """Name of the parameter by which an injury beyond grade 4 kills."""
    special = {"injury_cytokine": "crs_lethality", "injury_brain": "icans_lethality"}
    organ = name.removeprefix("drug_").removeprefix("injury_")
    return special.get(name, f"{organ}_drug_lethality" if name.startswith("drug_") else f"{organ}_lethality")


def _offsets(drug: Drug) -> tuple[int, ...]:
    """Days after a dose on which its acute toxicity is looked for."""
    if drug.modality == "car_t" or {"cytokine_release", "redirected_exposure"} & drug.tags:
        return AFTER_CELLS
    return AFTER_CHEMOTHERAPY if "myelotoxicity" in drug.tags else ()
