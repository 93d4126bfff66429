"""Effector T cells travel in blood and enter lesions in proportion to volume, perfusion and infiltration.

A body full of tumour shares out the same T cells more thinly: entry saturates in the total attraction of all lesions.

    entry_j = homing * T_blood * attraction_j / (attraction_half + sum of attractions)
    attraction = infiltration_factor * infiltration * perfusion * volume

Treatment that kills lymphocytes takes naive, activated and circulating ones alike (`lymphotoxicity`).
"""

from abscopal.language import Definition, Mechanism, Parameter, Port, Process, Species, assumed, cited

mechanism = Mechanism(
    "t_cell_trafficking",
    "Effector T cells from node to blood to lesion",
    species=(
        Species("T_naive", "cell", "naive tumour-specific CD8 T cells"),
        Species("T_node", "cell", "activated tumour-specific T cells in the nodes"),
        Species("T_blood", "cell", "tumour-specific effector T cells in blood"),
        Species("T_effector", "cell", "tumour-specific effector T cells in the lesion", "lesion"),
    ),
    parameters=(
        Parameter(
            "homing",
            0.5,
            "1/day",
            "rate at which circulating effectors enter tissue that attracts them fully",
            assumed("blood residence is under an hour but most transits are through healthy tissue"),
            (0.05, 2.0),
        ),
        Parameter(
            "blood_loss",
            0.1,
            "1/day",
            "death of effectors that find no lesion",
            assumed("effectors contract within weeks without antigen"),
            (0.03, 0.3),
        ),
        Parameter(
            "attraction_half",
            30.0,
            "mL",
            "attraction at which half of the circulating effectors are taken up",
            assumed("some tens of mL of well perfused tumour compete with the spleen and marrow"),
            (1.0, 500.0),
        ),
        Parameter(
            "infiltration",
            1.0,
            "1",
            "this tumour's openness to T cells relative to an inflamed tumour",
            assumed("1 by definition for the typical patient; spread from desert to inflamed in the indication"),
            (0.001, 20.0),
        ),
        Parameter(
            "perfusion",
            1.0,
            "1",
            "the organ's T-cell entry relative to lung",
            cited("Kerioui M et al. ESMO Open 2022, PMC8718952", derived="order of response by organ"),
            (0.05, 3.0),
            per="lesion",
        ),
    ),
    ports=(
        Port("infiltration_factor", "product", "factor on a lesion's pull on T cells"),
        Port("lymphotoxicity", "sum", "loss of lymphocytes to treatment", "1/day", "patient"),
    ),
    definitions=(
        Definition(
            "attraction",
            "infiltration_factor * infiltration * perfusion * volume",
            "mL",
            "pull of a lesion on T cells",
            "lesion",
        ),
        Definition(
            "entry",
            "homing * T_blood * attraction / (attraction_half + total(attraction))",
            "cell/day",
            "effectors entering a lesion",
            "lesion",
        ),
    ),
    processes=(
        Process("arrival_in_blood", "-> T_blood", "node_exit * T_node"),
        Process("death_in_blood", "T_blood ->", "blood_loss * T_blood"),
        Process("lymphotoxicity_to_naive_cells", "T_naive ->", "lymphotoxicity * T_naive"),
        Process("lymphotoxicity_in_nodes", "T_node ->", "lymphotoxicity * T_node"),
        Process("lymphotoxicity_in_blood", "T_blood ->", "lymphotoxicity * T_blood"),
        Process("entry", "T_blood -> T_effector", "entry"),
    ),
)
