"""Peripheral neuropathy builds up over cycles of taxanes, platinum and vinca alkaloids and mends over months.

    d drug_injury_nerve / dt = nerve_toxicity * susceptibility * (1 - injury / worst) - recovery * injury

Template and symbols: `drug_injury.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.drug_injury import Organ, build

mechanism = build(
    Organ(
        name="nerve",
        title="peripheral neuropathy",
        recovery=(0.006, (0.002, 0.018)),
        mending=assumed("numbness fades over half a year, in part"),
        worst=4.0,
    )
)
