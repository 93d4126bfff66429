"""Waterfall plot: one bar per subject, the best change of the sum of target diameters from baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from abscopal.report.numbers import counted
from abscopal.report.style import (
    INK,
    MUTED,
    PANEL_WIDTH,
    RESPONSE_COLOURS,
    RESPONSE_NAMES,
    Look,
    axes_at,
    no_data,
    panel_title,
    styled,
    text_at,
)

CEILING = 100.0  # percent; a taller bar is cut here and marked
RASTER_FROM = 1200  # bars per panel above which they are drawn as an image
PANEL_HEIGHT = 4.0


def confirmed_response(adrs: pd.DataFrame) -> pd.Series:
    """Return the confirmed best overall response by subject, as one of the five classes that have a colour.

    An immune response counts with its class (iPR with PR, iUPD and iCPD with PD), and non-CR/non-PD is what stable
    disease is called where nothing can be measured (RECIST 1.1, table 2).
    """
    best = adrs[adrs["PARAMCD"] == "CBOR"].drop_duplicates("USUBJID").set_index("USUBJID")["AVALC"]
    plain = best.str.removeprefix("i").replace({"NON-CR/NON-PD": "SD", "UPD": "PD", "CPD": "PD"})
    return plain.where(plain.isin(list(RESPONSE_COLOURS)), "NE")


def visits_to_progression(adrs: pd.DataFrame) -> pd.DataFrame:
    """Post-baseline visit responses of each subject up to and including the first progression."""
    visits = adrs[(adrs["PARAMCD"] == "OVR") & (adrs["AVISITN"] > 0)].sort_values(["USUBJID", "ADY"], kind="stable")
    progressed = visits["AVALC"].isin(["PD", "iCPD"]).astype(int)
    earlier = progressed.groupby(visits["USUBJID"]).cumsum() - progressed
    return visits[earlier == 0]


def best_change(adsl: pd.DataFrame, adrs: pd.DataFrame) -> pd.DataFrame:
    """Best change per subject, worst first.

    Parameters
    ----------
    adsl, adrs
        Subject and response tables.

    Returns
    -------
    One row per subject with a measurement after baseline: ARM, CHANGE (percent of the baseline sum, smallest until
    progression), RESPONSE (confirmed best overall response) and NEW (a new lesion was seen by then).
    """
    visits = visits_to_progression(adrs).dropna(subset=["CHANGE_BASELINE"])
    by_subject = visits.groupby("USUBJID")
    table = pd.DataFrame({"CHANGE": by_subject["CHANGE_BASELINE"].min()})
    everything = visits_to_progression(adrs)
    table["NEW"] = (everything["NEW"] == "Y").groupby(everything["USUBJID"]).any().reindex(table.index)
    table["RESPONSE"] = confirmed_response(adrs).reindex(table.index).fillna("NE")
    table["ARM"] = adsl.drop_duplicates("USUBJID").set_index("USUBJID")["ARM"].reindex(table.index)
    return table.sort_values("CHANGE", ascending=False, kind="stable")


@styled
def waterfall_figure(tables: Mapping[str, pd.DataFrame], arms: Sequence[str]) -> Figure:
    """Waterfall, one panel per arm side by side.

    Parameters
    ----------
    tables
        `adsl` and `adrs`.
    arms
        Arms to draw, left to right.
    """
    changes = best_change(tables["adsl"], tables["adrs"])
    enrolled = tables["adsl"].groupby("ARM")["USUBJID"].nunique()
    figure = Figure(figsize=(PANEL_WIDTH * len(arms), PANEL_HEIGHT))
    for i, arm in enumerate(arms):
        axes = axes_at(figure, PANEL_WIDTH * i + 0.62, 1.02, PANEL_WIDTH - 0.74, PANEL_HEIGHT - 1.42)
        panel_title(figure, PANEL_WIDTH * i, arm)
        _draw_arm(axes, changes[changes["ARM"] == arm], int(enrolled.get(arm, 0)))
    _legend(figure)
    return figure


def _draw_arm(axes: Axes, changes: pd.DataFrame, enrolled: int) -> None:
    axes.set_ylim(-105, CEILING + 12)
    axes.set_yticks([-100, -50, -30, 0, 20, 50, 100])
    axes.set_yticklabels(["−100 %", "−50 %", "−30 %", "0", "+20 %", "+50 %", "+100 %"])
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    for level in (20, -30):
        axes.axhline(level, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.5)
    axes.axhline(0, color=INK, linewidth=0.8, zorder=3)
    measured = counted(len(changes), "subject")
    axes.set_xlabel(f"{measured} measured after baseline; {enrolled - len(changes)} not", color=MUTED, labelpad=5)
    if changes.empty:
        no_data(axes, "No subject was measured after baseline")
        return
    _bars(axes, changes)


def _bars(axes: Axes, changes: pd.DataFrame) -> None:
    """Bars from worst to best, with a caret on a cut bar and a diamond under the axis for a new lesion."""
    count = len(changes)
    axes.set_xlim(-0.02 * count - 0.5, count - 0.5 + 0.02 * count)
    position = pd.Series(range(count), index=changes.index)
    height = changes["CHANGE"].clip(upper=CEILING)
    # a bar of no height would vanish: draw a hair so that the subject is seen
    drawn = height.where(height.abs() > 0.6, 0.6)
    for response, colour in RESPONSE_COLOURS.items():
        chosen = changes["RESPONSE"] == response
        if chosen.any():
            bars = axes.bar(position[chosen], drawn[chosen], width=0.82 if count < 150 else 1.0, color=colour, zorder=2)
            for bar in bars:
                bar.set_rasterized(count > RASTER_FROM)
    cut = changes["CHANGE"] > CEILING
    marks: Look = {"linestyle": "none", "clip_on": False, "rasterized": count > RASTER_FROM}
    axes.plot(position[cut], [CEILING + 4.5] * int(cut.sum()), marker="^", markersize=2.4, color=MUTED, **marks)
    new = changes["NEW"].fillna(False).astype(bool)
    side = height[new].map(lambda value: -6.0 if value >= 0 else 6.0)
    axes.plot(position[new], side, marker="D", markersize=1.9, color=INK, markeredgewidth=0, **marks)


def _legend(figure: Figure) -> None:
    handles: list[Artist] = [
        Patch(
            facecolor=colour, edgecolor="#B9BEC2" if key == "NE" else "none", linewidth=0.6, label=RESPONSE_NAMES[key]
        )
        for key, colour in RESPONSE_COLOURS.items()
    ]
    handles.append(Line2D([], [], marker="D", markersize=3.2, color=INK, linestyle="none", label="new lesion"))
    width, height = figure.get_size_inches()
    columns = 3 if width < 2 * PANEL_WIDTH else len(handles)
    figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.3 / width, 0.34 / height),
        ncols=columns,
        columnspacing=1.0,
        handlelength=1.0,
        handletextpad=0.5,
        borderaxespad=0.0,
    )
    text_at(figure, 0.32, 0.12, "Colour: confirmed best response. ▲ above +100 %.", color=MUTED, fontsize=8)
