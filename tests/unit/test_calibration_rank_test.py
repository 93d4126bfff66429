"""Simulation-based calibration: a right posterior passes, one wrongly wide, narrow or shifted fails (Talts 2018)."""

import numpy as np
import pytest

from abscopal.calibration.rank_test import LEVELS, chi_square, ecdf, ecdf_band, ecdf_test, recovery

N, DRAWS, NOISE = 300, 99, 0.5


def conjugate(width=1.0, shift=0.0, seed=1):
    """Normal prior N(0, 1), one datum with noise, and draws of its posterior, known in closed form."""
    random = np.random.default_rng(seed)
    truth = random.standard_normal((N, 2))
    datum = truth + NOISE * random.standard_normal((N, 2))
    mean, sd = datum / (1 + NOISE**2), NOISE / np.sqrt(1 + NOISE**2)
    noise = random.standard_normal((N, DRAWS, 2))
    return recovery(truth, (mean + shift * sd)[:, None, :] + width * sd * noise, np.ones(2))


def test_the_exact_posterior_of_a_normal_mean_passes_both_tests():
    several = [conjugate(seed=seed) for seed in (1, 2, 3, 4)]
    for test in (ecdf_test, chi_square):
        p = np.concatenate([test(one.rank, DRAWS) for one in several])
        assert p.min() > 0.01
        assert np.median(p) > 0.2
    coverage = np.mean([one.coverage for one in several], axis=(0, 2))
    assert coverage == pytest.approx(LEVELS, abs=0.03)
    score = np.concatenate([one.score.ravel() for one in several])
    assert abs(score.mean()) < 0.06
    assert score.std() == pytest.approx(1.0, abs=0.06)


def test_contraction_is_that_of_the_conjugate_posterior():
    assert conjugate().contraction.mean() == pytest.approx(1 - NOISE**2 / (1 + NOISE**2), abs=0.01)


@pytest.mark.parametrize(("width", "shift"), [(0.6, 0.0), (1.7, 0.0), (1.0, 0.5), (1.0, -0.5)])
def test_a_posterior_of_the_wrong_width_or_place_fails_both_tests(width, shift):
    found = conjugate(width, shift)
    assert ecdf_test(found.rank, DRAWS).max() < 0.002
    assert chi_square(found.rank, DRAWS).max() < 0.002


def test_too_narrow_a_posterior_covers_too_little_and_too_wide_a_one_too_much():
    levels = np.array(LEVELS)[:, None]
    assert (conjugate(0.6).coverage < levels - 0.05).all()
    assert (conjugate(1.7).coverage > levels + 0.05).all()


def test_the_band_holds_the_whole_distribution_of_uniform_ranks_as_often_as_it_says():
    at, lower, upper = ecdf_band(100, 49, level=0.9)
    random = np.random.default_rng(7)
    sets = [ecdf(random.integers(0, 50, 100), 49) for _ in range(400)]
    inside = [bool(((lower <= one) & (one <= upper)).all()) for one in sets]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.05)
    assert len(at) == 49


def test_p_values_of_uniform_ranks_are_uniform():
    rank = np.random.default_rng(8).integers(0, 50, (100, 300))
    p = ecdf_test(rank, 49)
    assert np.quantile(p, [0.25, 0.5, 0.75]) == pytest.approx([0.25, 0.5, 0.75], abs=0.08)
    assert (chi_square(rank, 49) < 0.05).mean() == pytest.approx(0.05, abs=0.035)
