"""Memory: a share of dying effectors becomes central memory, which lasts for years and answers antigen quickly.

Memory is not lost at one rate: the longer it has lasted, the slower it goes, as t^-0.75. Three compartments of rising
lifetime, filled in fixed shares, follow (1 + t / 750 days)^-0.75 within 1 % over thirty years; cells are counted once
contraction is over, so the law runs from its slow part on and begins at a loss of 0.001 per day.

Recall needs antigen in the nodes, which a microscopic remnant does not give. A part of memory patrols without: beside
an active response that is nothing, after it the remnant is watched, and a response can outlast the treatment.

    dM_i/dt = memory_share * share_i * (loss of effectors in blood and lesions) - loss_i * M_i - recall of M_i
    dT_blood/dt += memory_patrol * (M_1 + M_2 + M_3)
"""

from abscopal.language import Definition, Mechanism, Parameter, Process, Species, assumed, cited

_ZARNITSYNA = "Zarnitsyna VI et al. PLoS Comput Biol 2021, doi:10.1371/journal.pcbi.1009468"


def _of_the_law(name: str, value: float, unit: str, meaning: str, low: float, high: float) -> Parameter:
    derived = "best fit of three exponentials to (1 + t / 750 days)^-0.75 from 1 day to 30 years"
    return Parameter(name, value, unit, meaning, cited(_ZARNITSYNA, derived=derived), (low, high))


_RECALL = "priming_factor * recall_rate * DC * costimulation"
_POOLS = {"T_memory": "memory_loss", "T_memory_years": "memory_loss_years", "T_memory_decades": "memory_loss_decades"}
_SHARES = {
    "T_memory": "(1 - memory_years - memory_decades)",
    "T_memory_years": "memory_years",
    "T_memory_decades": "memory_decades",
}

mechanism = Mechanism(
    "memory",
    "Central memory from contracting effectors, recalled by antigen, lost ever more slowly",
    species=(
        Species("T_memory", "cell", "tumour-specific central memory T cells, of the kind lost within a year"),
        Species("T_memory_years", "cell", "tumour-specific central memory T cells that last for years"),
        Species("T_memory_decades", "cell", "tumour-specific central memory T cells that last for decades"),
        Species("T_node", "cell", "activated tumour-specific T cells in the nodes"),
        Species("T_blood", "cell", "tumour-specific effector T cells in blood"),
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
        _of_the_law("memory_years", 0.437, "1", "share of new memory that lasts for years", 0.2, 0.6),
        _of_the_law("memory_decades", 0.263, "1", "share of new memory that lasts for decades", 0.1, 0.4),
        _of_the_law("memory_loss", 2.28e-3, "1/day", "loss of the memory that goes first", 5e-4, 0.01),
        _of_the_law("memory_loss_years", 5.49e-4, "1/day", "loss of the memory that lasts for years", 1e-4, 2e-3),
        _of_the_law("memory_loss_decades", 6.76e-5, "1/day", "loss of the memory that lasts for decades", 1e-5, 3e-4),
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
            "memory_patrol",
            1e-3,
            "1/day",
            "effectors that memory sends into the blood without being recalled",
            assumed("a small part of memory is of the kind that patrols tissue, ready to kill; it renews itself"),
            (1e-5, 1e-2),
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
        Definition("memory", " + ".join(_POOLS), "cell", "tumour-specific central memory T cells of every lifetime"),
        Definition("memory_recall", f"{_RECALL} * memory", "cell/day", "memory cells recalled"),
        Definition(
            "memory_formed",
            "memory_share * (blood_loss * T_blood + total(effector_loss * T_effector))",
            "cell/day",
            "effectors that become memory",
        ),
    ),
    processes=(
        *(Process(f"formation_of_{pool}", f"-> {pool}", f"{share} * memory_formed") for pool, share in _SHARES.items()),
        *(Process(f"loss_of_{pool}", f"{pool} ->", f"{loss} * {pool}") for pool, loss in _POOLS.items()),
        *(
            Process(f"lymphotoxicity_to_{pool}", f"{pool} ->", f"memory_lymphotoxicity * lymphotoxicity * {pool}")
            for pool in _POOLS
        ),
        *(Process(f"recall_of_{pool}", f"{pool} ->", f"{_RECALL} * {pool}") for pool in _POOLS),
        Process("patrol_by_memory", "-> T_blood", "memory_patrol * memory"),
        Process("expansion_of_recalled_cells", "-> T_node", "recall_expansion * memory_recall"),
    ),
)
