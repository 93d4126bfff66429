"""Costs, QALYs and what they mean: by hand, by closed forms, by invariances."""

from math import exp, log

import numpy as np
import pandas as pd
import pytest
from priced_trial import YEAR, prices, synthetic_prices, three_subjects
from synthetic_trial import synthetic_tables

from abscopal import InputError
from abscopal.analysis.cost_effectiveness import acceptability, frontier, icer, icer_limits, net_benefit, verdict
from abscopal.analysis.economic_summary import subjects_table
from abscopal.analysis.economic_tables import Followed
from abscopal.analysis.economics import evaluate
from abscopal.analysis.price_table import DrugPrice
from abscopal.analysis.resource_costs import costs, dose_cost


@pytest.fixture(scope="module")
def by_hand():
    return Followed.of(three_subjects())


@pytest.fixture(scope="module")
def synthetic():
    return Followed.of(synthetic_tables(per_arm=150))


@pytest.fixture(scope="module")
def evaluated(synthetic):
    return evaluate(synthetic, synthetic_prices(), reference="dacarbazine 1000 mg/m2 q3w", replicates=400)


def total(accrual, n):
    """Undiscounted amount of each subject."""
    once = accrual.start == accrual.stop
    amount = np.where(once, accrual.amount, accrual.amount * (accrual.stop - accrual.start))
    return np.bincount(accrual.subject, amount, n)


def test_costs_by_kind_are_those_computed_by_hand(by_hand):
    found = {kind: total(accrual, 3).tolist() for kind, accrual in costs(by_hand, prices()).items()}
    months = YEAR / 30.4375
    assert found["drugs"] == [1400 + 400, 50 * 100, 1400]  # 130 mg: a vial of 100 and one of 40; 30 mg: one of 40
    assert found["administration"] == [400, 0, 200]
    assert found["visits"] == [200, 100, 100]  # the scan of subject one falls on a day of treatment
    assert found["scans"] == [300, 300, 0]
    assert found["toxicity"] == [0, 500 + 2000, 0]  # colitis is priced by its term, of which grade 3 is not listed
    assert found["subsequent"] == found["management_drugs"] == [0, 0, 0]
    assert found["care"] == pytest.approx([months * (30 + 60), months * 30, months * 30])
    assert found["end_of_life"] == [5000, 5000, 0]


def test_means_differences_and_ratio_are_those_computed_by_hand(by_hand):
    found = evaluate(by_hand, prices(), reference="B", horizon_years=1, replicates=100)
    a, b = found.arms
    months = YEAR / 30.4375
    in_a_year = (1800 + 400 + 200 + 300 + 30 * months, 5000 + 100 + 300 + 2500 + 30 * months + 5000)
    assert a.cost == pytest.approx(sum(in_a_year) / 2)
    one = (0.8 * 73 + 0.7 * (YEAR - 73) - 0.0) / YEAR  # colitis of grade 3 takes what every grade 3 takes: below
    one -= 0.2 * 73.05 / YEAR
    two = (0.8 * 99 + 0.7 * (YEAR - 99) - 0.2 * (YEAR - 300)) / YEAR
    assert a.qaly == pytest.approx((one + two) / 2)
    assert b.cost == pytest.approx(1400 + 200 + 100 + 30 * months)
    assert b.qaly == pytest.approx(0.7)
    (row,) = found.comparisons
    assert row.icer is None
    assert row.words.startswith("dominated")
    assert (row.cost, row.qaly) == pytest.approx((a.cost - b.cost, a.qaly - b.qaly))


def test_discounting_follows_the_closed_form(by_hand):
    rate = 0.035
    found = evaluate(by_hand, prices(), horizon_years=1, discount=(rate, rate), replicates=100)
    r, t = log(1 + rate) / YEAR, 73
    year = (1 - exp(-r * YEAR)) / r
    first, second = 1400 + 200 + 100, (400 + 200 + 100 + 300) * exp(-r * t)
    tablets = 50 * (1 - exp(-r * 100)) / r
    rest = 30 / 30.4375 * year
    two = tablets + 100 * exp(-r * 80) + 300 * exp(-r * 80) + 500 * exp(-r * 10) + 2000 * exp(-r * 300)
    two += 5000 * exp(-r * YEAR)
    assert found.arms[0].cost == pytest.approx((first + second + tablets * 0 + rest + two + rest) / 2)
    assert found.arms[1].qaly == pytest.approx(0.7 * year / YEAR)


def test_the_horizon_counts_what_happens_on_its_day_and_nothing_later(by_hand):
    short = evaluate(by_hand, prices(), horizon_years=73 / YEAR, replicates=100)
    assert short.arms[0].costs["scans"] == 150
    shorter = evaluate(by_hand, prices(), horizon_years=72 / YEAR, replicates=100)
    assert shorter.arms[0].costs["scans"] == 0
    assert shorter.arms[0].costs["drugs"] == pytest.approx((1400 + 50 * 72) / 2)


@pytest.mark.parametrize(
    ("dose", "whole", "shared", "rounded"),
    [(0.5, 400, 5, 400), (40, 400, 400, 400), (41, 800, 410, 400), (100, 1000, 1000, 1000), (104, 1200, 1040, 1000),
     (411, 4200, 4110, 4000)],
)  # fmt: skip
def test_a_dose_costs_the_cheapest_vials_that_cover_it(dose, whole, shared, rounded):
    price = prices().drugs["antibody"]
    mg = np.array([float(dose)])
    assert dose_cost(mg, price) == [whole]
    assert dose_cost(mg, price, shared=True) == pytest.approx([shared])
    assert dose_cost(mg, price, rounding=0.05) == [rounded]


def test_the_cheapest_vials_are_found_whatever_their_price_per_mg():
    price = DrugPrice(vials=[{"mg": 3.5, "price": 70}, {"mg": 1, "price": 30}])
    assert dose_cost(np.array([1.0, 2.0, 2.1, 4.5, 7.1]), price).tolist() == [30, 60, 70, 100, 170]


def test_missing_prices_are_all_named_at_once_with_what_to_add(by_hand):
    with pytest.raises(InputError) as error:
        costs(by_hand, prices(drugs={"tablets": {"per_day": 3}}))
    lines = [str(problem) for problem in error.value.problems]
    assert lines == [
        "drugs.antibody: expected vials, per_mg or per_dose, for 3 rows in mg, got nothing",
        "drugs.tablet: expected vials, per_mg or per_day, for 1 rows in mg/day, got nothing, did you mean tablets?",
    ]


def test_a_price_that_does_not_fit_the_unit_of_the_doses_is_named(by_hand):
    table = prices().drugs | {"tablet": DrugPrice(per_dose=9)}
    with pytest.raises(InputError, match=r"drugs.tablet: expected vials, per_mg or per_day, got a price .* mg/day"):
        costs(by_hand, prices(drugs=table))


def test_one_price_of_all_subsequent_therapy_needs_no_prices_of_its_drugs():
    tables = three_subjects()
    tables["adex"] = tables["adex"].assign(EXLINE=[1, 2, 1, 1], EXTRT=["antibody", "other", "tablet", "antibody"])
    trial = Followed.of(tables)
    found = costs(trial, prices(subsequent_therapy=40000))
    assert total(found["subsequent"], 3).tolist() == [40000, 0, 0]
    assert total(found["drugs"], 3).tolist() == [1400, 5000, 1400]
    with pytest.raises(InputError, match=r"drugs.other"):
        costs(trial, prices())


def test_a_dose_that_was_left_out_costs_a_visit_and_is_no_treatment():
    tables = three_subjects()
    tables["adex"] = tables["adex"].assign(EXDOSE=[130.0, 0.0, 10.0, 130.0])
    trial = Followed.of(tables)
    assert trial.treated_until.tolist() == [0, 99, 0]
    per_dose = {"antibody": {"per_dose": 7, "administration": "infusion"}, "tablet": {"per_day": 50}}
    found = costs(trial, prices(drugs=per_dose))
    assert total(found["drugs"], 3).tolist() == [7, 5000, 7]
    assert total(found["administration"], 3).tolist() == [200, 0, 200]
    assert total(found["visits"], 3).tolist() == [200, 100, 100]


def test_drugs_against_toxicity_are_priced_where_the_price_of_toxicity_does_not_include_them():
    row = {"USUBJID": "two", "ARM": "A", "CMINDC": "Colitis", "ASTDY": 10}
    given = [
        row | {"AENDY": 39, "CMTRT": "prednisone", "CMDOSE": 60.0, "CMDOSU": "mg/day"},
        row | {"AENDY": 10, "CMTRT": "infliximab", "CMDOSE": 400.0, "CMDOSU": "mg"},
    ]
    trial = Followed.of(three_subjects() | {"adcm": pd.DataFrame(given)})
    assert total(costs(trial, prices())["management_drugs"], 3).tolist() == [0, 0, 0]
    with pytest.raises(InputError, match=r"(?s)drugs.infliximab.*drugs.prednisone"):
        costs(trial, prices(toxicity_includes_drugs=False))
    drugs = prices().drugs | {
        "prednisone": DrugPrice(vials=[{"mg": 20, "price": 0.5}]),
        "infliximab": DrugPrice(vials=[{"mg": 100, "price": 300}], administration="infusion"),
    }
    found = costs(trial, prices(drugs=drugs, toxicity_includes_drugs=False))
    assert total(found["management_drugs"], 3) == pytest.approx([0, 30 * 3 * 0.5 + 4 * 300, 0])
    assert total(found["administration"], 3).tolist() == [400, 200, 200]


def test_a_fatal_episode_counts_as_grade_4_where_grade_5_is_not_listed():
    toxicity = prices(toxicity={"by_grade": {"4": 9}, "terms": {"Colitis": {"4": 1, "5": 2}}}).toxicity
    assert [toxicity.of("Hepatitis", 5), toxicity.of("Colitis", 5), toxicity.of("Colitis", 3)] == [9, 2, 0]


def test_laboratory_days_are_visits_where_the_table_has_them():
    samples = pd.DataFrame({"USUBJID": ["one", "one", "three"], "ADY": [0, 7, 14], "PARAMCD": "ALT"})
    found = costs(Followed.of(three_subjects() | {"adlb": samples}), prices())
    assert total(found["visits"], 3).tolist() == [300, 100, 200]


def test_a_horizon_beyond_the_data_is_refused_and_says_how_far_they_reach(by_hand):
    with pytest.raises(InputError, match=r"got 2, and an arm is followed for 1.00; follow the trial for longer"):
        evaluate(by_hand, prices(), horizon_years=2)


def test_identical_arms_have_no_difference():
    tables = synthetic_tables(per_arm=40)
    one = {key: table[table["ARM"] == "nivolumab 3 mg/kg q2w"] for key, table in tables.items()}
    copy = {key: table.assign(ARM="copy", USUBJID="copy-" + table["USUBJID"]) for key, table in one.items()}
    twice = {key: pd.concat([one[key], copy[key]], ignore_index=True) for key in one}
    (row,) = evaluate(Followed.of(twice), synthetic_prices(), replicates=100).comparisons
    assert (row.cost, row.qaly) == pytest.approx((0, 0), abs=1e-9)
    assert row.cost_interval[0] < 0 < row.cost_interval[1]


def test_doubled_prices_double_costs_and_leave_QALYs(synthetic, evaluated):
    usual = synthetic_prices()
    doubled = usual.model_copy(update={"drugs": {
        "nivolumab": DrugPrice(vials=[{"mg": 40, "price": 880}, {"mg": 100, "price": 2200}], administration="infusion"),
        "dacarbazine": DrugPrice(per_mg=0.2, administration="infusion"),
    }})  # fmt: skip
    found = evaluate(synthetic, doubled, replicates=100)
    for before, after in zip(evaluated.arms, found.arms, strict=True):
        assert after.costs["drugs"] == pytest.approx(2 * before.costs["drugs"])
        assert after.costs["visits"] == pytest.approx(before.costs["visits"])
        assert after.qaly == pytest.approx(before.qaly)


def test_bootstrap_samples_centre_on_the_estimates_and_spread_as_the_sample_says(synthetic, evaluated):
    for arm in evaluated.arms:
        drawn = evaluated.samples[arm.name]
        assert (np.abs(drawn.mean(axis=0) - [arm.cost, arm.qaly]) < 0.2 * drawn.std(axis=0)).all()
    complete = subjects_table(synthetic, synthetic_prices(), evaluated)
    nivolumab = complete[complete["ARM"].str.startswith("nivolumab")]
    share = (nivolumab["COMPLETE"] == "Y").mean()
    naive = nivolumab["COST"].std() / np.sqrt(len(nivolumab))
    assert share > 0.6
    assert evaluated.samples["nivolumab 3 mg/kg q2w"][:, 0].std() == pytest.approx(naive, rel=0.25)


def test_bootstrap_samples_depend_on_the_seed_alone(synthetic):
    first, again, other = (
        evaluate(synthetic, synthetic_prices(), replicates=100, seed=seed).samples["nivolumab 3 mg/kg q2w"]
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_without_censoring_the_mean_is_that_of_the_subjects():
    tables = synthetic_tables(per_arm=60)
    tables["adtte"] = tables["adtte"].assign(CNSR=0)
    trial = Followed.of(tables)
    found = evaluate(trial, synthetic_prices(), replicates=100)
    subjects = subjects_table(trial, synthetic_prices(), found)
    assert (subjects["COMPLETE"] == "Y").all()
    for arm in found.arms:
        mine = subjects[subjects["ARM"] == arm.name]
        assert (arm.cost, arm.qaly) == pytest.approx((mine["COST"].mean(), mine["QALY"].mean()))


def test_correcting_for_censoring_recovers_the_costs_of_full_follow_up():
    """Censor a fully followed trial at random: the estimate stays, what was seen falls short."""
    tables = synthetic_tables(per_arm=400)
    tables["adtte"] = tables["adtte"].assign(CNSR=0)
    whole = evaluate(Followed.of(tables), synthetic_prices(), horizon_years=2, replicates=100)
    lost_at = dict(zip(tables["adsl"]["USUBJID"], np.random.default_rng(3).uniform(30, 1300, 800), strict=True))
    limit = tables["adtte"]["USUBJID"].map(lost_at)
    lost = limit < tables["adtte"]["AVAL"]
    cut = tables["adtte"].assign(AVAL=np.minimum(tables["adtte"]["AVAL"], limit), CNSR=lost.astype(int))
    adex = tables["adex"][tables["adex"]["ADY"] <= tables["adex"]["USUBJID"].map(lost_at)]
    trial = Followed.of(tables | {"adtte": cut, "adex": adex})
    found = evaluate(trial, synthetic_prices(), horizon_years=2, replicates=100)
    seen = subjects_table(trial, synthetic_prices(), found).groupby("ARM")["COST"].mean()
    for before, after in zip(whole.arms, found.arms, strict=True):
        assert after.qaly == pytest.approx(before.qaly, rel=0.04)
        assert after.costs["drugs"] == pytest.approx(before.costs["drugs"], rel=0.06)
        assert seen[after.name] < 0.9 * before.cost


@pytest.mark.parametrize(
    ("cost", "qaly", "ratio", "words"),
    [
        (30000, 1.5, 20000, "costs more and gives more"),
        (-30000, -1.5, 20000, "costs less and gives less"),
        (-1, 0.1, None, "dominant"),
        (1, -0.1, None, "dominated"),
        (0, 0.1, None, "dominant"),
        (1, 0, None, "dominated"),
        (0, 0, None, "costs and gives the same"),
    ],
)
def test_the_ratio_has_a_value_only_where_one_is_better_and_the_other_worse(cost, qaly, ratio, words):
    assert icer(cost, qaly) == ratio
    assert verdict(cost, qaly).startswith(words)


def test_limits_of_the_ratio_run_from_dominant_to_dominated():
    sure = np.stack([np.linspace(9000, 11000, 1001), np.ones(1001)], axis=1)
    assert icer_limits(sure) == pytest.approx((9050, 10950), rel=1e-3)
    unsure = np.stack([np.full(100, 1000.0), np.linspace(-0.5, 1.5, 100)], axis=1)
    assert icer_limits(unsure)[1] == "dominated"
    cheap = np.stack([np.linspace(-1000.0, 1000.0, 100), np.ones(100)], axis=1)
    assert icer_limits(cheap)[0] == "dominant"
    mixed = np.stack([np.linspace(-1000.0, 1000.0, 100), np.full(100, -1.0)], axis=1)
    assert icer_limits(mixed) is None


def test_net_benefit_is_positive_where_the_ratio_is_below_the_threshold():
    assert net_benefit(30000, 1.5, 20000) == 0
    assert net_benefit(30000, 1.5, 20001) > 0 > net_benefit(30000, 1.5, 19999)


def test_acceptability_adds_up_and_ties_are_shared():
    same = np.tile([[100.0, 1.0]], (50, 1))
    found = acceptability({"a": same, "b": same, "c": same - [0, 1]}, np.array([0.0, 50.0]))
    assert found["a"].tolist() == pytest.approx([1 / 3, 0.5])
    assert found["c"].tolist() == pytest.approx([1 / 3, 0.0])


def test_of_arms_alike_one_is_on_the_frontier():
    rows = frontier({"a": (10.0, 1.0), "b": (10.0, 1.0), "c": (5.0, 2.0)})
    assert [row.arm for row in rows if not row.status] == ["c"]


def test_who_has_no_survival_time_is_named():
    tables = three_subjects()
    tables["adtte"] = tables["adtte"].query("USUBJID != 'two' or PARAMCD != 'OS'")
    with pytest.raises(InputError, match=r"ADTTE: expected a time \(AVAL\) of OS .* none for 1 subjects, such as two"):
        Followed.of(tables)
