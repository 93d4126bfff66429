"""Neurological events: neuropathy, myasthenia, Guillain-Barre syndrome, encephalitis, taken together.

    d T_nerves / dt      = onset * (1 + hastening * T_self_primed) * (attack - T_nerves)
    d injury_nerves / dt = injury by T_nerves, bounded, * (1 - injury / worst) - repair * injury

Template and symbols: `irae.py`. Numbers: `scripts/fit_irae.py`.
"""

from abscopal.language import assumed
from abscopal.mechanisms.irae import Organ, build

mechanism = build(
    Organ(
        name="nerves",
        event="neuro",
        title="neuropathy, myasthenia and encephalitis",
        damage=(0.000164, (5.47e-06, 0.00492)),
        spread=3.14,
        ctla4=(1.38, (0.138, 13.8)),
        joint=(5.74, (0.574, 57.4)),
        onset=(0.0426, (0.00852, 0.213)),
        repair=(0.0116, (0.0029, 0.0464)),
        worst=6.0,
        targets="incidence of neurological events by class (Cuzzubbo 2017, recalled), early onset (assumed)",
        mending=assumed("most mend within two months"),
        lethality=0.015,
        recruitment=(5.06, (0.0, 20.0)),
    )
)
