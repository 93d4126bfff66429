"""Giving what is due: doses into their compartments, daily intake switched on and off, procedures; and its record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.medication import Medication
from abscopal.clinic.records import DoseRecord
from abscopal.drugs.drug import Drug
from abscopal.engine.batch import Batch
from abscopal.errors import InputError, Problem, unknown
from abscopal.language import Model
from abscopal.population.organs import ORGAN_NAMES
from abscopal.population.virtual_population import VirtualPopulation
from abscopal.protocol.procedure import Ablation, Procedure, Radiotherapy, Resection
from abscopal.protocol.protocol import Protocol
from abscopal.protocol.regimen import Daily, Regimen
from abscopal.trial.plan import Body, Dose, Due, Intake, measured
from abscopal.trial.procedures import ablate, irradiate, met, resect

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

OUT_OF_REACH = 1e3  # grades
NAMES = {Radiotherapy: "RADIOTHERAPY", Resection: "RESECTION", Ablation: "ABLATION"}


@dataclass
class _Taken:
    """Daily intake of one drug by one sentence of one line, or (line 0) against toxicity.

    Amount per day, its first day, what was planned per day, and why: what it is taken for (a number of
    `medication.INDICATIONS`), and why it is not as planned (of `dose_modification.REASONS`), [n].
    """

    per_day: Array
    since: Array
    planned: Array
    unit: str
    indication: Index
    reason: Index

    @classmethod
    def nothing(cls, n: int, unit: str) -> _Taken:
        """Return that n subjects take nothing."""
        none = np.zeros(n, dtype=np.int64)
        return cls(np.zeros(n), np.zeros(n), np.zeros(n), unit, none, none.copy())


@dataclass
class Adjustment:
    """Why doses of one drug are not as planned (`dose_modification.REASONS`), and how many days late they are [n]."""

    reason: Index
    late: Array


@dataclass
class Giving:
    """Gives treatment to the subjects of a batch, and remembers what was given.

    Parameters
    ----------
    batch
        The truth; changed in place.
    drugs
        Every drug, by name.
    body
        What doses are measured by.
    organ, primary
        Of each lesion slot [n, L].
    last_day
        Day of the last thing given of protocol treatment (NaN without), [n].
    removal_day
        First day after day 0 on which a lesion was resected or ablated (NaN without), [n].
    records
        What was given, in order of time.
    medication
        What was given against toxicity.
    adjustments
        Why and by how much the next dose of a drug departs from the plan, by drug; for the record.
    """

    batch: Batch
    drugs: Mapping[str, Drug]
    body: Body
    organ: Index
    primary: Flags
    last_day: Array = field(init=False)
    removal_day: Array = field(init=False)
    records: list[DoseRecord] = field(default_factory=list)
    medication: list[Medication] = field(default_factory=list)
    adjustments: dict[str, Adjustment] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.batch.y)
        self.last_day, self.removal_day = np.full(n, np.nan), np.full(n, np.nan)
        self._taken: dict[tuple[int, int, str], _Taken] = {}

    @classmethod
    def to(cls, population: VirtualPopulation, drugs: Mapping[str, Drug]) -> Giving:
        """Return what gives treatment to a population."""
        return cls(population.batch, drugs, Body.of(population.baseline), population.organ, population.primary)

    def give(self, due: Due, who: Index, day: int, known: Flags, share: Array | float = 1.0) -> None:
        """Give what is due today to some subjects.

        Parameters
        ----------
        due
            What is due.
        who
            Whom it is given to [k].
        day
            Study day.
        known
            Lesions that the clinic knows [n, L].
        share
            Of the planned dose or daily amount [k].
        """
        if not len(who):
            return
        if isinstance(due.what, Dose):
            self._dose(due.what, who, day, due.line, share)
        elif isinstance(due.what, Intake):
            self._intake(due.what, (due.line, due.place), who, day, share)
        elif isinstance(due.what, Radiotherapy | Resection | Ablation):
            self._proceed(due.what, who, day, due.line, known)

    def supply(self, name: str, who: Index, day: int, amount: Array, indication: Index, *, daily: bool = False) -> None:
        """Give a drug against toxicity: a dose, or so much a day from now on (0: no more).

        Parameters
        ----------
        name
            Drug.
        who, day
            Subjects [k] and study day.
        amount
            mg, or mg/day [k].
        indication
            What for: numbers of `medication.INDICATIONS` [k].
        daily
            Whether the amount is a daily one.
        """
        if daily:
            self._take((0, 0, name), "mg", amount, who, np.full(len(who), float(day)), indication)
        elif len(who):
            drug, today = self.drugs[name], np.full(len(who), float(day))
            self.batch.dose(who, drug.dosed_species, amount * mass(drug, "mg"))
            self.medication.append(Medication(today, today, who, name, amount, "mg", indication))

    def relieve(self, threshold: str, who: Index) -> None:
        """Set the grade from which on an injury is felt out of reach, for life."""
        self.batch.parameter(threshold)[who] = OUT_OF_REACH
        self.batch.disturb(who)

    def stop(self, who: Index, day: float | Array, line: int | None = None) -> None:
        """Stop the daily intake of the subjects `who` [k] at once: of one line, or all of it."""
        when = np.broadcast_to(np.asarray(day, dtype=float), who.shape)
        for key, taken in self._taken.items():
            takers = taken.planned[who] > 0
            if takers.any() and line in (None, key[0]):
                self._take(key, taken.unit, 0.0, who[takers], when[takers])

    def takes(self, name: str, who: Index) -> Flags:
        """Whether these subjects [k] are to take a drug daily now, interrupted or not."""
        planned = [taken.planned[who] > 0 for (line, _, same), taken in self._taken.items() if same == name and line]
        return np.any(planned, axis=0) if planned else np.zeros(len(who), dtype=bool)

    def adjust(self, name: str, who: Index, day: int, share: Array, reason: Index, *, end: bool = False) -> None:
        """Change the daily intake of a drug from today on.

        Parameters
        ----------
        name
            Drug.
        who, day
            Subjects [k] and study day.
        share
            Of the planned amount [k]; 0 interrupts it.
        reason
            Numbers of `dose_modification.REASONS` [k].
        end
            Whether nothing more is planned.
        """
        for key, taken in self._taken.items():
            if key[0] == 0 or key[2] != name:
                continue
            mine = taken.planned[who] > 0
            if mine.any():
                takers, planned = who[mine], taken.planned[who[mine]]
                today = np.full(len(takers), float(day))
                after = np.zeros(len(takers)) if end else planned
                self._take(key, taken.unit, share[mine] * after, takers, today, planned=after, reason=reason[mine])

    def omit(self, due: Due, who: Index, day: int, reason: Index) -> None:
        """Record that a dose is left out for these subjects [k]."""
        assert isinstance(due.what, Dose)
        planned, nothing = self.body.take(who).amount(due.what.dose, due.what.unit), np.zeros(len(who))
        counted = measured(due.what.unit)
        record = DoseRecord(day, who, due.what.drug, nothing, due.line, counted, None, planned, reason, nothing)
        self._record(record)

    def _dose(self, what: Dose, who: Index, day: int, line: int, share: Array | float) -> None:
        drug, counted = self.drugs[what.drug], measured(what.unit)
        planned = self.body.take(who).amount(what.dose, what.unit)
        amount = share * planned
        self.batch.dose(who, drug.dosed_species, amount * mass(drug, counted))
        known = self.adjustments.get(what.drug)
        reason, late = (None, None) if known is None else (known.reason[who], known.late[who])
        self._record(DoseRecord(day, who, what.drug, amount, line, counted, None, planned, reason, late))

    def _intake(self, what: Intake, of: tuple[int, int], who: Index, day: int, share: Array | float) -> None:
        counted, today = measured(what.unit), np.full(len(who), float(day))
        planned = self.body.take(who).amount(what.per_day, what.unit)
        known = self.adjustments.get(what.drug)
        reason = 0 if known is None else known.reason[who]
        self._take((*of, what.drug), counted, share * planned, who, today, planned=planned, reason=reason)

    def _take(
        self,
        key: tuple[int, int, str],
        unit: str,
        per_day: Array | float,
        who: Index,
        day: Array,
        indication: Index | int = 0,
        *,
        planned: Array | None = None,
        reason: Index | int = 0,
    ) -> None:
        """Set the intake of one sentence from `day` on, and record what was taken until then."""
        name, n = key[2], len(self.batch.y)
        taken = self._taken.setdefault(key, _Taken.nothing(n, unit))
        until_now = (taken.per_day[who] > 0) | ((taken.planned[who] > 0) & (day > taken.since[who]))
        if until_now.any():
            once, last = who[until_now], np.ceil(day[until_now]) - 1
            self._record_intake(key, once, np.maximum(taken.since[once], last))
        taken.per_day[who], taken.since[who], taken.indication[who] = per_day, day, indication
        taken.planned[who], taken.reason[who] = per_day if planned is None else planned, reason
        drug = self.drugs[name]
        total = sum(other.per_day[who] for (_, _, same), other in self._taken.items() if same == name)
        self.batch.parameter(drug.intake)[who] = total * mass(drug, unit)
        self.batch.disturb(who)

    def _proceed(self, what: Procedure, who: Index, day: int, line: int, known: Flags) -> None:
        (volume,) = self.batch.observe(who, "imaged_volume")
        diameter = np.cbrt(6.0 / np.pi * 1000.0 * volume)
        inside = self.organ[who] == ORGAN_NAMES.index(what.lesions.organ) if what.lesions.organ else None
        chosen = met(what.lesions, diameter, known[who], inside, self.primary[who])
        some = chosen.any(axis=1)
        who, chosen = who[some], chosen[some]
        if not len(who):
            return
        if isinstance(what, Radiotherapy):
            irradiate(self.batch, who, chosen, what.dose)
            amount, unit = np.full(len(who), what.dose), "Gy"
        else:
            (ablate if isinstance(what, Ablation) else resect)(self.batch, who, chosen)
            amount, unit = chosen.sum(axis=1).astype(float), "lesions"
            self.removal_day[who] = np.fmin(self.removal_day[who], day if day > 0 else np.nan)
        self._record(DoseRecord(day, who, NAMES[type(what)], amount, line, unit))

    def _record_intake(self, key: tuple[int, int, str], who: Index, last: Array) -> None:
        (line, _, name), taken = key, self._taken[key]
        first, per_day, unit = taken.since[who], taken.per_day[who], f"{taken.unit}/day"
        if line == 0:
            self.medication.append(Medication(first, last, who, name, per_day, unit, taken.indication[who]))
        else:
            planned, reason = taken.planned[who], taken.reason[who]
            self._record(DoseRecord(first, who, name, per_day, line, unit, last, planned, reason))

    def _record(self, record: DoseRecord) -> None:
        self.records.append(record)
        if record.line == 1:
            last = np.broadcast_to(record.day if record.last_day is None else record.last_day, record.subject.shape)
            given = record.dose > 0
            who = record.subject[given]
            self.last_day[who] = np.fmax(self.last_day[who], last[given])


def mass(drug: Drug, counted: str) -> float:
    """Return what one of `counted` (mg, cells, IU) of a drug is in the unit of the species that it enters."""
    return drug.unit_mass[counted].value if counted in drug.unit_mass else 1.0


def check_treatments(protocol: Protocol, drugs: Mapping[str, Drug], model: Model) -> None:
    """See that every sentence can be carried out: its unit fits the drug, its organ is one.

    Raises
    ------
    InputError
        With every sentence that cannot.
    """
    problems = [problem for arm in protocol.arms for one in arm.treatments for problem in _problems(one, drugs, model)]
    if problems:
        raise InputError(dict.fromkeys(problems))


def _problems(treatment: object, drugs: Mapping[str, Drug], model: Model) -> Iterator[Problem]:
    if not isinstance(treatment, Regimen):
        organ = cast(Procedure, treatment).lesions.organ
        if organ and organ not in ORGAN_NAMES:
            yield unknown(str(treatment), "organ", organ, ORGAN_NAMES)
        return
    drug = drugs[treatment.drug]
    enters = model.species[drug.dosed_species].unit
    for phase in treatment.phases:
        counted = measured(phase.unit)
        if {"mg": "mg", "cells": "cell"}.get(counted) != enters and counted not in drug.unit_mass:
            known = " or ".join(["cells" if enters == "cell" else enters, *drug.unit_mass])
            yield Problem(str(treatment), f"a dose of {drug.name} in {known}", phase.unit)
        if isinstance(phase, Daily) and not drug.kinetics.continuous and phase.times > 1:
            yield Problem(str(treatment), f"one dose of {drug.name} a day at most", f"{phase.times}")
