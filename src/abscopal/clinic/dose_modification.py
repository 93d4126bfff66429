"""When a dose is put off, made smaller or given up for toxicity: the rules of `dose_rules.yaml`, applied.

Nothing here knows of a simulation: the rules see grades on the day of the dose, the worst grades since the last dose,
and the creatinine clearance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from abscopal.clinic.toxicity_grades import EVENTS, Grades
from abscopal.errors import InputError, Problem, unknown
from abscopal.fact import Citation, Fact, require_sources
from abscopal.record import Real, Record, Whole, read_record
from abscopal.sources import Source

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Grade = Annotated[Whole, Field(ge=1, le=4)]

NEVER = 99
CLEARANCE = "Creatinine clearance"
REASONS: tuple[str, ...] = ("", *(event.term for event in EVENTS.values()), CLEARANCE)
"""Why a dose is not as planned; the first: it is. Events in the order of `EVENTS`."""
_NUMBER = {name: number for number, name in enumerate(EVENTS, start=1)}


class _Sourced(Record):
    drugs: tuple[str, ...] = Field(min_length=1, description="names, groups or modalities of drugs")
    source: str = Field(min_length=1, description="key of `sources`, or `assumed`")
    derived: str = Field("", description="how it follows from the source; the reason, for an assumption")

    def origin(self, sources: dict[str, Citation]) -> Source:
        """Return the full source; labels are from memory."""
        if self.source == "assumed":
            return Source(self.derived, grade="assumed")
        return Source(sources[self.source].citation, derived=self.derived, grade="recalled")


class Rule(_Sourced):
    """What to do at which grade of one event, or below which clearance."""

    event: str = Field("", description="key of toxicity_grades.EVENTS")
    wait: Grade | None = Field(None, description="grade today from which the dose waits")
    until: Annotated[Whole, Field(ge=0, le=3)] | None = Field(None, description="grade at which waiting ends")
    reduce: Grade | None = Field(None, description="worst grade since the last dose from which doses get smaller")
    stop: Grade | None = Field(None, description="worst grade since the last dose from which the drug is stopped")
    clearance: Annotated[Real, Field(gt=0)] | None = Field(None, description="mL/min")
    do: Literal["wait", "reduce"] | None = Field(None, description="what to do below that clearance")

    @model_validator(mode="after")
    def _whole(self) -> Rule:
        if problems := list(self._problems()):
            raise InputError(problems)
        return self

    def _problems(self) -> Iterator[Problem]:
        if (self.clearance is None) != bool(self.event) or (self.clearance is None) != (self.do is None):
            yield Problem("event", "an event with grades, or a clearance and what to do", "both or neither")
        if self.event and self.event not in EVENTS:
            yield unknown("event", "event", self.event, EVENTS)
        if self.event and self.wait is None and self.reduce is None and self.stop is None:
            yield Problem("wait", "a grade at which to wait, reduce or stop", "none")
        if self.until is not None and (self.wait is None or self.until >= self.wait):
            yield Problem("until", "a grade below that of wait", f"{self.until}")


class Levels(_Sourced):
    """Shares of the planned dose at the first, second, ... reduction, and how long a dose may wait."""

    shares: tuple[Annotated[Real, Field(gt=0, lt=1)], ...] = Field(description="shares of the planned dose, falling")
    patience: Annotated[Whole, Field(ge=7)] = Field(description="days of waiting after which the drug is stopped")


class GrowthFactors(Record):
    """When and how filgrastim is given."""

    primary: Fact
    first_day: Fact
    days: Fact
    mg_per_kg: Fact
    high_risk: tuple[tuple[str, ...], ...]

    def due_from_the_start(self, drugs: Collection[str]) -> bool:
        """Whether a regimen of these drugs is one that calls for it from the first cycle on."""
        return any(set(regimen) <= set(drugs) for regimen in self.high_risk)


class DoseRules(Record):
    """The file `dose_rules.yaml`."""

    sources: dict[str, Citation]
    levels: tuple[Levels, ...]
    rules: tuple[Rule, ...]
    growth_factors: GrowthFactors

    @model_validator(mode="after")
    def _sourced(self) -> DoseRules:
        growth = {name: fact for name, fact in self.growth_factors if isinstance(fact, Fact)}
        require_sources({f"growth_factors.{name}": fact for name, fact in growth.items()}, self.sources)
        known, problems = {*self.sources, "assumed"}, []
        for group in ("levels", "rules"):
            for number, one in enumerate(getattr(self, group)):
                at = f"{group}[{number}]"
                if one.source not in known:
                    problems.append(unknown(f"{at}.source", "source", one.source, known))
                elif one.source == "assumed" and len(one.derived) < 10:
                    problems.append(Problem(f"{at}.derived", "the reason for this assumption", f"'{one.derived}'"))
        if problems:
            raise InputError(problems)
        return self

    def of(self, name: str, group: str, modality: str, events: Sequence[str]) -> DrugRules | None:
        """Return what holds for one drug, for grades of these events in columns; None where nothing does.

        Parameters
        ----------
        name, group, modality
            Of the drug, as its file gives them.
        events
            Keys of `EVENTS`, one for each column of the grades.
        """
        words = (name, group, modality)
        mine = [rule for rule in self.rules if set(words) & set(rule.drugs)]
        mine = [rule for rule in mine if rule.clearance is not None or rule.event in events]
        found = [levels for word in words for levels in self.levels if word in levels.drugs]
        if not mine or not found:
            return None
        wait, until, reduce, stop = (np.full(len(events), NEVER, dtype=np.int8) for _ in range(4))
        for rule in mine:
            if rule.event:
                column = events.index(rule.event)
                for limits, grade in ((wait, rule.wait), (reduce, rule.reduce), (stop, rule.stop)):
                    limits[column] = min(limits[column], NEVER if grade is None else grade)
                if rule.wait is not None:
                    over = rule.wait - 1 if rule.until is None else rule.until
                    until[column] = min(until[column], over)
        clearance = {
            do: max((rule.clearance for rule in mine if rule.clearance is not None and rule.do == do), default=0.0)
            for do in ("wait", "reduce")
        }
        number = np.array([_NUMBER[event] for event in events], dtype=np.int64)
        return DrugRules(wait, until, reduce, stop, clearance, found[0].shares, found[0].patience, number)


@dataclass(frozen=True)
class Verdict:
    """What the rules say of k subjects: whether to stop, wait or give less, and why (a number in `REASONS`)."""

    stop: Flags
    wait: Flags
    reduce: Flags
    reason: Integers


@dataclass(frozen=True)
class DrugRules:
    """What holds for one drug.

    Parameters
    ----------
    wait, until, reduce, stop : (m,) int8
        Grades of each event; `NEVER` where no rule holds.
    clearance : dict
        mL/min below which to wait and to reduce; 0 for never.
    shares : tuple of float
        Shares of the planned dose at the first, second, ... reduction.
    patience : int, day
        Waiting after which the drug is stopped.
    number : (m,) int
        Number in `REASONS` of each event.
    """

    wait: Grades
    until: Grades
    reduce: Grades
    stop: Grades
    clearance: dict[str, float]
    shares: tuple[float, ...]
    patience: int
    number: Integers

    def judge(
        self, today: Grades, worst: Grades, waiting: Flags, clearance: Floats | None = None, usual: Floats | None = None
    ) -> Verdict:
        """Apply the rules to k subjects.

        Parameters
        ----------
        today, worst : (k, m) int8
            Grades on the day, and the worst since the last dose, today's included.
        waiting : (k,) bool
            Whether a dose is waiting already: it goes on waiting until the grade of `until` is reached.
        clearance, usual : (k,) float, mL/min
            Creatinine clearance today and before treatment. Those who began below a limit are not held to it.
        """
        ends = worst >= self.stop
        holds = (today >= self.wait) | (waiting[:, None] & (today > self.until) & (self.wait < NEVER))
        lowers = worst >= self.reduce
        stop, wait, reduce = (np.asarray(met.any(axis=1)) for met in (ends, holds, lowers))
        reason = np.where(reduce, self.number[lowers.argmax(axis=1)], 0)
        reason = np.where(wait, self.number[holds.argmax(axis=1)], reason)
        reason = np.where(stop, self.number[ends.argmax(axis=1)], reason)
        if clearance is not None and usual is not None:
            poor = {do: (clearance < at) & (usual >= at) for do, at in self.clearance.items()}
            reason = np.where((poor["wait"] | poor["reduce"]) & (reason == 0), REASONS.index(CLEARANCE), reason)
            wait, reduce = wait | poor["wait"], reduce | poor["reduce"]
        return Verdict(stop, wait, reduce, reason)

    def share(self, level: Integers) -> Floats:
        """Return the share of the planned dose at each level [k]: 0 is full dose, beyond the last nothing."""
        return np.array([1.0, *self.shares, 0.0])[np.minimum(level, len(self.shares) + 1)]


@cache
def dose_rules(path: str = "") -> DoseRules:
    """Return the rules of the clinic, or of another file.

    Raises
    ------
    InputError
        With everything that is wrong with the file.
    """
    return read_record(path or Path(str(files("abscopal.clinic"))) / "dose_rules.yaml", DoseRules)
