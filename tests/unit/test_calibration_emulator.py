"""The emulator against surfaces that are known, and the sampler against posteriors that have a closed form."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from abscopal.calibration.emulator import Emulator, features
from abscopal.calibration.sampling import Likelihood, Prior, best, covariance, sample
from abscopal.calibration.targets import Target


@pytest.fixture(scope="module")
def patients():
    """20,000 patients in blocks of 10 whose chance is a logistic quadratic of three knobs."""
    rng = np.random.default_rng(3)
    points = np.repeat(rng.random((2000, 3)), 10, axis=0)
    return points, (rng.random(len(points)) < surface(points)).astype(float)


def surface(points):
    z = 4 * (points - 0.5)
    return 1 / (1 + np.exp(-(-0.4 + 0.9 * z[:, 0] - 0.5 * z[:, 1] + 0.15 * z[:, 0] * z[:, 1])))


def test_the_emulator_finds_a_logistic_surface_within_what_it_says_of_its_own_error(patients):
    points, seen = patients
    emulator = Emulator.fit(points, {"seen": seen}, block=10)
    elsewhere = 0.1 + 0.8 * np.random.default_rng(5).random((400, 3))
    gap = emulator.predict(elsewhere)[:, 0] - surface(elsewhere)
    assert np.sqrt(np.mean(gap**2)) < 0.012
    assert np.mean(np.abs(gap) < 2 * emulator.uncertainty(elsewhere)[:, 0]) > 0.85
    assert emulator.error[0] < 0.02


def test_a_surface_that_is_no_quadratic_shows_in_the_cross_validated_error():
    rng = np.random.default_rng(7)
    points = np.repeat(rng.random((800, 2)), 20, axis=0)
    chance = np.where(((points * 6).astype(int).sum(axis=1) % 2) == 0, 0.8, 0.2)  # a chequerboard
    seen = (rng.random(len(points)) < chance).astype(float)
    assert Emulator.fit(points, {"seen": seen}, block=20).error[0] == pytest.approx(0.3, abs=0.03)


def test_penalised_logistic_regression_agrees_with_a_general_minimiser():
    rng = np.random.default_rng(11)
    points = rng.random((300, 2))
    seen = (rng.random(300) < 0.3 + 0.4 * points[:, 0]).astype(float)
    weights = rng.random(300)
    emulator = Emulator.fit(points, {"seen": seen}, weights=weights, ridge=2.0, validated=False)
    terms, penalty = features(points), np.array([1e-6, 2, 2, 200, 200, 200])

    def loss(beta):
        eta = terms @ beta
        return np.sum(weights * (np.logaddexp(0, eta) - seen * eta)) + 0.5 * np.sum(penalty * beta**2)

    found = minimize(loss, np.zeros(6), method="BFGS", options={"gtol": 1e-8})
    assert emulator.coefficients[0] == pytest.approx(found.x, abs=1e-5)


def test_patients_of_whom_an_outcome_is_not_known_teach_nothing_about_it(patients):
    points, seen = patients
    hidden = np.where(points[:, 0] > 0.5, np.nan, seen)
    some = Emulator.fit(points, {"seen": hidden}, validated=False)
    kept = np.isfinite(hidden)
    rest = Emulator.fit(points[kept], {"seen": seen[kept]}, validated=False)
    assert some.coefficients == pytest.approx(rest.coefficients)


def test_the_sampler_draws_a_normal_posterior_whose_mean_and_covariance_are_known():
    """Normal prior, normal likelihood of two linear figures: conjugate (Gelman, Bayesian Data Analysis, 3.5)."""
    prior = Prior(np.array([0.5, 0.5]), np.array([0.08, 0.08]))
    design, seen, error = np.array([[1.0, 1.0], [1.0, -0.5]]), np.array([1.1, 0.2]), 0.06

    def likelihood(points):
        return -0.5 * (((points @ design.T - seen) / error) ** 2).sum(axis=1)

    draws = sample(prior, likelihood, seed=2, particles=4000)
    precision = design.T @ design / error**2 + np.eye(2) / 0.08**2
    mean = np.linalg.solve(precision, design.T @ seen / error**2 + prior.mean / 0.08**2)
    assert draws.mean(axis=0) == pytest.approx(mean, abs=0.004)
    assert np.cov(draws.T) == pytest.approx(np.linalg.inv(precision), abs=2e-4)
    mode = best(lambda points: likelihood(points) + prior.log(points), np.array([0.3, 0.7]), seed=1)
    assert mode == pytest.approx(mean, abs=1e-4)


def test_the_sampler_finds_both_of_two_separate_modes():
    prior = Prior(np.array([0.5]), np.array([0.4]))

    def likelihood(points):
        return np.log(norm.pdf(points[:, 0], 0.2, 0.03) + norm.pdf(points[:, 0], 0.8, 0.03) + 1e-300)

    draws = sample(prior, likelihood, seed=4)[:, 0]
    assert np.mean(draws < 0.5) == pytest.approx(0.5, abs=0.08)


def test_a_prior_is_drawn_within_the_ranges_and_evenly():
    prior = Prior(np.array([0.05, 0.5]), np.array([0.2, 0.1]))
    points = prior.draw(256, np.random.default_rng(0))
    assert ((points >= 0) & (points <= 1)).all()
    assert points[:, 1].std() == pytest.approx(0.1, abs=0.005)
    assert np.isneginf(prior.log(np.array([[-0.1, 0.5]]))).all()


def test_points_of_one_curve_err_together_as_shares_of_the_same_patients_do():
    """Against the covariance of empirical survival at two times among 200 patients, simulated 20,000 times."""
    early, late, n = 0.7, 0.4, 200
    targets = [
        Target("t", "a", f"OS {month}", value, np.sqrt(value * (1 - value) / n), "survival",
               sampling=np.sqrt(value * (1 - value) / n))
        for month, value in ((12, early), (24, late))
    ]  # fmt: skip
    counts = np.random.default_rng(8).multinomial(n, [1 - early, early - late, late], size=20_000)
    shares = np.stack([counts[:, 1] + counts[:, 2], counts[:, 2]], axis=1) / n
    assert covariance(targets) == pytest.approx(np.cov(shares.T), rel=0.03)


def test_the_likelihood_of_independent_figures_is_that_of_their_errors():
    points = np.random.default_rng(1).random((4000, 1))
    emulator = Emulator.fit(points, {("t", "a", "ORR"): np.full(4000, 0.3)}, validated=False)
    likelihood = Likelihood.of(emulator, [Target("t", "a", "ORR", 0.4, 0.05, sampling=0.05)], points[:50])
    assert likelihood.gaps(points[:3])[:, 0] == pytest.approx(-0.1, abs=1e-3)
    own = (emulator.uncertainty(points[:50]) ** 2).mean()
    assert likelihood.log(points[:1])[0] == pytest.approx(-0.5 * 0.1**2 / (0.05**2 + own), rel=0.01)
