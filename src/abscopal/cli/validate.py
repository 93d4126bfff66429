"""`abscopal validate`: replay published trials and say how far off the model is."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abscopal.cli.app import NOT_ADVICE, AsJson, app, console, exit_codes, stop

if TYPE_CHECKING:
    from abscopal.validation.validate import Validation

_GOALS = {
    "landmarks": "median |dS| at 6 to 36 months",
    "orr_inside": "ORR inside the 95 % interval",
    "hr_error": "mean |d log HR|",
    "hr_inside": "HR inside the 95 % interval",
}


@app.command("validate")
@exit_codes
def validate_command(
    trials: Annotated[list[str] | None, typer.Argument(help="Protocols; every published one if left out.")] = None,
    n: Annotated[int, typer.Option("--n", min=1, max=100_000, help="Subjects per arm.")] = 400,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of every replay.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder; finished replays in it are used again.")] = Path("runs/validation"),
    workers: Annotated[int, typer.Option(min=1, max=1024, help="Trials at a time.")] = 1,
    draws: Annotated[
        int, typer.Option(min=0, max=100_000, help="Draws of each posterior beside, for predictive intervals.")
    ] = 0,
    write_discrepancy: Annotated[
        Path | None, typer.Option(help="Estimate the model's own error from calibration trials, into this file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay published trials and score them, fitted and never fitted ones apart, beside two baselines."""
    from abscopal.validation.replay import draws_of
    from abscopal.validation.validate import PAGE, estimate_discrepancy, trials_to_replay, validate

    wanted = trials_to_replay(trials or (), n, seed, out)
    total = sum(one.subjects * (1 + len(draws_of(one, draws, out))) for one in wanted)
    if not as_json:
        print(f"{len(wanted)} trials, {total} subjects, seed {seed}, in {out}", file=sys.stderr)
    try:
        with _terminable(), _bar(total, len(wanted), hidden=as_json) as progress:
            found = validate(trials or (), out, per_arm=n, seed=seed, workers=workers, draws=draws, progress=progress)
    except KeyboardInterrupt:
        stop(3, f"interrupted; what was finished is kept in {out}. The same command goes on with it.")
    if write_discrepancy is not None:
        estimate_discrepancy(found, write_discrepancy)
    if as_json:
        print(json.dumps(found.plain(), indent=1))
    else:
        _show(found)
        print(f"seed {seed}, page {out / PAGE}")
        print(NOT_ADVICE)


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a request to terminate end a validation as Ctrl-C does: its processes with it, to be resumed."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _bar(subjects: int, trials: int, *, hidden: bool) -> Iterator[Callable[[str, float], None]]:
    """Show rate and time left over all trials; give a function of the trial under way and the subjects done of all."""
    if hidden:
        yield lambda trial, done: None
        return
    from rich import progress as parts

    columns = (
        parts.TextColumn("{task.description}"), parts.BarColumn(), parts.TaskProgressColumn(),
        parts.TextColumn("{task.fields[rate]}"), parts.TextColumn("elapsed"), parts.TimeElapsedColumn(),
        parts.TextColumn("left"), parts.TimeRemainingColumn(elapsed_when_finished=False),
    )  # fmt: skip
    with parts.Progress(*columns, console=console(stderr=True), speed_estimate_period=600) as bar:
        task = bar.add_task(f"replaying {trials} trials", total=subjects, rate="")

        def update(trial: str, done: float) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:,.0f} subjects/s" if speed else ""
            bar.update(task, completed=done, description=trial or f"replaying {trials} trials", rate=rate)

        yield update


def _show(found: Validation) -> None:
    from rich.table import Table

    plain = found.plain()["summary"]
    table = Table("goal", box=None, pad_edge=False)
    for head in ("aim", *plain):
        table.add_column(head, justify="right")
    for key, words in _GOALS.items():
        cells = [_reached(key, one["goals"][key]) for one in plain.values()]
        table.add_row(words, _number(key, plain["validation"]["goals"][key]["goal"]), *cells)
    console().print(table)
    for role, one in plain.items():
        _say_sections(role, one["sections"])
    for role, one in found.coverage().items():
        print(f"{role}: in 90 % predictive intervals: {_say_coverage(one['kinds'])}")
    for miss in found.misses[:5]:
        print(f"{miss.trial}, {miss.arm} ({miss.role}, {miss.size:.1f} standard errors): {' '.join(miss.why)}")


def _say_sections(role: str, sections: dict[str, Any]) -> None:
    """Print a line for each kind of figure of one role: mean error, bias, share inside, and the baselines' errors."""
    for name, one in sections.items():
        if (model := one["model"]) is None:
            continue
        inside = "" if model["inside"] is None else f", {100 * model['inside']:.0f} % inside"
        line = f"{role}: {name}: mean error {model['mean']:.3f}, bias {model['bias']:+.3f}{inside}, n {model['n']}"
        for baseline in ("naive", "independent"):
            if (duel := one[baseline]) is not None:
                means = f"{duel['baseline_mean']:.3f} to the model's {duel['model_mean']:.3f}"
                line += f"; {baseline} {means} of {duel['n']}"
        print(line)


def _say_coverage(kinds: dict[str, Any]) -> str:
    shares = ((name, one["figures"], one["inside"]) for name, one in kinds.items())
    return ", ".join(f"{100 * share:.0f} % of {count} {name}" for name, count, share in shares if count) or "none"


def _reached(key: str, one: dict[str, Any]) -> str:
    return _number(key, one["reached"]) + (" *" if one["met"] else "")


def _number(key: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{100 * value:.0f} %" if key.endswith("inside") else f"{value:.3f}"
