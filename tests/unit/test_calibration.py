"""The coarse fit: targets as published, knobs within their ranges, and a loss that can be lowered."""

import json

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.calibration.fit import Problem, fit
from abscopal.calibration.knobs import Knob, knobs_of, turn
from abscopal.calibration.targets import targets_of


@pytest.fixture(scope="module")
def melanoma():
    return catalogue.indication("melanoma")


def test_targets_are_the_published_figures_with_errors_above_their_sampling_error():
    protocol = catalogue.load_protocol("checkmate-067")
    targets = {(t.arm, t.quantity): t for t in targets_of(protocol, 36.5)}
    response = targets["nivolumab", "ORR"]
    arm = protocol.arm("nivolumab").published
    assert response.value == arm.orr.value
    assert response.error > np.sqrt(response.value * (1 - response.value) / arm.n)
    assert targets["nivolumab", "OS 24"].value == pytest.approx(0.585)
    assert ("nivolumab", "PFS 60") not in targets


def test_recalled_figures_have_wider_errors_than_checked_ones():
    targets = targets_of(catalogue.load_protocol("checkmate-067"), 36.5)
    by_name = {(t.arm, t.quantity): t for t in targets}
    assert by_name["nivolumab", "PFS 24"].error > by_name["nivolumab", "OS 36"].error


def test_calibration_protocols_are_never_those_of_validation(melanoma):
    assert "checkmate-066" not in melanoma.calibration
    assert set(melanoma.calibration) == {"checkmate-067", "keynote-006", "mdx010-20"}
    assert set(catalogue.indication("nsclc").calibration) == {"checkmate-017", "checkmate-057", "oak"}


@pytest.mark.parametrize(("low", "high"), [(0.1, 10.0), (0.2, 0.9)])
def test_a_knob_turns_to_a_value_and_back(low, high):
    knob = Knob("x", low, high, low)
    for unit in (0.0, 0.3, 1.0):
        assert knob.unit(knob.value(unit)) == pytest.approx(unit)
    assert knob.value(0.0) == pytest.approx(low)
    assert knob.value(1.0) == pytest.approx(high)


def test_turning_knobs_changes_just_those_numbers(melanoma):
    knobs = knobs_of(melanoma, ["parameters.growth.center", "shared.kill_rate", "drugs.docetaxel.potency"])
    turned = turn(melanoma, knobs, np.array([0.5, 0.5, 0.5]))
    before, after = dict(melanoma.facts()), dict(turned.facts())
    changed = {path for path in after if path not in before or before[path].value != after[path].value}
    assert changed == {"parameters.growth.center", "fixed.kill_rate", "fixed.docetaxel_potency"}
    assert after["fixed.kill_rate"].value == pytest.approx(knobs[1].value(0.5))


def test_a_fit_lowers_the_loss_and_keeps_its_best(tmp_path, melanoma):
    record = tmp_path / "fit.json"
    knobs = knobs_of(melanoma, ["fixed.death_rate"])
    problem = Problem([catalogue.load_protocol("mdx010-20")], knobs, 40, 1, 12.5, 1)
    fit(problem, generations=2, candidates=4, record=record, spread=0.3)
    kept = json.loads(record.read_text())
    point = np.array([knobs[0].unit(kept["values"]["fixed.death_rate"])])
    assert problem.evaluate(point).loss == pytest.approx(kept["loss"])
    worst = max(problem.evaluate(np.array([u])).loss for u in (0.0, 1.0))
    assert kept["loss"] < worst
