"""Plots of the gallery: one quantity over time, the tumour with and without something, a bar for each organ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from abscopal.report.style import ARM_COLOURS, INK, MUTED, axes_at, shorten, styled, text_at

Array = NDArray[np.float64]

WIDTH, HEIGHT = 3.9, 2.35  # inch
DAYS_PER_TICK_MONTH = 365.0 / 12.0
_DECADES = 3.0  # a quantity that spans more is shown on a logarithmic axis
_SHOWN_DECADES = 8.0  # and no more of it than these
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNITS = {"1": "", "day": "days", "cell": "cells", "cell/day": "cells/day"}


@dataclass(frozen=True)
class Curve:
    """One line of a plot: what it is, its values [time], and whether it is drawn behind, dashed."""

    label: str
    values: Array
    dashed: bool = False


@styled
def curves_figure(title: str, unit: str, days: Array, curves: Sequence[Curve]) -> Figure:
    """Draw curves over the days, on a logarithmic axis where they span decades."""
    figure = Figure(figsize=(WIDTH, HEIGHT))
    axes = axes_at(figure, 0.62, 0.47, WIDTH - 0.74, HEIGHT - 0.95)
    text_at(figure, 0.1, HEIGHT - 0.2, shorten(title, 50), fontsize=9.5, fontweight="bold")
    text_at(figure, 0.1, HEIGHT - 0.38, _UNITS.get(unit, unit), fontsize=8, color=MUTED)
    for place, curve in enumerate(curves):
        look = {"color": MUTED, "linestyle": (0, (4, 2))} if curve.dashed else {"color": ARM_COLOURS[place]}
        axes.plot(days, curve.values, linewidth=1.3, label=curve.label, **look)
    _scale(axes, np.concatenate([curve.values for curve in curves]))
    _time_axis(axes, days)
    if len(curves) > 1:
        figure.legend(
            loc="upper right", bbox_to_anchor=(1.0, 1.0 - 0.27 / HEIGHT), ncols=len(curves), handlelength=1.4,
            columnspacing=1.0, handletextpad=0.4, borderaxespad=0.1, fontsize=8,
        )  # fmt: skip
    return figure


def _scale(axes: Axes, values: Array) -> None:
    positive = values[values > 0]
    top = float(values.max())
    if len(positive) and np.log10(top / np.quantile(positive, 0.02)) > _DECADES:
        axes.set_yscale("log")
        axes.set_ylim(max(float(positive.min()), top * 10.0**-_SHOWN_DECADES) * 0.7, top * 2.0)
        axes.yaxis.set_major_formatter(FuncFormatter(_power_of_ten))
        axes.tick_params(axis="y", which="minor", length=0, labelleft=False)
        return
    low = float(values.min())
    room = 0.06 * (top - low) if top - low > 1e-9 * max(abs(top), 1e-300) else 0.5 * (abs(top) or 1.0)
    axes.set_ylim(0.0 if 0.0 <= low < 0.5 * top else low - room, top + room)
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-3, 4), useMathText=False)
    axes.yaxis.get_offset_text().set_fontsize(7.5)


def _power_of_ten(value: float, _: int | None = None) -> str:
    """Return `10⁶` without mathematical typesetting, which the style has turned off."""
    return "10" + str(round(float(np.log10(value)))).translate(_RAISED)


def _time_axis(axes: Axes, days: Array) -> None:
    axes.set_xlim(days[0], days[-1])
    if days[-1] > 120:
        months = np.arange(0, days[-1] / DAYS_PER_TICK_MONTH + 0.01, 3)
        axes.set_xticks(months * DAYS_PER_TICK_MONTH, [f"{month:.0f}" for month in months])
        axes.set_xlabel("Months", fontsize=8, labelpad=2)
    else:
        axes.set_xlabel("Days", fontsize=8, labelpad=2)
    axes.grid(axis="y")


@styled
def bars_figure(title: str, shares: Mapping[str, float]) -> Figure:
    """Draw a bar for each name, longest first, with its share in percent."""
    names = sorted(shares, key=lambda name: -shares[name])
    height = 0.6 + 0.2 * len(names)
    figure = Figure(figsize=(WIDTH, height))
    axes = axes_at(figure, 1.15, 0.12, WIDTH - 1.65, height - 0.5)
    text_at(figure, 0.1, height - 0.22, shorten(title, 50), fontsize=9.5, fontweight="bold")
    values = [100.0 * shares[name] for name in names]
    axes.barh(range(len(names)), values, color=ARM_COLOURS[0], height=0.66)
    for place, value in enumerate(values):
        axes.text(value + 0.02 * max(values), place, f"{value:.0f} %", va="center", fontsize=8, color=INK)
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(length=0)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return figure
