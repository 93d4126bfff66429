import numpy as np
import pytest

from abscopal.clinic.adverse_events import GradeRecord, adae, episodes
from abscopal.clinic.records import Subjects
from abscopal.clinic.toxicity_grades import EVENTS, grade


def looks(*rows):
    """Records of (day, grades by subject), one event."""
    return [
        GradeRecord(day, np.array(sorted(found)), np.array([[found[who]] for who in sorted(found)], dtype=np.int8))
        for day, found in rows
    ]


def test_an_injury_in_grades_is_that_grade():
    assert grade(np.array([0.0, 0.99, 1.0, 2.5, 3.0, 7.0])).tolist() == [0, 0, 1, 2, 3, 4]


def test_neutropenia_is_graded_by_the_limits_of_ctcae():
    """Version 5: below 2.0 (lower limit of normal), 1.5, 1.0 and 0.5 thousand million per litre."""
    counts = np.array([5.0e6, 1.9e6, 1.5e6, 1.2e6, 0.7e6, 0.1e6])
    assert EVENTS["neutrophils"].grade(counts).tolist() == [0, 1, 1, 2, 3, 4]


def test_an_episode_lasts_from_the_first_look_with_a_grade_to_the_first_without():
    found = episodes(looks((0, {0: 0, 1: 0}), (21, {0: 1, 1: 0}), (42, {0: 3, 1: 2}), (63, {0: 0}), (84, {0: 1, 1: 2})))
    assert found.subject.tolist() == [0, 0, 1]
    assert found.worst.tolist() == [3, 1, 2]
    assert found.first.tolist() == [21, 84, 42]
    np.testing.assert_array_equal(found.end, [63, np.nan, np.nan])


def test_what_a_patient_had_before_treatment_is_no_adverse_event_until_it_is_worse():
    found = episodes(looks((0, {0: 1, 1: 1}), (21, {0: 1, 1: 2}), (42, {0: 1, 1: 1})))
    assert (found.subject.tolist(), found.worst.tolist(), found.end.tolist()) == ([1], [2], [42])


def test_an_event_belongs_to_the_treatment_that_came_last_before_it():
    table = adae(
        Subjects("trial", ["A", "B"], ["x", "y"]),
        ["injury_colon"],
        looks((0, {0: 0, 1: 0}), (21, {0: 2, 1: 0}), (90, {0: 0, 1: 4})),
        np.array([50.0, 50.0]),
    )
    assert table[["USUBJID", "AETERM", "AETOXGR", "ASTDY"]].astype(object).to_numpy().tolist() == [
        ["A", "Colitis", 2, 21],
        ["B", "Colitis", 4, 90],
    ]
    assert table["AEREL"].tolist() == ["protocol treatment", "subsequent treatment"]
    assert table["AENDY"].iloc[0] == 90


@pytest.mark.parametrize("records", [[], looks((0, {0: 0}), (21, {0: 0}))])
def test_nobody_ill_makes_an_empty_table(records):
    table = adae(Subjects("trial", ["A"], ["x"]), ["injury_colon"] if records else [], records, np.array([np.nan]))
    assert len(table) == 0
