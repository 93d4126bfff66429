"""A batch of virtual patients: their states, parameters and clocks, advanced together from visit to visit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.engine.kernel import Kernel
from abscopal.engine.stepper import STRUCK

Array = NDArray[np.float64]
Index = NDArray[np.int64]
FIRST_STEP = 0.1  # day; the step size controller takes it from there
MOST_STEPS = 10_000  # of one patient in one call at a tolerance of 1e-4; a trial of two years takes some 200 in all


@dataclass
class Batch:
    """States of n patients with up to L lesions.

    Parameters
    ----------
    kernel
        The compiled model.
    y
        State [n, size], laid out by `kernel.layout`.
    p, q
        Patient parameters [n, ...] and lesion parameters [n, L, ...].
    lesions
        Lesion slots in use [n].
    time
        Day of each patient [n].
    threshold
        Cumulative hazard at which each event strikes next [n, hazards].
    tolerance
        Relative tolerance of the integrator.
    """

    kernel: Kernel
    y: Array
    p: Array
    q: Array
    lesions: Index
    time: Array
    threshold: Array
    tolerance: float = 1e-4

    def __post_init__(self) -> None:
        n = len(self.y)
        self.step = np.full(n, FIRST_STEP)
        self.status = np.zeros(n, dtype=np.int64)
        self.event = np.full(n, -1, dtype=np.int64)
        self.steps = np.zeros(n, dtype=np.int64)  # all that were tried
        self.opening = np.full(n, FIRST_STEP)  # the step that did after the last dose
        self.dosed = np.zeros(n, dtype=np.int64)
        self.seconds = 0.0  # of wall time spent in `advance`
        self._small = self.kernel.small(self.slots)
        self._floor = self.kernel.floor(self.slots)

    @property
    def slots(self) -> int:
        """Lesion slots per patient."""
        return int(self.q.shape[1])

    def column(self, name: str) -> Array:
        """View of one patient species over all patients [n]."""
        return self.y[:, self.kernel.layout.index(name)]

    def lesion_column(self, name: str) -> Array:
        """View of one lesion species [n, L]."""
        layout = self.kernel.layout
        return self.y[:, layout.index(name) :: layout.block][:, : self.slots]

    def parameter(self, name: str) -> Array:
        """View of one patient parameter [n]."""
        return self.p[:, self.kernel.layout.patient_parameters.index(name)]

    def lesion_parameter(self, name: str) -> Array:
        """View of one lesion parameter [n, L]."""
        return self.q[:, :, self.kernel.layout.lesion_parameters.index(name)]

    def advance(self, which: Index, until: Array, workers: int = 1) -> None:
        """Advance the patients listed until their day, or until something strikes or fails (see `status`).

        The result of a patient depends on nothing but that patient, so it is the same for any `workers`.
        """
        if not len(which):
            return
        end = np.asarray(self.time, dtype=float).copy()
        end[which] = until
        ordered, begun = which[np.argsort(-self.lesions[which], kind="stable")], perf_counter()
        if workers <= 1 or self.kernel.backend == "cuda":  # a GPU has threads of its own
            self._advance(ordered, end)
        else:
            with ThreadPoolExecutor(workers) as pool:
                for done in [pool.submit(self._advance, ordered[part::workers], end) for part in range(workers)]:
                    done.result()
        self.seconds += perf_counter() - begun

    def _advance(self, which: Index, end: Array) -> None:
        layout, most = self.kernel.layout, int(MOST_STEPS * (1e-4 / self.tolerance) ** 0.2)
        self.kernel.module.advance(
            self._patients(end), which, layout.head, layout.block, self.tolerance, self._small, self._floor, most
        )

    def _patients(self, end: Array) -> Any:
        return self.kernel.module.Patients(
            self.y, self.p, self.q, self.lesions, self.time, end, self.step, self.opening, self.dosed,
            self.threshold, self.status, self.event, self.steps,
        )  # fmt: skip

    def dose(self, which: Index, species: str, amount: Array) -> None:
        """Add an amount (of the species' unit) to a patient species at this moment."""
        self.y[which, self.kernel.layout.index(species)] += amount
        self.disturb(which)

    def disturb(self, which: Index) -> None:
        """Start again with short steps, as after any change from outside."""
        self.step[which] = np.minimum(self.step[which], self.opening[which])
        self.dosed[which] = 1

    def struck(self, which: Index) -> Index:
        """Those of the patients listed whom an event struck."""
        return np.asarray(which[self.status[which] == STRUCK])

    def observe(self, which: Index, *names: str) -> list[Array]:
        """Lesion-scope definitions at this moment, each [len(which), L]."""
        layout, known = self.kernel.layout, self.kernel.lesion_definitions
        columns = np.array([known.index(name) for name in names])
        out = np.zeros((len(which), self.slots, len(names)))
        self.kernel.module.look(self._patients(self.time), which, layout.head, layout.block, columns, out)
        return [np.ascontiguousarray(out[:, :, number]) for number in range(len(names))]

    def scale_lesions(self, factor: Array) -> None:
        """Multiply every state of each lesion by a factor [n, L]: the same tissue, more or less of it."""
        layout = self.kernel.layout
        for name in layout.lesion_species:
            self.lesion_column(name)[...] *= factor

    def take(self, which: Index) -> Batch:
        """Copy of the patients listed, in that order."""
        parts: dict[str, Any] = {
            name: getattr(self, name)[which].copy() for name in ("y", "p", "q", "lesions", "time", "threshold")
        }
        batch = Batch(self.kernel, tolerance=self.tolerance, **parts)
        for name in ("step", "status", "event", "steps", "opening", "dosed"):
            setattr(batch, name, getattr(self, name)[which].copy())
        return batch
