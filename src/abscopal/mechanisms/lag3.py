"""LAG-3: a second brake, on exhausted T cells; what its blockade gives back (quasi-steady).

What LAG-3 takes away without blockade is part of the other brakes' strengths, so only the relief is written down: none
without blockade, and more of it the more of the T cells are exhausted.

    suppression *= 1 + lag3_relief * LAG3_blocked * P / (P + E)      for exhausted progenitors P and effectors E
    progenitor -> effector   lag3_reinvigoration * LAG3_blocked * P
"""

from abscopal.language import Contribution, Mechanism, Parameter, Port, Process, Species, assumed

mechanism = Mechanism(
    "lag3",
    "Relief of exhausted T cells by blockade of LAG-3",
    species=(
        Species("T_effector", "cell", "tumour-specific effector T cells in the lesion", "lesion"),
        Species("T_progenitor", "cell", "progenitor-exhausted T cells in the lesion", "lesion"),
    ),
    parameters=(
        Parameter(
            "lag3_relief",
            0.5,
            "1",
            "function gained over what is left, where all T cells are exhausted",
            assumed("LAG-3 adds to PD-1 but is the weaker brake: alone, its blockade hardly shrinks tumours"),
            (0.0, 2.0),
        ),
        Parameter(
            "lag3_reinvigoration",
            0.02,
            "1/day",
            "return of progenitors to function under full blockade of LAG-3",
            assumed("a fifth of what blockade of PD-1 does"),
            (0.0, 0.1),
        ),
    ),
    ports=(Port("LAG3_blocked", "any", "share of LAG-3 blocked in the lesion"),),
    contributions=(
        Contribution(
            "suppression",
            "1 + lag3_relief * LAG3_blocked * T_progenitor / (T_progenitor + T_effector + one_cell)",
        ),
    ),
    processes=(
        Process(
            "reinvigoration_by_LAG3_blockade",
            "T_progenitor -> T_effector",
            "lag3_reinvigoration * LAG3_blocked * T_progenitor",
        ),
    ),
    when=("LAG3_blocked",),
)
