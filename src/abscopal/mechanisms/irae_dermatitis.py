"""Dermatitis: rash and itch, early and common, seldom severe.

    d T_skin / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_skin)
    d injury_skin / dt = injury by T_skin, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="skin",
        event="dermatitis",
        title="rash and pruritus",
        damage=(0.0254, (0.000847, 0.762)),
        spread=1.51,
        ctla4=(3.88, (0.388, 38.8)),
        joint=(0.699, (0.0699, 6.99)),
        onset=(0.0498, (0.00996, 0.249)),
        repair=(0.037, (0.00925, 0.148)),
        worst=4.5,
        targets="incidence of skin events by class (ESMO pools, recalled) and onset at 5 weeks",
        mending=assumed("the epidermis renews itself within four weeks; rash lasts 13 weeks because the attack does"),
        recruitment=(4.23, (0.0, 20.0)),
    )
)
