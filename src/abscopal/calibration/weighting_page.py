"""The pages of weighted runs: curves without and with weights, published points, and what the weights cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from abscopal.calibration.weighed_run import WeighedRun, WeightedPrediction
from abscopal.calibration.weighted_trial import ArmLives, Estimate
from abscopal.calibration.weighting import Array
from abscopal.population.selection import effective_size
from abscopal.report.document import document
from abscopal.report.estimates import ENDPOINT_NAMES
from abscopal.report.markup import Html, tag
from abscopal.report.markup import table as html_table
from abscopal.report.numbers import NONE, counted, months, percent, signed
from abscopal.report.published import Description
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
)
from abscopal.report.svg import to_inline_svg
from abscopal.units import DAYS_PER_MONTH

NOT_ADVICE = "Research and trial design only; not medical advice."
ENDPOINTS = ("PFS", "OS")
Points = Mapping[tuple[str, str], Sequence[tuple[float, float]]]
"""Months and shares published, by endpoint and arm."""
LONGEST = 60.0  # months drawn
HEIGHT, BELOW, LEFT = 2.5, 0.5, 0.62  # inch
STYLE = ".panels.wide { grid-template-columns: 1fr; overflow-x: auto; } .panels.wide svg { max-width: 1100px; }"
WEIGHING = (
    "Weights say how often each virtual patient counts. They are those of least divergence from equal weights under "
    "which the figures come near the published ones, each within its standard error: the published sampling error, "
    "what a model is not asked for, and the chance of the simulated subjects.",
    "Trust is the number of real patients that the virtual population counts as. Less follows the figures more closely "
    "and leaves fewer effective patients; the table above shows the exchange.",
    "The effective sample size is the number of equally weighted patients that would know as much (Kish).",
    "Weighted survival is the weighted Kaplan-Meier curve. An error of 1 is one standard error.",
    "Weights repair the mixture of patients, not the model: what no patient does, no weights bring about.",
)
RANDOMISED = (
    "Each arm has subjects of its own here, so that its weights serve that arm alone, and a contrast of weighted arms "
    "is that of the published figures, not a prediction. --every-arm finds one weight per patient for all arms."
)
CROSSED = "Every subject was lived through every arm again, and one weight per subject serves all arms."


def weighing_page(found: WeighedRun) -> str:
    """Return the page of a weighted run as text; the same weights give the same bytes."""
    plain = found.plain()
    names = ", ".join(plain["targets"])
    share = f"{plain['effective']:.0f} of {plain['subjects']} ({percent(plain['effective_share'])})"
    lead = (
        f"Root mean square miss {plain['misses_before']:.2f} standard errors without weights and "
        f"{plain['misses_after']:.2f} with them, at an effective sample size of {share}."
    )
    figure = weighing_figure(found.arms, found.weight, _aimed(plain["figures"]))
    sections = [
        ("Curves", _drawn(figure, "Survival without and with weights, beside published points, and the weights")),
        ("Every figure", _figures(plain["figures"])),
        ("What the weights cost", [_cost(plain), _trade_off(plain)]),
        ("Baseline", _baseline(plain["baseline"])),
        ("Figures that take no part", _left_out(plain["left_out"])),
        ("How to read this", _lines([*WEIGHING, CROSSED if plain["every_arm"] else RANDOMISED])),
    ]
    warned = [tag("p", text, class_="notice") for text in plain["warnings"]]
    title = f"{plain['run']}, weighted against {names}"
    facts = f"{counted(plain['subjects'], 'subject')} · seed {found.run.seed} · trust {plain['trust']:g}"
    return _page(title, facts, lead, warned, sections)


def prediction_page(found: WeightedPrediction, trial: Description) -> str:
    """Return the page of a weighted prediction as text."""
    plain = found.plain()
    origin = f"{plain['weights']['run']}, weighted against {', '.join(plain['weights']['targets'] or ())}"
    none = f" {counted(plain['unweighted'], 'subject')} without a weight take no part." if plain["unweighted"] else ""
    lead = f"The weights were found on the same patients in {origin}.{none}"
    points = {(code, arm.name): trial.landmarks(code, arm.name) for code in ENDPOINTS for arm in found.arms}
    figure = weighing_figure(found.arms, found.weight, points)
    read = "Intervals count an arm as its effective number of subjects and take the weights as known."
    circles = "Circles and published figures are those of this run's protocol, where it has any."
    sections = [
        ("Curves", _drawn(figure, "Survival without and with weights, and the weights")),
        ("Every figure", [_estimates(found, arm, trial) for arm in found.arms]),
        ("How to read this", _lines([WEIGHING[0], *WEIGHING[2:], read, circles])),
    ]
    facts = f"{counted(len(found.weight), 'subject')} · seed {found.run.seed}"
    return _page(f"{plain['run']}, as weighted elsewhere", facts, lead, [], sections)


def _aimed(figures: Sequence[Mapping[str, Any]]) -> Points:
    """Points on curves among the figures aimed at, a median as half at its month."""
    points: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for one in figures:
        endpoint, *_, month = one["quantity"].split() if " " in one["quantity"] else ("", "")
        if endpoint in ENDPOINTS:
            points.setdefault((endpoint, one["arm"]), []).append((float(month), one["published"]))
    return points


def _page(title: str, facts: str, lead: str, warned: Sequence[Html], sections: Sequence[tuple[str, Any]]) -> str:
    header = tag(
        "header",
        tag("p", "Abscopal · prevalence weights", class_="eyebrow"),
        tag("h1", title),
        tag("p", facts, class_="facts"),
        tag("p", NOT_ADVICE, class_="notice", role="note"),
        tag("p", lead, class_="lead"),
        warned,
    )
    body = [tag("section", tag("h2", name), content) for name, content in sections]
    return document(title, header, tag("main", body), tag("footer", tag("p", NOT_ADVICE)), style=STYLE)


def _drawn(figure: Figure, words: str) -> Html:
    return tag("div", Html(to_inline_svg(figure, "weights", words)), class_="panels wide")


def _lines(lines: Sequence[str]) -> Html:
    return tag("ul", [tag("li", line) for line in lines])


def _figures(figures: Sequence[Mapping[str, Any]]) -> Html:
    rows: list[list[Any]] = []
    last = ""
    for one in figures:
        group = f"{one['trial']}, {one['arm']}"
        rows += [] if group == last else [[group]]
        last = group
        word = "recalled" if one["recalled"] else "checked"
        published = [percent(one["published"], 1), tag("span", word, class_=f"mark {word}")]
        off = [NONE if one[when] is None else signed(_off(one, when), 1) for when in ("before", "after")]
        values = [percent(one[when], 1) for when in ("before", "after")]
        rows.append([one["quantity"], published, percent(one["error"], 1), values[0], off[0], values[1], off[1]])
    head = ["figure", "published", "standard error", "without weights", "errors off", "with weights", "errors off"]
    return html_table(head, rows, "Published figures, and what the run gives")


def _off(one: Mapping[str, Any], when: str) -> float:
    return float((one[when] - one["published"]) / one["error"])


def _cost(plain: Mapping[str, Any]) -> Html:
    rows = [["All subjects", f"{plain['effective']:.0f}", percent(plain["effective_share"]), f"{plain['largest']:.2f}"]]
    rows += [[arm, f"{size:.0f}", NONE, NONE] for arm, size in plain["effective_by_arm"].items()]
    return html_table(["", "effective sample size", "of all subjects", "largest weight"], rows, "Effective sample size")


def _trade_off(plain: Mapping[str, Any]) -> Html:
    rows = []
    for one in plain["trade_off"]:
        used = " (used)" if one["trust"] == plain["trust"] else ""
        shares = percent(one["effective_share"]), f"{one['largest']:.2f}"
        rows.append([f"{one['trust']:g}{used}", f"{one['misses']:.2f}", *shares])
    head = ["trust, patients", "miss, standard errors", "effective share", "largest weight"]
    return html_table(head, rows, "What other values of trust would give")


def _baseline(rows: Sequence[Mapping[str, Any]]) -> Html:
    if not rows:
        return tag("p", "No baseline covariate differs between the subjects.")
    arms = list(rows[0]["weighted"])
    cells = [
        [one["covariate"], *(_covariate(one["covariate"], x) for x in (one["enrolled"], *one["weighted"].values()))]
        for one in rows
    ]
    return html_table(["mean or share", "all, without weights", *arms], cells, "Baseline of the weighted arms")


def _covariate(name: str, value: float | None) -> str:
    if value is None:
        return NONE
    return f"{value:.1f}" if "," in name else percent(value, 1)  # one with a unit is no share


def _left_out(rows: Sequence[Mapping[str, Any]]) -> Html:
    if not rows:
        return tag("p", "None.")
    cells = [[f"{one['trial']}, {one['arm']}", one["quantity"], one["why"]] for one in rows]
    return html_table(["arm", "figure", "why"], cells, "Published figures that weights were not found from")


def _estimates(found: WeightedPrediction, arm: ArmLives, trial: Description) -> Html:
    rows = []
    for quantity, pair in found.estimates(arm).items():
        known = trial.values.get(arm.name, {}).get(
            quantity.lower().replace(" ", "_" if "median" in quantity else "_at_")
        )
        published = NONE if known is None else _figure(quantity, known.value)
        rows.append([quantity, published, *(_estimate(quantity, one) for one in pair)])
    effective = effective_size(found.weight[arm.place])
    caption = f"{arm.name}: {counted(len(arm.place), 'subject')}, effective sample size {effective:.0f}"
    return html_table(["share, or months", "published", "without weights", "with weights"], rows, caption)


def _estimate(quantity: str, one: Estimate) -> str:
    if one.value is None:
        return "not reached" if "median" in quantity else "beyond follow-up"
    low, high = (NONE if limit is None else _figure(quantity, limit) for limit in (one.lower, one.upper))
    return f"{_figure(quantity, one.value)} ({low} to {high})"


def _figure(quantity: str, value: float | None) -> str:
    return months(value) if "median" in quantity else percent(value, 1)


@styled
def weighing_figure(arms: Sequence[ArmLives], weight: Array, points: Points) -> Figure:
    """PFS and OS of every arm, thin without weights and thick with them, published points as circles; and the weights.

    Parameters
    ----------
    arms
        In order.
    weight
        Of each subject [n].
    points
        Published ones, drawn as circles.
    """
    colours = arm_colours([arm.name for arm in arms])
    handles = [Line2D([], [], color=colours[arm.name], linewidth=2.2, label=shorten(arm.name, 40)) for arm in arms]
    handles += [
        Line2D([], [], color=MUTED, linewidth=0.9, linestyle=(0, (2, 1.4)), label="without weights"),
        Line2D([], [], color=MUTED, linewidth=2.0, label="with weights"),
        Line2D([], [], color=MUTED, marker="o", linestyle="none", markerfacecolor="white", label="published"),
    ]
    above = 0.5 + 0.19 * -(-len(handles) // 3)
    narrow = 0.65 * PANEL_WIDTH
    figure = Figure(figsize=(2 * PANEL_WIDTH + narrow, BELOW + HEIGHT + above))
    for place, endpoint in enumerate(ENDPOINTS):
        axes = axes_at(figure, place * PANEL_WIDTH + LEFT, BELOW, PANEL_WIDTH - LEFT - 0.16, HEIGHT)
        panel_title(figure, place * PANEL_WIDTH, ENDPOINT_NAMES[endpoint])
        _survival(axes, endpoint, arms, weight, points, colours)
    _histogram(axes_at(figure, 2 * PANEL_WIDTH + LEFT, BELOW, narrow - LEFT - 0.16, HEIGHT), weight)
    panel_title(figure, 2 * PANEL_WIDTH, "Weights")
    width, height = figure.get_size_inches()
    at = ((LEFT - 0.5) / width, (height - 0.33) / height)
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=at, ncols=3, borderaxespad=0.0, handlelength=1.8)
    return figure


def _survival(
    axes: Axes,
    endpoint: str,
    arms: Sequence[ArmLives],
    weight: Array,
    points: Points,
    colours: Mapping[str, str],
) -> None:
    drawn = [(arm, before) for arm in arms if (before := arm.curve(endpoint)) is not None]
    ends = [float(curve.time[-1]) / DAYS_PER_MONTH for _, curve in drawn]
    ticks = month_ticks(min(max(ends, default=12.0), LONGEST))
    survival_frame(axes, ticks)
    if not drawn:
        no_data(axes, "No subject has this endpoint")
    for arm, before in drawn:
        after = arm.curve(endpoint, weight[arm.place])
        looks: tuple[Look, Look] = ({"linewidth": 0.9, "linestyle": (0, (2, 1.4))}, {"linewidth": 1.9})
        for curve, look in zip((before, after), looks, strict=True):
            assert curve is not None
            month = np.concatenate([[0.0], curve.time / DAYS_PER_MONTH])
            axes.step(month, np.concatenate([[1.0], curve.survival]), where="post", color=colours[arm.name], **look)
        shown = [point for point in points.get((endpoint, arm.name), ()) if point[0] <= ticks[-1]]
        if shown:
            style: Look = {"markersize": 4.8, "markerfacecolor": "white", "markeredgewidth": 1.2, "zorder": 5}
            axes.plot(*zip(*shown, strict=True), "o", color=colours[arm.name], clip_on=False, **style)


def _histogram(axes: Axes, weight: Array) -> None:
    """Draw how many subjects have which weight, on a logarithmic axis with 1 and the bound of a few patients marked."""
    ends = min(float(weight.min()), 0.5), max(float(weight.max()), 2.0)
    bins = [float(edge) for edge in np.geomspace(max(ends[0], 1e-3), ends[1] * 1.001, 30)]
    axes.hist(np.maximum(weight, 1e-3), bins=bins, color="#8B949B")
    axes.set_xscale("log")
    ticks = [tick for tick in (0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 50, 100) if ends[0] <= tick <= ends[1]]
    axes.set_xticks(ticks, labels=[f"{tick:g}" for tick in ticks], minor=False)
    axes.minorticks_off()
    axes.axvline(1.0, color=INK, linewidth=0.8)
    axes.set_xlabel("Weight of a subject", labelpad=3)
    axes.set_ylabel("Subjects", labelpad=3)
