"""Two-compartment kinetics of a therapeutic antibody, with clearance that changes over time, and what it blocks.

    d central / dt    = -CL(t) central / V1 - Q (central / V1 - peripheral / V2)
    d peripheral / dt = Q (central / V1 - peripheral / V2)
    CL(t) = CL exp(change * days^shape / (days^shape + days_half^shape)),  days since the first dose

Occupancy is quasi-steady, `c / (c + KD)`, at the concentration that reaches the tissue. A template: `build` makes the
mechanism of one drug from its data file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Source, Species, assumed


class Value(NamedTuple):
    """A number of a drug file: value, range, source."""

    value: float
    range: tuple[float, float]
    source: Source


_UNITS = {
    "clearance": ("L/day", "clearance at the first dose"),
    "central_volume": ("L", "central volume"),
    "exchange": ("L/day", "flow between the compartments"),
    "peripheral_volume": ("L", "peripheral volume"),
    "KD": ("mg/L", "concentration at half occupancy"),
    "clearance_change": ("1", "log of the final over the first clearance"),
    "clearance_days": ("day", "days to half of that change"),
    "clearance_shape": ("1", "steepness of that change"),
    "penetration": ("1", "concentration over plasma"),
    "depletion": ("1/day", "loss of regulatory T cells at full occupancy"),
}
# port: whether its tissue concentration differs by lesion
_PORTS = {"PD1_blocked": True, "CTLA4_blocked": False}


def build(name: str, port: str, values: Mapping[str, Value]) -> Mechanism:
    """Mechanism of an antibody.

    Parameters
    ----------
    name
        The drug; its species and parameters start with it.
    port
        `PD1_blocked` or `CTLA4_blocked`: what its occupancy feeds.
    values
        `clearance`, `central_volume`, `exchange`, `peripheral_volume`, `KD` in the units of this module; optionally
        `clearance_change`, `clearance_days`, `clearance_shape` (time-varying clearance), `penetration` (of the lymph
        node, for CTLA-4) and `depletion` (of regulatory T cells).
    """
    varying = "clearance_change" in values
    clearance = f"{name}_clearance"
    definitions = [
        Definition(f"{name}_concentration", f"{name}_central / {name}_central_volume", "mg/L", f"{name} in plasma")
    ]
    processes = [
        Process("elimination", f"{name}_central ->", f"{clearance} * {name}_concentration"),
        Process(
            "distribution",
            f"{name}_central -> {name}_peripheral",
            f"{name}_exchange * ({name}_concentration - {name}_peripheral / {name}_peripheral_volume)",
        ),
    ]
    species = [
        Species(f"{name}_central", "mg", f"{name} in the central compartment"),
        Species(f"{name}_peripheral", "mg", f"{name} in the peripheral compartment"),
    ]
    parameters = [_parameter(name, key, value) for key, value in values.items()]
    if varying:
        species.append(Species(f"{name}_days", "day", f"days since the first dose of {name}"))
        started = f"where({name}_central > 0, 1, where({name}_days > 0, 1, 0))"  # counts on after the drug is gone
        processes.append(Process("days_since_first_dose", f"-> {name}_days", started))
        change = f"{name}_clearance_change * hill({name}_days, {name}_clearance_days, {name}_clearance_shape)"
        definitions.append(
            Definition(f"{name}_clearance_now", f"{clearance} * exp({change})", "L/day", f"clearance of {name}")
        )
        processes[0] = Process("elimination", f"{name}_central ->", f"{name}_clearance_now * {name}_concentration")
    parameters, definitions, contributions = _binding(name, port, values, parameters, definitions)
    return Mechanism(
        name,
        f"Kinetics and occupancy of {name}",
        tuple(species),
        tuple(parameters),
        tuple(definitions),
        contributions=contributions,
        processes=tuple(processes),
    )


def _parameter(name: str, key: str, value: Value) -> Parameter:
    unit, meaning = _UNITS[key]
    return Parameter(f"{name}_{key}", value.value, unit, f"{meaning} of {name}", value.source, value.range)


def _binding(
    name: str, port: str, values: Mapping[str, Value], parameters: list[Parameter], definitions: list[Definition]
) -> tuple[list[Parameter], list[Definition], tuple[Contribution, ...]]:
    by_lesion = _PORTS[port]
    if by_lesion:
        source = assumed("filled in from the table of organs for each lesion")
        parameters.append(
            Parameter(f"{name}_reach", 0.3, "1", f"{name} in the lesion over plasma", source, (0.0, 1.0), per="lesion")
        )
    reach = f"{name}_reach" if by_lesion else f"{name}_penetration"
    definitions.append(
        Definition(
            f"{name}_occupancy",
            f"hill({reach} * {name}_concentration, {name}_KD, 1)",
            "1",
            f"share of its target that {name} holds",
            "lesion" if by_lesion else "patient",
        )
    )
    contributions = [Contribution(port, f"{name}_occupancy")]
    if "depletion" in values:
        contributions.append(Contribution("treg_depletion", f"{name}_depletion * {name}_occupancy"))
    return parameters, definitions, tuple(contributions)
