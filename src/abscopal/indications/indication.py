"""A cancer as its data file describes it: who has it, where it spreads, how its patients differ."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from abscopal.errors import InputError, Problem, unknown
from abscopal.fact import Citation, Fact, require_sources
from abscopal.mechanisms.organ_milieu import ORGANS
from abscopal.record import Real, Record, read_once

FACTORS = ("inflamed", "aggressive", "fitness", "antigenic")
"""What patients have in common beneath several parameters and markers: standard normal, independent."""


class Distribution(Record):
    """How a quantity varies between patients: normal on a scale, partly through the common factors."""

    center: Fact = Field(description="median, on the natural scale")
    spread: Fact = Field(description="standard deviation on the transformed scale")
    scale: Literal["log", "logit", "linear"] = "log"
    loadings: dict[str, Real] = Field(default_factory=dict, description="correlation with each common factor")

    @model_validator(mode="after")
    def _loadings_fit(self) -> Distribution:
        problems = [
            unknown(f"loadings.{name}", "factor", name, FACTORS) for name in self.loadings if name not in FACTORS
        ]
        if sum(value**2 for value in self.loadings.values()) > 1.0:
            problems.append(Problem("loadings", "squares that add up to at most 1", str(self.loadings)))
        if problems:
            raise InputError(problems)
        return self


class Indication(Record):
    """One cancer."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower case")
    title: str = Field(min_length=3, description="one line: which cancer, which patients")
    calibration: list[str] = Field(default_factory=list, description="protocols its parameters were fitted to")
    sites: dict[str, Fact] = Field(description="weight of each organ among lesions")
    clustering: Fact = Field(description="pull of lesions already in an organ on the next one")
    sum_of_diameters: Distribution = Field(description="sum of target diameters at enrolment, mm")
    seeding_index: Distribution = Field(description="power by which lesions grow more numerous as they are smaller")
    growth_within: Fact = Field(description="spread of log growth rate between lesions of a patient")
    parameters: dict[str, Distribution] = Field(description="parameters of the model that differ between patients")
    fractions: dict[str, Distribution] = Field(description="share of each clone at diagnosis")
    fixed: dict[str, Fact] = Field(default_factory=dict, description="parameters of the model shared by all patients")
    covariates: dict[str, Distribution] = Field(description="age, weight and markers")
    male: Fact = Field(description="share of men")
    ecog1: Fact = Field(description="share with performance status 1 or more")
    lines: dict[str, dict[str, Fact]] = Field(default_factory=dict, description="factor on a parameter in later lines")
    sources: dict[str, Citation]

    @model_validator(mode="after")
    def _complete(self) -> Indication:
        problems = [unknown(f"sites.{name}", "organ", name, ORGANS) for name in self.sites if name not in ORGANS]
        if problems:
            raise InputError(problems)
        require_sources(dict(self.facts()), self.sources)
        return self

    def facts(self) -> list[tuple[str, Fact]]:
        """Every number of the file with its path."""
        found = [(f"sites.{name}", fact) for name, fact in self.sites.items()]
        found += [(f"fixed.{name}", fact) for name, fact in self.fixed.items()]
        found += [(name, getattr(self, name)) for name in ("clustering", "growth_within", "male", "ecog1")]
        found += [(f"lines.{line}.{name}", fact) for line, facts in self.lines.items() for name, fact in facts.items()]
        for path, distribution in self.distributions():
            found += [(f"{path}.center", distribution.center), (f"{path}.spread", distribution.spread)]
        return found

    def distributions(self) -> list[tuple[str, Distribution]]:
        """Every distribution of the file with its path."""
        found = [(name, getattr(self, name)) for name in ("sum_of_diameters", "seeding_index")]
        for group in ("parameters", "fractions", "covariates"):
            found += [(f"{group}.{name}", value) for name, value in getattr(self, group).items()]
        return found


def load_indication(path: str | Path) -> Indication:
    """Read an indication file.

    Raises
    ------
    InputError
        With everything that is wrong with it.
    """
    return read_once(path, Indication)
