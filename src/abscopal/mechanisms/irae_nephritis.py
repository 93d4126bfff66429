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
        damage=(3.5e-05, (1.17e-06, 0.00105)),
        spread=3.5,
        ctla4=(2.08, (0.208, 20.8)),
        joint=(1.57, (0.157, 15.7)),
        onset=(0.00656, (0.00131, 0.0328)),
        repair=(0.0164, (0.0041, 0.0656)),
        worst=6.0,
        targets="incidence of nephritis by class (Cortazar 2016, recalled) and onset at 16 weeks",
        mending=cited(
            "BMJ Open table 3 (nivolumab in the CheckMate trials)",
            derived="a median of 6.0 weeks to resolution, from grade 2 to below grade 1",
        ),
        felt=3.9,
        recruitment=(8.65, (0.0, 20.0)),
    )
)
