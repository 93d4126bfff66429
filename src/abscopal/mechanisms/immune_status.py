"""What age, earlier treatment, steroids and chronic infection leave of a patient's immune system.

`immune_competence` is 1 in the usual patient; the population sets it from history and age. It tells on priming, where
naive cells are few in the old and the treated, and on effectors, which steroids dull.

    priming_factor  *= immune_competence
    T_cell_function *= sqrt(immune_competence)
"""

from abscopal.language import Contribution, Mechanism, Parameter, assumed

mechanism = Mechanism(
    "immune_status",
    "Immune competence from age and history",
    parameters=(
        Parameter(
            "immune_competence",
            1.0,
            "1",
            "competence of this patient's T cells relative to the cancer's usual patient",
            assumed(
                "1 by definition; the population shifts it by age, earlier therapy, steroids and chronic infection"
            ),
            (0.05, 3.0),
        ),
    ),
    contributions=(
        Contribution("priming_factor", "immune_competence"),
        Contribution("T_cell_function", "sqrt(immune_competence)"),
    ),
)
