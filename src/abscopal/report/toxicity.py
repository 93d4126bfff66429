"""The report's table of adverse events under protocol treatment."""

from __future__ import annotations

import pandas as pd

from abscopal.analysis.proportion import Proportion
from abscopal.analysis.toxicity import ToxicityRates, toxicity_rates
from abscopal.report.findings import Findings
from abscopal.report.markup import Child, Html, joined, table, tag
from abscopal.report.numbers import count, percent

NOTE = (
    "Subjects with the event between the first dose and subsequent treatment, any grade and grade 3 or worse, each "
    "counted once. Grades are those seen at visits. Events are what the model has: not fatigue, anaemia or fever."
)
GIVEN = "Given at any time, for toxicity or to prevent it"
INTENSITY = "Relative dose intensity, mean of those treated"


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
    return joined([table(header, rows, "Adverse events"), tag("p", NOTE, class_="note"), *_answers(findings)])


def _answers(findings: Findings) -> list[Html]:
    """Table of what was done for toxicity: treatment stopped, drugs given, dose intensity; nothing if not recorded."""
    if "adcm" not in findings.tables:
        return []
    adsl, given = findings.tables["adsl"], findings.tables["adcm"]
    arms = {arm: adsl.loc[adsl["ARM"] == arm, "USUBJID"].astype("str") for arm in findings.trial.arms}

    def row(what: str, of: pd.Series) -> list[Child]:
        return [what, *(count(int(subjects.isin(of.astype("str")).sum()), len(subjects)) for subjects in arms.values())]

    rows = [row("Treatment stopped for an adverse event", adsl.loc[adsl["DCTREAS"] == "ADVERSE EVENT", "USUBJID"])]
    drugs = sorted(given["CMTRT"].astype("str").unique())
    if drugs:
        rows += [[GIVEN], *(row(drug, given.loc[given["CMTRT"] == drug, "USUBJID"]) for drug in drugs)]
    return [table(["", *arms], [*rows, *_intensity(findings, list(arms))], "What was done for toxicity")]


def _intensity(findings: Findings, arms: list[str]) -> list[list[Child]]:
    """Rows of the mean relative dose intensity of each drug; none where the summary does not tell it."""
    told = findings.summary.get("arms", {})
    by_arm = [told.get(arm, {}).get("relative_dose_intensity", {}) for arm in arms]
    drugs = sorted({drug for found in by_arm for drug in found})
    rows: list[list[Child]] = [[drug, *(percent(found.get(drug)) for found in by_arm)] for drug in drugs]
    return [[INTENSITY], *rows] if rows else []


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
