"""A model with a mechanism taken out, and a mechanism taken out of its model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from abscopal.language import Mechanism, Model, ModelError
from abscopal.language.equations import equations
from abscopal.language.formula import names, parse


def without(model: Model, name: str) -> Model | None:
    """Return the model without one mechanism, or None where the others use what it declares.

    What others contribute to its ports goes, too.
    """
    return _standing(mechanism for mechanism in model.mechanisms if mechanism.name != name)


def alone(mechanism: Mechanism) -> Model | None:
    """Return a mechanism by itself, without what it contributes to ports of others; None if it needs others."""
    return _standing([mechanism])


def _standing(mechanisms: Iterable[Mechanism]) -> Model | None:
    try:
        return Model(_used(_connected(list(mechanisms))))
    except ModelError:
        return None


def _connected(mechanisms: list[Mechanism]) -> list[Mechanism]:
    """Drop contributions to ports that are not there."""
    ports = {port.name for mechanism in mechanisms for port in mechanism.ports}
    return [
        replace(one, contributions=tuple(part for part in one.contributions if part.port in ports))
        for one in mechanisms
    ]


def _used(mechanisms: list[Mechanism]) -> list[Mechanism]:
    """Drop parameters and species that no formula uses any more."""
    lines = [line for one in mechanisms for line in equations(one) if line.kind != "change"]
    used = {name for line in lines for name in names(parse(line.formula))}
    used |= {word for one in mechanisms for process in one.processes for word in process.reaction.split()}
    return [
        replace(
            one,
            parameters=tuple(part for part in one.parameters if part.name in used),
            species=tuple(part for part in one.species if part.name in used),
        )
        for one in mechanisms
    ]
