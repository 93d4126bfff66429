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
        damage=(0.000139, (4.63e-06, 0.00417)),
        spread=3.18,
        ctla4=(0.898, (0.0898, 8.98)),
        joint=(2.52, (0.252, 25.2)),
        onset=(0.0357, (0.00714, 0.179)),
        repair=(0.011, (0.00275, 0.044)),
        worst=6.0,
        targets="incidence of neurological events by class (Cuzzubbo 2017, recalled), early onset (assumed)",
        mending=assumed("most mend within two months"),
        lethality=0.002,
        recruitment=(10.0, (0.0, 20.0)),
    )
)
