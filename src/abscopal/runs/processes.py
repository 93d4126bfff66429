"""Processes side by side: so many at a time, none of which outlives whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from abscopal.errors import InputError

PAUSE = 0.2  # seconds between two looks at the processes
T = TypeVar("T")
Process = subprocess.Popen[bytes]


@contextmanager
def as_a_process() -> Iterator[None]:
    """End this process with code 3 when asked to terminate, and with the problems of wrong input."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(3)
    except InputError as error:
        sys.exit("\n".join(str(problem) for problem in error.problems))


def in_processes(
    commands: Sequence[tuple[T, list[str]]], number: int, looked: Callable[[], None] = lambda: None
) -> Generator[tuple[T, int], None, None]:
    """Run commands, `number` at a time, and yield each with its exit code as it ends; an error here ends them all.

    Parameters
    ----------
    commands
        What each is for, and its words.
    number
        Processes at a time.
    looked
        Called at every look at the processes: what they leave on the disk tells how far they are.
    """
    waiting = deque(commands)
    running: list[tuple[T, Process]] = []
    with _ended(running):
        while waiting or running:
            while waiting and len(running) < number:
                one, command = waiting.popleft()
                running.append((one, _started(command)))
            over = [pair for pair in running if pair[1].poll() is not None]
            for pair in over:
                running.remove(pair)
                yield pair[0], int(pair[1].returncode)
            if not over:
                looked()
                time.sleep(PAUSE)


def _started(command: list[str]) -> Process:
    search = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": search}
    )


@contextmanager
def _ended(running: list[tuple[T, Process]]) -> Iterator[None]:
    """End the processes that a list holds when the block does; what they have finished stays on the disk."""
    try:
        yield
    finally:
        for _, process in running:
            process.terminate()
        for _, process in running:
            process.wait()
