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
    survival_frame,
)
from abscopal.validation.discrepancy import Discrepancy
from abscopal.validation.intervals import GOAL, LEVEL, LEVELS, Band, interval, share_inside
from abscopal.validation.score import Score
from abscopal.validation.simulated import ENDPOINTS, Simulated

if TYPE_CHECKING:
    from abscopal.validation.validate import Validation

CALIBRATION_PLOT, COVERAGE_PLOT = "published-and-simulated", "coverage"
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
    trials = {
        name: overlay(describe(protocol), found.replays[name], _bands_of(found, name))
        for name, protocol in found.protocols.items()
    }
    over_all = {
        CALIBRATION_PLOT: calibration_plot(found.scores, found.discrepancy),
        COVERAGE_PLOT: coverage_plot(found.scores, found.discrepancy),
    }
    return trials | over_all


def _bands_of(found: Validation, name: str) -> dict[tuple[str, str], Band]:
    return {(endpoint, arm): band for (trial, endpoint, arm), band in found.bands.items() if trial == name}


@styled
def overlay(trial: Description, replay: Simulated, bands: Mapping[tuple[str, str], Band]) -> Figure:
    """Curves of PFS and OS of every arm: simulated as lines in their predictive bands, published dashed and circles."""
    colours = arm_colours(trial.arms)
    handles = [Line2D([], [], color=colours[arm], linewidth=2.2, label=shorten(arm, 40)) for arm in trial.arms]
    handles.append(Line2D([], [], color=MUTED, linewidth=1.7, label="simulated, 90 % predictive band"))
    look: Look = {"linestyle": (0, (3, 1.6)), "marker": "o", "markersize": 4.5, "markerfacecolor": "white"}
    handles.append(Line2D([], [], color=MUTED, linewidth=1.2, label="published", **look))
    above = 0.5 + 0.19 * -(-len(handles) // 2)
    figure = Figure(figsize=(2 * PANEL_WIDTH, BELOW + HEIGHT + above))
    for place, endpoint in enumerate(ENDPOINTS):
        axes = axes_at(figure, place * PANEL_WIDTH + LEFT, BELOW, PANEL_WIDTH - LEFT - 0.16, HEIGHT)
        panel_title(figure, place * PANEL_WIDTH, ENDPOINT_NAMES[endpoint])
        _curves(axes, endpoint, trial, replay, colours)
        _bands(axes, endpoint, bands, colours)
    width, height = figure.get_size_inches()
    at = ((LEFT - 0.5) / width, (height - 0.33) / height)
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=at, ncols=2, borderaxespad=0.0, handlelength=1.8)
    return figure


def _curves(axes: Axes, endpoint: str, trial: Description, replay: Simulated, colours: Mapping[str, str]) -> None:
    ends = [replay.curves[endpoint, arm][-1][0] for arm in trial.arms if (endpoint, arm) in replay.curves]
    ends += [month for arm in trial.arms for month, _ in trial.landmarks(endpoint, arm)]
    ticks = month_ticks(min(max(ends, default=12.0), LONGEST))
    survival_frame(axes, ticks)
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


def _bands(axes: Axes, endpoint: str, bands: Mapping[tuple[str, str], Band], colours: Mapping[str, str]) -> None:
    for (code, arm), band in bands.items():
        if code == endpoint and len(band) > 1:
            months, lower, upper = zip(*band, strict=True)
            axes.fill_between(months, lower, upper, color=colours[arm], alpha=0.13, linewidth=0, zorder=1)


@styled
def calibration_plot(scores: Sequence[Score], discrepancy: Discrepancy) -> Figure:
    """Every figure, published along and simulated up with its interval, by role; the line is where they agree."""
    step = SQUARE + BESIDE + 0.1
    figure = Figure(figsize=(step * len(PANELS), SQUARE + BELOW + 0.75))
    for place, (title, (chosen, ends)) in enumerate(PANELS.items()):
        axes = axes_at(figure, place * step + BESIDE, BELOW, SQUARE, SQUARE)
        axes.set_title(title, pad=6)
        _agreement(axes, [score for score in scores if chosen(score)], ends, discrepancy)
    handles = [Line2D([], [], marker="o", linestyle="none", label=role, **look) for role, look in ROLE_LOOKS.items()]
    height = figure.get_size_inches()[1]
    at = (BESIDE / figure.get_size_inches()[0], (height - 0.1) / height)
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=at, ncols=2, borderaxespad=0.0)
    return figure


def _agreement(axes: Axes, scores: Sequence[Score], ends: tuple[float, float], discrepancy: Discrepancy) -> None:
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
            limits = [(p, found) for p, s in zip(published, own, strict=True) if (found := interval(s, discrepancy))]
            at, low, high = ([row[k] for row in ((p, one.lower, one.upper) for p, one in limits)] for k in range(3))
            axes.vlines(at, low, high, color=str(look["color"]), linewidth=0.5, alpha=0.22, zorder=1)


@styled
def coverage_plot(scores: Sequence[Score], discrepancy: Discrepancy) -> Figure:
    """Share of published figures inside predictive intervals: by the level of the interval, and by trial at 90 %."""
    trials = _shares_by_trial(scores, discrepancy)
    height = max(SQUARE, 0.13 * len(trials))
    figure = Figure(figsize=(2 * (SQUARE + BESIDE) + 1.3, height + BELOW + 0.75))
    axes = axes_at(figure, BESIDE, BELOW + height - SQUARE, SQUARE, SQUARE)
    axes.set_title("Landmarks inside, by level", pad=6)
    _by_level(axes, [score for score in scores if score.target.month in LANDMARKS], discrepancy)
    axes = axes_at(figure, SQUARE + 2 * BESIDE + 1.0, BELOW, SQUARE, height)
    axes.set_title("Figures inside 90 % intervals, by trial", pad=6)
    _by_trial(axes, trials)
    handles = [Line2D([], [], marker="o", linestyle="none", label=role, **look) for role, look in ROLE_LOOKS.items()]
    width, tall = figure.get_size_inches()
    at = (BESIDE / width, (tall - 0.1) / tall)
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=at, ncols=2, borderaxespad=0.0)
    return figure


def _shares_by_trial(scores: Sequence[Score], discrepancy: Discrepancy) -> list[tuple[str, str, float]]:
    """Trial, role and share inside, calibration first, the lowest share at the bottom of each."""
    roles = {score.target.protocol: score.role for score in scores}
    found = [
        (trial, role, share)
        for trial, role in roles.items()
        if (share := share_inside([s for s in scores if s.target.protocol == trial], discrepancy, LEVEL)) is not None
    ]
    return sorted(found, key=lambda one: (one[1] == "calibration", one[2], one[0]))


def _by_level(axes: Axes, scores: Sequence[Score], discrepancy: Discrepancy) -> None:
    axes.plot((0.4, 1.0), (0.4, 1.0), color=MUTED, linewidth=0.8, zorder=1)
    axes.vlines(LEVEL, *GOAL, color=MUTED, linewidth=5, alpha=0.35, zorder=1)
    for role, look in ROLE_LOOKS.items():
        own = [score for score in scores if score.role == role]
        shares = [share for level in LEVELS if (share := share_inside(own, discrepancy, level)) is not None]
        if shares:
            axes.plot(LEVELS, shares, "-o", **{**look, "alpha": 1.0, "markersize": 4.5}, linewidth=1.0)
    ticks = (0.4, 0.6, 0.8, 1.0)
    axes.set_xlim(0.4, 1.0)
    axes.set_ylim(0.0, 1.02)
    axes.set_xticks(ticks, labels=[f"{100 * tick:.0f} %" for tick in ticks])
    axes.set_yticks((0.0, 0.25, 0.5, 0.75, 1.0), labels=["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.grid(color="#E7EAEC")
    axes.set_xlabel("Level of the interval", labelpad=3)
    axes.set_ylabel("Published landmarks inside", labelpad=3, color=INK)


def _by_trial(axes: Axes, trials: Sequence[tuple[str, str, float]]) -> None:
    for place, (_, role, share) in enumerate(trials):
        axes.plot(share, place, "o", clip_on=False, **{**ROLE_LOOKS[role], "alpha": 1.0})
    axes.axvspan(*GOAL, color=MUTED, alpha=0.12, linewidth=0, zorder=0)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(-0.7, len(trials) - 0.3)
    axes.set_xticks((0.0, 0.25, 0.5, 0.75, 1.0), labels=["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_yticks(range(len(trials)), labels=[trial for trial, _, _ in trials], fontsize=6.5)
    axes.grid(axis="x", color="#E7EAEC")
