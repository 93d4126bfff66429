"""Every shipped mechanism as a model that can run: itself and the fewest others that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from abscopal.catalogue import disease_model
from abscopal.drugs.drug import Drug, load_drug
from abscopal.language import Mechanism, Model
from abscopal.language.formula import names, parse
from abscopal.mechanisms import mechanisms
from abscopal.mechanisms.driver import build

DRUG_FILES = sorted(Path(str(files("abscopal.drugs"))).glob("*.yaml"))
DRUGS: dict[str, Drug] = {drug.name: drug for drug in map(load_drug, DRUG_FILES)}
MECHANISMS = sorted(mechanisms())


@cache
def shipped() -> dict[str, Mechanism]:
    """Every mechanism, then those of the drugs (but of none that only enters another's species) and their drivers."""
    drivers = sorted({driver for drug in DRUGS.values() for driver in drug.drivers})
    own = {drug.symbol: made for drug in DRUGS.values() if (made := drug.mechanism()).species}
    return mechanisms() | {f"driver_{driver}": build(driver) for driver in drivers} | own


def features(drug: Drug) -> frozenset[tuple[object, ...]]:
    """What compiling can tell apart about a drug: its kinetics, and each effect but for its numbers and names."""
    kinetics, shared = drug.kinetics, drug.shared.keys()
    found: set[tuple[object, ...]] = {(kinetics.form, kinetics.continuous, *sorted(kinetics.values))}
    for effect in drug.effects:
        found.add((effect.form, effect.site, bool(effect.driver), *sorted(effect.values.keys() | shared)))
    return frozenset(found)


def chosen() -> list[str]:
    """The fewest drugs, found greedily, that have every feature of any drug between them."""
    left = set().union(*map(features, DRUGS.values()))
    found = []
    while left:
        best = max(sorted(DRUGS), key=lambda name: len(features(DRUGS[name]) & left))
        left -= features(DRUGS[best])
        found.append(best)
    return sorted(name for name in found if DRUGS[name].symbol in shipped())


NAMES = sorted(shipped())
"""Every mechanism, driver and drug."""
REPRESENTATIVE = chosen()
COMPILED = sorted([*MECHANISMS, *(DRUGS[name].symbol for name in REPRESENTATIVE)])
"""Every mechanism, and drugs with every feature of a drug: what compiling can tell apart."""
MOST = 24
"""Mechanisms of a bundle."""


@cache
def full_model() -> Model:
    """The whole disease: every mechanism, a drug with each feature, but none that sets a number another one sets."""
    tags = {tag for mechanism in mechanisms().values() for tag in mechanism.when}
    given: dict[str, Drug] = {}
    taken: set[str] = set()
    for name in REPRESENTATIVE:
        if not taken & DRUGS[name].parameters.keys():
            given[name] = DRUGS[name]
            taken |= DRUGS[name].parameters.keys()
    return disease_model(given.values(), tags)


def _declared(mechanism: Mechanism) -> set[str]:
    parts = (*mechanism.parameters, *mechanism.species, *mechanism.definitions, *mechanism.ports)
    return {part.name for part in parts}


def _used(mechanism: Mechanism) -> set[str]:
    formulas = [part.formula for part in (*mechanism.definitions, *mechanism.contributions)]
    formulas += [part.rate for part in (*mechanism.processes, *mechanism.hazards)]
    found = {name for formula in formulas for name in names(parse(formula))}
    return found | {part.port for part in mechanism.contributions}


def _idle(mechanism: Mechanism, chosen: list[Mechanism]) -> Iterator[str]:
    """Its parameters and species that nothing chosen uses yet."""
    used = set().union(*map(_used, chosen))
    reactions = " ".join(process.reaction for other in chosen for process in other.processes).split()
    for part in (*mechanism.parameters, *mechanism.species):
        if part.name not in used and part.name not in reactions:
            yield part.name


@cache
def smallest_model(name: str) -> Model:
    """The mechanism with those that declare what it uses, and those that use what it declares."""
    chosen = [shipped()[name]]
    while True:
        missing = set().union(*map(_used, chosen)) - set().union(*map(_declared, chosen))
        idle = {part for mechanism in chosen for part in _idle(mechanism, chosen)}
        wanted = next(
            (m for m in shipped().values() if m not in chosen and (_declared(m) & missing or _used(m) & idle)), None
        )
        if wanted is None and not any(m.species or m.hazards for m in chosen):  # a port alone: who feeds it
            ports = {port.name for mechanism in chosen for port in mechanism.ports}
            wanted = next(m for m in shipped().values() if ports & {part.port for part in m.contributions})
        if wanted is None:
            return Model(chosen)
        chosen.append(wanted)


@cache
def bundles() -> tuple[Model, ...]:
    """Few models that have everything in COMPILED between them, for a kernel takes seconds however small it is.

    Each begins with what needs most others, and takes in what adds least to it, up to `MOST` mechanisms.
    """
    left, found = set(COMPILED), []
    while left:
        first = max(sorted(left), key=lambda name: len(smallest_model(name).mechanisms))
        chosen = list(smallest_model(first).mechanisms)
        left -= {first, *(mechanism.name for mechanism in chosen)}
        while more := [new for name in sorted(left) if (new := _addition(name, chosen)) is not None]:
            chosen += min(more, key=len)
            left -= {mechanism.name for mechanism in chosen}
        found.append(Model(chosen))
    return tuple(found)


def bundle_ids() -> list[str]:
    """What a bundle began with, and how many mechanisms it has: names for tests."""
    return [f"{one.mechanisms[0].name} and {len(one.mechanisms) - 1} more" for one in bundles()]


def _addition(name: str, chosen: list[Mechanism]) -> list[Mechanism] | None:
    """What a model lacks to have this mechanism, too; None if it would be too large or have a number twice."""
    new = [mechanism for mechanism in smallest_model(name).mechanisms if mechanism not in chosen]
    numbers = {parameter.name for mechanism in chosen for parameter in mechanism.parameters}
    twice = numbers & {parameter.name for mechanism in new for parameter in mechanism.parameters}
    return None if twice or len(chosen) + len(new) > MOST else new


def random_state(model: Model, lesions: int, seed: int) -> np.ndarray:
    """A state with something of everything: cells log-uniform in 1e5 to 1e8, other things around one, no drug."""
    random = np.random.default_rng(seed)

    def draw(name: str) -> float:
        unit = model.species[name].unit
        if unit == "cell":
            return float(np.exp(random.uniform(np.log(1e5), np.log(1e8))))
        return float(random.uniform(0.1, 1.0)) if unit in ("1", "mL") else 0.0

    head = [draw(name) for name in model.patient_species] + [0.0] * len(model.hazards)
    return np.array(head + [draw(name) for _ in range(lesions) for name in model.lesion_species])


def every_three_weeks(model: Model, doses: int = 8) -> list[tuple[float, str, float]]:
    """100 mg of every drug of the model, day 0 and every three weeks."""
    drugs = [name for name in model.patient_species if model.species[name].unit == "mg" and "peripheral" not in name]
    return [(21.0 * dose, name, 100.0) for dose in range(doses) for name in drugs]
