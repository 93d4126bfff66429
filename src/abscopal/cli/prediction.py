"""`abscopal run --draws`: what is said of a prediction while it is made, and when it is there."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from abscopal.cli.app import NOT_ADVICE, console, stop

if TYPE_CHECKING:
    from rich.table import Table

    from abscopal.analysis.prediction import Prediction
    from abscopal.runs.prediction import TrialPrediction
    from abscopal.runs.run import Order

SHOWN = ("orr", "pfs_median", "os_median", "os_at_12", "os_at_24", "irae_grade3", "hr_pfs", "hr_os")


def run_and_predict(order: Order, count: int, again: list[str], *, as_json: bool, quiet: bool, allowed: float) -> None:
    """Run a trial under draws of its posterior, or go on with it, and print what they predict together."""
    from abscopal.runs.draws import chosen, posterior_of, require_place

    numbers = chosen(count, len(posterior_of(order.protocol.indication)))
    require_place(order.folder, resume=order.resume)
    hidden = quiet or as_json
    if not hidden:
        _announce(order, numbers)
    _run(order, numbers, again, hidden=hidden)
    if order.parts > 1:
        if not hidden:
            print(f"share {order.part} of {order.parts} of {count} draws, in {order.folder}")
            print("when all shares are there: abscopal merge FOLDER ... --out WHOLE")
        return

    from abscopal.runs.draws import draw_folder
    from abscopal.runs.prediction import combine

    found = combine(order.folder, [draw_folder(order.folder, number).name for number in numbers])
    _report(found, order.folder, as_json=as_json, quiet=quiet, allowed=allowed)


def merge_and_predict(folders: Sequence[Path], out: Path, *, as_json: bool, quiet: bool, allowed: float) -> None:
    """Put shares of every draw together and print what they predict."""
    from abscopal.runs.prediction import merge_draws

    _report(merge_draws(folders, out), out, as_json=as_json, quiet=quiet, allowed=allowed)


def _announce(order: Order, numbers: Sequence[int]) -> None:
    protocol = order.protocol
    arms = ", ".join(arm.name for arm in protocol.arms)
    print(f"{protocol.name}: {protocol.title}", file=sys.stderr)
    who = f"{order.n} subjects in {len(protocol.arms)} arms ({arms}), seed {order.seed}"
    print(f"{who}, under each of {len(numbers)} draws of the posterior of {protocol.indication}", file=sys.stderr)


def _run(order: Order, numbers: Sequence[int], again: list[str], *, hidden: bool) -> None:
    """Run the draws, and say how to go on when that was interrupted."""
    from abscopal.cli.progress import progress_bar
    from abscopal.cli.run import terminable
    from abscopal.runs.draws import run_draws
    from abscopal.runs.files import is_full

    go_on = ["what was finished is kept. Go on with:", f"  {shlex.join(again)}"]
    try:
        with terminable(), progress_bar(order.n * len(numbers), hidden=hidden) as progress:
            run_draws(order, numbers, progress, lambda text: print(text, file=sys.stderr))
    except KeyboardInterrupt:
        stop(3, f"interrupted; {go_on[0]}", go_on[1])
    except OSError as error:
        if not is_full(error):
            raise
        stop(3, f"no space is left on the disk of {order.folder}; {go_on[0]}", go_on[1])


def _report(found: TrialPrediction, folder: Path, *, as_json: bool, quiet: bool, allowed: float) -> None:
    """Print a prediction; stop with code 1 if subjects are missing, or more failed than the share allowed."""
    from abscopal.report.marginals import missed_sentence
    from abscopal.runs.draws import PAGE

    prediction, about = found.prediction, found.about
    if as_json:
        print(json.dumps(found.plain(), indent=1))
    elif not quiet:
        console().print(_table(prediction))
        level, planned = f"{100 * prediction.level:.0f} %", round(sum(prediction.planned.values()))
        print(
            f"{level} intervals: parameters, {prediction.draws} draws; trial, the chance of one of {planned} subjects"
        )
        if told := missed_sentence(about["marginals"]):
            print(told)
        print(f"seed {about['seed']}, page {folder / PAGE}")
        print(NOT_ADVICE)
    total = prediction.draws * prediction.subjects
    lines = [f"{about['missing']} subjects are missing"] if about["missing"] else []
    if about["failed"] > allowed * total:
        lines.append(f"{about['failed']} of {total} subjects failed, more than the {allowed:.1%} allowed")
    if lines:
        stop(1, *lines)


def _table(found: Prediction) -> Table:
    from rich.markup import escape
    from rich.table import Table

    from abscopal.report.prediction import label, limits_text, value_text

    table = Table("endpoint", box=None, pad_edge=False)
    for head in ("predicted", "parameters", "trial", "both"):
        table.add_column(head, justify="right")
    group = ""
    for row in found.rows:
        if row.key not in SHOWN:
            continue
        if row.group != group:
            group = row.group
            table.add_row(escape(group))
        cells = (limits_text(row, part) for part in ("parameter", "sampling", "both"))
        table.add_row(f"  {label(row.key)}", value_text(row), *cells)
    return table
