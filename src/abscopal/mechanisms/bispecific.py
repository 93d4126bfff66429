"""Bispecific antibodies tie any T cell of a lesion to a tumour cell with the antigen.

What counts is how many T cells there are, not what they are specific for: the infiltrate, bystanders and all, and those
of the tissue around, which are fewer in a patient low in lymphocytes. Engaged T cells multiply. Constant engagement
tires them and a pause rests them (Philipp 2022). Cytokines are released at first contact and hardly later, which is why
doses step up.

    kill = bispecific_kill * exposure * (1 - fatigue) * n / (antigen-positive cells + bispecific_contact * n)
    n = bystanders * (T_effector + T_progenitor)
        + T_cell_basal * (1 - lymphocytes_lost) * (1 + expansion) * perfusion * (volume + T_cell_nest)
    d expansion / dt = expansion_rate * (expansion_limit * exposure - expansion)
    d fatigue / dt   = fatigue_rate * exposure * (1 - fatigue) - fatigue_recovery * fatigue
    d tolerance / dt = tolerance_rate * exposure * (1 - tolerance) - tolerance_loss * tolerance

for n T cells in reach of a lesion; expansion, fatigue and tolerance follow the mean exposure of the lesions.
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Port, Process, Species, assumed, cited

_PHILIPP = cited(
    "Philipp N et al. Blood 2022;140:1104",
    derived="function falls over four weeks of constant engagement and recovers in pauses",
    recalled=True,
)
_KILL = (
    Parameter(
        "bispecific_kill",
        4.0,
        "1/day",
        "cells killed per engaged T cell and day",
        cited("Halle S et al. Immunity 2016;44:233", derived="2 to 16 per day, killer cells in mice", recalled=True),
        (0.3, 16.0),
        spread=0.7,
    ),
    Parameter(
        "bispecific_contact",
        4.0,
        "1",
        "T cells per tumour cell at which more of them no longer help",
        assumed("as for CAR-T cells"),
        (1.0, 40.0),
    ),
    Parameter(
        "bispecific_milieu",
        0.5,
        "1",
        "share of the suppression in a lesion that engaged T cells feel",
        assumed("engagement needs no costimulation; between none and all"),
        (0.0, 1.0),
    ),
    Parameter(
        "T_cell_basal",
        1e7,
        "cell/mL",
        "T cells of tissue and marrow, of any specificity",
        cited("Blessin NC et al. Cell Oncol 2020, doi:10.1007/s13402-020-00496-7", derived="6e6 per mL in melanoma"),
        (1e5, 1e8),
        spread=0.7,
    ),
    Parameter(
        "T_cell_nest",
        10.0,
        "mL",
        "tissue around a lesion from which T cells reach it",
        assumed("residual disease lies within a tissue that T cells patrol"),
        (0.1, 100.0),
    ),
)
_CHANGE = (
    Parameter(
        "expansion_rate",
        0.1,
        "1/day",
        "pace at which T cells multiply when engaged and fall back when not",
        cited(
            "Klinger M et al. Blood 2012;119:6226",
            derived="T cells in blood double or triple within two to three weeks of blinatumomab",
            recalled=True,
        ),
        (0.02, 0.5),
    ),
    Parameter(
        "expansion_limit",
        4.0,
        "1",
        "T cells gained at full engagement, per T cell before",
        cited(
            "Klinger M et al. Blood 2012;119:6226",
            derived="double or triple in blood at an engagement of about half",
            recalled=True,
        ),
        (0.0, 20.0),
        spread=0.5,
    ),
    Parameter("fatigue_rate", 0.05, "1/day", "tiring of T cells at full engagement", _PHILIPP, (0.005, 0.3)),
    Parameter("fatigue_recovery", 0.05, "1/day", "recovery of tired T cells", _PHILIPP, (0.01, 0.3)),
    Parameter(
        "tolerance_rate",
        0.7,
        "1/day",
        "loss of cytokine release at full engagement",
        assumed("fever comes with the first doses and fades within days"),
        (0.1, 3.0),
    ),
    Parameter(
        "tolerance_loss",
        0.02,
        "1/day",
        "return of cytokine release in a pause",
        assumed("after a long pause doses are stepped up again"),
        (0.0, 0.1),
    ),
    Parameter(
        "bispecific_cytokine",
        1.0,
        "1/day",
        "cytokine release at first full engagement",
        assumed("1 by definition for the typical antibody; antibodies differ"),
        (0.0, 10.0),
    ),
)

mechanism = Mechanism(
    "bispecific",
    "Bispecific antibodies redirect the T cells of a lesion, which tire of it",
    species=(
        Species("redirected_expansion", "1", "T cells gained by engagement, per T cell before"),
        Species("redirection_fatigue", "1", "share of engaged T cells that are tired"),
        Species("redirection_tolerance", "1", "share of cytokine release that engaged T cells have lost"),
    ),
    parameters=(*_KILL, *_CHANGE),
    ports=(Port("redirected_exposure", "any", "share of the T cells of a lesion that an antibody ties to it"),),
    definitions=(
        Definition(
            "redirected_T_cells",
            "bystanders * (T_effector + T_progenitor) + T_cell_basal * (1 - lymphocytes_lost)"
            " * (1 + redirected_expansion) * perfusion * (volume + T_cell_nest)",
            "cell",
            "T cells in reach of a lesion",
            "lesion",
        ),
        Definition(
            "redirected_mean",
            "total(redirected_exposure) / max(total(1), 1)",
            "1",
            "mean engagement of T cells over the lesions",
        ),
    ),
    contributions=(
        Contribution(
            "redirected_kill",
            "bispecific_kill * redirected_exposure * (1 - redirection_fatigue)"
            " * (1 - bispecific_milieu * (1 - suppression * min(T_cell_function, 1))) * redirected_T_cells"
            " / (antigen_positive + bispecific_contact * redirected_T_cells + one_cell)",
        ),
        Contribution("cytokine_release", "bispecific_cytokine * redirected_mean * (1 - redirection_tolerance)"),
    ),
    processes=(
        Process("multiplication", "-> redirected_expansion", "expansion_rate * expansion_limit * redirected_mean"),
        Process("falling_back", "redirected_expansion ->", "expansion_rate * redirected_expansion"),
        Process("tiring", "-> redirection_fatigue", "fatigue_rate * redirected_mean * (1 - redirection_fatigue)"),
        Process("rest", "redirection_fatigue ->", "fatigue_recovery * redirection_fatigue"),
        Process(
            "getting_used",
            "-> redirection_tolerance",
            "tolerance_rate * redirected_mean * (1 - redirection_tolerance)",
        ),
        Process("loss_of_tolerance", "redirection_tolerance ->", "tolerance_loss * redirection_tolerance"),
    ),
    when=("redirected_exposure",),
)
