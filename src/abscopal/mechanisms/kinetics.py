"""Where a drug goes: one or two compartments, with a depot, saturable elimination or a clearance that changes in time.

    d depot / dt      = -absorption depot
    d central / dt    = availability (absorption depot + intake) - CL(t) c - saturable_rate c / (saturable_half + c)
                        - exchange (c - peripheral / peripheral_volume),   c = central / central_volume
    d peripheral / dt = exchange (c - peripheral / peripheral_volume)
    CL(t)             = clearance exp(clearance_change days^shape / (days^shape + clearance_days^shape))

With one compartment, `amount` stands for central and nothing exchanges. `intake` (mg/day) is a drug taken daily: over
weeks only the mean of a day's ups and downs matters. A template: `build` makes the kinetics of one drug from its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from abscopal.language import Contribution, Definition, Parameter, Process, Source, Species, assumed

Form = Literal["one_compartment", "two_compartments"]


class Value(NamedTuple):
    """A number of a drug file: value, range, source."""

    value: float
    range: tuple[float, float]
    source: Source


UNITS = {
    "clearance": ("L/day", "clearance, at the first dose if it changes"),
    "volume": ("L", "volume of distribution"),
    "central_volume": ("L", "central volume"),
    "exchange": ("L/day", "flow between the compartments"),
    "peripheral_volume": ("L", "peripheral volume"),
    "clearance_change": ("1", "log of the final over the first clearance"),
    "clearance_days": ("day", "days to half of that change"),
    "clearance_shape": ("1", "steepness of that change"),
    "saturable_rate": ("mg/day", "most that saturable elimination can do"),
    "saturable_half": ("mg/L", "concentration at half of that"),
    "absorption": ("1/day", "absorption from the depot"),
    "availability": ("1", "share of a dose that reaches the circulation"),
}
NEEDED = {
    "one_compartment": ("clearance", "volume"),
    "two_compartments": ("clearance", "central_volume", "exchange", "peripheral_volume"),
}
TOGETHER = (("clearance_change", "clearance_days", "clearance_shape"), ("saturable_rate", "saturable_half"))
TRACE = 1e-6  # mg; less than this is none


@dataclass
class Parts:
    """What a drug's mechanism is put together from."""

    species: list[Species] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    contributions: list[Contribution] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)


def dosed(drug: str, form: Form, values: Mapping[str, object]) -> str:
    """Return the species that a dose enters."""
    if "absorption" in values:
        return f"{drug}_depot"
    return main(drug, form)


def main(drug: str, form: Form) -> str:
    """Return the species in plasma."""
    return f"{drug}_central" if form == "two_compartments" else f"{drug}_amount"


def build(drug: str, form: Form, values: Mapping[str, Value], *, continuous: bool, days: bool) -> Parts:
    """Kinetics of a drug.

    Parameters
    ----------
    drug
        Its symbol, with which its names begin.
    form, values
        `NEEDED` and optional values, in the units of `UNITS`.
    continuous
        Whether it can be taken daily: parameter `{drug}_intake` in mg/day.
    days
        Whether an effect needs the days since the first dose.
    """
    parts, plasma = Parts(), main(drug, form)
    volume = f"{drug}_central_volume" if form == "two_compartments" else f"{drug}_volume"
    parts.parameters += [parameter(drug, key, value, *UNITS[key]) for key, value in values.items()]
    parts.species.append(Species(plasma, "mg", f"{drug} in plasma", floor=TRACE if form == "one_compartment" else 0.0))
    parts.definitions.append(Definition(f"{drug}_concentration", f"{plasma} / {volume}", "mg/L", f"{drug} in plasma"))
    if form == "two_compartments":
        _exchange(parts, drug)
    _eliminate(parts, drug, plasma, values)
    _take_up(parts, drug, plasma, values, continuous)
    if days or "clearance_change" in values:
        _count_days(parts, drug, plasma)
    return parts


def parameter(drug: str, key: str, value: Value, unit: str, meaning: str) -> Parameter:
    """Return a parameter of a drug."""
    return Parameter(f"{drug}_{key}", value.value, unit, f"{meaning} of {drug}", value.source, value.range)


def _exchange(parts: Parts, drug: str) -> None:
    parts.species.append(Species(f"{drug}_peripheral", "mg", f"{drug} in the peripheral compartment"))
    rate = f"{drug}_exchange * ({drug}_concentration - {drug}_peripheral / {drug}_peripheral_volume)"
    parts.processes.append(Process("distribution", f"{drug}_central -> {drug}_peripheral", rate))


def _eliminate(parts: Parts, drug: str, plasma: str, values: Mapping[str, Value]) -> None:
    clearance = f"{drug}_clearance"
    if "clearance_change" in values:
        change = f"{drug}_clearance_change * hill({drug}_days, {drug}_clearance_days, {drug}_clearance_shape)"
        parts.definitions.append(
            Definition(f"{drug}_clearance_now", f"{clearance} * exp({change})", "L/day", f"clearance of {drug}")
        )
        clearance = f"{drug}_clearance_now"
    parts.processes.insert(0, Process("elimination", f"{plasma} ->", f"{clearance} * {drug}_concentration"))
    if "saturable_rate" in values:
        rate = f"{drug}_saturable_rate * hill({drug}_concentration, {drug}_saturable_half, 1)"
        parts.processes.append(Process("saturable_elimination", f"{plasma} ->", rate))


def _take_up(parts: Parts, drug: str, plasma: str, values: Mapping[str, Value], continuous: bool) -> None:
    share = f"{drug}_availability * " if "availability" in values else ""
    if "absorption" in values:
        depot, rate = f"{drug}_depot", f"{drug}_absorption * {drug}_depot"
        parts.species.append(Species(depot, "mg", f"{drug} not yet absorbed", floor=TRACE))
        parts.processes.append(Process("absorption", f"{depot} ->", rate))
        parts.processes.append(Process("arrival", f"-> {plasma}", share + rate))
    if continuous:
        none = Value(0.0, (0.0, 1e5), assumed("set while the drug is taken, by the regimen"))
        parts.parameters.append(parameter(drug, "intake", none, "mg/day", "daily intake"))
        parts.processes.append(Process("intake", f"-> {plasma}", f"{share}{drug}_intake"))


def _count_days(parts: Parts, drug: str, plasma: str) -> None:
    days = f"{drug}_days"
    started = f"where({plasma} > 0, 1, where({days} > 0, 1, 0))"  # counts on after the drug is gone
    parts.species.append(Species(days, "day", f"days since the first dose of {drug}"))
    parts.processes.append(Process("days_since_first_dose", f"-> {days}", started))
