"""The task that every tool is given: the same virtual patients, the same doses, the same days on which to look.

The patients are those of a shipped protocol on the day of enrolment, in the order drawn, each with the lesions he or
she has. Doses are those planned for the arm, given whatever happens: a tool that cannot follow the clinic's decisions
can still be compared. Nobody dies and no lesion is seeded (both stay integrated hazards), and nothing vanishes: a
species below its floor goes on decaying, because "set to zero at the end of a step" is no equation that two solvers
could agree on to the sixth digit. What is left are the model's ordinary differential equations, the same for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from abscopal import catalogue
from abscopal.engine.kernel import compile_model
from abscopal.errors import InputError, Problem
from abscopal.language.model import Model
from abscopal.protocol.management import Management
from abscopal.protocol.protocol import Arm
from abscopal.protocol.regimen import Regimen
from abscopal.trial.plan import Body
from abscopal.trial.simulate import allocate, enrol, prepare

Array = NDArray[np.float64]
Index = NDArray[np.int64]

DAYS = (84.0, 168.0, 252.0, 336.0, 420.0, 504.0, 588.0, 672.0, 730.0)  # common multiples of q2w and q3w, and the end


def without_floors(model: Model) -> Model:
    """Return the same equations with nothing that vanishes."""
    return Model(replace(m, species=tuple(replace(s, floor=0.0) for s in m.species)) for m in model.mechanisms)


@lru_cache(maxsize=4)
def model_of(protocol: str) -> Model:
    """Return the whole disease with every drug of a shipped protocol, without floors."""
    plan = catalogue.load_protocol(protocol)
    tags = (*catalogue.indication(plan.indication).tags, *plan.procedures)
    return without_floors(catalogue.disease_model(map(catalogue.drug, plan.drugs), tags))


@dataclass(frozen=True)
class Ensemble:
    """n patients with up to L lesions, and what is done to them in up to K intervals.

    Parameters
    ----------
    protocol
        Name of the shipped protocol; it names the model too.
    y, p, q, lesions
        State [n, size], parameters [n, ...] and [n, L, ...] and lesions in use [n] on day 0, laid out by the kernel.
    small
        Amount of each state below which accuracy is absolute, in its unit [size].
    dosed
        Index in the state of each species that doses enter [drugs].
    start, end
        First and last day of each interval [n, K].
    dose
        Amount (mg) given at the start of each interval, by drug [n, K, drugs].
    save
        Index in `days` of the day that each interval ends on, -1 if nobody looks then [n, K].
    intervals
        Intervals in use [n].
    days
        Days on which the states are compared; a state at the time of a dose is the one before it.
    """

    protocol: str
    y: Array
    p: Array
    q: Array
    lesions: Index
    small: Array
    dosed: Index
    start: Array
    end: Array
    dose: Array
    save: Index
    intervals: Index
    days: tuple[float, ...]

    @property
    def count(self) -> int:
        """Patients."""
        return len(self.y)

    @property
    def model(self) -> Model:
        """The model, without floors."""
        return model_of(self.protocol)

    @property
    def boluses(self) -> int:
        """Doses given to all patients together."""
        return int((self.dose > 0).sum())

    def take(self, which: Index) -> Ensemble:
        """Return the task with the patients listed only."""
        arrays = ("y", "p", "q", "lesions", "start", "end", "dose", "save", "intervals")
        return replace(self, **{name: getattr(self, name)[which] for name in arrays})

    def empty_states(self) -> Array:
        """Room for the answer [n, day, size]: not a number until a tool has filled it in."""
        return np.full((self.count, len(self.days), self.y.shape[1]), np.nan)


def draw_ensemble(
    protocol: str = "checkmate-066", count: int = 256, seed: int = 1, days: Sequence[float] = DAYS
) -> Ensemble:
    """Draw the patients of a shipped protocol and plan their treatment up to the last of `days`.

    Nobody manages toxicity here, so the model is that of the protocol's own drugs.

    Raises
    ------
    InputError
        If there is no such protocol, or it has treatments other than doses of drugs.
    """
    plan = catalogue.load_protocol(protocol).model_copy(update={"management": Management(immune="none")})
    drugs = sorted({regimen.drug for arm in plan.arms for regimen in _doses_only(arm)})
    population = enrol(prepare(plan), seed, count)
    batch, body = population.batch, Body.of(population.baseline)
    kernel = compile_model(model_of(plan.name))
    dosed = np.array([kernel.layout.index(catalogue.drug(name).dosed_species) for name in drugs], dtype=np.int64)
    arms = allocate(plan, count, seed)
    mine = [np.flatnonzero(arms == number) for number in range(len(plan.arms))]
    calendars = [_calendar(a, body.take(who), drugs, days) for a, who in zip(plan.arms, mine, strict=True)]
    start, end, dose, save, intervals = _side_by_side(calendars, arms, len(drugs))
    arrays = (batch.y.copy(), batch.p.copy(), batch.q.copy(), batch.lesions.copy())
    small = np.asarray(kernel.small(batch.slots))
    return Ensemble(plan.name, *arrays, small, dosed, start, end, dose, save, intervals, tuple(days))


@dataclass(frozen=True)
class _Calendar:
    """Intervals of one arm: bounds [K + 1], doses of its patients [n, K, drugs], days to look [K]."""

    bounds: Array
    dose: Array
    save: Index


def _doses_only(arm: Arm) -> list[Regimen]:
    regimens = [treatment for treatment in arm.regimen if isinstance(treatment, Regimen)]
    if len(regimens) < len(arm.regimen) or any(regimen.intakes(DAYS[-1]) for regimen in regimens):
        raise InputError([Problem(arm.name, "doses of drugs alone, to compare with other tools", "other treatments")])
    return regimens


def _calendar(arm: Arm, body: Body, drugs: list[str], days: Sequence[float]) -> _Calendar:
    planned = [(d, r.drug, amount, unit) for r in _doses_only(arm) for d, amount, unit in r.doses(days[-1])]
    bounds = np.array(sorted({0.0, *days, *(float(day) for day, *_ in planned)}))
    dose = np.zeros((len(body.weight), len(bounds) - 1, len(drugs)))
    for day, drug, amount, unit in planned:
        dose[:, np.searchsorted(bounds, day), drugs.index(drug)] += body.amount(amount, unit)
    save = np.array([days.index(end) if end in days else -1 for end in bounds[1:]], dtype=np.int64)
    return _Calendar(bounds, dose, save)


def _side_by_side(calendars: list[_Calendar], arms: Index, drugs: int) -> tuple[Array, Array, Array, Index, Index]:
    """Put the arms' calendars into one array each, a row per patient."""
    most = max(len(c.save) for c in calendars)
    start, end = np.zeros((len(arms), most)), np.zeros((len(arms), most))
    dose, save = np.zeros((len(arms), most, drugs)), np.full((len(arms), most), -1, dtype=np.int64)
    for arm, calendar in enumerate(calendars):
        mine, used = arms == arm, len(calendar.save)
        start[mine, :used], end[mine, :used] = calendar.bounds[:-1], calendar.bounds[1:]
        dose[mine, :used], save[mine, :used] = calendar.dose, calendar.save
    return start, end, dose, save, np.array([len(c.save) for c in calendars])[arms]
