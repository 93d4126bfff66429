"""Phases of a regimen: equal doses at equal intervals, or the same amount taken every day.

doses = amount ["days" D,D-D] ("q" N "w" | "q" N "d" | "q" N "h") ["x" doses]  |  amount "once"
daily = amount ("daily" | "twice daily" | "three times daily" | "four times daily")
        ["," N "weeks on," M "weeks off"] ["x" cycles | "for" N ("days" | "weeks" | "months")]
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from abscopal.errors import InputError, Problem, shown
from abscopal.protocol.amount import UNITS, dose_problems, read_dose, read_stretch, stretch, written, wrong_unit

EXAMPLE = "nivolumab 3 mg/kg q2w"
TIMES = {1: "daily", 2: "twice daily", 3: "three times daily", 4: "four times daily"}
_INTAKES = {"once": 1, "twice": 2, "three times": 3, "four times": 4}
_LATIN = {
    "qd": "daily", "od": "daily", "bid": "twice daily", "bd": "twice daily", "tid": "three times daily",
    "weekly": "q1w",
}  # fmt: skip

_DOSES = re.compile(r"^(?P<dose>\S+) (?P<unit>\S+)(?: days? (?P<days>\S+))? (?P<when>once|q\S+)(?: x(?P<count>\S+))?$")
_DAILY = re.compile(
    r"^(?P<dose>\S+) (?P<unit>\S+) (?P<times>once|twice|three times|four times)? ?daily"
    r"(?:, (?P<on>[1-9][0-9]{0,3} (?:day|week)s?) on, (?P<off>[1-9][0-9]{0,3} (?:day|week)s?) off)?"
    r"(?: x(?P<count>\S+))?(?: for (?P<length>\S+ \S+))?$"
)
_INTERVAL = re.compile(r"^q([1-9][0-9]{0,3})([wdh])$")
_RANGE = re.compile(r"^([1-9][0-9]{0,3})(?:-([1-9][0-9]{0,3}))?$")
_COUNT = re.compile(r"[1-9][0-9]{0,4}")
_HOURS_IN = {"w": 168, "d": 24, "h": 1}


@dataclass(frozen=True, slots=True)
class Doses:
    """A stretch of equal doses at equal intervals.

    Parameters
    ----------
    dose
        Amount per administration, in `unit`; above 0.
    unit
        One of `UNITS`; a dose in AUC is in mg min/mL.
    interval_days
        Days between doses, or length of a cycle; whole hours (8 hours are 8 / 24); 0 for a single dose (`once`).
    count
        Number of doses or cycles; None to go on until treatment stops.
    days
        Days of a cycle on which the dose is given, counted from 1.
    """

    dose: float
    unit: str
    interval_days: float
    count: int | None = None
    days: tuple[int, ...] = (1,)

    def __post_init__(self) -> None:
        problems = dose_problems(self.dose, self.unit)
        hours = self.interval_days * 24
        if hours < 0 or abs(hours - round(hours)) > 1e-6 or (hours == 0 and self.count != 1):
            expected = "an interval of whole days or hours above 0"
            problems.append(Problem(expected=expected, got=shown(self.interval_days)))
        if self.count is not None and self.count < 1:
            problems.append(Problem(expected="a number of doses above 0", got=shown(self.count)))
        if self.days != (1,):
            problems += self._day_problems()
        if problems:
            raise InputError(problems)

    def _day_problems(self) -> Iterator[Problem]:
        if not self.days or list(self.days) != sorted({*self.days}) or self.days[0] < 1:
            expected = "days of a cycle from 1 on, each later than the one before"
            yield Problem(expected=expected, got=shown(str(self.days)))
        elif self.days[-1] > self.interval_days or self.interval_days != int(self.interval_days):
            expected = "a cycle of whole days, at least as long as its last day, such as 'days 1,8 q3w'"
            yield Problem(expected=expected, got=shown(str(self)))

    def __str__(self) -> str:
        """`3 mg/kg q2w x4`."""
        amount = written(self.dose, self.unit)
        if self.interval_days == 0:
            return f"{amount} once"
        hours = round(self.interval_days * 24)
        every = f"q{hours}h" if hours % 24 else f"q{hours // 24}d" if hours % 168 else f"q{hours // 168}w"
        on = "" if self.days == (1,) else f"{_listed(self.days)} "
        return f"{amount} {on}{every}" + (f" x{self.count}" if self.count else "")

    @property
    def length(self) -> int | None:
        """Days from the first dose to the day on which a next phase may begin; None without end."""
        return None if self.count is None else -(-round(self.interval_days * 24) * self.count // 24)

    def given(self, start: int, end: float) -> list[tuple[int, float]]:
        """Return (study day, amount) of every day with a dose from `start` to before `end`; a day's doses add up."""
        found: dict[int, float] = {}
        hours, number = round(self.interval_days * 24), 0
        while (self.count is None or number < self.count) and (first := start + number * hours // 24) < end:
            for day in self.days:
                if first + day - 1 < end:
                    found[first + day - 1] = found.get(first + day - 1, 0.0) + self.dose
            number += 1
        return list(found.items())


@dataclass(frozen=True, slots=True)
class Daily:
    """The same amount every day, without a break or in cycles.

    Parameters
    ----------
    dose
        Amount per intake, in `unit`; above 0.
    unit
        One of `UNITS`.
    times
        Intakes a day, 1 to 4.
    days
        How long, in days; None: as many cycles as `cycles` says, or until treatment stops.
    on, off
        Days of a cycle with and without; 0 and 0 without a break.
    cycles
        Number of cycles; None: no limit.
    """

    dose: float
    unit: str
    times: int = 1
    days: float | None = None
    on: int = 0
    off: int = 0
    cycles: int | None = None

    def __post_init__(self) -> None:
        problems = dose_problems(self.dose, self.unit)
        if self.times not in TIMES:
            problems.append(Problem(expected="1 to 4 intakes a day", got=shown(self.times)))
        if self.days is not None and not 0 < self.days < math.inf:
            problems.append(Problem(expected="a length above 0", got=shown(self.days)))
        if min(self.on, self.off) < 0 or (self.on == 0) != (self.off == 0):
            problems.append(Problem(expected="days on and days off, both above 0", got=f"{self.on} and {self.off}"))
        if self.cycles is not None and (self.cycles < 1 or not self.on or self.days is not None):
            expected = "a number of cycles only after '4 weeks on, 2 weeks off', and no length beside it"
            problems.append(Problem(expected=expected, got=shown(self.cycles)))
        if problems:
            raise InputError(problems)

    def __str__(self) -> str:
        """`50 mg daily, 4 weeks on, 2 weeks off`."""
        text = f"{written(self.dose, self.unit)} {TIMES[self.times]}"
        if self.on:
            text += f", {_weeks_or_days(self.on)} on, {_weeks_or_days(self.off)} off"
        if self.cycles is not None:
            text += f" x{self.cycles}"
        return text if self.days is None else f"{text} for {stretch(self.days)}"

    @property
    def length(self) -> int | None:
        """Days from the first intake to the day on which a next phase may begin; None without end."""
        if self.cycles is not None:
            return self.cycles * (self.on + self.off)
        return None if self.days is None else math.ceil(self.days)

    @property
    def per_day(self) -> float:
        """Amount taken in a day, in `unit`."""
        return self.dose * self.times

    def taken(self, start: int, end: float) -> list[tuple[int, int]]:
        """Return (first day, day after the last) of every unbroken stretch from `start` to before `end`."""
        stop = math.ceil(min(end, math.inf if self.length is None else start + self.length))
        if not self.on:
            return [(start, stop)] if start < stop else []
        return [(first, min(first + self.on, stop)) for first in range(start, stop, self.on + self.off)]


Phase = Doses | Daily


def read_phase(text: str, problems: list[Problem]) -> Phase | None:
    """Read one phase; None, and a problem more, if it is none."""
    words = re.sub(r"^AUC (\S+)", r"\1 AUC", text)
    if found := _DAILY.match(words):
        return _read_daily(found, problems)
    if found := _DOSES.match(words):
        return _read_doses(found, problems)
    if re.search(r"\bdaily\b", words):
        expected = (
            "daily intake such as '80 mg daily', '60 mg daily for 14 days' or '50 mg daily, 4 weeks on, 2 weeks off'"
        )
        guess = "'for', as in 'daily for 28 days'" if re.search(r"daily x[0-9]", words) else ""
    else:
        expected = f"dose, unit and interval, such as '3 mg/kg q2w x4' (in '{EXAMPLE}') or '10 mg daily'"
        guess = _LATIN.get(words.rpartition(" ")[2].lower(), "")
    problems.append(Problem(expected=expected, got=shown(text) if text else "no dose", suggestion=guess))
    return None


def _read_doses(found: re.Match[str], problems: list[Problem]) -> Doses | None:
    before = len(problems)
    dose = read_dose(found["dose"], problems)
    if found["unit"] not in UNITS:
        problems.append(wrong_unit(found["unit"]))
    interval = _read_interval(found["when"], problems)
    count = _read_count(found["when"], found["count"], problems)
    days = _read_days(found["days"], problems)
    if len(problems) > before or dose is None or interval is None:
        return None
    return _checked(lambda: Doses(dose, found["unit"], interval, count, days), problems)


def _read_daily(found: re.Match[str], problems: list[Problem]) -> Daily | None:
    before = len(problems)
    dose = read_dose(found["dose"], problems)
    if found["unit"] not in UNITS:
        problems.append(wrong_unit(found["unit"]))
    times = _INTAKES[found["times"] or "once"]
    on, off = (int(read_stretch(found[key]) or 0) if found[key] else 0 for key in ("on", "off"))
    count = _read_cycles(found["count"], problems)
    days = read_stretch(found["length"]) if found["length"] else None
    if found["length"] and days is None:
        expected = "'for 14 days', 'for 6 weeks' or 'for 24 months'"
        problems.append(Problem(expected=expected, got=shown(f"for {found['length']}")))
    if len(problems) > before or dose is None:
        return None
    return _checked(lambda: Daily(dose, found["unit"], times, days, on, off, count), problems)


P = TypeVar("P", Doses, Daily)


def _checked(build: Callable[[], P], problems: list[Problem]) -> P | None:
    """Build a phase; None, and its problems more, where its parts do not go together."""
    try:
        return build()
    except InputError as error:
        problems += error.problems
        return None


def _read_interval(text: str, problems: list[Problem]) -> float | None:
    if text == "once":
        return 0
    found = _INTERVAL.match(text)
    if found is None:
        problems.append(Problem(expected="an interval such as q2w, q10d or q8h, or 'once'", got=shown(text)))
        return None
    hours = int(found[1]) * _HOURS_IN[found[2]]
    return hours // 24 if hours % 24 == 0 else hours / 24


def _read_count(when: str, text: str | None, problems: list[Problem]) -> int | None:
    if text is None:
        return 1 if when == "once" else None
    if when == "once" or not _COUNT.fullmatch(text):
        expected = "no count after 'once'" if when == "once" else "a number of doses such as x4"
        problems.append(Problem(expected=expected, got=shown("x" + text)))
        return None
    return int(text)


def _read_cycles(text: str | None, problems: list[Problem]) -> int | None:
    if text is None:
        return None
    if not _COUNT.fullmatch(text):
        problems.append(Problem(expected="a number of cycles such as x5", got=shown("x" + text)))
        return None
    return int(text)


def _read_days(text: str | None, problems: list[Problem]) -> tuple[int, ...]:
    if text is None:
        return (1,)
    found = [_RANGE.match(part) for part in text.split(",")]
    if not all(found):
        problems.append(Problem(expected="days of a cycle such as 'days 1,8' or 'days 1-3'", got=shown(f"days {text}")))
        return (1,)
    ranges = [(int(part[1]), int(part[2] or part[1])) for part in found if part]
    return tuple(day for first, last in ranges for day in range(first, last + 1))


def _listed(days: tuple[int, ...]) -> str:
    """`days 1-3,8`, in ranges as long as possible; `day 8` if it is one."""
    ranges: list[list[int]] = []
    for day in days:
        if ranges and day == ranges[-1][-1] + 1:
            ranges[-1].append(day)
        else:
            ranges.append([day])
    text = ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in ranges)
    return f"day {text}" if len(days) == 1 else f"days {text}"


def _weeks_or_days(days: int) -> str:
    count, unit = (days, "day") if days % 7 else (days // 7, "week")
    return f"{count} {unit}" + ("" if count == 1 else "s")
