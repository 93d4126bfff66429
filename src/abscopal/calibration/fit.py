"""A first coarse fit: CMA-ES on published response and survival, the same virtual patients for every candidate.

Every candidate's patients are lived through every arm of every calibration protocol, with follow-up made complete, so
that shares are plain means. Only `role: calibration` protocols are named in an indication's `calibration`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from abscopal.calibration.knobs import Knob, turn
from abscopal.calibration.targets import Target, fit_targets
from abscopal.clinic.criteria.criterion import Response, criterion_named
from abscopal.clinic.endpoints import progression_free_survival
from abscopal.clinic.records import visits_of
from abscopal.population.virtual_population import VirtualPopulation
from abscopal.protocol.protocol import Protocol
from abscopal.trial.course import Course
from abscopal.trial.simulate import Design, enrol, follow, prepare
from abscopal.trial.subject_level import known
from abscopal.units import DAYS_PER_MONTH

TOLERANCE = 1e-3  # of the integrator, in a fit: error of shares far below sampling error
STEP_DAYS = 15.0  # to either side of a median: half a month
PRIOR_WEIGHT = 4.0  # pull to the literature: (shift over the range)^2 times this
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """Loss of a candidate and what it predicted, by (protocol, arm, quantity)."""

    loss: float
    predicted: dict[tuple[str, str, str], float]


class Problem:
    """A fit: protocols, knobs and targets."""

    def __init__(
        self,
        protocols: Sequence[Protocol],
        knobs: Sequence[Knob],
        patients: int,
        seed: int,
        months: float,
        workers: int,
    ) -> None:
        self.targets = fit_targets(protocols, months)  # first: it refuses any trial that may not be fitted
        complete = {"accrual_months": 0.0, "follow_up_months": months, "dropout_per_year": 0.0}
        self.designs = [prepare(protocol.model_copy(update=complete)) for protocol in protocols]
        self.knobs, self.patients, self.seed, self.workers = list(knobs), patients, seed, workers

    @property
    def start(self) -> Array:
        """The literature's point of the unit cube."""
        return np.array([knob.unit(knob.start) for knob in self.knobs])

    def evaluate(self, point: Array) -> Evaluation:
        """Live every patient through every arm and compare."""
        predicted: dict[tuple[str, str, str], float] = {}
        for design in self.designs:
            turned = replace(design, indication=turn(design.indication, self.knobs, point))
            try:
                population = enrol(turned, self.seed, self.patients, self.workers)
            except ValueError:  # too few plausible patients: nowhere near the answer
                return Evaluation(1e6, {})
            population.batch.tolerance = TOLERANCE
            for number, arm in enumerate(design.protocol.arms):
                wanted = [t for t in self.targets if (t.protocol, t.arm) == (design.protocol.name, arm.name)]
                if wanted:
                    predicted |= predict_arm(turned, population, number, wanted, self.seed, self.workers)
        return Evaluation(self._loss(predicted, point), predicted)

    def _loss(self, predicted: dict[tuple[str, str, str], float], point: Array) -> float:
        misses = [
            (predicted[t.protocol, t.arm, t.quantity] - t.value) ** 2 / (t.error**2 + 0.25 / self.patients)
            for t in self.targets
        ]
        return float(np.sum(misses) + PRIOR_WEIGHT * np.sum((point - self.start) ** 2))


def predict_arm(
    design: Design, population: VirtualPopulation, arm: int, wanted: Sequence[Target], seed: int, workers: int
) -> dict[tuple[str, str, str], float]:
    """Live all patients through one arm and return the quantities wanted."""
    course = follow(design, population, np.full(len(population.number), arm), seed, workers=workers)
    shares = _Shares(design, course)
    return {(t.protocol, t.arm, t.quantity): shares.of(t.quantity) for t in wanted}


class _Shares:
    """Shares of subjects in whom something was seen by a month; follow-up is complete."""

    def __init__(self, design: Design, course: Course) -> None:
        criterion = criterion_named(design.protocol.criteria)
        end = known(course)
        visits = visits_of(len(course.arm), course.scans)
        self.best = criterion.best(visits, confirmed=True).response
        self.death = np.where(np.isnan(end.death_day), np.inf, end.death_day)
        free = progression_free_survival(visits, end)
        self.free = np.where(free.censored, np.inf, free.day)

    def of(self, quantity: str) -> float:
        if quantity == "ORR":
            return float(np.isin(self.best, (Response.CR, Response.PR)).mean())
        if quantity == "CR":
            return float((self.best == Response.CR).mean())
        endpoint, *median, month = quantity.split()
        event = self.death if endpoint == "OS" else self.free
        days = float(month) * DAYS_PER_MONTH
        around = (-STEP_DAYS, STEP_DAYS) if median else (0.0,)
        return float(np.mean([(event > days + shift).mean() for shift in around]))


def fit(
    problem: Problem,
    *,
    generations: int,
    candidates: int,
    record: Path,
    report: Callable[[int, float], None] | None = None,
    spread: float = 0.15,
    seed: int = 1,
) -> Array:
    """Minimise the loss by CMA-ES; the best point so far is kept in `record` (JSON), from which a fit goes on."""
    from cmaes import CMA

    best, best_loss = problem.start, np.inf
    if record.exists():
        kept = json.loads(record.read_text(encoding="utf-8"))
        best = np.array([knob.unit(kept["values"].get(knob.path, knob.start)) for knob in problem.knobs]).clip(0, 1)
    bounds = np.tile([0.0, 1.0], (len(problem.knobs), 1))
    search = CMA(mean=best, sigma=spread, bounds=bounds, population_size=candidates, seed=seed)
    for generation in range(generations):
        tried = []
        for _ in range(candidates):
            point = search.ask()
            evaluation = problem.evaluate(point)
            tried.append((point, evaluation.loss))
            if evaluation.predicted and evaluation.loss < best_loss:
                best, best_loss = point, evaluation.loss
                _keep(record, problem, best, evaluation)
        search.tell(tried)
        if report is not None:
            report(generation + 1, best_loss)
    return best


def _keep(record: Path, problem: Problem, point: Array, evaluation: Evaluation) -> None:
    values = {knob.path: knob.value(float(u)) for knob, u in zip(problem.knobs, point, strict=True)}
    rows = [
        {**vars(t), "predicted": round(evaluation.predicted[t.protocol, t.arm, t.quantity], 4)} for t in problem.targets
    ]
    draft = record.with_suffix(".tmp")
    draft.write_text(
        json.dumps({"loss": evaluation.loss, "values": values, "targets": rows}, indent=1), encoding="utf-8"
    )
    draft.replace(record)
