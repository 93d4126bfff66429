"""Chemotherapy kills sensitive and evasive cells; resistant cells hardly. The dead stay in the lesion for a while.

dC_sensitive/dt -= chemotherapy * C_sensitive      dC_evasive/dt -= chemotherapy * C_evasive
dC_resistant/dt -= chemotherapy * resistant_share * C_resistant
"""

from abscopal.language import Definition, Mechanism, Parameter, Port, Process, Species, assumed

mechanism = Mechanism(
    "resistance",
    "Chemotherapy kill and the clone that withstands it",
    species=(
        Species("C_sensitive", "cell", "tumour cells that drugs and T cells can kill", "lesion", floor=1.0),
        Species("C_resistant", "cell", "tumour cells that chemotherapy hardly kills", "lesion", floor=1.0),
        Species("C_evasive", "cell", "tumour cells that T cells cannot see", "lesion", floor=1.0),
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
    ),
    ports=(Port("cytotoxicity", "sum", "kill rate of sensitive cells by all chemotherapies", "1/day"),),
    definitions=(
        Definition(
            "chemotherapy", "chemosensitivity * cytotoxicity", "1/day", "kill rate of sensitive cells", "lesion"
        ),
        Definition(
            "killed_by_chemotherapy",
            "chemotherapy * (C_sensitive + C_evasive + resistant_share * C_resistant)",
            "cell/day",
            "tumour cells that chemotherapy kills",
            "lesion",
        ),
    ),
    processes=(
        Process("chemotherapy_of_sensitive_cells", "C_sensitive -> dead", "chemotherapy * C_sensitive"),
        Process("chemotherapy_of_evasive_cells", "C_evasive -> dead", "chemotherapy * C_evasive"),
        Process(
            "chemotherapy_of_resistant_cells", "C_resistant -> dead", "chemotherapy * resistant_share * C_resistant"
        ),
    ),
)
