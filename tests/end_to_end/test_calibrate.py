"""`abscopal calibrate` as a user types it: a recipe of one's own, resumed, refused another recipe's folder."""

import json

import pytest
from typer.testing import CliRunner

from abscopal.cli import app

RECIPE = """
indication: hepatocellular
protocols: [sharp]
seed: 5
rounds: 2
blocks: 10
block: 8
months: 12.5
draws: 16
free:
  parameters.growth.center: {prior: 0.006, range: [0.002, 0.02], why: a number for this test}
  fixed.death_rate: {prior: 0.0004, range: [0.00001, 0.005], why: a number for this test}
"""


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    file = tmp_path_factory.mktemp("calibrate") / "own.yaml"
    file.write_text(RECIPE)
    return file


def calibrate(recipe, folder, *options):
    return CliRunner().invoke(app, ["calibrate", str(recipe), "--out", str(folder), *options])


@pytest.fixture(scope="module")
def done(recipe):
    folder = recipe.parent / "out"
    result = calibrate(recipe, folder, "--json")
    assert result.exit_code == 0, result.output
    return folder, result.stdout


def test_a_recipe_of_ones_own_gives_numbers_draws_and_a_page(done):
    folder, printed = done
    written = json.loads((folder / "calibration.json").read_text())
    assert json.loads(printed) == written
    assert [knob["path"] for knob in written["knobs"]] == ["parameters.growth.center", "fixed.death_rate"]
    assert {target["protocol"] for target in written["targets"]} == {"sharp"}
    assert len((folder / "posterior.csv").read_text().splitlines()) == 17
    assert "not medical advice" in (folder / "calibration.html").read_text()


def test_the_same_command_goes_on_and_ends_the_same(recipe, done):
    folder, printed = done
    next(iter(sorted((folder / "round-2").glob("*.npz")))).unlink()
    assert calibrate(recipe, folder, "--json").stdout == printed


def test_a_folder_of_another_recipe_is_refused_and_left_as_it_is(recipe, done):
    folder, _ = done
    before = (folder / "calibration.json").read_text()
    result = calibrate(recipe, folder, "--seed", "6")
    assert result.exit_code == 2
    assert "that of this recipe and model" in result.output
    assert (folder / "calibration.json").read_text() == before


def test_a_validation_trial_in_a_recipe_is_refused(recipe, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(RECIPE.replace("[sharp]", "[sharp, imbrave150]"))
    result = calibrate(wrong, tmp_path / "out")
    assert result.exit_code == 2
    assert "imbrave150: expected a trial with role: calibration, got role: validation" in result.output
    assert not (tmp_path / "out").exists()
