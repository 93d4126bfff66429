"""A drug as its data file describes it, and the mechanism made from it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from abscopal.fact import Citation, Fact, require_sources
from abscopal.language import Mechanism
from abscopal.mechanisms import antibody_pk, chemotherapy
from abscopal.record import Record, read_once


class Drug(Record):
    """One drug: what it is, its kinetics, how patients differ in them, and its usual regimens."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower case, as a formula can name it")
    title: str = Field(min_length=3, description="one line: what it is and against what")
    modality: Literal["antibody", "chemotherapy"]
    target: str = Field(min_length=2, description="molecule or process it acts on")
    port: Literal["PD1_blocked", "CTLA4_blocked", "cytotoxicity"] = Field(description="port of the model it feeds")
    values: dict[str, Fact] = Field(description="parameters of the mechanism in its units")
    spread: dict[str, Fact] = Field(
        default_factory=dict, description="standard deviation of log parameter over patients"
    )
    weight_power: dict[str, Fact] = Field(
        default_factory=dict, description="power of body weight / 80 kg on a parameter"
    )
    regimens: list[str] = Field(min_length=1, description="usual regimens, as sentences")
    sources: dict[str, Citation]

    @model_validator(mode="after")
    def _sources_known(self) -> Drug:
        facts = {
            f"{group}.{name}": fact
            for group in ("values", "spread", "weight_power")
            for name, fact in getattr(self, group).items()
        }
        require_sources(facts, self.sources)
        return self

    @property
    def dosed_species(self) -> str:
        """Species that a dose enters."""
        return f"{self.name}_central" if self.modality == "antibody" else f"{self.name}_amount"

    def mechanism(self) -> Mechanism:
        """Build the drug's mechanism for a model."""
        values = {
            name: antibody_pk.Value(fact.value, fact.range or (fact.value, fact.value), fact.origin(self.sources))
            for name, fact in self.values.items()
        }
        if self.modality == "antibody":
            return antibody_pk.build(self.name, self.port, values)
        return chemotherapy.build(self.name, values)


def load_drug(path: str | Path) -> Drug:
    """Read a drug file.

    Raises
    ------
    InputError
        With everything that is wrong with it.
    """
    return read_once(path, Drug)
