"""Units of measurement: what a formula's unit is, and conversion at the edges.

Inside, everything is a bare float64 in day, cell, mL, mm, mg, mg/L, kg or Gy. A `Unit` is a scale and exponents over
base dimensions; `cell` is a dimension of its own, so cells never mix with pure numbers, and a scale differs from
another (mm3 is not mL), so a forgotten factor of 1000 is an error rather than a wrong result. pint is used only here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

DAYS_PER_MONTH = 30.4375  # 365.25 / 12, the convention of oncology trial reports
DAYS_PER_YEAR = 365.25

_DEFINITIONS = """
day = [time] = d
second = day / 86400 = s
minute = day / 1440 = min
hour = day / 24 = h
week = 7 * day
month = 30.4375 * day
year = 365.25 * day
meter = [length] = m
centimeter = 0.01 * meter = cm
millimeter = 0.001 * meter = mm
micrometer = 1e-6 * meter = um
liter = 0.001 * meter ** 3 = L
milliliter = 0.001 * liter = mL
kilogram = [mass] = kg
gram = 0.001 * kilogram = g
milligram = 1e-6 * kilogram = mg
microgram = 1e-9 * kilogram = ug
mole = [substance] = mol
nanomole = 1e-9 * mole = nmol
molar = mole / liter = M
nanomolar = nmol / liter = nM
cell = [cell]
gray = [radiation] = Gy
"""


class UnitError(ValueError):
    """A unit that is unknown, or that does not fit where it is used."""


@dataclass(frozen=True)
class Unit:
    """A scale (in base units) and exponents over base dimensions, sorted by name."""

    scale: float
    exponents: tuple[tuple[str, float], ...]

    def __mul__(self, other: Unit) -> Unit:
        """Return the unit of a product."""
        return _unit(self.scale * other.scale, _merge(self.exponents, other.exponents, 1.0))

    def __truediv__(self, other: Unit) -> Unit:
        """Return the unit of a quotient."""
        return _unit(self.scale / other.scale, _merge(self.exponents, other.exponents, -1.0))

    def __pow__(self, power: float) -> Unit:
        """Return the unit of a power."""
        return _unit(self.scale**power, {name: value * power for name, value in self.exponents})

    def same(self, other: Unit) -> bool:
        """Whether both measure the same thing on the same scale."""
        return _close(self.exponents, other.exponents) and abs(self.scale / other.scale - 1.0) < 1e-9

    @property
    def pure(self) -> bool:
        """Whether this is a pure number."""
        return self.same(ONE)

    def __str__(self) -> str:
        """Read aloud: a known spelling where there is one, else base dimensions."""
        for text in _SPELLINGS:
            if parse_unit(text).same(self):
                return text
        return " ".join(f"{name}^{value:g}" for name, value in self.exponents) + f" x{self.scale:g}"


def _merge(a: tuple[tuple[str, float], ...], b: tuple[tuple[str, float], ...], sign: float) -> dict[str, float]:
    merged = dict(a)
    for name, value in b:
        merged[name] = merged.get(name, 0.0) + sign * value
    return merged


def _unit(scale: float, exponents: dict[str, float]) -> Unit:
    return Unit(scale, tuple(sorted((name, value) for name, value in exponents.items() if abs(value) > 1e-9)))


def _close(a: tuple[tuple[str, float], ...], b: tuple[tuple[str, float], ...]) -> bool:
    return len(a) == len(b) and all(m == n and abs(x - y) < 1e-9 for (m, x), (n, y) in zip(a, b, strict=True))


ONE = Unit(1.0, ())
_TOWER = re.compile(r"\d\s*(?:\*\*|\^)")
_SPELLINGS = (
    "1", "day", "1/day", "cell", "cell/day", "mL", "mL/day", "mm", "mg", "mg/day", "mg/L", "kg", "L", "L/day",
    "cell/mL", "mL/cell", "1/(cell*day)", "1/(mL*day)", "L/(mg*day)", "year", "mm^3", "mL/(cell*day)",
)  # fmt: skip


@cache
def _registry() -> Any:
    import pint

    registry = pint.UnitRegistry(None)
    for line in _DEFINITIONS.strip().splitlines():
        registry.define(line)
    return registry


@cache
def parse_unit(text: str) -> Unit:
    """Parse a unit such as `1/day` or `mg/L`.

    Raises
    ------
    UnitError
        If the text names a unit that is not defined; no factor is ever guessed.
    """
    if text.strip() == "1":
        return ONE
    if len(text) > 60 or not text.strip() or _TOWER.search(text):  # pint would work out 9**9**9 until the end of time
        raise UnitError(f"'{text[:60]}' is not a unit")
    registry = _registry()
    try:
        quantity = registry.Quantity(1.0, registry.parse_units(text)).to_base_units()
        exponents = {str(name).strip("[]"): float(value) for name, value in quantity.dimensionality.items()}
    except Exception as problem:
        raise UnitError(f"unknown unit '{text}'") from problem
    return _unit(float(quantity.magnitude), exponents)


def convert(value: float, unit: str, to: str) -> float:
    """Convert a number between two units of one dimension.

    Raises
    ------
    UnitError
        If either unit is unknown or the two measure different things.
    """
    a, b = parse_unit(unit), parse_unit(to)
    if not _close(a.exponents, b.exponents):
        raise UnitError(f"cannot convert '{unit}' to '{to}'")
    return value * a.scale / b.scale
