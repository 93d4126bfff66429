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
        damage=(0.0177, (0.00059, 0.531)),
        spread=1.48,
        ctla4=(3.12, (0.312, 31.2)),
        joint=(0.151, (0.0151, 1.51)),
        onset=(0.052, (0.0104, 0.26)),
        repair=(0.03, (0.0075, 0.12)),
        worst=4.5,
        targets="incidence of skin events by class (ESMO pools, recalled) and onset at 5 weeks",
        mending=assumed("the epidermis renews itself within four weeks; rash lasts 13 weeks because the attack does"),
        recruitment=(8.0, (0.0, 20.0)),
    )
)
