"""Every tool on the same patients in one run: time, error, memory, failures, and ratios of time at no worse error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.bench import accuracy
from abscopal.bench.accuracy import Error
from abscopal.bench.ensemble import Ensemble
from abscopal.bench.peers.peer import PEERS
from abscopal.bench.worker import Job, ToolError, Turn, Worker

Array = NDArray[np.float64]
Tell = Callable[[str], None]

DEFAULT, PEERS_TOLERANCE, REFERENCE = 1e-4, 1e-6, 1e-12
LADDER = (1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7, 3e-8, 1e-8, 3e-9, 1e-9, 3e-10, 1e-10)
NAN = float("nan")


@dataclass(frozen=True)
class Measured:
    """One job's figures.

    Parameters
    ----------
    job
        What was run.
    ms
        Milliseconds of CPU per patient, by repeat.
    error, failures
        Against the reference, and patients it had no answer for.
    setup_s
        Seconds to compile and load, which `ms` leaves out.
    memory_mb, memory_added_mb
        Peak resident memory of its process, and what the tool and the task added to a bare one.
    steps
        Steps tried per patient, where known.
    problem
        Why there are no figures.
    """

    job: Job
    ms: tuple[float, ...] = ()
    error: Error | None = None
    failures: int = 0
    setup_s: float = NAN
    memory_mb: float = NAN
    memory_added_mb: float = NAN
    steps: NDArray[np.int64] | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    problem: str = ""

    @property
    def best(self) -> float:
        """Least milliseconds of CPU per patient; not a number without a result."""
        return min(self.ms, default=NAN)

    @property
    def middle(self) -> float:
        """Median of the repeats."""
        return median(self.ms) if self.ms else NAN


@dataclass(frozen=True)
class Ratio:
    """How many times the CPU of ours a peer needs (least of repeats each); not a number where there is no such ratio.

    Parameters
    ----------
    matched_error
        To ours at the loosest tolerance at which no figure of our error, nor our failures, exceeds the peer's.
    tolerance
        That tolerance; None if there was none.
    same_tolerance, default
        To ours at the peer's own tolerance, and at our default, whatever the errors.
    """

    matched_error: float
    tolerance: float | None
    same_tolerance: float
    default: float


def ratio(ours: Sequence[Measured], peer: Measured) -> Ratio:
    """Compare a peer with ours, measured at several tolerances on the same patients."""
    on_same = [m for m in ours if m.job.common == peer.job.common]
    fair = max(filter(lambda m: _no_worse(m, peer), on_same), key=lambda m: m.job.tolerance, default=None)
    same = next((m.best for m in on_same if m.job.tolerance == peer.job.tolerance), NAN)
    default = next((m.best for m in on_same if m.job.tolerance == DEFAULT), NAN)
    return Ratio(
        peer.best / fair.best if fair else NAN, fair.job.tolerance if fair else None, peer.best / same,
        peer.best / default,
    )  # fmt: skip


def _no_worse(ours: Measured, peer: Measured) -> bool:
    if ours.error is None or peer.error is None:
        return False
    return ours.error.no_worse_than(peer.error) and ours.failures <= peer.failures


def jobs_of(peers: Sequence[str], tolerance: float = PEERS_TOLERANCE) -> list[Job]:
    """List what is to be run: ours at every tolerance, then each peer, as its users run it and matched."""
    theirs = []
    for name in peers:
        peer = PEERS[name]
        theirs.append(Job(name, tolerance, common=peer.common))
        if peer.matched:
            theirs.append(Job(name, tolerance, matched=True, common=peer.common))
    ladder = sorted({*LADDER, tolerance, DEFAULT}, reverse=True)
    return [
        Job("", t, common=common) for common in sorted({False, *(j.common for j in theirs)}) for t in ladder
    ] + theirs


class _Running:
    """Workers by tool; what each job came to."""

    def __init__(self, ensemble: Ensemble, tell: Tell) -> None:
        self.ensemble, self.tell = ensemble, tell
        self.workers: dict[tuple[str, bool], Worker] = {}
        self.turns: dict[Job, list[Turn]] = {}
        self.problems: dict[Job, str] = {}

    def worker(self, job: Job) -> Worker:
        """Return the worker of a job's tool, started if it is not there."""
        key = (job.peer, job.matched)
        if key not in self.workers:
            self.tell(f"loading {title(job)}")
            self.workers[key] = Worker(job, self.ensemble)
        return self.workers[key]

    def turn(self, job: Job) -> None:
        if job in self.problems:
            return
        try:
            self.turns.setdefault(job, []).append(self.worker(job).turn(job))
        except ToolError as problem:
            self.problems[job] = str(problem)

    def close(self) -> None:
        for worker in self.workers.values():
            worker.close()


def measure(ensemble: Ensemble, jobs: Sequence[Job], repeats: int, tell: Tell) -> list[Measured]:
    """Run every job so many times, by turns, each tool in a process of its own.

    Raises
    ------
    ToolError
        If our own engine cannot compute the reference.
    """
    running = _Running(ensemble, tell)
    try:
        tell(f"reference: ours at {REFERENCE:g}")
        reference = running.worker(Job("", REFERENCE)).turn(Job("", REFERENCE)).states
        for repeat in range(repeats):
            for job in jobs:
                tell(f"{repeat + 1} of {repeats}: {title(job)}")
                running.turn(job)
        return [_figures(job, running, reference) for job in jobs]
    finally:
        running.close()


def title(job: Job) -> str:
    """Name a job for a reader."""
    name = PEERS[job.peer].title if job.peer else "Abscopal"
    return f"{name}{', closed-form PK' if job.matched else ''} at {job.tolerance:g}"


def _figures(job: Job, running: _Running, reference: Array) -> Measured:
    turns, worker = running.turns.get(job, []), running.workers.get((job.peer, job.matched))
    if job in running.problems or not turns or worker is None:
        return Measured(job, problem=running.problems.get(job, "it was never run"))
    task, last = job.task(running.ensemble), turns[-1]
    if job.common:
        lesions = running.ensemble.lesions
        reference = reference[lesions == np.bincount(lesions).argmax()]
    error, failures = accuracy.error(task, last.states, reference)
    ms = tuple(1000.0 * turn.cpu / task.count for turn in turns)
    added = last.memory_mb - worker.memory_before_mb
    return Measured(
        job, ms, error, failures, worker.setup_seconds, last.memory_mb, added, last.steps, last.notes
    )  # fmt: skip


def check_reference(ensemble: Ensemble, tell: Tell, count: int) -> dict[str, Error | str]:
    """Compare the reference with solvers that share nothing with the engine, on the first few patients."""
    from abscopal.bench import ours
    from abscopal.bench.peers.peer import Tool
    from abscopal.bench.peers.scipy import ScipyTool

    few = ensemble.take(np.arange(min(count, ensemble.count)))
    reference = ours.solve(few, REFERENCE).states
    others: dict[str, Callable[[], Tool]] = {"SciPy DOP853 at 1e-12": lambda: ScipyTool(few, 1e-12, False, "DOP853")}
    if not PEERS["libroadrunner"].missing():
        others["libRoadRunner at 1e-10"] = lambda: PEERS["libroadrunner"].build(few, 1e-10, False)
    found: dict[str, Error | str] = {}
    for name, make in others.items():
        tell(f"checking the reference: {name}")
        tool = make()
        tool.warm_up()
        error, failures = accuracy.error(few, tool.solve(), reference)
        found[name] = error if error is not None and not failures else f"failed for {failures} of {few.count}"
    return found
