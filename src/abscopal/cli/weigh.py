"""`abscopal weigh`: weigh a run's virtual patients against published figures, or apply such weights elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abscopal.cli.app import NOT_ADVICE, AsJson, app, console, exit_codes
from abscopal.errors import InputError, Problem

if TYPE_CHECKING:
    from abscopal.calibration.weighed_run import WeighedRun, WeightedPrediction

WEIGHED = {"weights.csv", "weights.json", "weights.html", "selected.csv"}
APPLIED = {"prediction.json", "prediction.html"}


@app.command("weigh")
@exit_codes
def weigh_command(
    run: Annotated[Path, typer.Argument(help="The folder of a finished run.")],
    targets: Annotated[
        list[str] | None, typer.Option(help="Protocol whose figures to meet, of role calibration; the run's own.")
    ] = None,
    apply: Annotated[
        Path | None, typer.Option(help="A weights.csv found on the same patients: weigh this run by it.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; RUN-weights or RUN-weighted.")] = None,
    trust: Annotated[float, typer.Option(min=1e-3, max=1e6, help="Patients that the population counts as.")] = 100.0,
    every_arm: Annotated[bool, typer.Option("--every-arm", help="Live every subject through every arm again.")] = False,
    free_baseline: Annotated[bool, typer.Option("--free-baseline", help="Let the baseline move.")] = False,
    select: Annotated[int, typer.Option(min=0, max=1_000_000, help="Select so many subjects by weight.")] = 0,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of the selection.")] = 1,
    workers: Annotated[int, typer.Option(min=1, max=1024, help="Threads, with --every-arm.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Weigh a run's virtual patients so that they give published figures; an alternative to fitting the model."""
    from abscopal.calibration.weights_file import read_run

    if apply is not None and (targets or every_arm or free_baseline or select):
        expected = "no --targets, --every-arm, --free-baseline or --select, which find weights"
        raise InputError([Problem("--apply", expected, "both")])
    if apply is not None:
        _apply(run, apply, _free(out or _beside(run, "weighted"), APPLIED), as_json=as_json)
        return
    from abscopal import catalogue
    from abscopal.calibration.weighed_run import weigh_run
    from abscopal.cli.progress import progress_bar

    folder = _free(out or _beside(run, "weights"), WEIGHED)
    found = read_run(run)
    trials = [catalogue.load_protocol(name) for name in targets or ()] or [found.protocol]
    with progress_bar(int(found.manifest["n"]), hidden=as_json) as tell:
        weighed = weigh_run(
            found,
            trials,
            every_arm=every_arm,
            hold_baseline=not free_baseline,
            trust=trust,
            workers=workers,
            progress=tell,
        )
    plain = _write(weighed, folder, select, seed)
    if as_json:
        print(json.dumps(plain, indent=1))
    else:
        _show(plain, folder)


def _apply(run: Path, weights: Path, folder: Path, *, as_json: bool) -> None:
    """Weigh a run by weights found elsewhere."""
    from abscopal.calibration.weighed_run import apply_weights
    from abscopal.calibration.weights_file import read_run, read_weights

    prediction = apply_weights(read_run(run), *read_weights(weights))
    plain = _write_prediction(prediction, folder)
    if as_json:
        print(json.dumps(plain, indent=1))
    else:
        _show_prediction(plain, folder)


def _beside(run: Path, kind: str) -> Path:
    """Where the results go unless told otherwise: beside the run, which holds nothing but itself."""
    whole = run if run.name not in ("", "..") else run.resolve()
    return whole.with_name(f"{whole.name}-{kind}")


def _free(folder: Path, own: set[str]) -> Path:
    """Return a folder that is new, empty or holds nothing but earlier results of the same kind."""
    if folder.exists() and not folder.is_dir():
        raise InputError([Problem("--out", "a folder", "a file", file=str(folder))])
    extra = sorted({item.name for item in folder.iterdir()} - own) if folder.is_dir() else []
    if extra:
        expected, got = "a new folder, or earlier weights and nothing else", f"'{extra[0]}' among its files"
        raise InputError([Problem("--out", expected, got, file=str(folder))])
    return folder


def _write(found: WeighedRun, folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Write everything of a weighted run; return what the JSON holds."""
    from abscopal.calibration.weighting import select
    from abscopal.calibration.weighting_page import weighing_page
    from abscopal.calibration.weights_file import CSV, NUMBERS, weights_csv
    from abscopal.runs.files import write_json, write_text

    plain = found.plain()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "selected.csv").unlink(missing_ok=True)
    write_text(folder / CSV, weights_csv(found.lives.names, found.weight))
    write_text(folder / "weights.html", weighing_page(found))
    if count:
        chosen = [found.lives.names[place] for place in select(found.weight, count, seed)]
        write_text(folder / "selected.csv", "\n".join(["USUBJID", *chosen]) + "\n")
    write_json(folder / NUMBERS, plain)
    return plain


def _write_prediction(found: WeightedPrediction, folder: Path) -> dict[str, Any]:
    """Write everything of a weighted prediction; return what the JSON holds."""
    from abscopal.calibration.weighting_page import prediction_page
    from abscopal.report.published import describe
    from abscopal.runs.files import write_json, write_text

    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "prediction.html", prediction_page(found, describe(found.run.protocol)))
    plain = found.plain()
    write_json(folder / "prediction.json", plain)
    return plain


def _show(plain: dict[str, Any], folder: Path) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("figure", box=None, pad_edge=False)
    for head in ("published", "without weights", "with weights"):
        table.add_column(head, justify="right")
    for one in plain["figures"]:
        cells = [_percent(one[key]) for key in ("published", "before", "after")]
        table.add_row(escape(f"{one['arm']}, {one['quantity']}"), *cells)
    console().print(table)
    before, after = plain["misses_before"], plain["misses_after"]
    print(f"root mean square miss: {before:.2f} standard errors without weights, {after:.2f} with them")
    share = f"{plain['effective']:.0f} of {plain['subjects']} ({_percent(plain['effective_share'])})"
    print(f"effective sample size {share}, largest weight {plain['largest']:.2f}, trust {plain['trust']:g}")
    if plain["left_out"]:
        print(f"published figures that take no part: {len(plain['left_out'])}; the page says why")
    for text in plain["warnings"]:
        print(f"warning: {text}")
    print(f"written to {folder}: weights.csv, weights.json, weights.html")
    print(NOT_ADVICE)


def _show_prediction(plain: dict[str, Any], folder: Path) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("arm", box=None, pad_edge=False)
    shown = ("ORR", "OS 12", "OS 24", "PFS 12")
    for head in ("counts as", *shown):
        table.add_column(head, justify="right")
    for name, arm in plain["arms"].items():
        for when, size in (("before", arm["n"]), ("after", arm["effective"])):
            shares = [_percent(arm["figures"].get(key, {}).get(when, {}).get("value")) for key in shown]
            words = "without weights" if when == "before" else "with weights"
            table.add_row(escape(f"{name}, {words}"), f"{size:.0f}", *shares)
    console().print(table)
    if plain["unweighted"]:
        print(f"{plain['unweighted']} subjects have no weight and take no part")
    print(f"written to {folder}: prediction.json, prediction.html")
    print(NOT_ADVICE)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"
