"""`abscopal cost`: what the arms of a run, or of a real trial, cost and what health they give, by the user's prices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abscopal.cli.app import NOT_ADVICE, AsJson, app, console, exit_codes
from abscopal.errors import InputError, Problem

if TYPE_CHECKING:
    from abscopal.analysis.economics import Evaluation
    from abscopal.analysis.price_table import PriceTable

OUTPUTS = {"economics.json", "subjects.csv", "cost.html", "plane.svg", "acceptability.svg", "costs.svg"}


@app.command("cost")
@exit_codes
def cost_command(
    run: Annotated[Path, typer.Argument(help="A run folder, or a folder with a trial's tables (Parquet or CSV).")],
    prices: Annotated[Path, typer.Option(help="Your prices and utilities; abscopal new prices writes an example.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the results; RUN-cost if left out.")] = None,
    reference: Annotated[str, typer.Option(help="Arm to compare with; that of the run, or the cheapest.")] = "",
    horizon_years: Annotated[
        float | None, typer.Option(min=0.01, help="Count until then; as far as data reach.")
    ] = None,
    discount: Annotated[float | None, typer.Option(min=0, max=0.2, help="Per year, of costs and effects.")] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0, help="What a QALY is worth; the table's if left out.")
    ] = None,
    replicates: Annotated[int, typer.Option(min=100, max=100_000, help="Bootstrap samples.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Costs, QALYs and what one more of them costs, with a page, figures and JSON."""
    from abscopal.analysis.economic_summary import subjects_table, summarise
    from abscopal.analysis.economic_tables import Followed, read_tables
    from abscopal.analysis.economics import evaluate
    from abscopal.analysis.price_table import read_prices

    folder = _free(out if out is not None else _beside(run))
    table = read_prices(prices)
    trial = Followed.of(read_tables(run))
    with _problems_of(prices):
        found = evaluate(
            trial,
            table,
            reference=reference or _reference_of(run, trial.arms),
            horizon_years=horizon_years,
            discount=None if discount is None else (discount, discount),
            replicates=replicates,
            seed=seed,
        )
    worth = threshold if threshold is not None else table.threshold.value if table.threshold else None
    summary = summarise(trial, found, table, worth)
    subjects = subjects_table(trial, table, found)
    _write(folder, found, summary, table, _name_of(run), subjects.to_csv(index=False))
    if as_json:
        print(json.dumps(summary, indent=1))
    else:
        _show(found, summary, table, folder)


def _beside(run: Path) -> Path:
    """Where the results go unless told otherwise: beside the run, which holds nothing but itself."""
    whole = run if run.name not in ("", "..") else run.resolve()
    return whole.with_name(f"{whole.name}-cost")


def _free(folder: Path) -> Path:
    """Return a folder that is new, empty or holds nothing but an earlier evaluation."""
    if folder.exists() and not folder.is_dir():
        raise InputError([Problem("--out", "a folder", "a file", file=str(folder))])
    extra = sorted({item.name for item in folder.iterdir()} - OUTPUTS) if folder.is_dir() else []
    if extra:
        expected, got = "a new folder, or an earlier evaluation and nothing else", f"'{extra[0]}' among its files"
        raise InputError([Problem("--out", expected, got, file=str(folder))])
    return folder


@contextmanager
def _problems_of(prices: Path) -> Iterator[None]:
    """Name the file of prices in the problems that are about it."""
    try:
        yield
    except InputError as error:
        own = [replace(one, file=str(prices)) if one.path.startswith("drugs") else one for one in error.problems]
        raise InputError(own) from None


def _plain(run: Path, name: str) -> dict[str, Any]:
    """Return a JSON file of the run; empty for a real trial's tables, which have none."""
    path = run / name
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {}


def _reference_of(run: Path, arms: tuple[str, ...]) -> str | None:
    contrasts = _plain(run, "summary.json").get("contrasts", [])
    named = [row.get("reference") for row in contrasts if isinstance(row, dict)]
    return next((str(name) for name in named if name in arms), None)


def _name_of(run: Path) -> str:
    return str(_plain(run, "summary.json").get("protocol", run.resolve().name))


def _write(
    folder: Path, found: Evaluation, summary: dict[str, Any], prices: PriceTable, trial: str, subjects: str
) -> None:
    from abscopal.report.cost_page import write_cost_page
    from abscopal.runs.files import write_json, write_text

    folder.mkdir(parents=True, exist_ok=True)
    write_cost_page(found, summary, prices, trial, folder)
    write_text(folder / "subjects.csv", subjects)
    write_json(folder / "economics.json", summary)


def _show(found: Evaluation, summary: dict[str, Any], prices: PriceTable, folder: Path) -> None:
    from rich.markup import escape
    from rich.table import Table

    from abscopal.analysis.economic_summary import PRICES_ARE_YOURS
    from abscopal.report.cost_figures import money
    from abscopal.report.cost_page import icer_text, sentence

    table = Table("arm", box=None, pad_edge=False)
    for head in ("n", f"cost, {prices.currency}", "QALYs", "life years", "cost per QALY"):
        table.add_column(head, justify="right")
    ratios = {row.arm: icer_text(row) for row in found.comparisons}
    for arm in found.arms:
        cells = [str(arm.subjects), money(arm.cost), f"{arm.qaly:.2f}", f"{arm.life_years:.2f}"]
        table.add_row(escape(arm.name), *cells, ratios.get(arm.name, "reference"))
    console().print(table)
    for row in found.comparisons:
        print(sentence(row, prices.currency))
    grades = ", ".join(f"{count} {grade}" for grade, count in summary["numbers_by_grade"].items())
    print(f"horizon {found.horizon_years:.2f} years; numbers of the price table by source: {grades}")
    print(f"written to {folder}: cost.html, economics.json, subjects.csv and figures")
    print(f"{PRICES_ARE_YOURS} {NOT_ADVICE}")
