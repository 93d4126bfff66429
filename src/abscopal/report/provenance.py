"""The report's sections on where it comes from: the model and its limits, the sources, how to run it again."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from abscopal.report.findings import Findings
from abscopal.report.markup import Child, Html, joined, table, tag

DOI = re.compile(r"^10\.\d{4,9}/\S+$")

_IS = (
    "Every subject is a virtual patient: a set of lesions and one immune system that sees them all, written as "
    "ordinary differential equations with random events (seeding of lesions, extinction of a clone, death).",
    "Lesions are seen as a trial sees them: at scheduled scans, with reading error and a detection limit. Response, "
    "treatment and progression then follow from clinical rules that work on real tables too.",
    "Every estimate in this report is computed from the tables alone, by the same code as for a real trial.",
)
_IS_NOT = (
    "It is not a forecast for any real person and not evidence of benefit or harm.",
    "Its intervals show the chance of the draw of subjects, not what is unknown about parameters and equations.",
    "Agreement with a published trial does not prove the mechanism; disagreement is shown above as it is.",
)


def model_section(findings: Findings) -> Html:
    """Say what the model claims and what it does not; what this run left out is read from its summary."""
    if not findings.simulated:
        return tag(
            "p", "The tables are a real trial's: no model was used, only the estimates described with each figure."
        )
    left_out = _left_out(findings.summary)
    return tag(
        "div",
        tag("div", tag("h3", "It is"), tag("ul", [tag("li", line) for line in _IS])),
        tag("div", tag("h3", "It is not"), tag("ul", [tag("li", line) for line in (*_IS_NOT, *left_out)])),
        class_="two",
    )


def _left_out(summary: Mapping[str, Any]) -> list[str]:
    """Sentences on what the summary marks as not modelled: an absence is not a zero."""
    arms = list(summary.get("arms", {}).values())
    sentences = []
    if arms and all(arm.get("trae_grade3") is None for arm in arms):
        sentences.append("Adverse events were not recorded in this run: that they are missing is not a finding.")
    if arms and all(arm.get("hyperprogression") is None for arm in arms):
        sentences.append("Hyperprogression is not assessed in this run.")
    return sentences


def sources_section(findings: Findings) -> Html:
    """Papers behind the published side, then the model's bibliography."""
    papers = [_source(paper.citation, paper.doi, paper.note) for paper in findings.trial.citations]
    listed = list(findings.manifest.get("sources", ()))
    named = dict.fromkeys((str(s.get("citation") or s.get("key", "")), str(s.get("doi") or "")) for s in listed)
    model = [_source(citation, doi, "") for citation, doi in named]
    return joined(
        [
            [tag("h3", "Published trial"), tag("ol", papers, class_="sources")] if papers else "",
            [tag("h3", "Model"), _grades(listed), tag("ol", model, class_="sources")] if model else "",
            "" if papers or model else tag("p", "No sources were named."),
        ]
    )


def _grades(listed: list[Mapping[str, Any]]) -> Child:
    """How many of the sources were checked, recalled, assumed or fitted, where the run says so."""
    grades = Counter(str(source["grade"]) for source in listed if source.get("grade"))
    words = ", ".join(f"{number} {grade}" for grade, number in sorted(grades.items()))
    return tag("p", f"Evidence grades: {words}.", class_="note") if words else ""


def _source(citation: str, doi: str, note: str) -> Html:
    link: Child = f" doi:{doi}" if doi else ""
    if DOI.match(doi):
        address = f"https://doi.org/{quote(doi, safe='/:;()._-')}"
        link = [" ", tag("a", f"doi:{doi}", href=address, rel="noopener noreferrer")]
    return tag("li", citation, link, tag("span", note, class_="small") if note else "")


def reproduce_section(findings: Findings) -> Html:
    """Seed, versions and the command that gives the same tables again."""
    manifest = findings.manifest
    if not findings.simulated:
        return tag("p", "Run the same version of Abscopal on the same tables.")
    command = f"abscopal run {shlex.quote(findings.trial.name)} --n {manifest.get('n', '')} --seed {manifest['seed']}"
    facts: list[tuple[str, Child]] = [("Seed", tag("code", str(manifest["seed"])))]
    facts.append(("Model hash", tag("code", str(manifest.get("model_hash", "")))))
    facts += [(f"Version of {name}", str(version)) for name, version in dict(manifest.get("versions", {})).items()]
    counts = dict(manifest.get("counts", {}))
    facts.append(("Virtual patients by class", ", ".join(f"{name} {number}" for name, number in counts.items())))
    facts += [(f"Solver: {name}", str(value)) for name, value in dict(manifest.get("solver", {})).items()]
    facts.append(("Wall time", f"{manifest['wall_seconds']:.0f} s" if "wall_seconds" in manifest else ""))
    facts.append(("Created", str(manifest.get("created", ""))))
    shown = [[what, value] for what, value in facts if value]
    same = "The same version, seed and number of subjects give the same tables, byte for byte."
    return joined([tag("p", same), tag("pre", command), table(["", ""], shown, "This run")])
