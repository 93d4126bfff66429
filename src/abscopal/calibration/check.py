"""Whether a calibration can be believed: simulation-based calibration of its fit, and what its data can tell at all.

Truths are drawn from the prior of the recipe, figures are made of each as the likelihood says that published figures
come about (emulated shares, with sampling error and what models and memory get wrong), and the same sampler that gave
the shipped posterior draws from the posterior of these figures. What this cannot see is whether the emulator is right
about the model: its cross-validated error says that; nor whether the model is right about patients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.calibration.calibrate import Calibration
from abscopal.calibration.identifiability import Identifiability, identifiability
from abscopal.calibration.rank_test import LEVELS, Recovery, chi_square, ecdf, ecdf_band, ecdf_test, recovery
from abscopal.calibration.sampling import Likelihood, Prior, sample
from abscopal.errors import InputError, Problem

REPLICATES, DRAWS, PARTICLES = 100, 99, 400
ATTEMPTS, SPREAD_DRAWS = 200, 2000
SURE = 0.05  # chance with which a right fit is suspected, over all its numbers
Array = NDArray[np.float64]
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Check:
    """What a check found, of d numbers.

    Attributes
    ----------
    indication
        What was calibrated.
    paths
        Of the numbers.
    recovered
        Truths beside their posteriors.
    uniform, binned
        p-values of uniform ranks: by their whole distribution, and by Pearson's test, [d].
    told
        What the data can tell.
    seed
        Of truths and figures.
    """

    indication: str
    paths: tuple[str, ...]
    recovered: Recovery
    uniform: Array
    binned: Array
    told: Identifiability
    seed: int

    @property
    def passed(self) -> bool:
        """Whether no number's ranks stray further than chance allows among so many numbers (Bonferroni)."""
        return bool(self.uniform.min() * len(self.paths) >= SURE)

    def plain(self) -> dict[str, Any]:
        """Return what can be written as JSON."""
        found = self.recovered
        at, lower, upper = ecdf_band(len(found.truth), found.draws)
        return {
            "indication": self.indication,
            "seed": self.seed,
            "replicates": len(found.truth),
            "draws": found.draws,
            "passed": self.passed,
            "levels": list(LEVELS),
            "band": {"at": at.round(4).tolist(), "lower": lower.round(4).tolist(), "upper": upper.round(4).tolist()},
            "numbers": [self._number(place) for place in range(len(self.paths))],
            "identifiability": self.told.plain(),
        }

    def _number(self, place: int) -> dict[str, Any]:
        found = self.recovered
        return {
            "path": self.paths[place],
            "uniform": float(self.uniform[place]),
            "binned": float(self.binned[place]),
            "coverage": found.coverage[:, place].tolist(),
            "contraction": found.contraction[:, place].round(4).tolist(),
            "score": found.score[:, place].round(3).tolist(),
            "ecdf": ecdf(found.rank[:, place], found.draws).round(4).tolist(),
        }


def check(
    found: Calibration,
    *,
    replicates: int = REPLICATES,
    seed: int = 1,
    progress: Progress = lambda stage, share: None,
) -> Check:
    """Check a calibration.

    Parameters
    ----------
    found
        The calibration; its likelihood makes figures and is fitted to them.
    replicates
        Truths that the fit has to find.
    seed
        Of truths and figures.
    progress
        Told the stage and the share of the whole that is done.

    Raises
    ------
    InputError
        If the calibration has no figures of its own: a cancer without trials, moved as others were.
    """
    if found.likelihood is None:
        name = found.recipe.indication
        raise InputError([Problem("--check", "a calibration to published figures", f"{name}, which has none")])
    paths, prior = tuple(found.recipe.free), found.recipe.prior()
    recovered = recover(
        prior, found.likelihood, replicates, seed, lambda share: progress("finding truths", 0.8 * share)
    )
    told = identifiability(
        paths, found.likelihood.log, found.points, spread_of(prior),
        progress=lambda share: progress("profiles", 0.8 + 0.2 * share),
    )  # fmt: skip
    uniform, binned = ecdf_test(recovered.rank, recovered.draws), chi_square(recovered.rank, recovered.draws)
    return Check(found.recipe.indication, paths, recovered, uniform, binned, told, seed)


def recover(
    prior: Prior,
    likelihood: Likelihood,
    replicates: int,
    seed: int,
    progress: Callable[[float], None] = lambda share: None,
    *,
    widened: float = 1.0,
) -> Recovery:
    """Draw truths, make figures of each and fit them.

    `widened` other than 1 makes figures with errors so many times as large as the fit believes: what a test of the
    check itself needs.
    """
    rng = np.random.default_rng([seed, 3])
    truth = believed(prior, likelihood, replicates, rng)
    draws = np.empty((replicates, DRAWS, truth.shape[1]))
    for number in range(replicates):
        made = synthetic(likelihood, truth[number], rng, widened)
        points = sample(prior, made.log, int(rng.integers(2**31)), particles=PARTICLES)
        draws[number] = points[rng.choice(len(points), DRAWS, replace=False)]
        progress((number + 1) / replicates)
    spread = believed(prior, likelihood, SPREAD_DRAWS, rng).std(axis=0)
    return recovery(truth, draws, spread)


def believed(prior: Prior, likelihood: Likelihood, count: int, rng: np.random.Generator) -> Array:
    """Return draws [count, knobs] of all that is believed before the figures: the prior, where patients are plausible.

    Raises
    ------
    InputError
        If next to nothing of the prior is plausible.
    """
    kept: list[Array] = []
    for _ in range(ATTEMPTS):
        tried = drawn(prior, count, rng)
        kept.append(tried[np.log(rng.random(count)) < likelihood.plausibility(tried)])
        if sum(map(len, kept)) >= count:
            return np.concatenate(kept)[:count]
    raise InputError(
        [Problem("--check", "a prior under which patients are plausible", "one under which hardly any are")]
    )


def drawn(prior: Prior, count: int, rng: np.random.Generator) -> Array:
    """Return independent draws of a prior [count, knobs]."""
    from scipy.stats import truncnorm

    low, high = -prior.mean / prior.sd, (1.0 - prior.mean) / prior.sd
    shape = (count, len(prior.mean))
    return np.asarray(truncnorm.rvs(low, high, prior.mean, prior.sd, size=shape, random_state=rng)).clip(0.0, 1.0)


def spread_of(prior: Prior) -> Array:
    """Return the standard deviation of a prior within the unit cube, which cuts off its tails [knobs]."""
    from scipy.stats import truncnorm

    low, high = -prior.mean / prior.sd, (1.0 - prior.mean) / prior.sd
    return np.asarray(truncnorm.std(low, high, prior.mean, prior.sd))


def synthetic(likelihood: Likelihood, truth: Array, rng: np.random.Generator, widened: float = 1.0) -> Likelihood:
    """Return the likelihood of figures made at a truth [knobs] in place of those published."""
    emulated = likelihood.gaps(truth[None])[0] + np.array([target.value for target in likelihood.targets])
    noise = widened * likelihood.factor @ rng.standard_normal(len(emulated))
    figures = (emulated + noise).tolist()
    targets = tuple(replace(one, value=value) for one, value in zip(likelihood.targets, figures, strict=True))
    return replace(likelihood, targets=targets)


def write_check(found: Check, folder: Path) -> Path:
    """Write `check.html` and `check.json` into a folder; return the page."""
    from abscopal.report.check_page import check_page
    from abscopal.runs.files import write_json, write_text

    folder.mkdir(parents=True, exist_ok=True)
    plain, page = found.plain(), folder / "check.html"
    write_text(page, check_page(plain))
    write_json(folder / "check.json", plain)
    return page
