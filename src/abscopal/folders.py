"""Where the files of the catalogue lie: the package's own folders, those of other packages, and the user's.

Other packages add theirs by an entry point in the group `abscopal.drugs` (or `.mechanisms`, `.indications`,
`.protocols`) whose value is the module that stands in the folder of the files. A user adds folders by the environment
variable `ABSCOPAL_CATALOGUE`: each of its paths may hold `drugs`, `indications`, `mechanisms` and `protocols`. A file
in a `mechanisms` folder is Python and is imported: name only folders whose contents you trust.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Literal

from abscopal.errors import InputError, Problem

Kind = Literal["protocols", "drugs", "indications", "mechanisms"]
VARIABLE = "ABSCOPAL_CATALOGUE"

_SINGULAR = {"protocols": "protocol", "drugs": "drug", "indications": "indication", "mechanisms": "mechanism"}
_DECLARATION = re.compile(r"(?m)^(mechanism|def build)\b")


def singular(kind: Kind) -> str:
    """Return what one entry of a kind is called."""
    return _SINGULAR[kind]


def paths(kind: Kind) -> dict[str, Path]:
    """Return the files of one kind by name, in alphabetical order.

    Raises
    ------
    ValueError
        When two packages bring the same name.
    InputError
        When `ABSCOPAL_CATALOGUE` names a folder that does not exist.
    """
    return _paths(kind, os.environ.get(VARIABLE, ""))


@cache
def _paths(kind: Kind, users: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in _folders(kind, users):
        for path in sorted(folder.glob("*.py" if kind == "mechanisms" else "*.yaml")):
            if kind == "mechanisms" and not _DECLARATION.search(path.read_text(encoding="utf-8")):
                continue
            if path.stem in found:
                raise ValueError(f"the {_SINGULAR[kind]} '{path.stem}' exists twice: {found[path.stem]} and {path}")
            found[path.stem] = path
    return dict(sorted(found.items()))


def module_of(path: Path) -> ModuleType:
    """Import the module of a mechanism's file."""
    package = _folders("mechanisms", os.environ.get(VARIABLE, "")).get(path.parent)
    if package:
        return import_module(f"{package}.{path.stem}")
    return _module_of_file(path, path.stat().st_mtime_ns)


@cache
def _module_of_file(path: Path, _stamp: int) -> ModuleType:
    name = f"abscopal_file_{sha256(str(path).encode()).hexdigest()[:12]}_{path.stem}"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@cache
def _folders(kind: Kind, users: str) -> dict[Path, str]:
    """Return folders with the name of their module: the package's own, other packages', then the user's (no module)."""
    folders = {Path(str(files("abscopal"))) / kind: f"abscopal.{kind}"}
    for entry in sorted(entry_points(group=f"abscopal.{kind}"), key=lambda entry: entry.value):
        spec = find_spec(entry.module)
        if spec is None or spec.origin is None:
            raise ValueError(f"the entry point {entry.name} of {entry.group} names {entry.module}, which has no folder")
        folders[Path(spec.origin).parent] = entry.module
    for name in filter(None, users.split(os.pathsep)):
        if not Path(name).is_dir():
            raise InputError([Problem(VARIABLE, "folders that exist", f"'{name}'")])
        folders[Path(name).resolve() / kind] = ""
    return folders
