"""Small models for tests: toy numbers, no biology meant."""

from abscopal.language import (
    Contribution,
    Definition,
    Hazard,
    Mechanism,
    Parameter,
    Port,
    Process,
    Species,
    assumed,
)

TOY = assumed("a toy number for a test")


def parameter(name: str, value: float, unit: str, per: str = "patient", spread: float = 1.5) -> Parameter:
    return Parameter(name, value, unit, f"toy {name} & <more>", TOY, (value / spread, value * spread), per)  # type: ignore[arg-type]


GROWTH = Mechanism(
    "growth",
    "Gompertz growth of two clones",
    species=(
        Species("C", "cell", "drug-sensitive tumour cells", "lesion", floor=1.0),
        Species("R", "cell", "drug-resistant tumour cells", "lesion", floor=1.0),
    ),
    parameters=(
        parameter("g", 0.01, "1/day", "lesion"),
        parameter("K", 1e10, "cell"),
        parameter("mutation", 1e-7, "1"),
        parameter("shape", 0.7, "1"),
    ),
    ports=(Port("boost", "product", "factor on growth"), Port("loss", "sum", "death from drugs", "1/day")),
    definitions=(
        Definition("N", "C + R", "cell", "all cells of a lesion", "lesion"),
        Definition("burden", "total(N)", "cell", "all cells"),
        Definition("crowding", "total(hill(N, K, shape)) / max(total(1), 1)", "1", "mean crowding"),
        Definition("speed", "boost * g * log(K / max(N, 1e-9 * K))", "1/day", "growth rate", "lesion"),
    ),
    processes=(
        Process("grow", "-> C", "speed * C"),
        Process("grow_R", "-> R", "speed * R"),
        Process("mutate", "C -> R", "mutation * abs(speed) * C"),
        Process("die", "C ->", "loss * C"),
    ),
    hazards=(Hazard("death", "0.01 * speed_limit * where(burden > K, min(burden / K, 5), burden / K)", "death"),),
    contributions=(
        Contribution("boost", "1 - 0.1 * crowding"),
        Contribution("boost", "sqrt(1 - -0.1 * crowding ** 2)"),
    ),
)
CLOCK = Mechanism("clock", "a rate for the hazard", parameters=(parameter("speed_limit", 0.3, "1/day"),))
DRUG = Mechanism(
    "drug",
    "A cytotoxic drug, one compartment, and shed antigen",
    species=(Species("A_drug", "mg", "drug in the body", floor=1e-6), Species("shed", "cell", "dead cells")),
    parameters=(
        parameter("k_el", 0.2, "1/day"),
        parameter("V_d", 5.0, "L"),
        parameter("EC50", 6.0, "mg/L"),
        parameter("k_kill", 0.3, "1/day"),
        parameter("steep", 1.6, "1"),
        parameter("clear", 0.05, "1/day"),
        parameter("access", 0.8, "1", "lesion", 1.2),
    ),
    # Names such as rate, k, b and total0 are those of the generator's own variables.
    definitions=(
        Definition("rate", "A_drug / V_d", "mg/L", "concentration"),
        Definition("total0", "exp(-rate / EC50)", "1", "share of targets free"),
        Definition("b", "total(C)", "cell", "sensitive cells"),
        Definition("k", "1 - total0", "1", "share of targets bound", "lesion"),
    ),
    contributions=(Contribution("loss", "access * k_kill * hill(rate, EC50, steep) * k"),),
    processes=(
        Process("eliminate", "A_drug ->", "k_el * A_drug"),
        Process("shed_cells", "-> 2 shed", "loss * C"),
        Process("clear_cells", "shed ->", "clear * shed + 0 * b * clear"),
    ),
)
MECHANISMS = (GROWTH, CLOCK, DRUG)
