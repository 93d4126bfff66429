"""Growth of a lesion on its blood supply (Gompertz with Hahnfeldt's vascular capacity).

Every clone grows at one rate that falls as the lesion fills the capacity its vessels give it; the capacity is built by
the tumour and regresses without it. While small against `C_max` a lesion grows exponentially at rate `growth`, its
capacity `vascular_ratio` times its cells; near `C_max` it slows and stops. With the capacity held constant this is
Gompertz's law. What is left of a lesion that dies faster than its vessels regress grows back faster than it ever grew,
yet no faster than its cells divide (`birth`). A mutant clone grows once mutation has made a first whole cell of it;
below that it is an expectation.

    dC/dt = min(growth / ln(vascular_ratio) * ln(K / C), birth) * C
    dK/dt = s C - (vascular_loss + (s - vascular_loss) (C / C_max)^(2/3)) K
    s     = vascular_ratio (growth + vascular_loss)
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Port, Process, Species, assumed, cited

mechanism = Mechanism(
    "tumour_growth",
    "Growth of tumour cells on the capacity that their vessels give",
    species=(
        Species("C_sensitive", "cell", "tumour cells that drugs and T cells can kill", "lesion", floor=1.0),
        Species("C_resistant", "cell", "tumour cells that drugs hardly kill", "lesion", floor=1.0),
        Species("C_evasive", "cell", "tumour cells that T cells cannot see", "lesion", floor=1.0),
        Species("C_double", "cell", "tumour cells that drugs hardly kill and T cells cannot see", "lesion", floor=1.0),
        Species("K_vessels", "cell", "tumour cells that the vessels can feed", "lesion"),
    ),
    parameters=(
        Parameter(
            "growth",
            0.0116,
            "1/day",
            "net growth rate while small against C_max",
            cited(
                "Friberg S, Mattson S. J Surg Oncol 1997;65:284",
                derived="ln2 / doubling time of 60 days",
                recalled=True,
            ),
            (0.0005, 0.1),
            per="lesion",
        ),
        Parameter(
            "birth",
            0.14,
            "1/day",
            "division rate of tumour cells",
            cited("Bozic I et al. eLife 2013;2:e00747", doi="10.7554/eLife.00747"),
            (0.05, 0.5),
        ),
        Parameter(
            "vascular_ratio",
            3.0,
            "1",
            "capacity over cells during exponential growth",
            assumed("sets how far regrowth after shrinkage outpaces first growth; no human measurement"),
            (1.5, 10.0),
        ),
        Parameter(
            "vascular_loss",
            0.03,
            "1/day",
            "regression of vessels that no tumour supports",
            assumed("vessels of shrunken tumours regress over weeks"),
            (0.005, 0.1),
        ),
        Parameter(
            "C_max",
            1e12,
            "cell",
            "cells at which a lesion stops growing",
            cited("Norton L. Cancer Res 1988;48:7067", derived="lethal burden 1e12, range 3e11 to 3e12"),
            (3e11, 3e12),
        ),
        Parameter("one_cell", 1.0, "cell", "the smallest lesion", assumed("a count, not a measurement"), (1.0, 1.0)),
        Parameter(
            "cell_volume",
            1e-9,
            "mL/cell",
            "volume of tumour tissue per tumour cell",
            cited("Del Monte U. Cell Cycle 2009;8:505", derived="1e8 to 1e9 cells per mL", recalled=True),
            (1e-9, 1e-8),
        ),
    ),
    ports=(
        Port("growth_factor", "product", "factor on the growth rate from other mechanisms and drugs"),
        Port("vessel_growth", "product", "factor on the capacity built, from other mechanisms and drugs"),
        Port("clones", "sum", "living tumour cells of every clone", "cell"),
        Port("visible_clones", "sum", "living tumour cells that T cells see", "cell"),
    ),
    definitions=(
        Definition("C", "clones", "cell", "all living tumour cells", "lesion"),
        Definition("C_visible", "visible_clones", "cell", "tumour cells that T cells see", "lesion"),
        Definition(
            "net_growth",
            "min(growth_factor * growth / log(vascular_ratio)"
            " * log(max(K_vessels, one_cell) / max(C, one_cell)), birth)",
            "1/day",
            "growth rate of every clone at this moment",
            "lesion",
        ),
        Definition(
            "stimulation",
            "vessel_growth * vascular_ratio * (growth + vascular_loss)",
            "1/day",
            "capacity built per tumour cell",
            "lesion",
        ),
        Definition("volume", "cell_volume * C", "mL", "volume of living tumour", "lesion"),
    ),
    contributions=(
        Contribution("clones", "C_sensitive + C_resistant + C_evasive + C_double"),
        Contribution("visible_clones", "C_sensitive + C_resistant"),
    ),
    processes=(
        Process("growth_of_sensitive_cells", "-> C_sensitive", "net_growth * C_sensitive"),
        Process(
            "growth_of_resistant_cells", "-> C_resistant", "where(C_resistant >= one_cell, net_growth, 0) * C_resistant"
        ),
        Process("growth_of_evasive_cells", "-> C_evasive", "where(C_evasive >= one_cell, net_growth, 0) * C_evasive"),
        Process("growth_of_double_cells", "-> C_double", "where(C_double >= one_cell, net_growth, 0) * C_double"),
        Process("vessel_growth", "-> K_vessels", "stimulation * C"),
        Process(
            "vessel_loss",
            "K_vessels ->",
            "(vascular_loss + (stimulation - vascular_loss) * (C / C_max) ** (2 / 3)) * K_vessels",
        ),
    ),
)
