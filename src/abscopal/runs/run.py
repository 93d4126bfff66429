"""A run from start to end, or from where it stopped: plan, lock, shards, and what is made of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from abscopal.engine.kernel import Backend
from abscopal.errors import InputError, Problem
from abscopal.population.pools import POOL
from abscopal.protocol.protocol import Protocol
from abscopal.protocol.yaml_form import to_yaml
from abscopal.run_folder import (
    discard_earlier,
    is_finished,
    is_unfinished,
    put_aside,
    put_back,
    remove,
    require_free,
)
from abscopal.runs.execute import InProcess, Runner, execute
from abscopal.runs.files import is_full, sync_folder, write_text
from abscopal.runs.finish import MANIFEST, finish, unsound
from abscopal.runs.ledger import Ledger, clear_drafts, described, forget, give_up, read_ledger
from abscopal.runs.lock import locked
from abscopal.runs.plan import PLAN, Plan, differences, make_plan, read_plan
from abscopal.runs.shard import SHARDS, Record, Task
from abscopal.runs.workers import Workers
from abscopal.trial.simulate import Design, enrol, prepare

Progress = Callable[[str, float], None]
Note = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What is asked of a run.

    Parameters
    ----------
    protocol, seed, n
        The trial.
    folder
        The run folder.
    workers
        Processes, or threads of the engine where there are fewer shards.
    cluster
        Address of a Dask scheduler, if the work is to be done there.
    resume
        Whether to go on with what is in the folder.
    part, parts
        Compute share `part` (from 1) of `parts` of the shards.
    backend
        What patients are computed on.
    draw, values
        Number of a draw of the indication's posterior, and the numbers that it sets; 0 and none for the shipped ones.
    pool, pools_per_shard
        Set by tests alone; see `abscopal.runs.plan.make_plan`.
    """

    protocol: Protocol
    seed: int
    n: int
    folder: Path
    workers: int = 1
    cluster: str = ""
    resume: bool = False
    part: int = 1
    parts: int = 1
    backend: Backend = "cpu"
    draw: int = 0
    values: Mapping[str, float] = field(default_factory=dict)
    pool: int = POOL
    pools_per_shard: int = 0


@dataclass
class Outcome:
    """How a run ended.

    Parameters
    ----------
    plan, folder
        What was run and where it lies.
    ledger
        Its shards.
    summary
        What `summary.json` holds; None for a share of a trial, and where every shard failed.
    already
        Whether it was finished and sound before.
    """

    plan: Plan
    folder: Path
    ledger: Ledger = field(default_factory=Ledger)
    summary: dict[str, Any] | None = None
    already: bool = False

    @property
    def failed(self) -> int:
        """Subjects whose computation failed."""
        return sum(len(record.failures) for record in self.ledger.records)

    @property
    def missing(self) -> int:
        """Subjects of shards that were given up."""
        return sum(item["n"] for item in self.ledger.missing_subjects)


def run(order: Order, progress: Progress = lambda stage, share: None, note: Note = lambda text: None) -> Outcome:
    """Run a trial into a folder, or go on with it.

    Parameters
    ----------
    order
        What is asked.
    progress
        Told the stage, and the share of the subjects done.
    note
        Told in a sentence what is worth knowing: what is redone and why.

    Raises
    ------
    InputError
        If the folder holds a run that may not be continued or replaced, or another process writes it.
    IntegrityError
        If the plan in the folder cannot be read.
    OSError
        If the disk is full; what is in place stays and can be resumed.
    """
    begun = time.perf_counter()
    progress("compiling the model", 0.0)
    design = prepare(order.protocol, order.backend, order.values)
    plan = planned(order, design)
    require_free(order.folder, resume=order.resume)
    with _place(order, plan, note) as here:
        outcome = Outcome(here.plan, order.folder, here.ledger, already=here.complete)
        if here.complete:
            outcome.summary = _summary(order.folder)
            return outcome
        _compute(order, here.plan, design, here.ledger, progress)
        if here.plan.parts == 1 and here.ledger.whole:
            progress("writing the report", 1.0)
            taken = time.perf_counter() - begun
            outcome.summary = finish(order.folder, here.plan, design, here.ledger, taken, order.workers)
        discard_earlier(order.folder)
        return outcome


def planned(order: Order, design: Design) -> Plan:
    """Return the plan of what is asked for; `design` is what the order's protocol and values were prepared to."""
    parts = {"part": order.part, "parts": order.parts, "pool": order.pool, "pools_per_shard": order.pools_per_shard}
    return make_plan(design, order.seed, order.n, **parts, draw=order.draw, values=order.values)


def _summary(folder: Path) -> dict[str, Any] | None:
    path = folder / "summary.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


@dataclass(frozen=True)
class _Here:
    """What is in the folder at the start: the plan that rules, the shards that are sound, whether that is all."""

    plan: Plan
    ledger: Ledger
    complete: bool = False


@contextmanager
def _place(order: Order, plan: Plan, note: Note) -> Iterator[_Here]:
    """Hold the folder, ready to be written, and clear up after an error."""
    folder, earlier = order.folder, None
    with ExitStack() as locks:
        locks.enter_context(locked(folder))
        if order.resume and (folder / PLAN).is_file():
            with _without_drafts(folder):
                yield _continue(order, plan, note)
            return
        _refuse(order)
        try:
            if is_finished(folder):
                earlier = put_aside(folder)
                locks.enter_context(locked(folder))  # the first lock went aside with what it locks
            yield _begin(order, plan)
        except BaseException as error:
            clear_drafts(folder)
            _clear_up(folder, earlier, error)
            raise


@contextmanager
def _without_drafts(folder: Path) -> Iterator[None]:
    """Leave nothing half written, however it ends."""
    try:
        yield
    finally:
        clear_drafts(folder)


def _refuse(order: Order) -> None:
    """Raise `InputError` for what a new run may not replace."""
    if is_unfinished(order.folder):
        way = "--resume to go on with the unfinished run in it, or a folder without one"
        raise InputError([Problem("--out", way, "an unfinished run and no --resume", file=str(order.folder))])
    if order.resume and is_finished(order.folder):
        raise InputError([Problem("--resume", f"a run with a {PLAN}", "one without", file=str(order.folder))])


def _begin(order: Order, plan: Plan) -> _Here:
    (order.folder / SHARDS).mkdir(exist_ok=True)
    write_text(order.folder / "protocol.yaml", to_yaml(order.protocol))
    plan.write(order.folder)
    sync_folder(order.folder)
    return _Here(plan, Ledger())


def _continue(order: Order, plan: Plan, note: Note) -> _Here:
    """Check that the run in the folder is the one asked for, and what of it is sound."""
    folder, there = order.folder, read_plan(order.folder)
    if unlike := differences(there, plan):
        expected = "the run that was begun in the folder"
        raise InputError([Problem("--resume", expected, "; ".join(unlike), file=str(folder))])
    clear_drafts(folder)
    (folder / SHARDS).mkdir(exist_ok=True)
    ledger = read_ledger(folder, there.mine)
    if len(ledger.whole) == len(there.mine) and _finished(folder, there, note):
        return _Here(there, ledger, complete=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for shard, wrong in ledger.damaged.items():
        note(f"redone: shard {described(there, [shard])}: {wrong}")
        forget(folder, shard)
    for shard, mark in ledger.failed.items():
        note(f"tried again: shard {described(there, [shard])}: {mark['reason']}")
        forget(folder, shard)
    note(f"{len(ledger.whole)} of {len(there.mine)} shards are there and sound")
    return _Here(there, Ledger(whole=ledger.whole))


def _finished(folder: Path, plan: Plan, note: Note) -> bool:
    """Whether nothing is left to do once all shards are there."""
    if plan.parts > 1:
        return True
    if not (folder / MANIFEST).is_file():
        return False
    broken = unsound(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    if broken:
        note(f"written again: {', '.join(broken)}, not as it was written before")
    return not broken


def _clear_up(folder: Path, earlier: Path | None, error: BaseException) -> None:
    """After an error: keep what can be resumed, remove what cannot, bring back an earlier run unless it is resumed."""
    resumable = isinstance(error, KeyboardInterrupt) or is_full(error)
    begun = any((folder / SHARDS).glob("[0-9]*"))
    if earlier is not None and not (resumable and begun):
        put_back(earlier, folder)
    elif not begun:
        remove(folder)


def _compute(order: Order, plan: Plan, design: Design, ledger: Ledger, progress: Progress) -> None:
    """Compute the shards that are not there yet."""
    wanted = [shard for shard in plan.mine if shard not in ledger.whole]
    if not wanted:
        return
    threads = max(1, order.workers // len(wanted))
    tasks = [Task(str(order.folder.resolve()), shard, order.protocol, plan, threads) for shard in wanted]
    total, done = sum(task.size for task in tasks), 0

    def keep(record: Record) -> None:
        nonlocal done
        ledger.whole[record.shard] = record
        done += record.size
        tell(0.0)

    def lose(task: Task, reason: str) -> None:
        ledger.failed[task.shard] = give_up(order.folder, task, reason)

    def tell(under_way: float) -> None:
        progress("running the trial", (done + under_way) / total)

    tell(0.0)
    execute(tasks, _runner(order, plan, design, len(wanted)), keep, lose, tell)


def _runner(order: Order, plan: Plan, design: Design, shards: int) -> Runner:
    if order.cluster:
        from abscopal.runs.cluster import Cluster

        return Cluster(order.cluster, plan, order.folder)
    if min(order.workers, shards) == 1:
        return InProcess()
    enrol(design, plan.seed, 1)  # compiles the kernels into the cache on disk, where the workers find them
    return Workers(min(order.workers, shards))
