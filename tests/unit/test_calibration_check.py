"""The check of a fit: a right posterior code passes, a wrongly sure one fails; profiles tell what data can tell."""

import json

import numpy as np
import pytest

from abscopal.calibration.check import Check, believed, drawn, recover, spread_of, synthetic
from abscopal.calibration.emulator import Emulator, features
from abscopal.calibration.ensemble import PLAUSIBLE
from abscopal.calibration.identifiability import FALL, identifiability, profile_of
from abscopal.calibration.rank_test import chi_square, ecdf_test
from abscopal.calibration.sampling import Likelihood, Prior, sample
from abscopal.calibration.targets import Target
from abscopal.report.check_page import check_page, verdict

PRIOR = Prior(np.array([0.5, 0.6, 0.4]), np.array([0.2, 0.2, 0.25]))


def target(quantity):
    return Target("trial", "arm", quantity, 0.5, error=0.05, sampling=0.04)


@pytest.fixture(scope="module")
def likelihood():
    """Two figures, each telling of one number; a third number that no figure tells of."""
    quantities = ("ORR", "CR")
    slopes = np.zeros((2, features(np.zeros((1, 3))).shape[1]))
    slopes[0, 1], slopes[1, 2] = 1.0, -0.8
    keys = tuple(("trial", "arm", quantity) for quantity in quantities)
    nothing = np.zeros((2, slopes.shape[1], slopes.shape[1]))
    emulator = Emulator(keys, slopes, nothing, np.zeros(2))
    return Likelihood.of(emulator, [target(quantity) for quantity in quantities], np.full((1, 3), 0.5))


def test_truths_are_found_again_by_the_sampler_that_fits(likelihood):
    found = recover(PRIOR, likelihood, 60, seed=1)
    assert ecdf_test(found.rank, found.draws).min() > 0.01
    assert found.coverage == pytest.approx(np.tile([[0.5], [0.8], [0.9]], 3), abs=0.19)
    contraction = found.contraction.mean(axis=0)
    assert (contraction[:2] > 0.5).all()
    assert abs(contraction[2]) < 0.1


def test_figures_with_three_times_the_error_that_the_fit_believes_are_found_out(likelihood):
    found = recover(PRIOR, likelihood, 60, seed=1, widened=3.0)
    assert ecdf_test(found.rank, found.draws)[:2].max() < 0.01


def test_synthetic_figures_scatter_about_the_emulated_ones_as_the_likelihood_says(likelihood):
    truth, rng = np.array([0.7, 0.5, 0.5]), np.random.default_rng(2)
    made = np.array([[t.value for t in synthetic(likelihood, truth, rng).targets] for _ in range(2000)])
    assert made.mean(axis=0) == pytest.approx(likelihood.emulator.predict(truth)[0], abs=0.005)
    assert np.cov(made.T) == pytest.approx(likelihood.factor @ likelihood.factor.T, abs=3e-4)


def test_truths_are_drawn_from_the_prior_within_the_cube():
    truth = drawn(PRIOR, 4000, np.random.default_rng(3))
    assert ((truth >= 0) & (truth <= 1)).all()
    assert truth.std(axis=0) == pytest.approx(spread_of(PRIOR), rel=0.05)


def test_the_profile_of_a_quadratic_is_its_parabola_with_the_others_at_their_best():
    """Minimum over y of (x - 0.5)^2 + 2 r (x - 0.5)(y - 0.5) + (y - 0.5)^2 is (1 - r^2)(x - 0.5)^2."""
    matrix = np.array([[1.0, 0.6], [0.6, 1.0]])
    grid = np.linspace(0.2, 0.8, 7)

    def log(points):
        return -40 * np.einsum("ki,ij,kj->k", points - 0.5, matrix, points - 0.5)

    found = profile_of(log, np.array([0.5, 0.5]), 0, grid)
    assert found == pytest.approx(-40 * (1 - 0.36) * (grid - 0.5) ** 2, abs=1e-3)


@pytest.fixture(scope="module")
def told(likelihood):
    draws = sample(PRIOR, likelihood.log, 4, particles=400)
    return identifiability(("a.center", "b", "c"), likelihood.log, draws, spread_of(PRIOR))


def test_a_number_that_no_figure_tells_of_has_a_flat_profile_and_keeps_its_prior(told):
    assert told.profile[2] == pytest.approx(0.0, abs=1e-6)
    assert told.bounded(2) == (False, False)
    assert abs(told.learnt[2]) < 0.2
    assert told.profile[0].min() < -FALL
    assert told.bounded(0) == told.bounded(1) == (True, True)
    assert 1.0 < told.directions < 2.3


def test_numbers_that_only_act_together_are_named_as_a_pair(likelihood):
    emulator = likelihood.emulator
    coefficients = np.zeros_like(emulator.coefficients)
    coefficients[0, 1] = coefficients[0, 2] = 2.0
    together = Likelihood.of(
        Emulator(emulator.keys, coefficients, emulator.covariance, emulator.error),
        likelihood.targets,
        np.full((1, 3), 0.5),
    )
    draws = sample(PRIOR, together.log, 5, particles=400)
    found = identifiability(("a", "b", "c"), together.log, draws, spread_of(PRIOR))
    assert found.pairs()[0][:2] == ("a", "b")
    assert found.pairs()[0][2] < -0.5


def test_the_page_says_whether_truths_were_found_and_that_it_is_no_advice(likelihood, told):
    found = recover(PRIOR, likelihood, 20, seed=6)
    uniform, binned = ecdf_test(found.rank, found.draws), chi_square(found.rank, found.draws)
    whole = Check("melanoma", ("a.center", "b", "c"), found, uniform, binned, told, 6)
    plain = json.loads(json.dumps(whole.plain(), allow_nan=False))
    page = check_page(plain)
    assert page.count("<svg") == 4
    assert "not medical advice" in page
    assert verdict(plain) in page.replace("&#x27;", "'")
    assert "as uniform as chance allows" in verdict(plain)
    plain["passed"] = False
    assert "not uniform" in verdict(plain)


def test_truths_are_drawn_where_enough_candidates_can_be_patients(likelihood):
    """The share of plausible candidates, which the fit keeps above a limit, rises with the third number here."""
    emulator = likelihood.emulator
    rising = np.zeros((1, emulator.coefficients.shape[1]))
    rising[0, 3] = 1.0
    wider = Emulator(
        (*emulator.keys, ("trial", "", PLAUSIBLE)),
        np.concatenate([emulator.coefficients, rising]),
        np.concatenate([emulator.covariance, emulator.covariance[:1]]),
        np.zeros(3),
    )
    limited = Likelihood.of(wider, likelihood.targets, np.full((1, 3), 0.5))
    truth = believed(PRIOR, limited, 300, np.random.default_rng(7))
    assert truth.shape == (300, 3)
    assert wider.predict(truth)[:, 2].min() > 0.3
    assert truth[:, 2].mean() > drawn(PRIOR, 300, np.random.default_rng(7))[:, 2].mean() + 0.05
    found = recover(PRIOR, limited, 50, seed=2)
    assert ecdf_test(found.rank, found.draws).min() > 0.01
