"""Sensitivity of a trial's endpoints: which number, and which mechanism, carries how much of what is uncertain.

Patients are lived at points spread evenly over the ranges of the knobs, an emulator learns the chance of each outcome
from all of them, and variance-based indices and a tornado are computed of the emulator. A knob that turns nothing rides
along: what it seems to carry is what chance alone gives (Khorashadi Zadeh F et al. Environ Model Softw 2017;91:210,
doi:10.1016/j.envsoft.2017.02.001).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal import catalogue
from abscopal.calibration.ensemble import Ensemble, Key, simulate
from abscopal.calibration.knobs import Knob
from abscopal.calibration.morris import elementary_effects, trajectories
from abscopal.calibration.sensitivity_indices import QUANTITIES, Output, bars_of, indices_of, learn, outputs_of, quality
from abscopal.calibration.sensitivity_knobs import Over, chosen_knobs, every_knob, fitted_knobs, mechanism_of
from abscopal.errors import InputError, Problem
from abscopal.protocol.protocol import Protocol
from abscopal.runs.files import checksum, digest
from abscopal.runs.plan import versions
from abscopal.trial.simulate import Design, prepare

BLOCK = 20  # patients at a point
KEPT, TRAJECTORIES = 15, 4  # of a screening: knobs that go on, and elementary effects of each
LEAST = 20  # patients with and without an outcome below which nothing is learnt of it
INERT = "(no effect)"
Array = NDArray[np.float64]
Progress = Callable[[str, float], None]
"""Told the stage and the share of the whole analysis that is done."""


@dataclass(frozen=True)
class Order:
    """What is asked for.

    Parameters
    ----------
    protocol
        Whose endpoints.
    over
        Whether the calibrated knobs go over what their posterior left open or over what was believed before.
    knobs
        Paths; none for those of the calibration, `all` alone for every number, screened first.
    patients
        Each of whom is lived through all arms.
    seed
        Of patients and points.
    """

    protocol: Protocol
    over: Over
    knobs: tuple[str, ...] = ()
    patients: int = 6000
    seed: int = 1


@dataclass(frozen=True)
class Screening:
    """Morris effects of many knobs: size [knobs, outputs of one arm], and which knobs went on."""

    knobs: tuple[Knob, ...]
    outputs: tuple[tuple[str, str], ...]
    size: Array
    kept: tuple[int, ...]

    def plain(self) -> list[dict[str, Any]]:
        """Return every knob with its largest effect and what that is on, the largest first."""
        size = np.nan_to_num(self.size)
        rows = [
            {"path": knob.path, "low": knob.low, "high": knob.high, "kept": place in self.kept,
             "size": round(float(size[place].max()), 4), "arm": self.outputs[size[place].argmax()][0],
             "quantity": self.outputs[size[place].argmax()][1]}
            for place, knob in enumerate(self.knobs)
        ]  # fmt: skip
        return sorted(rows, key=lambda row: -float(row["size"]))


@dataclass(frozen=True)
class Sensitivity:
    """What was found, d knobs and the inert one last, q outputs.

    Attributes
    ----------
    first, total
        Sobol indices: median and 5th and 95th percentile over what the emulator leaves open, [3, d + 1, q].
    together
        First-order indices of all knobs of a mechanism together, [3, mechanisms, q].
    spread
        Standard deviation of each output between points, sampling apart, [q].
    error
        Cross-validated error of the emulator, sampling apart, [q].
    bars
        Each output with a knob at the 10th and the 90th percentile of its range, the others in the middle, and the
        standard error of their difference, [3, d, q].
    middle
        Each output with all knobs in the middle, [q].
    lost
        Share of points at which too few plausible patients were found.
    """

    order: Order
    knobs: tuple[Knob, ...]
    mechanism: tuple[str, ...]
    outputs: tuple[Output, ...]
    first: Array
    total: Array
    together: Array
    spread: Array
    error: Array
    bars: Array
    middle: Array
    lost: float
    left_out: tuple[str, ...]
    screening: Screening | None

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Each mechanism once, in order of its first knob."""
        return tuple(dict.fromkeys(self.mechanism))

    @property
    def names(self) -> tuple[str, ...]:
        """Knobs by path, and the inert one."""
        return (*(knob.path for knob in self.knobs), INERT)

    @property
    def explained(self) -> Array:
        """Share of the variance between points that the emulator gets right of points it has not seen, [q]."""
        known = np.where(self.spread > 0, self.spread, np.nan)
        return np.asarray(np.nan_to_num(np.clip(1.0 - (self.error / known) ** 2, 0.0, 1.0)))

    def plain(self) -> dict[str, Any]:
        """Return what can be written as JSON: everything that table, page and figures show."""
        order = self.order
        return {
            "protocol": order.protocol.name,
            "indication": order.protocol.indication,
            "over": order.over,
            "seed": order.seed,
            "patients": order.patients // BLOCK * BLOCK,
            "arms": len(order.protocol.arms),
            "lost": self.lost,
            "left_out": list(self.left_out),
            "knobs": [
                {"path": knob.path, "mechanism": own, "low": knob.low, "high": knob.high}
                for knob, own in zip(self.knobs, self.mechanism, strict=True)
            ],
            "outputs": [self._output(place) for place in range(len(self.outputs))],
            "screening": None if self.screening is None else self.screening.plain(),
        }

    def _output(self, place: int) -> dict[str, Any]:
        """One output with its indices and bars, by knob, and its joint indices by mechanism."""
        one, bars = self.outputs[place], self.bars[:, :, place]
        return {
            "quantity": one.quantity, "arm": one.arm, "reference": one.reference,
            "middle": float(self.middle[place]), "spread": float(self.spread[place]),
            "emulator_error": float(self.error[place]), "explained": float(self.explained[place]),
            "first": _named(self.names, self.first[:, :, place]),
            "total": _named(self.names, self.total[:, :, place]),
            "mechanisms": _named(self.mechanisms, self.together[:, :, place]),
            "bars": {
                knob.path: {"low": float(low), "high": float(high), "error": float(error)}
                for knob, low, high, error in zip(self.knobs, *bars, strict=True)
            },
        }  # fmt: skip


def _named(names: Sequence[str], index: Array) -> dict[str, dict[str, float | None]]:
    """Return indices [3, names] as plain values: None where the output does not vary."""
    keys = ("value", "lower", "upper")
    return {
        name: {key: None if np.isnan(x) else round(float(x), 4) for key, x in zip(keys, column, strict=True)}
        for name, column in zip(names, index.T, strict=True)
    }


def sensitivity(
    order: Order, folder: Path, *, workers: int = 1, progress: Progress = lambda stage, share: None
) -> Sensitivity:
    """Analyse a protocol; patients lie in `folder`, and those of the same order are not simulated again.

    Raises
    ------
    InputError
        If a knob is unknown, or so few patients were asked for that nothing can be learnt.
    """
    design = prepare(order.protocol)
    knobs, screening = fitted_knobs(design, order.over), None
    begin = 0.0
    if order.knobs == ("all",):
        begin = 0.5
        screening = screen(design, order, folder, workers, lambda share: progress("screening all knobs", 0.5 * share))
        knobs = [screening.knobs[place] for place in screening.kept]
    elif order.knobs:
        knobs = chosen_knobs(design, order.over, order.knobs)
    points = even_points(len(knobs), max(order.patients // BLOCK, 1), order.seed)
    key = fingerprint(design, knobs, order.seed, len(points))
    found = simulate(
        [(order.protocol, _wanted(order.protocol))], knobs, points[:, :-1], order.seed, folder / f"patients-{key}",
        block=BLOCK, workers=workers,
        progress=lambda share: progress("simulating patients", begin + (0.95 - begin) * share),
    )  # fmt: skip
    progress("computing indices", 0.95)
    return analyse(
        order, knobs, tuple(mechanism_of(k.path, design.kernel.model) for k in knobs), points, found, screening
    )


def even_points(knobs: int, count: int, seed: int) -> Array:
    """Return points that fill the unit cube evenly, with a coordinate for the inert knob last, [count, knobs + 1]."""
    from scipy.stats.qmc import Sobol

    rng = np.random.default_rng([seed, knobs])
    return np.asarray(Sobol(knobs + 1, rng=rng).random_base2((count - 1).bit_length())[:count])


def screen(design: Design, order: Order, folder: Path, workers: int, progress: Callable[[float], None]) -> Screening:
    """Morris' screening of every number that acts: the same patients at every point, so that few of them tell."""
    knobs = every_knob(design, order.over)
    points = trajectories(len(knobs), TRAJECTORIES, order.seed)
    everyone = points.reshape(-1, len(knobs))
    key = fingerprint(design, knobs, order.seed, len(everyone))
    found = simulate(
        [(order.protocol, _wanted(order.protocol))], knobs, everyone, order.seed, folder / f"screening-{key}",
        block=BLOCK, workers=workers, same=True, progress=progress,
    )  # fmt: skip
    outcomes = _of_arms(found)
    shares = np.stack([values.reshape(-1, BLOCK).mean(axis=1) for values in outcomes.values()], axis=1)
    size = elementary_effects(points, shares.reshape(*points.shape[:2], -1)).size
    largest = np.nan_to_num(size).max(axis=1)
    kept = tuple(sorted(np.argsort(-largest, kind="stable")[:KEPT].tolist()))
    return Screening(tuple(knobs), tuple(key[1:] for key in outcomes), size, kept)


def fingerprint(design: Design, knobs: Sequence[Knob], seed: int, points: int) -> str:
    """Return what tells the patients of one analysis from those of another: all that shapes them."""
    whole = {
        "protocol": design.protocol.model_dump(mode="json"),
        "indication": design.indication.model_dump(mode="json"),
        "drugs": [drug.model_dump(mode="json") for drug in design.drugs.values()],
        "mechanisms": [checksum(catalogue.path("mechanisms", name)) for name in catalogue.names("mechanisms")],
        "versions": versions(),
        "knobs": [(knob.path, knob.low, knob.high) for knob in knobs],
        "numbers": (seed, points, BLOCK),
    }
    return digest(whole)[:12]


def _wanted(protocol: Protocol) -> tuple[tuple[str, str], ...]:
    return tuple((arm.name, quantity) for arm in protocol.arms for quantity in QUANTITIES)


def analyse(
    order: Order,
    knobs: Sequence[Knob],
    mechanism: tuple[str, ...],
    points: Array,
    found: Ensemble,
    screening: Screening | None = None,
) -> Sensitivity:
    """Learn the emulator from patients and analyse it.

    Parameters
    ----------
    knobs, mechanism
        What was turned, and whose it is, d each.
    points
        Of each block, the inert knob last, [blocks, d + 1].
    found
        What happened to the patients.

    Raises
    ------
    InputError
        If no outcome was seen, and missed, often enough.
    """
    values = {key: one.reshape(-1, BLOCK) for key, one in _of_arms(found).items()}
    there = np.isfinite(next(iter(values.values()))).all(axis=1)
    kept = [key for key, one in values.items() if _varies(one[there])]
    if not kept:
        raise InputError([Problem("--n", "more patients", f"{there.sum() * BLOCK}, too few to learn of any outcome")])
    patients = np.stack([values[key][there] for key in kept], axis=2)
    emulator, left_out = learn(kept, points[there], patients.mean(axis=1), BLOCK)
    outputs, combine = outputs_of(order.protocol, kept)
    groups = [[i for i, own in enumerate(mechanism) if own == name] for name in dict.fromkeys(mechanism)]
    first, total, together = indices_of(emulator, combine, groups, len(knobs) + 1, order.seed)
    ends, middle = bars_of(emulator, combine, len(knobs))
    spread, error = quality(patients @ combine.T, left_out @ combine.T)
    return Sensitivity(
        order, tuple(knobs), mechanism, outputs, first, total, together, spread, error, bars=ends, middle=middle,
        lost=float(1.0 - there.mean()),
        left_out=tuple(f"{key[2]}, {key[1]}" for key in values if key not in kept), screening=screening,
    )  # fmt: skip


def _of_arms(found: Ensemble) -> dict[Key, Array]:
    """Return outcomes of arms; what an ensemble counts of a whole population is not an endpoint."""
    return {key: values for key, values in found.outcomes.items() if key[1]}


def _varies(values: Array) -> bool:
    return bool(min(values.sum(), values.size - values.sum()) >= LEAST)
