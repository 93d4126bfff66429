"""Vessels: less VEGF means higher blood pressure, protein in the urine and slower wounds.

    d drug_injury_vascular / dt = vascular_toxicity * susceptibility * (1 - injury / worst) - recovery * injury

Template and symbols: `drug_injury.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.drug_injury import Organ, build

mechanism = build(
    Organ(
        name="vascular",
        title="hypertension and proteinuria",
        recovery=(0.07, (0.02333, 0.21)),
        mending=assumed("blood pressure falls within two weeks of stopping"),
        worst=4.0,
    )
)
