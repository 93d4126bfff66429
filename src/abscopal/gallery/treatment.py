"""Which treatment shows a mechanism: none if it is always there, else the first that calls for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from abscopal import catalogue
from abscopal.drugs.drug import Drug
from abscopal.gallery.patient import UNTREATED, YEAR, Given
from abscopal.language import Mechanism, Model
from abscopal.protocol.regimen import Regimen
from abscopal.protocol.treatment import parse_treatment
from abscopal.trial.giving import mass
from abscopal.trial.plan import Body, body_surface, measured

WEIGHT_KG, MALE, GFR = 80.0, True, 90.0  # of the typical patient; mL/min
PROCEDURES = {
    "radiotherapy": "radiotherapy 8 Gy x3 to largest lesion week 4",
    "surgery": "resect largest lesion week 4",
    "ablation": "ablate largest lesion week 4",
}


@dataclass(frozen=True)
class Example:
    """A treatment of the typical patient.

    Parameters
    ----------
    words
        What he or she gets, or has; empty for no treatment.
    drugs, tags
        What the model is made with.
    given
        Doses, settings and procedures.
    """

    words: str
    drugs: tuple[Drug, ...] = ()
    tags: tuple[str, ...] = ()
    given: Given = UNTREATED

    def model(self) -> Model:
        """Return the model of the disease under this treatment."""
        return catalogue.disease_model(self.drugs, self.tags)


def example_of(mechanism: Mechanism) -> Example:
    """Return the example under which a mechanism is shown.

    Raises
    ------
    LookupError
        If no drug, procedure or indication calls for it.
    """
    if not mechanism.when:
        return Example("")
    for name in callers("drugs", mechanism.when):
        return under(catalogue.drug(name))
    for tag in (tag for tag in PROCEDURES if tag in mechanism.when):
        return _procedure(tag)
    for name in callers("indications", mechanism.when):
        return Example(f"untreated {name}", tags=tuple(catalogue.indication(name).tags))
    raise LookupError(f"nothing calls for {mechanism.name}: no drug, procedure or indication has its tags")


@cache
def _tags(kind: str) -> dict[str, frozenset[str]]:
    if kind == "drugs":
        return {name: catalogue.drug(name).tags for name in catalogue.names("drugs")}
    return {name: frozenset(catalogue.indication(name).tags) for name in catalogue.names("indications")}


def callers(kind: str, tags: Collection[str]) -> Iterator[str]:
    """Names of the drugs or indications that bring any of these tags, in alphabetical order."""
    return (name for name, own in _tags(kind).items() if own & set(tags))


def under(drug: Drug) -> Example:
    """Return a drug given alone by its first regimen."""
    regimen = Regimen.parse(drug.regimens[0])
    return Example(str(regimen), (drug,), given=given(drug, regimen))


def given(drug: Drug, regimen: Regimen, until: float = YEAR) -> Given:
    """Return doses and daily intake of a regimen in a typical patient."""
    amounts = [(day, dose, unit) for day, dose, unit in regimen.doses(until)]
    taken = regimen.intakes(until)
    if not drug.kinetics.continuous:
        amounts += [(day, one.per_day, one.unit) for one in taken for day in range(one.first, one.stop)]
        taken = []
    doses = [(float(day), drug.dosed_species, _amount(drug, dose, unit)) for day, dose, unit in amounts]
    settings = [(float(one.first), float(one.stop), drug.intake, _amount(drug, one.per_day, one.unit)) for one in taken]
    return Given(doses, settings)


def _amount(drug: Drug, dose: float, unit: str) -> float:
    """Return a dose in the unit of the species that it enters."""
    weight, male = np.array([WEIGHT_KG]), np.array([MALE])
    body = Body(weight, body_surface(weight, male), np.array([GFR]))
    return float(body.amount(dose, unit)[0]) * mass(drug, measured(unit))


def _procedure(tag: str) -> Example:
    procedure = parse_treatment(PROCEDURES[tag])
    assert not isinstance(procedure, Regimen)
    days = [(float(day), procedure) for day in procedure.days()]
    return Example(str(procedure), tags=(tag,), given=Given(procedures=days))
