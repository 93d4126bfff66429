"""`abscopal bench`: how fast and how accurate the engine is, beside other tools on the same patients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abscopal.cli.app import AsJson, app, console, exit_codes

if TYPE_CHECKING:
    from rich.table import Table


@app.command("bench")
@exit_codes
def bench_command(
    n: Annotated[int, typer.Option("--n", min=2, max=100_000, help="Patients, both arms together.")] = 256,
    peers: Annotated[str | None, typer.Option(help="Peers, separated by commas, or 'none'; all if left out.")] = None,
    tolerance: Annotated[float, typer.Option(min=1e-12, max=1e-2, help="Relative tolerance of the peers.")] = 1e-6,
    repeats: Annotated[int, typer.Option(min=1, max=100, help="Timed runs of each tool, by turns.")] = 3,
    workers: Annotated[int, typer.Option(min=1, max=1024, help="Threads, for the scaling of ours only.")] = 1,
    full: Annotated[bool, typer.Option("--full", help="Scale to 100,000 patients; a trial of 10,000.")] = False,
    history: Annotated[Path | None, typer.Option(help="Append the result to this file, one line of JSON.")] = None,
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print tables for a document.")] = False,
) -> None:
    """Measure the engine and other solvers on the same patients: time, error, memory, scaling."""
    from abscopal.bench.markdown import to_markdown
    from abscopal.bench.result import benchmark
    from abscopal.bench.scaling import SIZES

    names = None if peers is None else [name.strip() for name in peers.split(",") if name.strip() not in ("", "none")]
    with _telling() as tell:
        result = benchmark(
            n, names, tolerance=tolerance, repeats=repeats, workers=workers, tell=tell,
            sizes=(*SIZES, 100_000) if full else SIZES, subjects=10_000 if full else 1_000,
        )  # fmt: skip
    if history is not None:
        with history.open("a", encoding="utf-8") as file:
            file.write(json.dumps(result, allow_nan=False) + "\n")
    if as_json:
        print(json.dumps(result, indent=1, allow_nan=False))
    elif markdown:
        print(to_markdown(result))
    else:
        _show(result)


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """Show on standard error what is being done."""
    with console(stderr=True).status("beginning") as status:
        yield lambda text: status.update(text)


def _show(result: dict[str, Any]) -> None:
    from abscopal.bench.markdown import absent, facts, tables

    for title, head, rows in tables(result):
        console().print(_table(title, head, rows))
    for line in [*facts(result), *absent(result)]:
        print(line)


def _table(title: str, head: list[str], rows: list[list[str]]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for number, name in enumerate(head):
        table.add_column(name, justify="right" if number else "left", no_wrap=number == 0)
    for row in rows:
        table.add_row(*map(escape, row))
    return table
