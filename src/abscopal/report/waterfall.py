"""Waterfall plot: one bar per subject, the best change of the sum of target diameters from baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from abscopal.analysis.enrolled import places
from abscopal.analysis.response import COMPLETE, PARTIAL, PROGRESSIVE, STABLE, SUSPECTED
from abscopal.report.numbers import counted
from abscopal.report.shown import evenly, once, sampled_title
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
MOST_BARS = 500  # per panel, a point wide each; of more, an even choice is drawn
PANEL_HEIGHT = 4.0
_CLASSES = {"CR": COMPLETE, "PR": PARTIAL, "SD": STABLE, "PD": PROGRESSIVE | SUSPECTED}


def confirmed_response(adrs: pd.DataFrame) -> pd.Series:
    """Return the confirmed best overall response by subject, as one of the five classes that have a colour.

    An immune response counts with its class (iPR with PR; iUPD, iCPD, uPD and the indeterminate responses of LYRIC with
    PD), and non-CR/non-PD is what stable disease is called where nothing can be measured (RECIST 1.1, table 2).
    """
    best = adrs[adrs["PARAMCD"] == "CBOR"].drop_duplicates("USUBJID")
    code, found = pd.factorize(best["AVALC"])
    classes = np.array([*(_class(str(word)) for word in found), "NE"], dtype=object)  # the last: no word, code -1
    return pd.Series(classes[code], index=pd.Index(best["USUBJID"].astype("str"), name="USUBJID"), name="AVALC")


def _class(word: str) -> str:
    return next((colour for colour, words in _CLASSES.items() if word in words), "NE")


def responses_of(subjects: pd.Series, adrs: pd.DataFrame) -> NDArray[np.object_]:
    """Class of the confirmed best response of each of the subjects (n,); NE for one without."""
    best = confirmed_response(adrs)
    place = places(best.index.to_series(), subjects)
    found = np.full(len(subjects), "NE", dtype=object)
    found[place[place >= 0]] = best.to_numpy()[place >= 0]
    return found


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
    subjects = adsl.drop_duplicates("USUBJID")
    visits = adrs[(adrs["PARAMCD"] == "OVR") & (adrs["AVISITN"] > 0)]
    place = places(visits["USUBJID"], subjects["USUBJID"])
    counted = _until_progression(place, visits)
    best, new = np.full(len(subjects), np.inf), np.zeros(len(subjects), dtype=np.bool_)
    np.fmin.at(best, place[counted], visits["CHANGE_BASELINE"].to_numpy(np.float64)[counted])
    new[place[counted & (visits["NEW"] == "Y").to_numpy()]] = True
    table = pd.DataFrame({"CHANGE": best, "NEW": new, "RESPONSE": responses_of(subjects["USUBJID"], adrs)})
    table["ARM"] = subjects["ARM"].to_numpy()
    table.index = pd.Index(subjects["USUBJID"].astype("str"), name="USUBJID")
    measured: pd.DataFrame = table[np.isfinite(best)]
    return measured.sort_values("CHANGE", ascending=False, kind="stable")


def best_changes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Best change per subject of a trial, worst first; see `best_change`."""
    return best_change(tables["adsl"], tables["adrs"])


def _until_progression(place: NDArray[np.intp], visits: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each visit is of a known subject and not after the first that showed progression."""
    day = visits["ADY"].to_numpy(np.float64)
    progressed = visits["AVALC"].isin(PROGRESSIVE).to_numpy() & (place >= 0)
    first = np.full(int(place.max(initial=0)) + 1, np.inf)
    np.minimum.at(first, place[progressed], day[progressed])
    return np.asarray((place >= 0) & (day <= first[place]))


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
    changes = once(tables, best_changes)
    enrolled = tables["adsl"].groupby("ARM", observed=True)["USUBJID"].nunique()
    figure = Figure(figsize=(PANEL_WIDTH * len(arms), PANEL_HEIGHT))
    for i, arm in enumerate(arms):
        axes = axes_at(figure, PANEL_WIDTH * i + 0.62, 1.02, PANEL_WIDTH - 0.74, PANEL_HEIGHT - 1.42)
        mine = changes[changes["ARM"] == arm]
        panel_title(figure, PANEL_WIDTH * i, sampled_title(arm, min(MOST_BARS, len(mine)), len(mine)))
        _draw_arm(axes, mine, int(enrolled.get(arm, 0)))
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
    _bars(axes, evenly(changes, MOST_BARS))


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
            axes.bar(position[chosen], drawn[chosen], width=0.82 if count < 150 else 1.0, color=colour, zorder=2)
    cut = changes["CHANGE"] > CEILING
    marks: Look = {"linestyle": "none", "clip_on": False}
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
