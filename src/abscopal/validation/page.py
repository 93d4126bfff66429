"""The page of a validation: scores beside goals and baselines, the worst misses, every trial with its curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import exp
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from abscopal.calibration.targets import RATIOS, SHARES
from abscopal.report.document import document
from abscopal.report.markup import Html, tag
from abscopal.report.markup import table as html_table
from abscopal.report.numbers import NONE, counted, months, percent, ratio, signed
from abscopal.report.svg import to_inline_svg
from abscopal.validation.baselines import Guess
from abscopal.validation.biomarker_section import biomarker_section
from abscopal.validation.discrepancy import Discrepancy
from abscopal.validation.figures import CALIBRATION_PLOT, COVERAGE_PLOT
from abscopal.validation.intervals import GOAL, interval
from abscopal.validation.lesion_rates import lesion_section
from abscopal.validation.patterns import pattern_section
from abscopal.validation.score import ROLES, Score, by_indication, summary

if TYPE_CHECKING:
    from abscopal.validation.misses import Miss
    from abscopal.validation.validate import Validation

NOT_ADVICE = "Research and trial design only; not medical advice."
STYLE = """
.panels.wide { grid-template-columns: 1fr; overflow-x: auto; } .panels.wide svg { max-width: 1100px; min-width: 620px; }
details { margin: 6px 0 14px; } summary { cursor: pointer; color: var(--accent); }
"""
GOAL_WORDS = {
    "landmarks": "median |ΔS| at 6, 12, 18, 24, 36 months",
    "orr_inside": "ORR inside its 95 % interval",
    "hr_error": "mean |Δ log HR|",
    "hr_inside": "hazard ratios inside their 95 % interval",
}
LOGARITHMIC = frozenset(
    {"PFS median", "OS median", "DOR median", "TTR median", "hazard ratios", "PFS HR", "OS HR"}
    | {"hazard ratios in subgroups"}
)
"""Sections whose errors are differences of logarithms."""


def validation_page(found: Validation, figures: Mapping[str, Figure]) -> str:
    """Return the page as text; the same validation gives the same bytes."""
    sums = summary(found.scores)
    sections = [
        ("goals", "Goals", _goals(sums)),
        ("scores", "Scores", _scores(sums)),
        ("indications", "By cancer", _indications(found)),
        ("agreement", "Published against simulated", _figure(figures[CALIBRATION_PLOT], "all", "Every figure by role")),
        ("intervals", "Predictive intervals", _intervals(found, figures[COVERAGE_PLOT])),
        ("baselines", "Beside the baselines", _baselines(sums)),
        ("markers", "Markers, beside real patients", biomarker_section(found.biomarkers)),
        ("lesions", "Lesions, beside real ones", lesion_section(found.protocols, found.folders)),
        ("patterns", "Patterns of response and onset of events", pattern_section(found.protocols, found.folders)),
        ("misses", "The worst misses", [_miss(place, miss) for place, miss in enumerate(found.misses, 1)]),
        ("trials", "Trial by trial", [_trial(found, name, figures[name]) for name in found.protocols]),
        ("how", "How to read this", _how(found)),
    ]
    sections = [one for one in sections if one[2]]
    links = tag("nav", [tag("a", title, href=f"#{name}") for name, title, _ in sections], aria_label="Sections")
    body = [tag("section", tag("h2", title), content, id=name) for name, title, content in sections]
    return document("Validation of Abscopal", _header(found, sums), tag("main", links, body), style=STYLE)


def _header(found: Validation, sums: Mapping[str, Any]) -> Html:
    counts = [f"{counted(sums[role]['trials'], 'trial')} of {role}" for role in ROLES]
    facts = [*counts, f"{found.per_arm} patients per arm", f"seed {found.seed}"]
    return tag(
        "header",
        tag("p", "Abscopal · validation", class_="eyebrow"),
        tag("h1", "Published trials, replayed"),
        tag("p", " · ".join(facts), class_="facts"),
        tag("p", NOT_ADVICE, class_="notice", role="note"),
        tag("p", "Trials of validation were never fitted; no figure of theirs is read by the fit.", class_="lead"),
    )


def _goals(sums: Mapping[str, Any]) -> Html:
    rows = [
        [words, f"{'≥' if key.endswith('inside') else '≤'} {_goal(key, sums['validation']['goals'][key]['goal'])}"]
        + [_reached(key, sums[role]["goals"][key]) for role in ROLES]
        for key, words in GOAL_WORDS.items()
    ]
    return html_table(["score", "goal", *ROLES], rows, "What was aimed at, and what was reached")


def _goal(key: str, value: float | None) -> str:
    if value is None:
        return NONE
    return percent(value) if key.endswith("inside") else f"{value:.3f}"


def _reached(key: str, one: Mapping[str, Any]) -> list[str | Html]:
    if one["met"] is None:
        return [NONE]
    mark = tag("span", "reached" if one["met"] else "not reached", class_=f"place{'' if one['met'] else ' outside'}")
    return [_goal(key, one["reached"]), " ", mark]


def _scores(sums: Mapping[str, Any]) -> list[Html]:
    made = []
    for role in ROLES:
        rows = [
            [name, *_tally_cells(name, one["model"]), str(one["not_reached"] or NONE)]
            for name, one in sums[role]["sections"].items()
            if one["model"] is not None
        ]
        head = ["figures", "compared", "median error", "mean error", "bias", "inside 95 %", "not reached"]
        made.append(html_table(head, rows, f"Trials of {role}") if rows else tag("p", f"No trial of {role}."))
    return made


def _tally_cells(name: str, one: Mapping[str, Any]) -> list[str]:
    errors = [_error(name, one[key]) for key in ("middle", "mean")]
    bias = f"× {exp(one['bias']):.2f}" if name in LOGARITHMIC else f"{signed(100 * one['bias'], 1)} points"
    return [str(one["n"]), *errors, bias, percent(one["inside"])]


def _error(name: str, value: float) -> str:
    """Absolute error: points of a share, or a difference of logarithms with the factor that it is."""
    return f"{value:.2f} (× {exp(value):.2f})" if name in LOGARITHMIC else f"{100 * value:.1f} points"


def _indications(found: Validation) -> list[Html]:
    """Say by cancer and role how far off the model is: where not to trust it."""
    rows = []
    for name, roles in by_indication(found.scores).items():
        for role, one in roles.items():
            if one["trials"]:
                curves, orr, ratios = one["landmarks"], one["ORR"], one["hazard ratios"]
                rows.append([name, f"{role}, {counted(one['trials'], 'trial')}", *_of_cancer(orr, curves, ratios)])
    head = ["cancer", "trials", "|ORR error|", "ORR bias", "median |ΔS|", "bias of S", "|Δ log HR|", "bias of HR"]
    note = "Read down the columns of bias for what the model gets wrong in one direction; few trials say little."
    return [html_table(head, rows, "Mean errors by cancer"), tag("p", note, class_="note")]


def _of_cancer(orr: Any, curves: Any, ratios: Any) -> list[str]:
    def points(one: Any, key: str) -> str:
        return NONE if one is None else f"{100 * one[key]:.1f}"

    def bias(one: Any) -> str:
        return NONE if one is None else f"{signed(100 * one['bias'], 1)}"

    log_error = NONE if ratios is None else f"{ratios['mean']:.2f}"
    factor = NONE if ratios is None else f"× {exp(ratios['bias']):.2f}"
    return [points(orr, "mean"), bias(orr), points(curves, "middle"), bias(curves), log_error, factor]


def _intervals(found: Validation, figure: Figure) -> list[Html]:
    rows = [
        [f"{name}, {role}", str(kind["figures"]), percent(kind["inside"])]
        for role, one in found.coverage().items()
        for name, kind in one["kinds"].items()
        if kind["figures"]
    ]
    own = found.discrepancy
    words = (
        f"The model's own error from trial to trial, estimated from {counted(len(own.trials), 'calibration trial')} "
        f"alone: {100 * own.response:.1f} points of a response rate of one half, {100 * own.survival:.1f} points of "
        f"survival of one half, {own.ratio:.2f} of a log hazard ratio (× {exp(own.ratio):.2f})."
    )
    drawn = sum(1 for count in found.draws.values() if count)
    without = (
        f"{drawn} of {counted(len(found.draws), 'trial')} were replayed under draws of a posterior; the intervals of "
        "the others hold sampling and the model's own error, with what parameters add inside the latter."
    )
    goal = f"Goal: {100 * GOAL[0]:.0f} to {100 * GOAL[1]:.0f} % of published validation landmarks inside."
    table = html_table(["figures", "compared", "inside 90 %"], rows, "Published figures in their predictive intervals")
    notes = [tag("p", text, class_="note") for text in (goal, words, without)]
    return [table, *notes, _figure(figure, "coverage", "Coverage of predictive intervals by level and by trial")]


def _baselines(sums: Mapping[str, Any]) -> list[Html]:
    names = {
        "naive": "Naive transport, from trials of the same cancer",
        "naive_elsewhere": "Naive transport, from other cancers",
        "independent": "Independent drug action, both parts from the same cancer",
        "independent_elsewhere": "Independent drug action, parts from other cancers",
    }
    made = []
    for role in ROLES:
        rows: list[list[str]] = []
        for key, title in names.items():
            own = [[name, *_duel_cells(name, one[key])] for name, one in sums[role]["sections"].items() if one[key]]
            rows += [[title], *own] if own else []
        if rows:
            head = [
                "figures",
                "compared",
                "model, median",
                "baseline, median",
                "model, mean",
                "baseline, mean",
                "nearer",
            ]
            made.append(html_table(head, rows, f"Trials of {role}: absolute errors where both say something"))
    return made or [tag("p", "No calibration trial resembles these.")]


def _duel_cells(name: str, one: Mapping[str, Any]) -> list[str]:
    keys = ("model_middle", "baseline_middle", "model_mean", "baseline_mean")
    return [str(one["n"]), *(_error(name, one[key]) for key in keys), percent(one["nearer"])]


def _miss(place: int, miss: Miss) -> Html:
    target = miss.worst.target
    worst = f"{target.quantity} {_value(miss.worst, miss.worst.simulated.value)} for {_value(miss.worst, target.value)}"
    title = f"{place}. {miss.trial}, {miss.arm}"
    facts = f"{miss.role} · on average {miss.size:.1f} standard errors off · worst: {worst}"
    return tag("div", tag("h3", title), tag("p", facts, class_="note"), tag("ul", [tag("li", why) for why in miss.why]))


def _trial(found: Validation, name: str, figure: Figure) -> Html:
    protocol = found.protocols[name]
    scores = [score for score in found.scores if score.target.protocol == name]
    role = scores[0].role if scores else ""
    return tag(
        "div",
        tag("h3", f"{name}: {protocol.title}"),
        tag("p", f"{role} · {protocol.indication} · {protocol.line}", class_="note"),
        _figure(figure, name, f"Simulated and published survival of {name}"),
        tag("details", tag("summary", "Every figure"), _figures_table(name, scores, found.discrepancy)),
    )


def _figures_table(name: str, scores: Sequence[Score], discrepancy: Discrepancy) -> Html:
    head = ["figure", "published", "simulated", "90 % predicted", "error", "in 95 %", "naive", "independent"]
    return html_table(head, _rows(scores, discrepancy), f"{name}: every figure")


def _rows(scores: Sequence[Score], discrepancy: Discrepancy) -> Iterator[list[Any]]:
    last = None
    for score in scores:
        target = score.target
        group = f"{target.arm} against {target.reference}" if target.reference else target.arm
        if group != last:
            yield [group]
            last = group
        inside = NONE if score.inside is None else "yes" if score.inside else "no"
        mark = tag(
            "span",
            "recalled" if target.recalled else "checked",
            class_="mark recalled" if target.recalled else "mark checked",
        )
        published = [_value(score, target.value), mark]
        baselines = [NONE if one is None else _guess(score, one) for one in (score.naive, score.independent)]
        predicted = _predicted(score, discrepancy)
        yield [target.quantity, published, _simulated(score), predicted, _difference(score), inside, *baselines]


def _predicted(score: Score, discrepancy: Discrepancy) -> str | Html:
    """Write a predictive interval, marked where the published figure lies outside."""
    found = interval(score, discrepancy)
    if found is None:
        return NONE
    words = f"{_value(score, found.lower)} to {_value(score, found.upper)}"
    return words if found.holds(score.target.value) else tag("span", words, class_="place outside")


def _guess(score: Score, guess: Guess) -> Html:
    """Write what a baseline says, with a star where it has it from another cancer; hovering says from which trials."""
    return tag("span", _value(score, guess.value) + ("" if guess.near else " *"), title=guess.basis)


def _simulated(score: Score) -> str:
    return "not reached" if score.simulated.value is None else _value(score, score.simulated.value)


def _value(score: Score, value: float | None) -> str:
    if score.target.kind in SHARES:
        return percent(value, 1)
    return ratio(value) if score.target.kind in RATIOS else months(value)


def _difference(score: Score) -> str:
    if score.error is None:
        return NONE
    if score.target.kind in SHARES:
        return f"{signed(100 * score.error, 1)} points"
    return f"× {exp(score.error):.2f}"


def _figure(figure: Figure, name: str, words: str) -> Html:
    return tag("div", Html(to_inline_svg(figure, f"v-{name}", words)), class_="panels wide")


def _how(found: Validation) -> list[Html]:
    lost = ", ".join(f"{count} of {kind}" for kind, count in sorted(found.unmatched.items()))
    failed = ", ".join(f"{count} in {name}" for name, count in found.failed.items() if count)
    lines = [
        "Errors are simulated less published; of medians and hazard ratios, of their logarithms.",
        "Inside: the simulated figure lies in the published 95 % interval, or in that of the published number of "
        "subjects where none was printed. The simulation's own sampling error is not added.",
        "90 % predicted: what a trial of the published size would show with this probability if the model is off by "
        "no more than in calibration trials; sampling, parameters where there are draws, the model's own error.",
        "Not reached: the simulated trial ended before the landmark, or its median was not reached.",
        "Naive transport: the pooled figures of the same classes of drugs, line and setting in calibration trials, the "
        "trial itself left out; a star marks those of other cancers. Independent drug action: the better of a "
        "combination's two parts in every patient.",
        f"Published figures without a counterpart in the simulation: {lost or 'none'}.",
        f"Subjects whose computation failed, who are in no score: {failed or 'none'}.",
    ]
    return [tag("ul", [tag("li", line) for line in lines])]
