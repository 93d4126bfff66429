"""Drugs kill the clones they act on; resistant cells hardly. The dead stay in the lesion for a while.

Chemotherapy (`cytotoxicity`) and drugs against a target or a hormone (`targeted_kill`) add up. T cells do not matter
here: a clone that they cannot see dies of drugs like any other, and one that withstands drugs may be killed by them.

    dC_sensitive/dt -= drug_kill * C_sensitive      dC_resistant/dt -= drug_kill * resistant_share * C_resistant
    dC_evasive/dt   -= drug_kill * C_evasive        dC_double/dt    -= drug_kill * resistant_share * C_double
    drug_kill = chemosensitivity * cytotoxicity + targeted_sensitivity * targeted_kill
"""

from abscopal.language import Definition, Mechanism, Parameter, Port, Process, Species, assumed

mechanism = Mechanism(
    "resistance",
    "Kill by drugs and the clones that withstand it",
    species=(
        Species("C_sensitive", "cell", "tumour cells that drugs and T cells can kill", "lesion", floor=1.0),
        Species("C_resistant", "cell", "tumour cells that drugs hardly kill", "lesion", floor=1.0),
        Species("C_evasive", "cell", "tumour cells that T cells cannot see", "lesion", floor=1.0),
        Species("C_double", "cell", "tumour cells that drugs hardly kill and T cells cannot see", "lesion", floor=1.0),
        Species("dead", "cell", "dead tumour cells not yet cleared", "lesion"),
    ),
    parameters=(
        Parameter(
            "resistant_share",
            0.05,
            "1",
            "kill of resistant cells over kill of sensitive cells",
            assumed("a resistant clone keeps growing under treatment"),
            (0.0, 0.3),
        ),
        Parameter(
            "chemosensitivity",
            1.0,
            "1",
            "this patient's sensitivity to chemotherapy relative to the typical patient",
            assumed("1 by definition for the typical patient; spread in the indication"),
            (0.001, 100.0),
        ),
        Parameter(
            "targeted_sensitivity",
            1.0,
            "1",
            "this patient's sensitivity to targeted and hormonal drugs relative to the typical patient",
            assumed(
                "1 by definition for the typical patient; the spread is that of depth of response among responders"
            ),
            (0.001, 100.0),
            spread=0.5,
        ),
    ),
    ports=(
        Port("cytotoxicity", "sum", "kill rate of sensitive cells by all chemotherapies", "1/day"),
        Port("targeted_kill", "sum", "kill rate of sensitive cells by targeted drugs, antibodies, hormones", "1/day"),
    ),
    definitions=(
        Definition(
            "drug_kill",
            "chemosensitivity * cytotoxicity + targeted_sensitivity * targeted_kill",
            "1/day",
            "kill rate of sensitive cells by all drugs",
            "lesion",
        ),
        Definition(
            "killed_by_drugs",
            "drug_kill * (C_sensitive + C_evasive + resistant_share * (C_resistant + C_double))",
            "cell/day",
            "tumour cells that drugs kill",
            "lesion",
        ),
    ),
    processes=(
        Process("drug_kill_of_sensitive_cells", "C_sensitive -> dead", "drug_kill * C_sensitive"),
        Process("drug_kill_of_evasive_cells", "C_evasive -> dead", "drug_kill * C_evasive"),
        Process("drug_kill_of_resistant_cells", "C_resistant -> dead", "drug_kill * resistant_share * C_resistant"),
        Process("drug_kill_of_double_cells", "C_double -> dead", "drug_kill * resistant_share * C_double"),
    ),
)
