"""Lung: interstitial disease by antibody-drug conjugates, kinase inhibitors and others.

    d drug_injury_lung / dt = lung_toxicity * susceptibility * (1 - injury / worst) - recovery * injury

Template and symbols: `drug_injury.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.drug_injury import Organ, build

mechanism = build(
    Organ(
        name="lung",
        title="interstitial lung disease",
        recovery=(0.015, (0.005, 0.045)),
        mending=assumed("opacities clear within one to three months"),
        worst=6.0,
        lethality=0.02,
        spread=1.2,
    )
)
