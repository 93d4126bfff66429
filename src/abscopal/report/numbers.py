"""Numbers as a reader sees them: one rule per kind, everywhere in the report."""

from __future__ import annotations

import math

import pandas as pd

NOT_REACHED = "not reached"
NONE = "–"
NARROW = "\u00a0"  # no-break space: a number never parts from its unit


def known(value: float | None) -> bool:
    """Whether there is a finite number."""
    return value is not None and math.isfinite(value)


def signed(value: float, digits: int = 0) -> str:
    """Write a change with its sign, a real minus and no minus before a zero."""
    rounded = round(value, digits)
    return f"{rounded + 0.0:+.{digits}f}".replace("-", "−") if rounded else f"{0:.{digits}f}"


def percent(fraction: float | None, digits: int = 0) -> str:
    """Write a fraction of 1 as a percentage."""
    return NONE if fraction is None or not known(fraction) else f"{100 * fraction:.{digits}f}{NARROW}%"


def months(value: float | None) -> str:
    """Write a time in months, one decimal; a median that is not there was not reached."""
    return NOT_REACHED if value is None or not known(value) else f"{value:.1f}"


def ratio(value: float | None) -> str:
    """Write a hazard ratio, two decimals."""
    return NONE if value is None or not known(value) else f"{value:.2f}"


def count(number: int, total: int) -> str:
    """Write a count and its share: `12 (24 %)`."""
    if not total:
        return f"{number}"
    share = f"<1{NARROW}%" if 0 < number < 0.005 * total else percent(number / total)
    return f"{number} ({share})"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 subject`, `2 subjects`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def percent_interval(limits: tuple[float | None, float | None] | None) -> str:
    """Limits of a fraction: `31–52 %`."""
    if limits is None or not (known(limits[0]) and known(limits[1])):
        return NONE
    return f"{100 * float(limits[0] or 0):.0f}–{100 * float(limits[1] or 0):.0f}{NARROW}%"


def month_interval(limits: tuple[float | None, float | None] | None) -> str:
    """Limits of a median in months; an open end is `not reached`."""
    if limits is None or not (known(limits[0]) or known(limits[1])):
        return NONE
    return f"{_end(limits[0])}–{_end(limits[1])}"


def ratio_interval(limits: tuple[float | None, float | None] | None) -> str:
    """Limits of a hazard ratio: `0.41–0.72`."""
    if limits is None or not (known(limits[0]) and known(limits[1])):
        return NONE
    return f"{ratio(limits[0])}–{ratio(limits[1])}"


def median_and_quartiles(values: pd.Series, digits: int = 0) -> str:
    """Median with the quartiles: `64 (56–71)`."""
    seen = values.dropna()
    if seen.empty:
        return NONE
    low, middle, high = (f"{q:.{digits}f}" for q in seen.quantile([0.25, 0.5, 0.75]))
    return f"{middle} ({low}–{high})"


def _end(value: float | None) -> str:
    return "NR" if value is None or not known(value) else f"{value:.1f}"
