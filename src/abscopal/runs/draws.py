"""One trial under several draws of its indication's posterior: each an ordinary run, all with the same patients.

    OUT/draws/draw-007/     the run of draw 7, with everything that a run folder holds
    OUT/prediction.json     what all of them predict together (`runs/prediction.py`)
    OUT/prediction.html

Common random numbers: seed and candidate numbers are the same in every draw, so draws differ where their numbers do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from abscopal import catalogue
from abscopal.errors import InputError, IntegrityError, Problem
from abscopal.indications.posterior import Posterior
from abscopal.protocol.yaml_form import to_yaml
from abscopal.run_folder import is_finished
from abscopal.runs.files import write_text
from abscopal.runs.finish import MANIFEST, unsound
from abscopal.runs.plan import PLAN, Plan, differences, read_plan
from abscopal.runs.processes import in_processes
from abscopal.runs.run import Note, Order, Progress, planned, run
from abscopal.runs.shard import shard_folder
from abscopal.trial.simulate import enrol, prepare

DRAWS, NUMBERS, PAGE, PROTOCOL = "draws", "prediction.json", "prediction.html", "protocol.yaml"
PARTS = frozenset({DRAWS, NUMBERS, PAGE, PROTOCOL})
"""What the folder of a prediction holds."""
SIMULATING = "running the trial"


def posterior_of(indication: str) -> Posterior:
    """Return the draws shipped with an indication.

    Raises
    ------
    InputError
        If it has none.
    """
    found = catalogue.posterior(indication)
    if found is None:
        fitted = [name for name in catalogue.names("indications") if catalogue.posterior(name) is not None]
        known = f"an indication with a posterior ({', '.join(fitted) or 'none has one'})"
        raise InputError([Problem("--draws", known, f"{indication}, which was not calibrated")])
    return found


def chosen(count: int, shipped: int) -> tuple[int, ...]:
    """Return the numbers of `count` draws, counted from 1, evenly spaced over those shipped.

    Raises
    ------
    InputError
        If there are not as many.
    """
    if not 2 <= count <= shipped:
        raise InputError([Problem("--draws", f"a number from 2 to {shipped}, the draws that are shipped", str(count))])
    return tuple(1 + place * shipped // count for place in range(count))


def draw_folder(folder: Path, number: int) -> Path:
    """Where the run of a draw lies in the folder of a prediction."""
    return folder / DRAWS / f"draw-{number:03d}"


def orders(base: Order, numbers: Sequence[int], posterior: Posterior) -> list[Order]:
    """Return the orders of the draws; what is in the folder of a draw already is gone on with."""
    return [
        replace(base, folder=draw_folder(base.folder, k), draw=k, values=posterior.draw(k), resume=True)
        for k in numbers
    ]


def require_place(folder: Path, *, resume: bool) -> None:
    """Check that a prediction may be written to `folder`: nothing is there, or one to go on with.

    Raises
    ------
    InputError
        Otherwise; nothing has been touched.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError([Problem("--out", "a folder for the draws", "a file", file=str(folder))])
    there = {item.name for item in folder.iterdir() if item.suffix != ".partial"} if folder.is_dir() else set()
    if extra := sorted(there - PARTS):
        expected = "a new folder, or one of a prediction and nothing else"
        raise InputError([Problem("--out", expected, f"'{extra[0]}' among its files", file=str(folder))])
    if there and not resume:
        way = "--resume to go on with the draws in it, or a folder without any"
        raise InputError([Problem("--out", way, "draws of an earlier run and no --resume", file=str(folder))])


def run_draws(
    base: Order, numbers: Sequence[int], progress: Progress = lambda stage, share: None, note: Note = lambda text: None
) -> None:
    """Run a trial under some draws, each into a folder of its own; what is finished and sound there stays.

    Parameters
    ----------
    base
        The trial: `folder` is that of the prediction, `workers` how many processes there are for all draws together.
    numbers
        Draws, counted from 1.
    progress, note
        As of `abscopal.runs.run.run`; the share is that of all subjects of all draws.

    Raises
    ------
    InputError
        If the folder holds something else, or a draw could not be run.
    """
    wanted = orders(base, numbers, posterior_of(base.protocol.indication))
    require_place(base.folder, resume=base.resume)
    (base.folder / DRAWS).mkdir(parents=True, exist_ok=True)
    write_text(base.folder / PROTOCOL, to_yaml(base.protocol))
    progress("compiling the model", 0.0)
    pending = [order for order in wanted if not _done(order)]
    number = 1 if base.cluster else min(base.workers, len(pending))
    if number > 1:
        _side_by_side(wanted, pending, number, base.workers // number, progress)
    else:
        _in_turn(wanted, pending, progress, note)
    if lost := [order.folder for order in wanted if base.parts == 1 and not is_finished(order.folder)]:
        raise InputError([Problem(folder.name, "a run that ends", "none", file=str(folder)) for folder in lost])


def _plan(order: Order) -> Plan:
    return planned(order, prepare(order.protocol, order.backend, order.values))


def _done(order: Order) -> bool:
    """Whether the folder holds the finished run that is wanted, its tables as they were written."""
    if not is_finished(order.folder) or not (order.folder / PLAN).is_file():
        return False
    try:
        there = read_plan(order.folder)
    except IntegrityError:
        return False
    if differences(there, _plan(order)):
        return False
    return not unsound(order.folder, json.loads((order.folder / MANIFEST).read_text(encoding="utf-8")))


def _in_turn(wanted: Sequence[Order], pending: Sequence[Order], progress: Progress, note: Note) -> None:
    """Run draws one after the other in this process, which compiles their model once."""
    before = len(wanted) - len(pending)
    for place, order in enumerate(pending):
        name, done = order.folder.name, before + place

        def tell(stage: str, share: float, name: str = name, done: int = done) -> None:
            own = share if stage in (SIMULATING, "writing the report") else 0.0
            progress(f"{name}, {SIMULATING}", (done + own) / len(wanted))

        run(order, tell, lambda text, name=name: note(f"{name}: {text}"))  # type: ignore[misc]


def _side_by_side(
    wanted: Sequence[Order], pending: Sequence[Order], number: int, workers: int, progress: Progress
) -> None:
    """Run draws in processes, `number` at a time, once their model is compiled into the cache on disk."""
    enrol(prepare(pending[0].protocol, pending[0].backend, pending[0].values), pending[0].seed, 1)
    mine = _plan(pending[0])
    tell = _told(pending, mine, 1 - len(pending) / len(wanted), len(wanted), progress)
    failed = []
    with closing(in_processes([(order, _command(order, workers)) for order in pending], number, tell)) as ended:
        for order, code in ended:
            tell()
            if code:
                failed.append(
                    Problem(order.folder.name, "a run that ends", f"exit code {code}", file=str(order.folder))
                )
    if failed:
        raise InputError(failed)


def _told(pending: Sequence[Order], plan: Plan, before: float, count: int, progress: Progress) -> Callable[[], None]:
    """Return what tells of the shards that processes have left on the disk."""
    sizes = {shard: plan.shards[shard][1] - plan.shards[shard][0] for shard in plan.mine}
    total = max(sum(sizes.values()), 1)

    def tell() -> None:
        there = [sum(n for s, n in sizes.items() if shard_folder(order.folder, s).is_dir()) for order in pending]
        whole = sum(n == total for n in there)
        progress(f"{count - len(pending) + whole} of {count} draws, {SIMULATING}", before + sum(there) / total / count)

    return tell


def _command(order: Order, workers: int) -> list[str]:
    words = [order.folder.parent.parent / PROTOCOL, order.folder, order.draw, order.seed, order.n, workers]
    words += [f"{order.part}/{order.parts}", order.backend]
    return [sys.executable, "-P", "-m", "abscopal.runs.draw_worker", *map(str, words)]
