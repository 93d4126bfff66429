"""Pictures of a validation: the curves of each trial, and every figure against its published one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from abscopal.calibration.targets import LANDMARKS
from abscopal.report.estimates import ENDPOINT_NAMES
from abscopal.report.published import Description, describe
from abscopal.report.style import (
    ARM_COLOURS,
    INK,
    MUTED,
    PANEL_WIDTH,
    Look,
    arm_colours,
    axes_at,
    month_ticks,
    no_data,
    panel_title,
    shorten,
    styled,
)
from abscopal.validation.score import Score
from abscopal.validation.simulated import ENDPOINTS, Simulated

if TYPE_CHECKING:
    from abscopal.validation.validate import Validation

CALIBRATION_PLOT = "published-and-simulated"
HEIGHT, BELOW, LEFT, BESIDE = 2.4, 0.5, 0.62, 0.8  # inch; beside the panels of the calibration plot
LONGEST = 60.0  # months drawn
SQUARE = 3.0  # inch, side of a panel of the calibration plot
ROLE_LOOKS: Mapping[str, Look] = {
    "calibration": {"color": ARM_COLOURS[4], "markerfacecolor": "none", "markersize": 4.0, "alpha": 0.75, "zorder": 2},
    "validation": {"color": ARM_COLOURS[0], "markersize": 4.0, "alpha": 0.75, "markeredgewidth": 0, "zorder": 3},
}
Chosen = Callable[[Score], bool]
PANELS: Mapping[str, tuple[Chosen, tuple[float, float]]] = {
    "Response, complete response": (lambda score: score.target.kind == "response", (0.0, 1.0)),
    "PFS and OS at landmarks": (lambda score: score.target.month in LANDMARKS, (0.0, 1.0)),
    "Hazard ratios": (lambda score: score.target.kind == "ratio", (0.15, 2.5)),
}


def figures_of(found: Validation) -> dict[str, Figure]:
    """One figure for each trial, by its name, and the calibration plot over all."""
    trials = {name: overlay(describe(protocol), found.replays[name]) for name, protocol in found.protocols.items()}
    return trials | {CALIBRATION_PLOT: calibration_plot(found.scores)}


@styled
def overlay(trial: Description, replay: Simulated) -> Figure:
    """Curves of PFS and OS of every arm: simulated as lines, published dashed and as circles."""
    colours = arm_colours(trial.arms)
    handles = [Line2D([], [], color=colours[arm], linewidth=2.2, label=shorten(arm, 40)) for arm in trial.arms]
    handles.append(Line2D([], [], color=MUTED, linewidth=1.7, label="simulated"))
    look: Look = {"linestyle": (0, (3, 1.6)), "marker": "o", "markersize": 4.5, "markerfacecolor": "white"}
    handles.append(Line2D([], [], color=MUTED, linewidth=1.2, label="published", **look))
    above = 0.5 + 0.19 * -(-len(handles) // 2)
    figure = Figure(figsize=(2 * PANEL_WIDTH, BELOW + HEIGHT + above))
    for place, endpoint in enumerate(ENDPOINTS):
        axes = axes_at(figure, place * PANEL_WIDTH + LEFT, BELOW, PANEL_WIDTH - LEFT - 0.16, HEIGHT)
        panel_title(figure, place * PANEL_WIDTH, ENDPOINT_NAMES[endpoint])
        _curves(axes, endpoint, trial, replay, colours)
    width, height = figure.get_size_inches()
    at = ((LEFT - 0.5) / width, (height - 0.33) / height)
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=at, ncols=2, borderaxespad=0.0, handlelength=1.8)
    return figure


def _curves(axes: Axes, endpoint: str, trial: Description, replay: Simulated, colours: Mapping[str, str]) -> None:
    ends = [replay.curves[endpoint, arm][-1][0] for arm in trial.arms if (endpoint, arm) in replay.curves]
    ends += [month for arm in trial.arms for month, _ in trial.landmarks(endpoint, arm)]
    ticks = month_ticks(min(max(ends, default=12.0), LONGEST))
    axes.set_xlim(0, ticks[-1])
    axes.set_ylim(0, 1.02)
    axes.set_xticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], labels=["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.grid(axis="y")
    axes.set_xlabel("Months since randomisation", labelpad=3)
    if not any((endpoint, arm) in replay.curves for arm in trial.arms):
        no_data(axes, "No subject has this endpoint")
    for arm in trial.arms:
        if (endpoint, arm) in replay.curves:
            axes.plot(*zip(*replay.curves[endpoint, arm], strict=True), color=colours[arm], linewidth=1.7, zorder=3)
        curve = trial.curves.get((endpoint, arm))
        if curve is not None:
            axes.plot(
                curve.months, curve.survival, color=colours[arm], linewidth=1.2, linestyle=(0, (4, 2.2)), zorder=2
            )
        points = [point for point in trial.landmarks(endpoint, arm) if point[0] <= ticks[-1]]
        if points:
            look: Look = {"markersize": 4.8, "markerfacecolor": "white", "markeredgewidth": 1.2, "zorder": 5}
            axes.plot(*zip(*points, strict=True), "o", color=colours[arm], clip_on=False, **look)


@styled
def calibration_plot(scores: Sequence[Score]) -> Figure:
    """Every figure, published along and simulated up, by role; the line is where they agree."""
    step = SQUARE + BESIDE + 0.1
    figure = Figure(figsize=(step * len(PANELS), SQUARE + BELOW + 0.75))
    for place, (title, (chosen, ends)) in enumerate(PANELS.items()):
        axes = axes_at(figure, place * step + BESIDE, BELOW, SQUARE, SQUARE)
        axes.set_title(title, pad=6)
        _agreement(axes, [score for score in scores if chosen(score)], ends)
    handles = [Line2D([], [], marker="o", linestyle="none", label=role, **look) for role, look in ROLE_LOOKS.items()]
    height = figure.get_size_inches()[1]
    at = (BESIDE / figure.get_size_inches()[0], (height - 0.1) / height)
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=at, ncols=2, borderaxespad=0.0)
    return figure


def _agreement(axes: Axes, scores: Sequence[Score], ends: tuple[float, float]) -> None:
    axes.plot(ends, ends, color=MUTED, linewidth=0.8, zorder=1)
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    if ends[0] > 0:
        axes.set_xscale("log")
        axes.set_yscale("log")
        ticks = [0.25, 0.5, 1.0, 2.0]
    else:
        ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    words = [f"{tick:g}" if ends[0] > 0 else f"{100 * tick:.0f} %" for tick in ticks]
    axes.set_xticks(ticks, labels=words, minor=False)
    axes.set_yticks(ticks, labels=words, minor=False)
    axes.minorticks_off()
    axes.grid(color="#E7EAEC")
    axes.set_xlabel("Published", labelpad=3)
    axes.set_ylabel("Simulated", labelpad=3, color=INK)
    for role, look in ROLE_LOOKS.items():
        own = [score for score in scores if score.role == role and score.simulated.value is not None]
        if own:
            published = [min(max(score.target.value, ends[0]), ends[1]) for score in own]
            simulated = [min(max(float(score.simulated.value or 0.0), ends[0]), ends[1]) for score in own]
            axes.plot(published, simulated, "o", clip_on=False, **look)
