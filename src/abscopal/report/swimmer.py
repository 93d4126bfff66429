"""Swimmer plot: the course of single subjects, one lane each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from abscopal.analysis.response import OBJECTIVE, PROGRESSIVE, SUSPECTED
from abscopal.report.numbers import counted
from abscopal.report.shown import evenly, of_subjects
from abscopal.report.style import (
    INK,
    MUTED,
    PANEL_WIDTH,
    RESPONSE_COLOURS,
    Look,
    arm_colours,
    axes_at,
    month_ticks,
    no_data,
    panel_title,
    shorten,
    styled,
)
from abscopal.units import DAYS_PER_MONTH

SAMPLE = 40  # lanes per arm that a reader can still follow
FOLLOW_UP = "#DCE0E3"
PROGRESSION = RESPONSE_COLOURS["PD"]
PANEL_HEIGHT = 5.6


def courses(adsl: pd.DataFrame, adrs: pd.DataFrame) -> pd.DataFrame:
    """Course of each subject in months since the first dose, longest first.

    Returns
    -------
    ARM, END (last day known), TREATED (last dose), RESPONSE (first day of a confirmed response), CONFIRMED (that
    response), PROGRESSION (first, confirmed or not), NEXT (first day of a subsequent regimen), DIED and ONGOING
    (treatment not stopped); months are missing where the event never came.
    """
    subjects = adsl.drop_duplicates("USUBJID")
    subjects = subjects.set_index(pd.Index(subjects["USUBJID"].astype("str")))
    best = adrs[(adrs["PARAMCD"] == "CBOR") & adrs["AVALC"].isin(OBJECTIVE)].drop_duplicates("USUBJID")
    progressed = adrs[(adrs["PARAMCD"] == "OVR") & adrs["AVALC"].isin(PROGRESSIVE | SUSPECTED)]
    table = pd.DataFrame(
        {
            "ARM": subjects["ARM"],
            "END": subjects["EOSDY"] / DAYS_PER_MONTH,
            "TREATED": subjects["TRTEDY"] / DAYS_PER_MONTH,
            "RESPONSE": best.set_index("USUBJID")["ADY"].reindex(subjects.index) / DAYS_PER_MONTH,
            "CONFIRMED": best.set_index("USUBJID")["AVALC"].reindex(subjects.index),
            "PROGRESSION": progressed.groupby("USUBJID")["ADY"].min().reindex(subjects.index) / DAYS_PER_MONTH,
            "NEXT": subjects["NXTDY"] / DAYS_PER_MONTH,
            "DIED": subjects["DTHDY"].notna(),
            "ONGOING": subjects["DCTREAS"] == "ONGOING",
        }
    )
    return table.sort_values("END", ascending=False, kind="stable")


@styled
def swimmer_figure(tables: Mapping[str, pd.DataFrame], arms: Sequence[str], all_arms: Sequence[str]) -> Figure:
    """Swimmer plot, one panel per arm side by side, each an even sample of about 40 subjects.

    Parameters
    ----------
    tables
        `adsl` and `adrs`.
    arms
        Arms to draw, left to right.
    all_arms
        Every arm of the trial, in order: it fixes the colours.
    """
    subjects = tables["adsl"].drop_duplicates("USUBJID").sort_values("EOSDY", ascending=False, kind="stable")
    last = subjects["EOSDY"].max() / DAYS_PER_MONTH
    ticks = month_ticks(float(last) if np.isfinite(last) else 12.0)
    colours = arm_colours(all_arms)
    figure = Figure(figsize=(PANEL_WIDTH * len(arms), PANEL_HEIGHT))
    for i, arm in enumerate(arms):
        axes = axes_at(figure, PANEL_WIDTH * i + 0.16, 1.12, PANEL_WIDTH - 0.34, PANEL_HEIGHT - 1.52)
        followed = subjects[subjects["ARM"] == arm]
        chosen = evenly(followed, SAMPLE)
        shown = f"{len(chosen)} of {counted(len(followed), 'subject')}"
        panel_title(figure, PANEL_WIDTH * i, f"{shorten(arm, 36)}: {shown}")
        _frame(axes, ticks)
        _lanes(axes, courses(chosen, of_subjects(tables["adrs"], chosen["USUBJID"])), colours[arm])
    _legend(figure, [colours[arm] for arm in arms])
    return figure


def _frame(axes: Axes, ticks: Sequence[float]) -> None:
    axes.set_xlim(0, ticks[-1])
    axes.set_xticks(ticks)
    axes.set_yticks([])
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Months since first dose")


def _lanes(axes: Axes, lanes: pd.DataFrame, colour: str) -> None:
    if lanes.empty:
        no_data(axes, "No subject in this arm")
        return
    lane = np.arange(len(lanes))
    axes.set_ylim(len(lanes) - 0.3, -0.7)
    axes.barh(lane, lanes["END"], height=0.36, color=FOLLOW_UP, zorder=1)
    axes.barh(lane, lanes["TREATED"].clip(lower=0).fillna(0.0), height=0.66, color=colour, alpha=0.42, zorder=2)
    _marks(axes, lanes, lane)


def _marks(axes: Axes, lanes: pd.DataFrame, lane: np.ndarray) -> None:
    """Events of each lane; one after the end of follow-up cannot be, so none is clipped away."""
    common: Look = {"linestyle": "none", "zorder": 4, "clip_on": False}
    for confirmed in ("CR", "PR"):
        chosen = lanes["CONFIRMED"].str.endswith(confirmed, na=False).to_numpy()
        axes.plot(
            lanes["RESPONSE"].to_numpy()[chosen],
            lane[chosen],
            marker="o",
            markersize=5.4,
            color=RESPONSE_COLOURS[confirmed],
            markeredgecolor="white",
            markeredgewidth=0.5,
            **common,
        )
    axes.plot(lanes["PROGRESSION"], lane, marker="s", markersize=3.6, color=PROGRESSION, markeredgewidth=0, **common)
    axes.plot(lanes["NEXT"], lane, marker="|", markersize=6, color=INK, markeredgewidth=1.1, **common)
    died = lanes["DIED"].to_numpy()
    axes.plot(
        lanes["END"].to_numpy()[died], lane[died], marker="X", markersize=4.6, color=INK, markeredgewidth=0, **common
    )
    ongoing = lanes["ONGOING"].to_numpy() & ~died
    axes.plot(lanes["END"].to_numpy()[ongoing], lane[ongoing], marker=">", markersize=4.6, color=MUTED, **common)


def _legend(figure: Figure, colours: Sequence[str]) -> None:
    mark: Look = {"linestyle": "none", "markeredgewidth": 0}
    treated = [Patch(facecolor=colour, alpha=0.42, label="on treatment") for colour in colours[:1]]
    handles = [
        *treated,
        Patch(facecolor=FOLLOW_UP, label="followed up"),
        Line2D([], [], marker="o", markersize=5.5, color=RESPONSE_COLOURS["CR"], label="complete response", **mark),
        Line2D([], [], marker="o", markersize=5.5, color=RESPONSE_COLOURS["PR"], label="partial response", **mark),
        Line2D([], [], marker="s", markersize=4.5, color=PROGRESSION, label="progression", **mark),
        Line2D(
            [], [], marker="|", markersize=8, color=INK, markeredgewidth=1.3, linestyle="none", label="next therapy"
        ),
        Line2D([], [], marker="X", markersize=5.5, color=INK, label="death", **mark),
        Line2D([], [], marker=">", markersize=5.5, color=MUTED, label="treatment ongoing", **mark),
    ]
    width, height = figure.get_size_inches()
    figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.12 / width, 0.1 / height),
        ncols=3 if width < 2 * PANEL_WIDTH else len(handles),
        columnspacing=1.2,
        handlelength=1.2,
        handletextpad=0.5,
        borderaxespad=0.0,
    )
