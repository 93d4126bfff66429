"""Sensitivity of endpoints: truths laid into synthetic patients are found again; what is turned acts in the model."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.calibration.ensemble import Ensemble
from abscopal.calibration.knobs import Knob
from abscopal.calibration.sensitivity import BLOCK, INERT, Order, analyse, even_points
from abscopal.calibration.sensitivity_indices import QUANTITIES
from abscopal.calibration.sensitivity_knobs import PATIENTS, chosen_knobs, every_knob, fitted_knobs, mechanism_of
from abscopal.calibration.sobol import sobol_indices
from abscopal.errors import InputError
from abscopal.protocol import Protocol
from abscopal.report.sensitivity_page import figures_of, leading, sensitivity_page
from abscopal.trial.simulate import Design

PROTOCOL = Protocol(
    name="small",
    indication="melanoma",
    subjects=60,
    follow_up_months=24,
    arms=[
        {"name": "new", "regimen": ["nivolumab 240 mg q2w"]},
        {"name": "old", "regimen": ["dacarbazine 1000 mg/m2 q3w"]},
    ],
)
KNOBS = [Knob(f"parameters.{name}.center", 0.1, 10.0, 1.0) for name in ("growth", "recognition", "frailty")]
MECHANISMS = ("tumour_growth", "t_cell_killing", "tumour_growth")
SLOPES = {"new": np.array([2.0, -1.0, 0.0]), "old": np.array([1.0, 0.0, 0.0])}


def chance(points, arm):
    return 1 / (1 + np.exp(-(2.0 * (points[:, :3] - 0.5) @ SLOPES[arm])))


@pytest.fixture(scope="module")
def found():
    """Four hundred points with a known chance of every outcome but one, which never happens."""
    points = even_points(3, 400, seed=5)
    random, everyone = np.random.default_rng(6), np.repeat(points, BLOCK, axis=0)
    outcomes = {
        ("small", arm, quantity): (random.random(len(everyone)) < chance(everyone, arm)).astype(float)
        for arm in SLOPES
        for quantity in QUANTITIES
    }
    outcomes["small", "old", "severe irAE"][:] = 0.0
    ensemble = Ensemble(tuple(knob.path for knob in KNOBS), everyone[:, :3], outcomes)
    return analyse(Order(PROTOCOL, "prior", patients=8000), KNOBS, MECHANISMS, points, ensemble)


def output(found, quantity, arm, reference=""):
    return next(
        o for o in found.plain()["outputs"] if (o["quantity"], o["arm"], o["reference"]) == (quantity, arm, reference)
    )


def test_indices_of_patients_are_those_of_the_chances_they_were_drawn_by(found):
    truth = sobol_indices(lambda x: chance(x, "new")[:, None], 3, [[0, 2], [1]], count=4096, seed=1)
    one = output(found, "OS 12", "new")
    for place, knob in enumerate(KNOBS):
        assert one["first"][knob.path]["value"] == pytest.approx(truth.first[place, 0], abs=0.04)
        assert one["total"][knob.path]["value"] == pytest.approx(truth.total[place, 0], abs=0.04)
    assert one["mechanisms"]["tumour_growth"]["value"] == pytest.approx(truth.together[0, 0], abs=0.04)
    assert one["spread"] == pytest.approx(np.sqrt(truth.variance[0]), rel=0.1)


def test_a_knob_that_turns_nothing_carries_nothing_but_chance(found):
    one = output(found, "OS 12", "new")
    assert one["total"][INERT]["value"] < 0.03
    assert one["total"]["parameters.frailty.center"]["value"] < 0.03
    assert INERT not in one["bars"]


def test_a_bar_of_the_tornado_goes_from_the_tenth_to_the_ninetieth_percentile_with_its_direction(found):
    bar = output(found, "ORR", "new")["bars"]["parameters.growth.center"]
    ends = chance(np.array([[0.1, 0.5, 0.5], [0.9, 0.5, 0.5]]), "new")
    assert [bar["low"], bar["high"]] == pytest.approx(ends, abs=0.05)
    assert abs(bar["high"] - bar["low"] - (ends[1] - ends[0])) < 3 * bar["error"]
    falling = output(found, "ORR", "new")["bars"]["parameters.recognition.center"]
    assert falling["low"] > falling["high"]


def test_the_difference_between_arms_is_an_output_of_its_own(found):
    bars = {
        key: output(found, "PFS 6", *key)["bars"]["parameters.growth.center"]
        for key in (("new",), ("old",), ("new", "old"))
    }
    assert bars["new", "old"]["high"] == pytest.approx(bars["new",]["high"] - bars["old",]["high"], abs=1e-6)


def test_the_emulator_is_judged_beside_the_indices_and_rare_outcomes_are_left_out(found):
    one = output(found, "OS 24", "new")
    assert one["explained"] > 0.9
    assert one["emulator_error"] < 0.05
    assert found.left_out == ("severe irAE, old",)
    assert not [o for o in found.outputs if o.quantity == "severe irAE" and (o.arm == "old" or o.reference)]


def test_too_few_patients_are_told_so(found):
    few = Ensemble((), np.zeros((40, 3)), {("small", "new", "ORR"): np.zeros(40)})
    with pytest.raises(InputError, match="more patients"):
        analyse(Order(PROTOCOL, "prior"), KNOBS, MECHANISMS, even_points(3, 2, 1), few)


def test_the_page_has_every_figure_and_says_that_it_is_no_advice(found):
    plain = json.loads(json.dumps(found.plain(), allow_nan=False))
    figures = figures_of(plain)
    page = sensitivity_page(plain, figures)
    assert set(figures) == {"mechanisms", "knobs", *(f"tornado-{q.lower().replace(' ', '-')}" for q in QUANTITIES)}
    assert page.count("<svg") == len(figures)
    assert "not medical advice" in page
    assert "severe irAE, old" in page
    assert leading(plain)[0].startswith("ORR, new: tumour_growth")


class WithModel:
    """What the choice of knobs asks of a compiled model: the model."""

    def __init__(self, model):
        self.model = model


@pytest.fixture(scope="module")
def design():
    drugs = {name: catalogue.drug(name) for name in ("nivolumab", "dacarbazine")}
    indication = catalogue.indication("melanoma")
    return Design(PROTOCOL, indication, drugs, WithModel(catalogue.disease_model(drugs.values(), indication.tags)))


def test_every_knob_turns_something_of_the_model_once(design):
    knobs = every_knob(design, "prior")
    paths = [knob.path for knob in knobs]
    assert len(set(paths)) == len(paths) > 200
    assert all(knob.low < knob.high for knob in knobs)
    assert "lines.2L.frailty" not in paths  # the trial is of first line
    assert "shared.growth" not in paths  # it is drawn: its centre and spread are turned
    assert {"parameters.growth.center", "shared.kill_rate", "sum_of_diameters.center"} <= set(paths)


def test_calibrated_knobs_go_from_the_fifth_to_the_ninety_fifth_percentile_of_the_prior(design):
    recipe_range = {knob.path: knob for knob in fitted_knobs(design, "prior")}["parameters.growth.spread"]
    assert recipe_range.low == pytest.approx(0.7 - 1.645 * 0.2 * 0.9)
    assert recipe_range.high == pytest.approx(0.7 + 1.645 * 0.2 * 0.9)


def test_an_unknown_knob_is_told_with_the_nearest_known_one(design):
    with pytest.raises(InputError, match="did you mean"):
        chosen_knobs(design, "prior", ["shared.kil_rate"])
    assert [knob.path for knob in chosen_knobs(design, "prior", ["shared.kill_rate"] * 2)] == ["shared.kill_rate"]


@pytest.mark.parametrize(
    ("path", "mechanism"),
    [
        ("parameters.growth.spread", "tumour_growth"),
        ("shared.kill_rate", "t_cell_killing"),
        ("drugs.dacarbazine.potency", "dacarbazine"),
        ("fractions.C_evasive.center", "mutation"),
        ("fixed.death_rate", "death"),
        ("lines.2L.frailty", "death"),
        ("growth_within", "tumour_growth"),
        ("sum_of_diameters.center", PATIENTS),
    ],
)
def test_a_knob_belongs_to_the_mechanism_that_declares_what_it_turns(design, path, mechanism):
    assert mechanism_of(path, design.kernel.model) == mechanism


def test_the_python_examples_of_the_page_hold():
    page = Path(__file__).parents[2] / "docs/sensitivity.md"
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```$", page.read_text(encoding="utf-8"))
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {})
