"""One patient of a small model, integrated by the plain twin, so that nothing is compiled."""

import numpy as np

from abscopal.engine import reference
from abscopal.population.organs import ORGAN_NAMES, organ_values


class Patient:
    """One patient of a model: parameters at their values, everything else at zero."""

    def __init__(self, model, organs, *, lesion=None, patient=None, **parameters):
        self.model, self.lesions = model, len(organs)
        self.p = np.array([parameters.get(n, model.parameters[n].value) for n in model.patient_parameters])
        self.q = np.array([[model.parameters[n].value for n in model.lesion_parameters]] * len(organs))
        for name, values in organ_values(model.lesion_parameters, []).items():
            self.q[:, model.lesion_parameters.index(name)] = values[[ORGAN_NAMES.index(organ) for organ in organs]]
        for name in parameters.keys() & set(model.lesion_parameters):
            self.q[:, model.lesion_parameters.index(name)] = parameters[name]
        self.head = len(model.patient_species) + len(model.hazards)
        self.y = np.zeros(self.head + len(organs) * len(model.lesion_species))
        for name, value in (patient or {}).items():
            self.y[model.patient_species.index(name)] = value
        for name, value in (lesion or {}).items():
            self.y[self.place(name)] = value

    def place(self, name):
        return (
            np.arange(self.lesions) * len(self.model.lesion_species) + self.head + self.model.lesion_species.index(name)
        )

    def now(self, name, y=None):
        return reference.named_values(self.model, self.y if y is None else y, self.p, self.q, self.lesions)[name]

    def rate(self, name, y=None):
        change = reference.derivative(self.model, self.y if y is None else y, self.p, self.q, self.lesions)
        if name in self.model.lesion_species:
            return change[self.place(name)]
        names = [*self.model.patient_species, *(hazard.name for hazard in self.model.hazards)]
        return change[names.index(name)]

    def live(self, *days, rtol=1e-7, small=1e-6, doses=()):
        """States at these days, [day, state]; doses are (day, species, amount)."""
        return reference.simulate(
            self.model, self.y, self.p, self.q, self.lesions, [0.0, *days], doses, rtol=rtol, small=small
        )[1:]

    def course(self, *days, rtol=1e-4, small=1.0, doses=()):
        """As `live`, by name: patient species [day], lesion species [day, lesion]."""
        states, model = self.live(*days, rtol=rtol, small=small, doses=doses), self.model
        return {name: states[:, i] for i, name in enumerate(model.patient_species)} | {
            name: states[:, self.place(name)] for name in model.lesion_species
        }
