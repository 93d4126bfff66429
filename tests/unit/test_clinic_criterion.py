from dataclasses import replace

import numpy as np
import pytest
from clinic_findings import findings

from abscopal.clinic.criteria.criterion import (
    LABELS,
    Response,
    Rule,
    criteria,
    criterion_named,
    first_match,
    is_one_of,
    joined,
    percent_change,
    put,
    reaches,
    take,
    unseen,
)
from abscopal.clinic.lesion_tables.lesion_table import MEASURES
from abscopal.errors import InputError
from abscopal.protocol.criteria import MEASURED, SIMULATED
from abscopal.protocol.protocol import Protocol


@pytest.mark.parametrize("name", ["RECIST 1.1", "recist1.1", "Recist1.1", "RECIST1.1"])
def test_recist_goes_by_any_case_and_spacing(name):
    assert criterion_named(name).name == "RECIST 1.1"


@pytest.mark.parametrize("name", ["iRECIST", "irecist", "IRECIST"])
def test_irecist_goes_by_any_case(name):
    assert criterion_named(name).name == "iRECIST"


def test_unknown_criterion_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match=r"expected a known response criterion.*did you mean iRECIST"):
        criterion_named("iRECST")


def test_first_rule_whose_facts_hold_gives_the_response():
    rules = (
        Rule(Response.PD, ("new",), (), "", ""),
        Rule(Response.CR, ("gone",), ("late",), "", ""),
        Rule(Response.SD, (), (), "", ""),
    )
    facts = {
        "new": np.array([True, False, False, False]),
        "gone": np.array([True, True, True, False]),
        "late": np.array([False, False, True, False]),
    }
    assert first_match(rules, facts).tolist() == [0, 1, 2, 2]


def test_table_of_rules_with_a_gap_is_refused():
    with pytest.raises(ValueError, match="left a subject without a response"):
        first_match((Rule(Response.PD, ("new",), (), "", ""),), {"new": np.array([True, False])})


def test_every_response_has_a_word():
    assert len(LABELS) == len(Response)
    assert len(set(LABELS)) == len(LABELS)


@pytest.mark.parametrize("criterion", criteria().values(), ids=lambda criterion: criterion.name)
def test_every_rule_says_where_the_guideline_says_so(criterion):
    for rule in (*criterion.rules, *criterion.target_rules):
        assert rule.section
        assert len(rule.sentence) > 10


@pytest.mark.parametrize(
    ("value", "threshold", "expected"), [(8.2, 3.2 + 5.0, True), (32.4, 1.2 * 27, True), (32.39, 1.2 * 27, False)]
)
def test_thresholds_are_reached_to_within_rounding(value, threshold, expected):
    assert bool(reaches(np.array([value]), threshold)[0]) is expected


def test_change_from_nothing_is_missing():
    change = percent_change(np.array([5.0, 5.0, np.nan]), np.array([0.0, 10.0, 10.0]))
    assert np.array_equal(change, [np.nan, -50.0, np.nan], equal_nan=True)


def test_records_are_taken_put_back_and_joined_field_by_field():
    visit = take(unseen(4), np.arange(4))
    part = replace(take(visit, np.array([3, 1])), sum_mm=np.array([30.0, 10.0]), new=np.array([True, False]))
    put(visit, np.array([3, 1]), part)
    np.testing.assert_array_equal(visit.sum_mm, [np.nan, 10.0, np.nan, 30.0])
    assert visit.new.tolist() == [False, False, False, True]
    state = criterion_named("iRECIST").start(findings(100))  # a record in a record
    both = joined([state, take(state, np.array([0]))])
    assert both.size.baseline.tolist() == [100.0, 100.0]


def test_a_response_is_looked_up_in_an_array_of_any_shape():
    code = np.array([[Response.CR, Response.NONE], [Response.ICPD, Response.PR]], dtype=np.int8)
    assert is_one_of(code, (Response.CR, Response.ICPD)).tolist() == [[True, False], [True, False]]


def test_a_protocol_may_ask_for_every_criterion_that_a_simulated_scan_can_be_read_by():
    found = criteria()
    assert set(SIMULATED) | set(MEASURED) == set(found)
    assert all(set(found[name].needs) <= {"PERP_MM"} for name in SIMULATED)  # the second diameter is simulated
    assert all(column in found[name].needs for name, column in MEASURED.items())


@pytest.mark.parametrize("name", SIMULATED)
def test_a_protocol_keeps_the_name_of_its_criteria(name):
    assert Protocol(**PROTOCOL, criteria=name).criteria == name


@pytest.mark.parametrize(("name", "column"), MEASURED.items())
def test_a_protocol_cannot_ask_for_criteria_whose_measure_no_simulated_scan_has(name, column):
    with pytest.raises(InputError, match=f"criteria: expected criteria for simulated scans .*needs {column}"):
        Protocol(**PROTOCOL, criteria=name)


def test_unknown_criteria_of_a_protocol_are_refused_with_the_nearest_name():
    with pytest.raises(InputError, match=r"criteria: expected a known response criterion, .*did you mean imRECIST"):
        Protocol(**PROTOCOL, criteria="imRECST")


@pytest.mark.parametrize("criterion", criteria().values(), ids=lambda criterion: criterion.name)
def test_measures_that_a_criterion_needs_or_reads_are_columns_of_a_lesion_table(criterion):
    assert set(criterion.needs) | set(criterion.reads) <= set(MEASURES)
    assert not set(criterion.needs) & set(criterion.reads)


PROTOCOL = {"indication": "melanoma", "subjects": 10, "arms": [{"name": "a", "regimen": ["nivolumab 240 mg q2w"]}]}
