"""A run weighted against published figures, and weights found there applied to the same patients elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from abscopal.calibration.targets import Target, fit_targets
from abscopal.calibration.weighted_trial import (
    ArmLives,
    Estimate,
    LeftOut,
    Lives,
    baseline_of,
    estimates,
    held_baseline,
    moments_of,
    reading,
)
from abscopal.calibration.weighting import TRUST, Array, Moment, Weighting, weigh
from abscopal.calibration.weights_file import FinishedRun, live_every_arm, matched, patients_of, require_same_patients
from abscopal.errors import InputError, Problem
from abscopal.population.selection import effective_size
from abscopal.protocol.protocol import Protocol
from abscopal.runs.plan import versions

Progress = Callable[[str, float], None]
ROUNDS, STANDING = 10, 1e-4  # of the weights against the probability of being followed; and when they stand still
TRUSTS = (1.0, 10.0, 30.0, 100.0, 300.0, 1000.0)  # compared in every result, so that the choice is seen


@dataclass(frozen=True, eq=False)
class WeighedRun:
    """A run with weights on its subjects.

    Attributes
    ----------
    run, lives
        The run, and how its subjects lived.
    trials
        Protocols whose figures were aimed at.
    weighting
        The weights.
    targets
        Figures aimed at, in the order of `weighting.moments`.
    held
        What stays as it is.
    left_out
        Figures of the same trials that take no part.
    """

    run: FinishedRun
    lives: Lives
    trials: tuple[Protocol, ...]
    weighting: Weighting
    targets: tuple[Target, ...]
    held: tuple[Moment, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def weight(self) -> Array:
        """Weight of each subject [n]."""
        return self.weighting.weight

    @property
    def arms(self) -> tuple[ArmLives, ...]:
        """The arms, in order."""
        return tuple(self.lives.arms.values())

    @cached_property
    def figures(self) -> list[dict[str, Any]]:
        """Each figure aimed at: published, with its error, and what the run gives without and with weights."""
        return [
            {
                "trial": target.protocol,
                "arm": target.arm,
                "quantity": target.quantity,
                "published": target.value,
                "error": round(moment.error, 4),
                "recalled": target.recalled,
                "before": _rounded(reading(self.lives.arms[target.arm], target.quantity)),
                "after": _rounded(self._reading(target, self.weight)),
            }
            for target, moment in zip(self.targets, self.weighting.moments, strict=True)
        ]

    def _reading(self, target: Target, weight: Array) -> float | None:
        arm = self.lives.arms[target.arm]
        return reading(arm, target.quantity, weight[arm.place])

    @cached_property
    def trade_off(self) -> list[dict[str, float]]:
        """Return what other values of trust would give: misses, effective share and largest weight."""
        found = []
        for trust in sorted({*TRUSTS, self.weighting.trust}):
            other = weigh(self.weighting.moments, held=self.held, group=self.weighting.group, trust=trust)
            figures = [
                {"published": target.value, "error": moment.error, "after": self._reading(target, other.weight)}
                for target, moment in zip(self.targets, self.weighting.moments, strict=True)
            ]
            share = other.effective / len(other.weight)
            row = {
                "misses": miss(figures, "after"),
                "effective_share": round(share, 4),
                "largest": round(other.largest, 3),
            }
            found.append({"trust": trust} | row)
        return found

    @property
    def baseline(self) -> list[dict[str, Any]]:
        """Means of baseline covariates: of all without weights, and with weights in each arm."""
        return [
            {
                "covariate": name,
                "enrolled": _rounded(float(np.nanmean(values))),
                "weighted": {arm.name: _rounded(_mean(values[arm.place], self._of(arm.name))) for arm in self.arms},
            }
            for name, values in baseline_of(self.lives.adsl).items()
        ]

    def _of(self, arm: str) -> Array:
        return self.weight[self.lives.arms[arm].place]

    def plain(self) -> dict[str, Any]:
        """Return what `weights.json` holds."""
        found, figures = self.weighting, self.figures
        return {
            "run": self.run.protocol.name,
            "targets": [trial.name for trial in self.trials],
            "subjects": len(self.weight),
            "every_arm": self.lives.crossed,
            "trust": found.trust,
            "effective": round(found.effective, 2),
            "effective_share": round(found.effective / len(self.weight), 4),
            "effective_by_arm": {arm.name: round(effective_size(self._of(arm.name)), 2) for arm in self.arms},
            "largest": round(found.largest, 3),
            "misses_before": miss(figures, "before"),
            "misses_after": miss(figures, "after"),
            "trade_off": self.trade_off,
            "warnings": list(found.warnings),
            "figures": figures,
            "left_out": [
                {
                    "trial": one.target.protocol,
                    "arm": one.target.arm,
                    "quantity": one.target.quantity,
                    "why": one.reason,
                }
                for one in self.left_out
            ],
            "baseline": self.baseline,
            "recipe": self.run.recipe,
            "patients": patients_of(self.run.tables["adsl"]),
            "versions": versions(),
        }


def miss(figures: Sequence[Mapping[str, Any]], when: str) -> float:
    """Root mean square of what is missed, in standard errors."""
    off = [((one[when] - one["published"]) / one["error"]) ** 2 for one in figures if one[when] is not None]
    return round(math.sqrt(sum(off) / len(off)), 3)


def weigh_run(
    run: FinishedRun,
    trials: Sequence[Protocol],
    *,
    every_arm: bool = False,
    hold_baseline: bool = True,
    trust: float = TRUST,
    workers: int = 1,
    progress: Progress | None = None,
) -> WeighedRun:
    """Find weights of a run's subjects under which its arms give the published figures of calibration trials.

    Parameters
    ----------
    run
        The run.
    trials
        Protocols with `role: calibration` whose arms have the names of the run's.
    every_arm
        Draw the subjects again and live each through every arm: one weight per patient must then serve all arms. Else
        each randomised arm has subjects of its own, whose weights serve that arm alone.
    hold_baseline
        Keep what is seen of the subjects at baseline as it is.
    trust
        As in `weighting.weigh`.
    workers
        Threads of `every_arm`.
    progress
        Called with the stage and the share of it that is done.

    Raises
    ------
    InputError
        If a trial is not one of calibration, or none of its figures can be counted in the run.
    """
    targets = fit_targets(trials, math.inf)  # first: it refuses any trial that may not be fitted
    lives = live_every_arm(run, workers, progress) if every_arm else run.lives()
    return weigh_lives(run, lives, trials, targets, hold_baseline=hold_baseline, trust=trust, progress=progress)


def weigh_lives(
    run: FinishedRun,
    lives: Lives,
    trials: Sequence[Protocol],
    targets: Sequence[Target],
    *,
    hold_baseline: bool = True,
    trust: float = TRUST,
    progress: Progress | None = None,
) -> WeighedRun:
    """Find weights for some of the targets of `weigh_run`, of subjects whose lives are known.

    Parameters
    ----------
    run, lives, trials
        The run, how its subjects lived, and the protocols that the targets are of.
    targets
        As `fit_targets` gives them, or some of them.
    hold_baseline, trust, progress
        As in `weigh_run`.

    Raises
    ------
    InputError
        If none of the targets can be counted in the run.
    """
    moments, kept, left_out = moments_of(lives, targets)
    if not moments:
        why = "; ".join(dict.fromkeys(one.reason for one in left_out)) or "they publish none"
        expected = f"published figures of the arms {', '.join(lives.arms)}"
        raise InputError([Problem("--targets", expected, f"none that can be counted: {why}")])
    held = held_baseline(lives) if hold_baseline else []
    found = weigh(moments, held=held, group=lives.group, trust=trust)
    for done in range(ROUNDS):  # the probability of being followed, on which survival rests, is one under the weights
        if progress is not None:
            progress("weighing", done / ROUNDS)
        before = found.weight
        found = weigh(moments_of(lives, targets, before)[0], held=held, group=lives.group, trust=trust)
        if np.abs(found.weight - before).max() < STANDING:
            break
    return WeighedRun(run, lives, tuple(trials), found, tuple(kept), tuple(held), tuple(left_out))


@dataclass(frozen=True, eq=False)
class WeightedPrediction:
    """A run as it was, and as it is with weights that were found elsewhere on the same patients.

    Attributes
    ----------
    run, lives
        The run, and how those of its subjects lived who have a weight.
    weight : (n,) float
        Of each subject.
    arms
        The arms, in order, with the subjects who have a weight.
    unweighted
        How many subjects have none and are left out.
    found_on
        What `weights.json` says of where the weights come from.
    """

    run: FinishedRun
    lives: Lives
    weight: Array
    arms: tuple[ArmLives, ...]
    unweighted: int
    found_on: Mapping[str, Any]

    def estimates(self, arm: ArmLives) -> dict[str, tuple[Estimate, Estimate]]:
        """Figures of an arm without and with weights, by quantity."""
        before, after = estimates(arm), estimates(arm, self.weight[arm.place])
        return {quantity: (one, after[quantity]) for quantity, one in before.items()}

    def plain(self) -> dict[str, Any]:
        """Return what `prediction.json` holds."""
        return {
            "run": self.run.protocol.name,
            "weights": {key: self.found_on.get(key) for key in ("run", "targets", "effective", "trust", "every_arm")},
            "unweighted": self.unweighted,
            "arms": {
                arm.name: {
                    "n": len(arm.place),
                    "effective": round(effective_size(self.weight[arm.place]), 2),
                    "figures": {
                        quantity: {"before": _limits(before), "after": _limits(after)}
                        for quantity, (before, after) in self.estimates(arm).items()
                    },
                }
                for arm in self.arms
            },
            "recipe": self.run.recipe,
            "versions": versions(),
        }


def apply_weights(run: FinishedRun, weights: Mapping[str, float], found_on: Mapping[str, Any]) -> WeightedPrediction:
    """Weight a run by weights found on the same patients in another arm or trial.

    Parameters
    ----------
    run
        The run.
    weights, found_on
        As `weights_file.read_weights` returns them.

    Raises
    ------
    InputError
        If the subjects of the run are not the patients that the weights were found on.
    """
    require_same_patients(run, found_on)
    lives = run.lives()
    weight, none = matched(lives, weights)
    arms = tuple(arm.take(weight[arm.place] > 0) for arm in lives.arms.values())
    return WeightedPrediction(run, lives, weight, arms, none, found_on)


def _limits(one: Estimate) -> dict[str, float | None]:
    return {"value": _rounded(one.value), "lo": _rounded(one.lower), "hi": _rounded(one.upper)}


def _mean(values: Array, weight: Array) -> float:
    """Weighted mean of the values that are known."""
    known = np.isfinite(values)
    return float(np.average(values[known], weights=weight[known])) if known.any() else np.nan


def _rounded(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), 4)
