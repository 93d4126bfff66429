"""libRoadRunner: the SBML export, integrated by CVODE (BDF), with a vector of absolute tolerances.

As its users run it: one model per number of lesions, loaded once (untimed), values set by index for each patient. Doses
are given as SBML events or by stopping, adding and going on, whichever is faster here; both are tried beforehand.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.bench.closed_form import decays
from abscopal.bench.ensemble import Ensemble
from abscopal.bench.peers.dosed_sbml import NEVER, dosed_sbml, doses_on_days, rhythms, state_names, values_of
from abscopal.bench.peers.peer import Tool

Array = NDArray[np.float64]
_TRIALS = 3  # patients by whom the way of dosing is chosen


@dataclass(frozen=True)
class _Loaded:
    """A model with so many lesions, and where each of its values is set."""

    runner: Any
    place: dict[str, int]
    states: list[str]


class RoadRunnerTool(Tool):
    """One runner per number of lesions."""

    def __init__(self, ensemble: Ensemble, tolerance: float, matched: bool) -> None:
        super().__init__(ensemble, tolerance, matched)
        species = ensemble.model.patient_species
        self.dosed = [species[index] for index in ensemble.dosed]
        self.closed = decays(ensemble.model) if matched else {}
        self.loaded: dict[int, _Loaded] = {}
        self.by_events = False

    def warm_up(self) -> None:
        """Load the models; choose how to dose."""
        for lesions in np.unique(self.ensemble.lesions):
            self.loaded[int(lesions)] = self._load(int(lesions))
        if any(rhythms(self.ensemble, patient) is None for patient in range(self.ensemble.count)):
            return  # doses that no repeating event can give
        few = self.ensemble.take(np.arange(min(_TRIALS, self.ensemble.count)))
        seconds = {}
        for by_events in (False, True):
            begun = time.process_time()
            self._run(few, by_events)
            seconds[by_events] = time.process_time() - begun
        self.by_events = seconds[True] < seconds[False]

    def solve(self) -> Array:
        """Run every patient."""
        return self._run(self.ensemble, self.by_events)

    def notes(self) -> dict[str, Any]:
        """How doses were given."""
        return {"doses": "SBML events" if self.by_events else "stop, add, go on", "integrator": "CVODE, BDF"}

    def _load(self, lesions: int) -> _Loaded:
        import roadrunner

        model = self.ensemble.model
        runner = roadrunner.RoadRunner(dosed_sbml(model, lesions, self.dosed, self.matched))
        states = state_names(model, lesions)
        runner.timeCourseSelections = states
        integrator = runner.getIntegrator()
        integrator.setValue("relative_tolerance", self.tolerance)
        integrator.setValue("absolute_tolerance", self._absolute(runner, states))
        integrator.setValue("maximum_num_steps", 1_000_000)
        return _Loaded(runner, {name: i for i, name in enumerate(runner.model.getGlobalParameterIds())}, states)

    def _absolute(self, runner: Any, states: list[str]) -> list[float]:
        """Absolute tolerance of each state, in the order in which CVODE has them."""
        small = dict(zip(states, self.ensemble.small, strict=False))
        return [float(self.tolerance * small[name]) for name in runner.getRateRuleIds()]

    def _run(self, task: Ensemble, by_events: bool) -> Array:
        states = task.empty_states()
        for patient in range(task.count):
            loaded = self.loaded[int(task.lesions[patient])]
            follow = self._follow_events if by_events else self._follow_stops
            self._set(loaded, self._start(task, patient))
            try:
                follow(task, patient, loaded, states[patient])
            except RuntimeError:  # CVODE gave up: the patient has no answer and counts as a failure
                states[patient] = np.nan
        return states

    def _start(self, task: Ensemble, patient: int) -> dict[str, float]:
        """Return all values of a patient on day 0, before the first dose; dosing by events is off."""
        values = values_of(task, patient)
        for name in self.dosed:
            values |= {f"{name}_next": NEVER, f"{name}_every": NEVER, f"{name}_given": 0.0}
        for name in self.closed:
            values |= {f"{name}_since": 0.0, f"{name}_last": values.pop(name)}
        return values

    def _set(self, loaded: _Loaded, values: dict[str, float]) -> None:
        loaded.runner.reset()
        loaded.runner.model.setGlobalParameterValues([loaded.place[name] for name in values], list(values.values()))

    def _add(self, loaded: _Loaded, name: str, amount: float, day: float) -> None:
        """Add a dose at this moment."""
        model = loaded.runner.model
        now = float(model[name]) + amount
        if name in self.closed:
            model[f"{name}_since"], model[f"{name}_last"] = day, now
        else:
            model[name] = now

    def _follow_stops(self, task: Ensemble, i: int, loaded: _Loaded, out: Array) -> None:
        for k in range(task.intervals[i]):
            begin, finish = float(task.start[i, k]), float(task.end[i, k])
            for name, amount in zip(self.dosed, task.dose[i, k], strict=True):
                if amount > 0.0:
                    self._add(loaded, name, float(amount), begin)
            found = loaded.runner.simulate(begin, finish, 2)
            if task.save[i, k] >= 0:
                out[task.save[i, k], : len(loaded.states)] = found[-1]

    def _follow_events(self, task: Ensemble, i: int, loaded: _Loaded, out: Array) -> None:
        found = rhythms(task, i)
        assert found is not None
        for name, rhythm in zip(self.dosed, found, strict=True):
            if rhythm is not None:
                self._add(loaded, name, rhythm.amount, 0.0)
                setting = {f"{name}_next": rhythm.every, f"{name}_every": rhythm.every, f"{name}_given": rhythm.amount}
                places = [loaded.place[key] for key in setting]
                loaded.runner.model.setGlobalParameterValues(places, list(setting.values()))
        out[:, : len(loaded.states)] = np.asarray(loaded.runner.simulate(times=[0.0, *task.days]))[1:]
        out[:, task.dosed] -= doses_on_days(task, i)  # its rows come after the event, ours before the dose
