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
        damage=(2.88e-06, (9.6e-08, 8.64e-05)),
        spread=3.03,
        ctla4=(131, (13.1, 1.31e03)),
        joint=(1.04, (0.104, 10.4)),
        onset=(0.00857, (0.00171, 0.0428)),
        repair=(0.0005, (0.000125, 0.002)),
        worst=5.0,
        targets="incidence of hypophysitis by class (Barroso-Sousa 2018, recalled) and onset at 34 weeks",
        mending=assumed("corticotropin almost never comes back; hormone is replaced for life"),
    )
)
