"""What is said of a miss follows from its parts: made-up scores, each of one pattern."""

import pytest

from abscopal.calibration.targets import Target
from abscopal.validation.baselines import Guess
from abscopal.validation.misses import Enrolled, curve_verdict, reasons, response_verdict, worst_misses
from abscopal.validation.score import Score
from abscopal.validation.simulated import Estimate


def score(quantity, published, simulated, *, arm="drug", kind="survival", naive=None, recalled=False, reference=""):
    limits = (published - 0.05, published + 0.05) if kind == "response" else (published * 0.9, published * 1.1)
    target = Target("trial", arm, quantity, published, 0.05, kind, reference, 0.04, limits, recalled)
    guess = Guess(naive, "melanoma: other") if naive else None
    return Score("validation", "melanoma", target, Estimate(simulated), guess)


def arm_scores(arm, orr, overall, pfs=0.0):
    """An arm whose response and curves are off by so much."""
    curve = [("OS 6", 0.8), ("OS 12", 0.6), ("OS 24", 0.4)]
    free = [("PFS 6", 0.5), ("PFS 12", 0.4)]
    return [
        score("ORR", 0.4, 0.4 + orr, arm=arm, kind="response"),
        *(score(name, value, value + overall, arm=arm) for name, value in curve),
        *(score(name, value, value + pfs, arm=arm) for name, value in free),
    ]


def said(scores, arm="drug", enrolled=None):
    return " ".join(reasons(scores, arm, enrolled))


def test_a_response_is_right_within_its_interval_and_a_curve_within_four_points_on_average():
    scores = arm_scores("drug", 0.049, 0.039)
    assert response_verdict(scores, "drug") == "right"
    assert curve_verdict(scores, "drug", "OS") == "right"
    scores = arm_scores("drug", -0.06, 0.041)
    assert response_verdict(scores, "drug") == "too low"
    assert curve_verdict(scores, "drug", "OS") == "too high"
    assert curve_verdict(scores, "other", "OS") == "unknown"


@pytest.mark.parametrize(
    ("orr", "overall", "pfs", "words"),
    [
        (0.2, 0.2, 0.0, "how well the treatment kills"),
        (0.0, 0.2, 0.0, "up to progression is right"),
        (0.0, -0.2, -0.2, "Responses are right and survival is not"),
        (0.2, 0.0, 0.0, "Survival is right in spite of the responses"),
        (0.2, -0.2, 0.0, "off in opposite ways"),
    ],
)
def test_the_pattern_of_right_and_wrong_parts_points_somewhere(orr, overall, pfs, words):
    assert words in said(arm_scores("drug", orr, overall, pfs))


def test_a_control_arm_off_the_same_way_points_to_the_disease_and_a_right_one_to_the_treatment():
    assert "the disease or its patients" in said(arm_scores("drug", 0, 0.2) + arm_scores("control", 0, 0.2))
    assert "control is right: the effect of this arm" in said(arm_scores("drug", 0, 0.2) + arm_scores("control", 0, 0))
    assert "control" not in said(arm_scores("drug", 0, 0) + arm_scores("control", 0, 0.2))


def test_a_curve_that_is_right_early_and_too_high_late_has_the_wrong_shape():
    late = [score("OS 6", 0.8, 0.74), score("OS 12", 0.6, 0.6), score("OS 24", 0.4, 0.5), score("OS 36", 0.3, 0.4)]
    assert "too many survive for long (+13 points)" in said(late)
    assert "wrong shape" not in said(arm_scores("drug", 0, 0.2))


def test_it_says_what_contrast_patients_baseline_and_sources_tell():
    scores = [
        *arm_scores("drug", 0, 0.2),
        score("OS HR", 0.5, 0.8, kind="ratio", reference="control"),
        score("OS 18", 0.5, 0.7, naive=0.52),
    ]
    text = said(scores, enrolled=Enrolled({"liver": (0.3, 0.1), "male": (0.6, 0.62)}))
    assert "OS hazard ratio to control 0.80 for 0.50, outside" in text
    assert "liver 10 % for 30 %" in text
    assert "male" not in text
    assert "2 points off for the model's 20 (melanoma: other)" in text
    assert "recalled" not in text
    assert "recalled" in said([score("ORR", 0.4, 0.1, kind="response", recalled=True)])


def test_misses_are_ranked_by_the_size_of_their_errors():
    scores = arm_scores("near", 0.0, 0.02) + arm_scores("far", 0.3, 0.3) + arm_scores("middle", 0.0, 0.15)
    found = worst_misses(scores, {}, most=2)
    assert [miss.arm for miss in found] == ["far", "middle"]
    assert found[0].worst.target.quantity in {"ORR", "OS 6", "OS 12", "OS 24"}
    assert found[0].size > found[1].size


def test_an_arm_that_is_right_on_the_whole_is_a_miss_only_by_the_figure_that_is_named():
    assert worst_misses(arm_scores("drug", 0.0, 0.0), {}) == []
    found = worst_misses([*arm_scores("drug", 0.0, 0.0), score("CR", 0.1, 0.3, kind="response")], {})
    assert found[0].why[1] == "What is off is one figure: CR."
