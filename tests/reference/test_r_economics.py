"""Economic evaluation against R: numbers frozen by make_r_economics.R, which was written from the definitions."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from abscopal.analysis.accrual import Accrual, Weights
from abscopal.analysis.cost_effectiveness import acceptability, frontier
from abscopal.units import DAYS_PER_YEAR

DATA = Path(__file__).parent / "data"
R = json.loads((DATA / "r_economics.json").read_text())
LUNG = pd.read_csv(DATA / "r_lung.csv")


def test_frozen_numbers_say_which_R_and_survival_made_them():
    assert R["versions"]["R"].startswith("R version")
    assert R["versions"]["survival"]


@pytest.mark.parametrize("case", R["means"], ids=lambda c: f"{c['sex']}-{c['horizon']}-{c['discount']}")
def test_mean_costs_and_QALYs_of_censored_subjects_match_R(case):
    rows = LUNG[LUNG["sex"] == case["sex"]]
    end, died, who = rows["time"].to_numpy(float), rows["status"].to_numpy() == 1, np.arange(len(rows))
    weights = Weights.of(end, died, case["discount"], case["horizon"])
    cost = Accrual.together([
        Accrual.at_once(who, 0.0, 1000.0),
        Accrual.over(who, 0.0, np.minimum(end, 100), 10.0),
        Accrual.at_once(who[died], end[died], 500.0),
    ])  # fmt: skip
    alive = Accrual.over(who, 0.0, end, 1 / DAYS_PER_YEAR)
    assert weights.worth(cost, len(who)).mean() == pytest.approx(case["cost"], rel=1e-8)
    assert 0.7 * weights.worth(alive, len(who)).mean() == pytest.approx(case["qaly"], rel=1e-8)


@pytest.mark.parametrize("case", R["means"], ids=lambda c: f"{c['sex']}-{c['horizon']}-{c['discount']}")
def test_weighted_time_alive_is_the_restricted_mean_of_R_survfit(case):
    rows = LUNG[LUNG["sex"] == case["sex"]]
    end, died = rows["time"].to_numpy(float), rows["status"].to_numpy() == 1
    alive = Accrual.over(np.arange(len(end)), 0.0, end, 1.0)
    days = Weights.of(end, died, 0.0, case["horizon"]).worth(alive, len(end)).mean()
    assert days == pytest.approx(case["restricted_mean_days"], rel=1e-9)


def test_acceptability_matches_R():
    i = np.arange(200)
    samples = {
        "a": np.stack([20000 + 5000 * np.sin(i), 1.5 + 0.3 * np.cos(3 * i)], axis=1),
        "b": np.stack([32000 + 7000 * np.cos(2 * i), 1.9 + 0.4 * np.sin(5 * i)], axis=1),
        "c": np.stack([45000 + 4000 * np.sin(7 * i), 2.0 + 0.2 * np.cos(11 * i)], axis=1),
    }
    found = acceptability(samples, np.array(R["acceptability"]["thresholds"], dtype=float))
    for arm, share in R["acceptability"]["probability"].items():
        np.testing.assert_allclose(found[arm], share, atol=1e-12)


def test_the_frontier_is_of_those_that_are_best_at_some_value_of_a_QALY():
    means = {row["name"]: (float(row["cost"]), float(row["qaly"])) for row in R["strategies"]}
    rows = frontier(means)
    assert [row.arm for row in rows if not row.status] == R["frontier"]["names"]
    ratios = [row.icer for row in rows if row.icer is not None]
    for ratio, (low, high) in zip(ratios, R["frontier"]["switch_between"], strict=True):
        assert low * (1 - 1e-9) <= ratio <= high * (1 + 1e-9)
    assert {row.arm: row.status for row in rows if row.status} == {
        "worse": "dominated",
        "between": "extendedly dominated",
    }
