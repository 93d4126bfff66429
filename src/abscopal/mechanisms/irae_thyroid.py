"""Thyroiditis that ends in hypothyroidism: the gland does not grow back, and hormone replaces it.

    d T_thyroid / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_thyroid)
    d injury_thyroid / dt = injury by T_thyroid, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="thyroid",
        event="thyroid",
        title="hypothyroidism",
        damage=(0.000399, (1.33e-05, 0.012)),
        spread=1.88,
        ctla4=(4.03, (0.403, 40.3)),
        joint=(1.99, (0.199, 19.9)),
        onset=(0.0289, (0.00578, 0.144)),
        repair=(0.0005, (0.000125, 0.002)),
        worst=3.05,
        targets="incidence of hypothyroidism by class (Barroso-Sousa 2018, recalled) and onset at 12 weeks",
        mending=assumed("the gland hardly recovers; hormone is replaced for life"),
        felt=3.9,
    )
)
