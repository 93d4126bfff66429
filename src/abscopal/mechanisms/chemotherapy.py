"""A cytotoxic drug: one-compartment exposure and a kill in proportion to it and to how fast the tumour grows.

Dividing cells die, so a lesion that grows faster is hit harder: lesions that shrink fast on chemotherapy also grow back
fast (correlation of growth and shrinkage 0.57 in OAK, PLoS Comput Biol 2022, doi:10.1371/journal.pcbi.1009822).

The effect wanes with time on the drug, as tumours adapt (Claret's form; Bruno R et al. 2012): what responds to
chemotherapy does so early.

    d amount / dt = -clearance / volume * amount
    cytotoxicity += potency * exp(-waning * days) * reach * amount / volume * growth / growth_reference
    days            since the first dose

A template: `build` makes the mechanism of one drug from its data file.
"""

from __future__ import annotations

from collections.abc import Mapping

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Species, assumed
from abscopal.mechanisms.antibody_pk import Value

_UNITS = {
    "clearance": ("L/day", "clearance"),
    "volume": ("L", "volume of distribution"),
    "potency": ("L/(mg*day)", "kill rate per concentration in a lesion of reference growth"),
    "growth_reference": ("1/day", "growth rate at which potency holds"),
    "waning": ("1/day", "rate at which tumours adapt"),
}


def build(name: str, values: Mapping[str, Value]) -> Mechanism:
    """Mechanism of a cytotoxic drug from `clearance`, `volume`, `potency`, `growth_reference` and `waning`."""
    reach = Parameter(
        f"{name}_reach",
        1.0,
        "1",
        f"{name} in the lesion over plasma",
        assumed("filled in from the table of organs for each lesion"),
        (0.0, 2.0),
        per="lesion",
    )
    parameters = [
        Parameter(
            f"{name}_{key}", value.value, _UNITS[key][0], f"{_UNITS[key][1]} of {name}", value.source, value.range
        )
        for key, value in values.items()
    ]
    amount, days = f"{name}_amount", f"{name}_days"
    started = f"where({amount} > 0, 1, where({days} > 0, 1, 0))"  # counts on between doses
    potency = f"{name}_potency * exp(-({name}_waning * {days}))"
    kill = f"{potency} * {name}_reach * {name}_concentration * growth / {name}_growth_reference"
    return Mechanism(
        name,
        f"Exposure to and kill by {name}",
        species=(
            Species(amount, "mg", f"{name} in the body", floor=1e-6),
            Species(days, "day", f"days since the first dose of {name}"),
        ),
        parameters=(*parameters, reach),
        definitions=(Definition(f"{name}_concentration", f"{amount} / {name}_volume", "mg/L", f"{name} in plasma"),),
        contributions=(Contribution("cytotoxicity", kill),),
        processes=(
            Process("elimination", f"{amount} ->", f"{name}_clearance * {name}_concentration"),
            Process("days_since_first_dose", f"-> {days}", started),
        ),
    )
