"""Dose modification in a trial of hand-made patients whose counts and injuries are as the test says."""

from types import SimpleNamespace

import numpy as np

from abscopal import catalogue
from abscopal.clinic.criteria.criterion import criterion_named
from abscopal.clinic.disposition import Reason
from abscopal.clinic.dose_modification import REASONS
from abscopal.engine.stepper import REACHED
from abscopal.population.organs import ORGAN_NAMES
from abscopal.protocol import Arm, Protocol
from abscopal.trial.conduct import conduct
from plain_batch import PlainBatch, plain_batch

DRUGS = {name: catalogue.drug(name) for name in ("osimertinib", "docetaxel", "gemcitabine", "filgrastim")}
MODEL = catalogue.disease_model(DRUGS.values(), ("solid",))
PATIENTS, SLOTS = 3, 1
WELL, ILL, WORSE = 0, 1, 2


class SickBatch(PlainBatch):
    """States follow `course`: for each species the value of each patient by day."""

    def advance(self, which, until, workers=1):
        for patient, day in zip(which, np.broadcast_to(until, len(which)), strict=True):
            self.time[patient], self.status[patient] = float(day), REACHED
            for species, value in self.course.items():
                self.column(species)[patient] = value(patient, float(day))


def trial_of(*sentences, course, **management):
    batch = plain_batch(MODEL, PATIENTS, SLOTS)
    batch.__class__, batch.course = SickBatch, course
    batch.column("neutrophils")[:] = 1.0
    batch.lesion_column("C_sensitive")[:] = 8e9
    body = {"age": 60.0, "weight": 80.0, "male": True, "gfr": 90.0}
    population = SimpleNamespace(
        batch=batch,
        baseline=SimpleNamespace(readouts={}, **{name: np.full(PATIENTS, value) for name, value in body.items()}),
        organ=np.full((PATIENTS, SLOTS), ORGAN_NAMES.index("lung")),
        primary=np.zeros((PATIENTS, SLOTS), dtype=bool),
        clone=np.zeros((PATIENTS, SLOTS), dtype=np.int64),
        tropism=np.ones((PATIENTS, len(ORGAN_NAMES))),
        number=np.arange(PATIENTS),
    )
    times = {"accrual_months": 0, "follow_up_months": 4, "dropout_per_year": 0, "scans": "every 6 weeks"}
    arms = [Arm("a", list(sentences))]
    protocol = Protocol(indication="nsclc", subjects=PATIENTS, arms=arms, management=management, **times)
    return conduct(protocol, DRUGS, population, np.zeros(PATIENTS, dtype=np.int64), criterion_named("RECIST 1.1"), 1)


def doses(course, drug, subject):
    """First day, share of the plan, days late and reason of each row of a drug."""
    rows = []
    for record in course.doses:
        for i in np.flatnonzero(record.subject == subject) if record.treatment == drug else ():
            first = float(np.broadcast_to(np.asarray(record.day, dtype=float), record.subject.shape)[i])
            late = 0.0 if record.late is None else float(record.late[i])
            reason = 0 if record.reason is None else int(record.reason[i])
            rows.append((int(first), round(float(record.dose[i] / record.planned[i]), 3), int(late), REASONS[reason]))
    return sorted(rows)


def low(patient, day, begin, end, value=0.15):
    return value if patient == ILL and begin <= day < end else 1.0


def test_a_dose_waits_for_neutrophils_and_the_later_ones_shift_with_it():
    course = trial_of("docetaxel 75 mg/m2 q3w x4", course={"neutrophils": lambda p, d: low(p, d, 19, 30, 0.2)})
    assert doses(course, "docetaxel", WELL) == [(day, 1.0, 0, "") for day in (0, 21, 42, 63)]
    assert doses(course, "docetaxel", ILL) == [
        (0, 1.0, 0, ""), (35, 1.0, 14, "Neutropenia"), (56, 1.0, 0, ""), (77, 1.0, 0, ""),
    ]  # fmt: skip


def test_a_dose_within_the_cycle_is_left_out_and_not_made_up():
    course = trial_of(
        "gemcitabine 1250 mg/m2 days 1,8 q3w x2", course={"neutrophils": lambda p, d: low(p, d, 5, 15, 0.15)}
    )
    assert doses(course, "gemcitabine", ILL) == [
        (0, 1.0, 0, ""), (7, 0.0, 0, "Neutropenia"), (21, 1.0, 0, ""), (28, 1.0, 0, ""),
    ]  # fmt: skip


def test_grade_4_neutropenia_reduces_every_later_dose_and_the_third_ends_treatment():
    course = trial_of("docetaxel 75 mg/m2 q3w", course={"neutrophils": lambda p, d: low(p, d % 21, 8, 12, 0.02)})
    assert [row[:2] for row in doses(course, "docetaxel", ILL)] == [(0, 1.0), (21, 0.8), (42, 0.6)]
    assert course.treatment.reason[ILL] == Reason.TOXICITY
    assert doses(course, "docetaxel", WELL)[-1][1] == 1.0


def test_without_management_of_doses_all_are_given_as_planned():
    course = trial_of("docetaxel 75 mg/m2 q3w x4", course={"neutrophils": lambda p, d: low(p, d, 5, 99)}, doses="none")
    assert doses(course, "docetaxel", ILL) == doses(course, "docetaxel", WELL)


def test_daily_intake_is_interrupted_until_the_toxicity_is_over_and_resumed_lower():
    rash = {"drug_injury_skin": lambda p, d: 3.2 if p == ILL and 40 <= d < 52 else 0.0}
    course = trial_of("osimertinib 80 mg daily", course=rash, monitoring="every 2 weeks")
    rows = doses(course, "osimertinib", ILL)
    assert [row[:2] for row in rows] == [(0, 1.0), (42, 0.0), (56, 0.5)]
    assert rows[1][3] == "Rash or hand-foot syndrome"
    assert [row[:2] for row in doses(course, "osimertinib", WELL)] == [(0, 1.0)]


def test_the_oftener_the_clinic_looks_the_sooner_intake_is_interrupted():
    rash = {"drug_injury_skin": lambda p, d: 3.2 if p == ILL and 15 <= d < 60 else 0.0}
    first = [
        doses(trial_of("osimertinib 80 mg daily", course=rash, monitoring=every), "osimertinib", ILL)[1][0]
        for every in ("every 1 week", "every 5 weeks", None)
    ]
    assert first == [21, 35, 42]


def test_interstitial_lung_disease_ends_osimertinib():
    course = trial_of(
        "osimertinib 80 mg daily", course={"drug_injury_lung": lambda p, d: 2.5 if p == WORSE and d > 20 else 0.0}
    )
    assert doses(course, "osimertinib", WORSE) == [(0, 1.0, 0, "")]
    assert course.treatment.reason[WORSE] == Reason.TOXICITY
    assert course.end.parameter("osimertinib_intake")[WORSE] == 0


def test_filgrastim_follows_chemotherapy_after_a_complication_of_neutropenia():
    course = trial_of(
        "docetaxel 75 mg/m2 q3w x3",
        course={"neutrophils": lambda p, d: low(p, d, 8, 12, 0.02)},
        growth_factors="secondary",
    )
    given = [(m.first[i], m.last[i]) for m in course.medication for i in np.flatnonzero(m.subject == ILL)]
    assert given == [(22, 31), (43, 52)]
    assert not any((m.subject != ILL).any() for m in course.medication)
