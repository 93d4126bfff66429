"""Local worker processes: one that dies is replaced, and its shard is handed out again.

The standard pools lose every waiting task when a worker is killed. Here a worker is a process with a pipe: a pipe that
closes is a death, and costs the one shard that this worker had.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

from abscopal.runs.execute import Fault, Tell
from abscopal.runs.shard import Record, Task


@dataclass
class _Worker:
    """A process, the pipe to it, and the end of another by which it knows that we live."""

    process: subprocess.Popen[bytes]
    pipe: Connection
    leash: int
    task: Task | None = None
    share: float = 0.0

    def end(self) -> int:
        """Wait until the process is gone; return its exit code, negative for a signal."""
        self.pipe.close()
        os.close(self.leash)
        return self.process.wait()


class Workers:
    """Up to `number` processes, started as tasks come."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.workers: list[_Worker] = []

    def free(self) -> bool:
        """Whether a worker is idle or may still be started."""
        return len(self.workers) < self.number or any(worker.task is None for worker in self.workers)

    def submit(self, task: Task) -> None:
        """Give a task to an idle worker, or to a new one."""
        worker = next((w for w in self.workers if w.task is None), None) or self._start()
        worker.task, worker.share = task, 0.0
        with suppress(OSError):  # it died while idle: `wait` finds its pipe closed
            worker.pipe.send(task)

    def _start(self) -> _Worker:
        ours, theirs = Pipe()
        held, leash = os.pipe()
        # A program of its own, not multiprocessing: that would run the caller's main module again in every worker.
        command = [
            sys.executable,
            "-P",
            "-m",
            "abscopal.runs.worker",
            str(theirs.fileno()),
            str(held),
            str(os.getpid()),
        ]
        search = os.pathsep.join(path for path in sys.path if path)
        environment = os.environ | {"PYTHONPATH": search}
        process = subprocess.Popen(command, pass_fds=(theirs.fileno(), held), stdin=subprocess.DEVNULL, env=environment)
        theirs.close()
        os.close(held)
        self.workers.append(_Worker(process, ours, leash))
        return self.workers[-1]

    def wait(self, tell: Tell) -> tuple[Task, Record | Fault]:
        """Return the next task that ended: written, at fault, or its worker dead."""
        while True:
            for pipe in wait([worker.pipe for worker in self.workers]):
                worker = next(w for w in self.workers if w.pipe is pipe)
                if (ended := self._hear(worker, tell)) is not None:
                    return ended

    def _hear(self, worker: _Worker, tell: Tell) -> tuple[Task, Record | Fault] | None:
        """Take one message of a worker; None if it was only progress."""
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            return self._bury(worker)
        if isinstance(message, float):
            worker.share = message
            tell(sum(w.share * w.task.size for w in self.workers if w.task is not None))
            return None
        task, worker.task = worker.task, None
        if isinstance(message, BaseException):
            raise message
        assert task is not None
        return task, message

    def _bury(self, worker: _Worker) -> tuple[Task, Record | Fault] | None:
        self.workers.remove(worker)
        code = worker.end()
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return None if worker.task is None else (worker.task, Fault(f"its worker process {how}"))

    def close(self) -> None:
        """Kill every worker and wait until it is gone."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.end()
        self.workers = []
