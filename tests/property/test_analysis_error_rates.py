"""Error rates of the methods on simulated trials, with limits computed from the number of runs.

A rate that is truly r shows in R runs with a standard deviation of sqrt(r (1 - r) / R); four of them are allowed,
which a correct method exceeds once in 16,000 seeds.
"""

import numpy as np
import pytest

from abscopal.analysis.cox import cox
from abscopal.analysis.kaplan_meier import kaplan_meier
from abscopal.analysis.logrank import logrank


def allowance(rate, runs):
    return 4.0 * np.sqrt(rate * (1.0 - rate) / runs)


def simulated_trial(rng, n, hazard_ratio=1.0):
    """Exponential times with a median of 12 months in the control arm, followed for 12 to 36 months."""
    arm = np.arange(n) % 2
    days = rng.exponential(12 / np.log(2) / np.where(arm == 1, hazard_ratio, 1.0))
    followed = rng.uniform(12, 36, n)
    return np.minimum(days, followed), days <= followed, arm


def test_logrank_rejects_5_percent_of_2000_trials_under_the_null():
    rng, runs = np.random.default_rng(20240501), 2000
    rejected = sum(logrank(*simulated_trial(rng, 80)).p < 0.05 for _ in range(runs))
    assert rejected / runs == pytest.approx(0.05, abs=allowance(0.05, runs))


def test_stratified_logrank_rejects_5_percent_of_1000_trials_under_the_null_with_unlike_strata():
    rng, runs, rejected = np.random.default_rng(20240502), 1000, 0
    for _ in range(runs):
        time, event, arm = simulated_trial(rng, 90)
        stratum = rng.integers(0, 3, 90)
        rejected += logrank(time * 4.0**stratum, event, arm, stratum).p < 0.05
    assert rejected / runs == pytest.approx(0.05, abs=allowance(0.05, runs))


def test_cox_95_percent_interval_holds_the_true_hazard_ratio_in_95_percent_of_1000_trials():
    rng, runs, true = np.random.default_rng(20240503), 1000, 0.6
    inside = 0
    for _ in range(runs):
        ratio = cox(*simulated_trial(rng, 150, true)).hazard_ratio()
        inside += ratio.lo <= true <= ratio.hi
    assert inside / runs == pytest.approx(0.95, abs=allowance(0.95, runs))


def test_log_log_interval_holds_the_true_12_month_survival_in_95_percent_of_1000_trials():
    rng, runs, inside = np.random.default_rng(20240504), 1000, 0
    for _ in range(runs):
        time, event, _ = simulated_trial(rng, 100)
        lower, upper = kaplan_meier(time, event).interval_at(12.0)
        inside += lower <= 0.5 <= upper
    assert inside / runs == pytest.approx(0.95, abs=allowance(0.95, runs))


def test_median_interval_holds_the_true_median_in_95_percent_of_1000_trials():
    rng, runs, inside = np.random.default_rng(20240505), 1000, 0
    for _ in range(runs):
        time, event, _ = simulated_trial(rng, 100)
        lower, upper = kaplan_meier(time, event).median_interval()
        inside += lower <= 12.0 and (upper is None or upper >= 12.0)
    assert inside / runs == pytest.approx(0.95, abs=allowance(0.95, runs))
