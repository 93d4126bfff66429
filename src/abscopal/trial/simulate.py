"""One simulated trial, from protocol to tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from abscopal import catalogue
from abscopal.clinic.adverse_events import adae
from abscopal.clinic.clinical_events import adce
from abscopal.clinic.criteria.criterion import criterion_named
from abscopal.clinic.lab_table import adlb
from abscopal.clinic.medication import adcm
from abscopal.clinic.records import Subjects, adex
from abscopal.clinic.words import spelled
from abscopal.drugs.drug import Drug
from abscopal.engine.kernel import Backend, Kernel, compile_model
from abscopal.indications.indication import Indication
from abscopal.indications.posterior import turned
from abscopal.population.eligibility import check_conditions
from abscopal.population.pools import Pool
from abscopal.population.virtual_population import VirtualPopulation, draw_population
from abscopal.protocol.protocol import Protocol
from abscopal.trial.conduct import conduct
from abscopal.trial.course import Course
from abscopal.trial.giving import check_treatments
from abscopal.trial.randomise import permuted_blocks, stratified_blocks
from abscopal.trial.scan_tables import measurements, responses
from abscopal.trial.strata import stratum_of
from abscopal.trial.subject_level import adsl, known
from abscopal.trial.supportive import supportive
from abscopal.trial.time_to_event import time_to_event
from abscopal.trial.truth import adtruth

if TYPE_CHECKING:
    import pandas as pd

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Design:
    """A protocol with what it refers to, looked up and compiled."""

    protocol: Protocol
    indication: Indication
    drugs: dict[str, Drug]
    kernel: Kernel


def prepare(protocol: Protocol, backend: Backend = "cpu", values: Mapping[str, float] | None = None) -> Design:
    """Look up the indication and the drugs of a protocol and compile the model with them.

    Parameters
    ----------
    protocol, backend
        The trial, and what patients are computed on.
    values
        Numbers of the indication, of mechanisms and of drugs to be set, by path: a draw of a posterior
        (`abscopal.indications.posterior`).

    Raises
    ------
    InputError
        If the catalogue lacks one of them, some treatment cannot be given, this machine cannot compute on what
        `backend` names, or `values` names a number that is not there.
    """
    indication = catalogue.indication(protocol.indication)
    if values:
        indication = turned(indication, values)
    check_conditions(
        {name: getattr(protocol, name) for name in ("eligibility", "contraindications", "stratify")}, indication
    )
    given = [catalogue.drug(name) for name in protocol.drugs]
    drugs = {drug.name: drug for drug in (*given, *map(catalogue.drug, supportive(given, protocol.management)))}
    model = catalogue.disease_model(drugs.values(), (*indication.tags, *protocol.procedures))
    check_treatments(protocol, drugs, model)
    return Design(protocol, indication, drugs, compile_model(model, backend=backend))


def enrol(
    design: Design, seed: int, subjects: int | None = None, workers: int = 1, which: Sequence[Pool] | None = None
) -> VirtualPopulation:
    """Draw the virtual patients of a trial, or of some of its pools, on day 0."""
    protocol = design.protocol
    return draw_population(
        design.indication,
        design.kernel,
        list(design.drugs.values()),
        subjects or protocol.subjects,
        seed,
        line=protocol.line,
        setting=protocol.setting if protocol.setting in ("adjuvant", "neoadjuvant") else "metastatic",
        marginals=protocol.baseline.numbers(),
        eligibility=protocol.eligibility,
        contraindications=protocol.contraindications,
        like_enrolled=protocol.candidates == "as enrolled",
        workers=workers,
        which=which,
    )


def follow(
    design: Design,
    population: VirtualPopulation,
    arm: Index,
    seed: int,
    *,
    workers: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Course:
    """Conduct the trial on a copy of the population, so that it can be lived through again in another arm."""
    own = population.take(np.arange(len(arm)))
    criterion = criterion_named(design.protocol.criteria)
    return conduct(design.protocol, design.drugs, own, arm, criterion, seed, workers=workers, progress=progress)


def tables(
    design: Design, population: VirtualPopulation, course: Course, names: list[str] | None = None
) -> dict[str, pd.DataFrame]:
    """Return the ADaM tables of a conducted trial, by name in lower case."""
    return {name: spelled(table) for name, table in coded_tables(design, population, course, names).items()}


def coded_tables(
    design: Design, population: VirtualPopulation, course: Course, names: list[str] | None = None
) -> dict[str, pd.DataFrame]:
    """Return the same tables with words as categories, which are made, written and counted many times faster."""
    protocol, criterion = design.protocol, criterion_named(design.protocol.criteria)
    arms = [protocol.arms[number].name for number in course.arm]
    subjects = Subjects(protocol.name, names or subject_names(len(arms)), arms)
    end = known(course)
    return {
        "adsl": adsl(subjects, protocol, population, course, end),
        "adtr": measurements(subjects, course, criterion),
        "adrs": responses(subjects, course, criterion),
        "adtruth": adtruth(subjects, course.truth, course.scans),
        "adtte": time_to_event(subjects, protocol, course, end, criterion),
        "adex": adex(subjects, course.doses),
        "adcm": adcm(subjects, course.medication),
        "adce": adce(subjects, course.events),
        "adae": adae(subjects, course.graded, course.grades, course.subsequent_day),
        "adlb": adlb(subjects, course.tested, course.samples),
    }


def subject_names(count: int, first: int = 0, last: int | None = None) -> list[str]:
    """Return `SUBJ-0001` and so on, of subjects `first` to `last` (exclusive, counted from 0) of a trial of `count`."""
    width = max(4, len(str(count)))
    return [f"SUBJ-{number:0{width}d}" for number in range(first + 1, (count if last is None else last) + 1)]


def randomise(design: Design, population: VirtualPopulation, seed: int, which: Sequence[Pool]) -> Index:
    """Randomise the subjects of some pools, consecutive ones, to the arms of a protocol: within strata, if it has any.

    Returns arm numbers [n]; a subject's depends on his or her pool alone.
    """
    protocol, first = design.protocol, which[0].first
    if not protocol.stratify:
        return allocate(protocol, len(population.number), seed, first)
    stratum, weights = stratum_of(protocol.stratify, population.baseline), [arm.allocation for arm in protocol.arms]
    parts = [
        stratified_blocks(weights, stratum[pool.first - first : pool.last - first], seed, pool.first) for pool in which
    ]
    return np.concatenate(parts)


def allocate(protocol: Protocol, count: int, seed: int, first: int = 0) -> Index:
    """Randomise `count` subjects, from subject `first` of the trial, to the arms of a protocol without strata."""
    return permuted_blocks([arm.allocation for arm in protocol.arms], count, seed, first)
