"""A cytotoxic drug: one-compartment exposure and a kill in proportion to it and to how fast the tumour grows.

Dividing cells die, so a lesion that grows faster is hit harder: lesions that shrink fast on chemotherapy also grow back
fast (correlation of growth and shrinkage 0.57 in OAK, PLoS Comput Biol 2022, doi:10.1371/journal.pcbi.1009822).

    d amount / dt = -clearance / volume * amount
    cytotoxicity += potency * reach * amount / volume * growth / growth_reference

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
}


def build(name: str, values: Mapping[str, Value]) -> Mechanism:
    """Mechanism of a cytotoxic drug from `clearance`, `volume`, `potency` and `growth_reference`."""
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
    kill = f"{name}_potency * {name}_reach * {name}_concentration * growth / {name}_growth_reference"
    return Mechanism(
        name,
        f"Exposure to and kill by {name}",
        species=(Species(f"{name}_amount", "mg", f"{name} in the body", floor=1e-6),),
        parameters=(*parameters, reach),
        definitions=(
            Definition(f"{name}_concentration", f"{name}_amount / {name}_volume", "mg/L", f"{name} in plasma"),
        ),
        contributions=(Contribution("cytotoxicity", kill),),
        processes=(Process("elimination", f"{name}_amount ->", f"{name}_clearance * {name}_concentration"),),
    )
