"""The plain twin against what can be worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

from abscopal.engine import reference
from abscopal.engine.reference import derivative, evaluate, hill, simulate
from abscopal.language import Definition, Hazard, Mechanism, Model, Parameter, Process, Species
from abscopal.language.formula import parse
from example_models import TOY, parameter

DECAY = Mechanism(
    "decay",
    "Cells die off while a drug is eliminated",
    species=(
        Species("drug", "mg", "drug", floor=1e-3),
        Species("shed", "cell", "dead cells"),
        Species("C", "cell", "cells", "lesion", floor=1.0),
    ),
    parameters=(parameter("k", 0.1, "1/day"), Parameter("g", -0.2, "1/day", "growth", TOY, (-1.0, 1.0), per="lesion")),
    definitions=(Definition("burden", "total(C)", "cell", "all cells"),),
    processes=(Process("elimination", "drug ->", "k * drug"), Process("death", "C -> 2 shed", "-g * C")),
    hazards=(Hazard("harm", "k * burden / (burden + total(C))", "harm"),),
)


@pytest.fixture(scope="module")
def decay():
    return Model([DECAY])


def test_formulas_take_their_textbook_values():
    values = {"a": 3.0, "b": np.array([1.0, 4.0]), "n": 2.0}
    assert evaluate(parse("-a ** 2 + 1 / 4 - min(a, 2) + max(0, abs(-a))"), values, 2) == -9 + 0.25 - 2 + 3
    assert np.array_equal(evaluate(parse("where(b > a, sqrt(b), exp(0 * b))"), values, 2), [1.0, 2.0])
    assert evaluate(parse("total(b) + total(a)"), values, 2) == 11.0
    assert np.allclose(hill(np.array([-1.0, 0.0, 3.0]), 3.0, 2.0), [0.0, 0.0, 0.5])
    assert hill(9.0, 3.0, 2.0) == pytest.approx(0.9)


def test_lesions_add_up_in_the_patient_with_their_numbers(decay):
    y = np.array([10.0, 0.0, 0.0, 100.0, 200.0])
    dy = derivative(decay, y, np.array([0.1]), np.array([[-0.2], [-0.5]]), 2)
    assert np.allclose(dy, [-1.0, 2 * (20.0 + 100.0), 0.05, -20.0, -100.0], rtol=1e-15)


def test_without_lesions_only_the_patient_is_left(decay):
    dy = derivative(decay, np.array([10.0, 0.0, 0.0]), np.array([0.1]), np.zeros((0, 1)), 0)
    assert np.allclose(dy[:2], [-1.0, 0.0])


def test_doses_add_up_and_decay_as_exponentials(decay):
    y0 = np.array([0.0, 0.0, 0.0, 1e6])
    doses = [(7.0, "drug", 50.0), (0.0, "drug", 100.0), (7.0, "drug", 25.0)]
    states = simulate(decay, y0, np.array([0.1]), np.array([[0.01]]), 1, [0.0, 7.0, 10.0], doses)
    assert states[0, 0] == 0.0
    assert states[1, 0] == pytest.approx(100 * np.exp(-0.7), rel=1e-11)
    assert states[2, 0] == pytest.approx(100 * np.exp(-1.0) + 75 * np.exp(-0.3), rel=1e-11)
    assert states[2, 3] == pytest.approx(1e6 * np.exp(0.1), rel=1e-11)
    assert states[2, 2] == pytest.approx(0.5, rel=1e-11)


def test_what_falls_below_its_floor_vanishes_at_that_moment(decay):
    y0 = np.array([0.0, 0.0, 0.0, 1e3, 0.5, 0.5])
    q = np.array([[-0.2], [0.2], [-0.2]])
    gone = np.log(1e3) / 0.2
    states = simulate(decay, y0, np.array([0.1]), q, 3, [0.0, gone - 1e-6, gone + 1e-6, 60.0])
    assert states[0, 3:].tolist() == [1e3, 0.5, 0.0]
    assert states[1, 3] == pytest.approx(1.0, rel=1e-6)
    assert states[2, 3] == 0.0
    assert states[3, 4] == pytest.approx(0.5 * np.exp(12.0), rel=1e-10)
    assert states[3, 1] == pytest.approx(2 * (1e3 - 1.0) - 2 * 0.5 * (np.exp(12.0) - 1.0), rel=1e-8)


def test_the_twin_reads_trees_and_no_generated_code():
    text = Path(reference.__file__).read_text(encoding="utf-8")
    assert "to_lanes" not in text
    assert "kernel" not in text
