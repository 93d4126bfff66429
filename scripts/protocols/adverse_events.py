"""Published adverse events of an arm: shares of those treated, by event and grade."""

from __future__ import annotations

from typing import Any

from protocols.figures import figure, prefixed

EVENTS = {
    "trae": "treatment-related event", "ae": "event of any cause", "irae": "immune-related event",
    "disc_trae": "stopped for a treatment-related event", "disc_ae": "stopped for an event of any cause",
    "disc_any": "stopped for an event of any cause", "aesi": "event of special interest",
    "colitis": "colitis", "diarrhoea": "diarrhoea", "gi_select": "selected events of the gut",
    "gi": "events of the gut", "hepatitis": "hepatitis", "hepatic_select": "selected events of the liver",
    "hepatic": "events of the liver",
    "alt": "ALT raised", "ast": "AST raised", "pneumonitis": "pneumonitis", "pulmonary": "events of the lung",
    "rash": "rash", "pruritus": "pruritus", "skin_select": "selected events of the skin", "skin": "events of the skin",
    "severe_skin": "severe skin reaction", "hfs": "hand-foot syndrome", "hypothyroid": "hypothyroidism",
    "hyperthyroid": "hyperthyroidism", "hypophysitis": "hypophysitis", "adrenal": "adrenal insufficiency",
    "endocrine_select": "selected endocrine events", "endocrine": "endocrine events", "nephritis": "nephritis",
    "renal": "events of the kidney", "creatinine": "creatinine raised", "myocarditis": "myocarditis",
    "infusion": "infusion reaction", "fatigue": "fatigue", "neutropenia": "neutropenia",
    "crs": "cytokine release syndrome", "icans": "neurotoxicity", "tocilizumab_pct": "tocilizumab given",
    "steroid_pct": "corticosteroid given", "high_dose_steroid_pct": "high-dose corticosteroid given",
}  # fmt: skip
GRADES = {"any": "any_grade", "g3": "grade3", "g3plus": "grade3"}


def adverse_events(arm: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what is known of each event; figures of earlier and later reports are left out."""
    found: dict[str, dict[str, Any]] = {}
    for group in ("ae", "irae", "crs"):
        reported = arm.get(group) or {}
        for key, value in reported.items():
            if (place := event_and_grade(key)) and value["value"] is not None:
                event, grade = place
                scale = f"{reported['scale']} scale" if key.startswith("crs_") and "scale" in reported else ""
                found.setdefault(event, {})[grade] = prefixed(scale, figure(value, 100))
    return found


def event_and_grade(key: str) -> tuple[str, str] | None:
    """`colitis_g3` is colitis of grade 3 or higher; None for what has no name here, such as another report's figure."""
    name, _, grade = key.rpartition("_")
    if name in EVENTS and grade in GRADES:
        return EVENTS[name], GRADES[grade]
    return (EVENTS[key], "any_grade") if key in EVENTS else None
