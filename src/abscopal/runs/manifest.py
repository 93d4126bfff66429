"""The manifest of a run: what was run, with what, from which sources. And what every run's summary says."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from abscopal.clinic.irae_rules import rule_sources
from abscopal.engine.batch import Batch
from abscopal.mechanisms.organ_milieu import ORGAN_SOURCES
from abscopal.population import population_sources
from abscopal.population.screening import Screening
from abscopal.runs.failures import failed_summary
from abscopal.runs.plan import versions
from abscopal.sources import Source
from abscopal.trial.simulate import Design

if TYPE_CHECKING:
    import pandas as pd


def manifest(
    design: Design,
    *,
    seed: int,
    n: int,
    classes: Mapping[str, int],
    effective: float,
    screening: Screening,
    marginals: Mapping[str, float],
    failed: int,
    wall_seconds: float,
    backend: str,
) -> dict[str, Any]:
    """Return what `manifest.json` holds.

    Parameters
    ----------
    design, seed, n
        What was run, and the number of subjects in its tables.
    classes, effective
        How the candidates ended, and how many equally weighted ones the plausible are worth.
    screening
        How many were screened for the subjects, and why those who failed did.
    marginals
        Share of the enrolled with each trait, by name; those that the protocol publishes are kept.
    failed
        Subjects whose computation failed.
    wall_seconds
        Time taken.
    backend
        What the patients were computed on.
    """
    protocol, wanted = design.protocol, design.protocol.baseline.numbers()
    return {
        "protocol": protocol.name,
        "title": protocol.title,
        "indication": protocol.indication,
        "seed": seed,
        "n": n,
        "versions": {"python": platform.python_version(), **versions()},
        "model_hash": design.kernel.model.hash,
        "marginals": {
            name: {"published": wanted[name], "enrolled": round(share, 4)}
            for name, share in marginals.items()
            if name in wanted
        },
        "effective_candidates": round(effective, 1),
        "screening": screening.plain(),
        "counts": {**classes, "solver failure": failed},
        "solver": {
            "method": "Tsitouras 5(4)",
            "relative tolerance": Batch.tolerance,
            "backend": backend,
        },
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_seconds": round(wall_seconds, 2),
        "sources": bibliography(design),
    }


def summary(
    design: Design,
    tables: Mapping[str, pd.DataFrame],
    seed: int,
    failures: Iterable[Mapping[str, Any]],
    missing: list[dict[str, Any]],
    screening: Screening,
) -> dict[str, Any]:
    """Return what `summary.json` holds: the summary of the tables, who was screened, who failed, who is missing."""
    from abscopal.analysis.summary import summarise
    from abscopal.report.published import describe

    protocol = design.protocol
    reference = describe(protocol).control if len(protocol.arms) > 1 else None
    found = summarise(tables, protocol.name, seed, reference)
    found["screening"] = screening.plain()
    found["failed"] = failed_summary(failures)
    return found | ({"missing": missing} if missing else {})


def bibliography(design: Design) -> list[dict[str, str]]:
    """Return the sources that a run rests on, each once, in alphabetical order; assumptions are counted, not listed."""
    found = {source.citation: source for source in _sources(design) if source.grade in ("checked", "recalled")}
    published = [
        {"key": _key(source.citation), "citation": source.citation, "doi": source.doi, "grade": source.grade}
        for source in found.values()
    ]
    own = [{"key": c.key, "citation": c.citation, "doi": c.doi} for c in design.protocol.sources]
    return sorted(own + published, key=lambda source: source["citation"])


def _sources(design: Design) -> Iterator[Source]:
    yield from (parameter.source for parameter in design.kernel.model.parameters.values())
    yield from ORGAN_SOURCES.values()
    yield from population_sources()
    if design.protocol.management.immune != "none":
        yield from rule_sources()
    for _, fact in design.indication.facts():
        yield fact.origin(design.indication.sources)
    for drug in design.drugs.values():
        for facts in (drug.values, drug.spread, drug.weight_power):
            yield from (fact.origin(drug.sources) for fact in facts.values())


def _key(citation: str) -> str:
    author = citation.split()[0].strip(",").lower()
    year = next((word[:4] for word in citation.split() if word[:4].isdigit() and len(word) >= 4), "")
    return f"{author}-{year}" if year else author
