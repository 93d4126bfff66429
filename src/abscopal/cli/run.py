"""`abscopal run`: simulate a trial, or a share of it, into a folder, or go on with what is there."""

from __future__ import annotations

import re
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from abscopal.cli.app import AsJson, app, exit_codes, stop
from abscopal.errors import InputError, Problem

if TYPE_CHECKING:
    from abscopal.runs.run import Order, Outcome


class Backend(StrEnum):
    """What computes the patients."""

    cpu = "cpu"
    cuda = "cuda"


AllowFailures = Annotated[float, typer.Option(min=0, max=1, help="Share of subjects that may fail.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table.")]


@app.command("run")
@exit_codes
def run_command(
    protocol: Annotated[str, typer.Argument(help="A shipped protocol, such as checkmate-066, or a YAML file.")],
    n: Annotated[int | None, typer.Option("--n", min=1, max=1_000_000, help="Subjects, all arms together.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Same seed, same trial, byte for byte.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; runs/NAME-seedS if left out.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=1024, help="Processes; the result does not depend on it.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the unfinished run in the folder.")] = False,
    shard: Annotated[str, typer.Option(metavar="i/N", help="Share i of N only; `abscopal merge` joins them.")] = "",
    cluster: Annotated[str, typer.Option(metavar="ADDRESS", help="Dask scheduler, such as tcp://host:8786.")] = "",
    backend: Annotated[Backend, typer.Option(help="What computes the patients; cuda is an NVIDIA GPU.")] = Backend.cpu,
    draws: Annotated[int, typer.Option(min=0, help="Draws of the posterior to run it under; 0: as shipped.")] = 0,
    allow_failures: AllowFailures = 0.01,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Simulate a trial and write its tables, its summary and a report; with --draws, a prediction with intervals."""
    from abscopal.catalogue import load_protocol
    from abscopal.run_folder import require_free

    part, parts = _share(shard)
    plan = load_protocol(protocol)
    folder = out if out is not None else _folder(plan.name, seed, part, parts, draws=draws > 0)
    if not draws:
        require_free(folder, resume=resume)

    from abscopal.cli.results import report
    from abscopal.runs.run import Order

    count = n or plan.subjects
    order = Order(plan, seed, count, folder, workers, cluster, resume, part, parts, backend.value)
    options = [f"--seed={seed}", f"--n={count}", f"--out={folder}"]
    options += [f"--shard={shard}"] if shard else []
    options += [f"--backend={backend}"] if backend is not Backend.cpu else []
    options += [f"--draws={draws}"] if draws else []
    again = ["abscopal", "run", protocol, *options, "--resume"]
    if draws:
        from abscopal.cli.prediction import run_and_predict

        run_and_predict(order, draws, again, as_json=as_json, quiet=quiet, allowed=allow_failures)
        return
    if not (quiet or as_json):
        _announce(order)
    outcome = _run(order, again, hidden=quiet or as_json)
    report(outcome, as_json=as_json, quiet=quiet, allowed=allow_failures)


def _share(text: str) -> tuple[int, int]:
    """Return i and N of `i/N`."""
    if not text:
        return 1, 1
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise InputError([Problem("--shard", "i/N, such as 1/3, with i from 1 to N", f"'{text}'")])
    return int(found[1]), int(found[2])


def _folder(name: str, seed: int, part: int, parts: int, *, draws: bool) -> Path:
    share = f"-shard-{part}-of-{parts}" if parts > 1 else ""
    return Path("runs") / f"{name}-seed{seed}{'-draws' if draws else ''}{share}"


def _announce(order: Order) -> None:
    protocol = order.protocol
    arms = ", ".join(arm.name for arm in protocol.arms)
    print(f"{protocol.name}: {protocol.title}", file=sys.stderr)
    print(f"{order.n} subjects in {len(protocol.arms)} arms ({arms}), seed {order.seed}", file=sys.stderr)


def _run(order: Order, again: list[str], *, hidden: bool) -> Outcome:
    """Run, and say how to go on when that was interrupted."""
    from abscopal.cli.progress import progress_bar
    from abscopal.runs.files import is_full
    from abscopal.runs.run import run

    try:
        with terminable(), progress_bar(order.n, hidden=hidden) as progress:
            outcome = run(order, progress, lambda text: print(text, file=sys.stderr))
    except KeyboardInterrupt:
        stop(3, *_interrupted("interrupted", order.folder, again))
    except OSError as error:
        if not is_full(error):
            raise
        stop(3, *_interrupted(f"no space is left on the disk of {order.folder}", order.folder, again))
    if outcome.already and not hidden:
        print(f"{order.folder}: finished before and sound; nothing was done", file=sys.stderr)
    return outcome


def _interrupted(what: str, folder: Path, again: list[str]) -> list[str]:
    from abscopal.run_folder import earlier_run, is_unfinished

    if not is_unfinished(folder):
        return [f"{what}; nothing was written"]
    lines = [f"{what}; the shards that were finished are kept. Go on with:", f"  {shlex.join(again)}"]
    if (earlier := earlier_run(folder)) is not None:
        lines.append(f"The earlier run waits in {earlier} until the new one is complete.")
    return lines


@contextmanager
def terminable() -> Iterator[None]:
    """Let a request to terminate end a run as Ctrl-C does: cleanly, and to be resumed."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
