"""What there is to simulate with: mechanisms, drugs, indications and protocols, and the model that they make.

A file put into `abscopal/drugs/` is a drug; nothing else needs to know. `abscopal.folders` says where else files may
lie. Nothing is read before it is asked for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from abscopal.errors import InputError, Problem, unknown
from abscopal.folders import Kind, paths, singular

if TYPE_CHECKING:
    from abscopal.drugs.drug import Drug
    from abscopal.indications.indication import Indication
    from abscopal.indications.posterior import Posterior
    from abscopal.language import Mechanism, Model, Parameter
    from abscopal.protocol.protocol import Protocol

KINDS: tuple[Kind, ...] = get_args(Kind)


def names(kind: Kind) -> tuple[str, ...]:
    """Return the names of one kind, in alphabetical order."""
    return tuple(paths(kind))


def path(kind: Kind, name: str) -> Path:
    """Return the file of one entry.

    Raises
    ------
    InputError
        With the nearest known name.
    """
    if name not in paths(kind):
        raise InputError([unknown("", singular(kind), name, names(kind))])
    return paths(kind)[name]


def kind_of(name: str) -> Kind:
    """Return the kind of which `name` is one.

    Raises
    ------
    InputError
        With the nearest name of any kind.
    """
    for kind in KINDS:
        if name in paths(kind):
            return kind
    raise InputError([unknown("", "name", name, (name for kind in KINDS for name in names(kind)))])


def describe(kind: Kind, name: str) -> str:
    """Return one line that says what an entry is."""
    text = path(kind, name).read_text(encoding="utf-8")
    if kind == "mechanisms":
        return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    title = re.search(r"(?m)^title: *(.+)$", text)
    return title[1].strip().strip("'\"") if title else ""


def disease_model(drugs: Iterable[Drug] = (), tags: Iterable[str] = ()) -> Model:
    """Build the model of the disease under some treatments.

    Parameters
    ----------
    drugs
        Every drug that anyone may be given, in any order.
    tags
        Further tags of the model: those of the indication, and the procedures used.

    Raises
    ------
    InputError
        If two of the drugs set a parameter of the model differently, or one sets a parameter that the model lacks.
    ModelError
        If the mechanisms do not fit together.
    """
    from abscopal.language import Model
    from abscopal.mechanisms import chosen
    from abscopal.mechanisms.driver import build

    ordered = sorted({drug.name: drug for drug in drugs}.values(), key=lambda drug: (drug.modality, drug.name))
    known = set(tags).union(*(drug.tags for drug in ordered))
    drivers = sorted(set().union(*(drug.drivers for drug in ordered)))
    disease = _with_parameters(chosen(known), _parameters_set(ordered))
    made = [mechanism for drug in ordered if (mechanism := drug.mechanism()).species]
    return Model((*disease, *map(build, drivers), *made))


def _parameters_set(drugs: Iterable[Drug]) -> dict[str, Parameter]:
    """Return what drugs set of the model's parameters: value, range and source, by name."""
    from abscopal.language import Parameter

    found: dict[str, Parameter] = {}
    for drug in drugs:
        for name, fact in drug.parameters.items():
            known = found.get(name)
            if known is not None and known.value != fact.value:
                raise InputError([Problem(name, f"one value for this model, as in {known.meaning}", drug.name)])
            found[name] = Parameter(name, fact.value, "1", drug.name, fact.origin(drug.sources), fact.range)
    return found


def _with_parameters(mechanisms: list[Mechanism], values: Mapping[str, Parameter]) -> list[Mechanism]:
    known = {parameter.name for mechanism in mechanisms for parameter in mechanism.parameters}
    lacking = [unknown(value.meaning, "parameter", name, known) for name, value in values.items() if name not in known]
    if lacking:
        raise InputError(lacking)
    return [
        replace(mechanism, parameters=tuple(_set(own, values.get(own.name)) for own in mechanism.parameters))
        for mechanism in mechanisms
    ]


def _set(parameter: Parameter, given: Parameter | None) -> Parameter:
    if given is None:
        return parameter
    return replace(parameter, value=given.value, range=given.range or parameter.range, source=given.source)


def drug(name: str) -> Drug:
    """Return a drug by name."""
    from abscopal.drugs.drug import load_drug

    return load_drug(path("drugs", name))


def indication(name: str) -> Indication:
    """Return an indication by name."""
    from abscopal.indications.indication import load_indication

    return load_indication(path("indications", name))


def posterior(indication: str) -> Posterior | None:
    """Return the draws of what was fitted of an indication; None if nothing was."""
    from abscopal.indications.posterior import load_posterior

    draws = path("indications", indication).with_suffix(".posterior.csv")
    return load_posterior(draws) if draws.exists() else None


def load_protocol(name_or_path: str | Path) -> Protocol:
    """Return a shipped protocol by name or one of your own by path, its drugs and indication known to the catalogue.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    from abscopal.protocol.yaml_form import read_protocol

    return read_protocol(_protocol_file(name_or_path), drugs=names("drugs"), indications=names("indications"))


def _protocol_file(name_or_path: str | Path) -> Path:
    """Return the file: a shipped name first, then whatever lies there, then what looks like a path."""
    if isinstance(name_or_path, str) and name_or_path in paths("protocols"):
        return paths("protocols")[name_or_path]
    file = Path(name_or_path)
    if file.exists() or file.suffix in {".yaml", ".yml"} or len(file.parts) > 1:
        return file
    return path("protocols", str(name_or_path))
