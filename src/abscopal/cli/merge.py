"""`abscopal merge`: put the shares of a trial together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from abscopal.cli.app import AsJson, app, exit_codes
from abscopal.cli.run import AllowFailures, Quiet


@app.command("merge")
@exit_codes
def merge_command(
    folders: Annotated[list[Path], typer.Argument(help="Run folders of all shares.", metavar="FOLDER...")],
    out: Annotated[Path, typer.Option(help="Folder of the whole run.")],
    allow_failures: AllowFailures = 0.01,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Put the shares of a trial (run --shard) together into the run that one computer would have made."""
    if all((folder / "draws").is_dir() for folder in folders):
        from abscopal.cli.prediction import merge_and_predict

        merge_and_predict(folders, out, as_json=as_json, quiet=quiet, allowed=allow_failures)
        return
    from abscopal.cli.results import report
    from abscopal.runs.merge import merge

    report(merge(folders, out), as_json=as_json, quiet=quiet, allowed=allow_failures)
