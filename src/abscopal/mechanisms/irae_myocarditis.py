"""Myocarditis: rare, early, and fatal in two of five.

    d T_heart / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_heart)
    d injury_heart / dt = injury by T_heart, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="heart",
        event="myocarditis",
        title="myocarditis",
        damage=(1.9e-06, (6.33e-08, 5.7e-05)),
        spread=4.31,
        ctla4=(7.29, (0.729, 72.9)),
        joint=(1.5, (0.15, 15.0)),
        onset=(0.0297, (0.00594, 0.148)),
        repair=(0.03, (0.0075, 0.12)),
        worst=8.0,
        targets="0.5 % on PD-1, 2.4 % on both (Mahmood 2018 has 1.1 % of all; by class recalled), onset at 34 days",
        mending=assumed("inflammation of heart muscle settles within weeks in those who survive"),
        lethality=0.03,
        fulminant=2.0,
        recruitment=(18.0, (0.0, 20.0)),
    )
)
