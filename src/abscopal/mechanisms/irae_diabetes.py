"""Autoimmune diabetes: beta cells do not grow back, and the first sign is often ketoacidosis.

    d T_islets / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_islets)
    d injury_islets / dt = injury by T_islets, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="islets",
        event="diabetes",
        title="diabetes",
        damage=(4.21e-06, (1.4e-07, 0.000126)),
        spread=3.49,
        ctla4=(0.973, (0.0973, 9.73)),
        joint=(7.73, (0.773, 77.3)),
        onset=(0.00261, (0.000522, 0.013)),
        repair=(0.0005, (0.000125, 0.002)),
        worst=5.0,
        targets="incidence of diabetes by class (Stamatouli 2018, recalled; severe in CheckMate 914), onset 29 weeks",
        mending=assumed("beta cells do not grow back; insulin replaces them for life"),
    )
)
