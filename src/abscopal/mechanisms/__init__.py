"""Biology, one mechanism per file, found by listing the folder."""

from __future__ import annotations

from collections.abc import Iterable

from abscopal.folders import module_of, paths
from abscopal.language import Mechanism, Port


def load(name: str) -> Mechanism:
    """Load the mechanism of one file.

    Raises
    ------
    LookupError
        If there is no such file, or it is a template.
    """
    found = getattr(module_of(paths("mechanisms")[name]), "mechanism", None)
    if not isinstance(found, Mechanism):
        raise LookupError(f"{name} declares no mechanism; it is a template that other files fill in")
    return found


def mechanisms() -> dict[str, Mechanism]:
    """Return every mechanism by name, templates left out."""
    modules = {name: module_of(path) for name, path in paths("mechanisms").items()}
    return {name: module.mechanism for name, module in modules.items() if hasattr(module, "mechanism")}


def ports() -> dict[str, Port]:
    """Return every port of every mechanism by name."""
    return {port.name: port for mechanism in mechanisms().values() for port in mechanism.ports}


def chosen(tags: Iterable[str]) -> list[Mechanism]:
    """Return the mechanisms that a model with these tags is made of: those of every model, and those of its tags."""
    known = set(tags)
    return [found for found in mechanisms().values() if not found.when or known & set(found.when)]
