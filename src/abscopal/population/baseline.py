"""What is known of a patient on the day of enrolment: age, sex, weight, performance status, markers, sites."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.indications.indication import Indication
from abscopal.population.distributions import EPSILON, sample, shifted
from abscopal.population.seeding import MOST_TARGETS, Lesions
from abscopal.population.traits import Candidates, log_factor, marginal_flags
from abscopal.random_streams import normal, uniform
from abscopal.sources import assumed, cited

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
SEEN_MM = 5.0  # about the detection limit of CT; what the clinic really sees is the clinic's affair
FINELY_SEEN_MM = {"brain": 3.0, "meninges": 3.0}  # assumed: magnetic resonance imaging at screening
NOT_VISCERAL = ("node", "skin", "bone", "marrow", "breast", "prostate", "bladder")
LEAST_BURDEN = -3.0  # standard score of those without visible disease
ECOG_FITNESS, ECOG_BURDEN = 0.6, 0.3  # assumed: correlations of performance status with fitness and burden
ECOG2_SHARE, ECOG3_SHARE = 0.34, 0.12
PRACTICE_SOURCES = (
    cited("Lilenbaum RC et al. J Thorac Oncol 2008;3:125", recalled=True,
          derived="34 % of patients with lung cancer had 2 or more by their physicians; taken for every cancer"),
    assumed("a third of those with 2 or more have 3 or 4; 4 is not told from 3, since no trial enrols either"),
)  # fmt: skip
"""Where the shares with performance status 2 or more, and 3 or more, of those who come come from."""


@dataclass(frozen=True)
class Baseline:
    """Covariates of n patients; years, kg, multiples of the upper limit of normal, shares, mutations per Mb, mL/min.

    `traits` are drivers and subtypes of the tumour by name, `published` the same under the names of protocols,
    `history` what the patient brings along, `readouts` what laboratory and pathology found (`population/readouts.py`).
    """

    age: Array
    male: Flags
    weight: Array
    ecog: NDArray[np.int64]
    ldh: Array
    pdl1: Array
    tmb: Array
    nlr: Array
    gfr: Array
    has: dict[str, Flags]  # organ: whether a lesion of at least SEEN_MM is there
    spread: dict[str, Flags]  # organ: whether a lesion that is not the primary is seen there at screening
    traits: dict[str, Flags]
    published: dict[str, Flags]
    history: dict[str, Flags]
    readouts: dict[str, Array]

    def take(self, which: NDArray[np.int64]) -> Baseline:
        """Return the patients listed, in that order."""
        return self.each(lambda several: several[0][which], [self])

    @staticmethod
    def each(change: Callable[[list[Any]], Any], several: Sequence[Baseline]) -> Baseline:
        """Return a baseline of which every array is a change of the same array of several baselines."""
        parts: dict[str, Any] = {}
        for part in fields(Baseline):
            values = [getattr(one, part.name) for one in several]
            nested = isinstance(values[0], dict)
            parts[part.name] = {k: change([v[k] for v in values]) for k in values[0]} if nested else change(values)
        return Baseline(**parts)

    def flags(self) -> dict[str, Flags]:
        """Return the yes-no marginals that protocols publish."""
        return {
            "male": self.male,
            "ecog1": self.ecog >= 1,
            "ldh_high": self.ldh > 1.0,
            "pdl1_ge1": self.pdl1 >= 0.01,
            "pdl1_ge5": self.pdl1 >= 0.05,
            "pdl1_ge50": self.pdl1 >= 0.5,
            **self.has,
            "visceral": np.any([there for organ, there in self.has.items() if organ not in NOT_VISCERAL], axis=0),
            "extrahepatic": np.any([there for organ, there in self.has.items() if organ != "liver"], axis=0),
            **self.published,
            **self.history,
            **{f"cps_ge{cut}": self.readouts["CPS"] >= cut for cut in (1, 10) if "CPS" in self.readouts},
        }


def draw_baseline(
    indication: Indication,
    organs: list[str],
    pdl1_truth: Array,
    lesions: Lesions,
    who: Candidates,
    history: dict[str, Flags],
    age_median: float | None = None,
    *,
    in_practice: bool = False,
) -> Baseline:
    """Draw covariates jointly with what lies beneath them: markers share the factors that drive the biology.

    Performance status is 0 or 1, as in those whom trials enrol; `in_practice` it is 0 to 3, as in those who come.
    PD-L1 is the tumour's constitutive PD-L1 read with assay error (a standard deviation of 0.5 on the logit: assumed,
    assays of one biopsy disagree by about a category).
    """
    seed, subjects = who.seed, who.number
    draw = {name: _covariate(indication, name, who) for name in indication.covariates}
    shift = 0.0 if age_median is None else age_median - indication.covariates["age"].center.value
    logit = np.log((pdl1_truth + EPSILON) / (1 - pdl1_truth + EPSILON))
    error = normal(seed, subjects, "PD-L1 assay")[:, 0]
    seen, found = lesions.diameter >= SEEN_MM, np.array([FINELY_SEEN_MM.get(organ, SEEN_MM) for organ in organs])
    age = np.clip(draw["age"] + shift, 18, 95)
    male = uniform(seed, subjects, "sex")[:, 0] < indication.male.value
    weight = np.clip(draw["weight"], 40, 180)
    return Baseline(
        age=age,
        male=male,
        weight=weight,
        ecog=_performance(indication, who, lesions, in_practice),
        ldh=draw["LDH"],
        pdl1=1 / (1 + np.exp(-(logit + 0.5 * error))),
        tmb=draw["TMB"],
        nlr=draw["NLR"],
        gfr=_filtration(age, male, weight, normal(seed, subjects, "creatinine")[:, 0]),
        has=_by_organ(organs, lesions, seen),
        spread=_by_organ(organs, lesions, (lesions.diameter >= found[lesions.organ]) & ~lesions.primary),
        traits=dict(who.traits),
        published=marginal_flags(indication, who.traits),
        history=history,
        readouts={},
    )


def _covariate(indication: Indication, name: str, who: Candidates) -> Array:
    """Draw one covariate, with what the tumour's traits do to it."""
    distribution = indication.covariates[name]
    value = sample(name, distribution, who.common, who.seed, who.number)
    by_trait = log_factor(indication, who.traits, name)
    return value if by_trait is None else shifted(distribution, value, by_trait)


def _filtration(age: Array, male: Flags, weight: Array, score: Array) -> Array:
    """Creatinine clearance in mL/min (Cockcroft DW, Gault MH. Nephron 1976;16:31), from a creatinine drawn.

    Creatinine has a median of 0.9 mg/dL in men and 0.75 in women (assumed: reference values of adults) and a
    coefficient of variation of 20 % (assumed: renal failure excluded). Clearance is held to 20 to 180 mL/min.
    """
    creatinine = np.where(male, 0.9, 0.75) * np.exp(0.2 * score)
    clearance = (140.0 - age) * weight / (72.0 * creatinine) * np.where(male, 1.0, 0.85)
    return np.asarray(np.clip(clearance, 20.0, 180.0))


def _by_organ(organs: list[str], lesions: Lesions, which: Flags) -> dict[str, Flags]:
    """Whether each patient has one of the lesions marked [n, SLOTS] in each organ."""
    return {name: (which & (lesions.organ == number)).any(axis=1) for number, name in enumerate(organs)}


def _performance(indication: Indication, who: Candidates, lesions: Lesions, in_practice: bool) -> NDArray[np.int64]:
    """Draw performance status, worse with poor fitness and high burden.

    About the indication's share has 1 or more of those with 0 or 1; in practice a share has 2, a smaller one 3.
    """
    from scipy.special import ndtri

    burden, usual = lesions.diameter[:, :MOST_TARGETS].sum(axis=1), indication.sum_of_diameters
    score = np.maximum(np.log((burden + EPSILON) / usual.center.value) / usual.spread.value, LEAST_BURDEN)
    own = normal(who.seed, who.number, "performance status")[:, 0]
    rest = np.sqrt(1 - ECOG_FITNESS**2 - ECOG_BURDEN**2)
    latent = -ECOG_FITNESS * who.common["fitness"] + ECOG_BURDEN * score + rest * own
    if not in_practice:
        return np.asarray(latent > ndtri(1 - indication.ecog1.value), dtype=np.int64)
    fit = (1 - indication.ecog1.value) * (1 - ECOG2_SHARE)
    limits = ndtri([fit, 1 - ECOG2_SHARE, 1 - ECOG3_SHARE])
    return np.asarray((latent[:, None] > limits).sum(axis=1), dtype=np.int64)
