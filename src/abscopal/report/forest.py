"""Forest plot: hazard ratios overall and in subgroups known at baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from abscopal.analysis.cox import CoxError, HazardRatio, cox
from abscopal.analysis.enrolled import places
from abscopal.report.estimates import ENDPOINT_NAMES
from abscopal.report.numbers import ratio, ratio_interval
from abscopal.report.published import PublishedValue
from abscopal.report.shown import once
from abscopal.report.style import INK, MUTED, PANEL_WIDTH, Look, axes_at, panel_title, shorten, styled, text_at

FEWEST_EVENTS = 10  # a ratio from fewer is too loose to show
ROW = 0.215  # inch
PLOT_LEFT, PLOT_WIDTH = 2.02, 1.45  # inch
TICKS = {0.0625: "1/16", 0.125: "⅛", 0.25: "¼", 0.5: "½", 1.0: "1", 2.0: "2", 4.0: "4", 8.0: "8"}
LOWEST, HIGHEST = 0.05, 10.0  # an interval that reaches further ends in an arrow

Split = tuple[str, Callable[[pd.DataFrame], pd.Series]]

# Factor, then its levels; a subject with the covariate missing belongs to no level.
SUBGROUPS: tuple[tuple[str, str, tuple[Split, ...]], ...] = (
    ("Sex", "SEX", (("women", lambda s: s["SEX"] == "F"), ("men", lambda s: s["SEX"] == "M"))),
    ("Age", "AGE", (("under 65", lambda s: s["AGE"] < 65), ("65 and over", lambda s: s["AGE"] >= 65))),
    ("ECOG", "ECOG", (("0", lambda s: s["ECOG"] == 0), ("1 or more", lambda s: s["ECOG"] >= 1))),
    ("LDH", "LDH", (("up to ULN", lambda s: s["LDH"] <= 1), ("above ULN", lambda s: s["LDH"] > 1))),
    ("PD-L1", "PDL1", (("under 1 %", lambda s: s["PDL1"] < 0.01), ("1 % or more", lambda s: s["PDL1"] >= 0.01))),
    ("Liver lesions", "LIVERFL", (("no", lambda s: s["LIVERFL"] == "N"), ("yes", lambda s: s["LIVERFL"] == "Y"))),
    ("Brain lesions", "BRAINFL", (("no", lambda s: s["BRAINFL"] == "N"), ("yes", lambda s: s["BRAINFL"] == "Y"))),
)


@dataclass(frozen=True)
class ForestRow:
    """One line of a forest plot: subjects in the arm and its reference, and the ratio if there are events enough."""

    label: str
    subjects: tuple[int, int]
    ratio: HazardRatio | None
    heading: bool = False


def forest_rows(tables: Mapping[str, pd.DataFrame], endpoint: str, arm: str, reference: str) -> list[ForestRow]:
    """Rows of the forest plot of one comparison, overall first.

    Parameters
    ----------
    tables
        `adsl` and `adtte`.
    endpoint
        "OS" or "PFS".
    arm, reference
        A ratio below 1 favours `arm`.
    """
    adsl = tables["adsl"].drop_duplicates("USUBJID")
    pair = _Pair.of(tables["adtte"], adsl, endpoint, arm, reference)
    rows = [pair.row("All subjects", np.ones(len(adsl), dtype=np.bool_))]
    for factor, column, levels in SUBGROUPS:
        if column not in adsl.columns or adsl[column].isna().all():
            continue
        rows.append(ForestRow(factor, (0, 0), None, heading=True))
        rows += [pair.row(label, belongs(adsl).fillna(False).to_numpy(np.bool_)) for label, belongs in levels]
    return rows


@dataclass(frozen=True, eq=False)
class _Pair:
    """An endpoint of two arms in order of time, (k,) each: day, event, arm (False: reference), place in ADSL."""

    names: tuple[str, str]
    day: NDArray[np.float64]
    event: NDArray[np.bool_]
    arm: NDArray[np.bool_]
    place: NDArray[np.intp]

    @classmethod
    def of(cls, adtte: pd.DataFrame, adsl: pd.DataFrame, endpoint: str, arm: str, reference: str) -> _Pair:
        """Take the rows of the endpoint and the arms; subjects that ADSL does not have are left out."""
        rows = adtte[(adtte["PARAMCD"] == endpoint) & adtte["ARM"].isin([arm, reference])]
        place = places(rows["USUBJID"], adsl["USUBJID"])
        rows, place = rows[place >= 0], place[place >= 0]
        day = rows["AVAL"].to_numpy(np.float64)
        order = np.argsort(day, kind="stable")
        event, mine = (rows["CNSR"] == 0).to_numpy(), (rows["ARM"] == arm).to_numpy()
        return cls((arm, reference), day[order], event[order], mine[order], place[order])

    def row(self, label: str, members: NDArray[np.bool_]) -> ForestRow:
        """Return the line of a subgroup, given who of ADSL belongs to it."""
        chosen = members[self.place]
        day, event, arm = self.day[chosen], self.event[chosen], self.arm[chosen]
        subjects = (int(arm.sum()), int((~arm).sum()))
        if int(event.sum()) < FEWEST_EVENTS or 0 in subjects:
            return ForestRow(label, subjects, None)
        try:
            return ForestRow(label, subjects, cox(day, event, arm, names=[" against ".join(self.names)]).hazard_ratio())
        except CoxError:  # one arm had no event
            return ForestRow(label, subjects, None)


@styled
def forest_figure(
    tables: Mapping[str, pd.DataFrame],
    endpoint: str,
    arm: str,
    reference: str,
    published: PublishedValue | None = None,
) -> Figure:
    """Forest plot of one comparison and one endpoint.

    Parameters
    ----------
    tables
        `adsl` and `adtte`.
    endpoint
        "OS" or "PFS".
    arm, reference
        A ratio below 1 favours `arm`.
    published
        The overall ratio in the paper, drawn as an open mark under the simulated one.
    """
    rows = once(tables, forest_rows, endpoint, arm, reference)
    lines = len(rows) + (published is not None and published.value is not None)
    height = ROW * (lines + 0.6)
    figure = Figure(figsize=(PANEL_WIDTH, height + 1.45))
    axes = axes_at(figure, PLOT_LEFT, 0.72, PLOT_WIDTH, height)
    limits = _limits([row.ratio for row in rows if row.ratio is not None], published)
    _frame(axes, lines, limits)
    line = 0
    for row in rows:
        _draw_row(axes, line, row)
        line += 1
        if line == 1 and published is not None and published.value is not None:
            _draw_published(axes, line, published)
            line += 1
    _headings(figure, ENDPOINT_NAMES[endpoint], arm, reference)
    _directions(figure, axes, arm, reference)
    return figure


def _limits(ratios: Sequence[HazardRatio], published: PublishedValue | None) -> tuple[float, float]:
    """Axis that holds every interval, and at least a factor of two on both sides of 1."""
    ends = [end for found in ratios for end in (found.lo, found.hi)]
    if published is not None:
        ends += [end for end in (published.value, published.lower, published.upper) if end is not None]
    low, high = min([0.5, *ends]) / 1.12, max([2.0, *ends]) * 1.12
    return max(low, LOWEST), min(high, HIGHEST)


def _frame(axes: Axes, lines: int, limits: tuple[float, float]) -> None:
    axes.set_xscale("log")
    axes.set_xlim(*limits)
    ticks = [tick for tick in TICKS if limits[0] <= tick <= limits[1]]
    axes.set_xticks(ticks, labels=[TICKS[tick] for tick in ticks])
    axes.xaxis.minorticks_off()
    axes.set_ylim(lines - 0.2, -0.8)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(1, color=MUTED, linewidth=0.9, zorder=1)


def _draw_row(axes: Axes, line: int, row: ForestRow) -> None:
    """Label, numbers, mark and figures of one row; a subgroup is indented under its factor."""
    overall = line == 0
    _cell(axes, -1.9 + (0.0 if row.heading or overall else 0.14), line, row.label, weight=row.heading or overall)
    if row.heading:
        return
    _cell(axes, -0.16, line, " / ".join(map(_short, row.subjects)), align="right", colour=MUTED)
    if row.ratio is None:
        _cell(axes, PLOT_WIDTH + 0.08, line, "too few events", colour=MUTED)
        return
    size = 6.5 if overall else 4.6
    _mark(axes, line, row.ratio.hr, (row.ratio.lo, row.ratio.hi), marker="D" if overall else "s", markersize=size)
    words = f"{ratio(row.ratio.hr)} ({ratio_interval((row.ratio.lo, row.ratio.hi))})"
    _cell(axes, PLOT_WIDTH + 0.08, line, words, weight=overall)


def _short(number: int) -> str:
    """Write a number of subjects in the width of five figures."""
    return str(number) if number < 100_000 else f"{number / 1000:.0f}k"


def _draw_published(axes: Axes, line: int, published: PublishedValue) -> None:
    _cell(axes, -1.76, line, "published (recalled)" if published.source == "recalled" else "published", colour=MUTED)
    limits = (published.lower, published.upper)
    value = float(published.value or 0.0)
    _mark(axes, line, value, limits, marker="D", markersize=5.5, markerfacecolor="white", color=MUTED)
    words = ratio(value) + (f" ({ratio_interval(limits)})" if None not in limits else "")
    _cell(axes, PLOT_WIDTH + 0.08, line, words, colour=MUTED)


def _mark(axes: Axes, line: int, value: float, limits: Sequence[float | None], **style: Any) -> None:
    """Point and interval; an interval that leaves the axis ends in an arrow."""
    look: Look = {"color": INK} | style
    if limits[0] is not None and limits[1] is not None:
        left, right = axes.get_xlim()
        low, high = max(limits[0], left), min(limits[1], right)
        if low < high:
            axes.plot([low, high], [line, line], color=look["color"], linewidth=1.2, zorder=2)
        for cut, place, arrow in ((limits[0] < left, left, "<"), (limits[1] > right, right, ">")):
            if cut:
                axes.plot([place], [line], arrow, color=look["color"], markersize=4, clip_on=False, zorder=3)
    if axes.get_xlim()[0] <= value <= axes.get_xlim()[1]:
        axes.plot([value], [line], linestyle="none", zorder=4, **look)


def _cell(
    axes: Axes, inches: float, line: int, text: str, *, weight: bool = False, align: str = "left", colour: str = INK
) -> None:
    """Text at a distance in inches from the left edge of the plot, on the height of a row."""
    axes.text(
        inches / PLOT_WIDTH,
        line,
        text,
        transform=axes.get_yaxis_transform(),
        ha=align,
        va="center_baseline",
        fontsize=8.5,
        fontweight="bold" if weight else "normal",
        color=colour,
    )


def _headings(figure: Figure, title: str, arm: str, reference: str) -> None:
    height = figure.get_size_inches()[1]
    panel_title(figure, 0.0, title)
    text_at(figure, 0.12, height - 0.42, shorten(f"{arm} against {reference}", 66), fontsize=8.5, color=MUTED)
    text_at(figure, PLOT_LEFT - 0.16, height - 0.68, "subjects", fontsize=8, color=MUTED, ha="right")
    text_at(figure, PLOT_LEFT + PLOT_WIDTH + 0.08, height - 0.68, "hazard ratio (95 %)", fontsize=8, color=MUTED)


def _directions(figure: Figure, axes: Axes, arm: str, reference: str) -> None:
    """Which side of 1 favours whom, set apart at 1."""
    left, right = axes.get_xlim()
    one = PLOT_LEFT + PLOT_WIDTH * np.log(1 / left) / np.log(right / left)
    text_at(figure, one - 0.08, 0.28, f"← favours {shorten(arm, 24)}", fontsize=8, color=MUTED, ha="right")
    text_at(figure, one + 0.08, 0.28, f"favours {shorten(reference, 13)} →", fontsize=8, color=MUTED)
