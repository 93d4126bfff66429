"""Clonal and subclonal antigen: how much of what the patient's T cells know each lesion still carries.

An antigen of the trunk is in every lesion; one of a branch is in some. A lesion founded by a cell without it is seen by
fewer of the T cells, whatever they do elsewhere, which is one reason for mixed responses. Within a lesion, cells that
lost all of it are the evasive clone.

    suppression *= (1 + subclonality_usual) / (1 + subclonality)

What the usual lesion lacks is part of `recognition`, so the factor is 1 there.
"""

from abscopal.language import Contribution, Mechanism, Parameter, assumed, cited

mechanism = Mechanism(
    "clonal_antigen",
    "Antigen that a lesion does not share with the others",
    parameters=(
        Parameter(
            "subclonality",
            0.02,
            "1",
            "antigen that this lesion lacks over antigen that it has",
            cited(
                "McGranahan N et al. Science 2016;351:1463",
                derived="most neoantigens of responding tumours are clonal, a few are mostly branched; loss of HLA in "
                "one lesion and not in another spreads it",
                recalled=True,
            ),
            (0.0, 20.0),
            per="lesion",
            spread=0.7,
        ),
        Parameter(
            "subclonality_usual",
            0.02,
            "1",
            "the same of the usual lesion",
            assumed("the median of `subclonality`"),
            (0.0, 1.0),
        ),
    ),
    contributions=(Contribution("suppression", "(1 + subclonality_usual) / (1 + subclonality)"),),
)
