"""A batch whose definitions are evaluated by the plain twin: nothing is compiled, and nothing can be advanced."""

from __future__ import annotations

import numpy as np

from abscopal.engine.batch import Batch
from abscopal.engine.kernel import Kernel
from abscopal.engine.reference import named_values
from abscopal.language.layout import layout_of
from abscopal.language.model import Model


class PlainBatch(Batch):
    """Observes with NumPy."""

    def observe(self, which, *names):
        model, found = self.kernel.model, np.zeros((len(names), len(which), self.slots))
        for row, patient in enumerate(which):
            values = named_values(model, self.y[patient], self.p[patient], self.q[patient], self.slots)
            for number, name in enumerate(names):
                found[number, row] = values[name]
        return list(found)


def plain_batch(model: Model, patients: int, slots: int) -> PlainBatch:
    """Patients without a cell, with the model's own values of every parameter."""
    layout = layout_of(model)
    p = np.array([model.parameters[name].value for name in layout.patient_parameters])
    q = np.array([model.parameters[name].value for name in layout.lesion_parameters])
    return PlainBatch(
        Kernel(model, None, layout),
        np.zeros((patients, layout.size(slots))),
        np.tile(p, (patients, 1)),
        np.tile(q, (patients, slots, 1)),
        np.full(patients, slots),
        np.zeros(patients),
        np.full((patients, len(layout.hazards)), np.inf),
    )
