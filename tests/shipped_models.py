"""Every shipped mechanism as a model that can run: itself and the fewest others that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from abscopal.drugs.drug import load_drug
from abscopal.language import Mechanism, Model
from abscopal.language.formula import names, parse
from abscopal.mechanisms import STANDARD, load, standard_model

DRUG_FILES = sorted(Path(str(files("abscopal.drugs"))).glob("*.yaml"))


@cache
def shipped() -> dict[str, Mechanism]:
    """The mechanisms of the standard model and of every drug, by name."""
    drugs = [load_drug(path).mechanism() for path in DRUG_FILES]
    return {mechanism.name: mechanism for mechanism in (*map(load, STANDARD), *drugs)}


NAMES = sorted([*STANDARD, *(path.stem for path in DRUG_FILES)])


@cache
def full_model() -> Model:
    """The whole disease with every drug."""
    return standard_model(mechanism for name, mechanism in shipped().items() if name not in STANDARD)


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
        if wanted is None:
            return Model(chosen)
        chosen.append(wanted)


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
