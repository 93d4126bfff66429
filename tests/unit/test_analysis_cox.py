from time import process_time

import numpy as np
import pytest
from numpy.testing import assert_allclose

from abscopal.analysis.cox import CoxError, MonotoneLikelihoodError, cox

ARM = np.array([0, 0, 0, 0, 1, 1, 1, 1])
TIME = np.array([1, 2, 3, 4, 5, 6, 7, 8])


def test_cox_by_hand_on_two_subjects_per_arm():
    """Events: control among {2 controls, 2 treated}, treated among {1, 2}, control among {1, 1}.

    With b the hazard ratio, L = 1/(2+2b) * b/(1+2b) * 1/(1+b); setting d log L / d log b to 0 gives 4b^2 + b - 1 = 0.
    """
    ratio = cox([1, 2, 3, 4], [1, 1, 1, 0], [0, 1, 0, 1]).hazard_ratio()
    b = (np.sqrt(17) - 1) / 8
    error = (2 * b / (1 + b) ** 2 + 2 * b / (1 + 2 * b) ** 2) ** -0.5
    assert ratio.hr == pytest.approx(b, rel=1e-9)
    assert ratio.standard_error == pytest.approx(error, rel=1e-9)
    assert (ratio.lo, ratio.hi) == pytest.approx(
        (b * np.exp(-1.959963984540054 * error), b * np.exp(1.959963984540054 * error))
    )


def test_an_arm_without_event_is_refused_by_its_name():
    with pytest.raises(MonotoneLikelihoodError, match="nivolumab: the coefficient diverges"):
        cox(TIME, 1 - ARM, ARM, names=["nivolumab"])


def test_a_covariate_that_orders_every_event_is_refused_beside_one_that_does_not():
    rng = np.random.default_rng(3)
    n = 60
    time = rng.permutation(np.arange(1.0, n + 1))
    covariates = np.column_stack([rng.normal(size=n), -time])
    with pytest.raises(MonotoneLikelihoodError, match=r"^order: the coefficient diverges"):
        cox(time, np.ones(n), covariates, names=["noise", "order"])


def test_a_strong_but_finite_effect_is_not_called_divergent():
    """One late event in the treated arm makes the maximum finite: L has a factor that falls with the coefficient."""
    time = np.append(np.arange(1, 101), np.arange(101, 201))
    arm = np.repeat([0, 1], 100)
    event = np.append(np.ones(100), np.zeros(100))
    event[149] = 1
    time[0] = 199  # a control still at risk when the treated subject has the event
    model = cox(time, event, arm)
    assert np.isfinite(model.coefficients[0])
    assert model.coefficients[0] < -3


def test_no_event_is_refused():
    with pytest.raises(CoxError, match="at least one event"):
        cox(TIME, np.zeros(8), ARM)


def test_a_constant_covariate_is_refused_by_its_name():
    with pytest.raises(CoxError, match=r"^site: the same value"):
        cox(TIME, np.ones(8), np.column_stack([ARM, np.ones(8)]), names=["arm", "site"])


def test_linearly_dependent_covariates_are_refused_by_their_names():
    age = np.array([50.0, 61, 47, 70, 66, 58, 73, 49])
    with pytest.raises(CoxError, match=r"years, months: .*linearly dependent"):
        cox(
            TIME, np.ones(8), np.column_stack([age, 12 * age, [0, 1, 0, 0, 1, 1, 0, 1]]), names=["years", "months", "x"]
        )


def test_a_covariate_that_differs_only_between_strata_is_refused():
    with pytest.raises(CoxError, match="constant or linearly dependent among the subjects at risk"):
        cox(TIME, np.ones(8), ARM, strata=ARM)


def test_covariates_of_any_scale_give_the_same_model():
    rng = np.random.default_rng(5)
    x = rng.normal(size=200)
    time = rng.exponential(np.exp(-x))
    plain, shifted = cox(time, np.ones(200), x), cox(time, np.ones(200), 1e3 + 1e-3 * x)
    assert shifted.coefficients[0] * 1e-3 == pytest.approx(plain.coefficients[0], rel=1e-8)
    assert shifted.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-12)


def test_hazard_ratio_asks_which_covariate_where_there_are_several():
    model = cox(
        TIME, np.ones(8), np.column_stack([[0, 1, 0, 1, 1, 0, 1, 0], [3, 1, 4, 1, 5, 9, 2, 6]]), names=["a", "b"]
    )
    with pytest.raises(ValueError, match="one of a, b"):
        model.hazard_ratio()
    with pytest.raises(ValueError, match="got 'c'"):
        model.hazard_ratio("c")
    assert model.hazard_ratio("b").coefficient == model.coefficients[1]


@pytest.mark.parametrize(
    ("covariates", "names", "message"),
    [
        (np.ones(7), None, r"expected shape \(8,\)"),
        (np.append(ARM[:7], np.nan), None, "missing or infinite"),
        (ARM, ["a", "b"], "expected 1 different names"),
    ],
)
def test_wrong_covariates_are_refused(covariates, names, message):
    with pytest.raises(ValueError, match=message):
        cox(TIME, np.ones(8), covariates, names=names)


def test_an_outlier_that_makes_the_first_newton_step_overshoot_does_not_stop_the_fit():
    """A biomarker spanning five powers of ten; the maximum is checked against its neighbours on either side."""
    marker = np.array([-25.6, 0.0013, -0.018, -0.02, -0.0046, 0.072, -0.31, -5.2, -0.001, 0.35])
    time, event = np.array([3, 4, 4, 13, 5, 12, 10, 2, 6, 11]), np.array([0, 1, 0, 1, 1, 0, 0, 0, 1, 1])
    model = cox(time, event, marker)

    def log_likelihood(beta):
        risk = np.array([np.log(np.exp(beta * marker[time >= t]).sum()) for t in time])
        return np.sum((beta * marker - risk)[event == 1])

    top = model.coefficients[0]
    assert log_likelihood(top) > max(log_likelihood(top - 0.1), log_likelihood(top + 0.1))
    assert model.log_likelihood == pytest.approx(log_likelihood(top), rel=1e-12)


def test_hazards_too_far_apart_to_compute_are_refused_with_advice():
    marker = np.array([-25.6109925, 0.00127131, -0.01832724, -0.01987187, -0.00456841, 0.07214281, -0.31149175])
    marker = np.append(marker, [-5.24016317, -0.00104967, 0.35020528])
    time, event = np.array([3, 4, 4, 13, 5, 12, 10, 2, 6, 11]), np.array([0, 1, 0, 1, 1, 0, 0, 0, 1, 1])
    with pytest.raises(CoxError, match="extreme outliers"):
        cox(time, event, marker, strata=[2, 2, 1, 0, 2, 2, 0, 2, 2, 1])


@pytest.mark.parametrize("rounded", [False, True], ids=["times all different", "times tied"])
def test_two_groups_by_counts_give_what_the_general_case_gives(rounded):
    rng = np.random.default_rng(5)
    arm = rng.random(400) < 0.3
    time = rng.exponential(np.where(arm, 20.0, 12.0))
    time = np.ceil(time) if rounded else time
    event = rng.random(400) < 0.7
    counted, general = cox(time, event, arm), cox(time, event, arm, strata=np.zeros(400))
    for value in ("coefficients", "covariance", "log_likelihood", "null_log_likelihood"):
        assert_allclose(getattr(counted, value), getattr(general, value), rtol=1e-9, err_msg=value)
    reversed_and_scaled = cox(time[::-1], event[::-1], np.where(arm, -3.0, 5.0)[::-1])
    assert_allclose(reversed_and_scaled.coefficients, counted.coefficients / -8.0, rtol=1e-9)


def test_the_hazard_ratio_of_a_million_subjects_takes_seconds():
    rng = np.random.default_rng(6)
    arm = np.arange(1_000_000) % 2 == 1
    time = rng.exponential(np.where(arm, 1 / 0.7, 1.0))
    event = time < 1.5
    started = process_time()
    ratio = cox(np.minimum(time, 1.5), event, arm).hazard_ratio()
    assert process_time() - started < 5.0
    assert abs(ratio.coefficient - np.log(0.7)) < 4 * ratio.standard_error
