"""`abscopal run`: simulate a trial and write its folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abscopal.cli.app import NOT_ADVICE, AsJson, app, console, exit_codes, stop

if TYPE_CHECKING:
    from rich.table import Table

    from abscopal.protocol.protocol import Protocol


@app.command("run")
@exit_codes
def run_command(
    protocol: Annotated[str, typer.Argument(help="A shipped protocol, such as checkmate-066, or a YAML file.")],
    n: Annotated[int | None, typer.Option("--n", min=1, max=1_000_000, help="Subjects, all arms together.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Same seed, same trial, byte for byte.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; runs/NAME-seedS if left out.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=1024, help="Threads; the result does not depend on it.")] = 1,
    allow_failures: Annotated[float, typer.Option(min=0, max=1, help="Share of subjects that may fail.")] = 0.01,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table.")] = False,
) -> None:
    """Simulate a trial and write its tables, its summary and a report."""
    from abscopal.catalogue import load_protocol
    from abscopal.run_folder import replacing, require_free

    plan = load_protocol(protocol)
    folder = out if out is not None else Path("runs") / f"{plan.name}-seed{seed}"
    require_free(folder)
    silent = quiet or as_json
    if not silent:
        _announce(plan, n or plan.subjects, seed)

    from abscopal.api import run

    with _progress(n or plan.subjects, hidden=silent) as progress:
        trial = run(plan, seed=seed, subjects=n, workers=workers, progress=progress)
        progress("writing the report", 1.0)
        with replacing(folder) as written:
            trial.write(written)
    if as_json:
        print(json.dumps(trial.summary, indent=1))
    elif not quiet:
        _show_results(trial.summary, folder)
    _allow_failures(folder, allow_failures)


def _announce(plan: Protocol, subjects: int, seed: int) -> None:
    arms = ", ".join(arm.name for arm in plan.arms)
    print(f"{plan.name}: {plan.title}", file=sys.stderr)
    print(f"{subjects} subjects in {len(plan.arms)} arms ({arms}), seed {seed}", file=sys.stderr)


@contextmanager
def _progress(subjects: int, *, hidden: bool) -> Iterator[Callable[[str, float], None]]:
    """Show a bar with rate and time left on standard error; give a function of the stage and the share of it done."""
    if hidden:
        yield lambda stage, share: None
        return
    from rich import progress as parts

    columns = (
        parts.TextColumn("{task.description}"), parts.BarColumn(), parts.TaskProgressColumn(),
        parts.TextColumn("{task.fields[rate]}"), parts.TextColumn("elapsed"), parts.TimeElapsedColumn(),
        parts.TextColumn("left"), parts.TimeRemainingColumn(),
    )  # fmt: skip
    with parts.Progress(*columns, console=console(stderr=True)) as bar:
        task = bar.add_task("preparing", total=subjects, rate="")

        def update(stage: str, share: float) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:,.0f} subjects/s" if speed else ""
            done = share * subjects if stage == "running the trial" else None
            bar.update(task, completed=done, description=stage, rate=rate)

        yield update
        bar.update(task, completed=subjects, description="done")


def _allow_failures(folder: Path, allowed: float) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    failed, total = manifest["counts"].get("solver failure", 0), manifest["n"]
    if failed > allowed * total:
        stop(1, f"{failed} of {total} subjects failed, more than the {allowed:.1%} allowed; see manifest.json")


def _show_results(summary: dict[str, Any], folder: Path) -> None:
    console().print(_results_table(summary["arms"]))
    for row in summary["contrasts"]:
        ratio = f"{_number(row['hr'], 2)} ({_number(row['lo'], 2)} to {_number(row['hi'], 2)})"
        label = f"{row['endpoint']} hazard ratio, {row['arm']} to {row['reference']}"
        print(f"{label}: {ratio}, p {_p_value(row['p'])}")
    print(f"seed {summary['seed']}, report {folder / 'report.html'}")
    print(NOT_ADVICE)


def _results_table(arms: dict[str, dict[str, Any]]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table("arm", box=None, pad_edge=False)
    for head in ("n", "ORR", "PFS median", "OS median", "OS 12 months", "OS 24 months"):
        table.add_column(head, justify="right")
    for name, arm in arms.items():
        at = arm["os_at"]
        rates = [_percent(arm["orr"]), _months(arm["pfs_median"]), _months(arm["os_median"])]
        table.add_row(escape(name), str(arm["n"]), *rates, _percent(at.get("12")), _percent(at.get("24")))
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _months(months: float | None) -> str:
    return "not reached" if months is None else f"{months:.1f} months"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _p_value(value: float | None) -> str:
    if value is None:
        return "-"
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"
