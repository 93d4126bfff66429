"""The integrator: its order measured, its events where they must strike, its failures as codes, its batches alike."""

import numpy as np
import pytest

from abscopal.engine import stepper
from abscopal.engine.batch import MOST_STEPS, Batch
from abscopal.engine.kernel import compile_model
from abscopal.language import Hazard, Mechanism, Model, Parameter, Process, Species
from backends import BACKENDS
from example_models import MECHANISMS, TOY, parameter
from trajectories import advance, random_patients

# -- accuracy ----------------------------------------------------------------------------------------------------------

SMOOTH = Mechanism(
    "smooth",
    "A logistic curve, and prey and predators: one has an exact solution, the other conserves something",
    species=(Species("g", "1", "grows"), Species("u", "1", "prey"), Species("v", "1", "predators")),
    parameters=(parameter("rate", 1.0, "1/day"),),
    processes=(
        Process("grow", "-> g", "rate * g * (1 - g)"),
        Process("breed", "-> u", "rate * u * (1 - v)"),
        Process("hunt", "-> v", "rate * v * (u - 1)"),
    ),
)


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request):
    return request.param


@pytest.fixture(scope="module")
def smooth(backend):
    return compile_model(Model([SMOOTH]), backend=backend)


def one_patient():
    return np.array([[0.1, 1.0, 0.2]]), np.ones((1, 1)), np.zeros((1, 0, 0)), np.zeros(1, np.int64)


def fixed_steps(kernel, count):
    """Steps of one length: each is an interval of its own, and any error will do."""
    y, p, q, lesions = one_patient()
    for number in range(count):
        start, end = 4.0 * number / count, 4.0 * (number + 1) / count
        advance(kernel, y, p, q, lesions, start, end, 1e6, step=np.full(1, 9.0))
    return y[0]


def test_measured_order_of_convergence_is_at_least_five(smooth):
    """Tsitouras made the terms of order five small; where they cancel the measured order is six."""
    exact = 1.0 / (1.0 + 9.0 * np.exp(-4.0))
    assert abs(fixed_steps(smooth, 64)[0] - exact) < 1e-11
    finest = fixed_steps(smooth, 4096)
    errors = np.array([np.abs(fixed_steps(smooth, count) - finest).max() for count in (32, 64, 128, 256)])
    orders = np.log2(errors[:-1] / errors[1:])
    assert np.all((orders > 4.8) & (orders < 6.5)), orders


def test_error_estimate_of_a_step_shrinks_with_its_fifth_power(smooth):
    """The step size chosen next is 0.9 of the last one over the fifth root of the estimate."""

    def estimate(h):
        y, p, q, lesions = one_patient()
        step = np.full(1, h)
        advance(smooth, y, p, q, lesions, 0.0, h * (1.0 + 1e-9), 2e-6, step=step)
        return (0.9 * h / step[0]) ** 5

    orders = np.log2([estimate(0.4) / estimate(0.2), estimate(0.2) / estimate(0.1)])
    assert np.all(np.abs(orders - 5.0) < 0.5), orders


@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-8, 1e-10])
def test_error_follows_the_tolerance_by_what_prey_and_predators_conserve(smooth, rtol):
    def conserved(y):
        return np.sum(y[0, 1:] - np.log(y[0, 1:]))

    y, p, q, lesions = one_patient()
    before = conserved(y)
    t, status, event = advance(smooth, y, p, q, lesions, 0.0, 20.0, rtol)
    assert (t[0], status[0], event[0]) == (20.0, stepper.REACHED, -1)
    assert 0.0 < abs(conserved(y) - before) < 60 * rtol


# -- events ------------------------------------------------------------------------------------------------------------

SEED = Mechanism(
    "seed",
    "Exponential change and two hazards",
    species=(Species("C", "cell", "cells", "lesion", floor=1.0), Species("age", "day", "time lived")),
    parameters=(
        Parameter("g", -0.1, "1/day", "growth", TOY, (-1.0, 1.0), per="lesion"),
        parameter("constant", 0.01, "1/day"),
        parameter("rising", 1e-4, "1/day**2"),
    ),
    processes=(Process("grow", "-> C", "g * C"), Process("live", "-> age", "1")),
    hazards=(Hazard("accident", "constant", "accident"), Hazard("ageing", "rising * age", "old age")),
)


@pytest.fixture(scope="module")
def seed(backend):
    return compile_model(Model([SEED]), backend=backend)


def patients(kernel, count, cells=1e6, growth=-0.1, constant=0.01, rising=1e-4):
    y = np.zeros((count, kernel.layout.size(1)))
    y[:, kernel.layout.index("C")] = cells
    p = np.tile([constant, rising], (count, 1))
    return y, p, np.full((count, 1, 1), growth), np.ones(count, np.int64)


def test_a_constant_hazard_strikes_at_threshold_over_rate(seed):
    y, p, q, lesions = patients(seed, 3, growth=0.001)
    threshold = np.array([[0.5, 9e9], [1.25, 9e9], [3.0, 9e9]])
    t, status, event = advance(seed, y, p, q, lesions, 0.0, 200.0, 1e-4, threshold)
    assert np.allclose(t[:2], [50.0, 125.0], rtol=1e-12, atol=0.0)
    assert status.tolist() == [stepper.STRUCK, stepper.STRUCK, stepper.REACHED]
    assert event.tolist() == [0, 0, -1]
    assert np.allclose(y[:, seed.layout.index("accident")], [0.5, 1.25, 2.0], rtol=1e-12)
    assert np.allclose(y[:, seed.layout.index("age")], t, rtol=1e-12)
    assert np.allclose(y[:, seed.layout.index("C")], 1e6 * np.exp(0.001 * t), rtol=1e-7)


def test_a_rising_hazard_strikes_when_its_integral_reaches_the_threshold_and_the_first_hazard_wins(seed):
    y, p, q, lesions = patients(seed, 2)
    threshold = np.array([[9e9, 0.5], [0.9, 0.5]])
    t, _, event = advance(seed, y, p, q, lesions, 0.0, 200.0, 1e-6, threshold)
    assert np.allclose(t, [100.0, 90.0], rtol=1e-10)
    assert event.tolist() == [1, 0]


def test_an_interval_continues_where_an_event_stopped_it(seed):
    y, p, q, lesions = patients(seed, 1)
    t, _, _ = advance(seed, y, p, q, lesions, 0.0, 200.0, 1e-8, np.array([[0.5, 9e9]]))
    _, status, _ = advance(seed, y, p, q, lesions, t[0], 100.0, 1e-8, np.array([[9e9, 9e9]]))
    assert status[0] == stepper.REACHED
    assert np.allclose(y[0], [100.0, 1.0, 0.5, 1e6 * np.exp(-10.0)], rtol=1e-7)


def test_a_clone_that_falls_below_one_cell_is_gone_and_one_that_rises_is_not(seed):
    y, p, q, lesions = patients(seed, 3)
    y[:, -1] = [1e3, 0.5, 0.5]
    q[:, 0, 0] = [-0.1, 0.1, -0.1]
    advance(seed, y, p, q, lesions, 0.0, np.log(1e3) / 0.1 - 5.0, 1e-6)
    assert y[0, -1] == pytest.approx(np.exp(0.5), rel=1e-5)
    assert y[1, -1] > 1.0
    assert y[2, -1] == 0.0
    advance(seed, y, p, q, lesions, 0.0, 10.0, 1e-6)
    assert y[0, -1] == 0.0


# -- failures ----------------------------------------------------------------------------------------------------------

BLOWUP = Mechanism(
    "blowup",
    "Growth without bound in finite time",
    species=(Species("x", "1", "grows with its square"),),
    parameters=(parameter("rate", 0.1, "1/day"),),
    processes=(Process("grow", "-> x", "rate * x ** 2"),),
)


def test_a_patient_without_numbers_is_a_status_and_no_concern_of_the_others(seed):
    y, p, q, lesions = patients(seed, 3)
    alone = [array[:1].copy() for array in (y, p, q, lesions)]
    p[1, 1], q[2, 0, 0] = np.nan, np.inf
    _, status, _ = advance(seed, y, p, q, lesions, 0.0, 10.0, 1e-4)
    assert status.tolist() == [stepper.REACHED, stepper.NOT_FINITE, stepper.NOT_FINITE]
    advance(seed, *alone, 0.0, 10.0, 1e-4)
    assert np.array_equal(alone[0][0], y[0])


def test_an_explosion_is_a_status_at_its_time(backend):
    kernel = compile_model(Model([BLOWUP]), backend=backend)
    y, p, lesions = np.ones((1, 1)), np.full((1, 1), 0.1), np.zeros(1, np.int64)
    t, status, _ = advance(kernel, y, p, np.zeros((1, 0, 0)), lesions, 0.0, 20.0, 1e-6)
    assert status[0] in (stepper.TOO_SMALL, stepper.NOT_FINITE)
    assert t[0] == pytest.approx(10.0, abs=1e-3)


STIFF = Mechanism(
    "stiff",
    "Relaxation towards a target",
    species=(Species("x", "1", "relaxes"),),
    parameters=(parameter("rate", 1.0, "1/day"), parameter("target", 2.0, "1")),
    processes=(Process("relax", "-> x", "rate * (target - x)"),),
)


def test_a_stiff_patient_is_given_up_after_a_fixed_number_of_steps_and_costs_the_others_nothing(backend):
    kernel, count = compile_model(Model([STIFF]), backend=backend), 40
    p = np.tile([1.0, 2.0], (count, 1))
    p[7, 0] = 1e6
    empty = np.zeros((count, 0))
    batch = Batch(kernel, np.ones((count, 1)), p, np.zeros((count, 0, 0)), np.zeros(count, int), np.zeros(count), empty)
    batch.advance(np.arange(count), np.full(count, 90.0))
    assert batch.status[7] == stepper.TOO_MANY
    assert batch.steps[7] == MOST_STEPS
    assert 0.0 < batch.time[7] < 1.0
    assert stepper.REASONS[int(batch.status[7])]
    others = np.delete(np.arange(count), 7)
    assert np.all(batch.status[others] == stepper.REACHED)
    assert len(set(batch.steps[others])) == 1
    assert batch.steps[others[0]] < 200


# -- batches -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def batch(backend):
    """Eleven patients with one to four lesions each, no two alike."""
    kernel = compile_model(Model(MECHANISMS), backend=backend)
    p, q = random_patients(kernel.model, 11, 4, seed=3)
    lesions = np.array([1, 4, 2, 3, 1, 4, 4, 2, 3, 1, 2])
    y = np.exp(np.random.default_rng(4).uniform(2.0, 18.0, (11, kernel.layout.size(4))))
    y[:, kernel.layout.index("death")] = 0.0
    for m in range(11):
        y[m, kernel.layout.size(lesions[m]) :] = 0.0
    threshold = np.random.default_rng(5).exponential(0.01, (11, 1))
    return kernel, y, p, q, lesions, threshold


def run(batch, groups):
    kernel, y0, p, q, lesions, threshold = batch
    y, step = y0.copy(), np.full(len(y0), 0.01)
    t, status, event = np.zeros(len(y)), np.zeros(len(y), np.int64), np.zeros(len(y), np.int64)
    for group in groups:
        found = advance(
            kernel, y, p, q, lesions, 0.0, 90.0, 1e-4, threshold=threshold, step=step, which=np.array(group)
        )
        for kept, new in zip((t, status, event), found, strict=True):
            kept[group] = new[group]
    return y, step, t, status, event


@pytest.mark.parametrize(
    "groups",
    [
        [[m] for m in range(11)],
        [[m] for m in reversed(range(11))],
        [list(reversed(range(11)))],
        [[0, 1, 2], [3, 4, 5, 6], [7, 8, 9, 10]],
        [[10, 3, 7], [1, 0], [2, 9, 8, 4, 5, 6]],
    ],
    ids=["one by one", "backwards one by one", "backwards", "chunks", "shuffled chunks"],
)
def test_company_order_and_chunks_never_change_a_bit(batch, groups):
    together = run(batch, [list(range(11))])
    assert {stepper.REACHED, stepper.STRUCK} == set(together[3].tolist())
    for a, b in zip(run(batch, groups), together, strict=True):
        assert a.tobytes() == b.tobytes()


def test_room_for_more_lesions_never_changes_a_bit(batch):
    kernel, y, p, q, lesions, threshold = batch
    together = run(batch, [list(range(11))])[0]
    few = np.flatnonzero(lesions <= 2)
    size = kernel.layout.size(2)
    narrow = (kernel, y[few, :size].copy(), p[few], q[few, :2].copy(), lesions[few], threshold[few])
    assert run(narrow, [list(range(len(few)))])[0].tobytes() == together[few, :size].tobytes()


def test_lesions_in_another_order_are_the_same_patient(batch):
    kernel, y, p, q, lesions, _ = batch
    m = int(np.flatnonzero(lesions == 4)[0])
    swapped = y[m : m + 1].copy()
    head = kernel.layout.head
    swapped[0, head:] = swapped[0, head:].reshape(4, -1)[::-1].ravel()
    straight = y[m : m + 1].copy()
    advance(kernel, straight, p[m : m + 1], q[m : m + 1], lesions[m : m + 1], 0.0, 90.0, 1e-9)
    advance(kernel, swapped, p[m : m + 1], q[m : m + 1, ::-1].copy(), lesions[m : m + 1], 0.0, 90.0, 1e-9)
    back = swapped[0, head:].reshape(4, -1)[::-1].ravel()
    assert np.allclose(back, straight[0, head:], rtol=1e-7)
