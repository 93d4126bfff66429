"""Figures of an economic evaluation: the cost-effectiveness plane, acceptability curves, costs by kind."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from abscopal.analysis.cost_effectiveness import acceptability
from abscopal.analysis.economic_summary import thresholds
from abscopal.analysis.economics import Evaluation
from abscopal.analysis.resource_costs import CATEGORIES
from abscopal.report.style import (
    INK,
    MUTED,
    PANEL_WIDTH,
    arm_colours,
    axes_at,
    no_data,
    panel_title,
    shorten,
    styled,
    text_at,
)

PLOT_HEIGHT = 3.0  # inch
LEGEND_ROW = 0.19
CLOUD = 1000  # samples drawn per arm
KIND_COLOURS = {
    "drugs": "#1B5E9B", "administration": "#7FB2DC", "visits": "#2B8C76", "scans": "#9BD3C4", "toxicity": "#BF4B7E",
    "management_drugs": "#E5A9C4", "subsequent": "#7A57A8", "care": "#CFCBC0", "end_of_life": "#6E6E6E",
}  # fmt: skip


def money(value: float) -> str:
    """Write an amount of money: whole units, thousands apart, a real minus."""
    return f"{value:,.0f}".replace("-", "−")


def _thousands(largest: float) -> tuple[float, str]:
    """Return the unit in which an axis up to `largest` is read, and its word."""
    if largest >= 1e6:
        return 1e6, "million "
    return (1e3, "thousand ") if largest >= 1e4 else (1.0, "")


@styled
def plane_figure(found: Evaluation, currency: str, threshold: float | None) -> Figure:
    """Draw the cost-effectiveness plane: differences from the reference, one cloud of bootstrap samples per arm."""
    colours = arm_colours([arm.name for arm in found.arms])
    above = 0.5 + LEGEND_ROW * (len(found.comparisons) + (threshold is not None))
    figure = Figure(figsize=(PANEL_WIDTH, 0.62 + PLOT_HEIGHT + above))
    axes = axes_at(figure, 0.72, 0.62, PANEL_WIDTH - 0.9, PLOT_HEIGHT)
    reference = found.comparisons[0].reference if found.comparisons else ""
    panel_title(figure, 0, f"Cost-effectiveness plane, against {shorten(reference, 24)}")
    axes.set_xlabel("QALYs gained per subject", labelpad=3)
    if not found.comparisons:
        no_data(axes, "One arm: nothing to compare")
        return figure
    clouds = {row.arm: found.samples[row.arm] - found.samples[row.reference] for row in found.comparisons}
    cost = max(float(np.abs(cloud[:, 0]).max()) for cloud in clouds.values())
    unit, word = _thousands(cost)
    for row in found.comparisons:
        cloud, colour = clouds[row.arm][:CLOUD], colours[row.arm]
        axes.plot(cloud[:, 1], cloud[:, 0] / unit, ".", color=colour, alpha=0.22, markersize=3, mew=0, rasterized=True)
        axes.plot([row.qaly], [row.cost / unit], "D", color=colour, markersize=6, mec="white", zorder=5)
    _cross(axes, max(float(np.abs(cloud[:, 1]).max()) for cloud in clouds.values()), cost / unit)
    axes.set_ylabel(f"Extra cost per subject, {word}{currency}", labelpad=3)
    handles = [_mark(colours[row.arm], row.arm) for row in found.comparisons]
    if threshold is not None:
        reach = np.array(axes.get_xlim())
        axes.plot(reach, reach * threshold / unit, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        label = f"{money(threshold)} {currency} per QALY: below it, worth its cost"
        handles.append(Line2D([], [], color=MUTED, linewidth=1, linestyle=(0, (4, 3)), label=label))
    _legend(figure, handles)
    return figure


def _cross(axes: Axes, width: float, height: float) -> None:
    """Centre the plane on no difference and name its quadrants."""
    axes.set_xlim(-1.08 * width, 1.08 * width)
    axes.set_ylim(-1.08 * height, 1.08 * height)
    axes.axhline(0, color="#8B949B", linewidth=0.8, zorder=0)
    axes.axvline(0, color="#8B949B", linewidth=0.8, zorder=0)
    corners = (
        (0.985, 0.985, "costs more, gives more", "right", "top"),
        (0.015, 0.985, "dominated", "left", "top"),
        (0.985, 0.015, "dominant", "right", "bottom"),
        (0.015, 0.015, "costs less, gives less", "left", "bottom"),
    )
    for x, y, words, side, edge in corners:
        axes.text(x, y, words, transform=axes.transAxes, ha=side, va=edge, color=MUTED, fontsize=8)


def _mark(colour: str, label: str) -> Line2D:
    return Line2D([], [], color=colour, marker="D", markersize=5, linestyle="none", label=shorten(label, 60))


def _legend(figure: Figure, handles: Sequence[Line2D]) -> None:
    width, height = figure.get_size_inches()
    place = (0.62 / width, (height - 0.3) / height)
    figure.legend(handles=list(handles), loc="upper left", bbox_to_anchor=place, borderaxespad=0, labelspacing=0.25)


@styled
def acceptability_figure(found: Evaluation, currency: str, threshold: float | None) -> Figure:
    """Draw how often each arm has the highest net benefit, by what a QALY is worth."""
    names = [arm.name for arm in found.arms]
    colours, axis = arm_colours(names), thresholds(found, threshold)
    unit, word = _thousands(float(axis[-1]))
    above = 0.5 + LEGEND_ROW * len(names)
    figure = Figure(figsize=(PANEL_WIDTH, 0.62 + PLOT_HEIGHT + above))
    axes = axes_at(figure, 0.72, 0.62, PANEL_WIDTH - 0.9, PLOT_HEIGHT)
    panel_title(figure, 0, "Acceptability: how often each arm is best")
    for name, share in acceptability(found.samples, axis).items():
        axes.plot(axis / unit, share, color=colours[name], linewidth=1.7)
    if threshold is not None:
        axes.axvline(threshold / unit, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], labels=["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlim(0, axis[-1] / unit)
    axes.grid(axis="y")
    axes.set_xlabel(f"What a QALY is worth, {word}{currency}", labelpad=3)
    _legend(figure, [Line2D([], [], color=colours[name], linewidth=1.7, label=shorten(name, 60)) for name in names])
    return figure


@styled
def breakdown_figure(found: Evaluation, currency: str) -> Figure:
    """Draw mean costs per subject by kind, one bar per arm."""
    kinds = [kind for kind in CATEGORIES if any(arm.costs[kind] > 0 for arm in found.arms)]
    rows, height = math.ceil(max(1, len(kinds)) / 3), 0.62 * len(found.arms)
    figure = Figure(figsize=(2 * PANEL_WIDTH, 0.62 + height + 0.5 + LEGEND_ROW * rows))
    axes = axes_at(figure, 0.3, 0.62, 2 * PANEL_WIDTH - 0.6, height)
    panel_title(figure, 0, "Mean cost per subject by kind, discounted")
    unit, word = _thousands(max(arm.cost for arm in found.arms))
    for row, arm in enumerate(found.arms):
        left = 0.0
        for kind in kinds:
            axes.barh(row, arm.costs[kind] / unit, left=left, height=0.46, color=KIND_COLOURS[kind])
            left += arm.costs[kind] / unit
        words = f"{arm.name}: {money(arm.cost)} {currency}"
        axes.text(0, row - 0.29, shorten(words, 90), va="bottom", ha="left", fontsize=8.5, color=INK)
    axes.set_ylim(len(found.arms) - 0.7, -0.62)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlim(left=0)
    axes.grid(axis="x")
    axes.set_xlabel(f"{word}{currency}".capitalize() if not word else f"{word.capitalize()}{currency}", labelpad=3)
    _kinds_legend(figure, kinds)
    return figure


def _kinds_legend(figure: Figure, kinds: Sequence[str]) -> None:
    """Name the kinds in three columns under the title."""
    top = float(figure.get_size_inches()[1]) - 0.48
    for number, kind in enumerate(kinds):
        left, up = 0.3 + 3.1 * (number % 3), top - LEGEND_ROW * (number // 3)
        text_at(figure, left, up, "■", color=KIND_COLOURS[kind], fontsize=11, va="center_baseline")
        text_at(figure, left + 0.17, up, CATEGORIES[kind], fontsize=8.5, va="center_baseline")
