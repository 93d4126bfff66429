"""The program that a local worker process runs: `python -m abscopal.runs.worker PIPE LEASH MASTER`.

PIPE and LEASH are inherited file descriptors. Tasks come through the pipe and records go back; the leash only ever says
that the master, whose process number is MASTER, is gone.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from abscopal.runs.execute import attempt
from abscopal.runs.shard import Task

_SECONDS_BETWEEN_NEWS = 0.2
_PR_SET_PDEATHSIG = 1


def serve(pipe: Connection, leash: int, master: int) -> None:
    """Compute what comes through the pipe, until it closes; die with the master."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the master decides
    _die_with(master, leash)
    while True:
        try:
            task: Task = pipe.recv()
        except EOFError:
            return
        try:
            outcome: object = attempt(task, _news(pipe), lambda: os.getppid() == master)
        except Exception as error:
            outcome = error
        pipe.send(outcome)


def _news(pipe: Connection) -> Callable[[float], None]:
    """Tell the master of progress, not too often."""
    last = time.monotonic()

    def tell(share: float) -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= _SECONDS_BETWEEN_NEWS:
            last = now
            pipe.send(float(share))

    return tell


def _die_with(master: int, leash: int) -> None:
    """End this process as soon as the master is gone, however that happened."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != master:  # it went before we asked
        os._exit(1)
    threading.Thread(target=_watch, args=(leash,), daemon=True).start()


def _watch(leash: int) -> None:
    os.read(leash, 1)  # returns when the last other end is closed, which only the death of the master does
    os._exit(1)


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3]))
