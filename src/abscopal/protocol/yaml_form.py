"""Protocols to and from YAML files."""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from abscopal.protocol.names import unknown_names
from abscopal.protocol.protocol import NAME, Protocol
from abscopal.record import read_record

_QUOTED = {"yes", "no", "on", "off"}


def read_protocol(
    path: str | Path, *, drugs: Collection[str] | None = None, indications: Collection[str] | None = None
) -> Protocol:
    """Read a protocol from a YAML file; without a name it is called as the file is.

    Parameters
    ----------
    path
        The file.
    drugs, indications
        Names that may be used; None leaves them unchecked.

    Raises
    ------
    InputError
        With every problem of the file.
    """

    def names(data: Any) -> Any:
        known = {"drugs": drugs, "indications": indications}
        return unknown_names(data, **{kind: _All() if known[kind] is None else known[kind] for kind in known})  # type: ignore[arg-type]

    stem = Path(path).stem
    defaults = {"name": stem} if re.match(NAME, stem) else {}
    return read_record(path, Protocol, names, **defaults)


class _All(frozenset[str]):
    """A catalogue that has every name."""

    def __contains__(self, name: object) -> bool:
        return True


def plain(protocol: Protocol, *, defaults: bool = True) -> dict[str, Any]:
    """Return a protocol as a file holds it: text, numbers, lists and mappings, arms by name, nothing empty.

    Without `defaults` only what the protocol was made with, as a person writes it.
    """
    data = protocol.model_dump(mode="json", exclude_none=True, exclude_unset=not defaults)
    data["arms"] = {arm.pop("name"): arm for arm in data["arms"]}
    kept: dict[str, Any] = _without_empty(data)
    return kept


def to_yaml(protocol: Protocol, *, schema: str = "", defaults: bool = True) -> str:
    """Return a protocol as YAML that reads back as the same protocol; `schema` is what editors validate with.

    With `defaults` it says everything, so that it means the same when a default has changed.
    """
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.width = 118
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_laid_out(plain(protocol, defaults=defaults)), stream)
    head = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    return head + stream.getvalue()


def _without_empty(value: Any) -> Any:
    """Drop what says nothing, everywhere; an empty regimen does say something. Whole numbers lose their `.0`."""
    if isinstance(value, dict):
        inner = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in inner.items() if key == "regimen" or item not in ({}, [], "")}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return int(value) if isinstance(value, float) and value == int(value) and abs(value) < 1e15 else value


def _laid_out(value: Any) -> Any:
    """Return ruamel's mappings and lists: figures and points on one line, words that others misread in quotes."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, str):
        return DoubleQuotedScalarString(value) if value.lower() in _QUOTED or value.startswith("?") else value
    if not isinstance(value, dict | list):
        return value
    if isinstance(value, dict):
        laid: Any = CommentedMap((_month_or_word(name), _laid_out(item)) for name, item in value.items())
    else:
        laid = CommentedSeq(_laid_out(item) for item in value)
    if "value" in value or all(isinstance(item, int | float) for item in value):
        laid.fa.set_flow_style()
    return laid


def _month_or_word(key: str) -> Any:
    """Return a key as a person writes it: months as numbers, words that others misread in quotes."""
    return int(key) if re.fullmatch(r"0|[1-9][0-9]{0,8}", key) else _laid_out(key)
