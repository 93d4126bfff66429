"""The report's table of adverse events under protocol treatment."""

from __future__ import annotations

from abscopal.analysis.proportion import Proportion
from abscopal.analysis.toxicity import ToxicityRates, toxicity_rates
from abscopal.report.findings import Findings
from abscopal.report.markup import Child, Html, joined, table, tag
from abscopal.report.numbers import count

NOTE = (
    "Subjects with the event between the first dose and subsequent treatment, any grade and grade 3 or worse, each "
    "counted once. Grades are those seen at visits. Events are what the model has: not fatigue, anaemia or fever."
)


def toxicity_section(findings: Findings) -> Html:
    """Adverse events by arm, or a sentence where none were recorded."""
    if "adae" not in findings.tables:
        return tag("p", "Adverse events were not recorded.")
    rates = toxicity_rates(findings.tables["adae"], findings.tables["adsl"])
    arms = [arm for arm in findings.trial.arms if arm in rates]  # an arm may have no subject
    header = ["", *(f"{arm}, {grades}" for arm in arms for grades in ("any", "3 or worse"))]
    rows: list[list[Child]] = [["Any of these", *_cells([rates[arm] for arm in arms])]]
    for category in sorted({event.category for found in rates.values() for event in found.events}):
        rows.append([category[0].upper() + category[1:]])
        rows += _of_category([rates[arm] for arm in arms], category)
    return joined([table(header, rows, "Adverse events"), tag("p", NOTE, class_="note")])


def _cells(arms: list[ToxicityRates]) -> list[str]:
    return [_share(share) for found in arms for share in (found.any_grade, found.severe)]


def _of_category(arms: list[ToxicityRates], category: str) -> list[list[Child]]:
    """Rows of the events of one category; every arm lists the same events in the same order."""
    together = zip(*(found.events for found in arms), strict=True)
    return [
        [events[0].term, *(_share(share) for event in events for share in (event.any_grade, event.severe))]
        for events in together
        if events[0].category == category
    ]


def _share(share: Proportion) -> str:
    return count(share.successes, share.n)
