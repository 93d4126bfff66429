"""`abscopal assess`: responses of a lesion table, of real or simulated patients, by a response criterion."""

from __future__ import annotations

import json
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abscopal.cli.app import NOT_ADVICE, AsJson, app, console, exit_codes
from abscopal.cli.run import Quiet
from abscopal.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from abscopal.clinic.assess import Assessment

_PATIENCE = 2.0  # seconds before progress is shown


@app.command("assess")
@exit_codes
def assess_command(
    lesions: Annotated[
        list[Path], typer.Argument(help="CSV or Parquet table, or SDTM TU and TR (two files, or their folder).")
    ],
    criteria: Annotated[str, typer.Option(help="Response criterion; `abscopal list criteria`.")] = "RECIST 1.1",
    best: Annotated[bool, typer.Option("--best", help="Best overall responses, one row per subject.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write to this .csv or .parquet, not to standard output.")] = None,
    figures: Annotated[Path | None, typer.Option(help="Folder for spider.svg and waterfall.svg.")] = None,
    evaluator: Annotated[str, typer.Option(help="Whose readings, where SDTM has those of several.")] = "",
    nontarget_by_size: Annotated[
        bool, typer.Option("--nontarget-by-size", help="Call progression of measured non-targets by their growth.")
    ] = False,
    hyperprogression: Annotated[
        str, typer.Option(help="Say who is hyperprogressive instead, by a definition: Matos, Champiat, Ferrara, …")
    ] = "",
    baseline_day: Annotated[
        int | None, typer.Option(help="Day on which treatment starts; scans before the baseline tell earlier growth.")
    ] = None,
    follow_up: Annotated[
        Path | None, typer.Option(help="Table with USUBJID and TRTEDY, last day of treatment, for Kato's definition.")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Assess lesion measurements, visit by visit, and say which rule gave each response."""
    if hyperprogression:
        _require_writable(out, lesions)
        _show_hyperprogression(lesions, hyperprogression, baseline_day, follow_up, evaluator, out, as_json)
        return
    from abscopal.clinic.criteria.criterion import criterion_named

    criterion_named(criteria)  # a slip of the pen is told before a large file is read
    _require_writable(out, lesions)
    silent = quiet or as_json
    with _remarks(), _progress(hidden=silent) as progress:
        from abscopal.clinic.assess import assessment, read_lesions

        progress("reading", 0.0)
        table = read_lesions(lesions, evaluator=evaluator)
        found = assessment(table, criteria, nontarget_by_size=nontarget_by_size, progress=progress)
        progress("writing", 1.0)
        drawn = {} if figures is None else _drawn(table, found, figures)
        shown = _whole_days(found.best) if best else found.visits
        written = _write(shown, out, drawn)
    if as_json:
        print(json.dumps(_as_json(found, out, written, shown), indent=1, allow_nan=False))
    elif out is None:
        sys.stdout.write(_csv(shown))
    if not silent:
        _count(found, written)


def _show_hyperprogression(
    lesions: list[Path],
    definition: str,
    baseline_day: int | None,
    follow_up: Path | None,
    evaluator: str,
    out: Path | None,
    as_json: bool,
) -> None:
    from abscopal.cli.hyperprogression import as_json as described
    from abscopal.cli.hyperprogression import judged

    with _remarks():
        table = judged(lesions, definition, baseline_day, follow_up, evaluator)
    _write(table, out, {})
    if as_json:
        print(json.dumps(described(table, definition), indent=1, allow_nan=False))
    elif out is None:
        sys.stdout.write(_csv(table))


def _require_writable(out: Path | None, lesions: list[Path]) -> None:
    """Refuse a place to write to before any work is done."""
    if out is None:
        return
    if out.suffix.lower() not in (".csv", ".parquet"):
        raise InputError([Problem("--out", "a file .csv or .parquet", f"'{out}'")])
    if out.is_dir() or not out.parent.is_dir():
        raise InputError([Problem("--out", "a file in a folder that is there", f"'{out}'")])
    if any(out.resolve() == path.resolve() for path in lesions):
        raise InputError([Problem("--out", "another file than the lesion table", f"'{out}'")])


def _whole_days(best: pd.DataFrame) -> pd.DataFrame:
    return best.astype({"BORDY": "Int64", "CBORDY": "Int64"})


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, lineterminator="\n", float_format="%.10g")


def _drawn(lesions: pd.DataFrame, found: Assessment, folder: Path) -> dict[Path, str]:
    """Return the figures as SVG documents, by the file each goes to."""
    from abscopal.report.assessed import response_figures

    figures = response_figures(lesions, found.visits, found.best)
    return {folder / f"{name}.svg": document for name, document in figures.items()}


def _write(table: pd.DataFrame, out: Path | None, drawn: dict[Path, str]) -> list[Path]:
    """Write each file beside its place and rename it, so that it is there whole or not at all; return the files."""
    from abscopal.runs.files import write_text

    for path, document in drawn.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, document)
    if out is None:
        return list(drawn)
    if out.suffix.lower() == ".csv":
        write_text(out, _csv(table))
    else:
        _write_parquet(table, out)
    return [out, *drawn]


def _write_parquet(table: pd.DataFrame, out: Path) -> None:
    partial = out.with_name(out.name + ".partial")
    try:
        table.to_parquet(partial, index=False)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def _counts(found: Assessment) -> dict[str, dict[str, int]]:
    """Return how many visits and subjects have each response, in the order of the responses' codes."""
    from abscopal.clinic.criteria.criterion import LABELS

    columns = {"visits": found.visits["RESPONSE"], "best": found.best["BOR"], "confirmed": found.best["CBOR"]}
    counts = {name: column.astype("str").value_counts() for name, column in columns.items()}
    present = [word for word in LABELS if any(word in count for count in counts.values())]
    return {name: {word: int(count.get(word, 0)) for word in present} for name, count in counts.items()}


def _as_json(found: Assessment, out: Path | None, written: list[Path], shown: pd.DataFrame) -> dict[str, Any]:
    """Return counts, what was written, and the rows themselves unless they went to a file."""
    entry: dict[str, Any] = {
        "criteria": found.criteria,
        "subjects": len(found.best),
        "visits": len(found.visits),
        "counts": _counts(found),
        "written": [str(path) for path in written],
    }
    if out is not None:
        return entry
    return entry | {"rows": json.loads(shown.to_json(orient="records", double_precision=12))}


def _count(found: Assessment, written: list[Path]) -> None:
    """Print how often each response was given, on standard error."""
    from rich.table import Table

    counts = _counts(found)
    table = Table(found.criteria, box=None, pad_edge=False)
    for name in ("visits", "best", "confirmed"):
        table.add_column(name, justify="right")
    for word in counts["visits"]:
        table.add_row(word, *(str(counts[name][word]) for name in counts))
    table.add_row("all", *(str(sum(count.values())) for count in counts.values()))
    console(stderr=True).print(table)
    for path in written:
        print(f"wrote {path}", file=sys.stderr)
    print(NOT_ADVICE, file=sys.stderr)


@contextmanager
def _remarks() -> Iterator[None]:
    """Print what was put right in a table on standard error, one line each and each once."""
    from abscopal.clinic.lesion_tables.lesion_place import LesionWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LesionWarning)
        try:
            yield
        finally:
            texts = dict.fromkeys(str(one.message) for one in caught if issubclass(one.category, LesionWarning))
            for text in texts:
                print(f"note: {text}", file=sys.stderr)


@contextmanager
def _progress(*, hidden: bool) -> Iterator[Callable[[str, float], None]]:
    """Show a bar on standard error once the work takes more than two seconds."""
    if hidden:
        yield lambda stage, share: None
        return
    from rich import progress as parts

    columns = (parts.TextColumn("{task.description}"), parts.BarColumn(), parts.TextColumn("elapsed"),
               parts.TimeElapsedColumn())  # fmt: skip
    bar = parts.Progress(*columns, console=console(stderr=True))
    task = bar.add_task("reading", total=1.0)
    timer = threading.Timer(_PATIENCE, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda stage, share: bar.update(task, description=stage, completed=share)
    finally:
        timer.cancel()
        timer.join()
        if bar.live.is_started:
            bar.stop()
