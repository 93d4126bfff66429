"""The model's SBML as a user would set it up for many patients: loaded once, values set from outside.

Doses are one event per drug: when the day `X_next` comes, `X_given` mg are added to X and `X_next` moves on by
`X_every` days. `X_next` can be put off for ever, and the doses given from outside instead. Algorithm-matched, a drug
with a closed form is no longer a differential equation, but `X_last * exp(-rate * (time - X_since))`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.bench.closed_form import decays
from abscopal.bench.ensemble import Ensemble
from abscopal.language.layout import layout_of
from abscopal.language.model import Model
from abscopal.language.to_sbml import to_sbml

Array = NDArray[np.float64]
NEVER = 1e9  # day


def dosed_sbml(model: Model, lesions: int, dosed: list[str], matched: bool) -> str:
    """Write the SBML of a model with so many lesions and an event for each dosed species."""
    import libsbml

    document = libsbml.readSBMLFromString(to_sbml(model, lesions))
    sbml = document.getModel()
    closed = decays(model) if matched else {}
    for name, rate in closed.items():
        _close(libsbml, sbml, name, rate)
    for name in dosed:
        _dose(libsbml, sbml, name, name in closed)
    return str(libsbml.writeSBMLToString(document))


def _parameter(sbml: Any, name: str, value: float) -> None:
    parameter = sbml.createParameter()
    parameter.setId(name)
    parameter.setConstant(False)
    parameter.setValue(value)


def _close(libsbml: Any, sbml: Any, name: str, rate: str) -> None:
    """Put the exact solution in place of a drug's differential equation."""
    sbml.removeRuleByVariable(name)
    sbml.getParameter(name).unsetValue()
    _parameter(sbml, f"{name}_last", 0.0)
    _parameter(sbml, f"{name}_since", 0.0)
    rule = sbml.createAssignmentRule()
    rule.setVariable(name)
    rule.setMath(libsbml.parseL3Formula(f"{name}_last * exp(-({rate}) * (time - {name}_since))"))
    sbml.getListOfRules().insertAndOwn(0, sbml.removeRule(sbml.getNumRules() - 1))  # before whatever uses it


def _dose(libsbml: Any, sbml: Any, name: str, closed: bool) -> None:
    for suffix, value in (("next", NEVER), ("every", NEVER), ("given", 0.0)):
        _parameter(sbml, f"{name}_{suffix}", value)
    event = sbml.createEvent()
    event.setId(f"{name}_dose")
    event.setUseValuesFromTriggerTime(True)
    trigger = event.createTrigger()
    trigger.setInitialValue(True)
    trigger.setPersistent(True)
    trigger.setMath(libsbml.parseL3Formula(f"time >= {name}_next"))
    changes = {f"{name}_next": f"{name}_next + {name}_every"}
    changes |= {f"{name}_last": f"{name} + {name}_given", f"{name}_since": "time"} if closed else {}
    changes |= {} if closed else {name: f"{name} + {name}_given"}
    for variable, formula in changes.items():
        assignment = event.createEventAssignment()
        assignment.setVariable(variable)
        assignment.setMath(libsbml.parseL3Formula(formula))


@dataclass(frozen=True)
class Rhythm:
    """One drug of one patient: first amount at once, then the same amount every so many days."""

    amount: float
    every: float


def rhythms(ensemble: Ensemble, patient: int) -> list[Rhythm | None] | None:
    """Return each drug's rhythm (None: not given); None if doses differ, begin after day 0 or pause."""
    used = int(ensemble.intervals[patient])
    start, last = ensemble.start[patient, :used], ensemble.end[patient, used - 1]
    found: list[Rhythm | None] = []
    for drug in range(len(ensemble.dosed)):
        dose = ensemble.dose[patient, :used, drug]
        days, amounts = start[dose > 0.0], dose[dose > 0.0]
        if not len(days):
            found.append(None)
            continue
        every = float(days[1] - days[0]) if len(days) > 1 else NEVER
        regular = np.allclose(np.diff(days), every) and np.ptp(amounts) == 0.0
        if days[0] != 0.0 or not regular or days[-1] + every < last:
            return None
        found.append(Rhythm(float(amounts[0]), every))
    return found


def doses_on_days(ensemble: Ensemble, patient: int) -> Array:
    """Doses (mg) that events give on the very days on which states are compared [day, drug]; the last day included."""
    found = np.zeros((len(ensemble.days), len(ensemble.dosed)))
    for drug, rhythm in enumerate(rhythms(ensemble, patient) or []):
        if rhythm is not None:
            found[np.mod(ensemble.days, rhythm.every) == 0.0, drug] = rhythm.amount
    return found


def values_of(ensemble: Ensemble, patient: int) -> dict[str, float]:
    """Parameters and states of a patient on day 0 by their names in SBML (its units); hazards start at zero."""
    layout, lesions = layout_of(ensemble.model), int(ensemble.lesions[patient])
    y, p, q = ensemble.y[patient], ensemble.p[patient], ensemble.q[patient]
    values = dict(zip(layout.patient_parameters, p, strict=True))
    values |= {name: y[place] for place, name in enumerate((*layout.patient_species, *layout.hazards))}
    for lesion in range(lesions):
        values |= {f"{n}_{lesion + 1}": q[lesion, place] for place, n in enumerate(layout.lesion_parameters)}
        values |= {f"{n}_{lesion + 1}": y[layout.index(n, lesion)] for n in layout.lesion_species}
    return {name: float(value) for name, value in values.items()}


def state_names(model: Model, lesions: int) -> list[str]:
    """Names of the states in SBML, in the order of the kernel."""
    layout = layout_of(model)
    head = [*layout.patient_species, *layout.hazards]
    return head + [f"{name}_{lesion + 1}" for lesion in range(lesions) for name in layout.lesion_species]
