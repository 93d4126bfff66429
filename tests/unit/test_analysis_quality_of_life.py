"""Health states and their utilities, by hand and against partitioned survival."""

from math import exp, log

import numpy as np
import pytest
from priced_trial import YEAR, three_subjects, utilities
from synthetic_trial import synthetic_tables

from abscopal.analysis.accrual import Accrual, Weights
from abscopal.analysis.economic_tables import Followed
from abscopal.analysis.price_table import Disutilities, Utilities
from abscopal.analysis.quality_of_life import partitioned_survival, quality, state_limits, time_in_states

NONE = Disutilities()


def qalys(trial, states, toxicity=NONE, discount=0.0, horizon=1e5):
    """QALYs of each subject by what they come from, as seen."""
    weights = Weights.none(discount, horizon)
    found = quality(trial, Utilities(**states), toxicity, discount)
    return {name: weights.worth(part, trial.count) for name, part in found.items()}


@pytest.fixture(scope="module")
def by_hand():
    return Followed.of(three_subjects())


def test_states_follow_each_other_as_treatment_progression_and_death_say(by_hand):
    assert state_limits(by_hand).tolist() == [[0, 73, YEAR, 2 * YEAR], [0, 99, YEAR, YEAR], [0, 0, YEAR, YEAR]]


def test_each_state_is_worth_its_utility(by_hand):
    found = qalys(by_hand, utilities())
    assert found["on_treatment"] * YEAR == pytest.approx([0.8 * 73, 0.8 * 99, 0])
    assert found["off_treatment"] * YEAR == pytest.approx([0.7 * (YEAR - 73), 0.7 * (YEAR - 99), 0.7 * YEAR])
    assert found["progressed"] == pytest.approx([0.5, 0, 0])


def test_full_health_to_death_is_the_years_lived(by_hand):
    found = qalys(by_hand, {"on_treatment": 1, "off_treatment": 1, "progressed": 1})
    assert sum(found.values()) == pytest.approx([2, 1, 1])


def test_the_last_days_have_their_own_utility_where_it_is_lower(by_hand):
    bands = [{"days": 30, "utility": 0.2}, {"days": 180, "utility": 0.6}]
    lost = qalys(by_hand, utilities(near_death=bands))["near_death"] * YEAR
    assert lost[0] == pytest.approx(-30 * (0.5 - 0.2))  # progressed: 0.5 is below 0.6 anyway
    assert lost[1] == pytest.approx(-(30 * (0.7 - 0.2) + 150 * (0.7 - 0.6)))
    assert lost[2] == 0  # not seen to die


def test_what_is_lost_near_death_is_discounted_from_the_days_on_which_it_is_lost(by_hand):
    lost = qalys(by_hand, utilities(near_death=[{"days": 30, "utility": 0.2}]), discount=0.05)["near_death"] * YEAR
    r = log(1.05) / YEAR
    assert lost[0] == pytest.approx(-0.3 * (exp(-r * (2 * YEAR - 30)) - exp(-r * 2 * YEAR)) / r)


def test_an_episode_takes_its_disutility_while_it_lasts(by_hand):
    table = Disutilities(by_grade={"3": 0.2}, terms={"Colitis": {"2": 0.1, "3": 0.3}})
    lost = qalys(by_hand, utilities(), table)["toxicity"] * YEAR
    assert lost == pytest.approx([-0.3 * 73.05, -0.1 * (YEAR - 10) - 0.2 * (YEAR - 300), 0])


def test_an_episode_counts_for_no_longer_than_the_table_allows(by_hand):
    table = Disutilities(by_grade={"2": 0.1, "3": 0.2}, longest_days=28)
    lost = qalys(by_hand, utilities(), table)["toxicity"] * YEAR
    assert lost == pytest.approx([-0.2 * 28, -0.1 * 28 - 0.2 * 28, 0])


def test_subsequent_therapy_ends_the_progression_free_time_of_who_was_censored():
    tables = three_subjects()
    tables["adsl"] = tables["adsl"].assign(NXTDY=[np.nan, np.nan, 200.0])
    assert state_limits(Followed.of(tables))[2].tolist() == [0, 0, 200, YEAR]


def test_recurrence_ends_the_first_state_where_a_trial_has_no_progression():
    tables = three_subjects()
    as_recurrence = tables["adtte"].replace({"PARAMCD": {"PFS": "RFS"}})
    limits = state_limits(Followed.of(tables | {"adtte": as_recurrence}))
    np.testing.assert_array_equal(limits, state_limits(Followed.of(tables)))


def test_whose_simulation_failed_is_not_counted():
    tables = three_subjects()
    tables["adsl"] = tables["adsl"].assign(CLASS=["enrolled", "solver failure", "enrolled"])
    assert Followed.of(tables).names.tolist() == ["one", "three"]


@pytest.fixture(scope="module")
def synthetic():
    return Followed.of(synthetic_tables(per_arm=300))


@pytest.mark.parametrize(("horizon", "discount"), [(500.0, 0.0), (1200.0, 0.035)])
def test_weighted_years_alive_are_exactly_the_area_under_the_survival_curve(synthetic, horizon, discount):
    areas = partitioned_survival(synthetic, horizon, discount)
    states = time_in_states(synthetic)
    for number, arm in enumerate(synthetic.arms):
        mine = synthetic.arm == number
        weights = Weights.of(synthetic.end[mine], synthetic.died[mine], discount, horizon)
        years = {name: weights.worth(part.of(mine), mine.sum()).mean() for name, part in states.items()}
        assert sum(years.values()) == pytest.approx(areas[arm]["alive"], rel=1e-10)
        free = years["on_treatment"] + years["off_treatment"]
        assert free == pytest.approx(areas[arm]["progression_free"], rel=0.03)


def test_without_censoring_subjects_and_partitioned_survival_agree_exactly():
    tables = synthetic_tables(per_arm=50)
    tables["adtte"] = tables["adtte"].assign(CNSR=0)
    trial = Followed.of(tables)
    areas = partitioned_survival(trial, 1000.0, 0.03)
    for number, arm in enumerate(trial.arms):
        mine = trial.arm == number
        weights = Weights.of(trial.end[mine], trial.died[mine], 0.03, 1000.0)
        years = {name: weights.worth(part.of(mine), mine.sum()).mean() for name, part in time_in_states(trial).items()}
        free = years["on_treatment"] + years["off_treatment"]
        assert free == pytest.approx(areas[arm]["progression_free"], rel=1e-10)
        assert years["progressed"] == pytest.approx(areas[arm]["progressed"], rel=1e-9)


def test_parts_of_the_time_add_up_to_the_whole(synthetic):
    mine = synthetic.arm == 0
    weights = Weights.of(synthetic.end[mine], synthetic.died[mine], 0.035, 1300.0)
    who = np.flatnonzero(synthetic.died)
    accrual = Accrual.together([*time_in_states(synthetic).values(), Accrual.at_once(who, synthetic.end[who], 3.0)])
    n = int(mine.sum())
    whole, parts = weights.worth(accrual.of(mine), n), weights.worth(accrual.of(mine), n, np.linspace(0, 1300, 41))
    np.testing.assert_allclose(parts.sum(axis=1), whole, rtol=1e-10, atol=1e-12)
