"""How able a patient's immune system is, from age and what he or she has been through.

competence = product over traits of factor^(has it - share among this cancer's usual patients)
             * exp(-decline * (age - the cancer's median age))

It is 1 for the usual patient before the line of therapy to which the indication's own numbers belong.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from abscopal.indications.indication import Indication
from abscopal.population.traits import usual_history
from abscopal.sources import Source, cited

Array = NDArray[np.float64]

FACTORS: dict[str, tuple[float, Source]] = {
    "prior_chemotherapy": (0.85, cited("Mackall CL. Stem Cells 2000;18:10", recalled=True,
                                       derived="T cells recover within a year and never fully; the size is ours")),
    "prior_radiotherapy": (0.9, cited("Yovino S et al. Cancer Invest 2013;31:140", recalled=True,
                                      derived="lymphocytes in the field are lost and return slowly; the size is ours")),
    "steroids": (0.6, cited("Arbour KC et al. J Clin Oncol 2018;36:2872",
                            derived="about half the survival under PD-1 inhibitors, most of it by confounding; ours")),
    "chronic_infection": (0.9, cited("Cook MR, Kim C. JAMA Oncol 2019;5:1049", recalled=True,
                                     derived="similar efficacy under viral control; the size is ours")),
}  # fmt: skip
"""Factor on competence by trait, with its source; autoimmune history does not lower it."""

DECLINE, DECLINE_SOURCE = (
    0.007,
    cited(
        "Vrisekoop N et al. PNAS 2008;105:6115",
        derived="naive CD8 T cells, with a half-life of 6.5 years, are hardly replaced; 7 % per decade is ours",
    ),
)


def immune_competence(indication: Indication, history: Mapping[str, NDArray[np.bool_]], age: Array) -> Array:
    """Return the competence of each patient relative to the cancer's usual one [n]."""
    usual = usual_history(indication, indication.reference_line)
    found = np.exp(-DECLINE * (age - indication.covariates["age"].center.value))
    for name, (factor, _) in FACTORS.items():
        found = found * factor ** (history[name] - usual[name])
    return np.asarray(found)
