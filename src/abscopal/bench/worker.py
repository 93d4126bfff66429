"""One tool in a process of its own: nothing of another tool in its memory, and its crash is its own.

The process stays, so that tools can take turns: a machine that others use drifts, and drift must not favour anybody.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.bench.ensemble import Ensemble

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Job:
    """One way to solve the task.

    Parameters
    ----------
    peer
        Name of the peer; empty for ours.
    tolerance
        Relative tolerance.
    matched
        The peer gets the closed form of a drug's amount.
    common
        On the patients with the most common number of lesions only.
    """

    peer: str
    tolerance: float
    matched: bool = False
    common: bool = False

    def task(self, ensemble: Ensemble) -> Ensemble:
        """Its patients."""
        return most_common(ensemble) if self.common else ensemble


def most_common(ensemble: Ensemble) -> Ensemble:
    """Return the task with those patients only who have the most common number of lesions."""
    return ensemble.take(np.flatnonzero(ensemble.lesions == np.bincount(ensemble.lesions).argmax()))


@dataclass
class Turn:
    """What came of solving the task once.

    Parameters
    ----------
    cpu
        Seconds of process CPU time.
    states
        The answer [n, day, size].
    steps
        Steps tried per patient, where the tool says so.
    memory_mb
        Peak resident memory of the process so far.
    notes
        What a reader should know of how it was run.
    copies
        How often the patients were solved side by side; `cpu` is that of one copy.
    """

    cpu: float
    states: Array
    steps: NDArray[np.int64] | None = None
    memory_mb: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)
    copies: int = 1


CROWD = 2_000  # patients that ours solves side by side; a shard of a trial has up to 5,000


class ToolError(Exception):
    """A tool raised, or its process died: the message says which."""


def peak_memory_mb() -> float:
    """Peak resident memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # the high-water mark of getrusage survives exec and would count the parent's
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024.0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


class Worker:
    """A process with one tool loaded, which solves the task each time it is asked.

    Raises
    ------
    ToolError
        If the tool cannot be set up.
    """

    def __init__(self, job: Job, ensemble: Ensemble) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, job, ensemble), daemon=True)
        self._process.start()
        theirs.close()
        self.setup_seconds, self.memory_before_mb = self._receive()

    def turn(self, job: Job) -> Turn:
        """Solve the task once; ours at any tolerance, a peer as it was set up.

        Raises
        ------
        ToolError
            If the tool raises or dies.
        """
        self._pipe.send(job)
        turn = self._receive()
        assert isinstance(turn, Turn)
        return turn

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.join(timeout=10.0)
        if self._process.is_alive():
            self._process.kill()

    def _receive(self) -> Any:
        try:
            answer = self._pipe.recv()
        except EOFError:
            self._process.join()
            raise ToolError(f"its process died (exit {self._process.exitcode})") from None
        if isinstance(answer, ToolError):
            raise answer
        return answer


def _serve(pipe: Connection, job: Job, ensemble: Ensemble) -> None:
    """Set the tool up, then solve as often as asked."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    before, begun = peak_memory_mb(), time.perf_counter()
    try:
        solve = _ready(job, ensemble)
        pipe.send((time.perf_counter() - begun, before))
        while True:
            asked = pipe.recv()
            begun = time.process_time()
            turn = solve(asked)
            spent = time.process_time() - begun
            pipe.send(replace(turn, cpu=spent / turn.copies, memory_mb=peak_memory_mb()))
    except EOFError:
        return
    except Exception as problem:  # whatever a foreign tool raises is its result, not a reason for ours to end
        pipe.send(ToolError(f"{type(problem).__name__}: {problem}"[:500]))


def _ready(job: Job, ensemble: Ensemble) -> Callable[[Job], Turn]:
    """Compile and load; return what solves the task."""
    if not job.peer:
        return _ready_ours(ensemble)
    from abscopal.bench.peers.peer import PEERS

    tool = PEERS[job.peer].build(job.task(ensemble), job.tolerance, job.matched)
    tool.warm_up()
    return lambda _: Turn(0.0, tool.solve(), notes=tool.notes())


def _ready_ours(ensemble: Ensemble) -> Callable[[Job], Turn]:
    from abscopal.bench import ours

    tasks = {common: Job("", 1.0, common=common).task(ensemble) for common in (False, True)}
    crowds = {common: task.take(np.arange(_copies(task) * task.count) % task.count) for common, task in tasks.items()}
    ours.solve(ensemble.take(np.arange(1)), 1e-4)

    def solve(job: Job) -> Turn:
        answer, count = ours.solve(crowds[job.common], job.tolerance), tasks[job.common].count
        steps = None if answer.steps is None else answer.steps[:count]
        return Turn(0.0, answer.states[:count], steps, copies=_copies(tasks[job.common]))

    return solve


def _copies(task: Ensemble) -> int:
    """How often patients are repeated, so that lanes are as full as in a trial; it changes no bit of an answer."""
    return -(-CROWD // task.count)
