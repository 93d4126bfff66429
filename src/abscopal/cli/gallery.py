"""`abscopal gallery`: every mechanism, drug and indication on one page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from abscopal.cli.app import AsJson, app, exit_codes


@app.command("gallery")
@exit_codes
def gallery_command(
    names: Annotated[
        list[str] | None, typer.Argument(help="Mechanisms, drugs and indications; all of them if left out.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("gallery.html"),
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Write a page with the equations, sources and a plot of each mechanism, drug and indication."""
    from abscopal.cli.progress import entries_bar
    from abscopal.gallery import write_gallery

    with entries_bar(hidden=quiet or as_json) as progress:
        path = write_gallery(out, names or (), progress)
    print(json.dumps({"file": str(path)}) if as_json else f"wrote {path}")
