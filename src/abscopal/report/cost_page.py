"""The page of an economic evaluation: one HTML file in the look of the report, beside which its figures lie as SVG."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from abscopal.analysis.economic_summary import PRICES_ARE_YOURS
from abscopal.analysis.economics import ArmResult, Comparison, Evaluation
from abscopal.analysis.price_table import USER, PriceTable
from abscopal.analysis.resource_costs import CATEGORIES
from abscopal.report.cost_figures import acceptability_figure, breakdown_figure, money, plane_figure
from abscopal.report.document import document
from abscopal.report.markup import Html, table, tag
from abscopal.report.numbers import NONE, percent, signed
from abscopal.report.page import NOT_ADVICE
from abscopal.report.svg import to_inline_svg, write_svg

SOURCES_OF_QALYS = {
    "on_treatment": "Progression-free under protocol treatment",
    "off_treatment": "Progression-free after it",
    "progressed": "Progressed",
    "near_death": "Nearness of death",
    "toxicity": "Toxicity",
}
HOW = (
    "Means are per subject of an arm, up to the horizon. What happens at a time counts for all who would have been "
    "followed to it: it is weighted by the inverse of the Kaplan-Meier probability of being followed (Bang H, Tsiatis "
    "AA. Biometrika 2000;87:329). Nothing is extrapolated beyond the data.",
    "Intervals are 95 % percentiles of a bootstrap over subjects, each arm by itself. They show the chance of the draw "
    "of subjects; they say nothing of prices, utilities, or of the model where the trial is simulated.",
    "A difference is dominant where it costs no more and gives no less health, dominated where it costs no less and "
    "gives no more. The limits of a cost per QALY are ordered from dominant to dominated, and are left out where more "
    "than 2.5 % of the samples cost less and give less, whose ratio means a saving per QALY lost.",
)


def write_cost_page(
    found: Evaluation, summary: Mapping[str, Any], prices: PriceTable, trial: str, folder: Path
) -> list[Path]:
    """Write `cost.html` and the figures into a folder that exists; return the files.

    Parameters
    ----------
    found, summary
        The evaluation, and `economic_summary.summarise` of it.
    prices
        The user's.
    trial
        Name of the trial.
    folder
        Where to write.
    """
    currency, threshold = prices.currency, summary["threshold"]
    figures = {
        "plane": (plane_figure(found, currency, threshold), "Cost-effectiveness plane, with bootstrap samples."),
        "acceptability": (acceptability_figure(found, currency, threshold), "Acceptability curves of the arms."),
        "costs": (breakdown_figure(found, currency), "Mean cost per subject by kind and arm."),
    }
    written = [write_svg(figure, folder / f"{name}.svg") for name, (figure, _) in figures.items()]
    drawn = {name: Html(to_inline_svg(figure, name, words)) for name, (figure, words) in figures.items()}
    page = folder / "cost.html"
    page.write_text(_page(found, summary, prices, trial, drawn), encoding="utf-8", newline="\n")
    return [page, *written]


def _page(
    found: Evaluation, summary: Mapping[str, Any], prices: PriceTable, trial: str, drawn: Mapping[str, Html]
) -> str:
    title = f"{trial}: costs and quality-adjusted life years"
    header = tag(
        "header",
        tag("p", "Abscopal · economic evaluation", class_="eyebrow"),
        tag("h1", title),
        tag("p", _facts(found, prices), class_="facts"),
        tag("p", f"{PRICES_ARE_YOURS} {NOT_ADVICE}", class_="notice", role="note"),
        tag("p", " ".join(sentence(row, prices.currency) for row in found.comparisons), class_="lead"),
    )
    panels = tag("div", tag("div", drawn["plane"]), tag("div", drawn["acceptability"]), class_="panels")
    body = tag(
        "main",
        tag("section", tag("h2", "Results"), _results(found, prices.currency), _contrasts(found, summary, prices)),
        tag("section", tag("h2", "How sure"), tag("figure", panels)),
        tag("section", tag("h2", "Costs"), tag("figure", drawn["costs"]), _costs(found)),
        tag("section", tag("h2", "Quality-adjusted life years"), _qalys(found), _years(found, summary)),
        tag("section", tag("h2", "Arms in order of cost"), _frontier(found, prices.currency)),
        tag("section", tag("h2", "How it was computed"), tag("ul", [tag("li", line) for line in HOW])),
        tag("section", tag("h2", "Prices and utilities used"), _numbers(prices)),
    )
    return document(title, header, body, tag("footer", tag("p", NOT_ADVICE)))


def _facts(found: Evaluation, prices: PriceTable) -> str:
    costs, effects = found.discount
    parts = [
        prices.title,
        f"{prices.currency} of {prices.year}",
        f"horizon {found.horizon_years:.2f} years",
        f"discount {percent(costs, 1)} of costs, {percent(effects, 1)} of effects a year",
    ]
    return " · ".join(part for part in parts if part)


def sentence(row: Comparison, currency: str) -> str:
    """Say in one sentence how an arm compares with the reference."""
    more = "more" if row.cost >= 0 else "less"
    gain = f"{abs(row.qaly):.2f} QALYs {'more' if row.qaly >= 0 else 'fewer'}"
    start = f"{row.arm} costs {money(abs(row.cost))} {currency} {more} than {row.reference} and gives {gain}"
    if row.icer is None:
        return f"{start}: it is {row.words.partition(':')[0]}."
    if row.cost > 0:
        return f"{start}: {money(row.icer)} {currency} per QALY gained."
    return f"{start}: a saving of {money(row.icer)} {currency} per QALY lost."


def _results(found: Evaluation, currency: str) -> Html:
    header = ["Per subject", *(arm.name for arm in found.arms)]
    rows = [
        ["Subjects", *(str(arm.subjects) for arm in found.arms)],
        [f"Cost, {currency}", *(_with_limits(money(arm.cost), *map(money, arm.cost_interval)) for arm in found.arms)],
        ["QALYs", *(_with_limits(f"{arm.qaly:.2f}", *(f"{x:.2f}" for x in arm.qaly_interval)) for arm in found.arms)],
        ["Life years, not discounted", *(f"{arm.life_years:.2f}" for arm in found.arms)],
        ["Share still followed at the horizon", *(percent(arm.followed) for arm in found.arms)],
    ]
    return table(header, rows, "Means per subject with 95 % intervals")


def _with_limits(value: str, low: str, high: str) -> str:
    return f"{value} ({low} to {high})"


def _contrasts(found: Evaluation, summary: Mapping[str, Any], prices: PriceTable) -> Html:
    if not found.comparisons:
        return tag("p", "The trial has one arm, so there is nothing to compare it with.")
    header = ["Difference", "Cost", "QALYs", "Life years", "Cost per QALY", "Net benefit", "Worth its cost"]
    rows = [_contrast(row, plain) for row, plain in zip(found.comparisons, summary["contrasts"], strict=True)]
    worth = "" if summary["threshold"] is None else f"; a QALY worth {money(summary['threshold'])} {prices.currency}"
    return table(header, rows, f"Differences from {found.comparisons[0].reference}, {prices.currency}{worth}")


def _contrast(row: Comparison, plain: Mapping[str, Any]) -> list[str]:
    benefit = probability = NONE
    if "net_benefit" in plain:
        benefit = _with_limits(money(plain["net_benefit"]), *map(money, plain["net_benefit_interval"]))
        probability = f"{percent(plain['probability_cost_effective'])} of samples"
    return [
        row.arm,
        _with_limits(money(row.cost), *map(money, row.cost_interval)),
        _with_limits(signed(row.qaly, 2), *(signed(x, 2) for x in row.qaly_interval)),
        signed(row.life_years, 2),
        icer_text(row),
        benefit,
        probability,
    ]


def icer_text(row: Comparison) -> str:
    """Write the ICER, or the word for an arm without one, with its limits where they have an order."""
    value = row.words.partition(":")[0] if row.icer is None else money(row.icer)
    if row.icer is not None and row.cost < 0:
        value += " saved per QALY lost"
    if row.icer_limits is None:
        return value
    low, high = (limit if isinstance(limit, str) else money(limit) for limit in row.icer_limits)
    return f"{value} ({low} to {high})"


def _costs(found: Evaluation) -> Html:
    kinds = [kind for kind in CATEGORIES if any(arm.costs[kind] for arm in found.arms)]
    rows = [[CATEGORIES[kind], *(_share(arm, kind) for arm in found.arms)] for kind in kinds]
    rows.append(["All", *(money(arm.cost) for arm in found.arms)])
    return table(["", *(arm.name for arm in found.arms)], rows, "Mean cost per subject by kind (share of all)")


def _share(arm: ArmResult, kind: str) -> str:
    return f"{money(arm.costs[kind])} ({percent(arm.costs[kind] / arm.cost)})" if arm.cost else money(arm.costs[kind])


def _qalys(found: Evaluation) -> Html:
    rows = [[words, *(_thousandths(arm.qalys[key]) for arm in found.arms)] for key, words in SOURCES_OF_QALYS.items()]
    rows.append(["All", *(f"{arm.qaly:.3f}" for arm in found.arms)])
    return table(["", *(arm.name for arm in found.arms)], rows, "Mean QALYs per subject by what they come from")


def _thousandths(value: float) -> str:
    """Write three decimals with a real minus, and no minus before a zero."""
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "−")


def _years(found: Evaluation, summary: Mapping[str, Any]) -> Html:
    free = [arm.years["on_treatment"] + arm.years["off_treatment"] for arm in found.arms]
    check = [summary["arms"][arm.name]["partitioned_survival_years"] for arm in found.arms]
    rows = [
        ["Progression-free", *(f"{years:.2f}" for years in free)],
        ["the same as area under the PFS curve", *(f"{one['progression_free']:.2f}" for one in check)],
        ["Progressed", *(f"{arm.years['progressed']:.2f}" for arm in found.arms)],
        ["the same between the curves", *(f"{one['progressed']:.2f}" for one in check)],
        ["Alive (equal to the area under the OS curve)", *(f"{arm.life_years:.2f}" for arm in found.arms)],
    ]
    return table(["", *(arm.name for arm in found.arms)], rows, "Mean years in each state, not discounted")


def _frontier(found: Evaluation, currency: str) -> Html:
    rows = [
        [row.arm, money(row.cost), f"{row.qaly:.2f}", row.status or (NONE if row.icer is None else money(row.icer))]
        for row in found.frontier
    ]
    caption = "Each arm against the next cheaper one that is not dominated"
    return table(["Arm", f"Cost, {currency}", "QALYs", f"{currency} per further QALY"], rows, caption)


def _numbers(prices: PriceTable) -> Html:
    rows = []
    for path, fact in prices.facts().items():
        if fact.source == USER:
            rows.append([path, f"{fact.value:,g}", "user", "no source given"])
            continue
        source = prices.origin(fact)
        words = fact.derived if source.grade == "assumed" else f"{source.citation} {fact.where} {fact.derived}"
        rows.append([path, f"{fact.value:,g}", source.grade, " ".join(words.split())])
    return table(["Number", "Value", "Grade", "Source"], rows, "Every number of the price table")
