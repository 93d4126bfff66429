"""Regimens as sentences: `nivolumab 1 mg/kg q3w x4, then 3 mg/kg q2w`.

    regimen  = drug phase {", then " phase} ["from week N" | "from day N"] ["for N months" | "until month N"]
    phase    = dose unit ("q" N "w" | "q" N "d") ["x" doses]  |  dose unit "once"

Every phase but the last says how many doses it has; the next phase begins one interval after its last dose. A value
prints the sentence it was read from, in its plainest spelling (`q14d` prints as `q2w`).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Self

from abscopal.errors import InputError, Problem, did_you_mean, shown
from abscopal.units import DAYS_PER_MONTH

UNITS = ("mg", "mg/kg", "mg/m2")
_MISSPELT = {
    "mg/m^2": "mg/m2", "mg/m²": "mg/m2", "mg/sqm": "mg/m2", "mgkg": "mg/kg", "milligram": "mg", "milligrams": "mg",
}  # fmt: skip

_TAIL = re.compile(
    r"^(?P<body>.*?)"
    r"(?: from (?P<start_unit>week|day) (?P<start>\S+))?"
    r"(?: (?P<limit>for|until) (?P<end>\S+ \S+))?$"
)
_PHASE = re.compile(r"^(?P<dose>\S+) (?P<unit>\S+) (?P<when>once|q\S+)(?: x(?P<count>\S+))?$")
_INTERVAL = re.compile(r"^q([1-9][0-9]{0,3})([wd])$")
_MONTHS = {"for": re.compile(r"^(\S+) months?$"), "until": re.compile(r"^month (\S+)$")}
_DRUG = re.compile(r"^(?=.*[a-z])[a-z0-9][a-z0-9_.+-]*$")

EXAMPLE = "nivolumab 3 mg/kg q2w"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of equal doses at equal intervals.

    Parameters
    ----------
    dose
        Amount per administration, in `unit`; above 0.
    unit
        `mg`, `mg/kg` or `mg/m2`.
    interval_days
        Days between doses; 0 for a single dose (`once`).
    count
        Number of doses; None to go on until treatment stops.
    """

    dose: float
    unit: str
    interval_days: int
    count: int | None = None

    def __post_init__(self) -> None:
        if not (self.dose > 0 and math.isfinite(self.dose)):
            raise InputError([Problem(expected="a dose above 0", got=shown(self.dose))])
        if self.unit not in UNITS:
            raise InputError([_wrong_unit(self.unit)])
        if self.interval_days < 0 or (self.interval_days == 0 and self.count != 1):
            raise InputError([Problem(expected="an interval of whole days above 0", got=shown(self.interval_days))])
        if self.count is not None and self.count < 1:
            raise InputError([Problem(expected="a number of doses above 0", got=shown(self.count))])

    def __str__(self) -> str:
        """`3 mg/kg q2w x4`."""
        if self.interval_days == 0:
            return f"{number(self.dose)} {self.unit} once"
        weeks, days = divmod(self.interval_days, 7)
        every = f"q{self.interval_days}d" if days else f"q{weeks}w"
        return f"{number(self.dose)} {self.unit} {every}" + (f" x{self.count}" if self.count else "")


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
        if not _DRUG.match(self.drug):
            problems.append(Problem(expected="the name of a drug in small letters", got=shown(self.drug)))
        if not self.phases:
            problems.append(Problem(expected="at least one phase", got="none"))
        if len(self.phases) > 1 and any(not phase.interval_days for phase in self.phases):
            problems.append(Problem(expected="'once' only where there is one phase", got=shown(str(self))))
        if any(phase.count is None for phase in self.phases[:-1]):
            problems.append(Problem(expected="a number of doses (such as x4) before ', then'", got=shown(str(self))))
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
        drug, _, rest = words.partition(" ")
        drug = drug.lower()
        if not _DRUG.match(drug):
            raise InputError([Problem(expected=f"a drug and its doses, such as '{EXAMPLE}'", got=shown(text))])
        problems: list[Problem] = []
        tail = _TAIL.match(rest)
        assert tail is not None  # the pattern matches any text
        phases = [_read_phase(part, problems) for part in tail["body"].split(", then ")]
        start_day = _read_start(tail["start_unit"], tail["start"], problems)
        until_day = _read_end(tail["limit"], tail["end"], start_day, problems)
        if problems:
            raise InputError(problems)
        kept = tuple(phase for phase in phases if phase is not None)
        return cls(drug, kept, start_day, until_day, counted_from_start=tail["limit"] == "for")

    def __str__(self) -> str:
        """Return the sentence that reads back as this value."""
        sentence = f"{self.drug} " + ", then ".join(str(phase) for phase in self.phases)
        if self.start_day:
            weeks, days = divmod(self.start_day, 7)
            sentence += f" from day {self.start_day}" if days else f" from week {weeks}"
        if self.until_day is not None:
            days_given = self.until_day - (self.start_day if self.counted_from_start else 0)
            months = number(round(days_given / DAYS_PER_MONTH, 9))
            sentence += f" for {months} months" if self.counted_from_start else f" until month {months}"
        return sentence

    def doses(self, until_day: float) -> list[tuple[int, float, str]]:
        """Return (study day, dose, unit) of every planned dose before `until_day`."""
        end = min(until_day, math.inf if self.until_day is None else self.until_day)
        planned = []
        day = self.start_day
        for phase in self.phases:
            given = 0
            while day < end and (phase.count is None or given < phase.count):
                planned.append((day, phase.dose, phase.unit))
                day += phase.interval_days
                given += 1
        return planned


def number(value: float) -> str:
    """Return a number as a person writes it: `3`, `0.5`; reading it back gives the same value."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def _read_phase(text: str, problems: list[Problem]) -> Phase | None:
    found = _PHASE.match(text)
    if found is None:
        expected = f"dose, unit and interval, such as '3 mg/kg q2w x4' (in '{EXAMPLE}')"
        problems.append(Problem(expected=expected, got=shown(text) if text else "no dose"))
        return None
    dose = _read_dose(found["dose"], problems)
    if found["unit"] not in UNITS:
        problems.append(_wrong_unit(found["unit"]))
    interval = _read_interval(found["when"], problems)
    count = _read_count(found["when"], found["count"], problems)
    if dose is None or interval is None or found["unit"] not in UNITS or count == 0:
        return None
    return Phase(dose, found["unit"], interval, count)


def _read_dose(text: str, problems: list[Problem]) -> float | None:
    dose = _read_number(text)
    if dose is None or not dose > 0:
        problems.append(Problem(expected="a dose above 0", got=shown(text)))
        return None
    return dose


def _wrong_unit(unit: str) -> Problem:
    guess = _MISSPELT.get(unit.lower()) or did_you_mean(unit, UNITS)
    return Problem(expected=f"a unit ({', '.join(UNITS)})", got=shown(unit), suggestion=guess)


def _read_interval(text: str, problems: list[Problem]) -> int | None:
    if text == "once":
        return 0
    found = _INTERVAL.match(text)
    if found is None:
        problems.append(Problem(expected="an interval such as q2w or q10d, or 'once'", got=shown(text)))
        return None
    return int(found[1]) * (7 if found[2] == "w" else 1)


def _read_count(when: str, text: str | None, problems: list[Problem]) -> int | None:
    """Return the number of doses; 0 marks one that could not be read."""
    if text is None:
        return 1 if when == "once" else None
    if when == "once" or not re.fullmatch(r"[1-9][0-9]{0,4}", text):
        expected = "no count after 'once'" if when == "once" else "a number of doses such as x4"
        problems.append(Problem(expected=expected, got=shown("x" + text)))
        return 0
    return int(text)


def _read_start(unit: str | None, text: str | None, problems: list[Problem]) -> int:
    if unit is None or text is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,5}", text):
        problems.append(Problem(expected=f"a whole {unit} such as 'from {unit} 12'", got=shown(text)))
        return 0
    return int(text) * (7 if unit == "week" else 1)


def _read_end(limit: str | None, text: str | None, start_day: int, problems: list[Problem]) -> float | None:
    if limit is None or text is None:
        return None
    found = _MONTHS[limit].match(text)
    months = _read_number(found[1]) if found else None
    if months is None or not months > 0:
        example = "for 24 months" if limit == "for" else "until month 24"
        problems.append(Problem(expected=f"'{example}'", got=shown(f"{limit} {text}")))
        return None
    return months * DAYS_PER_MONTH + (start_day if limit == "for" else 0)


def _read_number(text: str) -> float | None:
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None
