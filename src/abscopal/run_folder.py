"""Where a run is written: never over anything that is not a run, and never instead of one before it is complete."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from abscopal.errors import InputError, Problem

PARTS = {
    "protocol.yaml", "run.json", "shards", "adam", "summary.json", "failures.json", "figures", "report.html",
    "manifest.json", ".lock",
}  # fmt: skip
_SIGNS = {"protocol", "seed", "versions"}  # keys of a manifest or a plan by which a run is known


def require_free(folder: Path, *, resume: bool = False) -> None:
    """Check that a run may be written to `folder`: there is nothing there, or nothing but an earlier run.

    Parameters
    ----------
    folder
        Of the run.
    resume
        Whether an unfinished run may be there.

    Raises
    ------
    InputError
        Otherwise; nothing has been touched.
    """
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise _refusal(folder, "a folder for the run", "a file")
    if folder.is_dir() and (there := {item.name for item in folder.iterdir()} - {".lock"}):
        if not is_finished(folder) and not is_unfinished(folder):
            raise _refusal(folder, "an empty or new folder, or an earlier run", "a folder with other things in it")
        if extra := sorted(name for name in there - PARTS if not name.endswith(".partial")):
            raise _refusal(folder, "an earlier run and nothing else", f"'{extra[0]}' among its files")
        if is_unfinished(folder) and not resume:
            raise _refusal(folder, "--resume to go on with the unfinished run there, or another folder", "neither")
    if Path.cwd().is_relative_to(folder):
        raise _refusal(folder, "a folder that is not the one you are in", "the current folder")
    parent = next(parent for parent in folder.parents if parent.exists())
    if not os.access(parent, os.W_OK | os.X_OK) or not parent.is_dir():
        raise _refusal(folder, "a folder that can be written", f"'{parent}', which cannot")


def is_finished(folder: Path) -> bool:
    """Whether the folder holds a run that was completed: the manifest is written last."""
    return _signed(folder / "manifest.json")


def is_unfinished(folder: Path) -> bool:
    """Whether the folder holds a run that was begun and not completed."""
    return _signed(folder / "run.json") and not is_finished(folder)


def put_aside(folder: Path) -> Path:
    """Move an earlier run to a hidden place beside its own, where it waits until the new one is complete."""
    folder = folder.resolve()
    remove(_aside(folder))
    folder.rename(_aside(folder))
    return _aside(folder)


def put_back(earlier: Path, folder: Path) -> None:
    """Move an earlier run back to where it was, in place of one that came to nothing."""
    remove(folder)
    earlier.rename(folder.resolve())


def discard_earlier(folder: Path) -> None:
    """Remove the earlier run that `folder`, now complete, replaces."""
    remove(_aside(folder.resolve()))


def earlier_run(folder: Path) -> Path | None:
    """Where the earlier run waits that an unfinished one is to replace; None if there is none."""
    aside = _aside(folder.resolve())
    return aside if aside.is_dir() else None


def remove(folder: Path) -> None:
    """Remove a folder with everything in it, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.earlier")


def _signed(path: Path) -> bool:
    """Whether a file is the manifest or the plan of a run."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.keys() >= _SIGNS


def _refusal(folder: Path, expected: str, got: str) -> InputError:
    return InputError([Problem("--out", expected, got, file=str(folder))])
