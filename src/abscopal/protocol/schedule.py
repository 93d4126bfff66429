"""Scan schedules as sentences: `week 9, then every 6 weeks to month 12, then every 12 weeks`.

    schedule = part {", then " part}
    part     = "week" N | "day" N
             | "every" N "weeks" ["x" scans | "to month" N | "to week" N]        (or "days"; "every week" for one)

The baseline scan, on or before day 0, is always made and not part of the sentence. Each part counts from the last scan
of the part before it; only the last part may go on without end.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Self

from abscopal.errors import InputError, Problem, shown
from abscopal.units import DAYS_PER_MONTH

EXAMPLE = "every 6 weeks x8, then every 12 weeks"
_DAYS = {"day": 1.0, "week": 7.0, "month": DAYS_PER_MONTH}

_AT = re.compile(r"^(week|day) ([1-9][0-9]{0,4})$")
_EVERY = re.compile(
    r"^every (?:(?P<number>[1-9][0-9]{0,3}) )?(?P<unit>week|day)s?"
    r"(?: x(?P<count>[1-9][0-9]{0,3})| to (?P<to_unit>month|week) (?P<to>[1-9][0-9]{0,3}))?$"
)


@dataclass(frozen=True, slots=True)
class At:
    """One scan on a study day."""

    day: int

    def __str__(self) -> str:
        """`week 9`."""
        return _whole(self.day)

    @property
    def endless(self) -> bool:
        """A single scan ends."""
        return False


@dataclass(frozen=True, slots=True)
class Every:
    """Scans at equal intervals, counted from the scan before.

    Parameters
    ----------
    interval_days
        Days between scans.
    count
        Number of scans; None when limited by `to` or without end.
    to
        Last week or month in which such a scan falls; None when limited by `count` or without end.
    to_unit
        Unit of `to`.
    """

    interval_days: int
    count: int | None = None
    to: int | None = None
    to_unit: Literal["month", "week"] = "month"

    def __str__(self) -> str:
        """`every 6 weeks x8`."""
        weeks, days = divmod(self.interval_days, 7)
        size, unit = (self.interval_days, "day") if days else (weeks, "week")
        every = f"every {unit}" if size == 1 else f"every {size} {unit}s"
        if self.count is not None:
            return f"{every} x{self.count}"
        return every if self.to is None else f"{every} to {self.to_unit} {self.to}"

    @property
    def endless(self) -> bool:
        """Whether nothing but the end of the study ends it."""
        return self.count is None and self.to is None

    @property
    def last_day(self) -> float:
        """Study day after which no scan of this part falls."""
        return math.inf if self.to is None else self.to * _DAYS[self.to_unit]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When scans are planned; see the module for the sentence."""

    parts: tuple[At | Every, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise InputError([Problem(expected=f"at least one scan, such as '{EXAMPLE}'", got="none")])
        if problems := list(self._problems()):
            raise InputError(problems)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a sentence.

        Raises
        ------
        InputError
            With every problem of the sentence.
        """
        words = re.sub(r"\s*,\s*", ", ", " ".join(str(text).split()))
        problems: list[Problem] = []
        parts = [_read_part(part, problems) for part in words.split(", then ")]
        if problems:
            raise InputError(problems)
        return cls(tuple(part for part in parts if part is not None))

    def __str__(self) -> str:
        """Return the sentence that reads back as this value."""
        return ", then ".join(str(part) for part in self.parts)

    @property
    def shortest_interval(self) -> int:
        """Fewest days between two scans, of which the baseline on day 0 is one."""
        gaps, last = [], 0
        for part in self.parts:
            scans = (
                [last + part.interval_days]
                if isinstance(part, Every) and part.endless
                else _scans(part, last, math.inf)
            )
            gaps += [later - earlier for earlier, later in pairwise([last, *scans])]
            last = scans[-1]
        return min(gaps)

    def days(self, until_day: float) -> list[int]:
        """Return the study days of the planned scans after baseline, up to and including `until_day`."""
        planned: list[int] = []
        day = 0
        for part in self.parts:
            scans = _scans(part, day, until_day if part.endless else math.inf)
            planned += scans
            if not scans or scans[-1] >= until_day:
                break
            day = scans[-1]
        return [day for day in planned if day <= until_day]

    def _problems(self) -> Iterator[Problem]:
        if any((part.day if isinstance(part, At) else part.interval_days) < 1 for part in self.parts):
            yield Problem(expected="days and intervals of at least one day", got=shown(str(self)))
            return
        day = 0
        for number, part in enumerate(self.parts, start=1):
            if part.endless:
                if number < len(self.parts):
                    yield Problem(expected="an end (x8 or to month 12) before ', then'", got=shown(str(part)))
                return
            scans = _scans(part, day, math.inf)
            if not scans:
                yield Problem(expected="each part later than the one before", got=shown(str(self)))
                return
            day = scans[-1]


def _scans(part: At | Every, after: int, until_day: float) -> list[int]:
    if isinstance(part, At):
        return [part.day] if after < part.day <= until_day else []
    end = min(until_day, part.last_day)
    count = math.inf if part.count is None else part.count
    possible = count if math.isinf(end) else min(count, (end - after) // part.interval_days)
    return [after + k * part.interval_days for k in range(1, int(max(possible, 0)) + 1)]


def _read_part(text: str, problems: list[Problem]) -> At | Every | None:
    if found := _AT.match(text):
        return At(int(found[2]) * int(_DAYS[found[1]]))
    if found := _EVERY.match(text):
        interval = int(found["number"] or 1) * int(_DAYS[found["unit"]])
        count, to = (int(found[key]) if found[key] else None for key in ("count", "to"))
        return Every(interval, count, to, "week" if found["to_unit"] == "week" else "month")
    problems.append(Problem(expected=f"'week 9' or 'every 6 weeks x8' (as in '{EXAMPLE}')", got=shown(text)))
    return None


def _whole(day: int) -> str:
    weeks, days = divmod(day, 7)
    return f"day {day}" if days else f"week {weeks}"
