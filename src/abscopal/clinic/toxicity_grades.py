"""Which injury is which adverse event, and from where on it is grade 1, 2, 3 or 4.

Injuries are measured in grades by construction: their mechanisms are fitted so that 1, 2, 3 and 4 are as frequent as
grades 1 to 4 of the Common Terminology Criteria for Adverse Events, version 5. What the laboratory finds (counts,
transaminases, creatinine) has that document's limits and is graded from the value, with its error; what the patient
suffers from is graded from the injury. Grade 5 is death: of the event that killed (`trial/safety.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.laboratory import BY_CODE
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
    ctcae
        Term of CTCAE version 5 whose grades it has; of the ASTCT for what cytokines do.
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
    analyte
        Test of the laboratory that shows it (`laboratory.BY_CODE`); empty where the injury itself is graded.
    """

    term: str
    ctcae: str
    organ: str
    category: str
    limits: tuple[float, float, float, float] = (1.0, 2.0, 3.0, 4.0)
    source: Source = _BY_CONSTRUCTION
    falling: bool = False
    analyte: str = ""

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


def _immune(term: str, ctcae: str, organ: str) -> Event:
    return Event(term, ctcae, organ, "immune-related")


def _drug(term: str, ctcae: str, organ: str) -> Event:
    return Event(term, ctcae, organ, "drug")


def _measured(term: str, organ: str, analyte: str) -> Event:
    """Event that a rise of an analyte is, with the limits of its grades."""
    test = BY_CODE[analyte]
    one, two, three, four = test.rising
    return Event(term, test.source.where, organ, "drug", (one, two, three, four), test.source, analyte=analyte)


def _count(term: str, organ: str, analyte: str) -> Event:
    """Event that a low count is; limits in cells per mL, 1e6 of which are 10^9 per L."""
    test = BY_CODE[analyte]
    one, two, three, four = (limit * 1e6 for limit in test.falling)
    return Event(term, test.source.where, organ, "drug", (one, two, three, four), test.source, True, analyte)


FEBRILE_NEUTROPENIA = "febrile_neutropenia"
INFECTION = "infection"  # the hazard of the model by which neutropenia becomes febrile

EVENTS: Mapping[str, Event] = {
    "injury_colon": _immune("Colitis", "Colitis", "colon"),
    "injury_liver": _immune("Hepatitis", "Alanine aminotransferase increased", "liver"),
    "injury_lung": _immune("Pneumonitis", "Pneumonitis", "lung"),
    "injury_skin": _immune("Dermatitis", "Rash maculo-papular", "skin"),
    "injury_thyroid": _immune("Hypothyroidism", "Hypothyroidism", "thyroid"),
    "injury_pituitary": _immune("Hypophysitis", "Hypophysitis", "pituitary"),
    "injury_adrenal": _immune("Adrenal insufficiency", "Adrenal insufficiency", "adrenal"),
    "injury_kidney": _immune("Nephritis", "Acute kidney injury", "kidney"),
    "injury_heart": _immune("Myocarditis", "Myocarditis", "heart"),
    "injury_joints": _immune("Arthritis", "Arthritis", "joints"),
    "injury_nerves": _immune("Immune-related neuropathy", "Peripheral motor neuropathy", "nerves"),
    "injury_islets": _immune("Diabetes", "Hyperglycemia", "islets"),
    "injury_cytokine": Event(
        "Cytokine release syndrome", "Cytokine release syndrome", "whole body", "cytokines", source=_ASTCT
    ),
    "injury_brain": Event("Neurotoxicity of effector cells", "Encephalopathy", "brain", "cytokines", source=_ASTCT),
    "drug_injury_gut": _drug("Nausea, mucositis or diarrhoea", "Nausea; Mucositis oral; Diarrhea", "gut"),
    "drug_injury_nerve": _drug("Peripheral neuropathy", "Peripheral sensory neuropathy", "nerves"),
    "drug_injury_hair": _drug("Alopecia", "Alopecia", "hair"),
    "drug_injury_kidney": _measured("Creatinine increased", "kidney", "CREAT"),
    "drug_injury_heart": _drug("Left ventricular dysfunction", "Left ventricular systolic dysfunction", "heart"),
    "drug_injury_vascular": _drug("Hypertension", "Hypertension", "vessels"),
    "drug_injury_skin": _drug(
        "Rash or hand-foot syndrome", "Rash acneiform; Palmar-plantar erythrodysesthesia syndrome", "skin"
    ),
    "drug_injury_liver": _measured("Transaminases increased", "liver", "ALT"),
    "drug_injury_lung": _drug("Interstitial lung disease", "Pneumonitis", "lung"),
    "injury_radiation": Event(
        "Radiation injury", "Dermatitis radiation; Radiation recall reaction", "irradiated tissue", "radiation"
    ),
    "injury_surgery": Event(
        "Complication of surgery",
        "Injury, poisoning and procedural complications - Other, specify",
        "wound",
        "surgery",
        source=assumed("grades of Dindo and Clavien's surgical complications taken as those of CTCAE"),
    ),
    "neutrophils": _count("Neutropenia", "marrow", "NEUT"),
    "lymphocytes": _count("Lymphopenia", "blood", "LYMPH"),
    FEBRILE_NEUTROPENIA: Event(
        "Febrile neutropenia",
        "Febrile neutropenia",
        "marrow",
        "drug",
        source=cited(_CTCAE, where="Febrile neutropenia: grade 3 at least", recalled=True),
    ),
}
"""By what the event is read from: a species of the model in grades, a blood count, or that an infection struck."""


def grade(injury: Floats) -> Grades:
    """Return the grade of an injury in grades [n]: 0 to 4."""
    return EVENTS["injury_colon"].grade(injury)
