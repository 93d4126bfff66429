"""One writer of a run folder at a time: a lock that the system takes back when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from abscopal.errors import InputError, Problem

LOCK = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is made if it is not there. The lock's file goes when its holder does.

    Raises
    ------
    InputError
        If another process holds it; nothing has been touched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    opened = _open(folder)
    try:
        yield
    finally:
        if _still(folder / LOCK, opened):
            (folder / LOCK).unlink()
        os.close(opened)


def _open(folder: Path) -> int:
    path = folder / LOCK
    while True:
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(opened, 64, 0).decode(errors="replace").strip()
            os.close(opened)
            raise _refusal(folder, holder) from None
        if _still(path, opened):
            os.ftruncate(opened, 0)
            os.pwrite(opened, f"{os.uname().nodename} process {os.getpid()}\n".encode(), 0)
            return opened
        os.close(opened)  # the folder was moved away between opening and locking: lock the one that is there now


def _still(path: Path, opened: int) -> bool:
    """Whether the file opened is the one that the path names now."""
    try:
        return os.path.samestat(os.fstat(opened), path.stat())
    except FileNotFoundError:
        return False


def _refusal(folder: Path, holder: str) -> InputError:
    who = f"one that {holder} is writing" if holder else "one that another process is writing"
    return InputError([Problem("--out", "a run folder that nobody else is writing", who, file=str(folder))])
