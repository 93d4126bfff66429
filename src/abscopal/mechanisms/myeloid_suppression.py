"""Myeloid suppressor cells are called by tumour burden and dull T cells by their density in the lesion.

suppression *= 1 - myeloid_strength * M / (M + myeloid_half * volume)
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Species, assumed, cited

mechanism = Mechanism(
    "myeloid_suppression",
    "Myeloid-derived suppressor cells dull T cells",
    species=(Species("MDSC", "cell", "myeloid-derived suppressor cells in the lesion", "lesion"),),
    parameters=(
        Parameter(
            "myeloid_influx",
            1e6,
            "cell/(mL*day)",
            "suppressor cells entering per volume of tumour at low burden",
            assumed("gives densities like those of CD8 T cells"),
            (1e4, 1e8),
        ),
        Parameter(
            "myeloid_burden",
            200.0,
            "mL",
            "total tumour that doubles the influx",
            assumed("neutrophil-to-lymphocyte ratio rises with burden"),
            (20.0, 2000.0),
        ),
        Parameter(
            "myeloid_level",
            1.0,
            "1",
            "this patient's myelopoiesis relative to the typical patient",
            cited("Chang TG et al. Nat Cancer 2024", derived="spread of the neutrophil-to-lymphocyte ratio"),
            (0.05, 20.0),
        ),
        Parameter(
            "myeloid_bias",
            1.0,
            "1",
            "the organ's pull on suppressor cells relative to lung",
            assumed("liver recruits most; order only"),
            (0.2, 5.0),
            per="lesion",
        ),
        Parameter(
            "myeloid_loss",
            0.2,
            "1/day",
            "turnover of suppressor cells in the lesion",
            assumed("myeloid cells live for days in tissue"),
            (0.05, 1.0),
        ),
        Parameter(
            "myeloid_half",
            1e7,
            "cell/mL",
            "density at half of their effect",
            assumed("about the density of immune cells in a lesion"),
            (1e5, 1e9),
        ),
        Parameter(
            "myeloid_strength",
            0.7,
            "1",
            "share of T-cell function lost at high density",
            assumed("suppression in vitro is incomplete"),
            (0.0, 0.98),
        ),
    ),
    definitions=(Definition("burden", "total(volume)", "mL", "living tumour in the whole body"),),
    contributions=(
        Contribution("suppression", "1 - myeloid_strength * MDSC / (MDSC + myeloid_half * volume + one_cell)"),
    ),
    processes=(
        Process(
            "influx_of_suppressor_cells",
            "-> MDSC",
            "myeloid_influx * myeloid_level * myeloid_bias * volume * (1 + burden / myeloid_burden)",
        ),
        Process("loss_of_suppressor_cells", "MDSC ->", "myeloid_loss * MDSC"),
    ),
)
