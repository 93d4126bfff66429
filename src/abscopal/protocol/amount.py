"""Amounts and stretches of time as sentences write them: `3 mg/kg`, `AUC 5`, `2e6 cells/kg`; `14 days`, `24 months`."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from abscopal.errors import Problem, did_you_mean, shown
from abscopal.units import DAYS_PER_MONTH

UNITS = ("mg", "mg/kg", "mg/m2", "AUC", "cells", "cells/kg", "IU", "IU/kg")
LARGE = 1e6  # from here on numbers are written with an exponent where that is shorter
MOST_DAYS = 100_000
_MISSPELT = {
    "mg/m^2": "mg/m2", "mg/m²": "mg/m2", "mg/sqm": "mg/m2", "mgkg": "mg/kg", "milligram": "mg", "milligrams": "mg",
    "auc": "AUC", "cell": "cells", "cell/kg": "cells/kg", "iu": "IU", "iu/kg": "IU/kg", "units": "IU",
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_STRETCH = re.compile(r"^(\S+) (day|week|month)s?$")
_IN_DAYS = {"month": DAYS_PER_MONTH, "week": 7.0, "day": 1.0}


def number(value: float) -> str:
    """Return a number as a person writes it: `3`, `0.5`, `2e6`; reading it back gives the same value."""
    plain = str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
    if abs(value) < LARGE:
        return plain
    _, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    assert isinstance(exponent, int)  # a finite number
    mantissa = "".join(map(str, digits))
    power = len(mantissa) - 1 + exponent
    short = f"{'-' if value < 0 else ''}{mantissa[0]}{'.' if len(mantissa) > 1 else ''}{mantissa[1:]}e{power}"
    return short if len(short) < len(plain) else plain


def read_number(text: str) -> float | None:
    """Read a finite number; None if it is none."""
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    return value if math.isfinite(value) else None


def read_dose(text: str, problems: list[Problem]) -> float | None:
    """Read a dose above 0; None, and a problem more, if it is none."""
    dose = read_number(text)
    if dose is None or not dose > 0:
        problems.append(Problem(expected="a dose above 0", got=shown(text)))
        return None
    return dose


def written(dose: float, unit: str) -> str:
    """`3 mg/kg`, and `AUC 5` as is usual for carboplatin."""
    return f"AUC {number(dose)}" if unit == "AUC" else f"{number(dose)} {unit}"


def wrong_unit(unit: str) -> Problem:
    """Return the problem of a unit that is none."""
    guess = _MISSPELT.get(unit) or _MISSPELT.get(unit.lower()) or did_you_mean(unit, UNITS)
    return Problem(expected=f"a unit ({', '.join(UNITS)})", got=shown(unit), suggestion=guess)


def dose_problems(dose: float, unit: str) -> list[Problem]:
    """Return what is wrong with an amount that was built in Python."""
    problems = []
    if not (dose > 0 and math.isfinite(dose)):
        problems.append(Problem(expected="a dose above 0", got=shown(dose)))
    if unit not in UNITS:
        problems.append(wrong_unit(unit))
    return problems


def stretch(days: float) -> str:
    """Return a length of time in the largest unit of which it is a whole number, else in months: `2 weeks`."""
    for unit, size in _IN_DAYS.items():
        count = round(days / size, 9)
        if count == int(count):
            return f"{number(count)} {unit}" + ("" if count == 1 else "s")
    return f"{number(round(days / DAYS_PER_MONTH, 9))} months"


def read_stretch(text: str) -> float | None:
    """Read a length of time above 0, in days; None if it is none."""
    found = _STRETCH.match(text)
    count = read_number(found[1]) if found else None
    if found is None or count is None or not count > 0:
        return None
    days = count * _IN_DAYS[found[2]]
    return days if days <= MOST_DAYS and (found[2] == "month" or days == int(days)) else None


def point(day: float) -> str:
    """Return a study day in the largest unit in which it is whole, else in months: `week 12`, `month 24`."""
    count, unit = stretch(day).split()
    return f"{unit.removesuffix('s')} {count}"


def read_point(unit: str, text: str) -> float | None:
    """Read `month 24`, `week 12` or `day 3` as a study day; None if it is none."""
    return read_stretch(f"{text} {unit}")


def whole_point(day: int) -> str:
    """`week 12`, or `day 3` where the day begins no week; day 0 is `day 0`."""
    weeks, days = divmod(day, 7)
    return f"day {day}" if days or not day else f"week {weeks}"


def read_whole_point(unit: str, text: str, problems: list[Problem], example: str = "") -> int:
    """Read the number of a week or day on which something begins, as a study day; `example` stands before it."""
    if not re.fullmatch(r"[0-9]{1,5}", text):
        problems.append(Problem(expected=f"a whole {unit} such as '{example}{unit} 12'", got=shown(text)))
        return 0
    return int(text) * (7 if unit == "week" else 1)
