"""Hair: follicles stop dividing under chemotherapy, and grow again within months.

    d drug_injury_hair / dt = hair_toxicity * susceptibility * (1 - injury / worst) - recovery * injury

Template and symbols: `drug_injury.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.drug_injury import Organ, build

mechanism = build(
    Organ(
        name="hair",
        title="loss of hair",
        recovery=(0.015, (0.005, 0.045)),
        mending=assumed("hair grows again within three to six months"),
        worst=2.2,
    )
)
