"""One typical patient, slowly: the values of the model, a lesion in the lung and one in the liver, lived for a year.

The equations run as plain Python (`abscopal.language.to_scalar`) under LSODA, which costs nothing to set up: the engine
would have to compile each of the many models shown here. Hazards strike nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import LSODA

from abscopal.drugs.drug import Drug
from abscopal.engine.reference import evaluate, named_values
from abscopal.gallery.operate import after
from abscopal.language import Model
from abscopal.language.layout import layout_of
from abscopal.language.to_scalar import PREAMBLE, to_scalar
from abscopal.population.organs import ORGAN_NAMES, organ_values
from abscopal.protocol.procedure import Procedure

Array = NDArray[np.float64]
Rate = Callable[[float, Array], Array]

SITES = ("lung", "liver")
DIAMETERS_MM = (30.0, 25.0)  # of living tumour on day 0
LESIONS = len(SITES)
BURN_IN_DAYS = 180.0
YEAR = 365.0
RTOL = 1e-5
LONGEST_STEP = 10.0  # day
CLONES = {"C_resistant": 1e-4, "C_evasive": 1e-4}  # shares of the tumour, so that selection has something to select
_SMALL = {"cell": 1.0}  # below this accuracy is absolute; of anything else 1e-3


@dataclass(frozen=True)
class Given:
    """What happens to a patient: amounts that enter species, and parameters that have another value for some days.

    Parameters
    ----------
    doses
        (day, patient species, amount in its unit).
    settings
        (first day, day after the last, patient parameter, value in its unit).
    procedures
        (day, what is done).
    """

    doses: Sequence[tuple[float, str, float]] = ()
    settings: Sequence[tuple[float, float, str, float]] = ()
    procedures: Sequence[tuple[float, Procedure]] = ()

    def cuts(self, start: float, end: float) -> list[float]:
        """Days from start to end at which something changes, both ends included."""
        days = {start, end, *(dose[0] for dose in self.doses), *(one[0] for one in self.procedures)}
        days |= {day for setting in self.settings for day in setting[:2]}
        return sorted(day for day in days if start <= day <= end)


UNTREATED = Given()


@dataclass(frozen=True)
class Patient:
    """Parameters of a patient [parameter] and of the lesions [lesion, parameter], and the state, for one model."""

    model: Model
    p: Array
    q: Array
    y: Array

    def at(self, species: str, lesion: int = 0) -> int:
        """Place of a species in the state."""
        return layout_of(self.model).index(species, lesion)

    def moved_to(self, model: Model) -> Patient:
        """Return the same patient in a model with fewer mechanisms: what is not in it is left out."""
        bare, own = blank(model), layout_of(model)
        for name in own.patient_species:
            bare.y[own.index(name)] = self.y[self.at(name)]
        for name in own.lesion_species:
            for lesion in range(LESIONS):
                bare.y[own.index(name, lesion)] = self.y[self.at(name, lesion)]
        mine = layout_of(self.model)
        p = self.p[[mine.patient_parameters.index(name) for name in own.patient_parameters]]
        q = self.q[:, [mine.lesion_parameters.index(name) for name in own.lesion_parameters]]
        return replace(bare, p=p, q=q)


@dataclass(frozen=True)
class Course:
    """Everything the model names, over time: [time] for the patient, [time, lesion] for lesions; rates of hazards."""

    model: Model
    days: Array
    values: Mapping[str, Array] = field(repr=False)


def blank(model: Model, drugs: Sequence[Drug] = ()) -> Patient:
    """Return the typical patient without anything in the state: parameters are the model's and those of the organs."""
    layout = layout_of(model)
    p = np.array([model.parameters[name].value for name in layout.patient_parameters])
    row = np.array([model.parameters[name].value for name in layout.lesion_parameters])
    q = np.tile(row, (LESIONS, 1))
    places = [ORGAN_NAMES.index(site) for site in SITES]
    for name, values in organ_values(layout.lesion_parameters, drugs).items():
        q[:, layout.lesion_parameters.index(name)] = values[places]
    return Patient(model, p, q, np.zeros(layout.size(LESIONS)))


def typical(model: Model, drugs: Sequence[Drug] = ()) -> Patient:
    """Return the typical patient on day 0, the immune system at balance with the two lesions."""
    patient = blank(model, drugs)
    growth = patient.q[:, layout_of(model).lesion_parameters.index("growth")]
    wanted = np.pi / 6.0 * np.array(DIAMETERS_MM) ** 3 / 1000.0
    cells = wanted / model.parameters["cell_volume"].value * np.exp(-growth * BURN_IN_DAYS)
    for lesion, count in enumerate(cells):
        _found(patient, lesion, float(count))
    if "T_naive" in model.species:
        patient.y[patient.at("T_naive")] = model.parameters["precursors"].value
    *_, last = _states(patient, UNTREATED, np.array([-BURN_IN_DAYS, 0.0]))
    volume = np.asarray(named_values(model, last[1], patient.p, patient.q, LESIONS)["volume"])
    grown = last[1].copy()
    block, head = layout_of(model).block, layout_of(model).head
    grown[head:] *= np.repeat(wanted / volume, block)
    grown[len(model.patient_species) : head] = 0.0  # cumulative hazards start on day 0
    return replace(patient, y=grown)


def _found(patient: Patient, lesion: int, cells: float) -> None:
    """Put a lesion of so many cells, with a few of each mutant clone, into the state."""
    for clone, share in CLONES.items():
        patient.y[patient.at(clone, lesion)] = share * cells
    patient.y[patient.at("C_sensitive", lesion)] = (1.0 - sum(CLONES.values())) * cells
    ratio = patient.model.parameters["vascular_ratio"].value
    patient.y[patient.at("K_vessels", lesion)] = ratio * cells


def live(patient: Patient, given: Given = UNTREATED, days: Iterable[float] = ()) -> Course:
    """Live the year from day 0, or the days listed, under a treatment."""
    wanted = np.array(list(days) or np.linspace(0.0, YEAR, 182))
    rows: list[dict[str, Array]] = []
    for settings, y in _states(patient, given, wanted):
        named = named_values(patient.model, y, settings, patient.q, LESIONS)
        with np.errstate(all="ignore"):  # where() evaluates both sides here, only one of them counts
            named |= {hazard.name: evaluate(hazard.tree, named, LESIONS) for hazard in patient.model.hazards}
        rows.append({name: np.asarray(value, dtype=float) for name, value in named.items()})
    lesion = {name for name in rows[0] if _of_lesions(patient.model, name)}
    values = {
        name: np.array([np.broadcast_to(row[name], LESIONS) if name in lesion else row[name] for row in rows])
        for name in rows[0]
    }
    return Course(patient.model, wanted, values)


def _of_lesions(model: Model, name: str) -> bool:
    return name not in {hazard.name for hazard in model.hazards} and model.scope_of(name) == "lesion"


def _states(patient: Patient, given: Given, days: Array) -> Iterator[tuple[Array, Array]]:
    """Go through parameters and state at each day wanted; on the day of a dose or procedure, the state after it."""
    y, cuts = patient.y.copy(), given.cuts(float(days[0]), float(days[-1]))
    rhs = _right_hand_side(patient.model)
    for start, end in zip(cuts, [*cuts[1:], cuts[-1]], strict=True):
        p = _set(patient, given, start)
        for _, species, amount in (dose for dose in given.doses if dose[0] == start):
            y[patient.at(species)] += amount
        for _, procedure in (one for one in given.procedures if one[0] == start):
            y = after(replace(patient, p=p, y=y), procedure, SITES)
        inside = days[(days >= start) & ((days < end) | (end == start))]
        states, y = _stretch(patient, _rate(rhs, patient, p), y, start, end, inside)
        yield from ((p, state) for state in states)


def _set(patient: Patient, given: Given, day: float) -> Array:
    """Return the patient's parameters from this day on."""
    p = patient.p.copy()
    for first, stop, name, value in given.settings:
        if first <= day < stop:
            p[patient.model.patient_parameters.index(name)] = value
    return p


def _stretch(
    patient: Patient, rate: Rate, y: Array, start: float, end: float, days: Array
) -> tuple[list[Array], Array]:
    """Return the states at the days wanted, and at the end; what falls below its floor on the way is gone."""
    small, floor = _amounts(patient, small=True), _amounts(patient, small=False)
    found: list[Array] = []
    while start < end:
        y = np.where((y <= floor) & (rate(start, y) < 0.0), 0.0, y)
        solver = LSODA(rate, start, y, end, rtol=RTOL, atol=RTOL * small, max_step=LONGEST_STEP)
        gone = np.zeros(len(y), dtype=bool)
        while start < end and not gone.any():
            before, there = start, y > floor
            solver.step()
            if solver.status == "failed" or not np.isfinite(solver.y).all():
                raise ArithmeticError(f"the typical patient cannot be solved beyond day {solver.t:g}")
            between = solver.dense_output()
            found += [np.maximum(between(day), 0.0) for day in days[(days >= before) & (days < solver.t)]]
            y, start = np.maximum(solver.y, 0.0), float(solver.t)
            gone = there & (y <= floor) & (floor > 0.0)
    return found + [y for _ in days[days >= end]], y


def _rate(rhs: Callable[..., None], patient: Patient, p: Array) -> Rate:
    """Return the right-hand side as LSODA takes it; states that a trial step takes below zero count as zero."""
    numbers, change = p.tolist(), [0.0] * len(patient.y)
    scratch: dict[tuple[int, int], float] = {}
    of_lesions = {(j, i): float(value) for (j, i), value in np.ndenumerate(patient.q)}

    def rate(_: float, y: Array) -> Array:
        rhs(np.maximum(y, 0.0).tolist(), numbers, of_lesions, LESIONS, change, scratch)
        return np.array(change)

    return rate


def _right_hand_side(model: Model) -> Callable[..., None]:
    space: dict[str, Any] = {}
    exec(compile(PREAMBLE + to_scalar(model), f"<model {model.hash}>", "exec"), space)  # our own printer's text
    return cast(Callable[..., None], space["rhs"])


def _amounts(patient: Patient, *, small: bool) -> Array:
    """Return for each state the amount below which accuracy is absolute, or below which there is none left."""
    model, layout = patient.model, layout_of(patient.model)

    def of(name: str) -> float:
        species = model.species[name]
        return _SMALL.get(species.unit, 1e-3) if small else species.floor

    head = [of(name) for name in layout.patient_species] + [1e-6 if small else 0.0] * len(layout.hazards)
    return np.array(head + [of(name) for name in layout.lesion_species] * LESIONS)
