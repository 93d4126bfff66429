"""Colitis: self-reactive T cells against the flora and lining of the bowel, above all when CTLA-4 is blocked.

    d T_colon / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_colon)
    d injury_colon / dt = injury by T_colon, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import cited
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="colon",
        event="colitis",
        title="colitis and diarrhoea",
        damage=(0.00585, (0.000195, 0.176)),
        spread=2.1,
        ctla4=(12.5, (1.25, 125)),
        joint=(1.25, (0.125, 12.5)),
        onset=(0.0013, (0.00026, 0.0065)),
        repair=(0.0159, (0.00398, 0.0636)),
        worst=8.0,
        targets="incidence of diarrhoea and colitis by class (CheckMate 067 scale, recalled) and onset at 26 weeks; "
        "`ctla4` by hand",
        mending=cited(
            "BMJ Open table 3 (nivolumab in the CheckMate trials)",
            derived="a median of 5.9 weeks to resolution, from grade 2 to below grade 1",
        ),
        lethality=0.04,
        recruitment=(3.78, (0.0, 20.0)),
    )
)
