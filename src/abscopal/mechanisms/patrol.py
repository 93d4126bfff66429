"""Patrol: T cells search the tissue around a lesion, so a small colony meets more of them for its size than a mass.

What circulates passes through a few millimetres of tissue around any tumour and finds it there. To a mass that adds
little; a colony of a million cells is searched by as many T cells as a nodule of several millimetres draws. This is why
residual disease can be cleared by an immune response that the whole tumour withstands. A colony too small to raise
signals is found in proportion to its size only.

    infiltration_factor *= 1 + patrolled_volume / (volume + unnoticed_volume)
"""

from abscopal.language import Contribution, Mechanism, Parameter, assumed

mechanism = Mechanism(
    "patrol",
    "T cells search the tissue around a lesion",
    parameters=(
        Parameter(
            "patrolled_volume",
            0.1,
            "mL",
            "tissue around a lesion from which passing T cells find it",
            assumed(
                "a sphere of three millimetres radius, as far as chemokines reach; small beside a measurable lesion"
            ),
            (0.001, 1.0),
        ),
        Parameter(
            "unnoticed_volume",
            1e-4,
            "mL",
            "volume below which a colony calls only in proportion to its size",
            assumed("some hundred thousand cells, about where colonies begin to need vessels"),
            (1e-6, 1e-2),
        ),
    ),
    contributions=(Contribution("infiltration_factor", "1 + patrolled_volume / (volume + unnoticed_volume)"),),
)
