"""What happened to the subjects of a trial, as the trial wrote it down; the tables are made from it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.adverse_events import GradeRecord
from abscopal.clinic.clinical_events import EventRecord
from abscopal.clinic.disposition import Treatment
from abscopal.clinic.laboratory import LabRecord
from abscopal.clinic.medication import Medication
from abscopal.clinic.readers import Reader
from abscopal.clinic.records import DoseRecord, ScanRecord
from abscopal.engine.batch import Batch
from abscopal.engine.stepper import STRUCK
from abscopal.trial.truth import TruthRecord

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass
class Course:
    """Everything that happened to n subjects.

    Parameters
    ----------
    arm
        Arm number of each subject [n].
    access
        Number of each subject's word among `trial.access.ACCESS_LABELS` [n].
    scans, doses, events, grades
        What was recorded, in order of time.
    medication
        What was given against toxicity.
    graded
        What each column of the grades was read from.
    samples, tested
        What the laboratory found, where the protocol keeps it, and the test of each column.
    treatment
        State of protocol treatment at the end.
    death_day, cause
        Day of death (NaN if alive at the end) and its hazard ("" if alive), [n].
    dropout, cutoff
        Day on which each subject would leave follow-up, and the cut-off, [n].
    withdrew
        Whether leaving would be by withdrawing consent, [n].
    entry
        Days from the first enrolment of the trial to each subject's day 0, [n].
    truth
        What was true at each scan.
    further
        The same scans by other criteria, and by independent readers.
    subsequent, subsequent_day
        Which of the arm's subsequent therapies (-1: none) and its first day (NaN), [n].
    last_dose
        Day of the last dose, intake or procedure of protocol treatment (NaN without), [n].
    removal_day
        First day after day 0 on which a lesion was resected or ablated (NaN without), [n].
    seeded
        Lesions seeded during the trial, [n].
    organ
        Organ number of each lesion slot, new lesions included, [n, SLOTS].
    end
        The truth at the end: states of all subjects, and the engine's status and day of each.
    """

    arm: Index
    access: Index
    treatment: Treatment
    dropout: Array
    cutoff: Array
    withdrew: Flags
    entry: Array
    death_day: Array
    cause: NDArray[np.object_]
    subsequent: Index
    subsequent_day: Array
    last_dose: Array
    removal_day: Array
    seeded: Index
    organ: Index
    end: Batch
    scans: list[ScanRecord] = field(default_factory=list)
    truth: list[TruthRecord] = field(default_factory=list)
    further: list[Reader] = field(default_factory=list)
    doses: list[DoseRecord] = field(default_factory=list)
    medication: list[Medication] = field(default_factory=list)
    events: list[EventRecord] = field(default_factory=list)
    grades: list[GradeRecord] = field(default_factory=list)
    graded: list[str] = field(default_factory=list)
    samples: list[LabRecord] = field(default_factory=list)
    tested: list[str] = field(default_factory=list)

    @property
    def failed(self) -> Flags:
        """Subjects whose computation failed [n]."""
        return np.asarray(self.end.status > STRUCK)

    @property
    def counted_until(self) -> Array:
        """Day up to which scans count for the best response: subsequent therapy, or surgery that leaves no answer."""
        return np.asarray(np.fmin(self.subsequent_day, self.removal_day))
