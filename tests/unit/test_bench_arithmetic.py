"""Counts of operations by hand, and the floor that follows from them."""

import numpy as np
import pytest

from abscopal.bench.arithmetic import PER_STATE, STAGES, WORTH, count, floor_seconds, measured_peak, operations
from abscopal.language import Definition, Mechanism, Model, Parameter, Process, Species, assumed
from abscopal.language.formula import parse

BY_HAND = {
    "a + b": 1,
    "a - b * c": 2,
    "-a": 0,
    "a / b": WORTH["div"],
    "sqrt(a)": WORTH["sqrt"],
    "log(a) + exp(b)": WORTH["log"] + WORTH["exp"] + 1,
    "a ** 2": 1,
    "a ** 3": 2,
    "a ** 0.5": WORTH["sqrt"],
    "a ** (2 / 3)": WORTH["log"] + WORTH["exp"] + 1,
    "min(a, b)": 1,
    "where(a > b, a, b)": 2,
    "hill(a, b, 1)": WORTH["div"] + 1,
    "hill(a, b, 3)": 2 * WORTH["div"] + 2 + 1,
}


@pytest.mark.parametrize("text", BY_HAND)
def test_operations_of_a_formula_are_those_counted_by_hand(text):
    assert operations(parse(text)) == BY_HAND[text]


def model() -> Model:
    fact = assumed("for the test")
    return Model([
        Mechanism(
            "m",
            "one patient species fed by its lesions",
            species=(Species("A", "1", "of the patient"), Species("B", "1", "of a lesion", "lesion")),
            parameters=(Parameter("k", 0.1, "1/day", "rate", fact), Parameter("c", 2.0, "1", "share", fact)),
            definitions=(Definition("kc", "k * c * exp(c)", "1/day", "constant: worked out once, so not counted"),),
            processes=(Process("in", "-> A", "kc * total(B)"), Process("out", "B ->", "k * B * B")),
        )
    ])  # fmt: skip


def test_what_depends_on_parameters_alone_is_not_counted():
    # patient: kc * sum, and adding the rate; lesion: adding to the sum, k * B * B, and adding the rate
    assert (count(model()).patient, count(model()).lesion) == (2.0, 4.0)


def test_the_floor_is_steps_times_stages_and_state_by_state_work_over_the_peak():
    lesions, steps, starts = np.array([1, 3]), np.array([10, 20]), np.array([1, 2])
    by_hand = (STAGES * 10 + 1) * (2 + 4) + PER_STATE * 2 * 10 + (STAGES * 20 + 2) * (2 + 12) + PER_STATE * 4 * 20
    assert floor_seconds(model(), lesions, steps, starts, peak=1e9) == pytest.approx(by_hand / 1e9)


def test_the_peak_is_that_of_a_processor_core():
    assert 1e9 < measured_peak(repeats=2) < 1e12
