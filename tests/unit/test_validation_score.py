"""Scores by tables made by hand: every expected number can be worked out on paper."""

from dataclasses import replace
from math import log

import pytest

from abscopal.calibration.targets import Target
from abscopal.validation.baselines import Guess
from abscopal.validation.score import Score, difference, duel, goals, summary, tally
from abscopal.validation.simulated import Estimate


def target(quantity="OS 12", value=0.5, **fields):
    kinds = {"ORR": "response", "CR": "response", "OS HR": "ratio", "OS median": "median", "colitis": "event"}
    kind = kinds.get(quantity, "event" if "grade" in quantity else "survival")
    given = {"protocol": "t", "arm": "a", "error": 0.05, "kind": kind, "limits": (0.4, 0.6)} | fields
    return Target(quantity=quantity, value=value, **given)


def score(quantity="OS 12", value=0.5, simulated=0.5, role="validation", naive=None, independent=None, **fields):
    guesses = (None if one is None else Guess(one, "elsewhere") for one in (naive, independent))
    return Score(role, "x", target(quantity, value, **fields), Estimate(simulated), *guesses)


def test_errors_of_shares_are_differences_and_those_of_months_and_ratios_are_of_logarithms():
    assert score(value=0.5, simulated=0.43).error == pytest.approx(-0.07)
    assert score("OS HR", 0.5, 1.0).error == pytest.approx(log(2))
    assert score("OS median", 20.0, 10.0).error == pytest.approx(-log(2))
    assert score("OS median", 20.0, None).error is None
    assert difference(target("OS HR", 0.5), 0.0) is None


def test_inside_is_about_the_published_interval_and_unknown_without_one():
    assert score(simulated=0.6).inside is True
    assert score(simulated=0.601).inside is False
    assert score(simulated=0.5, limits=None).inside is None
    assert score(simulated=None).inside is None


def test_the_size_of_an_error_is_in_standard_errors_of_its_target():
    assert score(value=0.5, simulated=0.6, error=0.05).size == pytest.approx(2.0)


def test_a_tally_has_mean_median_bias_and_share_inside():
    found = tally([0.1, -0.2, 0.6], [True, False, True, True])
    assert (found.n, found.mean, found.middle, found.bias) == pytest.approx((3, 0.3, 0.2, 1 / 6))
    assert found.inside == 0.75
    assert tally([]) is None


def test_a_duel_counts_only_where_both_say_something():
    scores = [
        score(value=0.5, simulated=0.6, naive=0.52),  # 0.10 against 0.02
        score(value=0.5, simulated=0.5, naive=0.7),  # 0.00 against 0.20
        score(value=0.5, simulated=0.9),
        score(value=0.5, simulated=None, naive=0.5),
    ]
    found = duel(scores, lambda one: one.naive)
    assert found.n == 2
    assert (found.model_mean, found.baseline_mean, found.nearer) == pytest.approx((0.05, 0.11, 0.5))
    assert duel(scores, lambda one: one.independent) is None


def test_baselines_from_the_same_cancer_and_from_others_are_summed_up_apart():
    near, far = score(simulated=0.6, naive=0.55), score(simulated=0.6)
    far = replace(far, naive=Guess(0.9, "other cancers: t", near=False))
    found = summary([near, far])["validation"]["sections"]["landmarks"]
    assert (found["naive"]["n"], found["naive"]["baseline_mean"]) == (1, pytest.approx(0.05))
    assert (found["naive_elsewhere"]["n"], found["naive_elsewhere"]["baseline_mean"]) == (1, pytest.approx(0.4))
    assert found["independent"] is None


def test_roles_are_summed_up_apart_and_each_figure_in_its_section():
    scores = [
        score("OS 12", 0.5, 0.52),
        score("PFS 24", 0.5, 0.4),
        score("OS 60", 0.5, 0.1),  # no landmark of the goals
        score("ORR", 0.5, 0.7),
        score("OS HR", 0.5, 0.5, limits=(0.4, 0.7)),
        score("colitis", 0.1, 0.1),
        score("colitis grade 3", 0.1, 0.15),
        score("OS 12", 0.5, 0.9, role="calibration"),
        score("OS 18", 0.5, None),
    ]
    found = summary(scores)
    mine = found["validation"]["sections"]
    assert mine["landmarks"]["model"]["n"] == 2
    assert mine["landmarks"]["model"]["middle"] == pytest.approx(0.06)
    assert mine["landmarks"]["not_reached"] == 1
    assert mine["OS landmarks"]["model"]["mean"] == pytest.approx(0.02)
    assert mine["ORR"]["model"]["inside"] == 0.0
    assert mine["adverse events"]["model"]["n"] == mine["adverse events, grade 3"]["model"]["n"] == 1
    assert mine["CR"]["model"] is None
    assert found["calibration"]["sections"]["landmarks"]["model"]["mean"] == pytest.approx(0.4)


def test_goals_are_met_from_below_for_errors_and_from_above_for_shares_inside():
    middle = {"model": {"middle": 0.04, "inside": None, "mean": 0.5}}
    orr = {"model": {"inside": 0.79, "middle": 0.0, "mean": 0.0}}
    found = goals({"landmarks": middle, "ORR": orr, "hazard ratios": {"model": None}})
    assert found["landmarks"]["met"] is True
    assert found["orr_inside"]["met"] is False
    assert found["hr_error"] == {"goal": 0.12, "reached": None, "met": None}
