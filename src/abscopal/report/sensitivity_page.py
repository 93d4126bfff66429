"""The page of a sensitivity analysis, made of its plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from abscopal.report.document import document
from abscopal.report.markup import Html, table, tag
from abscopal.report.numbers import NONE, percent, signed
from abscopal.report.page import NOT_ADVICE
from abscopal.report.sensitivity_figures import map_figure, screening_figure, short_path, title_of, tornado_figure
from abscopal.report.svg import to_inline_svg

STYLE = """
.wide { overflow-x: auto; } .wide svg { display: block; height: auto; max-width: none; }
details { margin: 6px 0 14px; } summary { cursor: pointer; color: var(--accent); }
"""
TRUSTED = 0.8  # share of the variance between points that an emulator has to get right; below, the page says so
HOW = (
    "Points are spread evenly over the ranges of the knobs (a scrambled Sobol sequence); patients with these values "
    "are lived through all arms with complete follow-up, and a logistic regression, quadratic in the knobs, learns the "
    "chance of each outcome from all of them.",
    "Indices are shares of the variance of that chance: first order, of what goes with a knob alone (Saltelli A et al. "
    "Comput Phys Commun 2010;181:259); total, of all that it takes part in (Jansen MJW. Comput Phys Commun "
    "1999;117:35). Those of a mechanism are first-order indices of its knobs together. Intervals, 5th to 95th "
    "percentile, are of what the regression leaves open.",
    "A knob that turns nothing rides along. What it seems to carry is what chance gives; an index no larger than that "
    "says nothing.",
    "Knobs are varied independently and evenly over the ranges. A calibration leaves them correlated; what only their "
    "combination decides is overstated here.",
    "Indices belong to the ranges: a knob known well carries little, however much it would matter if it were not.",
)


def figures_of(found: Mapping[str, Any]) -> dict[str, Figure]:
    """Return every figure by its name."""
    figures = {"mechanisms": map_figure(found, "mechanisms"), "knobs": map_figure(found, "total")}
    for quantity in dict.fromkeys(one["quantity"] for one in found["outputs"]):
        figures[f"tornado-{quantity.lower().replace(' ', '-')}"] = tornado_figure(found, quantity)
    if found["screening"] is not None:
        figures["screening"] = screening_figure(found)
    return figures


def sensitivity_page(found: Mapping[str, Any], figures: Mapping[str, Figure]) -> str:
    """Return the page as text; the same values give the same bytes.

    Parameters
    ----------
    found
        `Sensitivity.plain()`.
    figures
        `figures_of(found)`.
    """
    tornados = [_drawn(figure, name) for name, figure in figures.items() if name.startswith("tornado")]
    sections: list[tuple[str, str, list[Html]]] = [
        ("mechanisms", "Which mechanism carries which endpoint", [_drawn(figures["mechanisms"], "mechanisms")]),
        ("knobs", "Which number takes part in which endpoint", [_drawn(figures["knobs"], "knobs")]),
        ("tornado", "How far each number moves an endpoint", [_tornado_words(), *tornados]),
        ("trust", "How far to trust the emulator", _trust(found)),
        ("indices", "Indices", [_indices(one) for one in found["outputs"]]),
        ("ranges", "Ranges", [_ranges(found)]),
        ("how", "How it was computed", [tag("ul", [tag("li", line) for line in HOW])]),
    ]
    if found["screening"] is not None:
        sections.insert(0, ("screening", "Screening of all numbers", _screening(found, figures["screening"])))
    title = f"{found['protocol']}: sensitivity"
    links = tag("nav", [tag("a", words, href=f"#{name}") for name, words, _ in sections], aria_label="Sections")
    body = [tag("section", tag("h2", words), content, id=name) for name, words, content in sections]
    return document(
        title, _header(found, title), tag("main", links, body), tag("footer", tag("p", NOT_ADVICE)), style=STYLE
    )


def leading(found: Mapping[str, Any]) -> list[str]:
    """Say for each share in each arm which mechanisms carry most of it."""
    lines = []
    for one in found["outputs"]:
        shares = {name: index["value"] or 0.0 for name, index in one["mechanisms"].items()}
        first = [
            f"{name} {percent(shares[name])}"
            for name in sorted(shares, key=lambda n: -shares[n])[:3]
            if shares[name] >= 0.05
        ]
        lines.append(f"{one['quantity']}, {title_of(one)}: {', '.join(first) or 'no mechanism alone'}")
    return lines


def _header(found: Mapping[str, Any], title: str) -> Html:
    ranges = "what the posterior left open" if found["over"] == "posterior" else "what was believed before any trial"
    facts = [
        f"{found['patients']} patients, each in {found['arms']} arms",
        f"{len(found['knobs'])} numbers",
        f"seed {found['seed']}",
    ]
    return tag(
        "header",
        tag("p", "Abscopal · sensitivity", class_="eyebrow"),
        tag("h1", title),
        tag("p", " · ".join(facts), class_="facts"),
        tag("p", NOT_ADVICE, class_="notice", role="note"),
        tag("p", f"Calibrated numbers are varied over {ranges}: from the 5th to the 95th percentile.", class_="lead"),
    )


def _drawn(figure: Figure, name: str) -> Html:
    return tag("div", Html(to_inline_svg(figure, f"s-{name}", name)), class_="wide", tabindex="0")


def _tornado_words() -> Html:
    words = "Orange: the number at the 10th percentile of its range; blue: at the 90th; all others in the middle. The "
    return tag("p", words, "thin line is the standard error of the difference between the two.")


def _trust(found: Mapping[str, Any]) -> list[Html]:
    rows = [
        [f"{one['quantity']}, {title_of(one)}", percent(one["middle"]), f"{100 * one['spread']:.1f}",
         f"{100 * one['emulator_error']:.1f}", percent(one["explained"]), _verdict(one)]
        for one in found["outputs"]
    ]  # fmt: skip
    head = ["output", "in the middle", "spread, points", "error, points", "explained", ""]
    caption = "Spread over the ranges, and cross-validated error of the emulator beyond sampling"
    notes = [f"At {percent(found['lost'])} of the points too few patients were plausible; they are in no number here."]
    if found["left_out"]:
        notes.append(f"Too rare or too frequent to learn from: {'; '.join(found['left_out'])}.")
    return [table(head, rows, caption), *(tag("p", line, class_="note") for line in notes)]


def _verdict(output: Mapping[str, Any]) -> str:
    return "" if output["explained"] >= TRUSTED else "poor: read its indices as an order, not as numbers"


def _indices(output: Mapping[str, Any]) -> Html:
    total = output["total"]
    order = sorted(total, key=lambda name: (name.startswith("("), -(total[name]["value"] or 0.0)))
    rows = [
        [short_path(name), _index(output["first"][name]), _index(total[name]), _move(output["bars"].get(name))]
        for name in order
    ]
    caption = f"{output['quantity']}, {title_of(output)}"
    head = ["number", "first order", "total", "10th to 90th percentile, points"]
    return tag("details", tag("summary", caption), table(head, rows, caption))


def _index(index: Mapping[str, float | None]) -> str:
    value, lower, upper = (index[key] for key in ("value", "lower", "upper"))
    if value is None or lower is None or upper is None:
        return NONE
    return f"{value:.2f} ({signed(lower, 2)} to {signed(upper, 2)})".replace("+", "")


def _move(bar: Mapping[str, float] | None) -> str:
    if bar is None:
        return NONE
    return f"{signed(100 * (bar['high'] - bar['low']), 1)} (± {100 * bar['error']:.1f})"


def _ranges(found: Mapping[str, Any]) -> Html:
    rows = [[one["path"], one["mechanism"], f"{one['low']:.3g}", f"{one['high']:.3g}"] for one in found["knobs"]]
    return table(["number", "mechanism", "from", "to"], rows, "What was varied, and between which ends")


def _screening(found: Mapping[str, Any], figure: Figure) -> list[Html]:
    rows: Sequence[Mapping[str, Any]] = found["screening"]
    idle = sum(row["size"] == 0 for row in rows)
    words = (
        f"All {len(rows)} numbers with a range that act in this model, by Morris' method with the same patients at "
        f"every point; {idle} of them moved no endpoint of any patient. "
        f"The first {sum(row['kept'] for row in rows)} go on."
    )
    return [tag("p", words), _drawn(figure, "screening")]
