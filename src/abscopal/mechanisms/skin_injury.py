"""Skin: rash of EGFR inhibitors, hand-foot syndrome of fluoropyrimidines and kinase inhibitors.

    d drug_injury_skin / dt = skin_toxicity * susceptibility * (1 - injury / worst) - recovery * injury

Template and symbols: `drug_injury.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.drug_injury import Organ, build

mechanism = build(
    Organ(
        name="skin",
        title="rash and hand-foot syndrome",
        recovery=(0.05, (0.01667, 0.15)),
        mending=assumed("skin renews itself within three to four weeks"),
        worst=4.0,
    )
)
