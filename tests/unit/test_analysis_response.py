import pandas as pd
import pytest

from abscopal.analysis.enrolled import enrolled
from abscopal.analysis.proportion import proportion, rate_difference, wilson_interval
from abscopal.analysis.response import CONTROLLED, PROGRESSIVE, SUSPECTED, response_rates
from abscopal.clinic.criteria import criterion

ADSL = pd.DataFrame(
    {
        "USUBJID": [f"SUBJ-{i:04d}" for i in range(1, 11)],
        "ARM": ["nivolumab"] * 6 + ["dacarbazine"] * 4,
        "CLASS": ["enrolled"] * 5 + ["solver failure"] + ["enrolled"] * 4,
    }
)
CONFIRMED = ["CR", "PR", "SD", "PD", "NE", "CR", "PR", "NON-CR/NON-PD", "SD"]  # SUBJ-0010 was never assessed
ADRS = pd.DataFrame({"USUBJID": ADSL["USUBJID"][:9], "PARAMCD": "CBOR", "AVALC": CONFIRMED})


def test_rates_count_every_enrolled_subject_and_no_solver_failure():
    rates = response_rates(ADRS, ADSL)["nivolumab"]
    assert (rates.objective.successes, rates.objective.n) == (2, 5)
    assert rates.complete.rate == 1 / 5
    assert rates.disease_control.rate == 3 / 5


def test_a_subject_without_assessment_is_a_non_responder_and_non_CR_non_PD_is_disease_control():
    rates = response_rates(ADRS, ADSL)["dacarbazine"]
    assert (rates.objective.successes, rates.objective.n) == (1, 4)
    assert rates.disease_control.successes == 3
    assert rates.complete.successes == 0
    assert rates.complete.lower == 0.0


def test_confirmed_and_unconfirmed_best_response_are_read_from_their_own_rows():
    unconfirmed = ADRS.assign(PARAMCD="BOR", AVALC="PR")
    both = pd.concat([ADRS, unconfirmed])
    assert response_rates(both, ADSL)["nivolumab"].objective.successes == 2
    assert response_rates(both, ADSL, paramcd="BOR")["nivolumab"].objective.successes == 5


def test_every_word_of_every_criterion_is_analysed_and_suspected_progression_is_the_criteria_s_own_list():
    assert {criterion.LABELS[code] for code in criterion.SUSPECTED} == SUSPECTED
    assert set(criterion.LABELS) - {"", "NE", "NED"} == CONTROLLED | PROGRESSIVE | SUSPECTED


def test_iRECIST_non_target_disease_that_persists_is_disease_control_but_no_response():
    rows = pd.DataFrame({"USUBJID": ["SUBJ-0001"], "PARAMCD": ["CBOR"], "AVALC": ["NON-iCR/NON-iUPD"]})
    rates = response_rates(rows, ADSL)["nivolumab"]
    assert (rates.objective.successes, rates.disease_control.successes) == (0, 1)


@pytest.mark.parametrize(("response", "counted"), [("iCR", 1), ("iPR", 1), ("iSD", 0), ("iUPD", 0), ("iCPD", 0)])
def test_iRECIST_responses_count_as_their_RECIST_namesakes(response, counted):
    rows = pd.DataFrame({"USUBJID": ["SUBJ-0001"], "PARAMCD": ["CBOR"], "AVALC": [response]})
    assert response_rates(rows, ADSL)["nivolumab"].objective.successes == counted


def test_two_best_responses_of_one_subject_are_refused():
    with pytest.raises(ValueError, match="several for SUBJ-0001"):
        response_rates(pd.concat([ADRS, ADRS]), ADSL)


def test_an_unknown_parameter_is_refused():
    with pytest.raises(ValueError, match="CBOR or BOR, got 'OVR'"):
        response_rates(ADRS, ADSL, paramcd="OVR")


def test_a_real_table_without_class_is_taken_whole():
    assert len(enrolled(ADSL.drop(columns="CLASS"))) == 10
    assert len(enrolled(ADSL)) == 9


def test_exact_interval_of_no_success_is_the_rule_of_three_in_closed_form():
    assert proportion(0, 100).upper == pytest.approx(1 - 0.025 ** (1 / 100), rel=1e-12)
    assert proportion(100, 100).lower == pytest.approx(0.025 ** (1 / 100), rel=1e-12)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(successes, n):
    for interval in (proportion, wilson_interval):
        with pytest.raises(ValueError, match=f"got {successes} of {n}"):
            interval(successes, n)


def test_difference_of_rates_changes_sign_with_the_order_of_the_arms():
    there = rate_difference(proportion(84, 210), proportion(29, 208))
    back = rate_difference(proportion(29, 208), proportion(84, 210))
    assert (back.difference, back.lower, back.upper) == pytest.approx((-there.difference, -there.upper, -there.lower))
