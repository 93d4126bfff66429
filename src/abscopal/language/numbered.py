"""A model whose drugs go by number: models that differ only in the names of drugs become one, and compile once."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any, TypeVar

from abscopal.language.model import Model
from abscopal.language.parts import Definition, Mechanism, Parameter, Species

Part = TypeVar("Part")


def with_numbered_drugs(model: Model) -> Model:
    """Return the model with `drug1` and so on for every mechanism whose names all begin with its own."""
    names = [mechanism.name for mechanism in model.mechanisms if _all_its_own(mechanism)]
    number = {name: f"drug{place}" for place, name in enumerate(names, 1)}
    if not number:
        return model
    return Model(_renamed(m, m.name, number[m.name]) if m.name in number else m for m in model.mechanisms)


def _all_its_own(mechanism: Mechanism) -> bool:
    """Whether nothing but itself can use its names: what a drug is to a model."""
    own: list[Parameter | Species | Definition]
    own = [*mechanism.parameters, *mechanism.species, *mechanism.definitions]
    begins = all(part.name.startswith(f"{mechanism.name}_") for part in own)
    return bool(own) and begins and not mechanism.ports and not mechanism.hazards


def _renamed(part: Part, old: str, new: str) -> Part:
    """Return a part with another name in every name, formula and reaction; of a mechanism, in all its parts."""
    changed: dict[str, Any] = {}
    for field in fields(part):  # type: ignore[arg-type]
        value = getattr(part, field.name)
        if isinstance(value, str):
            changed[field.name] = re.sub(rf"(?<![A-Za-z0-9_]){old}(?![A-Za-z0-9])", new, value)
        elif isinstance(part, Mechanism) and field.name != "when":
            changed[field.name] = tuple(_renamed(inner, old, new) for inner in value)
    return replace(part, **changed)  # type: ignore[type-var]
