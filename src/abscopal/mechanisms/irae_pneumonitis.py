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
        damage=(1.55e-05, (5.17e-07, 0.000465)),
        spread=3.73,
        ctla4=(1.03, (0.103, 10.3)),
        joint=(30.9, (3.09, 309)),
        onset=(0.0189, (0.00378, 0.0945)),
        repair=(0.00934, (0.00233, 0.0374)),
        worst=8.0,
        targets="incidence of pneumonitis by class (Khunger 2017, recalled; CheckMate 067) and onset at 13 weeks",
        mending=cited(
            "BMJ Open table 3 (nivolumab in the CheckMate trials)",
            derived="a median of 14.9 weeks to resolution, from grade 2 to below grade 1",
        ),
        lethality=0.01,
        recruitment=(5.32, (0.0, 20.0)),
    )
)
