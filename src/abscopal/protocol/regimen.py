"""Drugs as sentences: `nivolumab 1 mg/kg q3w x4, then 3 mg/kg q2w`, `osimertinib 80 mg daily`.

    regimen = drug phase {", then " phase} ["from week N" | "from day N"] [limit]
    phase   = doses | daily                                                          (see `phase`)
    amount  = number unit | "AUC" number
    limit   = "for N months" | "until month N"                                       (or weeks, or days)

Every phase but the last says how long it is; the next phase begins one interval after its last dose, or where its days
or cycles end. `for N months` counts from the first dose and `until month N` from randomisation; right after daily
intake `for` is the length of that phase. A value prints the sentence it was read from, in its plainest spelling (`q14d`
prints as `q2w`). Doses at intervals of hours are given together, day by day.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from abscopal.errors import InputError, Problem, shown
from abscopal.protocol.amount import (
    UNITS,
    number,
    point,
    read_point,
    read_stretch,
    read_whole_point,
    stretch,
    whole_point,
)
from abscopal.protocol.phase import EXAMPLE, Daily, Doses, Phase, read_phase
from abscopal.protocol.procedure import PROCEDURES

__all__ = ["EXAMPLE", "UNITS", "Daily", "Doses", "Intake", "Phase", "Regimen", "number"]

_TAIL = re.compile(
    r"^(?P<body>.*?)"
    r"(?: from (?P<start_unit>week|day) (?P<start>\S+))?"
    r"(?: (?P<limit>for|until) (?P<end>\S+ \S+))?$"
)
_DRUG = re.compile(r"^(?=.*[a-z])[a-z0-9][a-z0-9_.+-]*$")


class Intake(NamedTuple):
    """An unbroken stretch of daily intake: its first day, the day after its last, and the amount per day."""

    first: int
    stop: int
    per_day: float
    unit: str


@dataclass(frozen=True, slots=True)
class Regimen:
    """One drug and when it is given.

    Parameters
    ----------
    drug
        Name of a drug of the catalogue.
    phases
        One after another; all but the last have a count.
    start_day
        Study day of the first dose; 0 is randomisation.
    until_day
        No dose on or after this study day; None for no limit.
    counted_from_start
        Whether the sentence says `for N months` (from the first dose) or `until month N` (from randomisation).
    """

    drug: str
    phases: tuple[Phase, ...]
    start_day: int = 0
    until_day: float | None = None
    counted_from_start: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        problems = []
        if not _DRUG.match(self.drug) or self.drug in PROCEDURES:
            problems.append(Problem(expected="the name of a drug in small letters", got=shown(self.drug)))
        if not self.phases:
            problems.append(Problem(expected="at least one phase", got="none"))
        if len(self.phases) > 1 and any(isinstance(p, Doses) and not p.interval_days for p in self.phases):
            problems.append(Problem(expected="'once' only where there is one phase", got=shown(str(self))))
        for phase in self.phases[:-1]:
            if phase.length is None:
                how = "a number of doses (such as x4)" if isinstance(phase, Doses) else "a length (such as for 14 days)"
                problems.append(Problem(expected=f"{how} before ', then'", got=shown(str(self))))
                break
        if self.start_day < 0:
            problems.append(Problem(expected="a start on day 0 or later", got=shown(self.start_day)))
        if self.until_day is not None and not self.start_day < self.until_day < math.inf:
            problems.append(Problem(expected="an end after the start", got=shown(self.until_day)))
        if problems:
            raise InputError(problems)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a sentence.

        Raises
        ------
        InputError
            With every problem of the sentence.
        """
        words = " ".join(str(text).replace(",", " , ").split()).replace(" , ", ", ")
        drug, _, rest = re.sub(r"(?<=[0-9]), (?=[0-9])", ",", words).partition(" ")
        drug = drug.lower()
        if not _DRUG.match(drug):
            raise InputError([Problem(expected=f"a drug and its doses, such as '{EXAMPLE}'", got=shown(text))])
        problems: list[Problem] = []
        parts, start_day, until_day, counted = _read_tail(rest, problems)
        phases = tuple(phase for phase in (read_phase(part, problems) for part in parts) if phase is not None)
        if problems:
            raise InputError(problems)
        return cls(drug, phases, start_day, until_day, counted_from_start=counted)

    def __str__(self) -> str:
        """Return the sentence that reads back as this value."""
        sentence = f"{self.drug} " + ", then ".join(str(phase) for phase in self.phases)
        limited = self.until_day is not None and self.counted_from_start
        if self.start_day or (limited and isinstance(self.phases[-1], Daily)):  # else `for` would be the phase's own
            sentence += f" from {whole_point(self.start_day)}"
        if self.until_day is None:
            return sentence
        return sentence + (
            f" for {stretch(self.until_day - self.start_day)}" if limited else f" until {point(self.until_day)}"
        )

    def doses(self, until_day: float) -> list[tuple[int, float, str]]:
        """Return (study day, dose, unit) of every day with doses before `until_day`; daily intake is not among them."""
        return [
            (day, dose, phase.unit)
            for phase, begin, end in self._spans(until_day)
            if isinstance(phase, Doses)
            for day, dose in phase.given(begin, end)
        ]

    def intakes(self, until_day: float) -> list[Intake]:
        """Return the stretches of daily intake before `until_day`, in order of time."""
        return [
            Intake(first, stop, phase.per_day, phase.unit)
            for phase, begin, end in self._spans(until_day)
            if isinstance(phase, Daily)
            for first, stop in phase.taken(begin, end)
        ]

    @property
    def last_day(self) -> float:
        """Study day of the last dose or intake; infinite where nothing but the end of treatment ends it."""
        length = self.phases[-1].length
        if length is None and self.until_day is None:
            return math.inf
        far = self.start_day + sum(phase.length or 0 for phase in self.phases) + 1 if length is not None else math.inf
        end = min(far, math.inf if self.until_day is None else self.until_day)
        days = [day for day, *_ in self.doses(end)] + [intake.stop - 1 for intake in self.intakes(end)]
        return max(days, default=self.start_day)

    def _spans(self, until_day: float) -> list[tuple[Phase, int, float]]:
        """Each phase with the day on which it begins and the day on which all ends."""
        end = min(until_day, math.inf if self.until_day is None else self.until_day)
        begins, day = [], self.start_day
        for phase in self.phases:
            begins.append(day)
            day += phase.length or 0
        return [(phase, begin, end) for phase, begin in zip(self.phases, begins, strict=True)]


def _read_tail(text: str, problems: list[Problem]) -> tuple[list[str], int, float | None, bool]:
    """Return the text of each phase, the day of the start, that of the end, and whether it counts from the start."""
    tail = _TAIL.match(text)
    assert tail is not None  # the pattern matches any text
    parts, limit = tail["body"].split(", then "), tail["limit"]
    start_day = 0
    if tail["start_unit"]:
        start_day = read_whole_point(tail["start_unit"], tail["start"], problems, "from ")
    elif limit == "for" and re.search(r"\bdaily\b", parts[-1]):
        parts[-1] += f" for {tail['end']}"
        limit = None
    return parts, start_day, _read_end(limit, tail["end"], start_day, problems), limit == "for"


def _read_end(limit: str | None, text: str, start_day: int, problems: list[Problem]) -> float | None:
    if limit is None:
        return None
    days = read_stretch(text) if limit == "for" else read_point(*text.split())
    if days is None:
        example = "for 24 months" if limit == "for" else "until month 24"
        problems.append(Problem(expected=f"'{example}'", got=shown(f"{limit} {text}")))
        return None
    return days + (start_day if limit == "for" else 0)
