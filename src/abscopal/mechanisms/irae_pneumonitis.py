"""Pneumonitis: more with PD-1 than with PD-L1 antibodies, which leave PD-L2 to its ligand.

    d T_lung / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_lung)
    d injury_lung / dt = injury by T_lung, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import cited
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="lung",
        event="pneumonitis",
        title="pneumonitis",
        damage=(7e-06, (2.33e-07, 0.00021)),
        spread=3.97,
        ctla4=(1.25, (0.125, 12.5)),
        joint=(17.9, (1.79, 179)),
        onset=(0.0231, (0.00462, 0.115)),
        repair=(0.0066, (0.00165, 0.0264)),
        worst=8.0,
        targets="incidence of pneumonitis by class (Khunger 2017, recalled; CheckMate 067) and onset at 13 weeks",
        mending=cited(
            "BMJ Open table 3 (nivolumab in the CheckMate trials)",
            derived="a median of 14.9 weeks to resolution, from grade 2 to below grade 1",
        ),
        lethality=0.003,
        recruitment=(3.63, (0.0, 20.0)),
    )
)
