"""Whether the catalogue holds together: units, names, sources, and nothing that nothing uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import get_args

from abscopal import catalogue
from abscopal.folders import Kind, module_of, singular
from abscopal.protocol.procedure import Tag
from abscopal.protocol.protocol import Arm, Protocol
from abscopal.sources import Source
from abscopal.trial.giving import check_treatments


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Parameters
    ----------
    kind, name
        What was checked.
    detail
        What it is made of.
    problems
        What is wrong with it, line by line; empty when it is sound.
    """

    kind: str
    name: str
    detail: str = ""
    problems: tuple[str, ...] = ()


def check_catalogue() -> Iterator[Finding]:
    """Check every entry of the catalogue, and the models they make, as results come in."""
    for kind, check in _CHECKS.items():
        for name in catalogue.names(kind):
            yield _attempt(singular(kind), name, check)


def _attempt(kind: str, name: str, check: Callable[[str], str]) -> Finding:
    try:
        return Finding(kind, name, check(name))
    except (ValueError, LookupError, ImportError, AttributeError, TypeError) as error:
        return Finding(kind, name, "", tuple(str(error).splitlines()) or (type(error).__name__,))


def _mechanism(name: str) -> str:
    mechanism = getattr(module_of(catalogue.path("mechanisms", name)), "mechanism", None)
    if mechanism is None:
        return "template that other files fill in"
    if mechanism.name != name:
        raise ValueError(f"the file is called {name} and the mechanism {mechanism.name}")
    if mechanism.when and not _callable_tags() & set(mechanism.when):
        raise ValueError(f"no model uses it: no drug, procedure or cancer brings any of {', '.join(mechanism.when)}")
    return f"{len(mechanism.parameters)} parameters, {len(mechanism.species)} species"


@cache
def _callable_tags() -> frozenset[str]:
    """Everything that can call for a mechanism."""
    tags = set(get_args(Tag)).union(*(catalogue.drug(name).tags for name in catalogue.names("drugs")))
    return frozenset(tags.union(*(catalogue.indication(name).tags for name in catalogue.names("indications"))))


def _drug(name: str) -> str:
    drug = catalogue.drug(name)
    if drug.name != name:
        raise ValueError(f"the file is called {name} and the drug {drug.name}")
    model = catalogue.disease_model([drug])
    usual = Protocol(indication="any", subjects=1, arms=[Arm("usual", drug.regimens)])
    check_treatments(usual, {name: drug}, model)
    return f"{drug.group}, {_grades(fact.origin(drug.sources) for _, fact in drug.facts())}"


def _indication(name: str) -> str:
    indication = catalogue.indication(name)
    if indication.name != name:
        raise ValueError(f"the file is called {name} and the indication {indication.name}")
    for protocol in indication.calibration:
        catalogue.path("protocols", protocol)
    origins = (fact.origin(indication.sources) for _, fact in indication.facts())
    return f"calibrated with {', '.join(indication.calibration) or 'no trial'}; {_grades(origins)}"


def _protocol(name: str) -> str:
    protocol = catalogue.load_protocol(name)
    if protocol.name != name:
        raise ValueError(f"the file is called {name} and the protocol {protocol.name}")
    tags = (*catalogue.indication(protocol.indication).tags, *protocol.procedures)
    drugs = {drug: catalogue.drug(drug) for drug in protocol.drugs}
    model = catalogue.disease_model(drugs.values(), tags)
    check_treatments(protocol, drugs, model)
    size = f"{len(model.parameters)} parameters, {len(model.species)} species"
    return f"{protocol.indication}, {len(protocol.arms)} arms, {protocol.subjects} subjects; {size}"


def _grades(origins: Iterable[Source]) -> str:
    """`12 checked, 3 assumed`: how many numbers have what kind of source."""
    grades = Counter(origin.grade for origin in origins)
    return ", ".join(f"{count} {grade}" for grade, count in grades.most_common())


_CHECKS: dict[Kind, Callable[[str], str]] = {
    "mechanisms": _mechanism,
    "drugs": _drug,
    "indications": _indication,
    "protocols": _protocol,
}
