"""Procedures on one patient: those of a trial, shown a batch of one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from abscopal.engine.reference import named_values
from abscopal.language.layout import layout_of
from abscopal.population.organs import ORGAN_NAMES
from abscopal.protocol.procedure import Ablation, Procedure, Radiotherapy
from abscopal.trial.procedures import ablate, irradiate, met, resect

if TYPE_CHECKING:
    from abscopal.gallery.patient import Patient

Array = NDArray[np.float64]
_ALONE = np.array([0])


class _BatchOfOne:
    """A patient as `abscopal.trial.procedures` takes a batch; copies, so that the patient stays as he or she is."""

    def __init__(self, patient: Patient) -> None:
        self.kernel = SimpleNamespace(layout=layout_of(patient.model), model=patient.model)
        self.y, self.p, self.q = patient.y[None].copy(), patient.p, patient.q[None].copy()

    def column(self, name: str) -> Array:
        """View of a patient species [1]."""
        return self.y[:, self.kernel.layout.index(name)]

    def lesion_column(self, name: str) -> Array:
        """View of a lesion species [1, L]."""
        return self.y[:, self.kernel.layout.index(name) :: self.kernel.layout.block]

    def lesion_parameter(self, name: str) -> Array:
        """View of a lesion parameter [1, L]."""
        return self.q[:, :, self.kernel.layout.lesion_parameters.index(name)]

    def observe(self, _: Array, *names: str) -> list[Array]:
        """Definitions of lesions at this moment, each [1, L]."""
        lesions = self.q.shape[1]
        values = named_values(self.kernel.model, self.y[0], self.p, self.q[0], lesions)
        return [np.broadcast_to(values[name], (1, lesions)).copy() for name in names]

    def disturb(self, _: Array) -> None:
        """There is no step size to reset."""


def after(patient: Patient, procedure: Procedure, sites: tuple[str, ...]) -> Array:
    """Return the state of a patient after a procedure; every lesion is known, and the first is the primary.

    Parameters
    ----------
    patient
        With the state just before it.
    procedure
        One fraction, for radiotherapy.
    sites
        Organ of each lesion.
    """
    one: Any = _BatchOfOne(patient)
    (volume,) = one.observe(_ALONE, "imaged_volume")
    diameter = np.cbrt(6.0 / np.pi * 1000.0 * volume)
    aimed = procedure.lesions.organ
    inside = np.array([[site == aimed for site in sites]]) if aimed in ORGAN_NAMES else None
    everywhere = np.ones_like(diameter, dtype=bool)
    chosen = met(procedure.lesions, diameter, everywhere, inside, np.arange(len(sites))[None] == 0)
    if isinstance(procedure, Radiotherapy):
        irradiate(one, _ALONE, chosen, procedure.dose)
    else:
        (ablate if isinstance(procedure, Ablation) else resect)(one, _ALONE, chosen)
    return np.asarray(one.y[0])
