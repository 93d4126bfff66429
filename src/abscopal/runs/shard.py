"""One shard: simulated from start to end, written once, known by its checksums.

`run_shard` is all that a worker process or a cluster is given to do. It takes a small task, leaves a folder of tables,
and returns a small record.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from abscopal.clinic.parquet import write_parquet
from abscopal.errors import InputError, Problem
from abscopal.protocol.protocol import Protocol
from abscopal.runs.failures import failures_of
from abscopal.runs.files import checksum, digest, sync_folder, write_json
from abscopal.runs.plan import Plan, differences, make_plan
from abscopal.trial.simulate import Design, coded_tables, enrol, follow, prepare, randomise, subject_names

RECORD, SHARDS = "shard.json", "shards"
Progress = Callable[[float], None]


class ShardError(Exception):
    """A shard in the folder is not what was written; the message says what differs."""


@dataclass(frozen=True)
class Task:
    """What it takes to compute one shard; `tries` counts from 1, `threads` are the engine's."""

    folder: str
    shard: int
    protocol: Protocol
    plan: Plan
    threads: int = 1
    tries: int = 1

    @property
    def subjects(self) -> tuple[int, int]:
        """First and last (exclusive) subject, counted from 0."""
        return self.plan.shards[self.shard]

    @property
    def size(self) -> int:
        """Number of subjects."""
        return self.subjects[1] - self.subjects[0]


@dataclass(frozen=True)
class Record:
    """What is known of a shard that was written, kept beside its tables as `shard.json`.

    Parameters
    ----------
    shard, first, last
        Its number and its subjects.
    files
        SHA-256 and size in bytes of each file.
    classes, effective, marginals
        How its candidates ended, their effective number, and how many of the enrolled have each published trait.
    screening
        How many were screened for these subjects, and why those who failed did.
    failures
        Subjects whose computation failed: subject, day, status, reason.
    seconds
        Wall time by stage.
    tries
        At which try it was written.
    candidates
        Candidate number of each subject: runs that differ in a draw alone have the same people under the same numbers.
    """

    shard: int
    first: int
    last: int
    files: dict[str, dict[str, Any]]
    classes: dict[str, int]
    effective: float
    marginals: dict[str, int]
    screening: dict[str, Any]
    failures: list[dict[str, Any]]
    seconds: dict[str, float]
    tries: int = 1
    candidates: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Number of subjects."""
        return self.last - self.first


def shard_folder(folder: Path, shard: int) -> Path:
    """Where a shard lies in a run folder."""
    return folder / SHARDS / f"{shard:04d}"


@dataclass
class _Stopwatch:
    seconds: dict[str, float] = field(default_factory=dict)
    last: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage], self.last = round(now - self.last, 4), now

    def move(self, source: str, target: str, seconds: float) -> None:
        self.seconds[source] = round(self.seconds[source] - seconds, 4)
        self.seconds[target] = round(seconds, 4)


def run_shard(task: Task, progress: Progress | None = None, allowed: Callable[[], bool] | None = None) -> Record:
    """Simulate a shard, write it, and put it in place in one step; return its record.

    Parameters
    ----------
    task
        What to compute.
    progress
        Called with the share of the trial's days done.
    allowed
        Asked right before the shard is put in place; a worker whose master has died must not write any more.
    """
    place = shard_folder(Path(task.folder), task.shard)
    draft = place.with_name(f".{place.name}-{os.uname().nodename}-{os.getpid()}-{task.tries}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        record = _simulate(task, draft, progress)
        content = asdict(record)
        write_json(draft / RECORD, content | {"sha256": digest(content)})
        sync_folder(draft)
        if allowed is None or allowed():
            _put(draft, place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return record


def _put(draft: Path, place: Path) -> None:
    try:
        draft.rename(place)
    except OSError:
        if not place.is_dir():
            raise
        read_record(place)  # another worker was given the same shard after this one was thought lost: same content
    sync_folder(place.parent)


_DESIGNS: dict[tuple[str, str, str], Design] = {}  # the last one: a worker computes many shards of one run


def design_of(task: Task) -> Design:
    """Look up and compile what a task refers to, once per process.

    Raises
    ------
    InputError
        If this process has other versions, drugs or parameters than the one that planned the run.
    """
    plan, key = task.plan, (task.plan.protocol, task.plan.inputs, task.plan.backend)
    if key not in _DESIGNS:
        design = prepare(task.protocol, plan.backend, plan.values)
        same = make_plan(
            design,
            plan.seed,
            plan.n,
            part=plan.part,
            parts=plan.parts,
            pool=plan.pool,
            draw=plan.draw,
            values=plan.values,
        )
        if unlike := differences(same, plan):
            where = f"the process that computes shard {task.shard}"
            raise InputError([Problem(where, "what the run was planned with", "; ".join(unlike))])
        _DESIGNS.clear()
        _DESIGNS[key] = design
    return _DESIGNS[key]


def _simulate(task: Task, folder: Path, progress: Progress | None) -> Record:
    """Simulate the subjects of a shard and write their tables."""
    plan, watch, (first, last) = task.plan, _Stopwatch(), task.subjects
    design = design_of(task)
    watch.lap("preparing")
    population = enrol(design, plan.seed, plan.n, task.threads, plan.pools(task.shard))
    watch.lap("population")
    arm = randomise(design, population, plan.seed, plan.pools(task.shard))
    course = follow(design, population, arm, plan.seed, workers=task.threads, progress=progress)
    watch.lap("clinic")
    watch.move("clinic", "engine", course.end.seconds)
    names = subject_names(plan.n, first, last)
    files = {}
    for name, table in coded_tables(design, population, course, names).items():
        write_parquet(table, path := folder / f"{name}.parquet", name)
        files[path.name] = {"sha256": checksum(path), "bytes": path.stat().st_size}
    watch.lap("tables")
    return Record(
        shard=task.shard,
        first=first,
        last=last,
        files=files,
        classes=population.classes,
        effective=population.effective,
        screening=population.screening.plain(),
        marginals={name: int(np.count_nonzero(flag)) for name, flag in population.baseline.flags().items()},
        failures=failures_of(course, names),
        seconds=watch.seconds,
        tries=task.tries,
        candidates=population.number.tolist(),
    )


def read_record(place: Path) -> Record:
    """Read the record of a shard and check every file of the shard against it.

    Raises
    ------
    ShardError
        Saying which file is missing or not as it was written.
    """
    try:
        content = json.loads((place / RECORD).read_text(encoding="utf-8"))
        signed = content.pop("sha256")
        record = Record(**content)
    except FileNotFoundError:
        raise ShardError(f"{RECORD} is missing") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ShardError(f"{RECORD} cannot be read") from None
    if digest(content) != signed:
        raise ShardError(f"{RECORD} is not as it was written")
    for name, sign in record.files.items():
        _check(place / name, sign)
    return record


def _check(path: Path, sign: dict[str, Any]) -> None:
    if not path.is_file():
        raise ShardError(f"{path.name} is missing")
    if (size := path.stat().st_size) != sign["bytes"]:
        raise ShardError(f"{path.name} has {size} bytes where {sign['bytes']} were written")
    if checksum(path) != sign["sha256"]:
        raise ShardError(f"{path.name} has another checksum than when it was written")
