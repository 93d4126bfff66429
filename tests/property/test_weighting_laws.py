"""What holds of prevalence weights whatever the patients and figures are."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from abscopal.calibration.weighting import Moment, select, weigh
from abscopal.population.selection import effective_size

PATIENTS = st.integers(8, 40)


@st.composite
def trials(draw):
    """Moments of patients whose outcomes differ, with groups, and the seed they were made from."""
    n, m = draw(PATIENTS), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = (rng.random((m, n)) < rng.uniform(0.2, 0.8, (m, 1))).astype(float)
    assume(((values.mean(axis=1) > 0) & (values.mean(axis=1) < 1)).all())
    moments = [Moment("a", f"q{i}", row, rng.random(), rng.uniform(0.01, 0.3)) for i, row in enumerate(values)]
    return moments, rng.integers(0, 2, n), draw(st.sampled_from([0.1, 1.0, 10.0]))


@given(trials())
def test_weights_are_positive_with_mean_one_in_every_group(trial):
    moments, group, trust = trial
    weight = weigh(moments, group=group, trust=trust).weight
    assert (weight > 0).all()
    for number in np.unique(group):
        assert weight[group == number].mean() == pytest.approx(1.0, rel=1e-9)
    assert 1.0 <= effective_size(weight) <= len(weight) * (1 + 1e-12)


@given(trials())
def test_no_small_step_to_other_weights_lowers_the_objective(trial):
    moments, group, trust = trial
    found = weigh(moments, group=group, trust=trust)

    def objective(weight):
        miss = [(np.mean(weight * one.values) - one.aim) / one.error for one in moments]
        return trust * np.mean(weight * np.log(weight)) + 0.5 * np.sum(np.square(miss))

    rng, best = np.random.default_rng(0), objective(found.weight)
    for _ in range(20):
        share = rng.normal(size=len(group))  # of its weight that each changes by; totals of groups stay
        for number in np.unique(group):
            mine = group == number
            share[mine] -= np.average(share[mine], weights=found.weight[mine])
        assert objective(found.weight * (1 + 1e-4 * share)) >= best - 1e-10 * (1 + abs(best))


@given(trials())
def test_weighting_never_moves_the_sum_of_squared_misses_up(trial):
    moments, group, trust = trial
    found = weigh(moments, group=group, trust=trust)
    aim, error = np.array([[one.aim, one.error] for one in moments]).T
    misses = [np.sum(((means - aim) / error) ** 2) for means in (found.before, found.after)]
    assert misses[1] <= misses[0] * (1 + 1e-9) + 1e-12


@given(trials(), st.integers(0, 2**32 - 1))
def test_figures_that_some_weights_give_are_met_exactly_as_errors_vanish(trial, seed):
    moments, group, trust = trial
    wanted = np.random.default_rng(seed).uniform(0.3, 3.0, len(group))  # so they can be reached, away from the edge
    wanted /= np.bincount(group, wanted)[group] / np.bincount(group)[group]
    exact = [Moment(one.arm, one.quantity, one.values, float(np.mean(wanted * one.values)), 1e-6) for one in moments]
    found = weigh(exact, group=group, trust=trust)
    assert found.after == pytest.approx([one.aim for one in exact], abs=1e-8)
    assert np.isnan(found.nearest).all()


@given(trials())
def test_the_order_of_patients_and_of_figures_changes_nothing(trial):
    moments, group, trust = trial
    order = np.random.default_rng(1).permutation(len(group))
    turned = [Moment(one.arm, one.quantity, one.values[order], one.aim, one.error) for one in reversed(moments)]
    weight, other = (
        weigh(moments, group=group, trust=trust).weight,
        weigh(turned, group=group[order], trust=trust).weight,
    )
    assert other == pytest.approx(weight[order], rel=1e-6)


@given(PATIENTS, st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_a_patient_is_selected_as_often_as_the_weight_says_to_the_next_whole_number(n, count, seed):
    weight = np.random.default_rng(seed).exponential(size=n)
    times = np.bincount(select(weight, count, seed), minlength=n)
    wanted = count * weight / weight.sum()
    assert times.sum() == count
    assert (np.abs(times - wanted) < 1 + 1e-9).all()
