"""Spread through the lymph, station after station: a node that has been seeded seeds the next.

Lymph has no shear and needs no vessel of blood; circulating T cells pass through nodes and catch seeds there as well.

    lymph_seeding = colonisation * lymphatic_ratio * surface * (1 + station_gain * in_node) / (1 + T_blood / half)
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, assumed, cited
from abscopal.mechanisms.organ_function import inside

mechanism = Mechanism(
    "lymphatic_spread",
    "Seeding through lymph vessels and nodal stations",
    parameters=(
        inside("node"),
        Parameter(
            "lymphatic_ratio",
            0.3,
            "1",
            "colonies through lymph over colonies through blood, from the same surface outside nodes",
            cited(
                "Nguyen B et al. Cell 2022;185:563-575 (MSK-MET)",
                derived="distant nodes are about a quarter of the sites of most carcinomas",
            ),
            (0.0, 5.0),
        ),
        Parameter(
            "station_gain",
            2.0,
            "1",
            "what a lesion in a node emits more than one elsewhere, into the next station",
            assumed("efferent vessels drain a node directly; the size is a guess"),
            (0.0, 10.0),
        ),
    ),
    definitions=(
        Definition(
            "lymph_seeding",
            "colonisation * lymphatic_ratio * emitting_surface * (1 + station_gain * in_node)"
            " / (1 + T_blood / surveillance_half)",
            "1/day",
            "colonies founded through the lymph",
            "lesion",
        ),
    ),
    contributions=(Contribution("seeding_rate", "lymph_seeding"),),
)
