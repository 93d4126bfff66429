"""Spider plot: the sum of target diameters of every subject over time, as change from baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from abscopal.report.shown import of_subjects, once, sample, sampled_title
from abscopal.report.style import (
    INK,
    MUTED,
    PANEL_WIDTH,
    RESPONSE_COLOURS,
    RESPONSE_NAMES,
    axes_at,
    month_ticks,
    no_data,
    panel_title,
    styled,
)
from abscopal.report.waterfall import confirmed_response
from abscopal.units import DAYS_PER_MONTH

CEILING = 100.0  # percent; a line is cut here, because what follows is progression anyway
MOST_LINES = 500  # per panel; more are a blur, and a large file
PANEL_HEIGHT = 4.0
# pale tones would vanish as thin lines
LINE_COLOURS = {**RESPONSE_COLOURS, "SD": "#A9A392", "NE": "#C4C8CB"}
DRAW_ORDER = ("NE", "SD", "PD", "PR", "CR")


def size_over_time(adrs: pd.DataFrame) -> pd.DataFrame:
    """Measured change by visit from 0 at baseline: USUBJID, ARM, MONTH, CHANGE (percent), NEW (first new lesion)."""
    visits = adrs[adrs["PARAMCD"] == "OVR"].sort_values(["USUBJID", "ADY"], kind="stable")
    seen = visits["NEW"] == "Y"
    first = seen & (seen.groupby(visits["USUBJID"]).cumsum() == 1)
    table = pd.DataFrame(
        {
            "USUBJID": visits["USUBJID"],
            "ARM": visits["ARM"],
            "MONTH": visits["ADY"] / DAYS_PER_MONTH,
            "CHANGE": visits["CHANGE_BASELINE"],
            "NEW": first,
        }
    )
    measured = table.dropna(subset=["CHANGE"])
    start = measured.drop_duplicates("USUBJID").assign(MONTH=0.0, CHANGE=0.0, NEW=False)
    later = measured[measured["MONTH"] > 0]
    return pd.concat([start, later]).sort_values(["USUBJID", "MONTH"], kind="stable")


def _last_month(tables: Mapping[str, pd.DataFrame]) -> float:
    """Month of the last measurement of anyone; a year where nobody was measured."""
    adrs = tables["adrs"]
    days = adrs["ADY"].to_numpy()[((adrs["PARAMCD"] == "OVR") & adrs["CHANGE_BASELINE"].notna()).to_numpy()]
    return float(days.max()) / DAYS_PER_MONTH if len(days) else 12.0


@styled
def spider_figure(tables: Mapping[str, pd.DataFrame], arms: Sequence[str], *, since: str = "first dose") -> Figure:
    """Spider plot, one panel per arm side by side, on one time axis.

    Parameters
    ----------
    tables
        `adsl` and `adrs`.
    arms
        Arms to draw, left to right; the time axis always covers all arms of the table. Of an arm of more than
        `MOST_LINES` subjects a fixed sample is drawn.
    since
        What day 0 is.
    """
    ticks = month_ticks(once(tables, _last_month))
    figure = Figure(figsize=(PANEL_WIDTH * len(arms), PANEL_HEIGHT))
    for i, arm in enumerate(arms):
        axes = axes_at(figure, PANEL_WIDTH * i + 0.62, 0.95, PANEL_WIDTH - 0.78, PANEL_HEIGHT - 1.35)
        subjects = tables["adsl"].loc[tables["adsl"]["ARM"] == arm, "USUBJID"]
        shown = sample(subjects, MOST_LINES)
        panel_title(figure, PANEL_WIDTH * i, sampled_title(arm, len(shown), len(subjects)))
        _frame(axes, ticks, since)
        rows = of_subjects(tables["adrs"], shown)
        _lines(axes, size_over_time(rows), confirmed_response(rows))
    _legend(figure)
    return figure


def _frame(axes: Axes, ticks: Sequence[float], since: str) -> None:
    axes.set_ylim(-105, CEILING + 5)
    axes.set_yticks([-100, -50, -30, 0, 20, 50, 100])
    axes.set_yticklabels(["−100 %", "−50 %", "−30 %", "0", "+20 %", "+50 %", "+100 %"])
    axes.set_xlim(0, ticks[-1])
    axes.set_xticks(ticks)
    axes.set_xlabel(f"Months since {since}")
    for level in (20, -30):
        axes.axhline(level, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.5)
    axes.axhline(0, color=INK, linewidth=0.8, zorder=1)


def _lines(axes: Axes, sizes: pd.DataFrame, response: pd.Series) -> None:
    """One line per subject; responders are drawn last, so they lie on top."""
    subjects = dict(iter(sizes.groupby("USUBJID", sort=True)))
    if not subjects:
        no_data(axes, "No subject was measured")
        return
    opacity = float(np.clip(40.0 / len(subjects), 0.3, 0.85))
    group = {name: response.get(name, "NE") for name in subjects}
    for rank, shown in enumerate(DRAW_ORDER):
        for name in (n for n in subjects if group[n] == shown):
            rows = subjects[name]
            axes.plot(
                rows["MONTH"].to_numpy(),
                rows["CHANGE"].clip(upper=2 * CEILING).to_numpy(),
                color=LINE_COLOURS[shown],
                linewidth=0.9,
                alpha=max(opacity, 0.55) if shown in ("CR", "PR") else opacity,
                zorder=2 + 0.1 * rank,
            )
    new = sizes[sizes["NEW"] & (sizes["CHANGE"] <= CEILING)]
    axes.plot(new["MONTH"], new["CHANGE"], "D", markersize=1.9, color=INK, markeredgewidth=0, zorder=4)


def _legend(figure: Figure) -> None:
    handles = [
        Line2D([], [], color=LINE_COLOURS[key], linewidth=1.8, label=RESPONSE_NAMES[key]) for key in RESPONSE_COLOURS
    ]
    handles.append(Line2D([], [], marker="D", markersize=3.2, color=INK, linestyle="none", label="first new lesion"))
    width, height = figure.get_size_inches()
    figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.3 / width, 0.1 / height),
        ncols=3 if width < 2 * PANEL_WIDTH else len(handles),
        columnspacing=1.0,
        handlelength=1.4,
        handletextpad=0.5,
        borderaxespad=0.0,
    )
