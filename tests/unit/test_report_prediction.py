"""The page of a prediction keeps kinds of doubt apart, and says what was asked for and not obtained."""

import re

import pytest
from synthetic_trial import DACARBAZINE, NIVOLUMAB, SyntheticArm, synthetic_tables

from abscopal.analysis.outcomes import outcomes
from abscopal.analysis.prediction import Prediction, predict
from abscopal.errors import InputError
from abscopal.protocol import Protocol
from abscopal.report.marginals import marginals_part, missed, missed_sentence, unused_of
from abscopal.report.prediction import NOT_ADVICE, label, prediction_page
from abscopal.report.published import Description, PublishedValue

ARMS = (NIVOLUMAB.name, DACARBAZINE.name)
ABOUT = {
    "seed": 3,
    "versions": {"abscopal": "0.1.0"},
    "model_hash": "0a1b2c",
    "numbers": [1, 11],
    "fitted": ["parameters.growth.center"],
    "marginals": {"liver": {"published": 0.2, "enrolled": 0.35}, "male": {"published": 0.6, "enrolled": 0.61}},
    "effective_candidates": 1234.0,
    "failed": 0,
    "missing": 0,
}


@pytest.fixture(scope="module")
def found() -> Prediction:
    arms = [(SyntheticArm(ARMS[0], share), DACARBAZINE) for share in (0.3, 0.5)]
    draws = [outcomes(synthetic_tables(pair, per_arm=50), range(100)) for pair in arms]
    return predict(draws, dict.fromkeys(ARMS, 100.0), [ARMS])


def described(**changes) -> Description:
    values = {ARMS[0]: {"orr": PublishedValue(0.42), "os_median": PublishedValue(99.0)}}
    return Description(
        **{"name": "own", "title": "A <trial>", "regimens": {arm: (arm,) for arm in ARMS}, "values": values} | changes
    )


def test_the_page_shows_parameters_sampling_and_both_apart_and_is_no_advice(found):
    page = prediction_page(described(), found, ABOUT)
    head = re.findall(r'<th scope="col">([^<]*)</th>', page)
    assert head[:6] == ["Endpoint", "Predicted", "Parameters", "Trial", "Both", "Published"]
    assert NOT_ADVICE in page
    assert "A &lt;trial&gt;" in page
    assert "<script" not in page
    assert page.count("<svg") == 5  # two endpoints of two arms, and the hazard ratios
    assert "misses was not estimated" in page


def test_published_values_are_told_to_lie_inside_or_outside(found):
    page = prediction_page(described(), found, ABOUT)
    assert page.count("within interval") == 1
    assert page.count("outside interval") == 1


def test_without_published_values_there_is_no_such_column(found):
    page = prediction_page(described(values={}), found, ABOUT)
    assert "Published" not in page


def test_the_page_names_what_was_asked_for_and_not_obtained(found):
    page = prediction_page(described(baseline={"stage4": PublishedValue(1.0)}), found, ABOUT)
    assert "Liver metastases 20\u00a0% asked for and 35\u00a0% enrolled" in page
    assert "1,234 equally weighted" in page
    assert "not used: Stage4" in page


def test_subjects_without_a_result_are_told(found):
    assert "3 computations failed" in prediction_page(described(), found, ABOUT | {"failed": 3})


def test_a_trial_of_one_arm_has_no_hazard_ratio():
    draws = [outcomes(synthetic_tables((SyntheticArm("a", share),), per_arm=40), range(40)) for share in (0.3, 0.5)]
    page = prediction_page(described(regimens={"a": ("a",)}, values={}), predict(draws, {"a": 40.0}), ABOUT)
    assert "nothing to compare" in page


def test_only_marginals_that_are_far_off_are_missed_the_furthest_first():
    told = {n: {"published": p, "enrolled": e} for n, p, e in (("liver", 0.2, 0.3), ("pdl1_ge50", 0.5, 0.1))}
    assert missed(told | {"male": {"published": 0.6, "enrolled": 0.64}}) == ["pdl1_ge50", "liver"]
    assert missed_sentence({"male": {"published": 0.6, "enrolled": 0.64}}) == ""
    assert "PD-L1 50 % or more 50\u00a0% asked for" in missed_sentence(told)


def test_shares_that_the_model_cannot_tell_are_named_and_ages_are_no_shares():
    assert unused_of({"age_median": 60, "egfr": 0.1, "male": 0.5}, {"male": {}}) == ["egfr"]
    assert "EGFR mutation" in marginals_part({}, None, ["egfr"])


def test_endpoints_have_names():
    assert [label(key) for key in ("os_at_12", "pfs_median", "orr")] == [
        "OS at 12 months",
        "Median PFS, months",
        "Objective response",
    ]


@pytest.mark.parametrize(
    ("baseline", "complaint"),
    [
        ({"pdl1_ge1": 0.3, "pdl1_ge50": 0.5}, r"baseline\.pdl1_ge50.*at most the share of pdl1_ge1, 0\.3, got 0\.5"),
        ({"risk_favourable": 0.6, "risk_poor": 0.6}, r"add up to 1 at most.*1\.2"),
    ],
)
def test_shares_at_baseline_that_contradict_each_other_are_refused(baseline, complaint):
    with pytest.raises(InputError, match=complaint):
        Protocol(indication="melanoma", subjects=9, arms=[{"name": "a", "regimen": []}], baseline=baseline)
