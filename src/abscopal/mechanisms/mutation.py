"""Mutation at division: sensitive cells give rise to drug-resistant and to immune-evasive cells, and these to both.

Cells divide far more often than a lesion grows (birth 0.14 per day against net growth 0.01), so mutants arise at birth
rate times probability per division. Whatever kills the sensitive cells then selects them.

    dC_resistant/dt += birth * mutation_resistant * C_sensitive
    dC_evasive/dt   += birth * mutation_evasive * C_sensitive
    dC_double/dt    += birth * (mutation_evasive * C_resistant + mutation_resistant * C_evasive)
"""

from abscopal.language import Mechanism, Parameter, Process, Species, assumed, cited

_BOZIC = "Bozic I et al. eLife 2013;2:e00747"

mechanism = Mechanism(
    "mutation",
    "Drug-resistant and immune-evasive clones arise at division",
    species=(
        Species("C_sensitive", "cell", "tumour cells that drugs and T cells can kill", "lesion", floor=1.0),
        Species("C_resistant", "cell", "tumour cells that drugs hardly kill", "lesion", floor=1.0),
        Species("C_evasive", "cell", "tumour cells that T cells cannot see", "lesion", floor=1.0),
        Species("C_double", "cell", "tumour cells that drugs hardly kill and T cells cannot see", "lesion", floor=1.0),
    ),
    parameters=(
        Parameter(
            "mutation_resistant",
            5e-8,
            "1",
            "probability per division of resistance to the drugs given",
            cited(_BOZIC, doi="10.7554/eLife.00747", derived="1e-9 per base times 50 positions"),
            (1e-9, 1e-6),
        ),
        Parameter(
            "mutation_evasive",
            1e-13,
            "1",
            "probability per division of becoming invisible to T cells",
            assumed("biallelic loss of antigen presentation needs two rare hits; lasting remissions bound its rate"),
            (1e-16, 1e-8),
        ),
    ),
    processes=(
        Process("mutation_to_resistance", "C_sensitive -> C_resistant", "birth * mutation_resistant * C_sensitive"),
        Process("mutation_to_evasion", "C_sensitive -> C_evasive", "birth * mutation_evasive * C_sensitive"),
        Process("evasion_of_resistant_cells", "C_resistant -> C_double", "birth * mutation_evasive * C_resistant"),
        Process("resistance_of_evasive_cells", "C_evasive -> C_double", "birth * mutation_resistant * C_evasive"),
    ),
)
