"""Ours alone: how it grows with the number of patients, and how much of its time is not spent in compiled code."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher

from abscopal.bench import ours
from abscopal.bench.ensemble import Ensemble
from abscopal.bench.worker import peak_memory_mb
from abscopal.engine.kernel import compile_model

Tell = Callable[[str], None]
SIZES = (100, 1_000, 10_000)


class Stopwatch:
    """Seconds of wall time inside whatever it watches, outermost calls only."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._inside = False

    def watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same function, timed."""

        def timed(*arguments: Any, **options: Any) -> Any:
            if self._inside:
                return function(*arguments, **options)
            self._inside, begun = True, time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds += time.perf_counter() - begun
                self._inside = False

        return timed


@contextmanager
def watching(owner: Any, names: list[str]) -> Iterator[Stopwatch]:
    """Time the calls of some attributes of a module or class, for one thread, until the end of the block."""
    watch = Stopwatch()
    originals = {name: getattr(owner, name) for name in names}
    try:
        for name, function in originals.items():
            setattr(owner, name, watch.watched(function))
        yield watch
    finally:
        for name, function in originals.items():
            setattr(owner, name, function)


def compiled_functions(module: ModuleType) -> list[str]:
    """Names of the functions of a module that Numba compiled."""
    return [name for name, value in vars(module).items() if isinstance(value, Dispatcher)]


def share_outside(ensemble: Ensemble, tolerance: float) -> float:
    """Share of the wall time of a solve that is not spent in compiled code."""
    steps = compile_model(ensemble.model).module.steps
    with watching(steps, compiled_functions(steps)) as kernel:
        begun = time.perf_counter()
        ours.solve(ensemble, tolerance)
        whole = time.perf_counter() - begun
    return 1.0 - kernel.seconds / whole


def scaling(
    ensemble: Ensemble, sizes: Sequence[int], tolerance: float, workers: int, tell: Tell
) -> list[dict[str, Any]]:
    """Solve ever more patients: those of the ensemble, repeated as often as it takes.

    Returns
    -------
    rows
        `patients`, `workers` (threads), `seconds` (wall), `patients_per_second`, `ms` (CPU per patient),
        `peak_memory_mb` (of this process so far).
    """
    rows = []
    ours.solve(ensemble.take(np.arange(1)), tolerance, keep=False)  # loads what is compiled
    for size in sizes:
        tell(f"ours alone, {size:,} patients")
        many = ensemble.take(np.arange(size) % ensemble.count)
        begun, cpu = time.perf_counter(), time.process_time()
        ours.solve(many, tolerance, workers, keep=False)
        seconds, spent = time.perf_counter() - begun, time.process_time() - cpu
        rows.append({
            "patients": size, "workers": workers, "seconds": seconds, "patients_per_second": size / seconds,
            "ms": 1000.0 * spent / size, "peak_memory_mb": peak_memory_mb(),
        })  # fmt: skip
    return rows
