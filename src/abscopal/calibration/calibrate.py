"""A calibration from its recipe: rounds of simulated patients, each where the posterior so far is, and what they teach.

A round's points are draws of the prior times a power of the likelihood that the rounds before have learnt, so that
patients are spent where the published figures may be met. Everything simulated lies in the folder, so an interrupted
calibration goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal import catalogue
from abscopal.calibration.emulator import Emulator
from abscopal.calibration.ensemble import Ensemble, Key, Wanted, simulate
from abscopal.calibration.pooled import pooled
from abscopal.calibration.recipe import Recipe
from abscopal.calibration.sampling import Likelihood, best, sample
from abscopal.calibration.targets import Target, fit_targets
from abscopal.errors import InputError, Problem
from abscopal.indications.posterior import Posterior, turned
from abscopal.protocol.protocol import Protocol
from abscopal.runs.files import checksum, digest, write_text
from abscopal.runs.plan import versions

WIDENED = 0.25  # power of the likelihood that places the next round's points: twice as wide as the posterior
FAR = 2.0  # distance, in the spread of the latest points, beyond which earlier patients count less
RECIPE = "recipe.json"
RESULTS, WORDS = ("published", "contrasts", "curves"), ("title", "note", "sources", "registry", "disclaimer")
Array = NDArray[np.float64]
Progress = Callable[[str, float], None]
"""Told the stage and the share of the whole calibration that is done."""


@dataclass(frozen=True)
class Calibration:
    """A calibration and what it learnt.

    Parameters
    ----------
    recipe
        What was fitted to what.
    likelihood
        Of the last round; None for a cancer without trials.
    mode
        Most probable point [knobs].
    points
        Draws of the posterior in the unit cube [draws, knobs].
    patients
        Simulated, of all protocols and arms.
    """

    recipe: Recipe
    likelihood: Likelihood | None
    mode: Array
    points: Array
    patients: int

    @property
    def values(self) -> dict[str, float]:
        """Fitted values: those of the mode."""
        return {knob.path: knob.value(float(unit)) for knob, unit in zip(self.recipe.knobs(), self.mode, strict=True)}

    @property
    def posterior(self) -> Posterior:
        """The draws, on the natural scale."""
        knobs = self.recipe.knobs()
        rows = [[knob.value(float(unit)) for knob, unit in zip(knobs, row, strict=True)] for row in self.points]
        return Posterior(tuple(knob.path for knob in knobs), np.array(rows))

    def plain(self) -> dict[str, Any]:
        """Return what can be written as JSON: knobs, targets and how well each is met."""
        prior, spread = self.recipe.prior(), self.points.std(axis=0)
        knobs = [
            {"path": path, "prior": free.prior, "range": list(free.range), "value": self.values[path],
             "contraction": float(1.0 - (spread[i] / prior.sd[i]) ** 2)}
            for i, (path, free) in enumerate(self.recipe.free.items())
        ]  # fmt: skip
        return {
            "indication": self.recipe.indication,
            "protocols": self.recipe.protocols,
            "seed": self.recipe.seed,
            "patients": self.patients,
            "knobs": knobs,
            "correlation": _correlation(self.points).round(3).tolist(),
            "targets": self._targets(),
        }

    def _targets(self) -> list[dict[str, Any]]:
        if self.likelihood is None:
            return []
        at_mode = self.likelihood.gaps(self.mode[None])[0]
        everywhere = self.likelihood.gaps(self.points)
        low, high = np.quantile(everywhere, [0.05, 0.95], axis=0)
        error = dict(zip(self.likelihood.emulator.keys, self.likelihood.emulator.error, strict=True))
        return [
            {"protocol": t.protocol, "arm": t.arm, "quantity": t.quantity, "published": t.value, "error": t.error,
             "fitted": t.value + gap, "low": t.value + lo, "high": t.value + hi,
             "emulator_error": error[t.protocol, t.arm, t.quantity]}
            for t, gap, lo, hi in zip(self.likelihood.targets, at_mode, low, high, strict=True)
        ]  # fmt: skip


def _correlation(points: Array) -> Array:
    """Correlation of the knobs over points; 0 with one that is the same in all."""
    away = points - points.mean(axis=0)
    size = np.sqrt((away**2).sum(axis=0))
    unit = away / np.where(size > 0, size, 1.0)
    return np.asarray(unit.T @ unit)


def calibrate(
    recipe: Recipe, folder: Path, *, workers: int = 1, progress: Progress = lambda stage, share: None
) -> Calibration:
    """Fit what a recipe names; the result depends on nothing but the recipe and the model.

    Raises
    ------
    InputError
        If a protocol is not of role calibration, or the folder holds a calibration by another recipe.
    """
    if not recipe.protocols:
        folder.mkdir(parents=True, exist_ok=True)
        return Calibration(recipe, None, *pooled(recipe), patients=0)
    protocols = [catalogue.load_protocol(name) for name in recipe.protocols]
    targets = fit_targets(protocols, recipe.months)  # first: it refuses any trial that may not be fitted
    wanted: list[Wanted] = [
        (one, tuple((t.arm, t.quantity) for t in targets if t.protocol == one.name)) for one in protocols
    ]
    _claim(folder, recipe, wanted)
    prior, everyone = recipe.prior(), None
    likelihood: Likelihood | None = None
    for number in range(recipe.rounds):
        points = _points(recipe, likelihood, number)

        def told(share: float, number: int = number) -> None:
            progress(f"round {number + 1} of {recipe.rounds}", (number + share) / recipe.rounds)

        latest = simulate(
            wanted, recipe.knobs(), points, recipe.seed, folder / f"round-{number + 1}",
            block=recipe.block, first=number * recipe.blocks, workers=workers, progress=told,
        )  # fmt: skip
        everyone = latest if everyone is None else everyone + latest
        likelihood = learn(everyone, points, targets, recipe.block, last=number == recipe.rounds - 1)
    assert likelihood is not None
    assert everyone is not None
    progress("drawing from the posterior", 1.0)
    draws = sample(prior, likelihood.log, recipe.seed)
    mode = best(lambda points: likelihood.log(points) + prior.log(points), draws.mean(axis=0), recipe.seed + 1)
    kept = draws[np.linspace(0, len(draws) - 1, recipe.draws).astype(int)]
    arms = sum(len({t.arm for t in targets if t.protocol == one.name}) for one in protocols)
    return Calibration(recipe, likelihood, mode, kept, recipe.rounds * recipe.blocks * recipe.block * arms)


def learn(everyone: Ensemble, latest: Array, targets: list[Target], block: int, *, last: bool = True) -> Likelihood:
    """Return the likelihood learnt from patients, those far from the latest points [blocks, knobs] counting less."""
    emulator: Emulator[Key] = Emulator.fit(
        everyone.points, everyone.outcomes, weights=_near(everyone.points, latest), block=block, validated=last
    )
    return Likelihood.of(emulator, targets, latest)


def _near(points: Array, latest: Array) -> Array:
    spread = np.cov(latest.T) + 1e-6 * np.eye(latest.shape[1])
    away = points - latest.mean(axis=0)
    distance = np.sqrt(np.einsum("ij,jk,ik->i", away, np.linalg.inv(spread), away) / latest.shape[1])
    return np.asarray(np.exp(-0.5 * np.maximum(distance - FAR, 0.0) ** 2))


def _points(recipe: Recipe, likelihood: Likelihood | None, number: int) -> Array:
    prior = recipe.prior()
    if likelihood is None:
        return prior.draw(recipe.blocks, np.random.default_rng([recipe.seed, 0]))
    everywhere = sample(prior, likelihood.log, recipe.seed + number, power=WIDENED)
    return np.asarray(everywhere[np.linspace(0, len(everywhere) - 1, recipe.blocks).astype(int)])


def _claim(folder: Path, recipe: Recipe, wanted: list[Wanted]) -> None:
    """Take a folder for one recipe and model; patients simulated for another are never taken for its own."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"recipe": recipe.model_dump(mode="json"), "model": _model(recipe, wanted)}, indent=1)
    file = folder / RECIPE
    if file.exists() and file.read_text(encoding="utf-8") != text:
        raise InputError([Problem(str(folder), "a new folder, or that of this recipe and model", "that of another")])
    write_text(file, text)


def _model(recipe: Recipe, wanted: list[Wanted]) -> str:
    """Checksum of what is simulated and counted, apart from the numbers that are turned."""
    start = {path: one.prior for path, one in recipe.free.items()}
    return digest(
        {
            "protocols": [_design(protocol) for protocol, _ in wanted],
            "quantities": [quantities for _, quantities in wanted],
            "indication": turned(catalogue.indication(recipe.indication), start).model_dump(mode="json"),
            "drugs": [catalogue.drug(name).model_dump(mode="json") for one, _ in wanted for name in one.drugs],
            "mechanisms": [checksum(catalogue.path("mechanisms", name)) for name in catalogue.names("mechanisms")],
            "versions": versions(),
        }
    )


def _design(protocol: Protocol) -> dict[str, Any]:
    """Return a protocol without results and words, and without what it leaves as it is by default."""
    plain = protocol.model_dump(mode="json", exclude_defaults=True)
    for arm in plain["arms"]:
        arm.pop(RESULTS[0], None)
    return {key: value for key, value in plain.items() if key not in (*RESULTS, *WORDS)}
