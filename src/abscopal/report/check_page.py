"""The page of the check of a fit, made of its plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from abscopal.report.check_figures import correlation_figure, profile_figure, rank_figure, score_figure
from abscopal.report.document import document
from abscopal.report.markup import Html, table, tag
from abscopal.report.numbers import percent, signed
from abscopal.report.page import NOT_ADVICE
from abscopal.report.sensitivity_figures import short_path
from abscopal.report.sensitivity_page import STYLE

HOW = (
    "Truths are drawn from the prior. Figures are made of each as the likelihood says that published ones come about, "
    "and the sampler of the calibration draws from the posterior of these figures. Where fit and claims agree, the "
    "rank of the truth among the draws is uniform (Talts S et al. arXiv 2018;1804.06788); the band holds the whole "
    "distribution of uniform ranks 19 times of 20 (Säilynoja T et al. Stat Comput 2022;32:32).",
    "Ranks that gather at both ends tell of a posterior that is too sure, in the middle of one that is not sure "
    "enough, at one end of one that leans.",
    "Seen here is whether the fit does what it says. Whether the emulator is right about the model says its "
    "cross-validated error on the page of the calibration; whether the model is right about patients, trials that were "
    "never fitted.",
    "A profile is the highest likelihood with one number held; below the line, 1.92 under the top, lies what the "
    "published figures alone rule out at 95 % (Raue A et al. Bioinformatics 2009;25:1923). Where it stays above, the "
    "posterior is the prior's doing.",
)


def check_page(found: Mapping[str, Any]) -> str:
    """Return the page of `Check.plain()` as text; the same values give the same bytes."""
    title = f"{found['indication']}: can the fit be believed?"
    sections: list[tuple[str, list[Html]]] = [
        ("Truths found again", [_drawn(rank_figure(found), "ranks"), _coverage(found)]),
        ("How much was learnt, and how far off", [_drawn(score_figure(found), "scores")]),
        ("What the published figures tell of each number", [_drawn(profile_figure(found), "profiles"), *_told(found)]),
        ("What goes together", [_pairs(found), _drawn(correlation_figure(found), "correlation")]),
        ("How to read this", [tag("ul", [tag("li", line) for line in HOW])]),
    ]
    body = [tag("section", tag("h2", words), content) for words, content in sections]
    footer = tag("footer", tag("p", NOT_ADVICE))
    return document(title, _header(found, title), tag("main", body), footer, style=STYLE)


def verdict(found: Mapping[str, Any]) -> str:
    """Say in one sentence what the ranks say."""
    least = min(found["numbers"], key=lambda one: float(one["uniform"]))
    p, count = least["uniform"], len(found["numbers"])
    start = f"{found['replicates']} truths, {count} numbers: "
    if found["passed"]:
        return f"{start}ranks are as uniform as chance allows (smallest p {p:.3f}, of {least['path']})."
    return f"{start}ranks are not uniform: p {p:.4f} of {least['path']}; intervals of the fit are not what they say."


def _header(found: Mapping[str, Any], title: str) -> Html:
    facts = f"{found['replicates']} truths · {found['draws']} draws of each posterior · seed {found['seed']}"
    return tag(
        "header",
        tag("p", "Abscopal · check of a calibration", class_="eyebrow"),
        tag("h1", title),
        tag("p", facts, class_="facts"),
        tag("p", NOT_ADVICE, class_="notice", role="note"),
        tag("p", verdict(found), class_="lead"),
    )


def _drawn(figure: Figure, name: str) -> Html:
    from abscopal.report.svg import to_inline_svg

    return tag("div", Html(to_inline_svg(figure, f"c-{name}", name)), class_="wide", tabindex="0")


def _coverage(found: Mapping[str, Any]) -> Html:
    rows = [
        [short_path(one["path"]), *map(percent, one["coverage"]), f"{one['uniform']:.3f}", f"{one['binned']:.3f}",
         percent(_mean(one["contraction"])), signed(_mean(one["score"]), 2)]
        for one in found["numbers"]
    ]  # fmt: skip
    levels = [f"in {percent(level)} interval" for level in found["levels"]]
    head = ["number", *levels, "p, whole", "p, ten bins", "variance removed", "mean z"]
    return table(head, rows, "Share of truths inside the posterior's central intervals, and tests of uniform ranks")


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _told(found: Mapping[str, Any]) -> list[Html]:
    rows = [
        [short_path(one["path"]), percent(one["learnt"]), _bounds(one)] for one in found["identifiability"]["numbers"]
    ]
    words = (
        f"Together the figures decide {found['identifiability']['directions']:.1f} combinations of the "
        f"{len(rows)} numbers: the sum over the posterior's principal directions of the share of prior variance that "
        "they removed."
    )
    head = ["number", "prior variance removed", "bounded by the data alone"]
    return [table(head, rows, "Each number"), tag("p", words, class_="note")]


def _bounds(one: Mapping[str, Any]) -> str:
    ways = {(True, True): "on both sides", (True, False): "from below", (False, True): "from above"}
    return ways.get((one["bounded_below"], one["bounded_above"]), "not at all")


def _pairs(found: Mapping[str, Any]) -> Html:
    pairs = found["identifiability"]["pairs"]
    if not pairs:
        return tag("p", "No two numbers go together with a correlation of 0.5 or more.")
    lines = [f"{short_path(a)} with {short_path(b)}: {signed(r, 2)}" for a, b, r in pairs[:12]]
    return tag("ul", [tag("li", line) for line in lines])
