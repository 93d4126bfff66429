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
        damage=(5.8e-06, (1.93e-07, 0.000174)),
        spread=4.15,
        ctla4=(4, (0.4, 40.0)),
        joint=(10, (1, 100)),
        onset=(0.0149, (0.00298, 0.0745)),
        repair=(0.0661, (0.0165, 0.264)),
        worst=8.0,
        targets="0.5 % on PD-1, 2.4 % on both (Mahmood 2018 has 1.1 % of all; by class recalled), onset at 34 days; "
        "then damage raised 1.8-fold by hand towards severe events, and rarer on CTLA-4 alone than the search left it",
        mending=assumed("inflammation of heart muscle settles within weeks in those who survive"),
        lethality=0.1,
        fulminant=2.0,
        recruitment=(12.9, (0.0, 40.0)),
    )
)
