"""Blood tests during the trial: what the laboratory would find in each patient, read from the truth with its error.

Every safety visit takes blood. Adverse events that the laboratory finds are graded from it; where the protocol asks for
it (`management.labs`), each value is kept for ADLB. The error of a test depends on the seed, the subject, the day and
the test alone, so it is the same in every arm and company.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.laboratory import (
    ANALYTES,
    BY_CODE,
    LDH_POWER,
    PITUITARY_FT4,
    PITUITARY_TSH,
    LabRecord,
    curve,
    own_creatinine,
)
from abscopal.clinic.toxicity_grades import EVENTS, Grades
from abscopal.engine.batch import Batch
from abscopal.population.baseline import Baseline
from abscopal.random_streams import normal

Array = NDArray[np.float64]
Index = NDArray[np.int64]

_PER_ML = 1e-6  # 10^9 per L in cells per mL
_PLACE = {analyte.code: place for place, analyte in enumerate(ANALYTES)}
_LEAST_CELLS = 1e6  # burden below which LDH does not fall further: a lesion that nobody can see
_INJURIES = {
    "ALT": ("injury_liver", "drug_injury_liver"),
    "BILI": ("injury_liver", "drug_injury_liver"),
    "CREAT": ("injury_kidney", "drug_injury_kidney"),
    "TSH": ("injury_thyroid", "injury_pituitary"),
    "FT4": ("injury_thyroid", "injury_pituitary"),
    "CORT": ("injury_adrenal", "injury_pituitary"),
    "GLUC": ("injury_islets",),
    "TROP": ("injury_heart", "drug_injury_heart"),
}
"""What each test shows; of several injuries the worst."""


class Laboratory:
    """Takes blood of n subjects.

    Parameters
    ----------
    batch
        The truth.
    baseline
        What was known on day 0.
    seed, number
        Of the run; of each subject [n].
    keep
        Whether values are kept for ADLB.

    Attributes
    ----------
    clearance
        Creatinine clearance in mL/min at the last sample [n].
    codes
        Tests of what the model moves, in the order of `ANALYTES`.
    records
        Values kept, in order of time.
    """

    def __init__(self, batch: Batch, baseline: Baseline, seed: int, number: Index, *, keep: bool = False) -> None:
        self.batch, self.baseline, self.seed, self.number, self.keep = batch, baseline, seed, number, keep
        self.known = frozenset(batch.kernel.layout.patient_species)
        self.own = own_creatinine(baseline.age, baseline.weight, baseline.male, baseline.gfr)
        self.burden = self._cells(np.arange(len(number))) if keep else np.empty(0)
        self.tests = self._tests()
        self.clearance = np.asarray(baseline.gfr, dtype=float).copy()
        self.codes = [analyte.code for analyte in ANALYTES if analyte.code in self.tests]
        self.records: list[LabRecord] = []

    def sample(self, who: Index, day: int) -> Array:
        """Take blood of these subjects [k] and return the factor by which each test errs, [k, tests]."""
        score = normal(self.seed, self.number[who], "laboratory", day, len(ANALYTES))
        factor = np.exp(score * np.array([analyte.error for analyte in ANALYTES]))
        if "CREAT" in self.tests:
            creatinine = self.tests["CREAT"](who) * factor[:, _PLACE["CREAT"]]
            self.clearance[who] = self.baseline.gfr[who] * self.own[who] / creatinine
        if self.keep and self.codes:
            self._record(who, day, factor)
        return np.asarray(factor)

    def grade(self, event: str, who: Index, factor: Array) -> Grades:
        """Return the grades of an event that the laboratory finds, as far as the event's own cause shows in it.

        Parameters
        ----------
        event
            Key of `EVENTS` with an analyte.
        who
            Subjects [k].
        factor
            As `sample` returned it.
        """
        code = EVENTS[event].analyte
        own = self.own[who] if code == "CREAT" else None
        truth = self._shown(code, (event,), who) if code in _INJURIES else self.tests[code](who)
        return BY_CODE[code].grade(truth * factor[:, _PLACE[code]], own)

    def _record(self, who: Index, day: int, factor: Array) -> None:
        value = np.empty((len(who), len(self.codes)), dtype=np.float32)
        grade = np.full(value.shape, -1, dtype=np.int8)
        for column, code in enumerate(self.codes):
            value[:, column] = self.tests[code](who) * factor[:, _PLACE[code]]
            if BY_CODE[code].graded:
                own = self.own[who] if code == "CREAT" else None
                grade[:, column] = BY_CODE[code].grade(value[:, column].astype(float), own)
        self.records.append(LabRecord(day, who, value, grade))

    def _tests(self) -> dict[str, Callable[[Index], Array]]:
        """Return what each test shows without error, by its code, as far as the model moves it."""
        tests: dict[str, Callable[[Index], Array]] = {
            code: lambda who, code=code: self._shown(code, _INJURIES[code], who)  # type: ignore[misc]
            for code, injuries in _INJURIES.items()
            if self.known & set(injuries)
        }
        if "neutrophils" in self.known:
            tests["NEUT"] = lambda who: self._count("neutrophils", self.batch.column("neutrophils")[who], who)
        if "lymphocytes_lost" in self.known:
            tests["LYMPH"] = lambda who: self._count("lymphocytes", 1 - self.batch.column("lymphocytes_lost")[who], who)
        if self.keep:
            tests["LDH"] = self._ldh
            if "CRP" in self.baseline.readouts:
                tests["CRP"] = self._crp
        return tests

    def _shown(self, code: str, injuries: tuple[str, ...], who: Index) -> Array:
        present = [name for name in injuries if name in self.known and name != "injury_pituitary"]
        worst = np.zeros(len(who))
        for name in present:
            worst = np.maximum(worst, self.batch.column(name)[who])
        pituitary = "injury_pituitary" in injuries and "injury_pituitary" in self.known
        central = self.batch.column("injury_pituitary")[who] if pituitary else np.zeros(len(who))
        if code == "CORT":
            worst = np.maximum(worst, central)
        factor = {"CREAT": self.own[who], "TSH": PITUITARY_TSH**central, "FT4": PITUITARY_FT4**central}
        return np.asarray(curve(code, worst) * factor.get(code, 1.0))

    def _count(self, name: str, left: Array, who: Index) -> Array:
        return np.asarray(left * self.batch.parameter(f"{name}_baseline")[who] * _PER_ML)

    def _cells(self, who: Index) -> Array:
        (cells,) = self.batch.observe(who, "C")
        return np.asarray(np.maximum(cells.sum(axis=1), _LEAST_CELLS))

    def _ldh(self, who: Index) -> Array:
        grown = (self._cells(who) / self.burden[who]) ** LDH_POWER
        return np.asarray(self.baseline.ldh[who] * BY_CODE["LDH"].normal[1] * grown)

    def _crp(self, who: Index) -> Array:
        usual = np.asarray(self.baseline.readouts["CRP"][who], dtype=float)
        return np.asarray(usual + (self.batch.column("CRP")[who] if "CRP" in self.known else 0.0))
