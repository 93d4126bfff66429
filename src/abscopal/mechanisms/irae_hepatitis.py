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
        damage=(0.000328, (1.09e-05, 0.00984)),
        spread=3.43,
        ctla4=(2.24, (0.224, 22.4)),
        joint=(30.8, (3.08, 308)),
        onset=(0.00065, (0.00013, 0.00325)),
        repair=(0.0293, (0.00732, 0.117)),
        worst=8.0,
        targets="incidence of hepatitis by class (label pools, recalled) and onset at 37 weeks",
        mending=cited(
            "BMJ Open table 3 (nivolumab in the CheckMate trials)",
            derived="a median of 3.0 weeks to resolution, from grade 2 to below grade 1",
        ),
        lethality=0.02,
        felt=3.9,
        recruitment=(18.8, (0.0, 40.0)),
    )
)
