"""AMICI: the SBML export turned into C++ and integrated by CVODES with a sparse direct solver.

As its users run it: the model is built once (untimed, minutes for a dozen lesions; kept in the cache folder, beside our
kernels), values are set for each patient, doses are SBML events. A build per number of lesions would take hours, so it
runs the patients with the most common one; ours is measured on the same patients for its ratio. Its absolute tolerance
is one number for all states: that of the most delicate.
"""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.bench.ensemble import Ensemble
from abscopal.bench.peers.differentiable import differentiable, hill_exponents
from abscopal.bench.peers.dosed_sbml import NEVER, dosed_sbml, doses_on_days, rhythms, state_names, values_of
from abscopal.bench.peers.peer import Tool
from abscopal.engine.kernel import cache_folder
from abscopal.language.model import Model

Array = NDArray[np.float64]
# day: a comparison such as `days > 0` that begins on its very edge is never seen to change
RUNNING = 1e-9


class AmiciTool(Tool):
    """One model, of so many lesions as every patient of the task has."""

    def __init__(self, ensemble: Ensemble, tolerance: float, matched: bool) -> None:
        super().__init__(ensemble, tolerance, matched)
        if np.ptp(ensemble.lesions):
            raise ValueError("AMICI's model has a fixed number of lesions: give it patients who have the same")
        self.lesions = int(ensemble.lesions[0])
        self.dosed = [ensemble.model.patient_species[index] for index in ensemble.dosed]
        self.absolute = tolerance * float(ensemble.small.min())

    def warm_up(self) -> None:
        """Build the model, or load it from the cache; run one patient."""
        self._run(self.ensemble.take(np.array([0])))

    def solve(self) -> Array:
        """Run every patient."""
        return self._run(self.ensemble)

    def notes(self) -> dict[str, Any]:
        """Say with which absolute tolerance, and on which patients."""
        return {"doses": "SBML events", "absolute tolerance": self.absolute, "lesions of its patients": self.lesions}

    @cached_property
    def _model(self) -> Model:
        """The model as AMICI can differentiate it."""
        model = self.ensemble.model
        values = {name: self.ensemble.p[:, model.patient_parameters.index(name)] for name in hill_exponents(model)}
        if any(np.ptp(value) for value in values.values()):
            raise ValueError("exponents that differ between patients cannot be built into a model")
        return differentiable(model, {name: float(value[0]) for name, value in values.items()})

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """The model and its solver."""
        import amici
        import amici.sim.sundials  # `amici` loads models through it, without importing it

        name = f"model_{self._model.hash}_{self.lesions}"
        folder = cache_folder() / f"amici_{amici.__version__}" / name
        if not (folder / "built").exists():
            _build(amici, name, folder, dosed_sbml(self._model, self.lesions, self.dosed, False))
        model = amici.import_model_module(name, str(folder)).get_model()
        model.set_timepoints(list(self.ensemble.days))
        solver = model.create_solver()
        solver.set_relative_tolerance(self.tolerance)
        solver.set_absolute_tolerance(self.absolute)
        solver.set_max_steps(1_000_000)
        return model, solver

    def _run(self, task: Ensemble) -> Array:
        from amici.sim.sundials import AMICI_SUCCESS, run_simulation

        model, solver = self._loaded
        states = task.empty_states()
        names, known = state_names(task.model, self.lesions), list(model.get_state_ids())
        places = [known.index(name) for name in names]
        parameters = model.get_free_parameter_ids()
        for patient in range(task.count):
            values = self._start(task, patient)
            model.set_free_parameters([values[name] for name in parameters])
            model.set_initial_state([values[name] for name in known])
            found = run_simulation(model, solver)
            if found.status == AMICI_SUCCESS:
                states[patient, :, : len(places)] = np.asarray(found.x)[:, places]
                states[patient][:, task.dosed] -= doses_on_days(task, patient)  # its rows come after the event
            # else the patient has no answer and counts as a failure
        return states

    def _start(self, task: Ensemble, patient: int) -> dict[str, float]:
        """Return all values of a patient on day 0, after the first dose."""
        values = {name: parameter.value for name, parameter in self._model.parameters.items()} | values_of(
            task, patient
        )
        found = rhythms(task, patient)
        if found is None:
            raise ValueError("doses that no repeating event can give")
        for name, rhythm in zip(self.dosed, found, strict=True):
            amount, every = (rhythm.amount, rhythm.every) if rhythm else (0.0, NEVER)
            values |= {f"{name}_next": every, f"{name}_every": every, f"{name}_given": amount}
            values[name] += amount
            clock = f"{name.rsplit('_', 1)[0]}_days"
            if amount and values.get(clock) == 0.0:
                values[clock] = RUNNING
        return values


def _build(amici: Any, name: str, folder: Path, sbml: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "model.xml"
    source.write_text(sbml, encoding="utf-8")
    tools = str(Path(sys.executable).parent)  # where pip put swig, even if the environment is not activated
    os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
    amici.SbmlImporter(str(source)).sbml2amici(name, str(folder), generate_sensitivity_code=False)
    (folder / "built").touch()
