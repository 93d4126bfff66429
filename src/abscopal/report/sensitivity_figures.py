"""Figures of a sensitivity analysis: who carries what, as a map, and how far each knob moves an endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from abscopal.report.style import ARM_COLOURS, INK, MUTED, axes_at, no_data, panel_title, shorten, styled, text_at

CELL_WIDTH, CELL_HEIGHT = 0.47, 0.27  # inch
WORDS, HEAD, FOOT = 2.7, 1.9, 0.55  # inch: row names; slanted column names; legend
MOST_KNOBS = 10  # of a tornado
ROW, PANEL, BESIDE = 0.25, 2.6, 0.28  # inch
SHADES = LinearSegmentedColormap.from_list("shades", ["#FFFFFF", "#CFE0F0", "#1B5E9B", "#0B2C4D"])
UP, DOWN = ARM_COLOURS[0], ARM_COLOURS[1]
Plain = Mapping[str, Any]


def title_of(output: Plain) -> str:
    """Return the name of an output: its arm, or the difference that it is."""
    against = f" less {shorten(output['reference'], 22)}" if output["reference"] else ""
    return f"{shorten(output['arm'], 26)}{against}"


def short_path(path: str) -> str:
    """Return the path of a knob without what it has in common with most others."""
    return path.removeprefix("parameters.").removeprefix("shared.").removesuffix(".center")


@styled
def map_figure(found: Plain, kind: str) -> Figure:
    """Draw which row carries how much of which output.

    Parameters
    ----------
    found
        `Sensitivity.plain()`.
    kind
        "mechanisms" (first-order indices of their knobs together) or "total" (total indices of knobs).
    """
    outputs = found["outputs"]
    rows = _ordered(outputs, kind)
    width = WORDS + CELL_WIDTH * len(outputs) + 1.2
    height = HEAD + CELL_HEIGHT * len(rows) + FOOT
    figure = Figure(figsize=(width, height))
    axes = axes_at(figure, WORDS, FOOT, CELL_WIDTH * len(outputs), CELL_HEIGHT * len(rows))
    share = np.array([[one[kind][row]["value"] for one in outputs] for row in rows], dtype=float).clip(0, 1)
    axes.imshow(share, cmap=SHADES, vmin=0, vmax=1, aspect="auto")
    _numbers(axes, share)
    axes.set_yticks(range(len(rows)), [shorten(short_path(row), 40) for row in rows])
    axes.set_xticks(
        range(len(outputs)), [_column(one) for one in outputs], rotation=38, ha="left", rotation_mode="anchor"
    )
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    words = {
        "mechanisms": "Share of the variance that goes with the knobs of a mechanism alone",
        "total": "Share of the variance that a knob takes part in (total index)",
    }
    text_at(figure, 0.1, 0.16, f"{words[kind]}. White: none; dark: all.", fontsize=8.5, color=MUTED)
    return figure


def _ordered(outputs: Sequence[Plain], kind: str) -> list[str]:
    """Rows by the largest share that they have anywhere; what turns nothing last."""
    rows = list(outputs[0][kind])
    most = {row: max(one[kind][row]["value"] or 0.0 for one in outputs) for row in rows}
    return sorted(rows, key=lambda row: (row.startswith("("), -most[row]))


def _numbers(axes: Axes, share: NDArray[np.float64]) -> None:
    for (y, x), value in np.ndenumerate(share):
        if np.isfinite(value) and value >= 0.005:
            colour = "white" if value > 0.45 else INK
            axes.text(x, y, f"{100 * value:.0f}", ha="center", va="center", fontsize=8, color=colour)


def _column(output: Plain) -> str:
    arm = "difference" if output["reference"] else output["arm"]
    return f"{output['quantity']}, {shorten(arm, 16)}"


@styled
def tornado_figure(found: Plain, quantity: str) -> Figure:
    """Draw how far each knob moves a quantity, from the 10th to the 90th percentile of its range, in every arm."""
    outputs = [one for one in found["outputs"] if one["quantity"] == quantity]
    knobs = _widest(outputs)
    height = 0.55 + ROW * len(knobs) + 0.62
    figure = Figure(figsize=(WORDS + (PANEL + BESIDE) * len(outputs), height))
    for place, output in enumerate(outputs):
        left = WORDS + place * (PANEL + BESIDE)
        axes = axes_at(figure, left, 0.62, PANEL, ROW * len(knobs))
        panel_title(figure, left - 0.12, shorten(title_of(output), 40))
        _bars(axes, output, knobs)
        axes.set_yticks(range(len(knobs)), [shorten(short_path(path), 38) for path in knobs] if not place else [])
        axes.set_xlabel("difference, points" if output["reference"] else f"{quantity}, %", labelpad=3)
    return figure


def _widest(outputs: Sequence[Plain]) -> list[str]:
    """Return the knobs that move any of the outputs most, the widest first."""
    width = {
        path: max(abs(one["bars"][path]["high"] - one["bars"][path]["low"]) for one in outputs)
        for path in outputs[0]["bars"]
    }
    return sorted(width, key=lambda path: -width[path])[:MOST_KNOBS]


def _bars(axes: Axes, output: Plain, knobs: Sequence[str]) -> None:
    middle = 100 * output["middle"]
    for place, path in enumerate(knobs):
        low, high = (100 * output["bars"][path][end] for end in ("low", "high"))
        for end, colour in ((low, DOWN), (high, UP)):
            axes.barh(place, end - middle, left=middle, height=0.62, color=colour, alpha=0.9, linewidth=0)
        error = 100 * output["bars"][path]["error"]
        axes.plot([high - error, high + error], [place, place], color=INK, linewidth=0.8)
    axes.axvline(middle, color=INK, linewidth=0.8)
    axes.set_ylim(len(knobs) - 0.5, -0.5)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


@styled
def screening_figure(found: Plain) -> Figure:
    """Draw the largest elementary effect of the knobs that a screening put first."""
    rows = [row for row in found["screening"] or [] if row["size"] > 0][:30]
    figure = Figure(figsize=(WORDS + 5.2, 0.7 + ROW * max(len(rows), 2)))
    axes = axes_at(figure, WORDS, 0.6, 4.9, ROW * max(len(rows), 2))
    if not rows:
        no_data(axes, "no knob moved anything")
        return figure
    colours = [UP if row["kept"] else "#B8BEC3" for row in rows]
    axes.barh(range(len(rows)), [100 * row["size"] for row in rows], height=0.62, color=colours)
    axes.set_yticks(range(len(rows)), [shorten(short_path(row["path"]), 38) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_xlabel("mean elementary effect over the whole range, points, of the endpoint moved most; blue: kept")
    return figure
