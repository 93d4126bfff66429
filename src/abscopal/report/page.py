"""The report of a trial: one HTML file that opens anywhere, needs no network and runs no script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from abscopal.report.benefit_risk import benefit_risk_section
from abscopal.report.consort import consort_section
from abscopal.report.document import document
from abscopal.report.findings import Findings, gather
from abscopal.report.markup import Html, tag
from abscopal.report.misclassification import misclassification_section
from abscopal.report.numbers import counted
from abscopal.report.provenance import model_section, reproduce_section, sources_section
from abscopal.report.published import Description
from abscopal.report.sections import (
    big_numbers,
    comparison_section,
    course_section,
    deaths_section,
    forest_section,
    in_short,
    left_out,
    response_section,
    sites_section,
    survival_section,
    trial_section,
)
from abscopal.report.toxicity import toxicity_section

if TYPE_CHECKING:
    from abscopal.protocol.protocol import Protocol

NOT_ADVICE = "Research and trial design only; not medical advice."

SECTIONS = (
    ("published", "Simulated beside published", comparison_section),
    ("flow", "Flow of subjects", consort_section),
    ("survival", "Survival", survival_section),
    ("response", "Response", response_section),
    ("truth", "Response against truth", misclassification_section),
    ("course", "Course of single subjects", course_section),
    ("sites", "Lesion sites", sites_section),
    ("subgroups", "Hazard ratios and subgroups", forest_section),
    ("toxicity", "Adverse events", toxicity_section),
    ("benefit", "Benefit and risk", benefit_risk_section),
    ("deaths", "Deaths and disposition", deaths_section),
    ("trial", "The trial", trial_section),
    ("model", "What the model is and is not", model_section),
    ("reproduce", "Reproduce", reproduce_section),
    ("sources", "Sources", sources_section),
)


def write_report(
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    summary: Mapping[str, Any],
    protocol: Protocol | Description,
    path: Path,
) -> Path:
    """Write the report of a trial.

    Parameters
    ----------
    tables
        `adsl`, `adtr`, `adrs` and `adtte`, simulated or real.
    manifest
        What was run: `seed`, `n`, `versions`, `model_hash`, `counts`, `sources` ...; may be empty for a real trial.
    summary
        Summary of the same tables (`abscopal.analysis.summary`).
    protocol
        The protocol, or a `Description` of a trial that has none.
    path
        The HTML file to write.

    Returns
    -------
    `path`.
    """
    path.write_text(report_page(gather(tables, manifest, summary, protocol)), encoding="utf-8", newline="\n")
    return path


def report_page(findings: Findings) -> str:
    """Return the page as text; the same findings give the same bytes."""
    trial = findings.trial
    title = f"{trial.title or trial.name}: simulated trial report"
    return document(title, _header(findings), tag("main", _navigation(), _sections(findings)), _footer(findings))


def _header(findings: Findings) -> Html:
    trial, subjects = findings.trial, len(findings.tables["adsl"])
    facts = [
        trial.name,
        trial.indication,
        counted(subjects, "subject"),
        f"{len(trial.arms)} arms" if len(trial.arms) > 1 else "",
    ]
    facts.append(trial.criteria)
    return tag(
        "header",
        tag(
            "p",
            "Abscopal · report of a simulated trial" if findings.simulated else "Abscopal · trial report",
            class_="eyebrow",
        ),
        tag("h1", trial.title or trial.name),
        tag("p", " · ".join(fact for fact in facts if fact), class_="facts"),
        tag("p", NOT_ADVICE, class_="notice", role="note"),
        in_short(findings),
        left_out(findings),
        big_numbers(findings),
    )


def _navigation() -> Html:
    links = [tag("a", title, href=f"#{name}") for name, title, _ in SECTIONS]
    return tag("nav", links, aria_label="Sections")


def _sections(findings: Findings) -> list[Html]:
    return [tag("section", tag("h2", title), write(findings), id=name) for name, title, write in SECTIONS]


def _footer(findings: Findings) -> Html:
    version = dict(findings.manifest.get("versions", {})).get("abscopal", "")
    return tag("footer", tag("p", f"{NOT_ADVICE} Written by Abscopal {version}".rstrip() + "."))
