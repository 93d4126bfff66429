"""Benefit and risk of each arm, of all subjects and by stratum: figure and section of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from abscopal.report.findings import Findings
from abscopal.report.markup import Html, joined, table, tag
from abscopal.report.numbers import NONE, percent, percent_interval, ratio, ratio_interval
from abscopal.report.style import INK, MUTED, PANEL_WIDTH, arm_colours, axes_at, shorten, styled, text_at
from abscopal.report.svg import to_inline_svg

Groups = Mapping[str, Mapping[str, Mapping[str, Any]]]
MOST_GROUPS = 12
NOTE = (
    "Gain: restricted mean overall survival up to {horizon:g} months, less that of {reference} in the same group (the "
    "area between two survival curves; 95 % intervals by the normal approximation). Response: confirmed objective "
    "response. Severe: related adverse events of grade 3 or worse before subsequent treatment. Rates with exact 95 % "
    "intervals. Strata were not tested for interaction."
)
ONE_ARM = "The trial has one arm, so there is nothing to set benefit and risk against."


def benefit_risk_section(findings: Findings) -> Html:
    """Benefit and risk by arm and stratum, and comparisons within strata where there are any."""
    found = findings.summary.get("benefit_risk")
    if not found:
        return tag("p", ONE_ARM)
    groups, arms = dict(found["groups"]), findings.trial.arms
    figure = benefit_risk_figure(groups, arms)
    words = (
        "Gain in mean survival, response and severe adverse events by arm and stratum; the numbers are in the table."
    )
    drawn = tag("figure", tag("div", Html(to_inline_svg(figure, "benefit-risk", words)), class_="scroll"))
    note = tag("p", NOTE.format(horizon=found["horizon_months"], reference=found["reference"]), class_="note")
    return joined([drawn, _table(groups, arms), *_within(findings), note])


def _table(groups: Groups, arms: Sequence[str]) -> Html:
    rows: list[list[str]] = []
    for name, by_arm in groups.items():
        rows.append(["All subjects" if name == "all" else name])
        rows += [_row(arm, by_arm[arm]) for arm in arms if arm in by_arm]
    header = ["Arm", "Subjects", "Mean survival, months", "Gain, months", "Response", "Severe adverse events"]
    return table(header, rows, "Benefit and risk by arm")


def _row(arm: str, row: Mapping[str, Any]) -> list[str]:
    gain = row["gain"]
    limits = "" if gain is None else f" ({_signed(row['gain_lo'])} to {_signed(row['gain_hi'])})"
    return [
        arm,
        str(row["n"]),
        NONE if row["mean"] is None else f"{row['mean']:.1f}",
        NONE if gain is None else f"{_signed(gain)}{limits}",
        f"{percent(row['response'])} ({percent_interval((row['response_lo'], row['response_hi']))})",
        NONE
        if row["severe"] is None
        else f"{percent(row['severe'])} ({percent_interval((row['severe_lo'], row['severe_hi']))})",
    ]


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _within(findings: Findings) -> list[Html]:
    """Table of the comparisons within strata; nothing where there are none."""
    contrasts = findings.summary.get("stratified", ())
    if not contrasts:
        return []
    rows = [
        [
            f"{c['endpoint']}, {c['arm']} against {c['reference']}",
            f"{ratio(c['hr'])} ({ratio_interval((c['lo'], c['hi']))})" if c["hr"] is not None else NONE,
            NONE if c["logrank_p"] is None else f"{c['logrank_p']:.2g}",
        ]
        for c in contrasts
    ]
    caption = "Compared within the strata of the randomisation"
    return [table(["", "Stratified hazard ratio", "p, stratified log-rank"], rows, caption)]


@styled
def benefit_risk_figure(groups: Groups, arms: Sequence[str]) -> Figure:
    """Draw three columns of intervals, a row for each group and arm.

    Parameters
    ----------
    groups
        By group and arm, the fields of `abscopal.analysis.benefit_risk.BenefitRisk`.
    arms
        Arms in order.
    """
    shown = dict(list(groups.items())[:MOST_GROUPS])
    rows = [(name, arm, by[arm]) for name, by in shown.items() for arm in arms if arm in by]
    line, head, foot = 0.2, 0.45, 0.5
    heights = _places(rows, line)
    height = head + heights[-1] + line + foot
    width, label = 2 * PANEL_WIDTH, 2.6
    figure = Figure(figsize=(width, height))
    colours, column = arm_colours(arms), (width - label - 0.2) / 3
    titles = ("Survival gained, months", "Response, %", "Severe adverse events, %")
    for number, (key, title) in enumerate(zip(("gain", "response", "severe"), titles, strict=True)):
        left = label + number * column
        axes = axes_at(figure, left, foot, column - 0.25, height - head - foot)
        _column(axes, rows, heights, key, colours)
        text_at(figure, left, height - 0.28, title, fontsize=9.5, fontweight="bold")
    for (name, arm, _), place in zip(rows, heights, strict=True):
        y = height - head - place - line / 2
        if arm == next(a for n, a, _ in rows if n == name):
            words = "All subjects" if name == "all" else name
            text_at(figure, 0.12, y + line * 0.8, shorten(words, 44), fontsize=8.5, fontweight="bold", color=INK)
        text_at(figure, 0.24, y - 0.06, shorten(arm, 38), fontsize=8.5, color=colours[arm])
    return figure


def _places(rows: Sequence[tuple[str, str, Mapping[str, Any]]], line: float) -> list[float]:
    """Distance of each row from the top, inch; a group begins with a line for its name."""
    found, at, last = [], 0.0, None
    for name, _, _ in rows:
        at += line * (1.3 if name != last else 0.0)
        found.append(at)
        at, last = at + line, name
    return found


def _column(
    axes: Axes,
    rows: Sequence[tuple[str, str, Mapping[str, Any]]],
    heights: Sequence[float],
    key: str,
    colours: Mapping[str, str],
) -> None:
    scale = 1.0 if key == "gain" else 100.0
    bottom = axes.get_window_extent().height / axes.figure.dpi
    axes.set_ylim(bottom, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    if key == "gain":
        axes.axvline(0, color=MUTED, linewidth=0.9)
    else:
        axes.set_xlim(0, 100)
    for (_, arm, row), place in zip(rows, heights, strict=True):
        if row[key] is None:
            continue
        y, lo, hi = place + 0.1, row[f"{key}_lo"] * scale, row[f"{key}_hi"] * scale
        axes.plot([lo, hi], [y, y], color=colours[arm], linewidth=1.3)
        axes.plot(row[key] * scale, y, "s", color=colours[arm], markersize=4.5)
