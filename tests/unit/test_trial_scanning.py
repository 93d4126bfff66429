"""Scans of hand-made patients: windows, missed scans, blinded readers, other criteria."""

import numpy as np
import pytest
from test_trial_conduct import DRUGS, GROWS, PATIENTS, SHRINKS, population_of

from abscopal.clinic.criteria.criterion import criterion_named
from abscopal.clinic.readers import INDEPENDENT, Reader, adjudicate, disagree
from abscopal.protocol import Arm, Protocol
from abscopal.trial.conduct import conduct
from abscopal.trial.scan_days import ScanDays

RATES = np.array([GROWS, SHRINKS, 0.0, SHRINKS])


def lived(seed=1, **keys):
    """The course of a year of nivolumab."""
    plan = {"accrual_months": 0, "follow_up_months": 12, "dropout_per_year": 0, "scans": "every 6 weeks"} | keys
    arms = [Arm("a", ["nivolumab 240 mg q2w"])]
    protocol = Protocol(indication="nsclc", subjects=PATIENTS, arms=arms, **plan)
    everyone = np.zeros(PATIENTS, dtype=np.int64)
    return conduct(protocol, DRUGS, population_of(RATES, {}, {}), everyone, criterion_named("RECIST 1.1"), seed)


def days_of(course, subject):
    return [int(scan.day[0]) for scan in course.scans if subject in scan.subject]


def test_other_criteria_and_blinded_readers_leave_the_trial_as_it_is():
    plain, more = lived(), lived(other_criteria=["iRECIST"], imaging={"readers": 2})
    assert len(plain.scans) == len(more.scans)
    for one, other in zip(plain.scans, more.scans, strict=True):
        np.testing.assert_array_equal(one.measured_mm, other.measured_mm)
        np.testing.assert_array_equal(one.role, other.role)
    assert [(reader.evaluator, reader.criterion.name) for reader in more.further] == [
        ("INVESTIGATOR", "iRECIST"),
        (INDEPENDENT, "RECIST 1.1"),
    ]
    assert all(len(reader.scans) == len(more.scans) for reader in more.further)
    assert plain.further == []


def test_the_same_scans_progress_by_recist_and_are_unconfirmed_by_irecist():
    course = lived(other_criteria=["iRECIST"])
    words = [
        [int(scan.response.response[0]) for scan in scans[1:2]] for scans in (course.scans, course.further[0].scans)
    ]
    assert words == [[4], [11]]  # PD, iUPD of subject 0, whose lesions grow


def test_blinded_readers_measure_the_same_lesions_with_errors_of_their_own():
    course = lived(imaging={"readers": 2})
    review = course.further[0]
    first, other = course.scans[0].measured_mm, review.scans[0].measured_mm
    seen = first > 10
    assert (first[seen] != other[seen]).all()
    assert np.abs(np.log(first[seen] / other[seen])).max() < 0.6


def test_scans_fall_within_the_window_once_each():
    course = lived(imaging={"window_days": 7})
    for subject in (1, 2, 3):
        days = np.array(days_of(course, subject)[1:])
        planned = 42 * np.arange(1, len(days) + 1)
        assert (np.abs(days - planned) <= 7).all()
    visits = [(int(who), scan.visit) for scan in course.scans for who in scan.subject]
    assert len(visits) == len(set(visits))
    assert len({tuple(days_of(course, subject)) for subject in (1, 2, 3)}) > 1


def test_a_subjects_days_depend_on_nobody_else():
    planned = range(42, 1000, 42)
    whole, part = (ScanDays(planned, 7, 3, np.arange(first, 50)) for first in (0, 20))
    assert whole.days == part.days
    for day in whole.days:
        np.testing.assert_array_equal(whole.due(day)[20:], part.due(day))


def test_days_of_the_window_are_equally_likely():
    days = ScanDays([42], 7, 5, np.arange(30_000))
    counts = [int(days.due(day).sum()) for day in range(35, 50)]
    assert sum(counts) == 30_000
    assert min(counts) > 1800  # 2000 expected, standard deviation 43


def test_every_scan_may_be_missed_but_the_baseline():
    course = lived(imaging={"missed": 1})
    assert [scan.visit for scan in course.scans] == [0]
    assert (course.treatment.on).all()  # nobody saw a progression


def test_the_ill_miss_scans_that_the_well_attend():
    population = population_of(RATES, {}, {})
    assert "performance" in population.batch.kernel.layout.patient_species
    population.batch.column("performance")[1] = 3.0
    arms = [Arm("a", ["nivolumab 240 mg q2w"])]
    protocol = Protocol(indication="nsclc", subjects=PATIENTS, arms=arms, accrual_months=0, follow_up_months=6,
                        dropout_per_year=0, scans="every 6 weeks", imaging={"missed_when_ill": 1})  # fmt: skip
    course = conduct(protocol, DRUGS, population, np.zeros(PATIENTS, int), criterion_named("RECIST 1.1"), 1)
    assert days_of(course, 1) == [0]
    assert len(days_of(course, 2)) > 3


def test_an_adjudicator_settles_only_what_readers_disagree_on():
    course = lived(imaging={"readers": 2})
    first = Reader(criterion_named("RECIST 1.1"), INDEPENDENT, course.scans)
    first.role = course.scans[0].role
    second = course.further[0]
    differ = disagree(first, second)
    for draw, wanted in ((0.0, first), (0.99, second)):
        endorsed = adjudicate(first, second, np.full(PATIENTS, draw))
        for mine, own, his in zip(endorsed.scans, first.scans, wanted.scans, strict=True):
            expected = np.where(differ[mine.subject, None], his.measured_mm, own.measured_mm)
            np.testing.assert_array_equal(mine.measured_mm, expected)
    assert not disagree(first, first).any()


def test_consent_is_withdrawn_apart_from_loss_to_follow_up():
    nobody, many = lived(), lived(withdrawal_per_year=0.95)
    assert not nobody.withdrew.any()
    assert many.withdrew.all()
    assert (many.dropout < 1500).all()
    assert np.isinf(nobody.dropout).all()


def test_the_living_tumour_is_written_down_at_every_scan():
    course = lived()
    assert [record.visit for record in course.truth] == [scan.visit for scan in course.scans]
    assert (course.truth[0].living == 9e9).all()
    assert course.truth[1].living[0] == pytest.approx(9e9 * np.exp(GROWS * 42))
