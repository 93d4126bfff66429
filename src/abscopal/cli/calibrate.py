"""`abscopal calibrate`: fit an indication to its calibration trials, the same way every time."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from abscopal.cli.app import NOT_ADVICE, AsJson, app, exit_codes, stop
from abscopal.cli.progress import progress_bar, stages_bar

if TYPE_CHECKING:
    from abscopal.calibration.calibrate import Calibration


@app.command("calibrate")
@exit_codes
def calibrate_command(
    indication: Annotated[str, typer.Argument(help="Indication with a shipped recipe, or a recipe of your own.")],
    out: Annotated[Path | None, typer.Option(help="Folder; what is simulated in it is used again.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=1024, help="Processes.")] = 1,
    seed: Annotated[int | None, typer.Option(min=0, max=2**63 - 1, help="Instead of the recipe's.")] = None,
    ship: Annotated[
        bool, typer.Option("--ship", help="Write values and posterior into the catalogue's own files.")
    ] = False,
    checked: Annotated[
        bool, typer.Option("--check", help="Also see whether the fit finds truths that it is told to find.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fit an indication to its calibration trials: values, posterior, and how well each published figure is met."""
    from abscopal.calibration.calibrate import calibrate
    from abscopal.calibration.recipe import load_recipe
    from abscopal.calibration.shipping import compared, save, ship_fit

    recipe = load_recipe(indication)
    if seed is not None:
        recipe = recipe.model_copy(update={"seed": seed})
    folder = out or Path("runs/calibration") / recipe.indication
    try:
        with progress_bar(100, hidden=as_json) as told:
            found = calibrate(recipe, folder, workers=workers, progress=told)
    except KeyboardInterrupt:
        stop(3, f"interrupted; what was simulated is kept in {folder}. The same command goes on with it.")
    save(found, folder)
    if ship:
        for line in ship_fit(found):
            print(line, file=sys.stderr)
    if checked:
        _check(found, folder, hidden=as_json)
    if as_json:
        print(json.dumps(found.plain(), indent=1))
        return
    _show(found)
    print(compared(found))
    print(f"seed {recipe.seed}, page {folder / 'calibration.html'}, draws {folder / 'posterior.csv'}")
    print(NOT_ADVICE)


def _check(found: Calibration, folder: Path, *, hidden: bool) -> None:
    """Write the check beside the calibration; what it says goes to standard error, before the calibration itself."""
    from abscopal.calibration.check import check, write_check
    from abscopal.report.check_page import verdict

    with stages_bar(hidden=hidden) as told:
        result = check(found, progress=told)
    page = write_check(result, folder)
    print(f"{verdict(result.plain())} Page {page}", file=sys.stderr)


def _show(found: Calibration) -> None:
    plain = found.plain()
    for knob in plain["knobs"]:
        print(
            f"{knob['path']:34s} {knob['value']:10.4g}  prior {knob['prior']:.4g}, narrowed {knob['contraction']:.0%}"
        )
    print()
    for one in plain["targets"]:
        where = f"{one['protocol']}, {one['arm']}"
        print(
            f"{where[:46]:46s} {one['quantity']:16s} published {one['published']:.3f}  "
            f"fitted {one['fitted']:.3f} ({one['low']:.3f} to {one['high']:.3f})"
        )
