"""Primary adrenal insufficiency: rare, late and for life.

    d T_adrenal / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_adrenal)
    d injury_adrenal / dt = injury by T_adrenal, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="adrenal",
        event="adrenal",
        title="adrenal insufficiency",
        damage=(9.27e-06, (3.09e-07, 0.000278)),
        spread=2.88,
        ctla4=(19.1, (1.91, 191)),
        joint=(1.51, (0.151, 15.1)),
        onset=(0.00256, (0.000512, 0.0128)),
        repair=(0.0005, (0.000125, 0.002)),
        worst=5.0,
        targets="incidence of adrenal insufficiency by class (labels, recalled) and onset at 34 weeks",
        mending=assumed("the gland hardly recovers; hormone is replaced for life"),
    )
)
