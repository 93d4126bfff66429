"""What there is to simulate with: mechanisms, drugs, indications and protocols, found by listing folders.

A file put into `abscopal/drugs/` is a drug; nothing else needs to know. Other packages add theirs by an entry point in
the group `abscopal.drugs` (or `.mechanisms`, `.indications`, `.protocols`) whose value is the module that stands in the
folder of the files. Nothing is read before it is asked for.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from abscopal.errors import InputError, unknown

if TYPE_CHECKING:
    from abscopal.drugs.drug import Drug
    from abscopal.indications.indication import Indication
    from abscopal.protocol.protocol import Protocol

Kind = Literal["protocols", "drugs", "indications", "mechanisms"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_SINGULAR = {"protocols": "protocol", "drugs": "drug", "indications": "indication", "mechanisms": "mechanism"}
_DECLARATION = re.compile(r"(?m)^(mechanism|def build)\b")


@cache
def paths(kind: Kind) -> dict[str, Path]:
    """Return the files of one kind by name, in alphabetical order.

    Raises
    ------
    ValueError
        When two packages bring the same name.
    """
    found: dict[str, Path] = {}
    for folder in _folders(kind):
        for path in sorted(folder.glob("*.py" if kind == "mechanisms" else "*.yaml")):
            if kind == "mechanisms" and not _DECLARATION.search(path.read_text(encoding="utf-8")):
                continue
            if path.stem in found:
                raise ValueError(f"the {_SINGULAR[kind]} '{path.stem}' exists twice: {found[path.stem]} and {path}")
            found[path.stem] = path
    return dict(sorted(found.items()))


def names(kind: Kind) -> tuple[str, ...]:
    """Return the names of one kind, in alphabetical order."""
    return tuple(paths(kind))


def path(kind: Kind, name: str) -> Path:
    """Return the file of one entry.

    Raises
    ------
    InputError
        With the nearest known name.
    """
    if name not in paths(kind):
        raise InputError([unknown("", _SINGULAR[kind], name, names(kind))])
    return paths(kind)[name]


def kind_of(name: str) -> Kind:
    """Return the kind of which `name` is one.

    Raises
    ------
    InputError
        With the nearest name of any kind.
    """
    for kind in KINDS:
        if name in paths(kind):
            return kind
    raise InputError([unknown("", "name", name, (name for kind in KINDS for name in names(kind)))])


def describe(kind: Kind, name: str) -> str:
    """Return one line that says what an entry is."""
    text = path(kind, name).read_text(encoding="utf-8")
    if kind == "mechanisms":
        return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    title = re.search(r"(?m)^title: *(.+)$", text)
    return title[1].strip().strip("'\"") if title else ""


def mechanism_module(name: str) -> str:
    """Return the full name of the module that declares a mechanism."""
    return f"{_folders('mechanisms')[path('mechanisms', name).parent]}.{name}"


def drug(name: str) -> Drug:
    """Return a drug by name."""
    from abscopal.drugs.drug import load_drug

    return load_drug(path("drugs", name))


def indication(name: str) -> Indication:
    """Return an indication by name."""
    from abscopal.indications.indication import load_indication

    return load_indication(path("indications", name))


def load_protocol(name_or_path: str | Path) -> Protocol:
    """Return a shipped protocol by name or one of your own by path, its drugs and indication known to the catalogue.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    from abscopal.protocol.yaml_form import read_protocol

    return read_protocol(_protocol_file(name_or_path), drugs=names("drugs"), indications=names("indications"))


def _protocol_file(name_or_path: str | Path) -> Path:
    """Return the file: a shipped name first, then whatever lies there, then what looks like a path."""
    if isinstance(name_or_path, str) and name_or_path in paths("protocols"):
        return paths("protocols")[name_or_path]
    file = Path(name_or_path)
    if file.exists() or file.suffix in {".yaml", ".yml"} or len(file.parts) > 1:
        return file
    return path("protocols", str(name_or_path))


def _folders(kind: Kind) -> dict[Path, str]:
    """Return the package's own folder, then those of other packages, each with the name of its module."""
    folders = {Path(str(files("abscopal"))) / kind: f"abscopal.{kind}"}
    for entry in sorted(entry_points(group=f"abscopal.{kind}"), key=lambda entry: entry.value):
        spec = find_spec(entry.module)
        if spec is None or spec.origin is None:
            raise ValueError(f"the entry point {entry.name} of {entry.group} names {entry.module}, which has no folder")
        folders[Path(spec.origin).parent] = entry.module
    return folders
