"""Errors of an answer against a reference."""

from dataclasses import replace

import numpy as np
import pytest

from abscopal.bench.accuracy import Error, burden, burden_error, error, failed, state_error
from abscopal.bench.ensemble import draw_ensemble
from abscopal.language.layout import layout_of


@pytest.fixture(scope="module")
def ensemble():
    return draw_ensemble(count=3, days=(42.0, 84.0))


@pytest.fixture
def reference(ensemble):
    return np.repeat(np.maximum(ensemble.y, 0.0)[:, None, :], 2, axis=1)


def test_the_burden_is_the_living_cells_of_all_lesions(ensemble, reference):
    layout = layout_of(ensemble.model)
    by_hand = sum(
        reference[0, 0, layout.index(name, lesion)]
        for name in ("C_sensitive", "C_resistant", "C_evasive")
        for lesion in range(12)
    )
    assert burden(ensemble.model, reference)[0, 0] == pytest.approx(by_hand)
    assert by_hand > 1e6


def test_the_error_of_burden_is_the_largest_over_days(ensemble, reference):
    states = reference.copy()
    states[1, 1, layout_of(ensemble.model).head :] *= 1.01
    assert burden_error(ensemble, states, reference) == pytest.approx([0.0, 0.01, 0.0], rel=1e-6)


def test_a_state_is_told_against_its_own_size_and_one_always_zero_is_left_out(ensemble, reference):
    layout, states = layout_of(ensemble.model), reference.copy()
    never = layout.index("ipilimumab_days")
    assert not reference[:, :, never].any()
    states[0, :, never] = 700.0
    states[2, 1, layout.index("T_blood")] *= 1.5
    found = state_error(ensemble, states, reference)
    assert found[0] == 0.0
    assert found[2] == pytest.approx(0.5 / 1.001, rel=1e-3)


def test_a_patient_without_a_finite_answer_is_a_failure_and_not_an_error(ensemble, reference):
    states = reference.copy()
    states[1, 1, 0] = np.nan
    found, failures = error(ensemble, states, reference)
    assert failures == 1
    assert found == Error(0.0, 0.0, 0.0, 0.0)
    assert list(failed(ensemble, states)) == [False, True, False]


def test_lesions_that_a_patient_does_not_have_may_be_left_empty(ensemble, reference):
    two, three = (replace(ensemble, lesions=np.full(3, lesions)) for lesions in (2, 3))
    states = reference.copy()
    states[:, :, layout_of(ensemble.model).size(2) :] = np.nan
    assert not failed(two, states).any()
    assert failed(three, states).all()
    assert error(three, states, reference) == (None, 3)
