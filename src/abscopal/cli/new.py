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

NewName = Annotated[str, typer.Argument(help="Its name; the file, in this folder, is called so.")]
_SYMBOL = r"^[a-z][a-z0-9_]*$"


@new.command("protocol")
@exit_codes
def new_protocol_command(name: NewName, as_json: AsJson = False) -> None:
    """Write a commented protocol that runs as it is."""
    from importlib.resources import files

    from abscopal.protocol.protocol import NAME

    _require(name, NAME, "letters, digits, dots, dashes and underscores")
    folder = Path(str(files("abscopal.protocol")))
    text = (folder / "template.yaml").read_text(encoding="utf-8")
    text = text.replace("SCHEMA", str(folder / "protocol.schema.json"))
    path = _write(f"{name}.yaml", text, name)
    _tell(name, path, f"abscopal run {path}", as_json)


@new.command("drug")
@exit_codes
def new_drug_command(name: NewName, as_json: AsJson = False) -> None:
    """Write a commented drug, an antibody against PD-1."""
    _require(name, r"^[a-z][a-z0-9-]*$", "small letters, digits and dashes")
    _new("drugs", name, "drug.txt", ".yaml", as_json)


@new.command("indication")
@exit_codes
def new_indication_command(name: NewName, as_json: AsJson = False) -> None:
    """Write a commented indication, a solid cancer."""
    _require(name, _SYMBOL, "small letters, digits and underscores")
    _new("indications", name, "indication.txt", ".yaml", as_json)


@new.command("mechanism")
@exit_codes
def new_mechanism_command(name: NewName, as_json: AsJson = False) -> None:
    """Write a commented mechanism, a factor that lowers priming."""
    _require(name, _SYMBOL, "small letters, digits and underscores")
    _new("mechanisms", name, "mechanism.txt", ".py", as_json)


@new.command("prices")
@exit_codes
def new_prices_command(name: NewName, as_json: AsJson = False) -> None:
    """Write an example of a price table for abscopal cost; every number in it is to be replaced."""
    from importlib.resources import files

    _require(name, r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", "letters, digits, dots, dashes and underscores")
    text = files("abscopal.cli").joinpath("templates", "prices.txt").read_text(encoding="utf-8")
    path = _write(f"{name}.yaml", text, name)
    _tell(name, path, f"replace its numbers, then abscopal cost RUN --prices {path}", as_json)


def _new(kind: str, name: str, template: str, ending: str, as_json: bool) -> None:
    from importlib.resources import files

    text = files("abscopal.cli").joinpath("templates", template).read_text(encoding="utf-8")
    path = _write(f"{name}{ending}", text, name)
    _tell(name, path, f"put it into FOLDER/{kind}, then ABSCOPAL_CATALOGUE=FOLDER abscopal check", as_json)


def _require(name: str, pattern: str, expected: str) -> None:
    if not re.fullmatch(pattern, name):
        raise InputError([Problem("NAME", expected, f"'{name}'")])


def _write(file: str, text: str, name: str) -> Path:
    """Write a file of this folder that is not there yet."""
    path = Path(file)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(re.sub(r"\bNAME(?=\b|_)", name, text))
    except FileExistsError:
        raise InputError([Problem("NAME", "a file that does not exist yet", f"'{path}', which does")]) from None
    return path


def _tell(name: str, path: Path, then: str, as_json: bool) -> None:
    print(json.dumps({"name": name, "file": str(path)}) if as_json else f"wrote {path}; {then}")
