"""Arthritis: joints stay inflamed for months.

    d T_joints / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_joints)
    d injury_joints / dt = injury by T_joints, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="joints",
        event="arthritis",
        title="inflammatory arthritis",
        damage=(6e-05, (2e-06, 0.0018)),
        spread=3.28,
        ctla4=(1.28, (0.128, 12.8)),
        joint=(5, (0.5, 50)),
        onset=(0.0249, (0.00499, 0.125)),
        repair=(0.006, (0.0015, 0.024)),
        worst=4.5,
        targets="inflammatory arthritis in 1 to 7 % on PD-1 (reviews, recalled), twice that on both (assumed); "
        "`joint` by hand",
        mending=assumed("half mend within a few months"),
        recruitment=(8.0, (0.0, 20.0)),
    )
)
