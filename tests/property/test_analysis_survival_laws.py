"""Laws that hold for any right-censored data, and slow twins written straight from the definitions."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from abscopal.analysis.cox import CoxError, MonotoneLikelihoodError, cox
from abscopal.analysis.kaplan_meier import kaplan_meier
from abscopal.analysis.logrank import logrank

# Few distinct times, so that ties are the rule.
SUBJECT = st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 1), st.integers(0, 2))
SUBJECTS = st.lists(SUBJECT, min_size=1, max_size=25)
TRIALS = st.lists(SUBJECT, min_size=6, max_size=25)


def columns(subjects):
    time, event, arm, stratum = (np.array(column) for column in zip(*subjects, strict=True))
    return time.astype(float), event, arm, stratum


def slow_kaplan_meier(time, event, t):
    """Product over event times up to t, subject by subject."""
    survival, greenwood = 1.0, 0.0
    for u in sorted({u for u, e in zip(time, event, strict=True) if e and u <= t}):
        n = sum(1 for other in time if other >= u)
        d = sum(1 for other, e in zip(time, event, strict=True) if e and other == u)
        survival *= 1 - d / n
        greenwood += d / (n * (n - d)) if n > d else np.inf
    return survival, greenwood


def slow_log_likelihood(time, event, x, beta):
    """Efron's log partial likelihood, event by event."""
    total = 0.0
    for u in sorted(set(time[event])):
        tied = np.flatnonzero(event & (time == u))
        risk, dead = np.exp(beta * x[time >= u]).sum(), np.exp(beta * x[tied]).sum()
        total += sum(beta * x[i] - np.log(risk - rank / len(tied) * dead) for rank, i in enumerate(tied))
    return total


def fitted(*arguments, **keywords):
    """Cox model, leaving out the data that have none."""
    try:
        return cox(*arguments, **keywords)
    except CoxError:
        assume(False)


@given(SUBJECTS)
def test_kaplan_meier_equals_the_product_limit_counted_subject_by_subject(subjects):
    time, event, _, _ = columns(subjects)
    curve = kaplan_meier(time, event)
    for row, t in enumerate(curve.time):
        survival, greenwood = slow_kaplan_meier(time, event, t)
        assert curve.survival[row] == pytest.approx(survival, abs=1e-12)
        if survival > 0:
            assert curve.standard_error[row] == pytest.approx(survival * np.sqrt(greenwood), rel=1e-9)


@given(SUBJECTS, st.sampled_from(["log-log", "log", "plain"]))
def test_kaplan_meier_falls_from_1_and_stays_between_its_limits_within_0_and_1(subjects, conf_type):
    time, event, _, _ = columns(subjects)
    curve = kaplan_meier(time, event, conf_type=conf_type)
    assert np.all(np.diff(np.append(1.0, curve.survival)) <= 0)
    known = curve.survival > 0
    assert np.all(curve.lower[known] <= curve.survival[known])
    assert np.all(curve.survival[known] <= curve.upper[known])
    assert np.all((curve.lower[known] >= 0) & (curve.upper[known] <= 1))
    assert np.all(np.isnan(curve.lower[~known]))


@given(SUBJECTS, st.randoms(use_true_random=False))
def test_order_of_subjects_changes_nothing(subjects, random):
    shuffled = list(subjects)
    random.shuffle(shuffled)
    curve, again = (kaplan_meier(*columns(rows)[:2]) for rows in (subjects, shuffled))
    np.testing.assert_array_equal(curve.survival, again.survival)
    assert curve.median() == again.median()
    assert curve.median_interval() == again.median_interval()


@given(SUBJECTS, st.floats(0.5, 2000.0))
def test_the_unit_of_time_scales_the_median_and_leaves_survival(subjects, scale):
    time, event, _, _ = columns(subjects)
    curve, scaled = kaplan_meier(time, event), kaplan_meier(time * scale, event)
    np.testing.assert_array_equal(curve.survival, scaled.survival)
    assert (curve.median() is None) == (scaled.median() is None)
    if curve.median() is not None:
        assert scaled.median() == pytest.approx(curve.median() * scale)


@given(SUBJECTS)
def test_a_weight_of_k_is_k_subjects(subjects):
    time, event, _, copies = columns(subjects)
    copies = copies + 1
    weighted, repeated = (
        kaplan_meier(time, event, copies),
        kaplan_meier(np.repeat(time, copies), np.repeat(event, copies)),
    )
    for name in ("survival", "standard_error", "lower", "upper", "at_risk", "events", "censored"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name), rtol=1e-12, err_msg=name)


@given(SUBJECTS)
def test_without_censoring_survival_is_the_share_still_alive_and_its_error_binomial(subjects):
    time = columns(subjects)[0]
    curve = kaplan_meier(time, np.ones(time.size))
    alive = np.array([(time > t).mean() for t in curve.time])
    np.testing.assert_allclose(curve.survival, alive, atol=1e-12)
    known = alive > 0
    binomial = np.sqrt(alive * (1 - alive) / time.size)
    np.testing.assert_allclose(curve.standard_error[known], binomial[known], rtol=1e-9)


@given(TRIALS)
def test_a_subject_censored_before_the_first_event_changes_no_estimate(subjects):
    time, event, arm, _ = columns(subjects)
    assume(event.any() and 0 < arm.mean() < 1)
    early = np.append(time, 0.5), np.append(event, False), np.append(arm, 1)
    assert kaplan_meier(*early[:2]).median() == kaplan_meier(time, event).median()
    assert logrank(*early).statistic == pytest.approx(logrank(time, event, arm).statistic, abs=1e-10)
    assert fitted(*early).coefficients[0] == pytest.approx(fitted(time, event, arm).coefficients[0], abs=1e-8)


@given(TRIALS)
def test_everybody_censored_gives_no_median_no_p_value_and_no_hazard_ratio(subjects):
    time, _, arm, _ = columns(subjects)
    assume(0 < arm.mean() < 1)
    nobody = np.zeros(time.size)
    assert kaplan_meier(time, nobody).median() is None
    assert logrank(time, nobody, arm).p is None
    with pytest.raises(CoxError, match="at least one event"):
        cox(time, nobody, arm)


@given(TRIALS, st.booleans())
def test_tests_see_only_the_order_of_times(subjects, stratified):
    time, event, arm, stratum = columns(subjects)
    assume(event.any() and 0 < arm.mean() < 1)
    strata = stratum if stratified else None
    one, other = (logrank(t, event, arm, strata) for t in (time, np.exp(time / 4)))
    assert one.statistic == pytest.approx(other.statistic, rel=1e-12)
    model, again = (fitted(t, event, arm, strata=strata) for t in (time, np.exp(time / 4)))
    assert model.coefficients[0] == pytest.approx(again.coefficients[0], rel=1e-12)


@given(TRIALS)
def test_logrank_shares_out_every_event_and_does_not_depend_on_the_names_of_the_groups(subjects):
    time, event, _, group = columns(subjects)
    assume(np.unique(group).size > 1)
    result = logrank(time, event, group)
    assert result.observed.sum() == event.sum()
    assert result.expected.sum() == pytest.approx(event.sum())
    renamed = logrank(time, event, np.array(["z", "m", "a"])[group])
    assert renamed.statistic == pytest.approx(result.statistic, rel=1e-9, abs=1e-12)


@given(TRIALS)
def test_one_stratum_is_none_and_strata_add_up(subjects):
    time, event, arm, stratum = columns(subjects)
    assume(0 < arm.mean() < 1)
    plain, one = logrank(time, event, arm), logrank(time, event, arm, np.full(time.size, "all"))
    assert (plain.statistic, plain.p) == (one.statistic, one.p)
    whole = logrank(time, event, arm, stratum)
    excess = 0.0
    for code in np.unique(stratum):
        inside = stratum == code
        if 0 < arm[inside].mean() < 1:
            part = logrank(time[inside], event[inside], arm[inside])
            excess += part.observed[0] - part.expected[0]
    assert whole.observed[0] - whole.expected[0] == pytest.approx(excess, abs=1e-9)


@given(TRIALS)
def test_cox_is_at_the_top_of_Efrons_likelihood_written_event_by_event(subjects):
    time, event, arm, _ = columns(subjects)
    assume(event.any() and 0 < arm.mean() < 1)
    model = fitted(time, event, arm)
    beta = model.coefficients[0]
    top = slow_log_likelihood(time, event, arm, beta)
    assert top == pytest.approx(model.log_likelihood, rel=1e-10)
    assert slow_log_likelihood(time, event, arm, 0.0) == pytest.approx(model.null_log_likelihood, rel=1e-10)
    step = 1e-3
    up, down = (slow_log_likelihood(time, event, arm, beta + move) for move in (step, -step))
    assert top >= max(up, down)
    curvature = (2 * top - up - down) / step**2
    assert model.standard_errors[0] == pytest.approx(curvature**-0.5, rel=1e-3)


@given(TRIALS)
def test_a_coefficient_is_called_divergent_exactly_when_the_likelihood_never_turns_down(subjects):
    time, event, arm, _ = columns(subjects)
    assume(event.any() and 0 < arm.mean() < 1)
    values = [slow_log_likelihood(time, event, arm, beta) for beta in (-25.0, -20.0, 0.0, 20.0, 25.0)]
    try:
        cox(time, event, arm)
    except MonotoneLikelihoodError:
        assert values[1] <= values[0] + 1e-6 or values[3] <= values[4] + 1e-6
    except CoxError:
        assert np.ptp(values) < 1e-6, "flat: no risk set holds both arms"
    else:
        assert values[0] < values[1]
        assert values[4] < values[3]


@given(TRIALS)
def test_exchanging_the_arms_inverts_the_hazard_ratio(subjects):
    time, event, arm, stratum = columns(subjects)
    assume(event.any() and 0 < arm.mean() < 1)
    ratio = fitted(time, event, arm, strata=stratum).hazard_ratio()
    other = fitted(time, event, 1 - arm, strata=stratum).hazard_ratio()
    assert (other.hr, other.lo, other.hi) == pytest.approx((1 / ratio.hr, 1 / ratio.hi, 1 / ratio.lo), rel=1e-7)
    assert other.p == pytest.approx(ratio.p, rel=1e-7, abs=1e-12)
    assert ratio.lo <= ratio.hr <= ratio.hi


@given(
    st.lists(
        st.tuples(st.integers(1, 1000), st.booleans(), st.integers(0, 1)),
        min_size=6,
        max_size=25,
        unique_by=lambda s: s[0],
    )
)
def test_logrank_is_the_score_test_of_cox_where_no_times_are_tied(subjects):
    """Cox 1972: without ties the log-rank statistic is U(0)^2 / I(0), here by differences of the slow likelihood."""
    time, event, arm = (np.array(column) for column in zip(*subjects, strict=True))
    result = logrank(time, event, arm) if 0 < arm.mean() < 1 else None
    assume(result is not None and result.p is not None)
    step = 1e-4
    up, top, down = (slow_log_likelihood(time, event, arm, beta) for beta in (step, 0.0, -step))
    score, information = (up - down) / (2 * step), (2 * top - up - down) / step**2
    assume(information > 0.05)
    assert result.statistic == pytest.approx(score**2 / information, rel=1e-3, abs=1e-4)
