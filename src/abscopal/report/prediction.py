"""The page of a prediction: what a trial is expected to give, and how much of the doubt is of which kind."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from abscopal.analysis.prediction import PARTS, Limits, Predicted, Prediction
from abscopal.report.document import document
from abscopal.report.marginals import marginals_part, unused_of
from abscopal.report.markup import Child, Html, joined, table, tag
from abscopal.report.numbers import (
    NONE,
    counted,
    month_interval,
    months,
    percent,
    percent_interval,
    ratio,
    ratio_interval,
)
from abscopal.report.prediction_figures import predicted_forest_figure, predicted_survival_figure
from abscopal.report.published import Description, PublishedValue, describe
from abscopal.report.style import arm_colours
from abscopal.report.svg import to_inline_svg

if TYPE_CHECKING:
    from abscopal.protocol.protocol import Protocol

NOT_ADVICE = "Research and trial design only; not medical advice."
LABELS = {
    "orr": "Objective response",
    "cr": "Complete response",
    "dcr": "Disease control",
    "irae": "Immune-related event, any grade",
    "irae_grade3": "Immune-related event, grade ≥ 3",
    "trae_grade3": "Treatment-related event, grade ≥ 3",
    "hr_os": "Hazard ratio, OS",
    "hr_pfs": "Hazard ratio, PFS",
}
_HOW = (
    "Each draw is a set of parameters that explains the trials of calibration about as well as any other. The same "
    "virtual patients live the trial under every draw, with the same chances (common random numbers).",
    "Predicted: the mean over draws; of hazard ratios the geometric mean; of a median, that of the mean curve.",
    "Parameters: how far draws differ, less what they differ by because virtual patients are finite in number. This "
    "noise is estimated from the influence of every patient on every draw's estimate, so that patients whom draws "
    "share are not counted as noise twice.",
    "Trial: the chance of the draw of subjects in one trial of the planned size, if the parameters were known.",
    "Both: the variances added, with that of the model's own discrepancy where it was estimated.",
    "Limits of shares are those of beta distributions, of hazard ratios log-normal; those of a median are where the "
    "band of its curve crosses one half.",
)


def prediction_page(protocol: Protocol | Description, found: Prediction, about: Mapping[str, Any]) -> str:
    """Return the page as text; the same prediction gives the same bytes.

    Parameters
    ----------
    protocol
        The trial; published figures are shown beside where it has them.
    found
        What is predicted.
    about
        What stands beside it in `prediction.json`: `seed`, `versions`, `marginals`, `effective_candidates`, ...
    """
    trial = describe(protocol)
    sections = [
        ("endpoints", "Predicted endpoints", _endpoints(trial, found)),
        ("survival", "Survival", _survival(trial, found)),
        ("ratios", "Hazard ratios", _forest(trial, found)),
        ("patients", "The virtual patients", _patients(trial, found, about)),
        ("how", "How to read this", tag("ul", [tag("li", line) for line in _HOW])),
        ("reproduce", "Reproduce", _reproduce(trial, found, about)),
    ]
    links = tag("nav", [tag("a", title, href=f"#{name}") for name, title, _ in sections], aria_label="Sections")
    body = [tag("section", tag("h2", title), content, id=name) for name, title, content in sections]
    footer = tag("footer", tag("p", f"{NOT_ADVICE} Written by Abscopal {about['versions']['abscopal']}."))
    title = f"{trial.title or trial.name}: predicted"
    return document(title, _header(trial, found, about), tag("main", links, body), footer)


def _header(trial: Description, found: Prediction, about: Mapping[str, Any]) -> Html:
    facts = [trial.name, trial.indication, counted(found.draws, "draw"), f"{found.subjects} virtual patients in each"]
    facts.append(f"seed {about['seed']}")
    planned = counted(round(sum(found.planned.values())), "subject")
    lead = (
        f"What a trial of {planned} is expected to give, with {percent(found.level)} intervals: for what calibration "
        "leaves open in the parameters, for the chance of one such trial, and for both."
    )
    return tag(
        "header",
        tag("p", "Abscopal · prediction", class_="eyebrow"),
        tag("h1", trial.title or trial.name),
        tag("p", " · ".join(fact for fact in facts if fact), class_="facts"),
        tag("p", NOT_ADVICE, class_="notice", role="note"),
        tag("p", lead, class_="lead"),
        _left_out(about),
    )


def _left_out(about: Mapping[str, Any]) -> Html:
    """Say how many subjects of all draws are in no estimate; nothing where all are in."""
    told = [("failed", "computations failed"), ("missing", "subjects were not computed")]
    words = [f"{about[key]} {what}" for key, what in told if about.get(key)]
    if not words:
        return Html("")
    return tag("p", f"Of all draws together {' and '.join(words)}; they are in no estimate.", class_="notice")


def label(key: str) -> str:
    """Name an endpoint in words."""
    if key in LABELS:
        return LABELS[key]
    code, _, rest = key.partition("_")
    return (
        f"Median {code.upper()}, months" if rest == "median" else f"{code.upper()} at {rest.removeprefix('at_')} months"
    )


def value_text(row: Predicted) -> str:
    """Write the predicted value."""
    return _number(row.value, row.kind)


def _number(value: float | None, kind: str) -> str:
    if kind == "fraction":
        return percent(value)
    return ratio(value) if kind == "ratio" else months(value)


def limits_text(row: Predicted, part: str) -> str:
    """Write the limits of one part: parameter, sampling or both."""
    return _interval(row.limits[part], row.kind)


def _interval(limits: Limits, kind: str) -> str:
    return {"fraction": percent_interval, "months": month_interval, "ratio": ratio_interval}[kind](limits)


def _endpoints(trial: Description, found: Prediction) -> list[Html]:
    known = [_published(trial, row) for row in found.rows]
    some = any(value is not None for value in known)
    rows: list[list[Child]] = []
    group = ""
    for row, value in zip(found.rows, known, strict=True):
        if row.group != group:
            group = row.group
            rows.append([group])
        cells: list[Child] = [label(row.key), value_text(row), *(limits_text(row, part) for part in PARTS)]
        rows.append([*cells, _published_cell(row, value)] if some else cells)
    header = ["Endpoint", "Predicted", "Parameters", "Trial", "Both", *(["Published"] if some else [])]
    made = [table(header, rows, f"By arm and endpoint, {percent(found.level)} intervals")]
    return [*made, tag("p", _note(found), class_="note")]


def _note(found: Prediction) -> str:
    errors = [row.errors["simulation"] or 0.0 for row in found.rows if row.kind == "fraction"]
    worst = 100 * max(errors, default=0.0)
    told = (
        f"NR: not reached within follow-up. The predicted shares themselves are known to within {worst:.1f} points, "
        "one standard error of finitely many virtual patients and draws."
    )
    if any(row.errors.get("discrepancy") is not None for row in found.rows):
        return f"{told} By how much the model itself is known to miss is in the last interval."
    return f"{told} By how much the model itself misses was not estimated and is in no interval."


def _published(trial: Description, row: Predicted) -> PublishedValue | None:
    if row.kind == "ratio":
        arm, _, reference = row.group.partition(" against ")
        return trial.ratios.get((row.key.removeprefix("hr_").upper(), arm, reference))
    return trial.values.get(row.group, {}).get(row.key)


def _published_cell(row: Predicted, value: PublishedValue | None) -> Child:
    if value is None or value.value is None:
        return NONE if value is None else months(None)
    number = _number(value.value, row.kind)
    low, high = row.limits["both"]
    if row.value is None and row.kind != "months":
        return number
    inside = (low is None or low <= value.value) and (high is None or value.value <= high)
    place = "within interval" if inside else "outside interval"
    return [number, " ", tag("span", place, class_="place" if inside else "place outside")]


def _survival(trial: Description, found: Prediction) -> Html:
    colours = arm_colours(tuple(found.planned))
    drawn = []
    for code in ("OS", "PFS"):
        for place, curve in enumerate(curve for curve in found.curves if curve.endpoint == code):
            figure = predicted_survival_figure(curve, trial, colours[curve.arm])
            words = f"Predicted survival of {curve.arm}, endpoint {code}, with bands for parameters and sampling."
            drawn.append(Html(to_inline_svg(figure, f"curve-{code.lower()}-{place}", words)))
    caption = (
        f"{percent(found.level)} bands, kept apart: filled, what calibration leaves open in the parameters; hatched, "
        "the chance of one trial of the planned size; dotted, both together."
    )
    return tag("figure", tag("div", [tag("div", svg) for svg in drawn], class_="panels"), tag("figcaption", caption))


def _forest(trial: Description, found: Prediction) -> Html:
    rows = [row for row in found.rows if row.kind == "ratio"]
    if not rows:
        return tag("p", "The trial has one arm, so there is nothing to compare it with.")
    svg = to_inline_svg(predicted_forest_figure(rows, trial), "ratios", "Predicted hazard ratios with two intervals.")
    caption = (
        f"{percent(found.level)} intervals: broad bar, parameters; line, the chance of one trial of the planned size; "
        "dotted line below, both together. Open circles are published ratios."
    )
    inner = tag("div", tag("div", Html(svg)), class_="panels")
    return tag("figure", inner, tag("figcaption", caption))


def _patients(trial: Description, found: Prediction, about: Mapping[str, Any]) -> Html:
    told = dict(about["marginals"])
    who = tag("p", f"{found.subjects} virtual patients were enrolled in each draw.")
    if not told:
        nothing = "The protocol asks for nothing at baseline: patients are as the indication has them."
        return joined([who, tag("p", nothing)])
    unused = unused_of({k: v for k, v in trial.baseline.items() if v.value is not None}, told)
    return joined([who, marginals_part(told, about["effective_candidates"], unused, ", mean over draws")])


def _reproduce(trial: Description, found: Prediction, about: Mapping[str, Any]) -> Html:
    command = (
        f"abscopal run {shlex.quote(trial.name)} --draws {found.draws} --n {found.subjects} --seed {about['seed']}"
    )
    facts: list[list[Child]] = [["Seed", tag("code", str(about["seed"]))]]
    facts.append(["Draws of the posterior", ", ".join(str(number) for number in about["numbers"])])
    facts.append(["Numbers that draws set", ", ".join(about["fitted"])])
    facts.append(["Model hash", tag("code", about["model_hash"])])
    facts += [[f"Version of {name}", str(version)] for name, version in dict(about["versions"]).items()]
    return joined([tag("pre", command), table(["", ""], facts, "This prediction")])
