"""How fast tumours grow before and under treatment, and hyperprogression by its published definitions.

    TGR = 100 (exp(3 ln(D2 / D1) / t) - 1)      tumour growth rate, % of volume per month
    TGK = (D2 - D1) / t                         tumour growth kinetics, mm per month

D1 and D2 are sums of target diameters at two scans t months apart; volume goes as their cube. A definition is data:
sets of facts; where all facts of one set hold, it is hyperprogression. Most compare with the time before treatment and
need a scan before the baseline scan; where the tumour did not grow then, a ratio says nothing and the subject cannot be
evaluated.

References
----------
Ferte C et al. Clin Cancer Res 2014;20:246 (TGR). Definitions: see `DEFINITIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from abscopal.clinic.criteria.criterion import Bools, Floats, Integers, reaches
from abscopal.errors import InputError, unknown
from abscopal.sources import Source, assumed, cited
from abscopal.units import DAYS_PER_MONTH

EIGHT_WEEKS = 56.0
WINDOW = 7.0
TWO_MONTHS = 2 * DAYS_PER_MONTH

_REVIEW = "as two reviews tabulate it (ERJ Open Res, openres.ersjournals.com markup 14155; PMC7011624, table 1)"
SOURCES: dict[str, Source] = {
    "Champiat 2017": cited("Champiat S et al., Clin Cancer Res 2017;23:1920-1928", derived=_REVIEW, recalled=True),
    "Ferrara 2018": cited("Ferrara R et al., JAMA Oncol 2018;4:1543-1552", derived=_REVIEW, recalled=True),
    "Saada-Bouzid 2017": cited("Saada-Bouzid E et al., Ann Oncol 2017;28:1605-1611", derived=_REVIEW, recalled=True),
    "Kato 2017": cited("Kato S et al., Clin Cancer Res 2017;23:4242-4250", derived=_REVIEW, recalled=True),
    "Kas 2020": cited("Kas B et al., JAMA Oncol 2020;6:1039-1046", where="key points (PMC7290708)"),
    "Matos 2020": cited("Matos I et al., Clin Cancer Res 2020;26:1846-1855", where="abstract", recalled=True),
    "tumour_growth_rate": cited("Ferte C et al., Clin Cancer Res 2014;20:246-252", recalled=True),
    "WINDOW": assumed("a scan due eight weeks after the start of treatment may be taken a week late"),
    "burden and pace": assumed("Kato's burden is taken as the sum of targets, its pace as their growth kinetics"),
    "no growth before": assumed("a ratio to a rate of zero or less says nothing about acceleration"),
}
"""Where the definitions come from."""


@dataclass(frozen=True)
class Growth:
    """Sums of targets before, at and after baseline, and what else the definitions ask of n subjects, all (n,).

    Parameters
    ----------
    before_mm, baseline_mm, on_mm : float, mm
        Sum of target diameters at the scan before baseline, at baseline and under treatment; NaN where not known.
    before_days, on_days : float, day
        From the scan before to baseline, and from baseline to the scan under treatment.
    treated_days : float, day
        From the start of treatment to the scan under treatment.
    progressed : bool
        The scan under treatment shows progression by RECIST.
    new_organs : int
        Organs in which it shows new lesions.
    failure_days : float, day
        From the start of treatment to its end for whatever reason; NaN where not known, infinite while it goes on.
    """

    before_mm: Floats
    baseline_mm: Floats
    on_mm: Floats
    before_days: Floats
    on_days: Floats
    treated_days: Floats
    progressed: Bools
    new_organs: Integers
    failure_days: Floats

    @property
    def rates(self) -> tuple[Floats, Floats]:
        """TGR before and under treatment, % of volume per month."""
        before = tumour_growth_rate(self.before_mm, self.baseline_mm, self.before_days)
        return before, tumour_growth_rate(self.baseline_mm, self.on_mm, self.on_days)

    @property
    def kinetics(self) -> tuple[Floats, Floats]:
        """TGK before and under treatment, mm per month."""
        before = tumour_growth_kinetics(self.before_mm, self.baseline_mm, self.before_days)
        return before, tumour_growth_kinetics(self.baseline_mm, self.on_mm, self.on_days)


@dataclass(frozen=True)
class Definition:
    """A published definition of hyperprogression.

    Parameters
    ----------
    name : str
        First author and year.
    any_of : tuple of tuples of str
        Sets of facts; all facts of at least one must hold.
    knows : tuple of str
        Fields of `Growth` without which nobody can be evaluated.
    sentence : str
        What it says, in our words.
    """

    name: str
    any_of: tuple[tuple[str, ...], ...]
    knows: tuple[str, ...]
    sentence: str

    @property
    def within(self) -> float:
        """Day of treatment up to which a scan counts; infinity: the first scan, whenever it was."""
        return EIGHT_WEEKS + WINDOW if any(_EARLY in one for one in self.any_of) else np.inf


_BEFORE = ("before_mm", "before_days")
_MEASURED = ("baseline_mm", "on_mm", "on_days")
_EARLY = "progression within 8 weeks"

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "Champiat 2017",
        (("progression", "TGR at least doubled"),),
        (*_BEFORE, *_MEASURED),
        "progression by RECIST at the first scan, with a TGR at least twice that before treatment",
    ),
    Definition(
        "Ferrara 2018",
        (("progression", "TGR up by more than 50"),),
        (*_BEFORE, *_MEASURED),
        "progression at the first scan, with a TGR more than 50 points (% of volume per month) above that before",
    ),
    Definition(
        "Kas 2020",
        (("progression", "TGR up by more than 100"),),
        (*_BEFORE, *_MEASURED),
        "progression at the first scan, with a TGR more than 100 points (% of volume per month) above that before",
    ),
    Definition(
        "Saada-Bouzid 2017",
        (("TGK at least doubled",),),
        (*_BEFORE, *_MEASURED),
        "growth kinetics at the first scan at least twice those before treatment",
    ),
    Definition(
        "Kato 2017",
        (("treatment failed within 2 months", "burden up by more than half", "TGK more than doubled"),),
        (*_BEFORE, *_MEASURED, "failure_days"),
        "treatment failed in under 2 months, the burden grew by more than half, at more than twice its pace before",
    ),
    Definition(
        "Matos 2020",
        (
            (_EARLY, "sum up by 10 mm", "sum up by 40 %"),
            (_EARLY, "sum up by 10 mm", "sum up by 20 %", "new lesions in 2 organs"),
        ),
        ("baseline_mm", "on_mm"),
        "progression by RECIST within 8 weeks, targets at least 10 mm larger, and 40 % larger or 20 % with new lesions "
        "in two organs or more",
    ),
)
"""The definitions, by year and name; Matos' alone needs no scan before baseline."""


def definition_named(name: str) -> Definition:
    """Return a definition by its first author, with or without the year, whatever its case.

    Raises
    ------
    InputError
        With the nearest known name.
    """
    for definition in DEFINITIONS:
        if name.strip().lower() in (definition.name.lower(), definition.name.split()[0].lower()):
            return definition
    known = [definition.name for definition in DEFINITIONS]
    raise InputError([unknown("hyperprogression", "definition of hyperprogression", name, known)])


def tumour_growth_rate(first_mm: Floats, second_mm: Floats, days: Floats) -> Floats:
    """Return the change of volume from one sum of diameters to another, in % per month; NaN where none can be told.

    Parameters
    ----------
    first_mm, second_mm : (n,) float, mm
        Sums of target diameters.
    days : (n,) float, day
        Between the two scans.
    """
    ratio = np.where(first_mm > 0, second_mm, np.nan) / np.where(first_mm > 0, first_mm, 1.0)
    return np.asarray(100.0 * (ratio ** (3.0 / _months(days)) - 1.0))


def tumour_growth_kinetics(first_mm: Floats, second_mm: Floats, days: Floats) -> Floats:
    """Return the change of a sum of diameters in mm per month; arguments as for `tumour_growth_rate`."""
    return np.asarray((second_mm - first_mm) / _months(days))


def hyperprogressive(growth: Growth, definition: Definition) -> tuple[Bools, Bools]:
    """Return whether each subject is hyperprogressive, and whether he or she could be evaluated, (n,).

    Parameters
    ----------
    growth : Growth
        Of n subjects.
    definition : Definition
        One of `DEFINITIONS`.
    """
    facts = _facts(growth)
    values = {f.name: getattr(growth, f.name) for f in fields(growth)}
    told = np.all([np.isfinite(values[name]) | np.isposinf(values[name]) for name in definition.knows], axis=0)
    told &= growth.treated_days <= definition.within
    if any("doubled" in fact for one in definition.any_of for fact in one):
        told &= growth.kinetics[0] > 0
    found = np.any([np.all([facts[name] for name in one], axis=0) for one in definition.any_of], axis=0)
    return np.asarray(told & found), np.asarray(told)


def _facts(growth: Growth) -> Mapping[str, Bools]:
    """Return the facts that the definitions speak of."""
    (rate_before, rate_on), (pace_before, pace_on) = growth.rates, growth.kinetics
    gain = growth.on_mm - growth.baseline_mm
    more = rate_on - rate_before
    return {
        "progression": growth.progressed,
        _EARLY: growth.progressed & (growth.treated_days <= EIGHT_WEEKS + WINDOW),
        "TGR at least doubled": (rate_before > 0) & (rate_on >= 2 * rate_before),
        "TGR up by more than 50": more > 50,
        "TGR up by more than 100": more > 100,
        "TGK at least doubled": (pace_before > 0) & (pace_on >= 2 * pace_before),
        "TGK more than doubled": (pace_before > 0) & (pace_on > 2 * pace_before),
        "treatment failed within 2 months": growth.failure_days < TWO_MONTHS,
        "burden up by more than half": gain > 0.5 * growth.baseline_mm,
        "sum up by 10 mm": reaches(gain, 10.0),
        "sum up by 20 %": reaches(gain, 0.2 * growth.baseline_mm),
        "sum up by 40 %": reaches(gain, 0.4 * growth.baseline_mm),
        "new lesions in 2 organs": growth.new_organs >= 2,
    }


def _months(days: Floats) -> Floats:
    return np.asarray(np.where(days > 0, days, np.nan) / DAYS_PER_MONTH)
