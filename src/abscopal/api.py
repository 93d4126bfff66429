"""The public verbs: run a trial, look at it, write it down."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from abscopal import catalogue
from abscopal.engine.kernel import Backend
from abscopal.population.pools import pools
from abscopal.protocol.protocol import Protocol
from abscopal.runs.failures import failures_of
from abscopal.runs.finish import write_run
from abscopal.runs.manifest import manifest, summary
from abscopal.trial.course import Course
from abscopal.trial.simulate import Design, enrol, follow, prepare, randomise, tables

if TYPE_CHECKING:
    import pandas as pd

    from abscopal.analysis.survival import Survival
    from abscopal.population.virtual_population import VirtualPopulation

Progress = Callable[[str, float], None]
"""Called with the name of the stage and the share of it that is done."""


def run(
    protocol: Protocol | str | Path,
    *,
    seed: int = 1,
    subjects: int | None = None,
    workers: int = 1,
    backend: Backend = "cpu",
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
    backend
        What computes the patients: "cpu", or "cuda" for an NVIDIA GPU (extra `gpu`).
    progress
        Called as the work goes on.

    Returns
    -------
    Trial

    Raises
    ------
    InputError
        With every problem of the protocol, or if this machine cannot compute on what `backend` names.
    """
    _require_whole(seed=(seed, 0, 2**63 - 1), workers=(workers, 1, 1024))
    if subjects is not None:
        _require_whole(subjects=(subjects, 1, 1_000_000))
    tell = progress or (lambda stage, share: None)
    begun = time.perf_counter()
    planned = protocol if isinstance(protocol, Protocol) else catalogue.load_protocol(protocol)
    count = subjects or planned.subjects
    tell("compiling the model", 0.0)
    design = prepare(planned, backend)
    tell("growing the patients", 0.0)
    population = enrol(design, seed, count, workers)
    tell("growing the patients", 1.0)
    arm = randomise(design, population, seed, pools(count))
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
        """Doses, daily intake and procedures."""
        return self.tables["adex"]

    @property
    def adtruth(self) -> pd.DataFrame:
        """The truth behind each scan, which only a simulation knows."""
        return self.tables["adtruth"]

    @property
    def adce(self) -> pd.DataFrame:
        """Clinical events: symptoms by site, biopsies of new lesions."""
        return self.tables["adce"]

    @property
    def adcm(self) -> pd.DataFrame:
        """Drugs given for toxicity."""
        return self.tables["adcm"]

    @property
    def adae(self) -> pd.DataFrame:
        """Adverse events: an episode per row, with its highest grade."""
        return self.tables["adae"]

    @property
    def adlb(self) -> pd.DataFrame:
        """Laboratory values; empty unless the protocol keeps them (`management.labs`)."""
        return self.tables["adlb"]

    @cached_property
    def failures(self) -> list[dict[str, Any]]:
        """Subjects whose computation failed: `subject`, `day` reached, `status` of the engine, `reason`."""
        return failures_of(self.course, list(self.adsl["USUBJID"]))

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Rates (fractions of 1) and times (months) by arm, hazard ratios, and how many failed for what reasons."""
        return summary(self.design, self.tables, self.seed, self.failures, [], self.population.screening)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was run, with what, from which sources."""
        traits = self.population.baseline.flags()
        return manifest(
            self.design,
            seed=self.seed,
            n=len(self.adsl),
            classes=self.population.classes,
            effective=self.population.effective,
            screening=self.population.screening,
            marginals={name: float(flag.mean()) for name, flag in traits.items()},
            failed=len(self.failures),
            wall_seconds=self.wall_seconds,
            backend=self.design.kernel.backend,
        )

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

    def benefit_risk(
        self,
        subjects: int | Sequence[str] = 20,
        *,
        lives: int = 20,
        months: float = 24.0,
        reference: str | None = None,
        workers: int = 1,
    ) -> pd.DataFrame:
        """Benefit and risk of single patients: each is lived through several times in every arm.

        Parameters
        ----------
        subjects
            How many, in order of enrolment, or their names.
        lives
            Lives of each in each arm, from 1 to 100; a probability is known to about 0.5 / sqrt(lives).
        months
            Months for which each life is followed.
        reference
            Arm that survival is compared with; by default the first of the protocol.
        workers
            Threads; the result does not depend on it.

        Returns
        -------
        DataFrame
            A row for each patient and arm: `MEAN`, months lived up to the horizon; `GAIN` on the reference arm;
            `RESPONSE` and `SEVERE`, probabilities of response and of a related adverse event of grade 3 or worse.

        Raises
        ------
        InputError
            If a subject or an arm is not known, or a number makes no sense.
        """
        import pandas as pd

        from abscopal.analysis.benefit_risk import of_patients, outcomes
        from abscopal.trial.lives import MOST_LIVES
        from abscopal.trial.lives import lives as lived

        _require_whole(lives=(lives, 1, MOST_LIVES))
        against = self.protocol.arm(reference).name if reference else self.protocol.arms[0].name
        places = self._places(subjects)
        names, alone = self.adsl["USUBJID"].to_numpy()[places], self.population.take(places)
        found = []
        for number, _ in enumerate(self.protocol.arms):
            again, course = lived(self.design, alone, number, self.seed, lives, months, workers)
            ids = [f"{name} #{life}" for life in range(lives) for name in names]
            of_arm = tables(self.design, again, course, ids)
            found.append(outcomes(of_arm).assign(USUBJID=lambda t: t["USUBJID"].astype("str").str.partition(" #")[0]))
        return of_patients(pd.concat(found), against, months)

    def _places(self, subjects: int | Sequence[str]) -> NDArray[np.int64]:
        """Places of subjects in the population; `subjects` as in `benefit_risk`."""
        from abscopal.errors import InputError, unknown

        names = list(self.adsl["USUBJID"])
        if isinstance(subjects, int):
            _require_whole(subjects=(subjects, 1, len(names)))
            return np.arange(subjects)
        known = {name: place for place, name in enumerate(names)}
        if problems := [unknown("subjects", "subject", name, names) for name in subjects if name not in known]:
            raise InputError(problems)
        return np.array([known[name] for name in subjects])

    def report(self, path: str | Path) -> Path:
        """Write the report, one self-contained HTML file."""
        from abscopal.report.page import write_report

        return write_report(self.tables, self.manifest, self.summary, self.protocol, Path(path))

    def write(self, folder: str | Path) -> Path:
        """Write the run folder: protocol, tables, manifest, summary, failures, figures, report."""
        from abscopal.clinic.parquet import write_parquet

        folder = Path(folder)
        (folder / "adam").mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").unlink(missing_ok=True)
        for name, table in self.tables.items():
            write_parquet(table, folder / "adam" / f"{name}.parquet", name)
        write_run(folder, self.design, self.tables, self.summary, self.failures, self.manifest)
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
