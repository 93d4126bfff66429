"""Antigen from dying cells of all lesions pools in the draining lymph nodes.

This is what makes lesions one disease to the immune system: tissue killed in one place primes T cells that reach every
other place. Cells killed by treatment or by T cells are immunogenic; quiet turnover hardly is.

    dA/dt = sum over lesions (quiet_turnover * birth * C_visible + killed visible cells) - antigen_clearance * A
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Port, Process, Species, assumed

mechanism = Mechanism(
    "antigen_release",
    "Antigen released by dying tumour cells of every lesion",
    species=(Species("antigen", "cell", "antigen in the draining nodes, in dead tumour cells' worth"),),
    parameters=(
        Parameter(
            "quiet_turnover",
            0.1,
            "1",
            "immunogenicity of turnover relative to immunogenic death",
            assumed("apoptosis without danger signals is tolerogenic; the factor is a guess"),
            (0.01, 0.5),
        ),
        Parameter(
            "antigen_clearance",
            0.2,
            "1/day",
            "loss of antigen from the nodes",
            assumed("presentation by dendritic cells lasts days"),
            (0.05, 1.0),
        ),
    ),
    ports=(Port("visible_killed", "sum", "T-cell-visible tumour cells killed", "cell/day"),),
    definitions=(
        Definition(
            "antigen_release",
            "quiet_turnover * birth * C_visible + visible_killed",
            "cell/day",
            "antigen shed by a lesion",
            "lesion",
        ),
    ),
    contributions=(Contribution("visible_killed", "drug_kill * (C_sensitive + resistant_share * C_resistant)"),),
    processes=(
        Process("antigen_release", "-> antigen", "total(antigen_release)"),
        Process("antigen_clearance", "antigen ->", "antigen_clearance * antigen"),
    ),
)
