"""Kaplan-Meier figure: simulated curves with intervals and numbers at risk, the published ones beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from abscopal.analysis.kaplan_meier import SurvivalCurve
from abscopal.analysis.survival import Survival
from abscopal.report.estimates import ENDPOINT_NAMES, survival_in
from abscopal.report.numbers import NONE, month_interval, months
from abscopal.report.published import Description
from abscopal.report.shown import once
from abscopal.report.style import (
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
    text_at,
)
from abscopal.units import DAYS_PER_MONTH

RESOLUTION = 500  # steps and censor ticks across the axis beyond which the eye sees no more
PLOT_HEIGHT = 2.75
LEFT = 0.62  # inch, to the axis
RISK_ROW = 0.33  # inch per arm below the axis


@styled
def kaplan_meier_figure(tables: Mapping[str, pd.DataFrame], endpoint: str, trial: Description) -> Figure:
    """Curves of every arm for one endpoint.

    Parameters
    ----------
    tables
        `adtte`.
    endpoint
        "OS" or "PFS".
    trial
        Arms in order, and the published curves (dashed) and points (circles) to lay over.
    """
    survival = once(tables, survival_in, endpoint)
    colours = arm_colours(trial.arms)
    ticks = month_ticks(_last_month(survival, endpoint, trial))
    handles = _legend_handles(survival, colours, endpoint, trial)
    below = 0.72 + RISK_ROW * len(trial.arms)
    above = 0.46 + 0.19 * len(handles)
    figure = Figure(figsize=(PANEL_WIDTH, below + PLOT_HEIGHT + above))
    axes = axes_at(figure, LEFT, below, PANEL_WIDTH - LEFT - 0.16, PLOT_HEIGHT)
    survival_frame(axes, ticks)
    if survival is None:
        no_data(axes, "No subject has this endpoint")
    for arm in trial.arms:
        _published(axes, endpoint, arm, trial, colours[arm], ticks[-1])
        if survival is not None and arm in survival.arms:
            _draw_curve(axes, survival.curve(arm), colours[arm], ticks[-1])
    _heading(figure, ENDPOINT_NAMES[endpoint], handles)
    rows = at_risk_rows(survival, trial.arms, ticks)
    _numbers_at_risk(figure, axes, rows, colours, ticks, below)
    return figure


def at_risk_rows(survival: Survival | None, arms: Sequence[str], ticks: Sequence[float]) -> dict[str, list[int]]:
    """Numbers at risk printed below the figure, by arm, one for each tick (months)."""
    if survival is None:
        return {arm: [0] * len(ticks) for arm in arms}
    return {
        arm: [round(float(n)) for n in survival.numbers_at_risk(ticks, arm)]
        if arm in survival.arms
        else [0] * len(ticks)
        for arm in arms
    }


def _last_month(survival: Survival | None, endpoint: str, trial: Description) -> float:
    """End of the time axis: the last subject followed, simulated or in a published curve."""
    ends = [] if survival is None else [float(c.time[-1]) / DAYS_PER_MONTH for c in survival.curves.values()]
    ends += [float(c.months[-1]) for (code, _), c in trial.curves.items() if code == endpoint and len(c.months)]
    return max(ends, default=12.0)


def _draw_curve(axes: Axes, curve: SurvivalCurve, colour: str, end: float) -> None:
    """Step curve, shaded pointwise interval and a tick at every censoring."""
    month = curve.time / DAYS_PER_MONTH
    rows = _visible(month, end)
    time = np.concatenate([[0.0], month[rows]])
    level, lower, upper = (np.concatenate([[1.0], y[rows]]) for y in (curve.survival, curve.lower, curve.upper))
    axes.fill_between(time, lower, upper, step="post", color=colour, alpha=0.14, linewidth=0, zorder=1)
    axes.step(time, level, where="post", color=colour, linewidth=1.7, zorder=3)
    censored = np.flatnonzero(curve.censored > 0)
    censored = censored[np.unique((month[censored] / end * RESOLUTION).astype(int), return_index=True)[1]]
    style: Look = {"markersize": 4.5, "markeredgewidth": 0.8, "zorder": 3}
    axes.plot(month[censored], curve.survival[censored], "|", color=colour, **style)


def _visible(month: np.ndarray, end: float) -> np.ndarray:
    """Rows to draw: all of a small curve; of a large one the last in each sliver of the axis."""
    if month.size <= RESOLUTION:
        return np.arange(month.size)
    sliver = (month / end * RESOLUTION).astype(int)
    return np.append(np.flatnonzero(np.diff(sliver)), month.size - 1)


def _published(axes: Axes, endpoint: str, arm: str, trial: Description, colour: str, end: float) -> None:
    curve = trial.curves.get((endpoint, arm))
    if curve is not None:
        # a published curve is a list of points read off a figure, so it is joined by lines, not steps
        axes.plot(curve.months, curve.survival, color=colour, linewidth=1.2, linestyle=(0, (4, 2.2)), zorder=2)
    points = [(month, value) for month, value in trial.landmarks(endpoint, arm) if month <= end]
    if points:
        style: Look = {"markerfacecolor": "white", "markeredgewidth": 1.2, "clip_on": False, "zorder": 5}
        axes.plot(*zip(*points, strict=True), "o", color=colour, markersize=4.8, **style)


def _legend_handles(
    survival: Survival | None, colours: Mapping[str, str], endpoint: str, trial: Description
) -> list[Line2D]:
    handles = [
        Line2D([], [], color=colours[arm], linewidth=2.2, label=f"{shorten(arm, 28)}: {_median_text(survival, arm)}")
        for arm in trial.arms
    ]
    dashed = any(code == endpoint for code, _ in trial.curves)
    circles = any(trial.landmarks(endpoint, arm) for arm in trial.arms)
    if dashed or circles:
        words = [word for word, there in (("curve (dashed)", dashed), ("points (circles)", circles)) if there]
        look: Look = {"linestyle": (0, (3, 1.6)) if dashed else "none", "marker": "o" if circles else ""}
        label = "published " + " and ".join(words)
        handles.append(
            Line2D([], [], color=MUTED, linewidth=1.2, markersize=4.5, markerfacecolor="white", label=label, **look)
        )
    return handles


def _median_text(survival: Survival | None, arm: str) -> str:
    if survival is None or arm not in survival.arms:
        return "nobody"
    interval = month_interval(survival.median_interval(arm))
    median = survival.median(arm)
    words = "median not reached" if median is None else f"median {months(median)} months"
    return words if interval == NONE else f"{words} ({interval})"


def _heading(figure: Figure, title: str, handles: Sequence[Line2D]) -> None:
    width, height = figure.get_size_inches()
    panel_title(figure, 0.0, title)
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=((LEFT - 0.5) / width, (height - 0.33) / height),
        borderaxespad=0.0,
        borderpad=0.0,
        handlelength=1.8,
        labelspacing=0.45,
    )


def _numbers_at_risk(
    figure: Figure,
    axes: Axes,
    rows: Mapping[str, Sequence[int]],
    colours: Mapping[str, str],
    ticks: Sequence[float],
    top: float,
) -> None:
    """Numbers under their ticks; each arm's name stands on a line of its own, so a long one never meets a number."""
    text_at(figure, LEFT, top - 0.62, "Number at risk", fontsize=8, color=MUTED)
    place = axes.get_xaxis_transform()
    size = 8.0 if max((number for numbers in rows.values() for number in numbers), default=0) < 1_000_000 else 6.5
    for i, (arm, numbers) in enumerate(rows.items()):
        name_at = top - 0.62 - 0.15 - RISK_ROW * i
        text_at(figure, LEFT, name_at, shorten(arm, 56), fontsize=8, color=colours[arm], fontweight="bold")
        for month, number in zip(ticks, numbers, strict=True):
            below_axis = (name_at - 0.145 - top) / PLOT_HEIGHT
            axes.text(
                month, below_axis, str(number), transform=place, ha="center", va="baseline", fontsize=size, color=INK
            )
