"""Spread over the peritoneum: cells shed from a surface that faces the abdominal cavity float and settle.

    peritoneal_seeding = colonisation * peritoneal_ratio * exposed * surface

`exposed` is the share of a lesion's surface that faces the cavity, by organ.
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, assumed, cited

mechanism = Mechanism(
    "peritoneal_spread",
    "Seeding over the peritoneal surface",
    parameters=(
        Parameter(
            "peritoneal_ratio",
            3.0,
            "1",
            "colonies over the peritoneum, for a wholly exposed surface, over colonies through blood",
            cited(
                "Nguyen B et al. Cell 2022;185:563-575 (MSK-MET)",
                derived="nine in ten metastatic ovarian cancers have peritoneal disease, two in five gastric and "
                "colorectal ones: several times any other site where the surface lies open",
            ),
            (0.0, 30.0),
        ),
        Parameter(
            "exposed",
            0.0,
            "1",
            "share of the lesion's surface that faces the peritoneal cavity",
            assumed("filled in by organ for each lesion, from EXPOSED"),
            (0.0, 1.0),
            per="lesion",
        ),
    ),
    definitions=(
        Definition(
            "peritoneal_seeding",
            "colonisation * peritoneal_ratio * exposed * emitting_surface",
            "1/day",
            "colonies founded over the peritoneum",
            "lesion",
        ),
    ),
    contributions=(Contribution("seeding_rate", "peritoneal_seeding"),),
)

EXPOSED: dict[str, float] = {
    "peritoneum": 1.0,
    "ovary": 0.6,
    "stomach": 0.2,
    "bowel": 0.15,
    "pancreas": 0.1,
    "liver": 0.05,
    "spleen": 0.1,
    "cervix": 0.05,
    "bladder": 0.05,
}
EXPOSED_SOURCE = assumed("anatomy: the ovary lies free, gut and stomach are covered by serosa that deep tumours break")
