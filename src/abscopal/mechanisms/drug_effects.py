"""What a drug does where it gets to: each effect feeds one port of another mechanism.

    occupancy    strength c / (KD + c)                                    a share of a target that is held
    saturating   maximum c / (half + c) exp(-waning days)                 a rate, such as a kill
    inhibition   1 - maximum c / (half + c)                               a factor below 1
    stimulation  1 + maximum c / (half + c)                               a factor above 1
    proportional slope c exp(-waning days)                                a rate, such as an injury
    cytotoxic    potency c growth / growth_reference exp(-waning days)    a kill of dividing cells

`c` is the concentration in the lesion (that in plasma times the reach into its organ), or in plasma for effects on the
patient, times `penetration` where the tissue gets only a part. A cytotoxic drug kills dividing cells, so a lesion that
grows faster is hit harder: lesions that shrink fast on chemotherapy also grow back fast (correlation of growth and
shrinkage 0.57 in OAK, PLoS Comput Biol 2022, doi:10.1371/journal.pcbi.1009822). Effects wane as tumours adapt (Claret's
form; Bruno R et al. 2012). An effect with a driver works only in tumours that depend on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from abscopal.language import Contribution, Definition, Parameter, assumed
from abscopal.mechanisms.kinetics import Parts, Value, parameter

Form = Literal["occupancy", "saturating", "inhibition", "stimulation", "proportional", "cytotoxic"]
Site = Literal["lesion", "patient"]

NEEDED: dict[str, tuple[str, ...]] = {
    "occupancy": ("KD",),
    "saturating": ("maximum", "half"),
    "inhibition": ("maximum", "half"),
    "stimulation": ("maximum", "half"),
    "proportional": ("slope",),
    "cytotoxic": ("potency", "growth_reference"),
}
OPTIONAL: dict[str, tuple[str, ...]] = {
    "occupancy": ("strength",),
    "saturating": ("waning",),
    "proportional": ("waning",),
    "cytotoxic": ("waning",),
}
_UNITS = {
    "KD": ("mg/L", "concentration at half occupancy"),
    "half": ("mg/L", "concentration at half of the effect"),
    "penetration": ("1", "concentration over plasma"),
    "potency": ("L/(mg*day)", "kill rate per concentration in a lesion of reference growth"),
    "growth_reference": ("1/day", "growth rate at which potency holds"),
    "waning": ("1/day", "rate at which the effect wanes"),
    "strength": ("1", "effect at full occupancy"),
}
_IN_PORT_UNITS = {"maximum": "largest effect", "slope": "effect per concentration"}


@dataclass(frozen=True)
class Effect:
    """One effect of a drug: the port it feeds with its unit, the form, where, and for which tumours."""

    port: str
    form: Form
    site: Site = "lesion"
    driver: str = ""
    name: str = ""
    unit: str = "1"
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """What the names of its own values begin with, after the drug."""
        return f"{self.name}_" if self.name else ""


def keys(form: Form) -> set[str]:
    """Return the values an effect of this form may have."""
    return {*NEEDED[form], *OPTIONAL.get(form, ()), "penetration"}


def waning(effects: Sequence[Effect]) -> bool:
    """Whether any effect needs the days since the first dose."""
    return any("waning" in effect.values for effect in effects)


def add(parts: Parts, drug: str, effects: Sequence[Effect], shared: Mapping[str, Value]) -> None:
    """Add effects to the kinetics of a drug.

    Parameters
    ----------
    parts
        What `kinetics.build` made; added to in place.
    drug
        Symbol of the drug.
    effects
        In any order.
    shared
        Values that several effects use.
    """
    parts.parameters += [parameter(drug, key, value, *_UNITS[key]) for key, value in shared.items()]
    if any(effect.site == "lesion" for effect in effects):
        parts.parameters.append(_reach(drug))
    for effect in effects:
        _add_one(parts, drug, effect, shared)


def _reach(drug: str) -> Parameter:
    return Parameter(
        f"{drug}_reach",
        0.3,
        "1",
        f"concentration of {drug} in the lesion over plasma",
        assumed("filled in from the table of organs for each lesion"),
        (0.0, 2.0),
        per="lesion",
    )


def _add_one(parts: Parts, drug: str, effect: Effect, shared: Mapping[str, Value]) -> None:
    for key, value in effect.values.items():
        unit, meaning = _UNITS[key] if key in _UNITS else (effect.unit, _IN_PORT_UNITS[key])
        unit = f"{unit}*L/mg" if key == "slope" else unit
        parts.parameters.append(parameter(drug, effect.prefix + key, value, unit, f"{meaning} on {effect.port}"))
    names = {key: f"{drug}_{key}" for key in shared} | {key: f"{drug}_{effect.prefix}{key}" for key in effect.values}
    local = f"{drug}_reach * {drug}_concentration" if effect.site == "lesion" else f"{drug}_concentration"
    if "penetration" in names:
        local = f"{names['penetration']} * {local}"
    formula = _formula(effect, names, local, drug)
    if effect.form == "occupancy":
        name = f"{drug}_{effect.prefix}occupancy" + ("_systemic" if _twice(parts, drug, effect) else "")
        parts.definitions.append(Definition(name, formula, "1", f"share that {drug} holds", effect.site))
        formula = name
    parts.contributions.append(Contribution(effect.port, formula))


def _twice(parts: Parts, drug: str, effect: Effect) -> bool:
    """Whether the drug already holds its target elsewhere: in lesions, and now in the blood."""
    return any(known.name == f"{drug}_{effect.prefix}occupancy" for known in parts.definitions)


def _formula(effect: Effect, names: Mapping[str, str], local: str, drug: str) -> str:
    driver = f"driver_{effect.driver} * " if effect.driver else ""
    wane = f" * exp(-({names['waning']} * {drug}_days))" if "waning" in names else ""
    match effect.form:
        case "occupancy":
            strength = f"{names['strength']} * " if "strength" in names else ""
            return f"{driver}{strength}hill({local}, {names['KD']}, 1)"
        case "saturating":
            return f"{driver}{names['maximum']}{wane} * hill({local}, {names['half']}, 1)"
        case "inhibition":
            return f"1 - {driver}{names['maximum']} * hill({local}, {names['half']}, 1)"
        case "stimulation":
            return f"1 + {driver}{names['maximum']} * hill({local}, {names['half']}, 1)"
        case "proportional":
            return f"{driver}{names['slope']}{wane} * {local}"
        case "cytotoxic":
            return f"{driver}{names['potency']}{wane} * {local} * growth / {names['growth_reference']}"
