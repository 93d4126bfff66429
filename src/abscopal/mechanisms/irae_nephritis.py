"""Interstitial nephritis: creatinine rises over weeks.

    d T_kidney / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_kidney)
    d injury_kidney / dt = injury by T_kidney, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import cited
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="kidney",
        event="nephritis",
        title="nephritis",
        damage=(1.75e-05, (5.83e-07, 0.000525)),
        spread=3.64,
        ctla4=(2.02, (0.202, 20.2)),
        joint=(1.54, (0.154, 15.4)),
        onset=(0.00448, (0.000896, 0.0224)),
        repair=(0.0165, (0.00413, 0.066)),
        worst=6.0,
        targets="incidence of nephritis by class (Cortazar 2016, recalled) and onset at 16 weeks",
        mending=cited(
            "BMJ Open table 3 (nivolumab in the CheckMate trials)",
            derived="a median of 6.0 weeks to resolution, from grade 2 to below grade 1",
        ),
        felt=3.9,
        recruitment=(8.0, (0.0, 20.0)),
    )
)
