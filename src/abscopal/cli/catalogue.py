"""`abscopal list` and `abscopal show`: what the catalogue holds."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from abscopal.cli.app import AsJson, app, console, exit_codes


class Kind(StrEnum):
    """What can be listed."""

    protocols = "protocols"
    drugs = "drugs"
    indications = "indications"
    mechanisms = "mechanisms"
    criteria = "criteria"


@app.command("list")
@exit_codes
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
    console().print(table)


def _descriptions(kind: Kind) -> dict[str, str]:
    if kind is Kind.criteria:
        return {name: _first_line(criterion) for name, criterion in _criteria().items()}
    from abscopal import catalogue, folders

    known = cast("folders.Kind", kind.value)
    return {name: catalogue.describe(known, name) for name in catalogue.names(known)}


def _criteria() -> dict[str, str]:
    """Return the text of the module that declares each response criterion."""
    from abscopal.clinic.criteria.criterion import criteria

    found = criteria()
    modules = [module for name, module in sys.modules.items() if name.startswith("abscopal.clinic.")]
    return {
        name: next(module.__doc__ or "" for module in modules if getattr(module, "criterion", None) is criterion)
        for name, criterion in found.items()
    }


@app.command("show")
@exit_codes
def show_command(
    name: Annotated[str, typer.Argument(help="Name of a protocol, drug, indication, mechanism or criterion.")],
    as_json: AsJson = False,
) -> None:
    """Show one entry of the catalogue whole."""
    found = _criterion_entry(name) or _entry(name)
    if as_json:
        print(json.dumps(found, indent=1))
        return
    print(f"{found['name']}, {found['kind']} {found['file']}".rstrip() + "\n")
    print(found["text"].rstrip())


def _criterion_entry(name: str) -> dict[str, Any] | None:
    """Return a criterion, whatever its case and spaces; None for a name of the catalogue, which need not load them."""
    from abscopal import catalogue
    from abscopal.errors import InputError, unknown

    names = [known for kind in catalogue.KINDS for known in catalogue.names(kind)]
    if name in names:
        return None
    for known, text in _criteria().items():
        if known.lower().replace(" ", "") == name.lower().replace(" ", ""):
            text = f"{text.strip()}\n\n{_rules_text(known)}"
            return {"name": known, "kind": "criterion", "file": "", "text": text, "content": text}
    raise InputError([unknown("", "name of the catalogue (abscopal list)", name, [*names, *_criteria()])])


def _rules_text(name: str) -> str:
    """Return a criterion's tables of rules in their order, with the guideline's section behind each."""
    from abscopal.clinic.criteria.criterion import LABELS, criterion_named

    criterion, lines = criterion_named(name), []
    for title, table in (("Targets", "target_rules"), ("Non-targets", "nontarget_rules"), ("Overall", "rules")):
        rules = getattr(criterion, table, ())
        if rules:
            lines += [f"{title}: the first of these that holds"]
            lines += [f"  {LABELS[rule.response] or 'none':18} {rule.sentence} [{rule.section}]" for rule in rules]
            lines.append("")
    return "\n".join(lines)


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
    """Return the prose of a mechanism, its equations, ports and parameters with their sources."""
    from abscopal import catalogue
    from abscopal.folders import module_of
    from abscopal.language.equations import equations

    module = module_of(catalogue.path("mechanisms", name))
    lines = [(module.__doc__ or "").strip(), ""]
    mechanism = getattr(module, "mechanism", None)
    if mechanism is None:
        return "\n".join(lines)
    lines += [f"Part of {'models with ' + ' or '.join(mechanism.when) if mechanism.when else 'every model'}.", ""]
    lines += [*map(str, equations(mechanism)), ""]
    for port in mechanism.ports:
        lines.append(f"port {port.name} ({port.per}, {port.combine}, {port.unit}): {port.meaning}")
    for parameter in mechanism.parameters:
        lines.append(f"{parameter.name} = {parameter.value:g} {parameter.unit}: {parameter.meaning}")
        lines.append(f"    {parameter.source}")
    return "\n".join(lines)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
