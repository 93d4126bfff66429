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
        damage=(0.00334, (0.000111, 0.1)),
        spread=2.39,
        ctla4=(5.78, (0.578, 57.8)),
        joint=(0.302, (0.0302, 3.02)),
        onset=(0.00339, (0.000678, 0.0169)),
        repair=(0.0168, (0.0042, 0.0672)),
        worst=8.0,
        targets="incidence of diarrhoea and colitis by class (CheckMate 067 scale, recalled) and onset at 26 weeks",
        mending=cited(
            "BMJ Open table 3 (nivolumab in the CheckMate trials)",
            derived="a median of 5.9 weeks to resolution, from grade 2 to below grade 1",
        ),
        lethality=0.002,
        recruitment=(3.0, (0.0, 20.0)),
    )
)
