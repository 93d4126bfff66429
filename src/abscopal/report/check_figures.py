"""Figures of the check of a fit: ranks of truths, what was learnt, profiles, and what goes together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from abscopal.report.sensitivity_figures import short_path
from abscopal.report.style import ARM_COLOURS, INK, MUTED, axes_at, shorten, styled, text_at

ACROSS, WIDTH, HEIGHT, LEFT, BELOW, ABOVE = 4, 2.1, 1.35, 0.55, 0.5, 0.32  # inch; panels side by side
CELL, WORDS = 0.36, 2.6
FALL = -1.92
BOTH = LinearSegmentedColormap.from_list("both", ["#C4620A", "#F3D9BF", "#FFFFFF", "#CFE0F0", "#1B5E9B"])
Plain = Mapping[str, Any]


def _panels(numbers: Sequence[Plain], across: str, up: str, draw: Callable[[Axes, Plain], None]) -> Figure:
    """Draw a panel for each number, four in a row, with the words of the axes at the edges."""
    rows = -(-len(numbers) // ACROSS)
    wide, high = LEFT + WIDTH, BELOW + HEIGHT + ABOVE
    figure = Figure(figsize=(ACROSS * wide + 0.2, rows * high + 0.25))
    for place, number in enumerate(numbers):
        row, column = divmod(place, ACROSS)
        bottom = (rows - 1 - row) * high + BELOW + 0.25
        axes = axes_at(figure, column * wide + LEFT, bottom, WIDTH, HEIGHT)
        axes.set_title(shorten(short_path(number["path"]), 30), fontsize=8.5)
        axes.tick_params(labelsize=7.5)
        draw(axes, number)
    text_at(figure, 0.1, 0.1, f"Across: {across}. Up: {up}.", fontsize=8.5, color=MUTED)
    return figure


@styled
def rank_figure(found: Plain) -> Figure:
    """Draw how the distribution of ranks strays from uniform, with the band that holds it whole 19 times of 20."""
    band = found["band"]
    at, lower, upper = (np.array(band[key]) for key in ("at", "lower", "upper"))

    def draw(axes: Axes, number: Plain) -> None:
        axes.fill_between(at, lower - at, upper - at, color="#DCE6EF", linewidth=0)
        axes.step(at, np.array(number["ecdf"]) - at, color=ARM_COLOURS[0], linewidth=1.3, where="post")
        axes.axhline(0, color=INK, linewidth=0.6)
        axes.set_xlim(0, 1)

    return _panels(found["numbers"], "fractional rank of the truth", "share of ranks at or below, less expected", draw)


@styled
def score_figure(found: Plain) -> Figure:
    """Draw for each truth how much was learnt and how far off the answer was, in its own standard deviations."""

    def draw(axes: Axes, number: Plain) -> None:
        axes.axhspan(-2, 2, color="#DCE6EF", linewidth=0)
        axes.plot(number["contraction"], number["score"], ".", color=ARM_COLOURS[0], markersize=3.5, alpha=0.7)
        axes.set_xlim(min(0.0, *number["contraction"]), 1.0)
        axes.set_ylim(-4, 4)

    return _panels(found["numbers"], "share of prior variance removed", "posterior mean less truth, in its sd", draw)


@styled
def profile_figure(found: Plain) -> Figure:
    """Draw the profile of the log likelihood along each number; below the line lies what the data rule out."""
    grid = found["identifiability"]["grid"]

    def draw(axes: Axes, number: Plain) -> None:
        axes.plot(grid, number["profile"], color=ARM_COLOURS[0], linewidth=1.3, marker="o", markersize=2.5)
        axes.axhline(FALL, color=ARM_COLOURS[1], linewidth=0.9)
        axes.set_xlim(0, 1)
        axes.set_ylim(-8, 0.5)

    return _panels(
        found["identifiability"]["numbers"], "number, share of its range", "log likelihood less highest", draw
    )


@styled
def correlation_figure(found: Plain) -> Figure:
    """Draw the posterior's correlations."""
    table = found["identifiability"]
    paths = [shorten(short_path(one["path"]), 36) for one in table["numbers"]]
    size = CELL * len(paths)
    figure = Figure(figsize=(WORDS + size + 1.5, size + 2.0))
    axes = axes_at(figure, WORDS, 0.15, size, size)
    values = np.array(table["correlation"])
    axes.imshow(values, cmap=BOTH, vmin=-1, vmax=1)
    for (y, x), value in np.ndenumerate(values):
        if abs(value) >= 0.3 and x != y:
            axes.text(x, y, f"{value:.1f}".replace("-", "−"), ha="center", va="center", fontsize=7)
    axes.set_xticks(range(len(paths)), paths, rotation=40, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(len(paths)), paths)
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False, labelsize=8)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure
