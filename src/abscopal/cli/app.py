"""The command line: parse, call the public functions, print. Nothing heavy is imported before it is needed.

Exit codes: 0 done; 1 done, but subjects are missing or more failed than allowed; 2 bad input; 3 interrupted, resumable;
4 integrity failure; 70 a bug.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, NoReturn, ParamSpec

import typer

from abscopal.errors import InputError, IntegrityError

if TYPE_CHECKING:
    from rich.console import Console

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

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def main() -> None:
    """Run the command line."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(3)


def exit_codes(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what goes wrong in a command into a message and an exit code."""

    @functools.wraps(command)
    def wrapped(*arguments: P.args, **options: P.kwargs) -> None:
        try:
            command(*arguments, **options)
        except typer.Exit:
            raise
        except InputError as error:
            stop(2, *(str(problem) for problem in error.problems))
        except KeyboardInterrupt:
            stop(3, "interrupted; nothing was written")
        except IntegrityError as error:
            stop(4, str(error))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: say no more
        except OSError as error:
            stop(2, f"cannot read or write {error.filename or 'a file'}: {error.strerror or error}")
        except Exception as error:
            if os.environ.get("ABSCOPAL_DEBUG"):
                raise
            stop(70, f"this is a bug: {type(error).__name__}: {error}", REPORT)

    return wrapped


def stop(code: int, *lines: str) -> NoReturn:
    """Say why on standard error and end the command with an exit code."""
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


def console(*, stderr: bool = False) -> Console:
    """Return a terminal to print tables and progress on."""
    from rich.console import Console

    return Console(stderr=stderr)
