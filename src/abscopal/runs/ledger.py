"""The state of a run's shards, read from the folder: the folder is the ledger, nothing else remembers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from abscopal.errors import IntegrityError
from abscopal.runs.files import write_json
from abscopal.runs.plan import Plan
from abscopal.runs.shard import SHARDS, Record, ShardError, Task, read_record, shard_folder
from abscopal.trial.simulate import subject_names


@dataclass
class Ledger:
    """Shards of a run folder by what is known of them.

    Parameters
    ----------
    whole
        Records of the shards that are there and sound.
    damaged
        What is wrong with those that are there and are not sound.
    failed
        Those given up after several tries: subjects and reason.
    """

    whole: dict[int, Record] = field(default_factory=dict)
    damaged: dict[int, str] = field(default_factory=dict)
    failed: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def records(self) -> list[Record]:
        """Records of the whole shards, in order of their subjects."""
        return [self.whole[shard] for shard in sorted(self.whole)]

    @property
    def missing_subjects(self) -> list[dict[str, Any]]:
        """Subjects of the shards given up, in order."""
        return [
            {key: self.failed[shard][key] for key in ("first", "last", "n", "reason")} for shard in sorted(self.failed)
        ]


def read_ledger(folder: Path, shards: Iterable[int]) -> Ledger:
    """Look at each shard listed, checksums included."""
    ledger = Ledger()
    for shard in shards:
        place, mark = shard_folder(folder, shard), failure_file(folder, shard)
        if place.is_dir():
            try:
                ledger.whole[shard] = read_record(place)
            except ShardError as error:
                ledger.damaged[shard] = str(error)
        elif mark.is_file():
            ledger.failed[shard] = _read_mark(mark)
    return ledger


def failure_file(folder: Path, shard: int) -> Path:
    """Where it is noted that a shard was given up."""
    return folder / SHARDS / f"{shard:04d}.failed.json"


def _read_mark(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {key: found[key] for key in ("first", "last", "n", "reason", "tries")}
    except (ValueError, KeyError, TypeError):
        raise IntegrityError(f"{path}: expected a note on a failed shard, got something unreadable") from None


def give_up(folder: Path, task: Task, reason: str) -> dict[str, Any]:
    """Note that a shard failed too often, with its subjects and the reason, and return the note."""
    first, last = task.subjects
    names = subject_names(task.plan.n, first, last)
    note = {"first": names[0], "last": names[-1], "n": len(names), "reason": reason, "tries": task.tries}
    write_json(failure_file(folder, task.shard), note)
    return note


def forget(folder: Path, shard: int) -> None:
    """Remove what is there of a shard, so that it can be computed again."""
    failure_file(folder, shard).unlink(missing_ok=True)
    shutil.rmtree(shard_folder(folder, shard), ignore_errors=True)


def clear_drafts(folder: Path) -> None:
    """Remove what killed processes left half written."""
    for draft in [*(folder / SHARDS).glob(".*"), *folder.glob("*.partial"), *folder.glob("*/*.partial")]:
        shutil.rmtree(draft) if draft.is_dir() else draft.unlink()


def described(plan: Plan, shards: Iterable[int]) -> str:
    """Name shards as a message shows them: numbers, and the subjects of few."""
    listed = sorted(shards)
    if len(listed) > 3:
        return ", ".join(f"{shard:04d}" for shard in listed)
    return ", ".join(f"{shard:04d} ({_subjects(plan, shard)})" for shard in listed)


def _subjects(plan: Plan, shard: int) -> str:
    names = subject_names(plan.n, *plan.shards[shard])
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
