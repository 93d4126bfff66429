"""Access scenarios: who is treated when, and that worse access to a treatment that works costs lives."""

from types import SimpleNamespace

import numpy as np
import pytest

from abscopal import InputError, catalogue
from abscopal.clinic.criteria.criterion import criterion_named
from abscopal.clinic.disposition import Reason
from abscopal.engine.stepper import REACHED, STRUCK
from abscopal.population.organs import ORGAN_NAMES
from abscopal.protocol import Arm, Protocol
from abscopal.report.published import describe
from abscopal.trial.access import LATE, NONE, ON_TIME, reach
from abscopal.trial.conduct import conduct
from plain_batch import PlainBatch, plain_batch

DRUGS = {name: catalogue.drug(name) for name in ("nivolumab", "docetaxel")}
MODEL = catalogue.disease_model(DRUGS.values(), ("solid",))
PATIENTS, SLOTS = 30, 2
GROWS, SHRINKS, WORKS_FOR = 0.02, -0.01, 28.0  # per day; days
DEADLY = 6e10  # cells


class TreatableBatch(PlainBatch):
    """Lesions shrink for four weeks after a dose and grow otherwise; a patient dies of too many cells."""

    def dose(self, which, species, amount):
        self.works_until[which] = self.time[which] + WORKS_FOR

    def advance(self, which, until, workers=1):
        for patient, day in zip(which, np.broadcast_to(until, len(which)), strict=True):
            start, cells = self.time[patient], self.lesion_column("C_sensitive")[patient, 0]
            turn = np.clip(self.works_until[patient], start, day)
            at_turn = cells * np.exp(SHRINKS * (turn - start))
            death = turn + np.log(DEADLY / at_turn) / GROWS
            end = min(day, death)
            self.lesion_column("C_sensitive")[patient, 0] = at_turn * np.exp(GROWS * (end - turn))
            self.time[patient] = end
            self.status[patient] = STRUCK if end == death else REACHED
            self.event[patient] = self.kernel.layout.hazards.index("cachexia")


def followed(regimen=("nivolumab 240 mg q2w",), subsequent=(), **access):
    """The course of one trial, one arm, a year."""
    batch = plain_batch(MODEL, PATIENTS, SLOTS)
    batch.__class__, batch.works_until = TreatableBatch, np.zeros(PATIENTS)
    batch.lesion_column("C_sensitive")[:, 0] = np.geomspace(2e9, 3e10, PATIENTS)
    body = {
        "age": np.full(PATIENTS, 60.0),
        "weight": np.full(PATIENTS, 80.0),
        "male": np.ones(PATIENTS, dtype=bool),
        "gfr": np.full(PATIENTS, 90.0),
    }
    population = SimpleNamespace(
        batch=batch,
        baseline=SimpleNamespace(**body),
        organ=np.full((PATIENTS, SLOTS), ORGAN_NAMES.index("lung")),
        primary=np.zeros((PATIENTS, SLOTS), dtype=bool),
        clone=np.zeros((PATIENTS, SLOTS), dtype=np.int64),
        tropism=np.ones((PATIENTS, len(ORGAN_NAMES))),
        number=np.arange(PATIENTS),
    )
    times = {"accrual_months": 0, "follow_up_months": 12, "dropout_per_year": 0}
    arms = [Arm("a", list(regimen), subsequent=subsequent)]
    protocol = Protocol(
        indication="nsclc", subjects=PATIENTS, arms=arms, scans="every 12 weeks", access=access, **times
    )
    return conduct(protocol, DRUGS, population, np.zeros(PATIENTS, dtype=np.int64), criterion_named("RECIST 1.1"), 1)


@pytest.fixture(scope="module")
def courses():
    return {
        "all": followed(),
        "late": followed(late=0.5, late_weeks=10),
        "some": followed(untreated=0.3, late=0.5, late_weeks=10),
        "none": followed(untreated=1),
    }


def lived(course):
    return np.nan_to_num(course.death_day, nan=365.25)


def test_survival_falls_with_worse_access_to_a_treatment_that_works(courses):
    mean = {name: lived(course).mean() for name, course in courses.items()}
    assert mean["all"] > mean["late"] > mean["some"] > mean["none"]


def test_no_subject_lives_longer_for_being_treated_late_or_not_at_all(courses):
    for worse in ("late", "some", "none"):
        assert (lived(courses[worse]) <= lived(courses["all"]) + 1e-9).all()


def test_those_who_are_treated_on_time_live_as_if_all_were(courses):
    same = courses["some"].access == ON_TIME
    assert 0 < same.sum() < PATIENTS
    np.testing.assert_array_equal(courses["some"].death_day[same], courses["all"].death_day[same])


def test_the_untreated_are_given_nothing_and_marked_never_treated(courses):
    course = courses["some"]
    never = course.access == NONE
    assert never.any()
    assert np.isnan(course.last_dose[never]).all()
    assert (course.treatment.reason[never] == Reason.NEVER_TREATED).all()
    assert (course.treatment.reason[~never] != Reason.NEVER_TREATED).all()


def test_late_subjects_start_on_their_day_and_keep_the_interval_between_doses(courses):
    course = courses["late"]
    days = {who: [] for who in range(PATIENTS)}
    for record in course.doses:
        for who in record.subject:
            days[who].append(record.day)
    late = [who for who in np.flatnonzero(course.access == LATE) if days[who]]
    assert late
    assert all(days[who][0] == 70 and set(np.diff(days[who])) <= {14} for who in late)
    assert all(days[who][0] == 0 for who in np.flatnonzero(course.access == ON_TIME))


def test_the_untreated_get_no_subsequent_therapy_and_others_as_planned():
    after = [{"regimen": "docetaxel 75 mg/m2 q3w", "share": 1, "start_after_progression_days": 1}]
    course = followed(("nivolumab 240 mg once",), after, untreated=0.5)
    took = np.isfinite(course.subsequent_day)
    assert took.any()
    assert not took[course.access == NONE].any()


def test_who_starts_late_has_completed_treatment_only_with_the_last_dose_of_it():
    course = followed(("nivolumab 240 mg q2w x8",), late=1, late_weeks=8)
    complete = course.treatment.reason == Reason.COMPLETED
    assert complete.any()
    assert set(course.last_dose[complete]) == {56 + 7 * 14}


def test_the_same_patients_are_cut_off_first_whatever_the_share():
    number, arm = np.arange(2000), np.zeros(2000, dtype=np.int64)
    plan = {"indication": "nsclc", "subjects": 2000, "arms": [Arm("a", [])]}
    codes = {share: reach(Protocol(access={"untreated": share}, **plan), arm, 3, number).code for share in (0.2, 0.5)}
    assert ((codes[0.2] == NONE) <= (codes[0.5] == NONE)).all()
    assert abs((codes[0.5] == NONE).mean() - 0.5) < 0.04


def test_an_arm_may_have_an_access_of_its_own():
    arms = [Arm("a", []), Arm("b", [], access={"untreated": 1})]
    protocol = Protocol(indication="nsclc", subjects=4, arms=arms, access={"late": 1, "late_weeks": 3})
    found = reach(protocol, np.array([0, 1, 0, 1]), 1, np.arange(4))
    assert found.code.tolist() == [LATE, NONE, LATE, NONE]
    assert found.delay.tolist() == [21, 0, 21, 0]


def test_shares_of_more_than_all_subjects_are_refused():
    with pytest.raises(InputError, match=r"access.late: expected shares of at most 1 together .*got 1.2"):
        Protocol(indication="nsclc", subjects=4, arms=[Arm("a", [])], access={"untreated": 0.5, "late": 0.7})


def test_the_report_says_who_is_treated_late_or_never():
    arms = [Arm("a", []), Arm("b", [], access={"untreated": 1})]
    protocol = Protocol(indication="nsclc", subjects=4, arms=arms, access={"late": 0.3, "late_weeks": 3})
    design = dict(describe(protocol).design)
    assert design["Access"] == "0 % untreated, 30 % treated 3 weeks late"
    assert design["Access, b"].startswith("100 % untreated")
    assert not [what for what in dict(describe(Protocol(indication="nsclc", subjects=4, arms=arms[:1])).design)
                if what.startswith("Access")]  # fmt: skip
