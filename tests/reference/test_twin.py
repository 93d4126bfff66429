"""The compiled kernel against the plain NumPy twin, which shares no code with the generator."""

import numpy as np
import pytest

from abscopal.engine import reference
from abscopal.engine.kernel import compile_model
from abscopal.language import Model
from example_models import MECHANISMS
from shipped_models import bundle_ids, bundles, every_three_weeks, full_model, random_state
from trajectories import ALONE, by_kernel, derivative, difference, random_patients, without_floors

LESIONS = 3


@pytest.mark.parametrize("model", [Model(MECHANISMS), *bundles()], ids=["example", *bundle_ids()])
def test_right_hand_side_agrees_with_the_twin_on_random_states_and_parameters(model):
    """Every mechanism is in one of the bundles, and each derivative of each species is compared by itself."""
    kernel = compile_model(model, exact_flows=False, lanes=ALONE)
    assert kernel.module.__file__ != reference.__file__
    p, q = random_patients(model, 20, LESIONS, seed=11)
    for m in range(20):
        y = random_state(model, LESIONS, seed=m)
        y += np.random.default_rng(m).uniform(0.0, 100.0, y.shape) * (y == 0.0)
        twin = reference.derivative(model, y, p[m], q[m], LESIONS)
        fast = derivative(kernel, y, p[m], q[m], LESIONS)
        assert np.all(np.isfinite(twin))
        scale = np.abs(twin) + 1e-12 * np.abs(y)  # where large terms cancel
        assert np.max(np.abs(fast - twin) / np.maximum(scale, 1e-300)) < 1e-9


@pytest.mark.parametrize("lesions", [0, 1, 5])
def test_right_hand_side_agrees_with_the_twin_for_any_number_of_lesions(lesions):
    model = full_model()
    p, q = random_patients(model, 1, lesions, seed=2)
    y = random_state(model, lesions, seed=3)
    with np.errstate(all="ignore"):
        twin = reference.derivative(model, y, p[0], q[0], lesions)
    fast = derivative(compile_model(model, exact_flows=False, lanes=ALONE), y, p[0], q[0], lesions)
    assert np.allclose(fast, twin, rtol=1e-9, atol=1e-300, equal_nan=True)


def check_trajectory(model, seed, days, rtol, share=1.0, agreement=1e-9):
    """Nothing vanishes here: both integrate the very same smooth equations."""
    kernel, smooth = compile_model(model, lanes=ALONE), without_floors(model)
    p, q = random_patients(model, 1, LESIONS, seed, share)
    y0, doses = random_state(model, LESIONS, seed), every_three_weeks(model)
    times = [0.0, 10.5, 0.5 * days, float(days)]
    fast = by_kernel(kernel, y0, p[0], q[0], LESIONS, times, doses, floors=False)
    twin = reference.simulate(smooth, y0, p[0], q[0], LESIONS, times, doses, rtol=rtol)
    assert np.all(np.isfinite(twin))
    assert difference(fast, twin, kernel.small(LESIONS)) < agreement


@pytest.mark.parametrize("seed", range(4))
def test_example_trajectories_over_two_years_agree_with_the_twin(seed):
    check_trajectory(Model(MECHANISMS), seed, 730, 1e-12)


def test_full_model_trajectories_with_every_kind_of_drug_agree_with_the_twin():
    """Their right-hand sides agree to 1e-9; over a month both integrators' own errors add to that."""
    check_trajectory(full_model(), 0, 30, 1e-12, share=0.5, agreement=1e-8)


def test_clones_vanish_alike_in_kernel_and_twin():
    """The kernel notices an extinction at the end of a step, the twin within it: up to a tenth of a cell apart."""
    model = Model(MECHANISMS)
    kernel = compile_model(model)
    layout = kernel.layout
    p = np.array([model.parameters[name].value for name in model.patient_parameters])
    q = np.tile([model.parameters[name].value for name in model.lesion_parameters], (2, 1))
    y0 = np.zeros(layout.size(2))
    y0[[layout.index("C", 0), layout.index("R", 0), layout.index("C", 1), layout.index("R", 1)]] = [3e3, 400, 1e8, 2e4]
    times, doses = np.arange(0.0, 400.0, 20.0), [(7.0 * week, "A_drug", 120.0) for week in range(30)]
    fast = by_kernel(kernel, y0, p, q, 2, times, doses)
    twin = reference.simulate(model, y0, p, q, 2, times, doses)
    assert np.array_equal(fast == 0.0, twin == 0.0)
    assert fast[0, layout.index("C")] > 0.0
    assert fast[-1, layout.index("C")] == 0.0
    assert fast[-1, layout.index("A_drug")] == 0.0
    assert np.all(np.abs(fast - twin) <= 1e-9 * np.abs(twin) + 0.1 * (np.abs(twin) > 1.0) + 1e-9)


def test_at_working_tolerance_the_kernel_stays_close_to_the_twin():
    """1e-4 is what trials run with; the error over months is what a user gets."""
    model = full_model()
    kernel = compile_model(model, lanes=ALONE)
    p, q = random_patients(model, 1, LESIONS, seed=5, share=0.5)
    y0, doses = random_state(model, LESIONS, seed=5), every_three_weeks(model)
    times = [0.0, 90.0, 180.0]
    exact = by_kernel(kernel, y0, p[0], q[0], LESIONS, times, doses)
    working = by_kernel(kernel, y0, p[0], q[0], LESIONS, times, doses, rtol=1e-4)
    assert 0.0 < difference(working, exact, 1e3 * kernel.small(LESIONS)) < 0.02
