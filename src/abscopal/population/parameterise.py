"""From a cancer to the parameters of each patient: what all share, what differs, and what organs and drugs ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from abscopal import catalogue
from abscopal.drugs.drug import Drug
from abscopal.engine.batch import Batch
from abscopal.engine.kernel import Kernel
from abscopal.errors import InputError, Problem, unknown
from abscopal.indications.indication import Indication
from abscopal.mechanisms import mechanisms
from abscopal.population.baseline import Baseline
from abscopal.population.distributions import sample, shifted
from abscopal.population.immune_status import immune_competence
from abscopal.population.organs import place
from abscopal.population.seeding import SLOTS, Lesions
from abscopal.population.traits import Candidates, log_factor
from abscopal.random_streams import normal
from abscopal.units import DAYS_PER_YEAR

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

DRIVER = "driver_"
SECOND_PRIMARY_AGE, SECOND_PRIMARY_POWER, OLDEST = 62.0, 5.0, 85.0
"""Incidence of a new cancer rises with the fifth to sixth power of age (Armitage P, Doll R. Br J Cancer 1954;8:1), from
that at the usual age of patients; in the very old it levels off (assumed)."""


def parameterise(
    indication: Indication, kernel: Kernel, drugs: Sequence[Drug], who: Candidates, lesions: Lesions, line: str
) -> Batch:
    """Give every candidate parameters: the model's values, the indication's, and what differs between patients.

    Raises
    ------
    InputError
        If the indication names a parameter that no shipped mechanism has.
    """
    problems = list(unknown_parameters(indication, kernel))
    if problems:
        raise InputError(problems)
    batch = _blank(kernel, lesions)
    for name, fact in indication.fixed.items():
        if name in kernel.layout.patient_parameters:
            batch.parameter(name)[:] = fact.value * np.exp(_shift(indication, who, name))
    for name in indication.parameters:
        _distribute(batch, indication, who, name)
    for name, fact in indication.lines.get(line, {}).items():
        if name in kernel.layout.patient_parameters:
            batch.parameter(name)[:] *= fact.value
    _spread(batch, indication, who)
    _drive(batch, who.traits)
    everywhere = np.indices(lesions.organ.shape)
    place(batch, everywhere[0], everywhere[1], lesions.organ, drugs)
    return batch


def unknown_parameters(indication: Indication, kernel: Kernel) -> Iterator[Problem]:
    """Names of the indication that neither this model nor any shipped mechanism or drug has, as problems."""
    named = [(path, name) for path, name in indication.model_parameters() if name not in kernel.model.parameters]
    named += [(f"fractions.{n}", n) for n in indication.fractions if n not in kernel.layout.lesion_species]
    if not named:
        return
    shipped = {p.name for found in mechanisms().values() for p in found.parameters}
    shipped |= {s.name for found in mechanisms().values() for s in found.species}
    symbols = tuple(name.replace("-", "_") + "_" for name in catalogue.names("drugs"))
    file = f"indications/{indication.name}.yaml"
    for path, name in named:
        if name not in shipped and not name.startswith(symbols):
            problem = unknown(path, "parameter of a mechanism", name, shipped)
            yield Problem(path, problem.expected, problem.got, problem.suggestion, file)


def personalise(
    batch: Batch, indication: Indication, baseline: Baseline, drugs: Sequence[Drug], who: Candidates
) -> None:
    """Add what depends on age, sex, weight and history: mortality, immunity, drug kinetics."""
    rate = np.exp(-9.8 + 0.087 * baseline.age) * np.where(baseline.male, 1.0, 0.62)  # see mechanism death
    batch.parameter("background")[:] = rate / DAYS_PER_YEAR
    optional = {
        "immune_competence": immune_competence(indication, baseline.history, baseline.age),
        "second_primary_rate": (np.minimum(baseline.age, OLDEST) / SECOND_PRIMARY_AGE) ** SECOND_PRIMARY_POWER,
    }
    known = batch.kernel.layout.patient_parameters
    for name, factor in optional.items():
        if name in known:
            batch.parameter(name)[:] *= factor
    if "autoimmune_history" in known:
        batch.parameter("autoimmune_history")[:] = baseline.history["autoimmune_history"]
    for drug in drugs:
        for name, power in drug.weight_power.items():
            batch.parameter(f"{drug.symbol}_{name}")[:] *= (baseline.weight / 80.0) ** power.value
        for name, spread in drug.spread.items():
            score = normal(who.seed, who.number, f"{drug.name} {name}")[:, 0]
            batch.parameter(f"{drug.symbol}_{name}")[:] *= np.exp(spread.value * score)


def _blank(kernel: Kernel, lesions: Lesions) -> Batch:
    """Return patients with the model's own parameters, empty states and nothing that can strike."""
    model, layout, n = kernel.model, kernel.layout, len(lesions.organ)
    patient = np.array([model.parameters[name].value for name in layout.patient_parameters])
    lesion = np.array([model.parameters[name].value for name in layout.lesion_parameters])
    p = np.broadcast_to(patient, (n, len(patient))).copy()
    q = np.broadcast_to(lesion, (n, SLOTS, len(lesion))).copy()
    used = (lesions.diameter > 0).sum(axis=1)
    nothing = np.full((n, len(layout.hazards)), np.inf)
    return Batch(kernel, np.zeros((n, layout.size(SLOTS))), p, q, used, np.zeros(n), nothing)


def _shift(indication: Indication, who: Candidates, name: str) -> Array:
    found = log_factor(indication, who.traits, name)
    return np.zeros(len(who.number)) if found is None else found


def drawn(indication: Indication, who: Candidates, name: str) -> Array:
    """Draw a parameter that the indication distributes, with what the tumour's traits do to it [n]."""
    distribution = indication.parameters[name]
    value = sample(name, distribution, who.common, who.seed, who.number)
    return shifted(distribution, value, _shift(indication, who, name))


def _distribute(batch: Batch, indication: Indication, who: Candidates, name: str) -> None:
    """Draw one parameter of every patient, and of every lesion where lesions differ in it."""
    layout, value = batch.kernel.layout, drawn(indication, who, name)
    if name == "growth":
        score = normal(who.seed, who.number, "growth of lesions", count=SLOTS)
        batch.lesion_parameter(name)[...] = value[:, None] * np.exp(indication.growth_within.value * score)
    elif name in layout.lesion_parameters:
        batch.lesion_parameter(name)[...] = value[:, None]
    elif name in layout.patient_parameters:
        batch.parameter(name)[:] = value


def _spread(batch: Batch, indication: Indication, who: Candidates) -> None:
    """Give every parameter that has a spread of its own, and no distribution here, its log-normal factor."""
    layout = batch.kernel.layout
    for name, parameter in batch.kernel.model.parameters.items():
        if parameter.spread <= 0 or name in indication.parameters:
            continue
        lesion = name in layout.lesion_parameters
        score = normal(who.seed, who.number, f"quantity {name}", count=SLOTS if lesion else 1)
        value = batch.lesion_parameter(name) if lesion else batch.parameter(name)[:, None]
        share = parameter.range is not None and parameter.range[1] == 1.0  # which no patient's can exceed
        value[...] = np.minimum(value * np.exp(parameter.spread * score), 1.0 if share else np.inf)


def _drive(batch: Batch, traits: Mapping[str, Flags]) -> None:
    """Say which patients' tumours depend on what drugs of this model act on; nobody's where nobody is known to."""
    for name in batch.kernel.layout.patient_parameters:
        if name.startswith(DRIVER):
            batch.parameter(name)[:] = traits.get(name.removeprefix(DRIVER), False)
