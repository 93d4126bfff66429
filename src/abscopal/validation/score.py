"""Scores: one published figure beside its simulated one, and what many of them come to. Pure functions of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from math import log
from statistics import fmean, median
from typing import Any

from abscopal.calibration.targets import LANDMARKS, SHARES, Target
from abscopal.validation.baselines import Guess
from abscopal.validation.simulated import Estimate

ROLES = ("validation", "calibration")
GOALS = {"landmarks": 0.04, "orr_inside": 0.80, "hr_error": 0.12, "hr_inside": 0.80}
"""What DESIGN asks of trials that were never fitted: median |dS|, shares inside, mean |d log HR|."""


@dataclass(frozen=True)
class Spread:
    """What a predictive interval is made of (`intervals.py`), of shares or of logarithms of ratios.

    Attributes
    ----------
    centre
        What is predicted: the mean over draws, or the one replay there is; of ratios the ratio.
    unit
        What the discrepancy's variance is a multiple of: p (1 - p) of a share p, 1 of a ratio.
    parameter, sampling, simulation
        Variances: between draws, of the published trial's size, of the replay's own size.
    """

    centre: float
    unit: float
    parameter: float
    sampling: float
    simulation: float

    @property
    def explained(self) -> float:
        """Variance of an error that has nothing to do with the model's own discrepancy."""
        return self.parameter + self.sampling + self.simulation


@dataclass(frozen=True)
class Score:
    """One figure of a trial, published and simulated, beside what the two baselines say.

    Attributes
    ----------
    role, indication
        Of the trial.
    target
        The published figure.
    simulated
        The model's.
    naive
        What the same class of drugs did in calibration trials; None where there are none.
    independent
        What independent action of the arm's two parts would give; None where it is no combination or a part unknown.
    spread
        What its predictive interval is made of; None for figures that get none.
    """

    role: str
    indication: str
    target: Target
    simulated: Estimate
    naive: Guess | None = None
    independent: Guess | None = None
    spread: Spread | None = None

    @property
    def error(self) -> float | None:
        """Simulated less published, of shares or of logarithms; None where nothing was simulated or reached."""
        return difference(self.target, self.simulated.value)

    @property
    def inside(self) -> bool | None:
        """Whether the simulated figure lies in the published 95 % interval."""
        value, limits = self.simulated.value, self.target.limits
        return None if value is None or limits is None else limits[0] <= value <= limits[1]

    @property
    def size(self) -> float | None:
        """How large the error is: in standard errors of the target, which include what a coarse model is allowed."""
        return None if self.error is None else abs(self.error) / self.target.error

    def plain(self) -> dict[str, Any]:
        """Return values of JSON."""
        t = self.target
        head = {"trial": t.protocol, "role": self.role, "indication": self.indication, "arm": t.arm}
        figure = {"kind": t.kind, "quantity": t.quantity, "published": t.value, "limits": t.limits}
        rest = {"reference": t.reference or None, "recalled": t.recalled, "simulated": asdict(self.simulated)}
        own = {"error": self.error, "inside": self.inside, "size": self.size}
        guesses = {"naive": self.naive, "independent": self.independent}
        baselines = {name: None if guess is None else asdict(guess) for name, guess in guesses.items()}
        return head | figure | rest | own | baselines


def difference(target: Target, value: float | None) -> float | None:
    """Return a value less the published one; for months and ratios of the logarithms."""
    if value is None:
        return None
    if target.kind in SHARES:
        return value - target.value
    return log(value / target.value) if value > 0 and target.value > 0 else None


Baseline = Callable[[Score], Guess | None]


@dataclass(frozen=True)
class Tally:
    """Many errors of one kind.

    Attributes
    ----------
    n
        Figures compared.
    mean, middle
        Mean and median of the absolute errors.
    bias
        Mean of the errors with their sign.
    inside
        Share of them in the published interval; None where nothing has one.
    """

    n: int
    mean: float
    middle: float
    bias: float
    inside: float | None = None


def tally(errors: Iterable[float], inside: Iterable[bool] = ()) -> Tally | None:
    """Sum up errors; None where there are none."""
    known, within = list(errors), list(inside)
    if not known:
        return None
    absolute = [abs(error) for error in known]
    return Tally(len(known), fmean(absolute), median(absolute), fmean(known), fmean(within) if within else None)


def tally_scores(scores: Iterable[Score]) -> Tally | None:
    """Sum up the model's errors."""
    known = [score for score in scores if score.error is not None]
    return tally(
        [score.error for score in known if score.error is not None],
        [score.inside for score in known if score.inside is not None],
    )


@dataclass(frozen=True)
class Duel:
    """The model against a baseline where both say something: mean and median absolute errors, and how often nearer."""

    n: int
    model_mean: float
    model_middle: float
    baseline_mean: float
    baseline_middle: float
    nearer: float


def duel(scores: Iterable[Score], baseline: Baseline) -> Duel | None:
    """Compare the model with a baseline; None where they never meet."""
    pairs = []
    for score in scores:
        guess = baseline(score)
        own, other = score.error, difference(score.target, None if guess is None else guess.value)
        if own is not None and other is not None:
            pairs.append((abs(own), abs(other)))
    if not pairs:
        return None
    own_errors, others = zip(*pairs, strict=True)
    nearer = fmean(own < other for own, other in pairs)
    return Duel(len(pairs), fmean(own_errors), median(own_errors), fmean(others), median(others), nearer)


SECTIONS: dict[str, Callable[[Score], bool]] = {
    "ORR": lambda score: score.target.quantity == "ORR",
    "CR": lambda score: score.target.quantity == "CR",
    "landmarks": lambda score: score.target.month in LANDMARKS,
    "PFS landmarks": lambda score: score.target.month in LANDMARKS and score.target.endpoint == "PFS",
    "OS landmarks": lambda score: score.target.month in LANDMARKS and score.target.endpoint == "OS",
    "DCR": lambda score: score.target.quantity == "DCR",
    "PFS median": lambda score: score.target.quantity == "PFS median",
    "OS median": lambda score: score.target.quantity == "OS median",
    "duration of response": lambda score: score.target.kind == "duration",
    "DOR median": lambda score: score.target.quantity == "DOR median",
    "TTR median": lambda score: score.target.quantity == "TTR median",
    "hazard ratios": lambda score: score.target.kind == "ratio",
    "PFS HR": lambda score: score.target.quantity == "PFS HR",
    "OS HR": lambda score: score.target.quantity == "OS HR",
    "ORR in subgroups": lambda score: score.target.kind == "subgroup response",
    "OS in subgroups": lambda score: score.target.kind == "subgroup survival",
    "hazard ratios in subgroups": lambda score: score.target.kind == "subgroup ratio",
    "adverse events": lambda score: score.target.kind == "event" and not severe(score.target),
    "adverse events, grade 3": lambda score: score.target.kind == "event" and severe(score.target),
}
"""What is summed up together."""


BASELINES: dict[str, Baseline] = {
    "naive": lambda score: _of_place(score.naive, near=True),
    "naive_elsewhere": lambda score: _of_place(score.naive, near=False),
    "independent": lambda score: _of_place(score.independent, near=True),
    "independent_elsewhere": lambda score: _of_place(score.independent, near=False),
}
"""Both baselines, from calibration trials of the same cancer and, where it has none, of others."""


def _of_place(guess: Guess | None, *, near: bool) -> Guess | None:
    return guess if guess is not None and guess.near == near else None


def severe(target: Target) -> bool:
    """Whether an adverse event is counted from grade 3 on."""
    return target.quantity.endswith(" grade 3")


def summary(scores: Sequence[Score]) -> dict[str, dict[str, Any]]:
    """Sum up by role and section: the model, how many were not reached, and both baselines on what they have too."""
    return {role: _of_role([score for score in scores if score.role == role]) for role in ROLES}


def _of_role(scores: Sequence[Score]) -> dict[str, Any]:
    found: dict[str, Any] = {"trials": len({score.target.protocol for score in scores}), "sections": {}}
    for name, belongs in SECTIONS.items():
        chosen = [score for score in scores if belongs(score)]
        found["sections"][name] = {
            "model": _plain(tally_scores(chosen)),
            "not_reached": sum(score.error is None for score in chosen),
            **{key: _plain(duel(chosen, baseline)) for key, baseline in BASELINES.items()},
        }
    found["goals"] = goals(found["sections"])
    return found


def by_indication(scores: Sequence[Score]) -> dict[str, dict[str, dict[str, Any]]]:
    """Sum up by indication and role what the goals are about, so that one sees where not to trust the model."""
    names = sorted({score.indication for score in scores})
    return {
        name: {
            role: {
                section: _plain(tally_scores([s for s in scores if s.indication == name and s.role == role and of(s)]))
                for section, of in SECTIONS.items()
                if section in ("ORR", "landmarks", "hazard ratios")
            }
            | {"trials": len({s.target.protocol for s in scores if s.indication == name and s.role == role})}
            for role in ROLES
        }
        for name in names
    }


def goals(sections: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Say of each goal what was reached; None where nothing was compared."""
    orr, ratios, curves = (sections[name]["model"] for name in ("ORR", "hazard ratios", "landmarks"))
    reached = {
        "landmarks": None if curves is None else curves["middle"],
        "orr_inside": None if orr is None else orr["inside"],
        "hr_error": None if ratios is None else ratios["mean"],
        "hr_inside": None if ratios is None else ratios["inside"],
    }
    return {name: {"goal": GOALS[name], "reached": value, "met": _met(name, value)} for name, value in reached.items()}


def _met(name: str, value: float | None) -> bool | None:
    if value is None:
        return None
    return value >= GOALS[name] if name.endswith("inside") else value <= GOALS[name]


def _plain(one: Tally | Duel | None) -> dict[str, Any] | None:
    return None if one is None else asdict(one)
