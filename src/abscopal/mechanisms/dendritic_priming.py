"""Dendritic cells carry antigen to the lymph node and prime naive T cells, if CD28 is not outcompeted by CTLA-4.

Naive tumour-specific CD8 T cells are few and replaced slowly; a primed one runs through its division destiny and its
offspring leave the node after about a week. CTLA-4 binds CD80/86 tighter than CD28 does, so without blockade only a
share `1 / (1 + ctla4_hold)` of costimulation is left (quasi-steady competition).

    dDC/dt = dendritic_loss * (A / (A + antigen_half) - DC)   for A, the antigen, with what vaccines present
    priming = priming_factor * priming_rate * DC * costimulation * N
"""

from abscopal.language import Definition, Mechanism, Parameter, Port, Process, Species, assumed, cited, fitted

mechanism = Mechanism(
    "dendritic_priming",
    "Priming of naive T cells, gated by CD28 and CTLA-4",
    species=(
        Species("antigen", "cell", "antigen in the draining nodes, in dead tumour cells' worth"),
        Species("DC", "1", "mature dendritic cells in the nodes, as a share of the most there can be"),
        Species("T_naive", "cell", "naive tumour-specific CD8 T cells"),
        Species("T_node", "cell", "activated tumour-specific T cells in the nodes"),
    ),
    parameters=(
        Parameter(
            "antigen_half",
            1e10,
            "cell",
            "antigen at half-maximal maturation of dendritic cells",
            assumed("puts turnover of some 10 mL of tumour below and immunogenic death above half"),
            (1e8, 1e12),
        ),
        Parameter(
            "dendritic_loss",
            0.3,
            "1/day",
            "turnover of mature dendritic cells in the node",
            assumed("mature dendritic cells live for days in a node"),
            (0.1, 1.0),
        ),
        Parameter(
            "precursors",
            1e6,
            "cell",
            "naive tumour-specific CD8 T cells in health",
            cited(
                "Alanio C et al. Blood 2010;115:3718",
                derived="frequency 6e-7 to 1.3e-4 of some 1e11 CD8 cells, ten epitopes",
            ),
            (1e3, 1e8),
        ),
        Parameter(
            "naive_loss",
            0.00029,
            "1/day",
            "turnover of naive CD8 T cells",
            cited("Vrisekoop N et al. PNAS 2008;105:6115", derived="half-life 6.5 years"),
            (0.0001, 0.002),
        ),
        Parameter(
            "priming_rate",
            0.04,
            "1/day",
            "priming at full antigen presentation and costimulation",
            fitted("the melanoma calibration protocols, first coarse fit"),
            (0.001, 0.1),
        ),
        Parameter(
            "division_destiny",
            5000.0,
            "1",
            "offspring of one primed T cell",
            cited("Blattman JN et al. J Exp Med 2002;195:657", derived="up to 7e4-fold in acute infection"),
            (100.0, 7e4),
        ),
        Parameter(
            "node_exit",
            0.14,
            "1/day",
            "exit of activated T cells from the node",
            cited("Blattman JN et al. J Exp Med 2002;195:657", derived="14 divisions take a week"),
            (0.07, 0.5),
        ),
        Parameter(
            "ctla4_hold",
            58.07,
            "1",
            "CTLA-4's hold on CD80/86 relative to CD28's",
            fitted("abscopal calibrate melanoma"),
            (0.3, 200.0),
        ),
    ),
    ports=(
        Port("CTLA4_blocked", "any", "share of CTLA-4 blocked in the node", per="patient"),
        Port("priming_factor", "product", "factor on priming and recall", per="patient"),
        Port("presented_antigen", "sum", "antigen brought to dendritic cells from elsewhere", "cell", "patient"),
    ),
    definitions=(
        Definition("costimulation", "1 / (1 + ctla4_hold * (1 - CTLA4_blocked))", "1", "share of CD80/86 left to CD28"),
        Definition(
            "priming",
            "priming_factor * priming_rate * DC * costimulation * T_naive",
            "cell/day",
            "naive T cells primed",
        ),
    ),
    processes=(
        Process("maturation", "-> DC", "dendritic_loss * hill(antigen + presented_antigen, antigen_half, 1)"),
        Process("turnover_of_dendritic_cells", "DC ->", "dendritic_loss * DC"),
        Process("thymic_output", "-> T_naive", "naive_loss * precursors"),
        Process("loss_of_naive_cells", "T_naive ->", "naive_loss * T_naive"),
        Process("priming", "T_naive ->", "priming"),
        Process("expansion", "-> T_node", "division_destiny * priming"),
        Process("exit_from_node", "T_node ->", "node_exit * T_node"),
    ),
)
