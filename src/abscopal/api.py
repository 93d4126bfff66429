"""The public verbs: run a trial, look at it, write it down."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abscopal import catalogue
from abscopal.mechanisms.organ_milieu import ORGAN_SOURCES
from abscopal.protocol.protocol import Protocol
from abscopal.sources import Source
from abscopal.trial.conduct import Course
from abscopal.trial.simulate import Design, allocate, enrol, follow, prepare, tables

if TYPE_CHECKING:
    import pandas as pd

    from abscopal.analysis.survival import Survival
    from abscopal.population.virtual_population import VirtualPopulation

Progress = Callable[[str, float], None]
"""Called with the name of the stage and the share of it that is done."""

_PACKAGES = ("abscopal", "numpy", "numba", "scipy", "pandas", "pyarrow")


def run(
    protocol: Protocol | str | Path,
    *,
    seed: int = 1,
    subjects: int | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Trial:
    """Simulate a trial.

    Parameters
    ----------
    protocol
        A protocol, the name of a shipped one, or the path of a YAML file.
    seed
        Two runs with one seed give the same tables, whatever the number of workers.
    subjects
        Subjects in all arms together, if not the protocol's own number.
    workers
        Threads.
    progress
        Called as the work goes on.

    Returns
    -------
    Trial

    Raises
    ------
    InputError
        With every problem of the protocol.
    """
    _require_whole(seed=(seed, 0, 2**63 - 1), workers=(workers, 1, 1024))
    if subjects is not None:
        _require_whole(subjects=(subjects, 1, 1_000_000))
    tell = progress or (lambda stage, share: None)
    begun = time.perf_counter()
    planned = protocol if isinstance(protocol, Protocol) else catalogue.load_protocol(protocol)
    count = subjects or planned.subjects
    tell("compiling the model", 0.0)
    design = prepare(planned)
    tell("growing the patients", 0.0)
    population = enrol(design, seed, count, workers)
    tell("growing the patients", 1.0)
    arm = allocate(planned, count, seed)
    course = follow(
        design, population, arm, seed, workers=workers, progress=lambda share: tell("running the trial", share)
    )
    tell("making the tables", 0.0)
    found = tables(design, population, course)
    tell("making the tables", 1.0)
    return Trial(design, seed, population, course, found, time.perf_counter() - begun)


@dataclass(frozen=True, eq=False)
class Trial:
    """A simulated trial: its tables, and ways to look at them."""

    design: Design
    seed: int
    population: VirtualPopulation
    course: Course
    tables: dict[str, pd.DataFrame]
    wall_seconds: float

    @property
    def protocol(self) -> Protocol:
        """What was planned."""
        return self.design.protocol

    @property
    def adsl(self) -> pd.DataFrame:
        """Subjects: one row each."""
        return self.tables["adsl"]

    @property
    def adtr(self) -> pd.DataFrame:
        """Lesion measurements and their sums."""
        return self.tables["adtr"]

    @property
    def adrs(self) -> pd.DataFrame:
        """Responses by visit and best responses."""
        return self.tables["adrs"]

    @property
    def adtte(self) -> pd.DataFrame:
        """Times to event."""
        return self.tables["adtte"]

    @property
    def adex(self) -> pd.DataFrame:
        """Doses given."""
        return self.tables["adex"]

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Rates (fractions of 1) and times (months) by arm, and hazard ratios."""
        from abscopal.analysis.summary import summarise
        from abscopal.report.published import describe

        reference = describe(self.protocol).control if len(self.protocol.arms) > 1 else None
        return summarise(self.tables, self.protocol.name, self.seed, reference)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was run, with what, from which sources."""
        kernel = self.design.kernel
        return {
            "protocol": self.protocol.name,
            "title": self.protocol.title,
            "indication": self.protocol.indication,
            "seed": self.seed,
            "n": len(self.adsl),
            "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
            "model_hash": kernel.model.hash,
            "marginals": self._marginals(),
            "effective_candidates": round(self.population.effective, 1),
            "counts": {**self.population.classes, "solver failure": int(self.course.failed.sum())},
            "solver": {"method": "Tsitouras 5(4)", "relative tolerance": self.population.batch.tolerance},
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "wall_seconds": round(self.wall_seconds, 2),
            "sources": bibliography(self.design),
        }

    def _marginals(self) -> dict[str, dict[str, float]]:
        """Lay the published marginals beside those of the enrolled, which selection only approaches."""
        wanted, flags = self.protocol.baseline.numbers(), self.population.baseline.flags()
        return {
            name: {"published": wanted[name], "enrolled": round(float(flag.mean()), 4)}
            for name, flag in flags.items()
            if name in wanted
        }

    def survival(self, endpoint: str = "OS") -> Survival:
        """Survival by arm: curves, medians, hazard ratios; `OS`, `PFS`, `DOR` or `TTR`."""
        from abscopal.analysis.survival import Survival

        return Survival(self.adtte, endpoint)

    def counterfactual(self, subject: str, arm: str) -> Trial:
        """Return the same virtual patient's life in another arm, as a trial of one.

        The patient is the same to the last cell on day 0 and meets the same chances; only what treatment touches
        differs.
        """
        names = list(self.adsl["USUBJID"])
        if subject not in names:
            from abscopal.errors import InputError, unknown

            raise InputError([unknown("subject", "subject", subject, names)])
        number = self.protocol.arms.index(self.protocol.arm(arm))
        alone = self.population.take(np.array([names.index(subject)]))
        begun = time.perf_counter()
        course = follow(self.design, alone, np.array([number]), self.seed)
        found = tables(self.design, alone, course, [subject])
        return Trial(self.design, self.seed, alone, course, found, time.perf_counter() - begun)

    def report(self, path: str | Path) -> Path:
        """Write the report, one self-contained HTML file."""
        from abscopal.report.page import write_report

        return write_report(self.tables, self.manifest, self.summary, self.protocol, Path(path))

    def write(self, folder: str | Path) -> Path:
        """Write the run folder: protocol, tables, manifest, summary, figures, report."""
        from abscopal.clinic.parquet import write_parquet
        from abscopal.protocol.yaml_form import to_yaml
        from abscopal.report.figures import write_figures

        folder = Path(folder)
        (folder / "adam").mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").unlink(missing_ok=True)
        (folder / "protocol.yaml").write_text(to_yaml(self.protocol), encoding="utf-8")
        for name, table in self.tables.items():
            write_parquet(table, folder / "adam" / f"{name}.parquet", name.upper())
        _write_json(folder / "summary.json", self.summary)
        write_figures(self.tables, self.protocol, folder / "figures", self.summary)
        self.report(folder / "report.html")
        _write_json(folder / "manifest.json", self.manifest)  # last: a folder with a manifest is a whole one
        return folder


def _require_whole(**numbers: tuple[object, int, int]) -> None:
    """Raise `InputError` for every number that is not whole or not within its limits."""
    from abscopal.errors import InputError, Problem

    problems = [
        Problem(name, f"a whole number from {low} to {high}", repr(value))
        for name, (value, low, high) in numbers.items()
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high
    ]
    if problems:
        raise InputError(problems)


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
    for _, fact in design.indication.facts():
        yield fact.origin(design.indication.sources)
    for drug in design.drugs.values():
        for facts in (drug.values, drug.spread, drug.weight_power):
            yield from (fact.origin(drug.sources) for fact in facts.values())


def _key(citation: str) -> str:
    author = citation.split()[0].strip(",").lower()
    year = next((word[:4] for word in citation.split() if word[:4].isdigit() and len(word) >= 4), "")
    return f"{author}-{year}" if year else author


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
