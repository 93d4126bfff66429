"""Surgery and ablation: what they leave of a lesion, and what an operation costs the immune system.

An operation is an event. Most resections with clear margins leave nothing, a few leave nests of cells: the share left
is spread over many orders of magnitude between patients, and less than one cell is none. Heat or cold destroys small
lesions nearly always and misses the rim of large ones. The dead of an ablation stay in the body and show antigen; a
resected lesion is gone with its antigen. An operation dulls T cells for some weeks.

    left by resection = resection_residual                                      share of the cells of the lesion
    left by ablation  = ablation_residual * (1 + (volume / ablation_volume)^2)  at most 1
    dS/dt             = -surgical_recovery * S                                  S rises to 1 with an operation
    T_cell_function  *= 1 - surgical_suppression * S
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Species, assumed, cited

mechanism = Mechanism(
    "surgery",
    "Resection and ablation: cells left behind, and immunity dulled for weeks",
    species=(Species("surgical_stress", "1", "stress of an operation, as a share of that of a large one"),),
    parameters=(
        Parameter(
            "resection_residual",
            1e-12,
            "1",
            "share of a lesion's cells that a resection leaves",
            assumed("one in ten resections of 1e10 cells leaves at least one, given the spread"),
            (1e-18, 1e-2),
            spread=3.6,
        ),
        Parameter(
            "ablation_residual",
            1e-12,
            "1",
            "share of a small lesion's cells that an ablation leaves",
            cited(
                "Mulier S et al. Ann Surg 2005;242:158",
                derived="liver tumours recur locally: 14 % up to 3 cm, 25 % up to 5 cm, 58 % above; with the spread",
                recalled=True,
            ),
            (1e-18, 1e-2),
            spread=3.0,
        ),
        Parameter(
            "ablation_volume",
            14.0,
            "mL",
            "volume from which an ablation leaves more",
            cited(
                "Mulier S et al. Ann Surg 2005;242:158",
                derived="a sphere of 3 cm; recurrence rises beyond it",
                recalled=True,
            ),
            (4.0, 65.0),
        ),
        Parameter(
            "ablation_antigen",
            0.3,
            "1",
            "antigen shown per visible cell that an ablation kills",
            assumed("coagulated tissue releases less than immunogenic death"),
            (0.0, 1.0),
        ),
        Parameter(
            "surgical_suppression",
            0.4,
            "1",
            "share of T-cell function lost after an operation",
            assumed("natural killer and T cells are impaired for days to weeks; size is ours"),
            (0.0, 0.8),
        ),
        Parameter(
            "surgical_recovery",
            0.1,
            "1/day",
            "recovery of T-cell function after an operation",
            assumed("within two to four weeks"),
            (0.03, 0.5),
        ),
    ),
    definitions=(
        Definition(
            "left_by_resection", "min(resection_residual, 1)", "1", "share of cells left by resection", "lesion"
        ),
        Definition(
            "left_by_ablation",
            "min(ablation_residual * (1 + (volume / ablation_volume) ** 2), 1)",
            "1",
            "share of cells left by ablation",
            "lesion",
        ),
        Definition("ablation_yield", "ablation_antigen", "1", "antigen shown per visible cell ablated", "lesion"),
    ),
    contributions=(Contribution("T_cell_function", "1 - surgical_suppression * surgical_stress"),),
    processes=(Process("recovery", "surgical_stress ->", "surgical_recovery * surgical_stress"),),
    when=("surgery", "ablation"),
)
