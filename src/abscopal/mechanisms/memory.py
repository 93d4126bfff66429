"""Memory: a share of dying effectors becomes central memory, which lasts for years and answers antigen quickly.

dM/dt = memory_share * (loss of effectors in blood and lesions) - memory_loss * M - recall
"""

from abscopal.language import Definition, Mechanism, Parameter, Process, Species, assumed, cited

mechanism = Mechanism(
    "memory",
    "Central memory from contracting effectors, recalled by antigen",
    species=(
        Species("T_memory", "cell", "tumour-specific central memory T cells"),
        Species("T_node", "cell", "activated tumour-specific T cells in the nodes"),
    ),
    parameters=(
        Parameter(
            "memory_share",
            0.02,
            "1",
            "share of dying effectors that become memory",
            cited(
                "Blattman JN et al. J Exp Med 2002;195:657",
                derived="5 % survive contraction in acute infection; less than half of that is taken",
            ),
            (0.001, 0.1),
        ),
        Parameter(
            "memory_loss",
            0.001,
            "1/day",
            "loss of central memory",
            cited(
                "Zarnitsyna VI et al. PLoS Comput Biol 2021, doi:10.1371/journal.pcbi.1009468",
                derived="late phase of the t^-0.75 law",
            ),
            (0.0001, 0.005),
        ),
        Parameter(
            "recall_rate",
            0.01,
            "1/day",
            "recall of memory at full antigen presentation",
            assumed("like priming of naive cells"),
            (0.001, 0.1),
        ),
        Parameter(
            "recall_expansion",
            20.0,
            "1",
            "offspring of one recalled memory cell",
            assumed("memory in chronic antigen divides less than naive cells in acute infection"),
            (1.0, 1e3),
        ),
        Parameter(
            "memory_lymphotoxicity",
            0.3,
            "1",
            "loss of resting memory to lymphotoxic treatment relative to cycling T cells",
            assumed("resting cells in marrow and tissue are spared by drugs that kill dividing cells"),
            (0.05, 1.0),
        ),
    ),
    definitions=(
        Definition(
            "memory_recall",
            "priming_factor * recall_rate * DC * costimulation * T_memory",
            "cell/day",
            "memory cells recalled",
        ),
    ),
    processes=(
        Process(
            "memory_formation",
            "-> T_memory",
            "memory_share * (blood_loss * T_blood + total(effector_loss * T_effector))",
        ),
        Process("memory_loss", "T_memory ->", "memory_loss * T_memory"),
        Process("lymphotoxicity_to_memory", "T_memory ->", "memory_lymphotoxicity * lymphotoxicity * T_memory"),
        Process("recall", "T_memory ->", "memory_recall"),
        Process("expansion_of_recalled_cells", "-> T_node", "recall_expansion * memory_recall"),
    ),
)
