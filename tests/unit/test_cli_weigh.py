"""`abscopal weigh`: what it prints and writes, and that bad input leaves nothing behind."""

import inspect
import json

import pytest
from typer.testing import CliRunner
from weighed_trial import protocol, run_folder

from abscopal.calibration.weighting import TRUST, weigh
from abscopal.cli import app
from abscopal.protocol.yaml_form import to_yaml


def command(*words):
    return CliRunner().invoke(app, ["weigh", *(str(word) for word in words)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a run, and its weights beside it."""
    place = tmp_path_factory.mktemp("weigh")
    run_folder(place / "run")
    return place


@pytest.fixture(scope="module")
def done(folder):
    return command(folder / "run", "--select", 50)


def test_the_trust_of_the_command_is_that_of_the_function(done):
    assert f"trust {TRUST:g}" in done.output
    assert inspect.signature(weigh).parameters["trust"].default == TRUST


def test_it_prints_figures_without_and_with_weights_and_the_effective_sample_size(done):
    assert done.exit_code == 0, done.output
    assert "nivolumab, OS 12" in done.output
    assert "effective sample size" in done.output
    assert "not medical advice" in done.output


def test_it_writes_weights_a_selection_a_page_and_json_that_agree(done, folder):
    assert done.exit_code == 0, done.output
    out = folder / "run-weights"
    assert {path.name for path in out.iterdir()} == {"weights.csv", "weights.json", "weights.html", "selected.csv"}
    rows = (out / "weights.csv").read_text().splitlines()
    assert (rows[0], len(rows)) == ("USUBJID,WEIGHT", 241)
    assert len((out / "selected.csv").read_text().splitlines()) == 51
    plain, page = json.loads((out / "weights.json").read_text()), (out / "weights.html").read_text()
    weights = [float(row.partition(",")[2]) for row in rows[1:]]
    assert sum(weights) ** 2 / sum(w**2 for w in weights) == pytest.approx(plain["effective"], abs=0.01)
    assert page.count("<svg") == 1
    assert f"effective sample size of {plain['effective']:.0f} of 240" in page
    assert "beyond the follow-up of this run" in page
    assert "not medical advice" in page


def test_json_is_what_is_written_and_the_same_command_writes_the_same_again(done, folder, tmp_path):
    assert done.exit_code == 0
    again = command(folder / "run", "--out", tmp_path / "out", "--json")
    assert json.loads(again.stdout) == json.loads((folder / "run-weights" / "weights.json").read_text())
    assert (tmp_path / "out" / "weights.csv").read_bytes() == (folder / "run-weights" / "weights.csv").read_bytes()
    assert (tmp_path / "out" / "weights.html").read_bytes() == (folder / "run-weights" / "weights.html").read_bytes()


def test_weights_are_applied_to_another_trial_with_the_same_patients(done, folder, tmp_path):
    assert done.exit_code == 0
    run_folder(tmp_path / "later", role="validation", name="later")
    applied = command(tmp_path / "later", "--apply", folder / "run-weights" / "weights.csv")
    assert applied.exit_code == 0, applied.output
    out = tmp_path / "later-weighted"
    assert {path.name for path in out.iterdir()} == {"prediction.json", "prediction.html"}
    plain = json.loads((out / "prediction.json").read_text())
    assert plain["weights"]["targets"] == ["made-up"]
    found = plain["arms"]["nivolumab"]["figures"]["OS 12"]
    assert found["after"]["lo"] < found["after"]["value"] < found["after"]["hi"]
    assert "found on the same patients in made-up" in (out / "prediction.html").read_text()


def test_other_patients_are_refused_and_nothing_is_written(done, folder, tmp_path):
    assert done.exit_code == 0
    run_folder(tmp_path / "run", seed=2)
    refused = command(tmp_path / "run", "--apply", folder / "run-weights" / "weights.csv")
    assert refused.exit_code == 2
    assert "seed: expected 1, as where the weights were found, got 2" in refused.output
    assert not (tmp_path / "run-weighted").exists()


def test_a_validation_trial_is_refused_as_a_target(folder, tmp_path):
    (tmp_path / "held-out.yaml").write_text(to_yaml(protocol("validation", name="held-out")))
    refused = command(folder / "run", "--targets", tmp_path / "held-out.yaml", "--out", tmp_path / "out")
    assert refused.exit_code == 2
    assert "held-out: expected a trial with role: calibration, got role: validation" in refused.output
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_things_and_options_of_both_steps_are_refused(folder, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    refused = command(folder / "run", "--out", tmp_path)
    assert refused.exit_code == 2
    assert "'thesis.txt' among its files" in refused.output
    refused = command(folder / "run", "--apply", "weights.csv", "--every-arm")
    assert refused.exit_code == 2
    assert "--apply: expected no --targets" in refused.output
