"""Whether the catalogue holds together: units, names, sources, and nothing that nothing uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from abscopal import catalogue
from abscopal.folders import Kind, module_of
from abscopal.language import Mechanism, Model, Parameter


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
    """Check every entry of the catalogue, then the model they make together, as results come in."""
    for kind, check in _CHECKS.items():
        for name in catalogue.names(kind):
            yield _attempt(kind.removesuffix("s"), name, check)
    yield _attempt("model", "standard model with all drugs", _whole_model)


def _attempt(kind: str, name: str, check: Callable[[str], str]) -> Finding:
    try:
        return Finding(kind, name, check(name))
    except (ValueError, LookupError, ImportError, AttributeError, TypeError) as error:
        return Finding(kind, name, "", tuple(str(error).splitlines()) or (type(error).__name__,))


def _mechanism(name: str) -> str:
    module = module_of(catalogue.path("mechanisms", name))
    if not hasattr(module, "mechanism"):
        return "template that drugs fill in"
    mechanism: Mechanism = module.mechanism
    if mechanism.name != name:
        raise ValueError(f"the file is called {name} and the mechanism {mechanism.name}")
    return f"{len(mechanism.parameters)} parameters, {len(mechanism.species)} species"


def _drug(name: str) -> str:
    drug = catalogue.drug(name)
    if drug.name != name:
        raise ValueError(f"the file is called {name} and the drug {drug.name}")
    mechanism = drug.mechanism()
    return f"{drug.target}, {_grades(mechanism.parameters)}"


def _indication(name: str) -> str:
    indication = catalogue.indication(name)
    if indication.name != name:
        raise ValueError(f"the file is called {name} and the indication {indication.name}")
    for protocol in indication.calibration:
        catalogue.path("protocols", protocol)
    return f"calibrated with {', '.join(indication.calibration) or 'no trial'}"


def _protocol(name: str) -> str:
    protocol = catalogue.load_protocol(name)
    if protocol.name != name:
        raise ValueError(f"the file is called {name} and the protocol {protocol.name}")
    return f"{protocol.indication}, {len(protocol.arms)} arms, {protocol.subjects} subjects"


def _whole_model(_: str) -> str:
    model: Model = catalogue.disease_model(catalogue.drug(name) for name in catalogue.names("drugs"))
    return f"{len(model.parameters)} parameters: {_grades(model.parameters.values())}"


def _grades(parameters: Iterable[Parameter]) -> str:
    """`12 checked, 3 assumed`: how many parameters have what kind of source."""
    grades = Counter(parameter.source.grade for parameter in parameters)
    return ", ".join(f"{count} {grade}" for grade, count in grades.most_common())


_CHECKS: dict[Kind, Callable[[str], str]] = {
    "mechanisms": _mechanism,
    "drugs": _drug,
    "indications": _indication,
    "protocols": _protocol,
}
