import dataclasses

import numpy as np
import pytest
from clinic_findings import SUMS, findings, responses

from abscopal.clinic.criteria.criterion import LABELS, Response, Visits, rule_text
from abscopal.clinic.criteria.recist import SOURCES, Recist

ALL_NONTARGETS = ["", "CR", "NON-CR/NON-PD", "NE", "PD"]


def at_one_visit(target, nontarget, new=0):
    """Overall response of the first visit with this target and non-target response."""
    total = None if target is None else SUMS[target]
    baseline = findings(None if target is None else 100.0, "NON-CR/NON-PD" if nontarget else "")
    whole = target != "NE"
    seen = findings(total if whole else 40.0, nontarget, new, complete=whole)
    return responses(Recist(), baseline, (56, seen))[0]


@pytest.mark.parametrize(
    ("target", "nontarget", "expected"),
    [
        ("CR", "", "CR"),
        ("CR", "CR", "CR"),
        ("CR", "NON-CR/NON-PD", "PR"),
        ("CR", "NE", "PR"),
        ("PR", "", "PR"),
        ("PR", "CR", "PR"),
        ("PR", "NON-CR/NON-PD", "PR"),
        ("PR", "NE", "PR"),
        ("SD", "", "SD"),
        ("SD", "CR", "SD"),
        ("SD", "NON-CR/NON-PD", "SD"),
        ("SD", "NE", "SD"),
        ("NE", "", "NE"),
        ("NE", "CR", "NE"),
        ("NE", "NON-CR/NON-PD", "NE"),
        ("NE", "NE", "NE"),
    ],
)
def test_row_without_progression_of_recist_1_1_table_1(target, nontarget, expected):
    assert at_one_visit(target, nontarget) == expected


@pytest.mark.parametrize("new", [0, 1])
@pytest.mark.parametrize("nontarget", ALL_NONTARGETS)
def test_target_progression_is_progression_whatever_else_recist_1_1_table_1(nontarget, new):
    assert at_one_visit("PD", nontarget, new) == "PD"


@pytest.mark.parametrize("new", [0, 1])
@pytest.mark.parametrize("target", ["CR", "PR", "SD", "NE", "PD"])
def test_nontarget_progression_is_progression_whatever_else_recist_1_1_table_1(target, new):
    assert at_one_visit(target, "PD", new) == "PD"


@pytest.mark.parametrize("nontarget", ALL_NONTARGETS)
@pytest.mark.parametrize("target", [None, "CR", "PR", "SD", "NE", "PD"])
def test_new_lesion_is_progression_whatever_else_recist_1_1_tables_1_and_2(target, nontarget):
    assert at_one_visit(target, nontarget, new=1) == "PD"


@pytest.mark.parametrize(
    ("nontarget", "expected"),
    [("CR", "CR"), ("NON-CR/NON-PD", "NON-CR/NON-PD"), ("NE", "NE"), ("PD", "PD")],
)
def test_row_of_recist_1_1_table_2_for_nontarget_disease_only(nontarget, expected):
    assert at_one_visit(None, nontarget) == expected


def test_nothing_followed_and_nothing_new_is_no_evidence_of_disease():
    assert at_one_visit(None, "") == "NED"


MINIMUM_SD = 42
TABLE_3 = [
    ("CR", "CR", "CR", "CR"),
    ("CR", "PR", "SD", "PD"),  # footnote a: never PR, since a true CR that regrows is no response
    ("CR", "SD", "SD", "PD"),
    ("CR", "PD", "SD", "PD"),
    ("CR", "NE", "SD", "NE"),
    ("PR", "CR", "PR", "PR"),
    ("PR", "PR", "PR", "PR"),
    ("PR", "SD", "SD", "NE"),  # the row says SD; section 4.6.3 has it last long enough like any other
    ("PR", "PD", "SD", "PD"),
    ("PR", "NE", "SD", "NE"),
    ("NE", "NE", "NE", "NE"),
]


def best(first, second, day, confirmed=True, gap=28):
    codes = np.array([[LABELS.index(first), LABELS.index(second)]], dtype=np.int8)
    days = np.array([[day, day + gap]], dtype=float)
    found = Recist().best(Visits(codes, days, np.full((1, 2), np.nan)), confirmed=confirmed)
    return LABELS[found.response[0]]


def series(words, confirmed=True):
    """Best response of visits four weeks apart from the minimum duration of stable disease on."""
    codes = np.array([[LABELS.index(word) for word in words.split()]], dtype=np.int8)
    days = MINIMUM_SD + 28.0 * np.arange(codes.shape[1])[None, :]
    return LABELS[Recist().best(Visits(codes, days, np.full(codes.shape, np.nan)), confirmed=confirmed).response[0]]


@pytest.mark.parametrize(("first", "second", "long_enough", "too_early"), TABLE_3)
def test_row_of_recist_1_1_table_3_confirmed_best_response(first, second, long_enough, too_early):
    assert best(first, second, MINIMUM_SD) == long_enough
    assert best(first, second, 10) == too_early


def test_confirmation_survives_one_visit_that_could_not_be_evaluated_not_two():
    assert series("PR NE PR") == "PR"
    assert series("PR NE NE PR") == "SD"
    assert series("CR NE CR") == "CR"


def test_worse_between_breaks_a_confirmation():
    assert series("PR SD PR") == "SD"
    assert series("PR SD PR PR") == "PR"


@pytest.mark.parametrize(("gap", "expected"), [(27, "SD"), (28, "PR")])
def test_confirmation_takes_four_weeks_recist_1_1_section_4_6_1(gap, expected):
    assert best("PR", "PR", 42, gap=gap) == expected


@pytest.mark.parametrize(("day", "expected"), [(41, "NE"), (42, "SD")])
def test_stable_disease_takes_the_minimum_duration_recist_1_1_section_4_6_3(day, expected):
    codes, days = np.array([[Response.SD]], dtype=np.int8), np.array([[day]], dtype=float)
    found = Recist().best(Visits(codes, days, np.full((1, 1), np.nan)), confirmed=False)
    assert LABELS[found.response[0]] == expected


def test_response_after_progression_does_not_count():
    assert best("PD", "CR", 42, confirmed=False) == "PD"


def test_best_response_without_a_visit_is_not_evaluable():
    nothing = Recist().best(Visits(np.zeros((2, 0), np.int8), np.zeros((2, 0)), np.zeros((2, 0))), confirmed=True)
    assert [LABELS[code] for code in nothing.response] == ["NE", "NE"]
    assert np.isnan(nothing.day).all()


def test_incomplete_sum_is_progression_only_if_it_already_shows_it():
    visits = [(56, findings(119, complete=False)), (112, findings(120, complete=False))]
    assert responses(Recist(), findings(100.0), *visits) == ["NE", "PD"]


def test_incomplete_sum_does_not_lower_the_nadir():
    visits = [(56, findings(40, complete=False)), (112, findings(80))]
    assert responses(Recist(), findings(100.0), *visits) == ["NE", "SD"]


def test_lesion_seen_again_after_overall_complete_response_is_progression_by_eortc():
    assert responses(Recist(), findings(50.0), (56, findings(0)), (112, findings(3))) == ["CR", "PD"]


def test_target_seen_again_after_target_complete_response_alone_is_not_by_eortc():
    baseline, persists = findings(50.0, "NON-CR/NON-PD"), "NON-CR/NON-PD"
    visits = [(56, findings(0, persists)), (112, findings(3, persists)), (168, findings(5, persists))]
    assert responses(Recist(), baseline, *visits) == ["PR", "PR", "PD"]


def test_each_visit_read_on_its_own_gives_stable_disease_above_the_response_threshold():
    visits = [(56, findings(60)), (112, findings(71))]
    assert responses(dataclasses.replace(Recist(), response_persists=False), findings(100.0), *visits) == ["PR", "SD"]


@pytest.mark.parametrize(
    ("before", "after", "has_target", "expected"),
    [
        (40, 59.9, True, "SD"),
        (40, 60, True, "PD"),
        (15, 24.9, True, "SD"),
        (15, 25, True, "PD"),
        (40, 47.9, False, "NON-CR/NON-PD"),
        (40, 48, False, "PD"),
        (20, 24, False, "NON-CR/NON-PD"),
        (0, 10, True, "PD"),
    ],
)
def test_measured_nontargets_progress_unequivocally_by_the_documented_growth(before, after, has_target, expected):
    total, persists = (100.0 if has_target else None), "NON-CR/NON-PD"
    baseline, seen = findings(total, persists, size=before), findings(total, persists, size=after)
    assert responses(Recist(), baseline, (56, seen)) == [expected]


def test_growth_of_nontargets_counts_from_their_smallest_size():
    persists = "NON-CR/NON-PD"
    visits = [(56, findings(100, persists, size=20)), (112, findings(100, persists, size=31))]
    assert responses(Recist(), findings(100, persists, size=60), *visits) == ["SD", "PD"]


def test_left_to_the_reader_growth_of_nontargets_is_not_progression():
    seen = findings(100, "NON-CR/NON-PD", size=500)
    baseline = findings(100, "NON-CR/NON-PD", size=0)
    assert responses(Recist().by_reader(), baseline, (56, seen)) == ["SD"]


def rule_of(visit):
    texts, number = rule_text(Recist(), visit)
    return texts[number[0]]


def test_subjects_not_scanned_keep_their_state_and_get_no_response():
    criterion = Recist()
    start = criterion.start(findings(100))
    state, visit = criterion.assess(start, findings(20), 56, np.array([False]))
    assert visit.response[0] == Response.NONE
    assert np.isnan(visit.progression_day[0])
    assert state.nadir[0] == 100
    assert rule_of(visit) == ""


def test_visit_reports_sum_nadir_changes_rule_and_day_of_progression():
    criterion = Recist()
    state = criterion.start(findings(100))
    state, _ = criterion.assess(state, findings(50), 56)
    state, visit = criterion.assess(state, findings(75), 112)
    assert (visit.sum_mm[0], visit.nadir_mm[0]) == (75, 50)
    assert (visit.change_baseline[0], visit.change_nadir[0]) == (-25, 50)
    assert visit.progression_day[0] == 112
    assert "20 % and 5 mm" in rule_of(visit)
    assert "table 1" in rule_of(visit)


def test_every_threshold_has_a_source():
    assert {f.name for f in dataclasses.fields(Recist)} - {"name"} == set(SOURCES)
