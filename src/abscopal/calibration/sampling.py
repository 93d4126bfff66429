"""From an emulator to a posterior: prior, likelihood, best point by CMA-ES, draws by tempered sequential Monte Carlo.

Particles go from the prior to the posterior through powers of the likelihood, each step as far as half of them stay
effective, and move in between by a random walk shaped like themselves (Del Moral P, Doucet A, Jasra A. J R Stat Soc B
2006;68:411-436, doi:10.1111/j.1467-9868.2006.00553.x).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.calibration.emulator import Emulator
from abscopal.calibration.ensemble import PLAUSIBLE, Key
from abscopal.calibration.targets import Target

Array = NDArray[np.float64]
LogDensity = Callable[[Array], Array]
PARTICLES, MOVES = 1000, 12
HALF = 0.5  # share of particles that a step of temperature leaves effective
COMMON = 0.5  # assumed: correlation of what model and memory get wrong between figures of one arm and endpoint
GENERATIONS = 150
ENOUGH_PLAUSIBLE, PLAUSIBLE_ERROR = 0.45, 0.03
"""Share of candidates that can be patients: in a population of cancer patients most tumours progress untreated."""


@dataclass(frozen=True)
class Prior:
    """Normal around the literature's point, cut off at the ends of the ranges.

    Parameters
    ----------
    mean, sd
        In the unit cube [knobs].
    """

    mean: Array
    sd: Array

    def log(self, points: Array) -> Array:
        """Log density up to a constant, [points]; minus infinity outside the unit cube."""
        inside = ((points >= 0) & (points <= 1)).all(axis=1)
        return np.where(inside, -0.5 * (((points - self.mean) / self.sd) ** 2).sum(axis=1), -np.inf)

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Return points [count, knobs] that fill the prior evenly (a scrambled Sobol sequence)."""
        from scipy.stats import qmc, truncnorm

        even = qmc.Sobol(len(self.mean), seed=rng).random(1 << (count - 1).bit_length())[:count]
        low, high = -self.mean / self.sd, (1.0 - self.mean) / self.sd
        return np.asarray(np.clip(truncnorm.ppf(even, low, high, loc=self.mean, scale=self.sd), 0.0, 1.0))


@dataclass(frozen=True)
class Likelihood:
    """How probable the published figures are at a point.

    Parameters
    ----------
    emulator
        Of all that the targets count.
    targets
        Published figures.
    factor
        Cholesky factor of the covariance of their errors, the emulator's own among them, [targets, targets].
    """

    emulator: Emulator[Key]
    targets: tuple[Target, ...]
    factor: Array

    @classmethod
    def of(cls, emulator: Emulator[Key], targets: Sequence[Target], around: Array) -> Likelihood:
        """Build it for targets that are shares.

        Parameters
        ----------
        emulator
            Knows all of them.
        targets
            What was published.
        around
            Points [points, knobs] over which the emulator's own variance is averaged.
        """
        place = {key: number for number, key in enumerate(emulator.keys)}
        own = (emulator.uncertainty(around) ** 2).mean(axis=0)[[place[_key(t)] for t in targets]]
        factor = np.asarray(np.linalg.cholesky(covariance(targets) + np.diag(own)), dtype=np.float64)
        return cls(emulator, tuple(targets), factor)

    def log(self, points: Array) -> Array:
        """Return the normal log likelihood, [points]; less what too few plausible candidates cost."""
        chance = self.emulator.predict(points)
        white = np.linalg.solve(self.factor, self._gaps(chance).T)
        return np.asarray(-0.5 * (white**2).sum(axis=0) + self._plausibility(chance))

    def plausibility(self, points: Array) -> Array:
        """Return the part of the log likelihood that no figure enters, [points]: enough candidates can be patients."""
        return self._plausibility(self.emulator.predict(points))

    def _plausibility(self, chance: Array) -> Array:
        shares = [number for number, (_, _, quantity) in enumerate(self.emulator.keys) if quantity == PLAUSIBLE]
        lacking = np.maximum(ENOUGH_PLAUSIBLE - chance[:, shares], 0.0) / PLAUSIBLE_ERROR
        return np.asarray(-0.5 * (lacking**2).sum(axis=1))

    def gaps(self, points: Array) -> Array:
        """Emulated less published [points, targets]."""
        return self._gaps(self.emulator.predict(points))

    def _gaps(self, chance: Array) -> Array:
        return np.asarray(chance[:, self._places()] - np.array([t.value for t in self.targets]))

    def _places(self) -> list[int]:
        place = {key: number for number, key in enumerate(self.emulator.keys)}
        return [place[_key(t)] for t in self.targets]


def covariance(targets: Sequence[Target]) -> Array:
    """Covariance of the errors of shares: points of one survival curve share their patients, and what is got wrong."""
    sampling = np.array([t.sampling for t in targets])
    beyond = np.sqrt(np.maximum(np.array([t.error for t in targets]) ** 2 - sampling**2, 0.0))
    same = np.array([[_curve(a) == _curve(b) for b in targets] for a in targets])
    shared = np.where(same, COMMON, 0.0)
    np.fill_diagonal(shared, 1.0)
    return np.asarray(_sampled(targets, same) + shared * np.outer(beyond, beyond))


def _sampled(targets: Sequence[Target], same: NDArray[np.bool_]) -> Array:
    """Covariance of survival at two times among the same patients: that of the later times the odds lost earlier."""
    count = len(targets)
    result = np.diag([t.sampling**2 for t in targets])
    for i in range(count):
        for j in range(count):
            if i != j and same[i, j] and targets[i].endpoint:
                early, late = sorted((targets[i].value, targets[j].value), reverse=True)
                correlation = np.sqrt(max(late * (1 - early), 0.0) / max(early * (1 - late), 1e-9))
                result[i, j] = correlation * targets[i].sampling * targets[j].sampling
    return result


def _key(target: Target) -> Key:
    return target.protocol, target.arm, target.quantity


def _curve(target: Target) -> tuple[str, str, str]:
    return target.protocol, target.arm, target.endpoint or target.kind


def best(log: LogDensity, start: Array, seed: int) -> Array:
    """Return the point of highest density by CMA-ES (Hansen N, Ostermeier A. Evol Comput 2001;9:159-195)."""
    from cmaes import CMA

    search = CMA(mean=start, sigma=0.2, bounds=np.tile([0.0, 1.0], (len(start), 1)), seed=seed)
    found, height = start, float(log(start[None])[0])
    for _ in range(GENERATIONS):
        tried = np.array([search.ask() for _ in range(search.population_size)])
        heights = log(tried)
        search.tell(list(zip(tried, -heights, strict=True)))
        if heights.max() > height:
            found, height = tried[heights.argmax()], float(heights.max())
    return found


def sample(prior: Prior, likelihood: LogDensity, seed: int, *, power: float = 1.0, particles: int = PARTICLES) -> Array:
    """Return particles [particles, knobs], equally likely under prior times likelihood to a power."""
    rng = np.random.default_rng([seed, 1])
    points = prior.draw(particles, rng)
    height, reached = likelihood(points), 0.0
    while reached < power:
        step = _temperature(height, power - reached)
        reached += step
        weight = np.exp(step * (height - height.max()))
        chosen = rng.choice(particles, particles, p=weight / weight.sum())
        points, height = points[chosen], height[chosen]
        for _ in range(MOVES):
            points, height = _move(points, height, prior, likelihood, reached, rng)
    return points


def _temperature(height: Array, left: float) -> float:
    """How far the power may go up while half of the particles stay effective."""

    def effective(step: float) -> float:
        weight = np.exp(step * (height - height.max()))
        return float(weight.sum() ** 2 / (weight**2).sum() / len(height))

    if effective(left) >= HALF:
        return left
    low, high = 0.0, left
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= HALF else (low, middle)
    return max(low, 1e-6)


def _move(
    points: Array, height: Array, prior: Prior, likelihood: LogDensity, power: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """One random-walk step of every particle, of a length drawn anew so that some are long and some short."""
    d = points.shape[1]
    spread = np.atleast_2d(np.cov(points.T)) + 1e-10 * np.eye(d)
    length = 2.38 / np.sqrt(d) * rng.choice([0.25, 0.5, 1.0], size=(len(points), 1))
    tried = points + length * (rng.standard_normal(points.shape) @ np.linalg.cholesky(spread).T)
    before, after = prior.log(points), prior.log(tried)
    inside = np.isfinite(after)
    new = np.full(len(points), -np.inf)
    if inside.any():
        new[inside] = likelihood(tried[inside])
    chance = np.where(inside, after - before + power * (np.where(inside, new, 0.0) - height), -np.inf)
    accept = np.log(rng.random(len(points))) < chance
    return np.where(accept[:, None], tried, points), np.where(accept, new, height)
