"""Spread through the cerebrospinal fluid: tumour in brain or meninges seeds the meninges.

The blood-brain barrier lets few cells pass, so this route begins in the brain. Fluid carries the cells over the whole
surface, where no capillary holds them and few T cells come.

    csf_seeding = csf_colonisation * (in_brain + in_meninges) * surface
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, cited

mechanism = Mechanism(
    "leptomeningeal_spread",
    "Seeding through the cerebrospinal fluid",
    parameters=(
        Parameter(
            "csf_colonisation",
            1e-10,
            "1/(cell**(2/3)*day)",
            "new meningeal colonies per surface of tumour in the brain and day",
            cited(
                "reviews of leptomeningeal disease",
                derived="5 to 8 % of patients with solid tumours, most of them with brain metastases: about a tenth "
                "per year with 2 cm of tumour in the brain, 1e8.5 cells and more",
                recalled=True,
            ),
            (1e-12, 1e-8),
        ),
    ),
    definitions=(
        Definition(
            "csf_seeding",
            "csf_colonisation * (in_brain + in_meninges) * emitting_surface",
            "1/day",
            "colonies founded through the cerebrospinal fluid",
            "lesion",
        ),
    ),
    contributions=(Contribution("seeding_rate", "csf_seeding"),),
)
