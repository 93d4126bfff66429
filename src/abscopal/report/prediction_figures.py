"""Figures of a prediction: survival with a band for parameters and one for sampling, and hazard ratios with both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from abscopal.analysis.prediction import Predicted, PredictedCurve
from abscopal.report.estimates import ENDPOINT_NAMES
from abscopal.report.numbers import NONE, ratio, ratio_interval
from abscopal.report.published import Description, PublishedValue
from abscopal.report.style import (
    INK,
    MUTED,
    PANEL_WIDTH,
    Look,
    axes_at,
    month_ticks,
    panel_title,
    shorten,
    styled,
    survival_frame,
    text_at,
)

PLOT_HEIGHT, LEFT, BELOW, ABOVE = 2.6, 0.62, 0.5, 0.98  # inch
ROW, FOREST_LEFT, FOREST_WIDTH = 0.62, 0.3, 2.7  # inch
TICKS = {0.125: "⅛", 0.25: "¼", 0.5: "½", 0.7: "0.7", 1.0: "1", 1.5: "1.5", 2.0: "2", 4.0: "4"}
PARAMETERS: Look = {"alpha": 0.38, "linewidth": 0}
SAMPLING: Look = {"facecolor": "none", "hatch": "////", "linewidth": 0, "alpha": 0.45}


@styled
def predicted_survival_figure(curve: PredictedCurve, trial: Description, colour: str) -> Figure:
    """Survival of one arm: mean over draws, the two bands, dotted lines for both together, published values."""
    ticks = month_ticks(float(curve.months[-1]))
    figure = Figure(figsize=(PANEL_WIDTH, BELOW + PLOT_HEIGHT + ABOVE))
    axes = axes_at(figure, LEFT, BELOW, PANEL_WIDTH - LEFT - 0.16, PLOT_HEIGHT)
    survival_frame(axes, ticks)
    axes.fill_between(curve.months, *curve.sampling, edgecolor=MUTED, zorder=1, **SAMPLING)
    axes.fill_between(curve.months, *curve.parameter, color=colour, zorder=2, **PARAMETERS)
    for limit in curve.both:
        axes.plot(curve.months, limit, color=colour, linewidth=1.0, linestyle=":", zorder=3)
    axes.plot(curve.months, curve.survival, color=colour, linewidth=1.8, zorder=4)
    published = _published(axes, curve, trial, ticks[-1])
    panel_title(figure, 0.0, f"{ENDPOINT_NAMES[curve.endpoint]}: {curve.arm}")
    _legend(figure, colour, published)
    return figure


def _published(axes: Axes, curve: PredictedCurve, trial: Description, end: float) -> bool:
    """Draw what the paper gives of this arm; say whether there is anything."""
    points = [(month, share) for month, share in trial.landmarks(curve.endpoint, curve.arm) if month <= end]
    drawn = trial.curves.get((curve.endpoint, curve.arm))
    if drawn is not None:
        axes.plot(drawn.months, drawn.survival, color=INK, linewidth=1.1, linestyle=(0, (4, 2.2)), zorder=5)
    if points:
        look: Look = {"markerfacecolor": "white", "markeredgewidth": 1.1, "markersize": 4.6, "clip_on": False}
        axes.plot(*zip(*points, strict=True), "o", color=INK, zorder=6, **look)
    return bool(points) or drawn is not None


def _legend(figure: Figure, colour: str, published: bool) -> None:
    width, height = figure.get_size_inches()
    handles: list[Patch | Line2D] = [
        Line2D([], [], color=colour, linewidth=2.0, label="mean over draws"),
        Patch(color=colour, label="parameters", **PARAMETERS),
        Patch(edgecolor=MUTED, label="chance of one trial", **SAMPLING),
        Line2D([], [], color=colour, linewidth=1.0, linestyle=":", label="both together"),
    ]
    if published:
        look: Look = {"marker": "o", "markersize": 4.5, "markerfacecolor": "white", "linestyle": (0, (3, 1.6))}
        handles.append(Line2D([], [], color=INK, linewidth=1.1, label="published", **look))
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.12 / width, (height - 0.36) / height), ncols=3,
        borderaxespad=0.0, borderpad=0.0, handlelength=1.8, labelspacing=0.45, columnspacing=1.2,
    )  # fmt: skip


@styled
def predicted_forest_figure(rows: Sequence[Predicted], trial: Description) -> Figure:
    """Hazard ratios: a bar for parameters, a thin line for the chance of one trial, a dotted one for both together."""
    height = ROW * len(rows)
    figure = Figure(figsize=(PANEL_WIDTH, height + 1.05))
    axes = axes_at(figure, FOREST_LEFT, 0.45, FOREST_WIDTH, height)
    published = [_published_ratio(row, trial) for row in rows]
    _log_axis(axes, rows, published)
    for line, (row, paper) in enumerate(zip(rows, published, strict=True)):
        _ratio_row(axes, line, row, paper)
    panel_title(figure, 0.0, "Hazard ratios")
    text_at(figure, 0.12, height + 0.61, "Below 1 favours the arm named first", fontsize=8.5, color=MUTED)
    right = FOREST_LEFT + FOREST_WIDTH + 0.15
    text_at(figure, right, height + 0.61, "ratio (both together)", fontsize=8, color=MUTED)
    return figure


def _published_ratio(row: Predicted, trial: Description) -> PublishedValue | None:
    arm, _, reference = row.group.partition(" against ")
    found = trial.ratios.get((row.key.removeprefix("hr_").upper(), arm, reference))
    return found if found is not None and found.value is not None else None


def _log_axis(axes: Axes, rows: Sequence[Predicted], published: Sequence[PublishedValue | None]) -> None:
    ends = [end for row in rows for end in row.limits["both"] if end is not None]
    ends += [paper.value for paper in published if paper is not None and paper.value is not None]
    low, high = min([0.7, *ends]) / 1.15, max([1.4, *ends]) * 1.15
    axes.set_xscale("log")
    axes.set_xlim(max(low, 0.05), min(high, 20.0))
    ticks = [tick for tick in TICKS if low <= tick <= high]
    axes.set_xticks(ticks, labels=[TICKS[tick] for tick in ticks])
    axes.xaxis.minorticks_off()
    axes.set_ylim(len(rows) - 0.4, -0.7)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(1, color=MUTED, linewidth=0.9, zorder=1)


def _ratio_row(axes: Axes, line: int, row: Predicted, paper: PublishedValue | None) -> None:
    place = axes.get_yaxis_transform()
    name = f"{ENDPOINT_NAMES[row.key.removeprefix('hr_').upper()]}, {row.group}"
    look: Look = {"va": "center_baseline", "fontsize": 8.5, "transform": place}
    axes.text(-0.06, line - 0.4, shorten(name, 74), bbox={"color": "white", "pad": 1.0}, **look)
    words = f"{ratio(row.value)} ({ratio_interval(row.limits['both'])})" if row.value is not None else NONE
    axes.text(1.06, line + 0.02, words, **look)
    if row.value is None:
        return
    looks: dict[str, Look] = {
        "parameter": {"linewidth": 7, "alpha": 0.38, "color": "#1B5E9B"},
        "sampling": {"linewidth": 1.6, "color": INK},
        "both": {"linewidth": 1.0, "color": "#1B5E9B", "linestyle": ":"},
    }
    for shift, (part, look) in zip((0.0, 0.0, 0.22), looks.items(), strict=True):
        low, high = row.limits[part]
        if low is not None and high is not None:
            axes.plot(np.clip([low, high], *axes.get_xlim()), [line + shift] * 2, zorder=2, **look)
    axes.plot([row.value], [line], "D", color=INK, markersize=5, zorder=4)
    if paper is not None and paper.value is not None:
        axes.plot([paper.value], [line], "o", color=INK, markerfacecolor="white", markersize=5.5, zorder=5)
