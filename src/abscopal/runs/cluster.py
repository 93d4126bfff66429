"""Shards computed by a Dask cluster: the same tasks as local workers get, and the same files.

The run folder must lie on a file system that every worker sees under the same path; only tasks and records travel.
"""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abscopal.errors import InputError, Problem
from abscopal.runs.execute import Fault, Tell, attempt
from abscopal.runs.files import is_full
from abscopal.runs.plan import Plan, versions
from abscopal.runs.shard import Record, Task

if TYPE_CHECKING:
    from distributed import Client, Future

_SECONDS_TO_CONNECT, _SECONDS_FOR_A_WORKER = 20, 300
_WAITING_PER_THREAD = 2  # tasks at the cluster for each of its threads: enough that none idles


class Cluster:
    """Computes shards through the Dask scheduler at an address such as `tcp://host:8786`."""

    def __init__(self, address: str, plan: Plan, folder: Path) -> None:
        self.client = _connect(address)
        self.tasks: dict[Future, Task] = {}
        self.ended: deque[Future] = deque()
        try:
            self._check(plan, folder.resolve())
        except BaseException:
            self.close()
            raise

    def _check(self, plan: Plan, folder: Path) -> None:
        """Raise `InputError` unless every worker sees the folder and has the software that planned the run."""
        try:
            self.client.wait_for_workers(1, timeout=_SECONDS_FOR_A_WORKER)
        except TimeoutError:
            raise InputError([Problem("--cluster", "a cluster with a worker", "one without any")]) from None
        problems = []
        for worker, (there, sees) in self.client.run(_inspect, str(folder / "run.json")).items():
            if unlike := [f"{k} {there.get(k)} for {v}" for k, v in plan.versions.items() if there.get(k) != v]:
                problems.append(
                    Problem("--cluster", "workers with the software of this process", "; ".join(unlike), file=worker)
                )
            if not sees:
                problems.append(
                    Problem("--out", "a folder that every worker sees", f"'{folder}', which it does not", file=worker)
                )
        if problems:
            raise InputError(problems)

    def free(self) -> bool:
        """Whether the cluster has few tasks waiting."""
        threads = sum(self.client.nthreads().values())
        return len(self.tasks) < _WAITING_PER_THREAD * max(1, int(threads))

    def submit(self, task: Task) -> None:
        """Send a task."""
        self.tasks[self.client.submit(attempt, task, pure=False)] = task

    def wait(self, tell: Tell) -> tuple[Task, Record | Fault]:
        """Return the next task that ended."""
        from distributed import wait

        if not self.ended:
            with self.client.as_current():
                self.ended.extend(wait(list(self.tasks), return_when="FIRST_COMPLETED").done)
        future = self.ended.popleft()
        task, error = self.tasks.pop(future), future.exception()
        if error is None:
            found: Record | Fault = future.result()
            return task, found
        if isinstance(error, InputError) or is_full(error):
            raise error
        return task, Fault(f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Take back what has not ended, and leave the cluster as it was."""
        self.client.cancel(list(self.tasks), force=True)
        self.client.close()


def _connect(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        how = "Dask, which `pip install 'abscopal[cluster]'` installs"
        raise InputError([Problem("--cluster", how, "a Python without it")]) from None
    try:
        return Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        where = "the address of a running Dask scheduler, such as tcp://host:8786"
        raise InputError([Problem("--cluster", where, f"'{address}' ({error})")]) from None


def _inspect(path: str) -> tuple[dict[str, Any], bool]:
    """Run on each worker: its versions, and whether it sees the plan of the run."""
    return versions(), os.path.exists(path)
