"""Many small groups of virtual patients, each with values of its own for what is to be fitted, lived through trials.

Nobody is lived through twice for the same point: what one candidate would need thousands of patients for, an emulator
learns from all of them together. All patients of a trial go through all of its arms, so contrasts are of the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from abscopal.calibration.knobs import Knob
from abscopal.calibration.outcomes import Outcomes, months_of
from abscopal.indications.posterior import turned
from abscopal.population.pools import Pool
from abscopal.population.virtual_population import VirtualPopulation, join
from abscopal.protocol.protocol import Protocol
from abscopal.trial.simulate import Design, enrol, follow, prepare

TOLERANCE = 1e-3  # of the integrator: error of shares far below sampling error
BLOCK = 40  # patients with the same values
BLOCKS_AT_ONCE = 20
PLAUSIBLE = "plausible"  # of every protocol: share of candidates who could be patients
TOO_FEW = 0.15  # plausible where a block could not be filled: between none and the quarter that fills it
Array = NDArray[np.float64]
Key = tuple[str, str, str]
"""Protocol, arm and quantity."""
Wanted = tuple[Protocol, tuple[tuple[str, str], ...]]
"""A protocol and the (arm, quantity) pairs to be counted."""


@dataclass(frozen=True)
class Ensemble:
    """Outcomes of patients at many points.

    Parameters
    ----------
    paths
        Knobs.
    points
        Of each patient, in the unit cube [patients, knobs].
    outcomes
        By protocol, arm and quantity: the patient's value [patients]; NaN where no patient could be drawn, or the
        quantity is not defined for this one.
    """

    paths: tuple[str, ...]
    points: Array
    outcomes: dict[Key, Array]

    def __add__(self, other: Ensemble) -> Ensemble:
        """Return both together."""
        return Ensemble(
            self.paths,
            np.concatenate([self.points, other.points]),
            {key: np.concatenate([values, other.outcomes[key]]) for key, values in self.outcomes.items()},
        )


@dataclass(frozen=True)
class Task:
    """Some blocks of one protocol.

    Parameters
    ----------
    wanted
        The protocol, and what is counted in it.
    knobs, points
        What is turned, and where to: a point for each block [blocks, knobs].
    first
        Number of the first block: patients' random numbers follow from it, the protocol and the seed.
    block
        Patients of a block.
    seed
        Of the ensemble.
    file
        Where the outcomes go.
    same
        Whether every block holds the same patients.
    """

    wanted: Wanted
    knobs: tuple[Knob, ...]
    points: Array
    first: int
    block: int
    seed: int
    file: Path
    same: bool = False


def simulate(
    wanted: Sequence[Wanted],
    knobs: Sequence[Knob],
    points: Array,
    seed: int,
    folder: Path,
    *,
    block: int = BLOCK,
    first: int = 0,
    workers: int = 1,
    same: bool = False,
    progress: Callable[[float], None] = lambda share: None,
) -> Ensemble:
    """Live a block of patients of each protocol at each point [blocks, knobs]; what is done lies in `folder`.

    The result does not depend on `workers`, or on whether it was interrupted. `first` is the number of the first block:
    ensembles of one seed that do not overlap share no patients. With `same`, all blocks hold the same ones: what then
    differs between two points is what the points do, for a screening that compares few patients.
    """
    folder.mkdir(parents=True, exist_ok=True)
    starts = range(0, len(points), BLOCKS_AT_ONCE)
    tasks = [
        Task(one, tuple(knobs), points[i : i + BLOCKS_AT_ONCE], first + i, block, seed,
             folder / f"{one[0].name}-{first + i:05d}.npz", same)
        for i in starts for one in wanted
    ]  # fmt: skip
    _live_all([task for task in tasks if not task.file.exists()], len(tasks), workers, progress)
    outcomes: dict[Key, list[Array]] = {}
    for task in tasks:
        with np.load(task.file) as found:
            for (arm, quantity), values in zip(task.wanted[1], found["outcomes"], strict=True):
                outcomes.setdefault((task.wanted[0].name, arm, quantity), []).append(values)
            outcomes.setdefault((task.wanted[0].name, "", PLAUSIBLE), []).append(np.repeat(found["plausible"], block))
    everyone = np.repeat(points, block, axis=0)
    return Ensemble(
        tuple(knob.path for knob in knobs), everyone, {key: np.concatenate(v) for key, v in outcomes.items()}
    )


def _live_all(tasks: Sequence[Task], total: int, workers: int, progress: Callable[[float], None]) -> None:
    done = total - len(tasks)
    progress(done / total)
    if workers <= 1:
        for number, task in enumerate(tasks, start=done + 1):
            live(task)
            progress(number / total)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for number, ready in enumerate(as_completed([pool.submit(live, task) for task in tasks]), start=done + 1):
            ready.result()
            progress(number / total)


def live(task: Task) -> None:
    """Draw the patients of some blocks, live them through every arm and write what happened to each."""
    protocol, quantities = task.wanted
    design = prepare(_complete(protocol, quantities))
    blocks = [_block(design, task, number) for number in range(len(task.points))]
    drawn = [one for one in blocks if one is not None]
    values = np.full((len(quantities), len(blocks), task.block), np.nan)
    if drawn:
        there = np.array([one is not None for one in blocks])
        values[:, there] = _lived(design, join(drawn), quantities, task.seed).reshape(len(quantities), -1, task.block)
    draft = task.file.with_suffix(".tmp")
    with draft.open("wb") as stream:
        plausible = [TOO_FEW if one is None else _plausible(one) for one in blocks]
        np.savez(stream, outcomes=values.reshape(len(quantities), -1), plausible=plausible)
    draft.replace(task.file)


def _plausible(population: VirtualPopulation) -> float:
    """Share of those grown who could be patients: with disease to be measured, which progresses untreated."""
    grown = {name: count for name, count in population.classes.items() if name != "screened out"}
    return (grown["enrolled"] + grown["not selected"]) / sum(grown.values())


def _complete(protocol: Protocol, quantities: Sequence[tuple[str, str]]) -> Protocol:
    """Return the protocol with complete follow-up, as long as what is counted needs."""
    months = max([month for _, quantity in quantities if (month := months_of(quantity))], default=12.0)
    complete = {"accrual_months": 0.0, "follow_up_months": months + 1.0, "dropout_per_year": 0.0,
                "withdrawal_per_year": 0.0}  # fmt: skip
    return protocol.model_copy(update=complete)


def _block(design: Design, task: Task, number: int) -> VirtualPopulation | None:
    """Draw one block, or None where too few patients would be plausible: such a point is nowhere near the answer."""
    values = {knob.path: knob.value(float(unit)) for knob, unit in zip(task.knobs, task.points[number], strict=True)}
    here = replace(design, indication=turned(design.indication, values, "a point of a calibration"))
    place = 0 if task.same else task.first + number
    pool = Pool(place * task.block, (place + 1) * task.block, 2**31)  # of a trial larger than any ensemble
    try:
        return enrol(here, task.seed, which=[pool])
    except ValueError:
        return None


def _lived(design: Design, population: VirtualPopulation, quantities: Sequence[tuple[str, str]], seed: int) -> Array:
    """Live all patients through the arms that something is counted in; outcomes [quantities, patients]."""
    names = [arm.name for arm in design.protocol.arms]
    arms = sorted({names.index(arm) for arm, _ in quantities})
    n = len(population.number)
    everywhere = population.take(np.tile(np.arange(n), len(arms)))
    everywhere.batch.tolerance = TOLERANCE
    outcomes = Outcomes(design, follow(design, everywhere, np.repeat(arms, n), seed), everywhere.baseline)
    of_arm = {names[arm]: slice(place * n, (place + 1) * n) for place, arm in enumerate(arms)}
    return np.array([outcomes.of(quantity)[of_arm[arm]] for arm, quantity in quantities])
