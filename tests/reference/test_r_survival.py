"""analysis/ against R: every number frozen by make_r_survival.R, which also froze its input data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from abscopal.analysis.cox import cox
from abscopal.analysis.kaplan_meier import kaplan_meier
from abscopal.analysis.logrank import logrank
from abscopal.analysis.proportion import proportion, rate_difference, wilson_interval
from abscopal.analysis.restricted_mean import restricted_mean

DATA = Path(__file__).parent / "data"
R = json.loads((DATA / "r_survival.json").read_text())
CLOSE = {"rtol": 1e-8, "atol": 1e-12}


def table(name):
    return pd.read_csv(DATA / f"r_{name}.csv")


def numbers(values):
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def label(case):
    parts = [case["data"], case.get("group"), "+".join(case.get("covariates", [])), case.get("column")]
    parts += [case.get("strata") and f"strata({case['strata']})", case.get("weights"), case.get("conf_type")]
    return "-".join(part for part in parts if part)


def curve_of(case):
    rows = table(case["data"])
    if case["column"]:
        rows = rows[rows[case["column"]].astype(str) == case["value"]]
    weights = rows[case["weights"]] if case["weights"] else None
    return kaplan_meier(rows["time"], rows["status"], weights, conf_type=case["conf_type"])


curves = pytest.mark.parametrize("case", R["kaplan_meier"], ids=label)
group_comparisons = pytest.mark.parametrize("case", R["logrank"], ids=label)
models = pytest.mark.parametrize("case", R["cox"], ids=label)


@pytest.mark.parametrize("case", R["restricted_mean"], ids=label)
def test_restricted_mean_and_its_standard_error_match_R_survfit(case):
    found = restricted_mean(curve_of(case | {"weights": None, "conf_type": "log-log"}), case["horizon"])
    assert found.mean == pytest.approx(case["mean"], rel=1e-8)
    assert found.standard_error == pytest.approx(case["standard_error"], rel=1e-8)


def test_frozen_numbers_say_which_R_and_survival_made_them():
    assert R["versions"]["R"].startswith("R version")
    assert R["versions"]["survival"]


@curves
def test_kaplan_meier_survival_counts_and_standard_error_match_R_survfit(case):
    curve = curve_of(case)
    for ours in ("time", "survival", "standard_error", "at_risk", "events", "censored"):
        np.testing.assert_allclose(getattr(curve, ours), numbers(case[ours]), **CLOSE, err_msg=ours)


@curves
def test_kaplan_meier_limits_match_R_survfit(case):
    curve = curve_of(case)
    # Before the first event R leaves the log-log limits missing; ours are 1, the only value they could have.
    undefined_in_R = (curve.survival == 1.0) & np.isnan(numbers(case["lower"]))
    for ours in ("lower", "upper"):
        expected = np.where(undefined_in_R, 1.0, numbers(case[ours]))
        np.testing.assert_allclose(getattr(curve, ours), expected, **CLOSE, err_msg=ours)


@curves
def test_kaplan_meier_median_and_its_limits_match_R_survfit(case):
    curve = curve_of(case)
    assert curve.median() == case["median"]
    assert curve.median_interval() == (case["median_lower"], case["median_upper"])


def test_the_frozen_curves_hold_the_hard_cases():
    """The comparisons above would mean little without these."""
    curves_of_R = R["kaplan_meier"]
    assert any(case["survival"][-1] == 0 for case in curves_of_R)
    assert any(case["median"] not in case["time"] for case in curves_of_R if case["median"]), "midpoint of a flat half"
    assert any(case["median_upper"] is None for case in curves_of_R)
    assert any(max(case["events"]) >= 8 for case in curves_of_R), "heavy ties"


@group_comparisons
def test_logrank_matches_R_survdiff(case):
    rows = table(case["data"])
    result = logrank(rows["time"], rows["status"], rows[case["group"]], case["strata"] and rows[case["strata"]])
    assert result.degrees_of_freedom == case["degrees_of_freedom"]
    for ours in ("statistic", "p", "observed", "expected", "variance"):
        np.testing.assert_allclose(getattr(result, ours), case[ours], rtol=1e-8, atol=1e-10, err_msg=ours)


@models
def test_cox_efron_matches_R_coxph(case):
    rows = table(case["data"])
    strata = rows[case["strata"]] if case["strata"] else None
    model = cox(rows["time"], rows["status"], rows[case["covariates"]], strata=strata, names=case["covariates"])
    np.testing.assert_allclose(model.coefficients, case["coefficient"], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(model.standard_errors, case["standard_error"], rtol=1e-8)
    np.testing.assert_allclose(model.covariance, case["covariance"], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(model.log_likelihood, case["log_likelihood"], rtol=1e-10)
    np.testing.assert_allclose(model.null_log_likelihood, case["null_log_likelihood"], rtol=1e-10)
    ratios = [model.hazard_ratio(name) for name in case["covariates"]]
    for ours in ("hr", "lo", "hi", "p"):
        np.testing.assert_allclose([getattr(ratio, ours) for ratio in ratios], case[ours], rtol=1e-8, err_msg=ours)


@pytest.mark.parametrize("case", R["clopper_pearson"], ids=lambda c: f"{c['successes']}-of-{c['n']}-at-{c['level']}")
def test_exact_interval_matches_R_binom_test(case):
    ours = proportion(case["successes"], case["n"], level=case["level"])
    np.testing.assert_allclose([ours.lower, ours.upper], [case["lower"], case["upper"]], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("case", R["wilson"], ids=lambda c: f"{c['successes']}-of-{c['n']}")
def test_score_interval_matches_R_prop_test_without_continuity_correction(case):
    ours = wilson_interval(case["successes"], case["n"])
    np.testing.assert_allclose(ours, [case["lower"], case["upper"]], rtol=1e-8, atol=1e-12)


# Newcombe RG. Stat Med 1998;17:873, table II: limits of method 10 to four decimals.
NEWCOMBE_TABLE_II = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


@pytest.mark.parametrize(("a", "m", "b", "n", "lower", "upper"), NEWCOMBE_TABLE_II)
def test_rate_difference_matches_table_II_of_Newcombe_1998(a, m, b, n, lower, upper):
    ours = rate_difference(proportion(a, m), proportion(b, n))
    assert ours.difference == pytest.approx(a / m - b / n)
    assert ours.lower == pytest.approx(lower, abs=5.1e-5)
    assert ours.upper == pytest.approx(upper, abs=5.1e-5)
