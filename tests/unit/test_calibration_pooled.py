"""A cancer without trials is moved as fitted cancers were: on three made-up cancers, counted by hand."""

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.calibration import pooled as module
from abscopal.calibration.calibrate import calibrate
from abscopal.calibration.pooled import pooled
from abscopal.calibration.recipe import Free, Recipe
from abscopal.errors import InputError
from abscopal.indications.posterior import Posterior, turned

GROWTH, DEATH = "parameters.growth.center", "fixed.death_rate"
MOVES = {"melanoma": 0.1, "nsclc": -0.05, "renal": 0.25}  # of growth, in the unit cube


def recipe(name, protocols):
    free = {
        GROWTH: Free(prior=0.002 * 10**0.5, range=(0.002, 0.02), why="a number made up"),
        DEATH: Free(prior=0.001, range=(0.0001, 0.01), why="a number made up"),
    }
    return Recipe(indication=name, protocols=protocols, seed=1, draws=12, free=free)


@pytest.fixture
def _three_fitted(monkeypatch):
    """Growth moved in three cancers, death in none; two draws each, to either side of the value."""
    recipes = {name: recipe(name, ["a trial"]) for name in MOVES}
    knob = recipes["melanoma"].knobs()[0]
    fitted = {name: knob.value(0.5 + move) for name, move in MOVES.items()}
    draws = {
        name: Posterior(
            (GROWTH, DEATH), np.array([[knob.value(0.5 + move - 0.01), 0.001], [knob.value(0.5 + move + 0.01), 0.001]])
        )
        for name, move in MOVES.items()
    }
    known = catalogue.indication
    monkeypatch.setattr(module, "recipe_names", lambda: [*MOVES, "cervical"])
    monkeypatch.setattr(module, "load_recipe", lambda name: recipes.get(name, recipe(name, [])))
    monkeypatch.setattr(catalogue, "posterior", draws.get)
    monkeypatch.setattr(
        catalogue,
        "indication",
        lambda name: turned(known(name), {GROWTH: fitted[name], DEATH: 0.001}) if name in fitted else known(name),
    )


@pytest.mark.usefixtures("_three_fitted")
def test_the_value_is_the_prior_moved_by_the_mean_and_each_draw_by_one_cancer():
    value, draws = pooled(recipe("cervical", []))
    assert value == pytest.approx([0.5 + 0.1, 0.5], abs=1e-9)
    expected = [0.5 + move + up for up in (-0.01, 0.01) for move in MOVES.values()] * 2
    assert draws[:, 0] == pytest.approx(expected)
    assert draws[:, 1] == pytest.approx(0.5)


@pytest.mark.usefixtures("_three_fitted")
def test_a_calibration_without_trials_simulates_nobody_and_has_values_and_draws(tmp_path):
    found = calibrate(recipe("cervical", []), tmp_path / "run")
    assert found.patients == 0
    assert found.values[GROWTH] == pytest.approx(0.002 * 10**0.6)
    assert len(found.posterior) == 12
    assert found.plain()["targets"] == []


@pytest.mark.usefixtures("_three_fitted")
def test_a_liquid_cancer_does_not_learn_from_solid_ones():
    with pytest.raises(InputError, match="3 fitted cancers"):
        pooled(recipe("b_all", []))
