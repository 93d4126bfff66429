"""The flow of a trial's subjects, from screening to the last known state: figure and section of the report.

Drawn after CONSORT 2010 (Schulz KF et al. BMJ 2010;340:c332): screened, not eligible and why, randomised, and by arm
how treatment ended.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from abscopal.report.counts import END_STATES, STOP_REASONS
from abscopal.report.findings import Findings
from abscopal.report.markup import Html, joined, table, tag
from abscopal.report.numbers import count
from abscopal.report.style import INK, arm_colours, axes_at, styled
from abscopal.report.svg import to_inline_svg

MOST_REASONS, MOST_ARMS = 10, 4
LINE, PAD, GAP = 0.165, 0.1, 0.32  # inch
BOX, WIDE = 2.65, 34  # width of a box, inch, and of its text, letters

NOTE = (
    "Screened are the virtual candidates who came to the places of the subjects until one of them was eligible; each "
    "is counted under the first criterion that he or she failed. What biopsy and laboratory find is judged last. "
    "“In the published trial” marks a trait that all or none of its patients had."
)


def consort_section(findings: Findings) -> Html:
    """Flow of the subjects, and everyone who was not eligible by criterion."""
    adsl = findings.tables["adsl"]
    screening, shown = screening_of(findings.summary, adsl), findings.trial.arms[:MOST_ARMS]
    figure = consort_figure(adsl, shown, screening, findings.trial.arms)
    words = f"Flow of subjects: {screening['screened']} screened, {screening['enrolled']} randomised."
    drawn = tag("div", Html(to_inline_svg(figure, "consort", words)), class_="scroll")
    caption = "Flow of the subjects." + (
        f" The first {MOST_ARMS} arms are drawn." if len(shown) < len(findings.trial.arms) else ""
    )
    parts = [tag("figure", drawn, tag("figcaption", caption))]
    if screening["reasons"] and screening["screened"] == screening["enrolled"]:
        parts.append(tag("p", "Everyone screened met what the trial asks for.", class_="note"))
    elif screening["reasons"]:
        rows = [
            [name, count(found["first"], screening["screened"]), count(found["all"], screening["screened"])]
            for name, found in screening["reasons"].items()
        ]
        header = ["Criterion", "First that failed", "Failed, any order"]
        parts += [table(header, rows, "Not eligible, share of those screened"), tag("p", NOTE, class_="note")]
    else:
        parts.append(tag("p", "The trial asks for nothing beyond its cancer, line and setting.", class_="note"))
    return joined(parts)


def screening_of(summary: Mapping[str, Any], adsl: pd.DataFrame) -> dict[str, Any]:
    """Return what the summary says of screening; if nothing, everyone in the tables was screened and enrolled."""
    found, number = summary.get("screening"), len(adsl)
    return dict(found) if found else {"screened": number, "enrolled": number, "reasons": {}}


@styled
def consort_figure(
    adsl: pd.DataFrame, arms: Sequence[str], screening: Mapping[str, Any], every_arm: Sequence[str]
) -> Figure:
    """Draw the flow.

    Parameters
    ----------
    adsl
        Subjects.
    arms, every_arm
        Arms drawn, and all of them in order, for their colours.
    screening
        `screened`, `enrolled`, and `reasons` with `first` and `all` by criterion.
    """
    failed = screening["screened"] - screening["enrolled"]
    top = [f"Screened: {screening['screened']}"]
    side = [f"Not eligible: {failed}", *_reasons(screening["reasons"])] if failed else []
    middle = [f"Randomised: {screening['enrolled']}"]
    if lost := screening["enrolled"] - len(adsl):
        middle.append(f"not computed: {lost}")
    columns = [_arm_boxes(adsl[adsl["ARM"] == arm], arm) for arm in arms]
    tallest = [max(_height(column[row]) for column in columns) for row in range(3)]
    upper = max(_height(top), _height(side)) if side else _height(top)
    height = upper + _height(middle) + sum(tallest) + 6 * GAP
    width = max(len(arms), 2) * (BOX + GAP) + GAP
    figure = Figure(figsize=(width, height))
    axes = axes_at(figure, 0, 0, width, height, xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    centre, y = width / 2, height - GAP / 2
    spot = centre - ((BOX + GAP) / 2 if side else 0)
    first = _draw(axes, spot, y, top)
    if side:
        _draw(axes, spot + BOX + GAP, y, side)
        _arrow(axes, (spot + BOX / 2, y - _height(top) / 2), (spot + BOX / 2 + GAP, y - _height(top) / 2))
    y -= upper + GAP
    _arrow(axes, (spot, first), (spot, y))
    _branches(axes, [spot, y, _draw(axes, spot, y, middle)], columns, tallest, arm_colours(every_arm), arms)
    return figure


def _branches(
    axes: Axes,
    trunk: list[float],
    columns: list[list[list[str]]],
    tallest: list[float],
    colours: Mapping[str, str],
    arms: Sequence[str],
) -> None:
    """Draw each arm's boxes below the trunk (its middle, top and bottom), joined by lines."""
    middle = axes.get_xlim()[1] / 2
    places = [middle + (BOX + GAP) * (number - (len(columns) - 1) / 2) for number in range(len(columns))]
    spot, _, bottom = trunk
    fork, begin = bottom - GAP, bottom - 2 * GAP
    axes.plot([spot, spot], [bottom, fork], color=INK, linewidth=0.9)
    axes.plot([min(*places, spot), max(*places, spot)], [fork, fork], color=INK, linewidth=0.9)
    for x, column, arm in zip(places, columns, arms, strict=True):
        _arrow(axes, (x, fork), (x, begin))
        y = begin
        for row, lines in enumerate(column):
            end = _draw(axes, x, y, lines, colours[arm])
            y -= tallest[row] + GAP
            if row < len(column) - 1:
                _arrow(axes, (x, end), (x, y))


def _arm_boxes(subjects: pd.DataFrame, arm: str) -> list[list[str]]:
    """Lines of an arm's three boxes: allocated, end of treatment, last known state."""
    treated = int((subjects["DCTREAS"] != "NEVER TREATED").sum())
    return [
        [*textwrap.wrap(arm, WIDE, max_lines=2), f"allocated: {len(subjects)}", f"treated: {treated}"],
        ["End of treatment", *_tally(subjects["DCTREAS"], STOP_REASONS, but="NEVER TREATED")],
        ["Last known", *_tally(subjects["EOSSTT"], END_STATES)],
    ]


def _tally(values: pd.Series, names: Mapping[str, str], but: str = "") -> list[str]:
    found = values.astype("str").value_counts()
    order = [value for value in names if value in found.index] + sorted(set(found.index) - set(names))
    return [f"{names.get(value, value.lower())}: {found[value]}" for value in order if value != but]


def _reasons(reasons: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Criteria by those for whom they were the first to fail, most frequent first; the rest together."""
    ranked = sorted(((found["first"], name) for name, found in reasons.items() if found["first"]), key=lambda r: -r[0])
    lines = [line for number, name in ranked[:MOST_REASONS] for line in textwrap.wrap(f"{name}: {number}", WIDE)]
    if rest := sum(number for number, _ in ranked[MOST_REASONS:]):
        lines.append(f"other criteria: {rest}")
    return lines


def _height(lines: Sequence[str]) -> float:
    return len(lines) * LINE + 2 * PAD if lines else 0.0


def _draw(axes: Axes, x: float, y: float, lines: Sequence[str], colour: str = INK) -> float:
    """Draw a box whose upper edge is at `y` and middle at `x`; return its lower edge."""
    from matplotlib.patches import Rectangle

    height = _height(lines)
    axes.add_patch(Rectangle((x - BOX / 2, y - height), BOX, height, fill=False, edgecolor=colour, linewidth=1.1))
    for number, line in enumerate(lines):
        weight = "bold" if number == 0 else "normal"
        at = y - PAD - (number + 0.5) * LINE
        axes.text(x - BOX / 2 + PAD, at, line, va="center", ha="left", fontsize=8.5, fontweight=weight)
    return y - height


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
    )
