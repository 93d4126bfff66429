"""Growth factors given as drugs, such as interleukin 2: effectors divide more, and so do regulatory T cells.

dE/dt += T_cell_growth * E      for effectors in blood and in lesions
dR/dt += growth_of_regulators * T_cell_growth * R
"""

from abscopal.language import Mechanism, Parameter, Port, Process, Species, cited

mechanism = Mechanism(
    "t_cell_growth",
    "Growth of effector and regulatory T cells on interleukin given as a drug",
    species=(
        Species("T_blood", "cell", "tumour-specific effector T cells in blood"),
        Species("T_effector", "cell", "tumour-specific effector T cells in the lesion", "lesion"),
        Species("T_reg", "cell", "regulatory T cells in the lesion", "lesion"),
    ),
    parameters=(
        Parameter(
            "growth_of_regulators",
            1.0,
            "1",
            "growth of regulatory T cells relative to effectors",
            cited(
                "Ahmadzadeh M, Rosenberg SA. Blood 2006;107:2409",
                derived="regulatory T cells rise in blood after high-dose interleukin 2; the ratio is ours",
                recalled=True,
            ),
            (0.0, 3.0),
        ),
    ),
    ports=(Port("T_cell_growth", "sum", "extra division rate of effector T cells", "1/day", "patient"),),
    processes=(
        Process("growth_in_blood", "-> T_blood", "T_cell_growth * T_blood"),
        Process("growth_in_lesions", "-> T_effector", "T_cell_growth * T_effector"),
        Process("growth_of_regulators", "-> T_reg", "growth_of_regulators * T_cell_growth * T_reg"),
    ),
    when=("T_cell_growth",),
)
