"""`abscopal sensitivity`: which number, and which mechanism, carries which endpoint of a trial."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abscopal.cli.app import NOT_ADVICE, AsJson, app, console, exit_codes, stop
from abscopal.cli.progress import stages_bar
from abscopal.errors import InputError, Problem, unknown

if TYPE_CHECKING:
    from abscopal.calibration.sensitivity import Order

PAGE, NUMBERS, FIGURES = "sensitivity.html", "sensitivity.json", "figures"


@app.command("sensitivity")
@exit_codes
def sensitivity_command(
    protocol: Annotated[str, typer.Argument(help="Shipped protocol, or a YAML file of your own.")],
    n: Annotated[int, typer.Option("--n", min=100, max=1_000_000, help="Patients, each in all arms.")] = 6000,
    knobs: Annotated[
        str, typer.Option(help="Paths, comma-separated; all: every number, screened first; else those calibrated.")
    ] = "",
    over: Annotated[
        str, typer.Option(help="Range of calibrated numbers: posterior, or prior; the posterior if there is one.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Folder; patients simulated in it are used again.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of points and patients.")] = 1,
    workers: Annotated[int, typer.Option(min=1, max=1024, help="Processes.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Say which number and which mechanism carries which endpoint: Sobol indices, tornado, screening of all numbers."""
    from abscopal.calibration.sensitivity import sensitivity

    order = _order(protocol, over, knobs, n, seed)
    folder = out or Path("runs/sensitivity") / order.protocol.name
    try:
        with stages_bar(hidden=as_json) as told:
            found = sensitivity(order, folder, workers=workers, progress=told).plain()
    except KeyboardInterrupt:
        stop(3, f"interrupted; what was simulated is kept in {folder}. The same command goes on with it.")
    _write(found, folder)
    if as_json:
        print(json.dumps(found, indent=1, allow_nan=False))
        return
    _show(found)
    print(f"seed {seed}, page {folder / PAGE}")
    print(NOT_ADVICE)


def _order(protocol: str, over: str, knobs: str, n: int, seed: int) -> Order:
    from abscopal import catalogue
    from abscopal.calibration.sensitivity import Order
    from abscopal.calibration.sensitivity_knobs import Over, usual_range

    if over not in ("", "prior", "posterior"):
        raise InputError([unknown("--over", "range", over, ("prior", "posterior"))])
    paths = tuple(path.strip() for path in knobs.split(",") if path.strip())
    if len(paths) > 1 and "all" in paths:
        raise InputError([Problem("--knobs", "all, or paths", knobs)])
    plan = catalogue.load_protocol(protocol)
    chosen: Over = "posterior" if over == "posterior" else "prior" if over == "prior" else usual_range(plan)
    return Order(plan, chosen, paths, n, seed)


def _write(found: dict[str, Any], folder: Path) -> None:
    """Write figures, page and numbers, the numbers last."""
    from abscopal.report.sensitivity_page import figures_of, sensitivity_page
    from abscopal.report.svg import write_svg
    from abscopal.runs.files import write_json, write_text

    figures = figures_of(found)
    (folder / FIGURES).mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        write_svg(figure, folder / FIGURES / f"{name}.svg")
    write_text(folder / PAGE, sensitivity_page(found, figures))
    write_json(folder / NUMBERS, found)


def _show(found: dict[str, Any]) -> None:
    """Print for every output its emulator's quality, the mechanisms and the knobs that carry most."""
    from rich.markup import escape
    from rich.table import Table

    from abscopal.report.sensitivity_figures import short_path, title_of

    table = Table("endpoint", "arm", box=None, pad_edge=False)
    for head in ("middle", "spread", "emulator"):
        table.add_column(head, justify="right")
    for head in ("mechanisms, first order", "knobs, total index"):
        table.add_column(head)
    for one in found["outputs"]:
        table.add_row(
            one["quantity"], escape(title_of(one)), f"{one['middle']:.2f}", f"{one['spread']:.2f}",
            f"{one['explained']:.0%}", _first(one["mechanisms"], 3), _first(one["total"], 3, short_path),
        )  # fmt: skip
    console().print(table)
    ranges = "posterior" if found["over"] == "posterior" else "prior"
    print(f"{found['patients']} patients in each of {found['arms']} arms; calibrated numbers over their {ranges}.")
    print("Emulator: share of the variance between points that it gets right.")
    if found["left_out"]:
        print(f"too rare or too frequent to learn from: {'; '.join(found['left_out'])}")


def _first(index: dict[str, dict[str, float | None]], count: int, shorten: Any = str) -> str:
    """Name the largest indices; those no larger than what chance gives a knob that turns nothing are left out."""
    chance = index.get("(no effect)", {}).get("upper") or 0.0
    values = {name: one["value"] or 0.0 for name, one in index.items() if not name.startswith("(no effect")}
    order = sorted(values, key=lambda name: -values[name])[:count]
    return ", ".join(f"{shorten(name)} {values[name]:.2f}" for name in order if values[name] > max(chance, 0.02))
