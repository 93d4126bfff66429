"""Gut: dividing cells of the mucosa die, and nausea, mucositis and diarrhoea follow for a week.

    d drug_injury_gut / dt = gut_toxicity * susceptibility * (1 - injury / worst) - recovery * injury

Template and symbols: `drug_injury.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.drug_injury import Organ, build

mechanism = build(
    Organ(
        name="gut",
        title="nausea, mucositis and diarrhoea",
        recovery=(0.14, (0.04667, 0.42)),
        mending=assumed("the mucosa renews itself within a week"),
        worst=5.0,
    )
)
