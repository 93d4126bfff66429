"""A drug as its data file describes it, and the mechanism made from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from abscopal.errors import InputError, Problem, unknown
from abscopal.fact import Citation, Fact, require_sources
from abscopal.language import Mechanism
from abscopal.mechanisms import drug_effects, ports
from abscopal.mechanisms import kinetics as forms
from abscopal.mechanisms.kinetics import Value
from abscopal.record import Record, read_once

Modality = Literal[
    "antibody", "bispecific", "conjugate", "targeted", "hormone", "chemotherapy", "car_t", "til", "vaccine",
    "cytokine", "corticosteroid", "immunosuppressant", "supportive",
]  # fmt: skip
LARGE: frozenset[Modality] = frozenset(("antibody", "bispecific", "conjugate"))
"""Modalities of large molecules, which reach tissue as antibodies do."""


class Kinetics(Record):
    """Where the drug goes."""

    form: Literal["one_compartment", "two_compartments", "direct"]
    continuous: bool = Field(default=False, description="whether it can be taken daily")
    into: str = Field(default="", description="species that a dose enters, for the form 'direct'")
    values: dict[str, Fact] = Field(default_factory=dict, description="parameters of the kinetics in their units")

    @model_validator(mode="after")
    def _complete(self) -> Kinetics:
        problems = list(self._problems())
        if problems:
            raise InputError(problems)
        return self

    def _problems(self) -> Iterator[Problem]:
        if self.form == "direct":
            if not self.into or self.values or self.continuous:
                yield Problem("into", "for 'direct' a species that doses enter, and no values", f"'{self.into}'")
            return
        if self.into:
            yield Problem("into", "nothing unless the form is 'direct'", f"'{self.into}'")
        yield from missing("values", forms.NEEDED[self.form], self.values)
        for group in forms.TOGETHER:
            if any(key in self.values for key in group):
                yield from missing("values", group, self.values)
        other = "two_compartments" if self.form == "one_compartment" else "one_compartment"
        allowed = forms.UNITS.keys() - (set(forms.NEEDED[other]) - set(forms.NEEDED[self.form]))
        yield from (unknown(f"values.{key}", "value", key, allowed) for key in self.values.keys() - allowed)


class Effect(Record):
    """One thing that the drug does: a contribution to a port of the model."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)

    port: str = Field(description="port of the model it feeds")
    form: drug_effects.Form = Field(description="how the effect follows from the concentration")
    site: drug_effects.Site | None = Field(default=None, alias="in", description="lesion or patient; as the port")
    driver: str = Field(default="", pattern=r"^[A-Za-z0-9_]*$", description="what a tumour must depend on")
    name: str = Field(default="", pattern=r"^[a-z0-9_]*$", description="put before its values' names if these clash")
    values: dict[str, Fact] = Field(default_factory=dict, description="parameters of the effect")

    def built(self, values: Mapping[str, Value]) -> drug_effects.Effect:
        """Return the effect as the template takes it."""
        port = ports()[self.port]
        return drug_effects.Effect(
            self.port, self.form, self.site or port.per, self.driver, self.name, port.unit, values
        )


class Drug(Record):
    """One drug: what it is, its kinetics, its effects, how patients differ in them, and its usual regimens."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$", description="lower case, as a regimen names it")
    title: str = Field(min_length=3, description="one line: what it is and against what")
    modality: Modality
    group: str = Field(min_length=2, description="class of drugs, such as EGFR inhibitor")
    target: str = Field(min_length=2, description="molecule or process it acts on")
    kinetics: Kinetics
    shared: dict[str, Fact] = Field(default_factory=dict, description="values that several effects use")
    effects: tuple[Effect, ...] = ()
    parameters: dict[str, Fact] = Field(default_factory=dict, description="parameters of the model that it sets")
    unit_mass: dict[str, Fact] = Field(default_factory=dict, description="mg per dose unit, such as IU")
    spread: dict[str, Fact] = Field(
        default_factory=dict, description="standard deviation of log parameter over patients"
    )
    weight_power: dict[str, Fact] = Field(
        default_factory=dict, description="power of body weight / 80 kg on a parameter"
    )
    regimens: list[str] = Field(min_length=1, description="usual regimens, as sentences")
    sources: dict[str, Citation]

    @model_validator(mode="after")
    def _sound(self) -> Drug:
        require_sources(dict(self.facts()), self.sources)
        problems = list(self._problems())
        if problems:
            raise InputError(problems)
        return self

    def _problems(self) -> Iterator[Problem]:
        if self.kinetics.form == "direct" and self.effects:
            yield Problem("effects", "none: a drug with kinetics 'direct' acts through the species it enters", "some")
        for number, effect in enumerate(self.effects):
            at = f"effects.{number}"
            if effect.port not in ports():
                yield unknown(f"{at}.port", "port", effect.port, ports())
            needed, known = drug_effects.NEEDED[effect.form], {*effect.values, *self.shared}
            yield from missing(f"{at}.values", needed, known)
            allowed = drug_effects.keys(effect.form)
            yield from (unknown(f"{at}.values.{k}", "value", k, allowed) for k in effect.values.keys() - allowed)
        own = [*self.kinetics.values, *self.shared]
        own += [f"{e.name}_{key}" if e.name else key for e in self.effects for key in e.values]
        for key in sorted({key for key in own if own.count(key) > 1}):
            yield Problem("effects", "values of different names; give one of the effects a `name`", f"two of '{key}'")
        for group in ("spread", "weight_power"):
            yield from (unknown(f"{group}.{key}", "value", key, own) for key in getattr(self, group).keys() - set(own))

    def facts(self) -> Iterator[tuple[str, Fact]]:
        """Every number of the file with its path."""
        groups = {name: getattr(self, name) for name in ("shared", "parameters", "unit_mass", "spread", "weight_power")}
        groups["kinetics.values"] = self.kinetics.values
        groups |= {f"effects.{number}.values": effect.values for number, effect in enumerate(self.effects)}
        for group, facts in groups.items():
            yield from ((f"{group}.{name}", fact) for name, fact in facts.items())

    @property
    def values(self) -> dict[str, Fact]:
        """The numbers of the drug's own parameters, by what stands behind `{symbol}_` in their names."""
        found = {**self.kinetics.values, **self.shared}
        for effect in self.effects:
            found |= {f"{effect.name}_{key}" if effect.name else key: fact for key, fact in effect.values.items()}
        return found

    @property
    def symbol(self) -> str:
        """The name as formulas write it."""
        return self.name.replace("-", "_")

    @property
    def tags(self) -> frozenset[str]:
        """What a mechanism's `when` may name: the drug, its modality and group, and the ports it feeds."""
        return frozenset((self.name, self.modality, self.group, *(effect.port for effect in self.effects)))

    @property
    def drivers(self) -> frozenset[str]:
        """What a tumour must depend on for some effect."""
        return frozenset(effect.driver for effect in self.effects if effect.driver)

    @property
    def dosed_species(self) -> str:
        """Species that a dose enters."""
        if self.kinetics.form == "direct":
            return self.kinetics.into
        return forms.dosed(self.symbol, self.kinetics.form, self.kinetics.values)

    @property
    def intake(self) -> str:
        """Parameter of daily intake, in mg/day.

        Raises
        ------
        InputError
            If the drug cannot be taken daily.
        """
        if not self.kinetics.continuous:
            raise InputError([Problem(self.name, "a drug that can be taken daily (kinetics.continuous)", "another")])
        return f"{self.symbol}_intake"

    def mechanism(self) -> Mechanism:
        """Build the drug's mechanism for a model; one without species or formulas for kinetics 'direct'."""
        title = f"Kinetics and effects of {self.name}"
        if self.kinetics.form == "direct":
            return Mechanism(self.symbol, title)
        effects = [effect.built(self._values(effect.values)) for effect in self.effects]
        parts = forms.build(
            self.symbol,
            self.kinetics.form,
            self._values(self.kinetics.values),
            continuous=self.kinetics.continuous,
            days=drug_effects.waning(effects) or "waning" in self.shared,
        )
        drug_effects.add(parts, self.symbol, effects, self._values(self.shared))
        return Mechanism(
            self.symbol,
            title,
            tuple(parts.species),
            tuple(parts.parameters),
            tuple(parts.definitions),
            contributions=tuple(parts.contributions),
            processes=tuple(parts.processes),
        )

    def _values(self, facts: Mapping[str, Fact]) -> dict[str, Value]:
        return {
            name: Value(fact.value, fact.range or (fact.value, fact.value), fact.origin(self.sources))
            for name, fact in facts.items()
        }


def missing(at: str, needed: tuple[str, ...], known: Any) -> Iterator[Problem]:
    """Return a problem for each value that is needed and not known."""
    return (Problem(at, f"a value '{key}'", "none") for key in needed if key not in known)


def load_drug(path: str | Path) -> Drug:
    """Read a drug file.

    Raises
    ------
    InputError
        With everything that is wrong with it.
    """
    return read_once(path, Drug)
