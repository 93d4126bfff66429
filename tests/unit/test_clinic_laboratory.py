"""Laboratory values: what shows of an injury, and its CTCAE v5 grade."""

import numpy as np
import pytest

from abscopal.clinic.lab_table import adlb
from abscopal.clinic.laboratory import ANALYTES, BY_CODE, CURVES, LabRecord, curve, own_creatinine
from abscopal.clinic.records import Subjects
from abscopal.clinic.toxicity_grades import EVENTS
from abscopal.mechanisms import mechanisms

INJURIES = np.array([0.0, 0.99, 1.0, 1.7, 2.0, 2.99, 3.0, 3.5, 4.0, 6.0])


def test_without_error_the_grade_of_transaminases_is_that_of_the_injury_as_ctcae_has_it():
    grades = BY_CODE["ALT"].grade(curve("ALT", INJURIES))
    assert grades.tolist() == np.minimum(np.floor(INJURIES), 4).tolist()
    limits = np.array([39.9, 40, 119, 120, 199, 200, 799, 800])
    assert BY_CODE["ALT"].grade(limits).tolist() == [0, 1, 1, 2, 2, 3, 3, 4]


def test_creatinine_is_graded_by_normal_and_by_the_patients_own_value_as_ctcae_v5_has_it():
    own = np.full(6, 0.8)
    value = np.array([1.19, 1.2, 1.8, 2.4, 3.6, 7.2])
    assert BY_CODE["CREAT"].grade(value).tolist() == [0, 1, 2, 2, 3, 4]
    assert BY_CODE["CREAT"].grade(value, own).tolist() == [0, 2, 2, 3, 3, 4]


def test_creatinine_and_clearance_belong_together_as_cockcroft_and_gault_have_it():
    creatinine = own_creatinine(np.array([60.0]), np.array([72.0]), np.array([True]), np.array([80.0]))
    assert creatinine == pytest.approx(1.0)


@pytest.mark.parametrize(("code", "rises"), [(code, code not in ("FT4", "CORT")) for code in CURVES])
def test_every_curve_goes_one_way(code, rises):
    steps = np.diff(curve(code, np.linspace(0, 8, 60)))
    assert (steps >= 0).all() if rises else (steps <= 0).all()
    assert abs(steps).max() > 0


def test_counts_are_graded_by_the_limits_of_ctcae_in_either_unit():
    count = np.array([2.1, 1.9, 1.4, 0.9, 0.4])
    assert BY_CODE["NEUT"].grade(count).tolist() == [0, 1, 2, 3, 4]
    assert EVENTS["neutrophils"].grade(count * 1e6).tolist() == [0, 1, 2, 3, 4]


def test_no_injury_of_the_biology_is_missed_and_each_has_a_term_of_ctcae():
    species = [one.name for mechanism in mechanisms().values() for one in mechanism.species]
    injuries = {name for name in species if name.startswith(("injury_", "drug_injury_"))}
    assert injuries
    assert injuries <= EVENTS.keys()
    assert all(event.ctcae for event in EVENTS.values())
    assert all(not event.analyte or event.analyte in BY_CODE for event in EVENTS.values())


def test_a_value_without_limits_has_no_grade_in_the_table_and_its_normal_range():
    record = LabRecord(
        21, np.array([1]), np.array([[0.904, 5.0]], dtype=np.float32), np.array([[3, -1]], dtype=np.int8)
    )
    table = adlb(Subjects("s", ["A", "B"], ["x", "x"]), ["NEUT", "TSH"], [record])
    assert table[["USUBJID", "ADY", "PARAMCD", "AVAL", "ATOXGR"]].astype(str).to_numpy().tolist() == [
        ["B", "21", "NEUT", "0.9", "3"],
        ["B", "21", "TSH", "5.0", ""],
    ]
    assert table["ANRHI"].tolist() == [7.5, 4.0]


def test_codes_are_unique_and_every_analyte_has_a_normal_range():
    assert len(BY_CODE) == len(ANALYTES)
    assert all(one.normal[0] < one.normal[1] for one in ANALYTES)
