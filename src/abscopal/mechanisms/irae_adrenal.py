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
        damage=(5.67e-06, (1.89e-07, 0.00017)),
        spread=2.89,
        ctla4=(6.5, (0.65, 65.0)),
        joint=(1.52, (0.152, 15.2)),
        onset=(0.00458, (0.000916, 0.0229)),
        repair=(0.0005, (0.000125, 0.002)),
        worst=5.0,
        targets="incidence of adrenal insufficiency by class (labels, recalled) and onset at 34 weeks",
        mending=assumed("the gland hardly recovers; hormone is replaced for life"),
    )
)
