"""The laboratory: what each test shows of an injury or a count, with which error, and which CTCAE grade that is.

Maps from injuries, which are in grades, to concentrations run through the limits of the Common Terminology Criteria for
Adverse Events, version 5, so that without error the grade of the value is the grade of the injury. Between these points
the logarithm is linear in the injury. Where version 5 grades by what is done rather than by the value (thyroid,
cortisol, glucose, troponin, CRP), the value has no grade. Lipase is not measured: no organ of the model makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criteria.criterion import Floats, Integers
from abscopal.sources import Source, assumed, cited

Grades = NDArray[np.int8]
Points = tuple[tuple[float, ...], tuple[float, ...]]

_CTCAE = "Common Terminology Criteria for Adverse Events v5.0, National Cancer Institute 2017"
_RICOS = "Ricos C et al. Scand J Clin Lab Invest 1999;59:491-500, database of biological variation"
_NONE = np.inf
_AT = 1 - 1e-6  # a value is at a limit in spite of rounding


def _ctcae(where: str) -> Source:
    return cited(_CTCAE, where=where, recalled=True)


@dataclass(frozen=True)
class Analyte:
    """One laboratory test.

    Parameters
    ----------
    code, name, unit
        PARAMCD, PARAM and AVALU of its rows.
    normal
        Lower and upper limit of normal, in `unit`.
    error
        Standard deviation of the logarithm between two samples of an unchanged patient.
    decimals
        To which the laboratory reports it.
    source
        Of the limits of the grades, or why there are none.
    rising
        Limits of grades 1 to 4 in multiples of the upper limit of normal; reached from below.
    falling
        Limits of grades 1 to 4 in `unit`; undercut.
    of_own
        Limits of grades 1 to 4 in multiples of the patient's own value before treatment; reached from below.
    """

    code: str
    name: str
    unit: str
    normal: tuple[float, float]
    error: float
    decimals: int
    source: Source
    rising: tuple[float, ...] = ()
    falling: tuple[float, ...] = ()
    of_own: tuple[float, ...] = ()

    @property
    def graded(self) -> bool:
        """Whether CTCAE grades it by its value."""
        return bool(self.rising or self.falling)

    def grade(self, value: Floats, own: Floats | None = None) -> Grades:
        """Return the CTCAE grade of each value [n], 0 to 4; of one that is not graded by value, 0.

        Parameters
        ----------
        value
            In `unit`, [n].
        own
            The patients' own values before treatment, [n]; those who were above normal by then have no grade 1 of the
            upper limit of normal alone.
        """
        reached = np.zeros(value.shape, dtype=np.int8)
        if self.falling:
            reached = np.maximum(reached, (value[:, None] < np.array(self.falling)).sum(axis=1))
        if self.rising:
            reached = np.maximum(reached, (value[:, None] >= _AT * np.array(self.rising) * self.normal[1]).sum(axis=1))
        if self.of_own and own is not None:
            multiple = (value / own)[:, None] >= _AT * np.array(self.of_own)
            numbers = np.where(np.isfinite(self.of_own), np.arange(1, 5), 0)
            reached = np.maximum(reached, (multiple * numbers).max(axis=1))
        return np.asarray(reached, dtype=np.int8)


ANALYTES: tuple[Analyte, ...] = (
    Analyte(
        "NEUT", "Neutrophils", "10^9/L", (2.0, 7.5), 0.17, 2, _ctcae("Neutrophil count decreased"),
        falling=(2.0, 1.5, 1.0, 0.5),
    ),
    Analyte(
        "LYMPH", "Lymphocytes", "10^9/L", (1.0, 4.0), 0.10, 2, _ctcae("Lymphocyte count decreased"),
        falling=(1.0, 0.8, 0.5, 0.2),
    ),
    Analyte(
        "ALT", "Alanine aminotransferase", "U/L", (5.0, 40.0), 0.18, 0, _ctcae("Alanine aminotransferase increased"),
        rising=(1.0, 3.0, 5.0, 20.0),
    ),
    Analyte(
        "BILI", "Total bilirubin", "mg/dL", (0.2, 1.2), 0.22, 1, _ctcae("Blood bilirubin increased"),
        rising=(1.0, 1.5, 3.0, 10.0),
    ),
    Analyte(
        "CREAT", "Creatinine", "mg/dL", (0.5, 1.2), 0.06, 2, _ctcae("Creatinine increased"),
        rising=(1.0, 1.5, 3.0, 6.0), of_own=(_NONE, 1.5, 3.0, _NONE),
    ),
    Analyte("TSH", "Thyrotropin", "mIU/L", (0.4, 4.0), 0.19, 2, _ctcae("Hypothyroidism: by symptoms and treatment")),
    Analyte("FT4", "Free thyroxine", "pmol/L", (12.0, 22.0), 0.06, 1, _ctcae("Hypothyroidism: by symptoms, treatment")),
    Analyte("CORT", "Morning cortisol", "nmol/L", (140.0, 690.0), 0.18, 0, _ctcae("Adrenal insufficiency")),
    Analyte("GLUC", "Fasting glucose", "mg/dL", (70.0, 110.0), 0.06, 0, _ctcae("Hyperglycemia: by treatment")),
    Analyte("TROP", "Troponin T", "ng/L", (0.0, 14.0), 0.25, 0, _ctcae("Cardiac troponin T increased: by infarction")),
    Analyte("CRP", "C-reactive protein", "mg/L", (0.0, 5.0), 0.35, 1, _ctcae("has no term for it")),
    Analyte(
        "LDH", "Lactate dehydrogenase", "U/L", (120.0, 250.0), 0.09, 0,
        _ctcae("Blood lactate dehydrogenase increased: grade 1 only"), rising=(1.0, _NONE, _NONE, _NONE),
    ),
)  # fmt: skip
"""Every test; what a model does not move is not measured. Order is that of the random numbers: add at the end."""

BY_CODE: Mapping[str, Analyte] = {analyte.code: analyte for analyte in ANALYTES}

ERRORS = cited(
    _RICOS, derived="variation within a person, with that of the assay; CRP and troponin ours", recalled=True
)

_INJURY = (0.0, 1.0, 2.0, 3.0, 4.0, 8.0)
CURVES: Mapping[str, Points] = {
    "ALT": (_INJURY, (20.0, 40.0, 120.0, 200.0, 800.0, 4000.0)),
    "BILI": (_INJURY, (0.6, 0.7, 1.0, 1.8, 4.0, 15.0)),
    "CREAT": (_INJURY, (1.0, 1.25, 1.5, 3.0, 8.0, 12.0)),
    "TSH": (_INJURY, (1.8, 6.0, 20.0, 60.0, 100.0, 100.0)),
    "FT4": (_INJURY, (16.0, 13.0, 9.0, 5.0, 3.0, 3.0)),
    "CORT": (_INJURY, (380.0, 230.0, 130.0, 70.0, 30.0, 20.0)),
    "GLUC": (_INJURY, (95.0, 130.0, 200.0, 300.0, 550.0, 800.0)),
    "TROP": (_INJURY, (6.0, 20.0, 100.0, 500.0, 3000.0, 10000.0)),
}
"""Value by injury in grades, in the analyte's unit; creatinine in multiples of the patient's own."""

PITUITARY_TSH, PITUITARY_FT4, LDH_POWER = 0.6, 0.8, 0.3
SOURCES: Mapping[str, Source] = {
    "ERRORS": ERRORS,
    "ALT": _ctcae("Alanine aminotransferase increased, 1, 3, 5 and 20 times the upper limit of normal of 40 U/L"),
    "BILI": assumed("bilirubin rises above normal when transaminases are at grade 3, Hy's law at grade 4"),
    "CREAT": assumed("1.5 and 3 times the own value are grades 2 and 3 of CTCAE v5, 8 times about 6 times normal"),
    "TSH": assumed("overt hypothyroidism at 10 to 20 mIU/L, at 60 and more myxoedema threatens"),
    "FT4": assumed("below normal where symptoms begin, at grade 2"),
    "CORT": assumed("morning cortisol below 140 nmol/L, seen at grade 2, calls for replacement; below 80 it is proof"),
    "GLUC": assumed("126 mg/dL is diabetes; CTCAE v4 had 160, 250 and 500 mg/dL as grades 2, 3 and 4"),
    "TROP": assumed("above the 99th percentile of 14 ng/L from grade 1 on; thousands in fulminant myocarditis"),
    "PITUITARY_TSH": assumed("thyrotropin falls to 0.6 of it with each grade of hypophysitis, 0.3 to 0.9"),
    "PITUITARY_FT4": assumed("free thyroxine falls to 0.8 of it with each grade of hypophysitis, 0.6 to 0.95"),
    "LDH_POWER": assumed("LDH at baseline follows the burden with a power of some 0.3, 0.1 to 0.6"),
}


def curve(code: str, injury: Floats) -> Floats:
    """Return what a test would show without error at each injury in grades [n], in the unit of `CURVES`."""
    at, value = CURVES[code]
    return np.asarray(np.exp(np.interp(injury, at, np.log(value))))


def own_creatinine(age: Floats, weight: Floats, male: NDArray[np.bool_], clearance: Floats) -> Floats:
    """Return the creatinine in mg/dL that goes with a clearance in mL/min (Cockcroft DW, Gault MH 1976), [n].

    Parameters
    ----------
    age, weight, male, clearance
        In years, kg, true for men, and mL/min, [n].
    """
    return np.asarray((140.0 - age) * weight / (72.0 * clearance) * np.where(male, 1.0, 0.85))


@dataclass(frozen=True)
class LabRecord:
    """Blood taken from k subjects on one day.

    Parameters
    ----------
    day : int, day
        Study day.
    subject : (k,) int
        Index of each subject.
    value : (k, m) float32
        Of each analyte measured, in its unit.
    grade : (k, m) int8
        Its CTCAE grade; -1 where the value has none.
    """

    day: int
    subject: Integers
    value: NDArray[np.float32]
    grade: Grades
