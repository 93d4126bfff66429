"""Exhaustion: PD-1 signalling turns effectors into exhausted progenitors; blockade wakes them; some are fixed for good.

effector -> progenitor   exhaustion_rate * PD1_signal
progenitor -> effector   reinvigoration * PD1_blocked
progenitor -> terminal   fixation (epigenetic, not reversible)
"""

from abscopal.language import Mechanism, Parameter, Process, Species, assumed, cited, fitted

mechanism = Mechanism(
    "exhaustion",
    "Reversible and terminal exhaustion of effector T cells",
    species=(
        Species("T_effector", "cell", "tumour-specific effector T cells in the lesion", "lesion"),
        Species("T_progenitor", "cell", "progenitor-exhausted T cells in the lesion", "lesion"),
        Species("T_terminal", "cell", "terminally exhausted T cells in the lesion", "lesion"),
    ),
    parameters=(
        Parameter(
            "exhaustion_rate",
            0.125,
            "1/day",
            "exhaustion of effectors at full PD-1 signalling",
            fitted("the melanoma calibration protocols, first coarse fit"),
            (0.02, 0.5),
        ),
        Parameter(
            "reinvigoration",
            0.1,
            "1/day",
            "return of progenitors to function under full blockade",
            cited("Huang AC et al. Nature 2017;545:60", derived="proliferation peaks in week 3", recalled=True),
            (0.01, 0.5),
        ),
        Parameter(
            "fixation",
            0.03,
            "1/day",
            "progenitors becoming terminally exhausted",
            cited("Philip M et al. Nature 2017;545:452", derived="fixed dysfunction within weeks", recalled=True),
            (0.005, 0.2),
        ),
        Parameter(
            "progenitor_loss",
            0.01,
            "1/day",
            "net loss of progenitors, which renew themselves",
            assumed("self-renewal nearly balances death"),
            (0.0, 0.05),
        ),
        Parameter(
            "terminal_loss",
            0.05,
            "1/day",
            "death of terminally exhausted cells",
            assumed("like effectors or shorter-lived"),
            (0.01, 0.3),
        ),
    ),
    processes=(
        Process("exhaustion", "T_effector -> T_progenitor", "exhaustion_rate * PD1_signal * T_effector"),
        Process("reinvigoration", "T_progenitor -> T_effector", "reinvigoration * PD1_blocked * T_progenitor"),
        Process("fixation", "T_progenitor -> T_terminal", "fixation * T_progenitor"),
        Process("loss_of_progenitors", "T_progenitor ->", "progenitor_loss * T_progenitor"),
        Process("loss_of_terminal_cells", "T_terminal ->", "terminal_loss * T_terminal"),
    ),
)
