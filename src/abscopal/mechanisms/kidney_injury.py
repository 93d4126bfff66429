"""Kidney: platinum and others injure tubules, and creatinine rises for weeks.

    d drug_injury_kidney / dt = kidney_toxicity * susceptibility * (1 - injury / worst) - recovery * injury

Template and symbols: `drug_injury.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.drug_injury import Organ, build

mechanism = build(
    Organ(
        name="kidney",
        title="rise of creatinine",
        recovery=(0.02, (0.00667, 0.06)),
        mending=assumed("tubules recover within weeks to months"),
        worst=5.0,
    )
)
