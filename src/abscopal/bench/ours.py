"""The engine on the task, through its public face: advance to the day, look, dose, as a trial does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.bench.ensemble import Ensemble
from abscopal.engine.batch import Batch
from abscopal.engine.kernel import compile_model

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """States on the days of the task [n, day, size], and the steps tried per patient [n] (None if not counted)."""

    states: Array
    steps: NDArray[np.int64] | None


def fresh_batch(ensemble: Ensemble, tolerance: float) -> Batch:
    """Return the patients on day 0, whom no event will strike."""
    kernel = compile_model(ensemble.model)
    never = np.full((ensemble.count, len(kernel.layout.hazards)), np.inf)
    parts = (ensemble.y.copy(), ensemble.p, ensemble.q, ensemble.lesions.copy())
    return Batch(kernel, *parts, np.zeros(ensemble.count), never, tolerance)


def solve(ensemble: Ensemble, tolerance: float, workers: int = 1, keep: bool = True) -> Answer:
    """Bring every patient through every interval.

    Parameters
    ----------
    tolerance
        Relative tolerance.
    workers
        Threads.
    keep
        False: do not keep the states (for ensembles whose states would not fit into memory); the answer has none.
    """
    batch = fresh_batch(ensemble, tolerance)
    layout = batch.kernel.layout
    drugs = [layout.patient_species[index] for index in ensemble.dosed]
    states = ensemble.empty_states() if keep else np.empty((ensemble.count, 0, 0))
    for day in np.unique(ensemble.end[ensemble.end > 0.0]):
        who, interval = np.nonzero((ensemble.end == day) & (ensemble.end > 0.0))
        for drug, species in enumerate(drugs):
            amount = ensemble.dose[who, interval, drug]
            if (given := amount > 0.0).any():
                batch.dose(who[given], species, amount[given])
        batch.advance(who, np.full(len(who), day), workers)
        if keep:
            _look(ensemble, batch, who, ensemble.save[who, interval], states)
    steps = getattr(batch, "steps", None)
    return Answer(states, None if steps is None else np.asarray(steps).copy())


def _look(ensemble: Ensemble, batch: Batch, who: NDArray[np.int64], save: NDArray[np.int64], states: Array) -> None:
    """Note the states of those looked at today; those who failed keep not a number."""
    seen = (save >= 0) & (batch.status[who] == 0)
    states[who[seen], save[seen]] = batch.y[who[seen]]
