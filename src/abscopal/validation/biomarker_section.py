"""Real patients in a validation's page: what markers tell of them, beside what they tell of simulated ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import exp

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from abscopal.report.markup import Html, tag
from abscopal.report.markup import table as html_table
from abscopal.report.numbers import NONE, signed
from abscopal.report.style import ARM_COLOURS, INK, MUTED, Look, axes_at, styled
from abscopal.report.svg import to_inline_svg
from abscopal.validation.biomarkers import MARKERS, Comparison, Estimate, RealFigure, real_patients

TITLES = {
    "area": "Area under the ROC curve for response",
    "hazard ratio": "Hazard ratios per step of the marker",
    "rank correlation": "Rank correlations within cancer and line",
}
SHORT = {"area": "Response: area under the curve", "hazard ratio": "Hazard ratios", "rank correlation": "Correlations"}
NOTES = (
    "Real patients are figures estimated from published tables; simulated ones are those of the trials replayed here "
    "that gave one PD-1 or PD-L1 antibody and selected nobody by a marker, responses best and unconfirmed.",
    "Pooled: over all pairs of patients, the simulated ones weighted to the real mix of cancers and lines. All others "
    "are within cancer and line (simulated: within trial). Differences are simulated less real.",
    "Loadings and assay errors of albumin, the neutrophil-to-lymphocyte ratio and CD8 density were set by these "
    "figures; those of PD-L1 and mutational burden were not.",
)
ROW, LABELS, PANEL, ABOVE, BELOW = 0.19, 3.3, 3.2, 0.45, 0.35  # inch
DRAWN = {"area": (0.25, 0.8), "hazard ratio": (0.32, 2.7), "rank correlation": (-0.6, 0.4)}


def biomarker_section(comparisons: Sequence[Comparison]) -> list[Html]:
    """Return figure, tables and how to read them."""
    if not any(one.simulated for one in comparisons):
        return [tag("p", "No trial replayed here gave one PD-1 or PD-L1 antibody to patients selected by no marker.")]
    drawing = to_inline_svg(biomarker_figure(comparisons), "v-biomarkers", "Markers of real and simulated patients")
    tables = [_table(kind, [c for c in comparisons if c.real.statistic == kind]) for kind in TITLES]
    citations = [f"{one.citation}: {one.of}." for one in real_patients().sources.values()]
    notes = tag("ul", [tag("li", line) for line in (*NOTES, *citations)])
    return [tag("div", Html(drawing), class_="panels wide"), tag("p", _reached(comparisons)), *tables, notes]


def _reached(comparisons: Sequence[Comparison]) -> str:
    met = [one.met for one in comparisons if one.met is not None]
    return f"{sum(met)} of {len(met)} figures with a goal are where they should be."


def _table(kind: str, comparisons: Sequence[Comparison]) -> Html:
    head = ["patients", "real", "n", "simulated", "n", "difference", "goal"]
    return html_table(head, _rows(comparisons), TITLES[kind])


def _rows(comparisons: Sequence[Comparison]) -> Iterator[list[str | Html]]:
    for title, group in groupby(zip(rows_of(comparisons), comparisons, strict=True), lambda pair: pair[0][0]):
        yield [title]
        for (_, cells), one in group:
            mark = tag("span", cells[-1], class_=f"place{'' if one.met else ' outside'}")
            yield [*cells[:-1], cells[-1] if one.met is None else mark]


def rows_of(comparisons: Sequence[Comparison]) -> Iterator[tuple[str, list[str]]]:
    """Put in words what is compared, then: in whom, real figure, n, simulated figure, n, difference, goal."""
    for one in comparisons:
        real, found = one.real, one.simulated
        whom = f"{_whom(real)} ({real.note})" if real.note else _whom(real)
        simulated = (_interval(found), str(found.n)) if found else (NONE, NONE)
        figures = [_interval(real.found), str(real.found.n), *simulated, _difference(one), _goal(one)]
        yield _title(real), [whom, *figures]


def _title(real: RealFigure) -> str:
    marker = MARKERS[real.marker].title
    if real.statistic == "area":
        return marker
    if real.statistic == "hazard ratio":
        return f"{marker}, {MARKERS[real.marker].step}: {real.of}"
    return f"{marker} and {MARKERS[real.of].title}"


def _whom(real: RealFigure) -> str:
    cancers = " and ".join(name.replace("_", " ") for name in real.cancers) or "all cancers"
    return f"{cancers}, pooled" if real.pooled else cancers if real.cancers else f"{cancers}, within each"


def _interval(one: Estimate) -> str:
    return f"{one.value:.2f} ({one.lower:.2f} to {one.upper:.2f})"


def _difference(one: Comparison) -> str:
    if one.difference is None:
        return NONE
    return f"× {exp(one.difference):.2f}" if one.real.statistic == "hazard ratio" else signed(one.difference, 2)


def _goal(one: Comparison) -> str:
    if one.met is None:
        return NONE
    words = f"within {one.real.within:g}" if one.real.within is not None else "same direction"
    return f"{words}: {'yes' if one.met else 'no'}"


@styled
def biomarker_figure(comparisons: Sequence[Comparison]) -> Figure:
    """Each figure of all cancers, and those with a goal, with intervals: real and simulated, a panel for each kind."""
    chosen = [one for one in comparisons if one.simulated and (not one.real.cancers or one.met is not None)]
    kinds = [kind for kind in TITLES if any(one.real.statistic == kind for one in chosen)]
    sizes = [sum(one.real.statistic == kind for one in chosen) * ROW + ABOVE + BELOW for kind in kinds]
    figure = Figure(figsize=(LABELS + PANEL, sum(sizes)))
    top = sum(sizes)
    for kind, size in zip(kinds, sizes, strict=True):
        axes = axes_at(figure, LABELS, top - size + BELOW, PANEL - 0.15, size - ABOVE - BELOW)
        _panel(axes, kind, [one for one in chosen if one.real.statistic == kind])
        figure.text(0.01, (top - 0.5 * ABOVE) / sum(sizes), SHORT[kind], fontweight="bold", va="center")
        top -= size
    figure.axes[0].legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.1, handlelength=1.2)
    return figure


def _panel(axes: Axes, kind: str, comparisons: Sequence[Comparison]) -> None:
    places = range(len(comparisons), 0, -1)
    for shift, colour, name in ((0.16, MUTED, "real"), (-0.16, ARM_COLOURS[0], "simulated")):
        found = [one.real.found if name == "real" else one.simulated for one in comparisons]
        at = [(one, place + shift) for one, place in zip(found, places, strict=True) if one is not None]
        for one, y in at:
            axes.plot([one.lower, one.upper], [y, y], color=colour, linewidth=1.4, solid_capstyle="butt")
        filled = "white" if name == "real" else colour
        look: Look = {"linestyle": "", "marker": "o", "markersize": 4.0, "markerfacecolor": filled}
        axes.plot([one.value for one, _ in at], [y for _, y in at], color=colour, label=name, **look)
    axes.axvline(comparisons[0].real.neutral, color=INK, linewidth=0.7, linestyle=(0, (2, 2)), zorder=0)
    labels = [f"{_title(one.real)} · {_whom(one.real)}" if one.real.statistic == "area" else _title(one.real)
              for one in comparisons]  # fmt: skip
    axes.set_yticks(list(places), labels)
    axes.set_ylim(0.4, len(comparisons) + 0.6)
    axes.set_xlim(*DRAWN[kind])
    if kind == "hazard ratio":
        axes.set_xscale("log")
        axes.set_xticks([0.5, 1, 2], ["0.5", "1", "2"])
        axes.minorticks_off()
