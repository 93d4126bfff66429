"""Getting shards computed: handed out, tried again when one fails, given up after the third time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol as Interface

from abscopal.errors import InputError
from abscopal.runs.files import is_full
from abscopal.runs.shard import Record, Task, run_shard

MOST_TRIES = 3
Tell = Callable[[float], None]
"""Called with the number of subjects done since the start; a shard on its way counts by its days."""


@dataclass(frozen=True)
class Fault:
    """A try at a shard that came to nothing, and why."""

    reason: str


class Runner(Interface):
    """Whatever computes shards: this process, others, a cluster."""

    def free(self) -> bool:
        """Whether it takes another task."""
        ...

    def submit(self, task: Task) -> None:
        """Take a task."""
        ...

    def wait(self, tell: Tell) -> tuple[Task, Record | Fault]:
        """Return a task that ended and how."""
        ...

    def close(self) -> None:
        """Stop at once; what is not in place by now will not be."""
        ...


def execute(
    tasks: Iterable[Task],
    runner: Runner,
    done: Callable[[Record], None],
    given_up: Callable[[Task, str], None],
    tell: Tell,
) -> None:
    """Compute shards, in whatever order they end.

    Parameters
    ----------
    tasks
        Shards to compute.
    runner
        Who computes them; it is closed in any case.
    done, given_up
        Called with each shard written, and with each that failed `MOST_TRIES` times.
    tell
        Told of progress.
    """
    waiting, under_way = deque(tasks), 0
    try:
        while waiting or under_way:
            while waiting and runner.free():
                runner.submit(waiting.popleft())
                under_way += 1
            task, outcome = runner.wait(tell)
            under_way -= 1
            if isinstance(outcome, Record):
                done(outcome)
            elif task.tries < MOST_TRIES:
                waiting.append(replace(task, tries=task.tries + 1))
            else:
                given_up(task, outcome.reason)
    finally:
        runner.close()


def attempt(
    task: Task, progress: Callable[[float], None] | None = None, allowed: Callable[[], bool] | None = None
) -> Record | Fault:
    """Compute a shard; what goes wrong with this shard alone is a fault, what would go wrong with any is raised.

    Raises
    ------
    InputError
        If this process cannot compute shards of this run.
    OSError
        If the disk is full.
    """
    try:
        return run_shard(task, progress, allowed)
    except InputError:
        raise
    except Exception as error:
        if is_full(error) or os.environ.get("ABSCOPAL_DEBUG"):
            raise
        return Fault(f"{type(error).__name__}: {error}")


class InProcess:
    """Computes shards one after the other in this process."""

    def __init__(self) -> None:
        self.tasks: deque[Task] = deque()

    def free(self) -> bool:
        """Whether nothing waits."""
        return not self.tasks

    def submit(self, task: Task) -> None:
        """Take a task."""
        self.tasks.append(task)

    def wait(self, tell: Tell) -> tuple[Task, Record | Fault]:
        """Compute the shard."""
        task = self.tasks.popleft()
        return task, attempt(task, lambda share: tell(share * task.size))

    def close(self) -> None:
        """Nothing to stop."""
