"""Which injury is which adverse event, and from where on it is grade 1, 2, 3 or 4.

Injuries are measured in grades by construction: their mechanisms are fitted so that 1, 2, 3 and 4 are as frequent as
grades 1 to 4 of the Common Terminology Criteria for Adverse Events, version 5. Blood counts have that document's
limits. A death of toxicity is the cause of death in ADSL; grade 5 is not given here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.sources import Source, assumed, cited

Floats = NDArray[np.float64]
Grades = NDArray[np.int8]

_CTCAE = "Common Terminology Criteria for Adverse Events v5.0, National Cancer Institute 2017"
_BY_CONSTRUCTION = cited(_CTCAE, derived="injury is in grades, fitted to their incidence", recalled=True)
_ASTCT = cited(
    "Lee DW et al. Biol Blood Marrow Transplant 2019;25:625", derived="injury is in grades, fitted to their incidence"
)


@dataclass(frozen=True)
class Event:
    """One adverse event and what it is read from.

    Parameters
    ----------
    term
        What the record calls it.
    organ
        Organ or system.
    category
        What causes it: "immune-related", "drug", "cytokines", "radiation" or "surgery".
    limits
        Of grades 1 to 4: reached from below, or for a blood count from above.
    source
        Of the limits.
    falling
        Whether less is worse.
    """

    term: str
    organ: str
    category: str
    limits: tuple[float, float, float, float] = (1.0, 2.0, 3.0, 4.0)
    source: Source = _BY_CONSTRUCTION
    falling: bool = False

    def grade(self, value: Floats) -> Grades:
        """Return the grade of each value [n], 0 to 4.

        Parameters
        ----------
        value
            Injury in grades, or blood cells per mL.
        """
        limits = np.array(self.limits)
        reached = value[:, None] < limits if self.falling else value[:, None] >= limits
        return np.asarray(reached.sum(axis=1), dtype=np.int8)


def _immune(term: str, organ: str) -> Event:
    return Event(term, organ, "immune-related")


def _drug(term: str, organ: str) -> Event:
    return Event(term, organ, "drug")


EVENTS: Mapping[str, Event] = {
    "injury_colon": _immune("Colitis", "colon"),
    "injury_liver": _immune("Hepatitis", "liver"),
    "injury_lung": _immune("Pneumonitis", "lung"),
    "injury_skin": _immune("Dermatitis", "skin"),
    "injury_thyroid": _immune("Hypothyroidism", "thyroid"),
    "injury_pituitary": _immune("Hypophysitis", "pituitary"),
    "injury_adrenal": _immune("Adrenal insufficiency", "adrenal"),
    "injury_kidney": _immune("Nephritis", "kidney"),
    "injury_heart": _immune("Myocarditis", "heart"),
    "injury_joints": _immune("Arthritis", "joints"),
    "injury_nerves": _immune("Immune-related neuropathy", "nerves"),
    "injury_islets": _immune("Diabetes", "islets"),
    "injury_cytokine": Event("Cytokine release syndrome", "whole body", "cytokines", source=_ASTCT),
    "injury_brain": Event("Neurotoxicity of effector cells", "brain", "cytokines", source=_ASTCT),
    "drug_injury_gut": _drug("Nausea, mucositis or diarrhoea", "gut"),
    "drug_injury_nerve": _drug("Peripheral neuropathy", "nerves"),
    "drug_injury_hair": _drug("Alopecia", "hair"),
    "drug_injury_kidney": _drug("Creatinine increased", "kidney"),
    "drug_injury_heart": _drug("Left ventricular dysfunction", "heart"),
    "drug_injury_vascular": _drug("Hypertension", "vessels"),
    "drug_injury_skin": _drug("Rash or hand-foot syndrome", "skin"),
    "drug_injury_liver": _drug("Transaminases increased", "liver"),
    "drug_injury_lung": _drug("Interstitial lung disease", "lung"),
    "injury_radiation": Event("Radiation injury", "irradiated tissue", "radiation"),
    "injury_surgery": Event(
        "Complication of surgery",
        "wound",
        "surgery",
        source=assumed("grades of Dindo and Clavien's surgical complications taken as those of CTCAE"),
    ),
    "neutrophils": Event(
        "Neutropenia",
        "marrow",
        "drug",
        (2.0e6, 1.5e6, 1.0e6, 0.5e6),
        cited(_CTCAE, where="Neutrophil count decreased", recalled=True, derived="lower limit of normal 2.0e9 per L"),
        falling=True,
    ),
    "lymphocytes": Event(
        "Lymphopenia",
        "blood",
        "drug",
        (1.0e6, 0.8e6, 0.5e6, 0.2e6),
        cited(_CTCAE, where="Lymphocyte count decreased", recalled=True, derived="lower limit of normal 1.0e9 per L"),
        falling=True,
    ),
}
"""By what the event is read from: a species of the model in grades, or a blood count."""


def grade(injury: Floats) -> Grades:
    """Return the grade of an injury in grades [n]: 0 to 4."""
    return EVENTS["injury_colon"].grade(injury)
