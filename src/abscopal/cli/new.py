"""`abscopal new`: commented files to start from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from abscopal.cli.app import AsJson, app, exit_codes
from abscopal.errors import InputError, Problem

new = typer.Typer(help="Write a commented file to start from.", no_args_is_help=True)
app.add_typer(new, name="new")


@new.command("protocol")
@exit_codes
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
