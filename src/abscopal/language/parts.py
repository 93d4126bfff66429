"""The nine nouns in which biology is written down: frozen values, no behaviour.

Parameter, Species, Definition, Process, Hazard, Port, Contribution, Mechanism, and Source (in `abscopal.sources`).
Two scopes, `patient` and `lesion`. Formulas are strings in the grammar of `abscopal.language.formula`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from abscopal.sources import Source

Scope = Literal["patient", "lesion"]
Combine = Literal["any", "product", "sum"]


@dataclass(frozen=True)
class Parameter:
    """A number with a unit, a meaning, a source and a plausible range; `per='lesion'` gives each lesion its own.

    `spread` is the standard deviation of its logarithm between patients, for one that no indication distributes.
    """

    name: str
    value: float
    unit: str
    meaning: str
    source: Source
    range: tuple[float, float] | None = None
    per: Scope = "patient"
    spread: float = 0.0


@dataclass(frozen=True)
class Species:
    """A quantity that changes in time.

    `floor` makes it discrete at the low end: below it there is none left (a clone under one cell is extinct, a drug
    under a trace is gone), and the quantity becomes exactly zero.
    """

    name: str
    unit: str
    meaning: str
    per: Scope = "patient"
    floor: float = 0.0


@dataclass(frozen=True)
class Definition:
    """A name for a formula; its scope is that of what it uses unless stated."""

    name: str
    formula: str
    unit: str
    meaning: str
    per: Scope = "patient"


@dataclass(frozen=True)
class Process:
    """`reaction` such as `C -> D` runs at `rate`; a patient species touched from lesions gets the sum over them."""

    name: str
    reaction: str
    rate: str


@dataclass(frozen=True)
class Hazard:
    """An event that strikes a patient at a rate per day, once its integral passes a random threshold.

    The patient dies of it if `fatal`; else it is something that happens to him or her.
    """

    name: str
    rate: str
    meaning: str
    fatal: bool = True


@dataclass(frozen=True)
class Port:
    """A place where other mechanisms and drugs act on this one.

    `any` combines shares as independent chances (1 minus the product of 1 - x; 0 when nobody contributes), `product`
    multiplies factors (1 when nobody contributes), `sum` adds (0 when nobody contributes).
    """

    name: str
    combine: Combine
    meaning: str
    unit: str = "1"
    per: Scope = "lesion"


@dataclass(frozen=True)
class Contribution:
    """What this mechanism adds to a port, its own or another's."""

    port: str
    formula: str


@dataclass(frozen=True)
class Mechanism:
    """One piece of biology. Species may be declared by several mechanisms, alike; anything else belongs to one.

    `when` says which models it is part of: every one if empty, else those with one of these tags. A model's tags are
    the names, modalities and groups of its drugs, the ports that they feed, its procedures, and its indication's tags.
    """

    name: str
    summary: str
    species: tuple[Species, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    definitions: tuple[Definition, ...] = ()
    ports: tuple[Port, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    processes: tuple[Process, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    when: tuple[str, ...] = ()


class ModelError(ValueError):
    """A mechanism that does not make sense; the message names mechanism, part and units."""
