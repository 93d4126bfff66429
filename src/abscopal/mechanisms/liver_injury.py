"""Liver: enzymes rise under many drugs and fall when they are stopped.

    d drug_injury_liver / dt = liver_toxicity * susceptibility * (1 - injury / worst) - recovery * injury

Template and symbols: `drug_injury.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.drug_injury import Organ, build

mechanism = build(
    Organ(
        name="liver",
        title="rise of liver enzymes",
        recovery=(0.07, (0.02333, 0.21)),
        mending=assumed("enzymes fall within two to three weeks of stopping"),
        worst=6.0,
        lethality=0.01,
    )
)
