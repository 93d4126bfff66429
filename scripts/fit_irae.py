"""Fit the organs of immune-related adverse events to how often, how badly and when they occur on each class of drug.

    python scripts/fit_irae.py               # how well the shipped numbers do
    python scripts/fit_irae.py --fit colitis # fit one organ (or several) and print its numbers

The submodel alone: `autoimmunity` and one `irae_*` mechanism, their own equations, driven by the occupancy that typical
patients have, integrated over a grid of susceptibility and over patients who differ in onset and in how well steroids
and the second line help them. Incidence is that at any time until 100 days after the last dose. Events are seen at
visits and managed as in a trial (`Managed`), by `clinic/irae_rules.yaml`.

Targets are the dossier's incidences by class (pooled; Barroso-Sousa 2018, Cortazar 2016, Khunger 2017 and others, and
CheckMate 067 where they are silent), onset and resolution on nivolumab; only calibration trials are among them. Damage
and its spread follow from incidence by an inner search, the rest by an outer one. The steepness in CTLA-4 is chosen on
what ipilimumab 1 mg/kg does in CheckMate 214, `hastening` on the onset of severe events on one drug and on two.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import norm, qmc

from abscopal import catalogue
from abscopal.clinic.criteria.criterion import put, take
from abscopal.clinic.irae_management import State, manage, table_of
from abscopal.clinic.irae_rules import rules
from abscopal.clinic.toxicity_grades import EVENTS
from abscopal.engine.reference import evaluate
from abscopal.language import Contribution, Mechanism, Model, Parameter, Port, assumed
from abscopal.mechanisms import load

Array = NDArray[np.float64]
DAYS = 730
OBSERVED_AFTER = 100.0  # days after the last dose
# treatment ends at progression: a third stop early, a third within the year, a third goes on
STOPS = ((75, 0.30), (180, 0.35), (540, 0.35))
GRADES = (1.0, 3.0)
TREATED = 2.0  # grade from which on resolution counts, as in the CheckMate trials
PATIENTS = norm.ppf(
    qmc.Sobol(3, scramble=False).random(32) + 1 / 64
)  # of onset, response to steroids, to the next line
# an organ's events in whole trials over those of the organ alone: steroids given for other organs ease it, too, doses
# are held for them, some die, and visits end; least for the early events of the skin, most for late ones of glands.
# Measured in trials of melanoma (docs/toxicity.md)
REMAINING = {"PD1": 0.85, "PDL1": 0.85, "CTLA4": 0.75, "both": 0.65, "low": 0.75}
_LATE = {"PD1": 0.85, "CTLA4": 0.45, "both": 0.42}
REMAINING_OF = {
    "dermatitis": {"PD1": 0.9, "CTLA4": 0.88, "both": 0.81},
    **dict.fromkeys(("thyroid", "hypophysis", "adrenal", "diabetes"), _LATE),
}
REACH = np.linspace(-14.0, 10.0, 37)  # logarithm of damage over the typical patient's


@dataclass(frozen=True)
class Target:
    """Percent of patients with any grade and with grade 3 or worse, by class; weeks to onset on PD-1, typical.

    Onset on another class is in `other`; `resolution` is median weeks to below grade 1 on PD-1 of events of grade 2.
    """

    rates: Mapping[str, tuple[float, float]]
    onset: float | None = None
    other: Mapping[str, float] = field(default_factory=dict)
    resolution: float | None = None


TARGETS = {
    "colitis": Target(
        {"PD1": (14, 1.5), "CTLA4": (33, 10), "both": (44, 14), "low": (28.2, 4.9)}, 26.1, {"CTLA4": 6.0}, 5.9
    ),
    "hepatitis": Target({"PD1": (5, 1.5), "CTLA4": (5, 2), "both": (20, 9)}, 37.1, {"CTLA4": 7.0}, 3.0),
    "pneumonitis": Target(
        {"PD1": (3.5, 0.8), "PDL1": (1.3, 0.4), "CTLA4": (1.6, 0.3), "both": (9, 1.9)}, 12.7, resolution=14.9
    ),
    "dermatitis": Target({"PD1": (30, 1), "CTLA4": (45, 3), "both": (55, 5)}, 5.3, {"CTLA4": 3.0}, 12.6),
    "thyroid": Target({"PD1": (8, 0.1), "CTLA4": (4, 0.2), "both": (15, 0.4)}, 12.1, {"CTLA4": 13.0}),
    "hypophysis": Target({"PD1": (0.5, 0.3), "CTLA4": (4, 2), "both": (8, 2)}, 33.9, {"CTLA4": 13.0}),
    "adrenal": Target({"PD1": (0.7, 0.3), "both": (4.5, 1.5)}, 33.9),
    "nephritis": Target({"PD1": (1.7, 0.4), "both": (4.5, 1.6)}, 16.4, resolution=6.0),
    "myocarditis": Target({"PD1": (0.5, 0.35), "both": (2.4, 1.6)}, 4.9),
    "arthritis": Target({"PD1": (4, 0.5), "both": (8, 1.0)}, 12.0),
    "neuro": Target({"PD1": (6, 0.8), "CTLA4": (4, 0.5), "both": (12, 1.6)}),
    "diabetes": Target({"PD1": (0.9, 0.7), "CTLA4": (0.2, 0.15), "both": (1.5, 1.1)}, 29.1),
}


def concentration(drug: str, dose: float, days: list[int]) -> Array:
    """Concentration in plasma on each day, mg/L, of a typical patient of 80 kg; two compartments, four steps a day."""
    own = {p.name.removeprefix(f"{drug}_"): p.value for p in catalogue.drug(drug).mechanism().parameters}
    central = peripheral = 0.0
    path = np.zeros(DAYS)
    for day in range(DAYS):
        central += dose if day in days else 0.0
        for _ in range(4):
            c, d = central / own["central_volume"], peripheral / own["peripheral_volume"]
            central -= 0.25 * (own["clearance"] * c + own["exchange"] * (c - d))
            peripheral += 0.25 * own["exchange"] * (c - d)
        path[day] = central / own["central_volume"]
    return path


def bound(drug: str, dose: float, days: list[int]) -> Array:
    """Share of its target's signalling that the drug blocks in blood or node on each day."""
    own = {p.name.removeprefix(f"{drug}_"): p.value for p in catalogue.drug(drug).mechanism().parameters}
    c = own.get("penetration", 1.0) * concentration(drug, dose, days)
    return np.asarray(own.get("strength", 1.0) * c / (own["KD"] + c))


@dataclass(frozen=True)
class Exposure:
    """What a class of drugs blocks on each day, by when treatment stops [stop, day], and until when events count."""

    pd1: Array
    ctla4: Array
    until: Array
    weight: Array


def exposures() -> dict[str, Exposure]:
    """Typical exposure to each class; `low` is ipilimumab at 1 mg/kg with nivolumab."""
    stops = [stop for stop, _ in STOPS]
    weight = np.array([share for _, share in STOPS])
    nivolumab = np.array([bound("nivolumab", 240, list(range(0, stop, 14))) for stop in stops])
    atezolizumab = np.array([bound("atezolizumab", 1200, list(range(0, stop, 21))) for stop in stops])
    three, one = (np.tile(bound("ipilimumab", dose, [0, 21, 42, 63]), (3, 1)) for dose in (240, 80))
    none = np.zeros_like(three)
    until = np.array(stops) + OBSERVED_AFTER
    last = np.full(3, 63 + OBSERVED_AFTER)
    return {
        "PD1": Exposure(nivolumab, none, until, weight),
        "PDL1": Exposure(atezolizumab, none, until, weight),
        "CTLA4": Exposure(none, three, last, weight),
        "both": Exposure(nivolumab, three, until, weight),
        "low": Exposure(nivolumab, one, until, weight),
    }


_PORTS = Mechanism(
    "exposure",
    "What is blocked, given from outside",
    parameters=tuple(
        Parameter(name, value, "1", "given from outside", assumed("given day by day"), (0, 1))
        for name, value in (("pd1", 0.0), ("ctla4", 0.0), ("relief", 1.0))
    ),
    ports=tuple(
        Port(name, combine, "", unit, per="patient")
        for name, combine, unit in (
            ("CTLA4_blocked", "any", "1"),
            ("treatment_death", "sum", "1/day"),
            ("severe_symptoms", "sum", "1"),
        )
    ),
    contributions=(
        Contribution("PD1_systemic", "pd1"),
        Contribution("CTLA4_blocked", "ctla4"),
        Contribution("injury_relief", "relief"),
    ),
)


def submodel(event: str) -> Model:
    """Autoimmunity, its relief and one organ, driven from outside."""
    return Model((*map(load, ("autoimmunity", "immunosuppression", f"irae_{event}")), _PORTS))


class Managed:
    """What the clinic does about the event on the grid of a course, by the rules that a trial follows.

    Visits are every two weeks on a PD-1 antibody alone, every three otherwise, every six after treatment, and whenever
    the rules want one; severe symptoms bring patients in at once. Antibodies are not taken away where the rules hold
    them: their receptor stays full for months. The second line has its mean concentration for eight weeks.
    """

    def __init__(self, event: str, classes: list[str], until: Array, shape: tuple[int, ...], felt: float) -> None:
        self.table = table_of(rules(), [event], ("prednisone", "infliximab", "mycophenolate"))
        self.shape, k = shape, int(np.prod(shape))
        self.state, self.weight = State.start(k, 1), np.full(k, 80.0)
        self.next, self.mg, self.second = np.zeros(k), np.zeros(k), np.full(k, -np.inf)
        every = np.repeat([14.0 if c == "PD1" else 21.0 for c in classes], len(STOPS))
        self.every = np.broadcast_to(every[:, None, None], shape).ravel()
        self.stop = np.broadcast_to((until - OBSERVED_AFTER)[:, None, None], shape).ravel()
        self.felt, self.unbearable = felt, np.zeros(k)
        _, steroids, next_line = (np.broadcast_to(z[:, None], shape).ravel() for z in PATIENTS.T)
        self.steroids = Relief("prednisone", steroids)
        name = self.table.second_line[0]
        self.next_line = Relief(name, next_line) if name else None

    def look(self, injury: Array, day: int) -> NDArray[np.bool_]:
        """See who is due or comes in; return them, on the grid."""
        flat = injury.ravel()
        self.unbearable += np.maximum(flat - self.felt, 0.0)  # the hazard of coming in, `severe_symptoms`
        due = (day >= self.next) | (self.unbearable >= np.log(2))
        who = np.flatnonzero(due)
        grades = EVENTS["injury_colon"].grade(flat[who])[:, None]
        after, orders = manage(take(self.state, who), grades, float(day), self.weight[who], self.table)
        put(self.state, who, after)
        self.unbearable[who] = 0.0
        self.mg[who] = orders.prednisone
        self.second[who[orders.second_line >= 0]] = day
        usual = day + np.where(day < self.stop[who], self.every[who], 42.0)
        self.next[who] = np.minimum(usual, orders.next_visit)
        return np.asarray(due.reshape(self.shape))

    def relief(self, day: int) -> Array:
        """Return the factor on injury by T cells, on the grid."""
        factor = self.steroids.factor(self.mg * 0.8 / 240.0)
        if self.next_line is not None:
            c = MEAN_CONCENTRATION[self.table.second_line[0]]
            factor = np.where(day - self.second < 56.0, factor * self.next_line.factor(np.array(c)), factor)
        return np.asarray(factor.reshape(self.shape))


MEAN_CONCENTRATION = {"infliximab": 50.0, "mycophenolate": 2000 * 0.94 / 278}  # mg/L in the weeks after they are begun


class Relief:
    """Factor of a drug on injury by T cells, in patients who respond this many standard deviations better or worse."""

    def __init__(self, drug: str, worse: Array) -> None:
        facts = catalogue.drug(drug)
        self.most = facts.values["relief_maximum"].value
        spread = facts.spread["relief_half"].value if "relief_half" in facts.spread else 0.0
        self.half = facts.values["relief_half"].value * np.exp(spread * worse)

    def factor(self, concentration: Array) -> Array:
        """Return it at a concentration in mg/L."""
        return np.asarray(1.0 - self.most * concentration / (concentration + self.half))


class Seen(NamedTuple):
    """What a course came to: worst injury seen, first day on which 1 is seen, the day on which it is seen to be over.

    `beyond` are grade-days beyond grade 4; all have axes [class and stop, patient, damage].
    """

    worst: Array
    begins: Array
    ends: Array
    beyond: Array


class Course:
    """The organ's injury day by day, on a grid of [class and stop, patient, damage]."""

    def __init__(self, event: str, classes: list[str], changed: Mapping[str, float] = {}) -> None:
        self.model, known, self.event = submodel(event), exposures(), event
        self.organ = self.model.patient_species[-1].removeprefix("injury_")
        self.classes = classes
        self.pd1, self.ctla4 = (
            np.concatenate([getattr(known[c], what) for c in classes])[:, :, None, None] for what in ("pd1", "ctla4")
        )
        self.until = np.concatenate([known[c].until for c in classes])
        self.weight = {c: known[c].weight for c in classes}
        self.values = {name: p.value for name, p in self.model.parameters.items()} | dict(changed)

    def run(self, changed: Mapping[str, float], managed: bool = True) -> Seen:
        """Return what is seen of the event, by the numbers `changed`."""
        organ, model = self.organ, self.model
        values: dict[str, Array | float] = self.values | dict(changed)
        spread = model.parameters[f"{organ}_onset"].spread
        values[f"{organ}_onset"] = values[f"{organ}_onset"] * np.exp(spread * PATIENTS[:, :1])
        values[f"{organ}_damage"] = np.exp(REACH)
        shape = (len(self.until), len(PATIENTS), len(REACH))
        state = {name: np.zeros(shape) for name in model.species}
        seen = Seen(np.zeros(shape), np.full(shape, np.nan), np.full(shape, np.inf), np.zeros(shape))
        clinic = Managed(f"injury_{organ}", self.classes, self.until, shape, float(np.max(values[f"{organ}_felt"])))
        usual = values["relief"]
        for day in range(int(self.until.max())):
            if managed:
                values["relief"] = usual * clinic.relief(day)
            self._step(values, state, day)
            injury, followed = state[f"injury_{organ}"], (day < self.until)[:, None, None]
            looked = followed & clinic.look(injury, day) if managed else np.broadcast_to(followed, shape)
            np.copyto(seen.begins, day, where=np.isnan(seen.begins) & looked & (injury >= 1.0))
            np.copyto(seen.ends, day, where=np.isinf(seen.ends) & (seen.begins < day) & looked & (injury < 1.0))
            np.maximum(seen.worst, injury, out=seen.worst, where=looked)
            seen.beyond[...] += np.where(followed, np.maximum(injury - 4.0, 0.0), 0.0)
        return seen

    def _step(self, values: dict[str, Array | float], state: dict[str, Array], day: int) -> None:
        now = values | state | {"pd1": self.pd1[:, day], "ctla4": self.ctla4[:, day]}
        for definition in self.model.definitions:
            now[definition.name] = evaluate(definition.tree, now, 0)
        gains, losses = ({name: np.zeros(1) for name in state} for _ in range(2))
        for process in self.model.processes:
            rate = evaluate(process.tree, now, 0)
            for name, count in process.change:
                (gains if count > 0 else losses)[name] = (gains if count > 0 else losses)[name] + abs(count) * rate
        for name, y in state.items():  # losses implicitly, so that a day is never too long a step
            state[name] = (y + gains[name]) / (1.0 + losses[name] / np.maximum(y, 1e-12))


@dataclass(frozen=True)
class Fit:
    """Numbers of one organ and what they give: percent by class, and median onset in weeks by class."""

    damage: float
    spread: float
    rates: dict[str, tuple[float, float]]
    onset: dict[str, float]
    resolution: dict[str, float]
    fatal: dict[str, float]


def reached(worst: Array, grade: float) -> Array:
    """Logarithm of damage at which injury first comes to a grade [stop, onset]; infinite where none does."""
    over = worst >= grade
    place = np.argmax(over, axis=-1)
    above = np.take_along_axis(worst, place[..., None], -1)[..., 0]
    below = np.take_along_axis(worst, np.maximum(place - 1, 0)[..., None], -1)[..., 0]
    share = (above - grade) / np.maximum(above - below, 1e-12)
    at = REACH[place] - share * (REACH[1] - REACH[0])
    return np.where(over.any(axis=-1), at, np.inf)


def incidence(course: Course, edges: list[Array], log_damage: float, sd: float) -> dict[str, tuple[float, float]]:
    """Percent with each of `GRADES` or worse, by class, where log damage has this mean and standard deviation."""
    shares = [norm.cdf((log_damage - edge) / sd).mean(axis=1) for edge in edges]
    rates = {}
    for number, name in enumerate(course.classes):
        rows = slice(3 * number, 3 * number + 3)
        left = 100.0 * REMAINING_OF.get(course.event, REMAINING)[name]
        any_grade, severe = (left * float(course.weight[name] @ share[rows]) for share in shares)
        rates[name] = (any_grade, severe)
    return rates


def medians(
    course: Course, seen: Seen, days: Array, log_damage: float, sd: float, grade: float = 1.0
) -> dict[str, float]:
    """Median weeks of `days` among those who come to this grade, by class."""
    density = norm.pdf((REACH - log_damage) / sd)
    found = {}
    for number, name in enumerate(course.classes):
        rows = slice(3 * number, 3 * number + 3)
        weight = (course.weight[name][:, None, None] * density * (seen.worst[rows] >= grade)).ravel()
        own = np.where(np.isnan(days[rows]), np.inf, days[rows]).ravel()
        order = np.argsort(own)
        share = np.cumsum(weight[order]) / max(weight.sum(), 1e-300)
        found[name] = float(own[order][np.searchsorted(share, 0.5)]) / 7.0
    return found


def fatal(course: Course, hazard: Array, log_damage: float, sd: float) -> dict[str, float]:
    """Percent killed by the event, by class, from cumulative hazards [stop, onset, damage]."""
    density = norm.pdf((REACH - log_damage) / sd)
    died = ((1.0 - np.exp(-hazard)) * density).sum(axis=-1).mean(axis=-1) / density.sum()
    return {
        name: 100.0 * float(course.weight[name] @ died[3 * number : 3 * number + 3])
        for number, name in enumerate(course.classes)
    }


def misfit(rates: Mapping[str, tuple[float, float]], target: Target) -> float:
    """Sum of squares of the probits' differences, in tenths."""
    seen = np.array([rates[c] for c in target.rates]) / 100.0
    aim = np.array([target.rates[c] for c in target.rates]) / 100.0
    return float(np.sum(((norm.ppf(np.clip(seen, 1e-9, 1 - 1e-9)) - norm.ppf(aim)) / (0.1, 0.15)) ** 2))


def examine(
    course: Course,
    target: Target,
    changed: Mapping[str, float],
    start: tuple[float, float] | None,
    *,
    managed: bool = True,
) -> Fit:
    """Run the organ, and find damage and spread from `start` if one is given; else take the shipped ones."""
    seen = course.run(changed, managed)
    edges = [reached(seen.worst, grade) for grade in GRADES]
    organ, parameters = course.organ, course.model.parameters
    tendency = parameters["autoimmune_tendency"].spread
    if start is None:
        damage = parameters[f"{organ}_damage"]
        log_damage, sd = float(np.log(damage.value)), float(np.hypot(damage.spread, tendency))
    else:
        inner = minimize(
            lambda x: misfit(incidence(course, edges, x[0], np.exp(x[1])), target) + 50 * max(0.0, x[1] - 1.0) ** 2,
            start,
            method="Nelder-Mead",
            options={"xatol": 1e-3, "fatol": 1e-3},
        )
        log_damage, sd = float(inner.x[0]), float(np.exp(inner.x[1]))
    spread = float(np.sqrt(max(sd**2 - tendency**2, 0.0)))
    rates = incidence(course, edges, log_damage, sd)
    lethality = float(course.values.get(f"{organ}_lethality", 0.0))
    died = fatal(course, lethality * seen.beyond, log_damage, sd)
    onset = medians(course, seen, seen.begins, log_damage, sd)
    mends = medians(course, seen, seen.ends - seen.begins, log_damage, sd, TREATED)
    return Fit(float(np.exp(log_damage)), spread, rates, onset, mends, died)


def fit(event: str, changed: Mapping[str, float] = {}) -> tuple[dict[str, float], Fit]:
    """Fit one organ; return its outer numbers (`ctla4`, `joint`, `onset`, `recruitment`, `repair`) and the rest."""
    target = TARGETS[event]
    course = Course(event, [c for c in target.rates if c != "low"], changed)
    parameters, organ = course.model.parameters, course.organ
    fast = parameters[f"{organ}_recruitment"].value > 0  # glands are lost slowly, managed or not
    keys = [f"{organ}_{key}" for key in ("ctla4", "joint", "onset", *(("recruitment", "repair") if fast else ()))]
    fixed = target.rates if "low" not in target.rates else {c: r for c, r in target.rates.items() if c != "low"}
    aim = Target(fixed, target.onset, target.other, target.resolution)

    def named(x: Array) -> dict[str, float]:
        return dict(zip(keys, np.exp(x), strict=True))

    def loss(x: Array) -> float:
        found = examine(course, aim, named(x), (-4.0, 0.5))
        late = {"PD1": target.onset} | dict(target.other)
        times = sum((np.log(found.onset[c] / weeks) / 0.3) ** 2 for c, weeks in late.items() if weeks)
        if aim.resolution:
            times += (np.log(min(found.resolution["PD1"], 200.0) / aim.resolution) / 0.3) ** 2
        known = 0.3 if "CTLA4" not in target.rates else 2.0  # where incidence on CTLA-4 alone is silent
        prior = ((x[1] - np.log(1.5)) / known) ** 2 + 100 * max(0.0, x[2] - np.log(0.06)) ** 2
        if fast:
            prior += 100 * max(0.0, x[3] - np.log(20.0)) ** 2 + ((x[4] - start[4]) / 1.0) ** 2
        return float(misfit(found.rates, aim) + times + prior)

    start = np.log([parameters[key].value for key in keys])
    simplex = np.vstack([start, start + np.diag([0.5, 0.7, 0.5, 0.7, 0.4][: len(keys)])])
    options = {"maxfev": 130, "xatol": 0.02, "fatol": 0.02, "initial_simplex": simplex}
    best = minimize(loss, start, method="Nelder-Mead", options=options)
    return named(best.x), examine(course, aim, named(best.x), (-4.0, 0.5))


def table(event: str, found: Fit) -> str:
    """One line per class: simulated and published percent, and onset."""
    target = TARGETS[event]
    lines = [f"{event:12} class  any %  (aim)   >=3 %  (aim)  onset, weeks (aim)  resolution (aim)  fatal %"]
    for name, aim in target.rates.items():
        if name in found.rates:
            weeks = target.onset if name == "PD1" else target.other.get(name)
            seen, mends = found.rates[name], target.resolution if name == "PD1" else None
            lines.append(
                f"{'':12} {name:5} {seen[0]:6.1f} {aim[0]:7} {seen[1]:7.2f} {aim[1]:7} "
                f"{found.onset[name]:7.1f} {weeks or '':5} "
                f"{found.resolution[name]:9.1f} {mends or '':5} {found.fatal[name]:9.3f}"
            )
    return "\n".join(lines)


def main() -> None:
    """Show or fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", nargs="*", default=list(TARGETS))
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="of autoimmunity")
    options = parser.parse_args()
    changed = {name: float(value) for name, value in (pair.split("=") for pair in options.set)}
    for event in options.events:
        if options.fit:
            numbers, found = fit(event, changed)
            print(event, {k: float(f"{v:.3g}") for k, v in numbers.items()}, f"{found.damage:.3g} {found.spread:.3g}")
        else:
            course = Course(event, list(TARGETS[event].rates), changed)
            found = examine(course, TARGETS[event], {}, None)
        print(table(event, found), flush=True)


if __name__ == "__main__":
    main()
