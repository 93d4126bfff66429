"""Kill redirected to a surface antigen, and the clone that has lost it.

CAR-T cells and bispecific antibodies (`redirected_kill`) find their target by one surface antigen, without HLA: they
kill cells that withstand drugs and cells that the patient's own T cells cannot see. A cell that has lost the antigen
survives them. It is otherwise like the sensitive one: drugs kill it, and the patient's own T cells see its other
antigens. It arises at division from sensitive cells; loss from the rarer clones is left out.

    dC_i/dt           -= redirected_kill * C_i                        for every clone with the antigen
    dC_antigen_lost/dt = (net_growth - drug_kill - kill) * C_antigen_lost + birth * antigen_loss * C_sensitive
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Port, Process, Species, cited

_CLONES = {
    "C_sensitive": "tumour cells that drugs and T cells can kill",
    "C_resistant": "tumour cells that drugs hardly kill",
    "C_evasive": "tumour cells that T cells cannot see",
    "C_double": "tumour cells that drugs hardly kill and T cells cannot see",
}

mechanism = Mechanism(
    "antigen_escape",
    "Kill redirected to a surface antigen, and the clone without it",
    species=(
        *(Species(name, "cell", meaning, "lesion", floor=1.0) for name, meaning in _CLONES.items()),
        Species(
            "C_antigen_lost", "cell", "tumour cells without the antigen of redirected T cells", "lesion", floor=1.0
        ),
        Species("dead", "cell", "dead tumour cells not yet cleared", "lesion"),
    ),
    parameters=(
        Parameter(
            "antigen_loss",
            1e-13,
            "1",
            "probability per division of losing the surface antigen",
            cited(
                "Maude SL et al. NEJM 2018;378:439",
                derived="antigen-negative relapse in a fifth of patients with some 1e11 cells; both copies are hit",
                recalled=True,
            ),
            (1e-18, 1e-8),
            spread=3.0,
        ),
    ),
    ports=(Port("redirected_kill", "sum", "rate at which redirected T cells kill cells with the antigen", "1/day"),),
    definitions=(
        Definition("antigen_positive", "C - C_antigen_lost", "cell", "tumour cells with the surface antigen", "lesion"),
        Definition(
            "killed_by_redirection",
            "redirected_kill * antigen_positive",
            "cell/day",
            "tumour cells that redirected T cells kill",
            "lesion",
        ),
    ),
    contributions=(
        Contribution("clones", "C_antigen_lost"),
        Contribution("visible_clones", "C_antigen_lost"),
        Contribution("visible_killed", "redirected_kill * (C_sensitive + C_resistant) + drug_kill * C_antigen_lost"),
    ),
    processes=(
        *(
            Process(f"redirected_kill_of_{name[2:]}_cells", f"{name} -> dead", f"redirected_kill * {name}")
            for name in _CLONES
        ),
        Process("loss_of_antigen", "C_sensitive -> C_antigen_lost", "birth * antigen_loss * C_sensitive"),
        Process(
            "growth_of_cells_without_antigen",
            "-> C_antigen_lost",
            "where(C_antigen_lost >= one_cell, net_growth, min(net_growth, 0)) * C_antigen_lost",
        ),
        Process("drug_kill_of_cells_without_antigen", "C_antigen_lost -> dead", "drug_kill * C_antigen_lost"),
        Process("killing_of_cells_without_antigen", "C_antigen_lost -> dead", "kill * C_antigen_lost"),
    ),
    when=("car_t", "redirected_exposure"),
)
