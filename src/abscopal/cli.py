"""The command line: parse, call the public functions, print. Nothing heavy is imported before it is needed.

Exit codes: 0 done; 1 done, but more subjects failed than allowed; 2 bad input; 3 interrupted; 4 integrity failure;
70 a bug.
"""

from __future__ import annotations

import functools
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, ParamSpec, cast

import typer

from abscopal.errors import InputError, IntegrityError, Problem

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from abscopal.protocol.protocol import Protocol

NOT_ADVICE = "Research software for trial design, not medical advice."

REPORT = "Please report it with the command and what `abscopal --debug` prints for the same command."

P = ParamSpec("P")

app = typer.Typer(
    name="abscopal",
    help=f"Run immunotherapy trials in metastatic cancer before anyone is enrolled. {NOT_ADVICE}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
new = typer.Typer(help="Write a commented file to start from.", no_args_is_help=True)
app.add_typer(new, name="new")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


class Kind(StrEnum):
    """What can be listed."""

    protocols = "protocols"
    drugs = "drugs"
    indications = "indications"
    mechanisms = "mechanisms"
    criteria = "criteria"


def main() -> None:
    """Run the command line."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(3)


def _exit_codes(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what goes wrong in a command into a message and an exit code."""

    @functools.wraps(command)
    def wrapped(*arguments: P.args, **options: P.kwargs) -> None:
        try:
            command(*arguments, **options)
        except typer.Exit:
            raise
        except InputError as error:
            _stop(2, *(str(problem) for problem in error.problems))
        except KeyboardInterrupt:
            _stop(3, "interrupted; nothing was written")
        except IntegrityError as error:
            _stop(4, str(error))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: say no more
        except OSError as error:
            _stop(2, f"cannot read or write {error.filename or 'a file'}: {error.strerror or error}")
        except Exception as error:
            if os.environ.get("ABSCOPAL_DEBUG"):
                raise
            _stop(70, f"this is a bug: {type(error).__name__}: {error}", REPORT)

    return wrapped


def _stop(code: int, *lines: str) -> NoReturn:
    for line in lines:
        print(line, file=sys.stderr)
    raise typer.Exit(code)


@app.callback(invoke_without_command=True)
def _common(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a bug.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        print(version_of("abscopal"))
        raise typer.Exit
    if debug:
        os.environ["ABSCOPAL_DEBUG"] = "1"


@app.command("run")
@_exit_codes
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
    with parts.Progress(*columns, console=_console(stderr=True)) as bar:
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
        _stop(1, f"{failed} of {total} subjects failed, more than the {allowed:.1%} allowed; see manifest.json")


def _show_results(summary: dict[str, Any], folder: Path) -> None:
    _console().print(_results_table(summary["arms"]))
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


@app.command("list")
@_exit_codes
def list_command(
    kind: Annotated[Kind, typer.Argument(help="What to list.", show_default=False)], as_json: AsJson = False
) -> None:
    """List what the catalogue holds, one line each."""
    lines = _descriptions(kind)
    if as_json:
        print(json.dumps([{"name": name, "description": text} for name, text in lines.items()], indent=1))
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, text in lines.items():
        table.add_row(name, escape(text))
    _console().print(table)


def _descriptions(kind: Kind) -> dict[str, str]:
    if kind is Kind.criteria:
        return {name: _first_line(criterion) for name, criterion in _criteria().items()}
    from abscopal import catalogue

    known = cast("catalogue.Kind", kind.value)
    return {name: catalogue.describe(known, name) for name in catalogue.names(known)}


def _criteria() -> dict[str, str]:
    """Return the text of the module that declares each response criterion."""
    from abscopal.clinic.criterion import criteria

    found = criteria()
    modules = [module for name, module in sys.modules.items() if name.startswith("abscopal.clinic.")]
    return {
        name: next(module.__doc__ or "" for module in modules if getattr(module, "criterion", None) is criterion)
        for name, criterion in found.items()
    }


@app.command("show")
@_exit_codes
def show_command(
    name: Annotated[str, typer.Argument(help="Name of a protocol, drug, indication, mechanism or criterion.")],
    as_json: AsJson = False,
) -> None:
    """Show one entry of the catalogue whole."""
    found = _criterion_entry(name) or _entry(name)
    if as_json:
        print(json.dumps(found, indent=1))
        return
    print(f"{found['name']}, {found['kind']} {found['file']}\n")
    print(found["text"].rstrip())


def _criterion_entry(name: str) -> dict[str, Any] | None:
    if "recist" not in name.lower() and " " not in name:
        return None
    for known, text in _criteria().items():
        if known.lower().replace(" ", "") == name.lower().replace(" ", ""):
            return {"name": known, "kind": "criterion", "file": "", "text": text, "content": text}
    return None


def _entry(name: str) -> dict[str, Any]:
    from abscopal import catalogue
    from abscopal.yaml_reader import read_yaml

    kind = catalogue.kind_of(name)
    path = catalogue.path(kind, name)
    if kind == "mechanisms":
        text = _mechanism_text(name)
        return {"name": name, "kind": "mechanism", "file": str(path), "text": text, "content": text}
    text = path.read_text(encoding="utf-8")
    return {"name": name, "kind": kind[:-1], "file": str(path), "text": text, "content": read_yaml(path)}


def _mechanism_text(name: str) -> str:
    """Return the prose of a mechanism and its parameters with their sources."""
    from importlib import import_module

    from abscopal import catalogue

    module = import_module(catalogue.mechanism_module(name))
    lines = [(module.__doc__ or "").strip(), ""]
    for parameter in module.mechanism.parameters if hasattr(module, "mechanism") else ():
        lines.append(f"{parameter.name} = {parameter.value:g} {parameter.unit}: {parameter.meaning}")
        lines.append(f"    {parameter.source}")
    return "\n".join(lines)


@app.command("check")
@_exit_codes
def check_command(as_json: AsJson = False) -> None:
    """Check the whole catalogue: units, names, sources, and that nothing lies unused."""
    from dataclasses import asdict

    from abscopal.check import check_catalogue

    findings = list(check_catalogue())
    broken = [finding for finding in findings if finding.problems]
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            print(f"{'wrong' if finding.problems else 'sound'}  {finding.kind} {finding.name}: {finding.detail}")
            for problem in finding.problems:
                print(f"       {problem}")
        print(f"{len(findings) - len(broken)} of {len(findings)} sound")
    if broken:
        raise typer.Exit(4)


@new.command("protocol")
@_exit_codes
def new_protocol_command(
    name: Annotated[str, typer.Argument(help="Name of the trial; the file is NAME.yaml in this folder.")],
    as_json: AsJson = False,
) -> None:
    """Write a commented protocol that runs as it is."""
    from importlib.resources import files

    from abscopal.protocol.protocol import NAME

    if not re.match(NAME, name):
        raise InputError([Problem("NAME", "letters, digits, dots, dashes and underscores", f"'{name}'")])
    path = Path(f"{name}.yaml")
    folder = Path(str(files("abscopal.protocol")))
    text = (folder / "template.yaml").read_text(encoding="utf-8")
    text = text.replace("NAME", name).replace("SCHEMA", str(folder / "protocol.schema.json"))
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise InputError([Problem("NAME", "a file that does not exist yet", f"'{path}', which does")]) from None
    print(json.dumps({"name": name, "file": str(path)}) if as_json else f"wrote {path}; abscopal run {path}")


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


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
