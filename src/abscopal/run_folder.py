"""Where a run is written: whole or not at all, and never over anything that is not a run."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from abscopal.errors import InputError, Problem

PARTS = {"protocol.yaml", "manifest.json", "summary.json", "report.html", "adam", "figures", "shards"}
_SIGNS = {"protocol", "seed", "versions"}  # keys of a manifest by which a run is known


def require_free(folder: Path) -> None:
    """Check that a run may be written to `folder`: there is nothing there, or nothing but an earlier run.

    Raises
    ------
    InputError
        Otherwise; nothing has been touched.
    """
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise _refusal(folder, "a folder for the run", "a file")
    if folder.is_dir() and any(folder.iterdir()):
        if not _is_run(folder):
            raise _refusal(folder, "an empty or new folder, or an earlier run", "a folder with other things in it")
        if extra := sorted({item.name for item in folder.iterdir()} - PARTS):
            raise _refusal(folder, "an earlier run and nothing else", f"'{extra[0]}' among its files")
    if Path.cwd().is_relative_to(folder):
        raise _refusal(folder, "a folder that is not the one you are in", "the current folder")
    parent = next(parent for parent in folder.parents if parent.exists())
    if not os.access(parent, os.W_OK | os.X_OK) or not parent.is_dir():
        raise _refusal(folder, "a folder that can be written", f"'{parent}', which cannot")


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give a new folder beside `folder` to write into, and put it in its place when that went well.

    Raises
    ------
    InputError
        When `folder` holds anything but an earlier run.
    """
    require_free(folder)
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = _beside(folder)
    try:
        yield new
        _put(new, folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def _beside(folder: Path) -> Path:
    """Make a hidden folder on the same disk, open to whom new folders are open."""
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    umask = os.umask(0)
    os.umask(umask)
    made.chmod(0o777 & ~umask)
    return made


def _put(new: Path, folder: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    old = _beside(folder)
    folder.rename(old / folder.name)
    try:
        new.rename(folder)
    except BaseException:
        (old / folder.name).rename(folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _is_run(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.keys() >= _SIGNS


def _refusal(folder: Path, expected: str, got: str) -> InputError:
    return InputError([Problem("--out", expected, got, file=str(folder))])
