"""Visits of hand-made patients whose lesions grow as the test says: who is treated until when, and what follows."""

from types import SimpleNamespace

import numpy as np

from abscopal import catalogue
from abscopal.clinic.criteria.criterion import criterion_named
from abscopal.clinic.disposition import Reason
from abscopal.clinic.lesions import Role
from abscopal.engine.stepper import REACHED, STRUCK
from abscopal.population.organs import ORGAN_NAMES
from abscopal.protocol import Arm, Protocol
from abscopal.trial.care import Care
from abscopal.trial.conduct import conduct
from plain_batch import PlainBatch, plain_batch

DRUGS = {name: catalogue.drug(name) for name in ("osimertinib", "docetaxel", "nivolumab")}
MODEL = catalogue.disease_model(DRUGS.values(), ("solid", "radiotherapy", "surgery", "ablation"))
PATIENTS, SLOTS = 4, 3
WEEK = 7
GROWS, SHRINKS = 0.02, -0.01  # per day


class GrowingBatch(PlainBatch):
    """Lesions grow exponentially, each patient's at one rate per day; some patients die on a day, or fail."""

    def advance(self, which, until, workers=1):
        for patient, day in zip(which, np.broadcast_to(until, len(which)), strict=True):
            dies, fails = self.deaths.get(int(patient), np.inf), self.fails.get(int(patient), np.inf)
            end = min(float(day), dies, fails)
            self.lesion_column("C_sensitive")[patient] *= np.exp(self.rates[patient] * (end - self.time[patient]))
            self.time[patient] = end
            self.status[patient] = STRUCK if end == dies else STRUCK + 1 if end == fails else REACHED
            self.event[patient] = self.kernel.layout.hazards.index("cachexia")


def population_of(rates, deaths, fails):
    batch = plain_batch(MODEL, PATIENTS, SLOTS)
    batch.__class__, batch.rates, batch.deaths, batch.fails = GrowingBatch, rates, deaths, fails
    batch.lesion_column("C_sensitive")[:, :2] = np.array([8e9, 1e9])
    body = {
        "age": np.full(PATIENTS, 60.0),
        "weight": np.full(PATIENTS, 80.0),
        "male": np.ones(PATIENTS, dtype=bool),
        "gfr": np.full(PATIENTS, 90.0),
    }
    return SimpleNamespace(
        batch=batch,
        baseline=SimpleNamespace(**body),
        organ=np.tile(
            [ORGAN_NAMES.index("lung"), ORGAN_NAMES.index("liver"), ORGAN_NAMES.index("skin")], (PATIENTS, 1)
        ),
        primary=np.zeros((PATIENTS, SLOTS), dtype=bool),
        clone=np.zeros((PATIENTS, SLOTS), dtype=np.int64),
        tropism=np.ones((PATIENTS, len(ORGAN_NAMES))),
        number=np.arange(PATIENTS),
    )


def trial_of(*sentences, rates=(SHRINKS,) * 4, deaths=(), fails=(), other=(), **arm):
    arms = [Arm("a", list(sentences), **arm), *([Arm("b", list(other))] if other else [])]
    times = {"accrual_months": 0, "follow_up_months": 12, "dropout_per_year": 0}
    protocol = Protocol(indication="nsclc", subjects=PATIENTS, arms=arms, scans="every 6 weeks", **times)
    population = population_of(np.array(rates), dict(deaths), dict(fails))
    arm_of_all = np.zeros(PATIENTS, dtype=np.int64)
    return conduct(protocol, DRUGS, population, arm_of_all, criterion_named("RECIST 1.1"), 1)


def given(course, treatment, subject):
    """First day, last day and line of what a subject was given."""
    rows = []
    for record in course.doses:
        first, last = (np.broadcast_to(np.asarray(day, dtype=float), record.subject.shape) for day in (
            record.day, record.day if record.last_day is None else record.last_day))  # fmt: skip
        rows += [(int(first[i]), int(last[i]), record.line) for i in np.flatnonzero(record.subject == subject)
                 if record.treatment == treatment]  # fmt: skip
    return sorted(rows)


def test_daily_intake_stops_at_progression_at_death_and_at_the_cut_off():
    course = trial_of("osimertinib 80 mg daily", rates=(GROWS, SHRINKS, SHRINKS, SHRINKS), deaths={1: 100.25})
    assert given(course, "osimertinib", 0) == [(0, 6 * WEEK - 1, 1)]
    assert given(course, "osimertinib", 1) == [(0, 100, 1)]
    assert given(course, "osimertinib", 2) == [(0, 365, 1)]
    assert (course.end.parameter("osimertinib_intake") == 0).all()
    assert course.treatment.reason.tolist() == [Reason.PROGRESSION, Reason.DEATH, Reason.ONGOING, Reason.ONGOING]
    assert course.last_dose.tolist() == [41, 100, 365, 365]


def test_the_record_of_who_cannot_be_computed_ends_where_the_computation_did():
    course = trial_of("osimertinib 80 mg daily", fails={2: 150.5})
    assert course.failed.tolist() == [False, False, True, False]
    assert given(course, "osimertinib", 2) == [(0, 150, 1)]


def test_who_took_all_that_was_planned_has_completed_treatment():
    course = trial_of("osimertinib 80 mg daily for 4 weeks, then 40 mg daily for 2 weeks", "docetaxel 75 mg/m2 q3w x2")
    assert given(course, "osimertinib", 3) == [(0, 27, 1), (28, 41, 1)]
    assert (course.treatment.reason == Reason.COMPLETED).all()
    assert (course.treatment.stop_day == 41).all()


def test_progression_after_the_last_dose_does_not_undo_that_treatment_was_completed():
    course = trial_of("nivolumab 240 mg q2w x2", rates=(GROWS, SHRINKS, SHRINKS, SHRINKS))
    assert course.treatment.reason.tolist() == [Reason.COMPLETED] * 4
    assert (course.treatment.stop_day == 14).all()


def test_who_is_due_the_last_planned_dose_has_completed_treatment_even_if_toxicity_holds_it(monkeypatch):
    def on_the_first_day_only(care, due, who, day):
        treated = who if day == 0 else who[:0]
        return treated, np.ones(len(treated))

    monkeypatch.setattr(Care, "allow", on_the_first_day_only)
    course = trial_of("nivolumab 240 mg q2w x3", deaths={1: 20.5})
    assert [given(course, "nivolumab", subject) for subject in (0, 1)] == [[(0, 0, 1)]] * 2
    assert course.treatment.reason.tolist() == [Reason.COMPLETED, Reason.DEATH, Reason.COMPLETED, Reason.COMPLETED]


def test_a_second_line_ends_after_its_duration_and_a_third_follows_it():
    third = {"regimen": "docetaxel 75 mg/m2 q3w", "share": 1, "start_after_progression_days": 7}
    second = {"regimen": "osimertinib 80 mg daily", "share": 1, "duration_months": 3, "then": [third]}
    course = trial_of("nivolumab 240 mg q2w", rates=(GROWS, SHRINKS, SHRINKS, SHRINKS), subsequent=[second])
    progression, months = 6 * WEEK, round(3 * 30.4375)
    assert given(course, "nivolumab", 0) == [(0, 0, 1), (14, 14, 1), (28, 28, 1)]
    start = progression + 28
    assert course.subsequent_day[0] == start
    assert given(course, "osimertinib", 0) == [(start, start + months - 1, 2)]
    assert given(course, "docetaxel", 0)[:2] == [(start + months + 7 + 21 * k,) * 2 + (3,) for k in range(2)]
    assert given(course, "osimertinib", 1) == []


def test_crossing_over_gives_the_treatment_of_the_other_arm():
    option = {"crossover_to": "b", "share": 1, "start_after_progression_days": 14}
    course = trial_of(
        "nivolumab 240 mg q2w",
        rates=(GROWS, SHRINKS, SHRINKS, SHRINKS),
        subsequent=[option],
        other=["docetaxel 75 mg/m2 q3w"],
    )
    assert given(course, "docetaxel", 0)[0] == (56, 56, 2)


def test_surgery_on_day_0_comes_before_the_baseline_scan():
    course = trial_of("resect largest lesion day 0", "nivolumab 240 mg q2w")
    baseline = course.scans[0]
    assert len([scan for scan in course.scans if scan.visit == 0]) == 1
    assert (baseline.role == Role.TARGET).sum(axis=1).tolist() == [1, 1, 1, 1]
    assert (course.end.lesion_column("C_sensitive")[:, 0] == 0).all()
    assert np.isnan(course.counted_until).all()


def test_surgery_later_leaves_the_lesion_in_the_record_and_ends_the_count_of_responses():
    course = trial_of(
        "nivolumab 240 mg q2w", "resect lung lesions week 7", "radiotherapy 8 Gy x3 to liver lesions week 2"
    )
    assert given(course, "RADIOTHERAPY", 0) == [(14, 14, 1), (15, 15, 1), (16, 16, 1)]
    assert given(course, "RESECTION", 0) == [(49, 49, 1)]
    after = next(scan for scan in course.scans if scan.day[0] == 12 * WEEK)
    assert after.role[0, 0] == Role.TARGET
    assert after.measured_mm[0, 0] == 0
    assert (course.counted_until == 49).all()


def test_nobody_is_operated_on_after_progression():
    course = trial_of("nivolumab 240 mg q2w", "resect all lesions week 9", rates=(GROWS, SHRINKS, SHRINKS, SHRINKS))
    assert given(course, "RESECTION", 0) == []
    assert given(course, "RESECTION", 1) == [(63, 63, 1)]


def test_the_same_subjects_take_the_same_later_lines_whoever_else_is_there():
    options = [
        {"regimen": "docetaxel 75 mg/m2 q3w", "share": 0.5},
        {"regimen": "osimertinib 80 mg daily", "share": 0.3},
    ]
    few = trial_of("nivolumab 240 mg q2w", rates=(GROWS, SHRINKS, GROWS, SHRINKS), subsequent=options)
    all_of_them = trial_of("nivolumab 240 mg q2w", rates=(GROWS,) * 4, subsequent=options)
    assert few.subsequent[[0, 2]].tolist() == all_of_them.subsequent[[0, 2]].tolist()
