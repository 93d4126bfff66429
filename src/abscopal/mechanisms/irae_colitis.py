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
        damage=(0.00345, (0.000115, 0.103)),
        spread=2.54,
        ctla4=(8.33, (0.833, 83.3)),
        joint=(1.11, (0.111, 11.1)),
        onset=(0.000882, (0.000176, 0.00441)),
        repair=(0.0168, (0.0042, 0.0672)),
        worst=8.0,
        targets="incidence of diarrhoea and colitis by class (CheckMate 067 scale, recalled) and onset at 26 weeks",
        mending=cited(
            "BMJ Open table 3 (nivolumab in the CheckMate trials)",
            derived="a median of 5.9 weeks to resolution, from grade 2 to below grade 1",
        ),
        lethality=0.002,
        recruitment=(3.49, (0.0, 20.0)),
    )
)
