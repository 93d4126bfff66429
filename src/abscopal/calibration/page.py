"""The page of a calibration: how far the data moved each number, and how near each published figure is met."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from abscopal.calibration.calibrate import Calibration
from abscopal.report.document import document
from abscopal.report.markup import Html, joined, tag
from abscopal.report.markup import table as html_table
from abscopal.report.numbers import percent
from abscopal.report.style import ARM_COLOURS, INK, MUTED, axes_at, styled
from abscopal.report.svg import to_inline_svg

NOT_ADVICE = "Research and trial design only; not medical advice."
KNOB_WORDS = "Numbers over their range: prior grey, posterior blue, median and 90 %; the tick is the fitted value."
TARGET_WORDS = "Published figures in grey with 95 % of their error; fitted ones in blue with 90 % of the posterior."
LEFT, PANEL, ROW, ENDS = 3.6, 4.2, 0.26, 0.7  # inch: words, panel, one line, title and axis together


def calibration_page(found: Calibration) -> str:
    """Return the page as text; the same calibration gives the same bytes."""
    plain = found.plain()
    facts = (
        f"{len(plain['targets'])} published figures of {len(plain['protocols'])} trials, {plain['patients']} courses"
    )
    header = tag(
        "header",
        tag("p", "Abscopal · calibration", class_="eyebrow"),
        tag("h1", f"Calibration of {plain['indication']}"),
        tag("p", f"{facts} · seed {plain['seed']}", class_="facts"),
        tag("p", NOT_ADVICE, class_="notice", role="note"),
        tag("p", _lead(plain["targets"]), class_="lead"),
    )
    sections = [
        tag(
            "section",
            tag("h2", "What was learnt of each number"),
            _drawn(knob_figure(found), KNOB_WORDS),
            _knobs(plain),
        ),
    ]
    if plain["targets"]:
        figure = _drawn(target_figure(found), TARGET_WORDS)
        sections.append(tag("section", tag("h2", "Published figures"), figure, _targets(plain)))
    return document(f"Calibration of {plain['indication']}", header, tag("main", sections))


def _lead(targets: list[dict[str, Any]]) -> str:
    if not targets:
        return "No trial of this cancer may be fitted: its numbers are moved as those of fitted cancers were."
    misses = np.array([(one["fitted"] - one["published"]) / one["error"] for one in targets])
    root, near = np.sqrt(np.mean(misses**2)), percent(float(np.mean(np.abs(misses) < 2)))
    return f"Root mean square miss {root:.2f} standard errors; {near} within two."


@styled
def knob_figure(found: Calibration) -> Figure:
    """Prior and posterior of each number over its range: 90 % intervals, medians, and the fitted value."""
    figure, axes = _rows([path.removeprefix("parameters.") for path in found.recipe.free], "share of the range")
    prior = found.recipe.prior().draw(2000, np.random.default_rng(0))
    for place, (before, after, mode) in enumerate(zip(prior.T, found.points.T, found.mode, strict=True)):
        for values, up, colour in ((before, -0.16, MUTED), (after, 0.16, ARM_COLOURS[0])):
            low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
            axes.plot([low, high], [place + up] * 2, color=colour, linewidth=2.0)
            axes.plot([middle], [place + up], "o", color=colour, markersize=3.5)
        axes.plot([mode], [place + 0.16], "|", color=INK, markersize=8)
    axes.set_xlim(0, 1)
    return figure


@styled
def target_figure(found: Calibration) -> Figure:
    """Every published figure with its error, and the posterior's 90 % interval of the same."""
    targets = found.plain()["targets"]
    figure, axes = _rows([f"{t['protocol']} {t['arm'][:18]} {t['quantity']}" for t in targets], "share")
    for place, one in enumerate(targets):
        spread = 1.96 * one["error"]
        axes.plot([one["published"] - spread, one["published"] + spread], [place] * 2, color="#CBD0D4", linewidth=5)
        axes.plot([one["published"]], [place], "|", color=INK, markersize=8)
        axes.plot([one["low"], one["high"]], [place] * 2, color=ARM_COLOURS[0], linewidth=1.6)
        axes.plot([one["fitted"]], [place], "o", color=ARM_COLOURS[0], markersize=3.5)
    axes.set_xlim(0, 1)
    return figure


def _rows(names: list[str], label: str) -> tuple[Figure, Any]:
    height = ROW * len(names)
    figure = Figure(figsize=(LEFT + PANEL + 0.3, height + ENDS))
    axes = axes_at(figure, LEFT, 0.5, PANEL, height)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel(label)
    axes.grid(axis="x")
    return figure, axes


def _drawn(figure: Figure, words: str) -> Html:
    picture = tag("div", Html(to_inline_svg(figure, f"c-{words.split()[0].lower()}", words)), class_="panels wide")
    return joined([tag("p", words), picture])


def _knobs(plain: dict[str, Any]) -> Html:
    rows = [
        [k["path"], f"{k['value']:.4g}", f"{k['prior']:.4g}", f"{k['range'][0]:g} to {k['range'][1]:g}",
         percent(k["contraction"])]
        for k in plain["knobs"]
    ]  # fmt: skip
    head = ["number", "fitted", "prior", "range", "variance removed"]
    return html_table(head, rows, "Fitted values are the most probable point, not the middle of each posterior")


def _targets(plain: dict[str, Any]) -> Html:
    rows = [
        [f"{t['protocol']}, {t['arm']}", t["quantity"], percent(t["published"], 1), percent(t["fitted"], 1),
         f"{percent(t['low'], 1)} to {percent(t['high'], 1)}", f"{(t['fitted'] - t['published']) / t['error']:+.1f}"]
        for t in plain["targets"]
    ]  # fmt: skip
    head = ["arm", "figure", "published", "fitted", "90 % of posterior", "standard errors off"]
    return html_table(
        head, rows, "A median is the share that has not progressed then; an error holds what a model may miss"
    )
