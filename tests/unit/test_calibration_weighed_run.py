"""A run's tables weighted against published figures, files of weights, and who may be weighted by them."""

import json

import numpy as np
import pandas as pd
import pytest
from weighed_trial import protocol, run_folder

from abscopal.analysis.kaplan_meier import kaplan_meier
from abscopal.calibration.targets import fit_targets
from abscopal.calibration.weighed_run import apply_weights, miss, weigh_run
from abscopal.calibration.weighted_trial import TOO_LATE, baseline_of, estimates, lives_of, moments_of, reading
from abscopal.calibration.weights_file import read_run, read_weights, weights_csv
from abscopal.errors import InputError, IntegrityError

MONTH = 30.4375


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return read_run(run_folder(tmp_path_factory.mktemp("weighed") / "run"))


@pytest.fixture(scope="module")
def weighed(run):
    return weigh_run(run, [run.protocol], trust=10)


@pytest.fixture
def written(weighed, tmp_path):
    """A weights.csv with its JSON."""
    (tmp_path / "weights.csv").write_text(weights_csv(weighed.lives.names, weighed.weight))
    (tmp_path / "weights.json").write_text(json.dumps(weighed.plain()))
    return tmp_path / "weights.csv"


def test_the_mean_that_stands_for_a_landmark_is_the_kaplan_meier_estimate(run):
    lives = run.lives()
    moments, targets, _ = moments_of(lives, fit_targets([run.protocol], 1000))
    ones = np.ones(len(lives.adsl))
    for moment, target in zip(moments, targets, strict=True):
        assert moment.mean(ones) == pytest.approx(reading(lives.arms[target.arm], target.quantity), rel=1e-12)


def test_under_weights_it_is_the_weighted_kaplan_meier_estimate(run):
    lives = run.lives()
    weight = np.random.default_rng(2).exponential(size=len(lives.adsl)) + 0.05
    moments, targets, _ = moments_of(lives, fit_targets([run.protocol], 1000), weight)
    rows = run.tables["adtte"].query("PARAMCD == 'OS' and ARM == 'nivolumab'")
    own = weight[[lives.names.index(name) for name in rows["USUBJID"].astype("str")]]
    curve = kaplan_meier(rows["AVAL"], 1 - rows["CNSR"], own)
    found = {(t.arm, t.quantity): m.mean(weight) for m, t in zip(moments, targets, strict=True)}
    assert found["nivolumab", "OS 12"] == pytest.approx(curve.at(12 * MONTH), rel=1e-12)


def test_weights_bring_the_weighted_curves_to_the_published_figures(weighed):
    plain = weighed.plain()
    assert plain["misses_after"] < 0.25 < 1 < plain["misses_before"]
    for one in plain["figures"]:
        assert abs(one["after"] - one["published"]) < 0.5 * one["error"] + 0.01, one
    assert 100 < plain["effective"] < 240
    assert sum(plain["effective_by_arm"].values()) == pytest.approx(plain["effective"], rel=0.2)


def test_the_error_of_a_figure_holds_the_chance_of_the_simulated_subjects(weighed, run):
    target = next(t for t in fit_targets([run.protocol], 1000) if (t.arm, t.quantity) == ("nivolumab", "ORR"))
    figure = next(one for one in weighed.figures if (one["arm"], one["quantity"]) == ("nivolumab", "ORR"))
    assert figure["error"] == pytest.approx(np.sqrt(target.error**2 + 0.5 * 0.5 / 120), abs=1e-4)


def test_the_baseline_stays_within_the_chance_of_a_randomisation_unless_set_free(weighed, run):
    values = baseline_of(weighed.lives.adsl)
    spread = {name: np.nanstd(column) / np.sqrt(120) for name, column in values.items()}
    assert len(values) >= 7
    for row in weighed.baseline:
        assert all(abs(mean - row["enrolled"]) < spread[row["covariate"]] for mean in row["weighted"].values())
    free = weigh_run(run, [run.protocol], hold_baseline=False)
    moved = [
        max(abs(mean - row["enrolled"]) / spread[row["covariate"]] for mean in row["weighted"].values())
        for row in free.baseline
    ]
    assert max(moved) > 1


def test_less_trust_is_a_nearer_match_and_a_smaller_effective_sample_in_the_table_of_the_result(weighed):
    rows = weighed.trade_off
    assert [row["trust"] for row in rows] == [1, 10, 30, 100, 300, 1000]
    assert sorted(row["effective_share"] for row in rows) == [row["effective_share"] for row in rows]
    used = next(row for row in rows if row["trust"] == 10)
    assert used["effective_share"] == pytest.approx(weighed.plain()["effective_share"], abs=0.02)


def test_figures_beyond_follow_up_or_of_other_arms_take_no_part_and_say_why(weighed, run):
    assert [(one.target.quantity, one.reason) for one in weighed.left_out] == [("OS 200", TOO_LATE)]
    other = protocol()
    arms = [arm.model_copy(update={"name": f"{arm.name} 2"}) for arm in other.arms]
    with pytest.raises(InputError, match="none that can be counted: no subject is in this arm"):
        weigh_run(run, [other.model_copy(update={"arms": tuple(arms)})])


@pytest.mark.parametrize("role", ["validation", None])
def test_a_trial_that_is_not_for_calibration_is_refused_by_the_door_of_all_fits(run, role):
    with pytest.raises(InputError, match="expected a trial with role: calibration"):
        weigh_run(run, [protocol(role)])


def test_subjects_without_an_endpoint_or_a_response_count_as_the_analyses_count_them(run):
    tables = {name: run.tables[name] for name in ("adsl", "adrs", "adtte")}
    adrs = tables["adrs"]
    first = str(adrs["USUBJID"].astype("str").iloc[0])
    lives = lives_of(tables | {"adrs": adrs[adrs["USUBJID"].astype("str") != first]})
    place = lives.names.index(first)
    arm = next(arm for arm in lives.arms.values() if place in arm.place)
    assert arm.best[list(arm.place).index(place)] == ""
    assert estimates(arm)["ORR"].value == pytest.approx(np.isin(arm.best, ["CR", "PR"]).mean())


def test_weights_applied_where_they_were_found_give_what_they_gave(weighed, run, written):
    weights, described = read_weights(written)
    found = apply_weights(run, weights, described)
    assert found.unweighted == 0
    for one in weighed.figures:
        if "median" not in one["quantity"] and one["quantity"] not in ("OS 200",):
            arm = next(arm for arm in found.arms if arm.name == one["arm"])
            before, after = found.estimates(arm)[one["quantity"]]
            assert before.value == pytest.approx(one["before"], abs=1e-4)
            assert after.value == pytest.approx(one["after"], abs=1e-4)
            assert after.lower < after.value < after.upper
            assert after.upper - after.lower > 0.9 * (before.upper - before.lower)


def test_equal_weights_change_nothing(run, weighed, written):
    _, described = read_weights(written)
    found = apply_weights(run, dict.fromkeys(weighed.lives.names, 3.0), described)
    for arm in found.arms:
        for before, after in found.estimates(arm).values():
            assert after.value == before.value or after.value == pytest.approx(before.value)
            assert after.lower == before.lower or after.lower == pytest.approx(before.lower, abs=1e-9)


def test_weights_are_applied_to_the_same_patients_in_another_trial_and_to_nobody_else(tmp_path, written):
    weights, described = read_weights(written)
    elsewhere = read_run(run_folder(tmp_path / "same", role="validation", name="other"))
    assert apply_weights(elsewhere, weights, described).plain()["arms"]["nivolumab"]["n"] == 120
    other = {"seed": 2, "line": "2L", "baseline": {"liver": 0.2}, "eligibility": ("PDL1 >= 1 %",)}
    with pytest.raises(InputError) as refused:
        apply_weights(read_run(run_folder(tmp_path / "others", **other)), weights, described)
    problems = {problem.path: problem for problem in refused.value.problems}
    assert set(problems) == {"seed", "line of therapy", "published baseline", "eligibility"}
    assert problems["seed"].expected.startswith("1, as where the weights were found")
    assert problems["published baseline"].got == "'liver 0.2'"


def test_the_same_recipe_with_other_patients_is_noticed(tmp_path, written):
    """As after a change of the indication's file: seed and protocol say nothing of it."""
    weights, described = read_weights(written)
    with pytest.raises(InputError, match="others under the same numbers"):
        apply_weights(read_run(run_folder(tmp_path / "run", tables_seed=8)), weights, described)


def test_a_subject_without_a_weight_is_left_out_and_counted(run, written):
    weights, described = read_weights(written)
    name = next(iter(weights))
    found = apply_weights(run, {key: weight for key, weight in weights.items() if key != name}, described)
    assert found.unweighted == 1
    assert sum(len(arm.place) for arm in found.arms) == 239
    assert found.weight.sum() == pytest.approx(239)


def test_a_broken_file_of_weights_is_told_by_its_line(written):
    written.write_text("USUBJID,WEIGHT\nSUBJ-0001,1\nSUBJ-0002,-1\nSUBJ-0001,x\n")
    with pytest.raises(InputError) as refused:
        read_weights(written)
    assert [(one.line, one.expected) for one in refused.value.problems] == [
        (3, "a weight above 0"), (4, "a weight above 0"), (4, "each subject once"),
    ]  # fmt: skip
    written.with_name("weights.json").unlink()
    with pytest.raises(InputError, match="the JSON written beside them"):
        read_weights(written)


def test_tables_changed_since_the_run_are_an_integrity_failure(tmp_path):
    folder = run_folder(tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"files": {"adam/adsl.parquet": "0" * 64}}))
    with pytest.raises(IntegrityError, match=r"adam/adsl\.parquet"):
        read_run(folder)
    with pytest.raises(InputError, match="the folder of a finished run, got no such folder"):
        read_run(tmp_path / "nothing")


def test_the_miss_is_the_root_mean_square_in_standard_errors():
    figures = [{"published": 0.5, "error": 0.1, "after": 0.6}, {"published": 0.5, "error": 0.1, "after": 0.8}]
    assert miss([*figures, {"published": 0.5, "error": 0.1, "after": None}], "after") == pytest.approx(5**0.5, abs=1e-3)


def test_numbers_written_in_the_csv_are_those_read(weighed, written):
    table = pd.read_csv(written)
    assert list(table["USUBJID"]) == weighed.lives.names
    assert table["WEIGHT"].to_numpy() == pytest.approx(weighed.weight, rel=1e-9)
