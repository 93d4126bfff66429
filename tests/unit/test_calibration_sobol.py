"""Sobol indices and Morris effects: against closed forms, and against SALib 1.6.0 on the very same samples."""

import numpy as np
import pytest

from abscopal.calibration.morris import elementary_effects, trajectories
from abscopal.calibration.sobol import saltelli_sample, sobol_indices


def ishigami(points, a=7.0, b=0.1):
    z = np.pi * (2 * points - 1)
    return (np.sin(z[:, 0]) + a * np.sin(z[:, 1]) ** 2 + b * z[:, 2] ** 4 * np.sin(z[:, 0]))[:, None]


def g_function(points, a=(0.0, 1.0, 4.5, 9.0)):
    return np.prod((np.abs(4 * points - 2) + a) / (1 + np.array(a)), axis=1)[:, None]


def test_first_and_total_indices_are_those_of_ishigami_and_homma_1990():
    """Closed form with a = 7, b = 0.1: V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2."""
    found = sobol_indices(ishigami, 3, [[0, 2]], count=8192, seed=1)
    assert found.variance[0] == pytest.approx(13.8446, rel=0.01)
    assert found.first[:, 0] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found.total[:, 0] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.01)
    assert found.together[0, 0] == pytest.approx(0.5576, abs=0.01)  # the first and the third with what they interact in


def test_indices_are_those_of_the_g_function_of_saltelli_and_sobol_1995():
    a = np.array([0.0, 1.0, 4.5, 9.0])
    part = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + part) - 1
    total = part * np.prod(1 + part) / (1 + part) / variance
    found = sobol_indices(g_function, 4, [], count=8192, seed=2)
    assert found.first[:, 0] == pytest.approx(part / variance, abs=0.01)
    assert found.total[:, 0] == pytest.approx(total, abs=0.01)
    assert found.together.shape == (0, 1)


def test_indices_equal_those_of_salib_on_the_same_sample():
    """SALib 1.6.0, sobol.analyze of the function at this sample; it centres by slightly more points."""
    found = sobol_indices(ishigami, 3, [], count=1024, seed=1)
    assert found.first[:, 0] == pytest.approx([0.31255218, 0.43554525, 0.01210346], abs=1e-5)
    assert found.total[:, 0] == pytest.approx([0.55342018, 0.43730365, 0.24368192], abs=1e-7)


def test_an_output_that_does_not_vary_has_no_indices_and_an_idle_input_none_of_the_variance():
    found = sobol_indices(lambda x: np.stack([x[:, 0], np.ones(len(x))], axis=1), 2, [[1]], count=256, seed=3)
    assert np.isnan(found.first[:, 1]).all()
    assert np.isnan(found.together[0, 1])
    assert found.total[1, 0] == 0.0
    assert found.total[0, 0] == pytest.approx(1.0, abs=0.01)


def test_the_two_samples_are_even_and_unrelated():
    a, b = saltelli_sample(4, 256, 5)
    assert np.abs(np.concatenate([a, b]).mean(axis=0) - 0.5).max() < 0.01
    assert np.abs(np.corrcoef(np.hstack([a, b]).T)[:4, 4:]).max() < 0.1


def test_each_step_of_a_trajectory_moves_one_input_and_every_input_once():
    points = trajectories(6, 5, seed=3)
    assert points.shape == (5, 7, 6)
    assert ((points >= 0) & (points <= 1)).all()
    moved = np.abs(np.diff(points, axis=1)) > 1e-12
    assert (moved.sum(axis=2) == 1).all()
    assert (moved.sum(axis=1) == 1).all()
    assert np.abs(np.diff(points, axis=1)).max(axis=2) == pytest.approx(2 / 3)


def test_elementary_effects_equal_those_of_salib_on_the_same_trajectories():
    """SALib 1.6.0, morris.analyze with four levels."""
    points = trajectories(3, 8, seed=1)
    found = elementary_effects(points, ishigami(points.reshape(-1, 3)).reshape(8, 4, 1))
    assert found.mean[:, 0] == pytest.approx([6.1418550857598255, -3.9375, 4.686597077499838])
    assert found.size[:, 0] == pytest.approx([6.1418550857598255, 7.875, 4.6865970774998384])
    assert found.spread[:, 0] == pytest.approx([6.46811847, 7.29083329, 6.46811847])


def test_effects_on_a_linear_function_are_its_slopes_without_spread_and_a_missing_value_leaves_out_two():
    points = trajectories(3, 6, seed=4)
    outputs = (points @ [2.0, -1.0, 0.0])[..., None]
    whole = elementary_effects(points, outputs)
    assert whole.mean[:, 0] == pytest.approx([2.0, -1.0, 0.0])
    assert whole.spread[:, 0] == pytest.approx(0.0, abs=1e-12)
    outputs[0, 1] = np.nan
    assert elementary_effects(points, outputs).size[:, 0] == pytest.approx([2.0, 1.0, 0.0])
    outputs[:] = np.nan
    assert np.isnan(elementary_effects(points, outputs).size).all()
