"""Predictions from draws: influence functions against their definition, variances against trials simulated by hand."""

import numpy as np
import pytest
from synthetic_trial import DACARBAZINE, NIVOLUMAB, synthetic_tables

from abscopal.analysis import influence
from abscopal.analysis.cox import CoxError, cox
from abscopal.analysis.kaplan_meier import kaplan_meier
from abscopal.analysis.outcomes import FLAGS, Outcomes, outcomes
from abscopal.analysis.prediction import PARTS, predict, variances
from abscopal.analysis.summary import summarise

ARMS = (NIVOLUMAB.name, DACARBAZINE.name)


@pytest.fixture(scope="module")
def sample():
    """Tied and censored times of 150 subjects in two groups."""
    rng = np.random.default_rng(1)
    time = np.ceil(rng.exponential(10, 150))
    return time, (rng.random(150) < 0.7).astype(int), rng.random(150) < 0.5


def test_influence_on_survival_is_its_derivative_by_a_subjects_weight(sample):
    time, event, _ = sample
    at, step = [0.0, 3.0, 8.0, 20.0], 1e-6
    found = influence.survival(time, event, at)
    for subject in (0, 5, 17, int(np.argmax(time))):
        weights = np.ones(len(time))
        weights[subject] += step
        heavier, plain = kaplan_meier(time, event, weights), kaplan_meier(time, event)
        slope = [(heavier.at(t) - plain.at(t)) / step for t in at]
        np.testing.assert_allclose(found.influence[subject], slope, atol=1e-8)


def test_squared_influence_adds_up_to_greenwoods_variance(sample):
    time, event, _ = sample
    found, curve = influence.survival(time, event, [3.0, 8.0, 20.0]), kaplan_meier(time, event)
    greenwood = [curve.standard_error[np.searchsorted(curve.time, t, side="right") - 1] for t in (3, 8, 20)]
    np.testing.assert_allclose(np.sqrt((found.influence**2).sum(axis=0)), greenwood, rtol=1e-10)
    np.testing.assert_allclose(found.value, [curve.at(t) for t in (3, 8, 20)])


def test_a_curve_that_has_come_to_zero_stays_there_whoever_counts_more():
    found = influence.survival([1.0, 2.0, 3.0], [1, 1, 1], [2.5, 3.0, 9.0])
    assert found.value.tolist() == pytest.approx([1 / 3, 0, 0])
    assert (found.influence[:, 1:] == 0).all()


def test_influence_on_the_log_hazard_ratio_is_what_leaving_a_subject_out_changes(sample):
    time, event, group = sample
    found = influence.log_hazard_ratio(time, event, group)
    assert found.influence.sum() == pytest.approx(0, abs=1e-9)
    whole = cox(time, event, group)
    assert found.value[0] == pytest.approx(whole.coefficients[0])
    without = [
        cox(*(np.delete(part, subject) for part in sample)).coefficients[0] - whole.coefficients[0]
        for subject in range(40)
    ]
    np.testing.assert_allclose(-np.array(without), found.influence[:40, 0], rtol=0.1, atol=1e-3)
    assert np.sqrt((found.influence**2).sum()) == pytest.approx(whole.standard_errors[0], rel=0.05)


def test_parameter_variance_is_what_draws_differ_by_with_endless_patients_common_random_numbers_or_not():
    rng, people, enrolled, count = np.random.default_rng(2), 400, 300, 12
    truths = np.linspace(0.3, 0.5, count)
    exact, shared, apart = truths.var(ddof=1), [], []
    for _ in range(300):
        luck = rng.random(people)
        for same, kept in ((True, shared), (False, apart)):
            parts = []
            for truth in truths:
                who = np.sort(rng.choice(people, enrolled, replace=False))
                flags = (luck if same else rng.random(people))[who] < truth
                who = who if same else who + people * len(parts)
                parts.append((influence.shares(flags[:, None]), who, np.full(enrolled, enrolled / 100)))
            kept.append(variances(parts, people * count))
    for found in (shared, apart):
        assert np.mean([one.parameter[0] for one in found]) == pytest.approx(exact, rel=0.1)
        planned = np.mean(truths * (1 - truths)) / 100
        assert np.mean([one.sampling[0] for one in found]) == pytest.approx(planned, rel=0.02)
    assert np.mean([one.simulation[0] for one in apart]) < np.mean([one.simulation[0] for one in shared])


def test_identical_draws_leave_no_parameter_uncertainty_and_the_sampling_error_of_a_trial():
    tables = synthetic_tables(per_arm=150)
    once = outcomes(tables, range(300))
    found = predict([once] * 4, dict.fromkeys(ARMS, 150.0), [ARMS])
    summary = summarise(tables, "synthetic", 7, DACARBAZINE.name)
    for arm in ARMS:
        row, known = found.row(arm, "orr"), summary["arms"][arm]
        assert row.value == pytest.approx(known["orr"])
        assert row.errors["parameter"] == 0
        assert row.limits["parameter"] == (row.value, row.value)
        assert row.errors["sampling"] == pytest.approx(np.sqrt(known["orr"] * (1 - known["orr"]) / 150))
        assert row.limits["both"] == row.limits["sampling"]
        assert found.row(arm, "os_at_12").value == pytest.approx(known["os_at"]["12"], abs=1e-9)
        assert found.row(arm, "dcr").value == pytest.approx(known["dcr"])
        assert found.row(arm, "trae_grade3").value == pytest.approx(known["trae_grade3"])
        assert found.row(arm, "pfs_median").value == pytest.approx(known["pfs_median"], abs=0.6)
    ratio = next(c for c in summary["contrasts"] if c["endpoint"] == "OS")
    row = found.row(" against ".join(ARMS), "hr_os")
    assert row.value == pytest.approx(ratio["hr"])
    assert row.errors["sampling"] == pytest.approx(np.log(ratio["hi"] / ratio["lo"]) / (2 * 1.96), rel=0.1)


def test_a_trial_of_a_quarter_of_the_size_has_twice_the_sampling_error_and_the_same_parameter_error():
    draws = [outcomes(synthetic_tables(per_arm=80, seed=seed), range(160 * seed, 160 * seed + 160)) for seed in (1, 2)]
    large, small = (predict(draws, {arm: float(n) for arm in ARMS}, [ARMS]) for n in (400, 100))
    for one, other in zip(large.rows, small.rows, strict=True):
        if one.errors:
            assert other.errors["sampling"] == pytest.approx(2 * one.errors["sampling"])
            assert other.errors["parameter"] == one.errors["parameter"]


def test_limits_hold_the_value_in_order_and_both_parts_are_wider_than_each():
    draws = [outcomes(synthetic_tables(per_arm=60, seed=seed), range(120)) for seed in range(1, 5)]
    found = predict(draws, dict.fromkeys(ARMS, 60.0), [ARMS])
    for row in found.rows:
        if row.kind == "months" or row.value in (0, 1):
            continue
        for part in PARTS:
            lower, upper = row.limits[part]
            assert lower <= row.value <= upper
        assert row.limits["both"][1] - row.limits["both"][0] >= row.limits["sampling"][1] - row.limits["sampling"][0]
    assert {row.key for row in found.rows if row.group == ARMS[0]} >= {*FLAGS, "os_median", "pfs_at_6"}
    for curve in found.curves:
        assert (np.diff(curve.survival) <= 1e-12).all()
        assert (curve.both[0] <= curve.survival + 1e-9).all()


def test_a_median_and_its_limits_are_where_curve_and_band_cross_one_half():
    draws = [outcomes(synthetic_tables(per_arm=60, seed=seed), range(120)) for seed in range(1, 5)]
    found = predict(draws, dict.fromkeys(ARMS, 60.0))
    curve = next(c for c in found.curves if (c.endpoint, c.arm) == ("PFS", ARMS[1]))
    row = found.row(ARMS[1], "pfs_median")
    assert np.interp(row.value, curve.months, curve.survival) == pytest.approx(0.5, abs=1e-6)
    for end, band in zip(row.limits["both"], curve.both, strict=True):
        assert end is None or np.interp(end, curve.months, band) == pytest.approx(0.5, abs=1e-6)


def test_a_discrepancy_of_the_model_widens_all_and_has_a_name_and_without_one_there_is_none():
    draws = [outcomes(synthetic_tables(per_arm=60, seed=seed), range(120)) for seed in (1, 2)]
    plain = predict(draws, dict.fromkeys(ARMS, 60.0)).row(ARMS[0], "orr")
    wider = predict(draws, dict.fromkeys(ARMS, 60.0), discrepancy={"orr": 0.1}).row(ARMS[0], "orr")
    assert plain.errors["discrepancy"] is None
    assert wider.errors["discrepancy"] == 0.1
    assert wider.limits["parameter"] == plain.limits["parameter"]
    assert wider.limits["both"][0] < plain.limits["both"][0]


def test_a_ratio_that_some_draw_cannot_give_is_a_row_without_numbers():
    nobody = {code: np.zeros(4, dtype=bool) for code in ("OS",)}
    arm, days = np.array(["a", "a", "b", "b"]), {"OS": np.array([400.0, 500.0, 450.0, 480.0])}
    draw = Outcomes(np.arange(4), arm, {"orr": np.array([True, False, False, True])}, days, nobody)
    with pytest.raises(CoxError):
        influence.log_hazard_ratio(days["OS"], nobody["OS"], arm == "a")
    found = predict([draw, draw], {"a": 10.0, "b": 10.0}, [("a", "b")])
    assert found.row("a against b", "hr_os").value is None
    assert found.plain()["endpoints"][-1]["limits"]["both"] == (None, None)


def test_one_draw_is_no_posterior():
    draw = outcomes(synthetic_tables(per_arm=20), range(40))
    with pytest.raises(ValueError, match="at least 2"):
        predict([draw], dict.fromkeys(ARMS, 20.0))


def test_those_whose_computation_failed_are_in_no_estimate():
    tables = synthetic_tables(per_arm=20)
    failed = tables["adsl"].assign(CLASS=np.where(np.arange(40) == 3, "solver failure", "enrolled"))
    found = outcomes({**tables, "adsl": failed}, range(100, 140))
    assert len(found.arm) == 39
    assert 103 not in found.candidate
