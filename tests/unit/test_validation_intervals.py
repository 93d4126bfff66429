"""Predictive intervals by numbers made by hand, and held to what they promise on synthetic trials."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from abscopal.calibration.targets import Target
from abscopal.validation.discrepancy import Discrepancy
from abscopal.validation.intervals import band, beta_limits, coverage, interval, is_predicted, share_inside, spread_of
from abscopal.validation.score import Score
from abscopal.validation.simulated import Estimate

KINDS = {"ORR": "response", "CR": "response", "OS HR": "ratio", "OS median": "median", "colitis": "event"}


def score(quantity="OS 12", value=0.5, simulated=0.5, size=100, trial="t", role="validation", limits=None):
    kind = KINDS.get(quantity, "survival")
    sampling = 0.2 if kind == "ratio" else (value * (1 - value) / size) ** 0.5
    target = Target(trial, "a", quantity, value, 0.1, kind, "b" if kind == "ratio" else "", sampling, (0.1, 0.9))
    one = Score(role, "x", target, Estimate(simulated, *(limits or (None, None))))
    return replace(one, spread=spread_of(one, size, 10**6))


def test_response_rates_landmarks_of_the_goals_and_hazard_ratios_get_intervals_and_nothing_else():
    got = [name for name in ("ORR", "OS 6", "PFS 36", "OS HR") if is_predicted(score(name).target)]
    assert got == ["ORR", "OS 6", "PFS 36", "OS HR"]
    assert not any(is_predicted(score(name).target) for name in ("CR", "OS 60", "OS median", "colitis"))
    assert score("OS 12", simulated=None).spread is None


def test_without_discrepancy_the_interval_of_a_share_is_that_of_sampling_at_the_published_size():
    found = interval(score(simulated=0.3, size=100, value=0.5))
    assert found is not None
    assert found.upper - found.lower == pytest.approx(2 * 1.645 * (0.3 * 0.7 / 100) ** 0.5, rel=0.02)
    assert found.holds(0.3)
    assert not found.holds(0.5)


def test_the_interval_of_a_ratio_is_log_normal_and_adds_the_discrepancy_to_the_published_sampling_error():
    found = interval(score("OS HR", 0.7, 0.6, limits=(0.6, 0.6)), Discrepancy(0.0, 0.0, 0.15))
    assert found is not None
    half = 1.6449 * (0.2**2 + 0.15**2) ** 0.5
    assert np.log([found.lower, found.upper]) == pytest.approx([np.log(0.6) - half, np.log(0.6) + half], abs=1e-4)
    assert (found.parameter, found.discrepancy) == (0.0, pytest.approx(0.15))


def test_beta_limits_are_those_of_scipy_and_a_variance_that_no_share_can_have_gives_everything():
    a, b = 6.0, 14.0
    law = stats.beta(a, b)
    assert beta_limits(law.mean(), law.var()) == pytest.approx(law.ppf([0.05, 0.95]), abs=1e-9)
    assert beta_limits(0.3, 0.3) == (0.0, 1.0)
    assert beta_limits(0.3, 0.0) == pytest.approx((0.3, 0.3), abs=1e-5)


def test_draws_move_the_centre_to_their_mean_and_widen_the_interval_by_their_variance():
    one = score(simulated=0.5, size=10**6)
    spread = spread_of(one, 10**6, 10**6, [0.4, 0.5, 0.6, None])
    assert spread.centre == pytest.approx(0.5, abs=1e-5)
    assert spread.parameter == pytest.approx(0.01)
    ratio = spread_of(score("OS HR", simulated=0.5, limits=(0.5, 0.5)), 1, 1, [0.4, 0.625])
    assert ratio.centre == pytest.approx(0.5)
    assert ratio.parameter == pytest.approx(np.var(np.log([0.4, 0.625]), ddof=1))


def test_nobody_of_a_finite_replay_is_not_never():
    one = score("ORR", value=0.02, simulated=0.0, size=50)
    found = interval(replace(one, spread=spread_of(one, 50, 100)))
    assert found is not None
    assert found.lower < 0.001 < found.upper
    assert found.holds(0.02)


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_intervals_hold_as_often_as_they_say_when_trials_differ_as_the_discrepancy_says(level):
    """Truth beta about the prediction with rho = 0.04, then a trial of 150 subjects each."""
    random = np.random.default_rng(8)
    known = Discrepancy(0.1, 0.1, 0.3)
    rho = known.correlation("survival")
    p = random.uniform(0.1, 0.9, 3000)
    strength = 1.0 / rho - 1.0
    truth = random.beta(p * strength, (1 - p) * strength)
    seen = random.binomial(150, truth) / 150
    scores = [score(value=s, simulated=m, size=150) for s, m in zip(seen, p, strict=True) if 0 < s < 1]
    assert share_inside(scores, known, level) == pytest.approx(level, abs=0.03)


def test_coverage_counts_by_kind_and_trial_and_its_goal_is_about_landmarks():
    scores = [score(value=0.5), score(value=0.5), score(value=0.5), score(value=0.9, trial="u"), score("ORR", 0.9)]
    found = coverage(scores, Discrepancy(0.02, 0.02, 0.1))
    assert found["kinds"]["landmarks"] == {"figures": 4, "inside": 0.75}
    assert found["kinds"]["ORR"] == {"figures": 1, "inside": 0.0}
    assert found["kinds"]["hazard ratios"] == {"figures": 0, "inside": None}
    assert found["trials"] == {"t": {"figures": 4, "inside": 0.75}, "u": {"figures": 1, "inside": 0.0}}
    assert found["met"] is False
    assert coverage([], Discrepancy(0.1, 0.1, 0.1))["met"] is None


def test_a_band_is_as_wide_as_the_interval_of_its_landmark_and_certain_where_nobody_has_the_event():
    known = Discrepancy(0.1, 0.1, 0.3)
    (start, month) = band(((0.0, 1.0), (12.0, 0.5)), (), 100, 10**6, known)
    assert start == (0.0, 1.0, 1.0)
    found = interval(score(simulated=0.5, size=100), known)
    assert month[1:] == pytest.approx((found.lower, found.upper), abs=2e-3)
