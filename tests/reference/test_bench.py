"""The benchmark's tools, run for real on a few patients: they agree with the engine, and the result says so."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from abscopal import cli
from abscopal.bench import accuracy, ours
from abscopal.bench.ensemble import draw_ensemble
from abscopal.bench.peers.dosed_sbml import rhythms
from abscopal.bench.peers.peer import PEERS
from abscopal.bench.result import benchmark
from abscopal.errors import InputError

DAYS = (42.0, 60.0, 84.0)


@pytest.fixture(scope="module")
def few():
    """A patient of each arm with few lesions, for SBML takes long to load with many; one looked at between doses."""
    drawn = draw_ensemble(count=120, days=DAYS)
    small = np.flatnonzero(drawn.lesions <= 2)
    given = (drawn.dose[small].sum(axis=1) > 0).argmax(axis=1)
    return drawn.take(np.array([small[given == drug][0] for drug in (0, 1)]))


@pytest.fixture(scope="module")
def reference(few):
    return ours.solve(few, 1e-11).states


def test_patients_of_both_arms_get_the_doses_of_their_schedule(few):
    by_drug = (few.dose > 0).sum(axis=1)
    assert sorted(map(tuple, by_drug)) == [(0, 6), (4, 0)]  # dacarbazine on days 0, 21, 42, 63; nivolumab every 14
    assert few.dose.max() > 1000.0  # 1000 mg/m2
    assert all(few.end[i, few.intervals[i] - 1] == 84.0 for i in range(2))


@pytest.fixture(scope="module")
def tools(few):
    """Compiled and loaded once, by name and whether matched."""
    made = {}
    for name in ("scipy-lsoda", "libroadrunner"):
        for matched in (False, True):
            made[name, matched] = PEERS[name].build(few, 1e-6, matched)
            made[name, matched].warm_up()
    return made


@pytest.mark.parametrize("matched", [False, True])
@pytest.mark.parametrize("name", ["scipy-lsoda", "libroadrunner"])
def test_a_peer_agrees_with_the_engine_within_its_tolerance(few, reference, tools, name, matched):
    error, failures = accuracy.error(few, tools[name, matched].solve(), reference)
    assert failures == 0
    assert error.burden_max < 2e-4
    assert error.state_max < 2e-3


@pytest.mark.parametrize("matched", [False, True])
@pytest.mark.parametrize("by_events", [False, True])
def test_libroadrunner_gets_the_same_by_events_and_by_stopping(few, reference, tools, by_events, matched, monkeypatch):
    monkeypatch.setattr(tools["libroadrunner", matched], "by_events", by_events)
    error, failures = accuracy.error(few, tools["libroadrunner", matched].solve(), reference)
    assert failures == 0
    assert error.state_max < 2e-3


def test_the_matched_right_hand_side_holds_the_drug_and_knows_its_rate(few, tools):
    whole, matched = (tools["scipy-lsoda", key].model for key in (False, True))
    y, p, q, lesions = few.y[0, : whole.layout.size(int(few.lesions[0]))].copy(), few.p[0], few.q[0], few.lesions[0]
    drug, rate, slopes = whole.layout.index("dacarbazine_amount"), np.zeros(1), [np.empty_like(y), np.empty_like(y)]
    y[drug] = 0.5
    for model, slope in zip((whole, matched), slopes, strict=True):
        model.rhs(y, p, q, lesions, slope, np.zeros((lesions, model.scratch)))
    matched.rate(p, rate)
    assert slopes[1][drug] == 0.0
    assert np.isclose(slopes[0][drug], -rate[0] * y[drug], rtol=1e-14)
    assert np.array_equal(np.delete(slopes[0], drug), np.delete(slopes[1], drug))


def test_doses_that_change_are_no_rhythm(few):
    dose = few.dose.copy()
    dose[0, np.flatnonzero(dose[0].sum(axis=1))[-1]] *= 2.0
    assert rhythms(few, 0) is not None
    assert rhythms(replace(few, dose=dose), 0) is None


def test_a_solver_that_gives_up_leaves_a_failure(few, reference, tools, monkeypatch):
    tool = tools["scipy-lsoda", False]
    step = tool._step
    monkeypatch.setattr(tool, "_step", lambda y, begin, *rest: None if begin > 40.0 else step(y, begin, *rest))
    error, failures = accuracy.error(few, tool.solve(), reference)
    assert (error, failures) == (None, 2)


@pytest.fixture(scope="module")
def result():
    """Of a trial of chemotherapy, whose model is small and compiled sooner."""
    return benchmark(
        3, ["scipy-lsoda"], protocol="revel", repeats=2, days=(21.0,), checked=1, sizes=(3, 6), subjects=6,
        tell=lambda text: None,
    )  # fmt: skip


def test_the_result_has_the_figures_and_is_json(result):
    again = json.loads(json.dumps(result, allow_nan=False))
    assert again.keys() >= {"model", "ours_ms", "ratios", "matched", "error", "floor_ratio", "machine"}
    assert again["floor_ratio"] > 1.0
    assert again["floor_ratio_at_scale"] > 1.0
    assert again["model"]["patients"] == 3
    assert again["ours_ms"] == again["ours"]["0.0001"]["ms"] > 0.0
    assert again["ratios"].keys() == again["matched"].keys() == {"scipy-lsoda"}
    peer = again["peers"]["scipy-lsoda"]
    assert peer["same_tolerance"] == pytest.approx(peer["ms"] / again["ours"]["1e-06"]["ms"])
    assert [row["patients"] for row in again["scaling"]] == [3, 6]
    assert sum(again["trial"]["share"].values()) == pytest.approx(1.0)
    assert 0.0 <= again["share_outside_kernels"] < 1.0


def test_the_reference_is_vouched_for_by_others(result):
    assert result["reference_check"].keys() == {"SciPy DOP853 at 1e-12", "libRoadRunner at 1e-10"}
    assert all(error["state_max"] < 1e-5 for error in result["reference_check"].values())


def test_the_error_shrinks_with_our_tolerance(result):
    errors = [result["ours"][t]["error"]["state_median"] for t in ("0.0001", "1e-06", "1e-08", "1e-10")]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] < 0.05


def test_the_command_prints_one_object_and_appends_a_line_of_history(result, monkeypatch, tmp_path):
    asked = {}
    monkeypatch.setattr(
        "abscopal.bench.result.benchmark", lambda n, peers, **options: asked.update(n=n, peers=peers) or result
    )
    history = tmp_path / "history.jsonl"
    for _ in range(2):
        done = CliRunner().invoke(
            cli.app, ["bench", "--n", "3", "--peers", "scipy-lsoda", "--json", "--history", str(history)]
        )
        assert done.exit_code == 0, done.output
    assert asked == {"n": 3, "peers": ["scipy-lsoda"]}
    assert json.loads(done.stdout) == json.loads(json.dumps(result))
    assert [json.loads(line)["ours_ms"] for line in history.read_text().splitlines()] == [result["ours_ms"]] * 2


@pytest.mark.parametrize("option", [[], ["--markdown"]])
def test_the_command_shows_the_peers_and_those_that_are_absent(result, monkeypatch, option):
    shown = {**result, "absent": {"amici": PEERS["amici"].install}}
    monkeypatch.setattr("abscopal.bench.result.benchmark", lambda *arguments, **options: shown)
    done = CliRunner().invoke(cli.app, ["bench", *option])
    assert done.exit_code == 0, done.output
    assert "SciPy LSODA" in done.stdout
    assert "Not installed: AMICI CVODES; pip install amici" in done.stdout
    assert f"{result['ours_ms']:.2f}" in done.stdout


def test_an_unknown_peer_is_named_with_those_there_are():
    with pytest.raises(InputError, match="a known peer"):
        benchmark(2, ["matlab"])
