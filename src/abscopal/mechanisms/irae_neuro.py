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
        damage=(0.000145, (4.83e-06, 0.00435)),
        spread=3.07,
        ctla4=(1.46, (0.146, 14.6)),
        joint=(0.68, (0.068, 6.8)),
        onset=(0.05, (0.01, 0.25)),
        repair=(0.011, (0.00275, 0.044)),
        worst=6.0,
        targets="incidence of neurological events by class (Cuzzubbo 2017, recalled), early onset (assumed)",
        mending=assumed("most mend within two months"),
        lethality=0.002,
        recruitment=(8.0, (0.0, 20.0)),
    )
)
