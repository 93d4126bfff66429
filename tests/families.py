"""Shipped protocols in families that can share one model, so that few models are compiled for all of them."""

from dataclasses import dataclass, field
from functools import cache

from abscopal import catalogue
from abscopal.drugs.drug import Drug
from abscopal.language import Model
from abscopal.trial.simulate import supportive

_build = catalogue.disease_model
MOST_DRUGS = 16


@dataclass
class Family:
    """Protocols, and what the model that they share is made of."""

    protocols: list[str] = field(default_factory=list)
    drugs: dict[str, Drug] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)


@cache
def _families() -> tuple[Family, ...]:
    """Each protocol joins the family to whose model it adds least, as long as that stays small and makes sense."""
    found: list[Family] = []
    for name in catalogue.names("protocols"):
        drugs, tags = _needs(name)
        fitting = [family for family in found if _fits(family, drugs, tags)]
        if not fitting:
            found.append(family := Family())
        else:
            family = min(fitting, key=lambda one: len(drugs.keys() - one.drugs.keys()))
        family.protocols.append(name)
        family.drugs |= drugs
        family.tags |= tags
    return tuple(found)


def _needs(name: str) -> tuple[dict[str, Drug], set[str]]:
    protocol = catalogue.load_protocol(name)
    given = [catalogue.drug(drug) for drug in protocol.drugs]
    drugs = {d.name: d for d in (*given, *map(catalogue.drug, supportive(given, protocol.management)))}
    return drugs, {*catalogue.indication(protocol.indication).tags, *protocol.procedures}


def _fits(family: Family, drugs: dict[str, Drug], tags: set[str]) -> bool:
    if len(family.drugs | drugs) > MOST_DRUGS:
        return False
    alike = _blocked(family.drugs) == _blocked(drugs) and _cells(family.drugs) == _cells(drugs)
    known, wanted = _constants(family.drugs), _constants(drugs)
    return alike and all(known[key] == wanted[key] for key in known.keys() & wanted.keys())


def _constants(drugs: dict[str, Drug]) -> dict[str, float]:
    """Return what drugs set of a model's parameters, which two of one model may not set differently."""
    return {key: fact.value for drug in drugs.values() for key, fact in drug.parameters.items()}


def _blocked(drugs: dict[str, Drug]) -> bool:
    """Whether a checkpoint is blocked, which most of the model is about."""
    return any({"PD1_systemic", "CTLA4_blocked"} & drug.tags for drug in drugs.values())


def _cells(drugs: dict[str, Drug]) -> set[str]:
    return {drug.modality for drug in drugs.values()} & {"car_t", "til", "bispecific"}


def families() -> list[tuple[str, str]]:
    """Return the number of the family and the name of each shipped protocol, family by family."""
    return [(str(number), name) for number, one in enumerate(_families()) for name in one.protocols]


@cache
def family_model(name: str) -> Model:
    """Return the model of a protocol's family."""
    one = next(family for family in _families() if name in family.protocols)
    return _build(one.drugs.values(), one.tags)


def family_of(*drugs: str) -> tuple[str, str]:
    """Return the number of the first family whose model has these drugs, and a protocol of it."""
    found = next((i, one) for i, one in enumerate(_families()) if set(drugs) <= one.drugs.keys())
    return str(found[0]), found[1].protocols[0]
