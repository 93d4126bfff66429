"""Effector T cells proliferate on antigen in the lesion and kill the tumour cells they see.

The kill saturates in both partners: each effector kills at most `kill_rate` cells per day, and where effectors crowd
each tumour cell dies no faster than `kill_rate / contact_ratio`. Signalling through PD-1 and suppression slow both
killing and proliferation. Where proliferation outruns death and exhaustion the T cells take over; where it does not,
they only follow their supply: response is all-or-none in a patient, graded in a population.

    kill = kill_rate * T_function * E * C_visible / (C_visible + contact_ratio * E)
    T_function = recognition * brake * suppression * T_cell_function
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Port, Process, Species, assumed, fitted

mechanism = Mechanism(
    "t_cell_killing",
    "Killing and local proliferation of effector T cells",
    species=(
        Species("C_sensitive", "cell", "tumour cells that drugs and T cells can kill", "lesion", floor=1.0),
        Species("C_resistant", "cell", "tumour cells that drugs hardly kill", "lesion", floor=1.0),
        Species("dead", "cell", "dead tumour cells not yet cleared", "lesion"),
        Species("T_effector", "cell", "tumour-specific effector T cells in the lesion", "lesion"),
    ),
    parameters=(
        Parameter(
            "kill_rate",
            12.0,
            "1/day",
            "tumour cells killed per effector and day, brakes off",
            fitted("the melanoma calibration protocols, first coarse fit"),
            (0.5, 20.0),
        ),
        Parameter(
            "contact_ratio",
            40.0,
            "1",
            "effectors per tumour cell at which more of them no longer help",
            fitted("the melanoma calibration protocols, first coarse fit"),
            (2.0, 200.0),
        ),
        Parameter(
            "recognition",
            0.5,
            "1",
            "quality of recognition: antigen presented and avidity of the T cells",
            assumed("varies from none to full between tumours; spread in the indication"),
            (0.0, 1.0),
        ),
        Parameter(
            "proliferation",
            0.719,
            "1/day",
            "division rate of effectors on antigen, brakes off",
            fitted("the melanoma calibration protocols, first coarse fit"),
            (0.05, 1.4),
        ),
        Parameter(
            "visible_half",
            1e5,
            "cell",
            "tumour cells that still sustain proliferation at half rate",
            assumed("a microscopic nest still stimulates T cells next to it"),
            (1e2, 1e8),
        ),
        Parameter(
            "effector_share",
            0.2,
            "1",
            "effectors per tumour cell at which they crowd each other out",
            assumed("densest infiltrates hold T cells and tumour cells in like numbers"),
            (0.01, 2.0),
        ),
        Parameter(
            "effector_loss",
            0.06,
            "1/day",
            "death of effectors in the lesion",
            assumed("effector lifespan of weeks in tissue"),
            (0.02, 0.3),
        ),
    ),
    ports=(
        Port("suppression", "product", "factor on T-cell function from suppressive cells and milieu"),
        Port("T_cell_function", "product", "factor on T-cell function in the whole patient", per="patient"),
    ),
    definitions=(
        Definition(
            "T_function",
            "recognition * brake * suppression * T_cell_function",
            "1",
            "function left to effectors",
            "lesion",
        ),
        Definition(
            "kill",
            "kill_rate * T_function * T_effector / (C_visible + contact_ratio * T_effector + one_cell)",
            "1/day",
            "rate at which a visible tumour cell is killed",
            "lesion",
        ),
        Definition(
            "expansion",
            "proliferation * T_function * hill(C_visible, visible_half, 1)"
            " / (1 + T_effector / (effector_share * C + one_cell))",
            "1/day",
            "local division rate of effectors",
            "lesion",
        ),
        Definition("killed_by_T_cells", "kill * C_visible", "cell/day", "tumour cells that T cells kill", "lesion"),
    ),
    contributions=(Contribution("visible_killed", "killed_by_T_cells"),),
    processes=(
        Process("killing_of_sensitive_cells", "C_sensitive -> dead", "kill * C_sensitive"),
        Process("killing_of_resistant_cells", "C_resistant -> dead", "kill * C_resistant"),
        Process("proliferation", "-> T_effector", "expansion * T_effector"),
        Process("death_of_effectors", "T_effector ->", "effector_loss * T_effector"),
    ),
)
