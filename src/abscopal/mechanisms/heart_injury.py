"""Heart: anthracyclines and antibodies against HER2 weaken the muscle, for long.

    d drug_injury_heart / dt = heart_toxicity * susceptibility * (1 - injury / worst) - recovery * injury

Template and symbols: `drug_injury.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.drug_injury import Organ, build

mechanism = build(
    Organ(
        name="heart",
        title="weakness of the heart",
        recovery=(0.005, (0.00167, 0.015)),
        mending=assumed("ejection fraction recovers over half a year after trastuzumab, less after anthracyclines"),
        worst=6.0,
        lethality=0.005,
    )
)
