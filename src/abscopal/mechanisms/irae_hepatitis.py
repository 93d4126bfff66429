"""Hepatitis: the liver is spared while PD-L1 protects it, and hit when both brakes are off.

    d T_liver / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_liver)
    d injury_liver / dt = injury by T_liver, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import cited
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="liver",
        event="hepatitis",
        title="hepatitis",
        damage=(0.000423, (1.41e-05, 0.0127)),
        spread=3.45,
        ctla4=(1.77, (0.177, 17.7)),
        joint=(15.2, (1.52, 152)),
        onset=(0.000461, (9.22e-05, 0.0023)),
        repair=(0.033, (0.00825, 0.132)),
        worst=8.0,
        targets="incidence of hepatitis by class (label pools, recalled) and onset at 37 weeks",
        mending=cited(
            "BMJ Open table 3 (nivolumab in the CheckMate trials)",
            derived="a median of 3.0 weeks to resolution, from grade 2 to below grade 1",
        ),
        lethality=0.0004,
        felt=3.9,
        recruitment=(7.75, (0.0, 20.0)),
    )
)
