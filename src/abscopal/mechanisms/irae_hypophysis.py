"""Hypophysitis: pituitary cells carry CTLA-4 themselves, so its antibodies do most of the harm.

    d T_pituitary / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_pituitary)
    d injury_pituitary / dt = injury by T_pituitary, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="pituitary",
        event="hypophysis",
        title="hypophysitis",
        damage=(2.57e-06, (8.57e-08, 7.71e-05)),
        spread=3.09,
        ctla4=(40.9, (4.09, 409.0)),
        joint=(0.601, (0.0601, 6.01)),
        onset=(0.00475, (0.00095, 0.0238)),
        repair=(0.0005, (0.000125, 0.002)),
        worst=5.0,
        targets="incidence of hypophysitis by class (Barroso-Sousa 2018, recalled) and onset at 34 weeks",
        mending=assumed("corticotropin almost never comes back; hormone is replaced for life"),
    )
)
