"""What is known of a patient on the day of enrolment: age, sex, weight, performance status, markers, sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from abscopal.indications.indication import Indication
from abscopal.population.distributions import EPSILON, sample
from abscopal.population.seeding import MOST_TARGETS, Lesions
from abscopal.random_streams import normal, uniform

Array = NDArray[np.float64]
SEEN_MM = 5.0  # about the detection limit of CT; what the clinic really sees is the clinic's affair
ECOG_FITNESS, ECOG_BURDEN = 0.6, 0.3  # assumed: correlations of performance status with fitness and burden


@dataclass(frozen=True)
class Baseline:
    """Covariates of n patients; years, kg, multiples of the upper limit of normal, shares, mutations per Mb."""

    age: Array
    male: NDArray[np.bool_]
    weight: Array
    ecog: NDArray[np.int64]
    ldh: Array
    pdl1: Array
    tmb: Array
    nlr: Array
    has: dict[str, NDArray[np.bool_]]  # organ: whether a lesion of at least SEEN_MM is there

    def take(self, which: NDArray[np.int64]) -> Baseline:
        """Return the patients listed, in that order."""
        parts = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "has"}
        return Baseline(**{k: v[which] for k, v in parts.items()}, has={k: v[which] for k, v in self.has.items()})

    def flags(self) -> dict[str, NDArray[np.bool_]]:
        """Return the yes-no marginals that protocols publish."""
        return {
            "male": self.male,
            "ecog1": self.ecog >= 1,
            "ldh_high": self.ldh > 1.0,
            "pdl1_ge1": self.pdl1 >= 0.01,
            "pdl1_ge5": self.pdl1 >= 0.05,
            "pdl1_ge50": self.pdl1 >= 0.5,
            **self.has,
        }


def draw_baseline(
    indication: Indication,
    organs: list[str],
    common: Mapping[str, Array],
    pdl1_truth: Array,
    lesions: Lesions,
    seed: int,
    subjects: NDArray[np.int64],
    age_median: float | None = None,
) -> Baseline:
    """Draw covariates jointly with what lies beneath them: markers share the factors that drive the biology.

    PD-L1 is the tumour's constitutive PD-L1 read with assay error (a standard deviation of 0.5 on the logit: assumed,
    assays of one biopsy disagree by about a category).
    """
    draw = {name: sample(name, d, common, seed, subjects) for name, d in indication.covariates.items()}
    shift = 0.0 if age_median is None else age_median - indication.covariates["age"].center.value
    logit = np.log((pdl1_truth + EPSILON) / (1 - pdl1_truth + EPSILON))
    error = normal(seed, subjects, "PD-L1 assay")[:, 0]
    seen = lesions.diameter >= SEEN_MM
    return Baseline(
        age=np.clip(draw["age"] + shift, 18, 95),
        male=uniform(seed, subjects, "sex")[:, 0] < indication.male.value,
        weight=np.clip(draw["weight"], 40, 180),
        ecog=_performance(indication, common, lesions, seed, subjects),
        ldh=draw["LDH"],
        pdl1=1 / (1 + np.exp(-(logit + 0.5 * error))),
        tmb=draw["TMB"],
        nlr=draw["NLR"],
        has={name: (seen & (lesions.organ == number)).any(axis=1) for number, name in enumerate(organs)},
    )


def _performance(
    indication: Indication, common: Mapping[str, Array], lesions: Lesions, seed: int, subjects: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Draw performance status 0 or 1, worse with poor fitness and high burden, at about the indication's share."""
    from scipy.special import ndtri

    burden, usual = lesions.diameter[:, :MOST_TARGETS].sum(axis=1), indication.sum_of_diameters
    score = np.log((burden + EPSILON) / usual.center.value) / usual.spread.value
    own = normal(seed, subjects, "performance status")[:, 0]
    rest = np.sqrt(1 - ECOG_FITNESS**2 - ECOG_BURDEN**2)
    latent = -ECOG_FITNESS * common["fitness"] + ECOG_BURDEN * score + rest * own
    return np.asarray(latent > ndtri(1 - indication.ecog1.value), dtype=np.int64)
