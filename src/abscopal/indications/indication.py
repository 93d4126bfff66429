"""A cancer as its data file describes it: who has it, where it spreads, how its patients differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from abscopal.errors import InputError, Problem, unknown
from abscopal.fact import Citation, Fact, require_sources
from abscopal.mechanisms.organ_milieu import ORGANS
from abscopal.record import Real, Record, read_once

FACTORS = ("inflamed", "aggressive", "fitness", "antigenic")
"""What patients have in common beneath several parameters and markers: standard normal, independent."""
BURDEN = "burden"
"""A further factor for markers alone: the standard score of the sum of diameters, which is itself drawn by factors."""
COVARIATES = ("age", "weight", "TMB", "LDH", "NLR")
"""What is drawn of every patient beside the parameters: years, kg, mutations per Mb, times the upper limit, ratio."""
NEEDED = ("growth", "PDL1_base")
"""Parameters whose distribution every cancer has: how fast it grows, and what its biopsies show."""
HISTORY = ("prior_chemotherapy", "prior_radiotherapy", "steroids", "chronic_infection", "autoimmune_history")
"""What a patient may bring along that bears on immunity."""


class Distribution(Record):
    """How a quantity varies between patients: normal on a scale, partly through the common factors."""

    center: Fact = Field(description="median, on the natural scale")
    spread: Fact = Field(description="standard deviation on the transformed scale")
    scale: Literal["log", "logit", "linear"] = "log"
    loadings: dict[str, Real] = Field(default_factory=dict, description="correlation with each common factor")

    @model_validator(mode="after")
    def _loadings_fit(self) -> Distribution:
        known = (*FACTORS, BURDEN)
        problems = [unknown(f"loadings.{name}", "factor", name, known) for name in self.loadings if name not in known]
        if sum(value**2 for value in self.loadings.values()) > 1.0:
            problems.append(Problem("loadings", "squares that add up to at most 1", str(self.loadings)))
        if problems:
            raise InputError(problems)
        return self

    def facts(self) -> Iterator[tuple[str, Fact]]:
        """Its numbers with their paths."""
        yield "center", self.center
        yield "spread", self.spread


class Primary(Record):
    """The tumour that the metastases came from, in those in whom it has not been removed."""

    organ: str = Field(description="where it grows")
    present: Fact = Field(description="share of metastatic patients who still have it")
    diameter: Distribution | None = Field(
        default=None, description="mm; without it the largest lesion of that organ is the primary"
    )

    def facts(self) -> Iterator[tuple[str, Fact]]:
        """Its numbers with their paths."""
        yield "present", self.present
        if self.diameter is not None:
            yield from under("diameter", self.diameter.facts())


class Subgroup(Record):
    """A trait that a share of patients has: a driver or a subtype.

    Each factor is what the trait does to a quantity, on its odds where that is drawn on the logit scale. It is taken
    relative to the mixture, so that the cancer's own (geometric) mean stays what its distribution says.
    """

    share: Fact = Field(description="share of patients, unless the trial publishes its own")
    marginal: str = Field(
        default="", description="name of the share in a protocol's baseline; default: in small letters"
    )
    factors: dict[str, Fact] = Field(default_factory=dict, description="factor on parameters and covariates")

    def facts(self) -> Iterator[tuple[str, Fact]]:
        """Its numbers with their paths."""
        yield "share", self.share
        yield from under("factors", self.factors.items())


class Residual(Record):
    """What surgery leaves of a tumour that it was meant to cure."""

    share: Fact = Field(description="share of patients in whom some is left")
    resected: Distribution = Field(description="diameter of what was removed, mm")
    cells: Distribution = Field(description="tumour cells of each occult colony on the day of surgery")
    colonies: Fact = Field(description="mean number of occult colonies in those who have any")
    asleep: Fact = Field(description="share of colonies that are dormant")

    def facts(self) -> Iterator[tuple[str, Fact]]:
        """Its numbers with their paths."""
        for name in ("share", "colonies", "asleep"):
            yield name, getattr(self, name)
        for name in ("resected", "cells"):
            yield from under(name, getattr(self, name).facts())


class Marker(Record):
    """A protein that this cancer sheds into serum."""

    name: str = Field(min_length=2, description="its usual abbreviation")
    unit: str = Field(min_length=2, description="unit of the concentration")
    normal: Fact = Field(description="median concentration without the cancer")
    per_volume: Fact = Field(description="concentration that each mL of tumour adds, median")
    spread: Fact = Field(description="standard deviation of log shedding between patients")

    def facts(self) -> Iterator[tuple[str, Fact]]:
        """Its numbers with their paths."""
        for name in ("normal", "per_volume", "spread"):
            yield name, getattr(self, name)


class Indication(Record):
    """One cancer."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower case")
    title: str = Field(min_length=3, description="one line: which cancer, which patients")
    tags: list[str] = Field(min_length=1, description="solid or liquid, and whatever else mechanisms ask for")
    calibration: list[str] = Field(default_factory=list, description="protocols its parameters were fitted to")
    reference_line: str = Field(
        default="1L", pattern=r"^[1-9]L$", description="line of therapy that its numbers belong to"
    )
    sites: dict[str, Fact] = Field(description="weight of each organ among lesions")
    needs_measurable: bool = Field(default=True, description="whether trials ask for a lesion that RECIST can measure")
    clustering: Fact = Field(description="pull of lesions already in an organ on the next one")
    primary: Primary | None = Field(default=None, description="the primary tumour; none in liquid cancers")
    sum_of_diameters: Distribution = Field(description="sum of target diameters at enrolment, mm")
    seeding_index: Distribution = Field(description="power by which lesions grow more numerous as they are smaller")
    growth_within: Fact = Field(description="spread of log growth rate between lesions of a patient")
    parameters: dict[str, Distribution] = Field(description="parameters of the model that differ between patients")
    fractions: dict[str, Distribution] = Field(description="share of each clone at diagnosis")
    fixed: dict[str, Fact] = Field(default_factory=dict, description="parameters of the model shared by all patients")
    drivers: dict[str, Subgroup] = Field(default_factory=dict, description="oncogenes, receptors and antigens")
    subtypes: dict[str, Subgroup] = Field(default_factory=dict, description="histological or clinical subtypes")
    covariates: dict[str, Distribution] = Field(description="age, weight and markers")
    markers: list[Marker] = Field(default_factory=list, description="serum markers")
    history: dict[str, Fact] = Field(default_factory=dict, description="shares of patients: what they bring along")
    male: Fact = Field(description="share of men")
    ecog1: Fact = Field(description="share with performance status 1 or more")
    lines: dict[str, dict[str, Fact]] = Field(default_factory=dict, description="factor on a parameter in later lines")
    adjuvant: Residual | None = Field(default=None, description="what is left when all that is visible was removed")
    sources: dict[str, Citation]

    @model_validator(mode="after")
    def _complete(self) -> Indication:
        problems = list(self._problems())
        if problems:
            raise InputError(problems)
        require_sources(dict(self.facts()), self.sources)
        return self

    def _problems(self) -> Iterator[Problem]:
        yield from (unknown(f"sites.{name}", "organ", name, ORGANS) for name in self.sites if name not in ORGANS)
        if self.primary is not None and self.primary.organ not in ORGANS:
            yield unknown("primary.organ", "organ", self.primary.organ, ORGANS)
        yield from (unknown(f"history.{name}", "trait", name, HISTORY) for name in self.history if name not in HISTORY)
        yield from (unknown(f"covariates.{name}", "covariate", name, COVARIATES) for name in self._strange())
        for name in COVARIATES:
            if name not in self.covariates:
                yield Problem("covariates", f"a distribution of {name}", "none")
        for name in NEEDED:
            if name not in self.parameters:
                yield Problem("parameters", f"a distribution of {name}", "none")
        for name, distribution in self.parameters.items():
            if BURDEN in distribution.loadings:
                yield Problem(f"parameters.{name}.loadings", "factors that precede the burden", BURDEN)

    def _strange(self) -> list[str]:
        return [name for name in self.covariates if name not in COVARIATES]

    def facts(self) -> list[tuple[str, Fact]]:
        """Every number of the file with its path."""
        found = [(name, getattr(self, name)) for name in ("clustering", "growth_within", "male", "ecog1")]
        for group in ("sites", "fixed", "history"):
            found += under(group, getattr(self, group).items())
        for line, facts in self.lines.items():
            found += under(f"lines.{line}", facts.items())
        for path, part in (*self.distributions(), *self._parts()):
            found += under(path, part.facts())
        return found

    def distributions(self) -> list[tuple[str, Distribution]]:
        """Every distribution of a quantity that all patients have, with its path."""
        found = [(name, getattr(self, name)) for name in ("sum_of_diameters", "seeding_index")]
        for group in ("parameters", "fractions", "covariates"):
            found += [(f"{group}.{name}", value) for name, value in getattr(self, group).items()]
        return found

    def _parts(self) -> Iterator[tuple[str, Primary | Subgroup | Residual | Marker]]:
        if self.primary is not None:
            yield "primary", self.primary
        for group in ("drivers", "subtypes"):
            yield from ((f"{group}.{name}", value) for name, value in getattr(self, group).items())
        for number, marker in enumerate(self.markers):
            yield f"markers.{number}", marker
        if self.adjuvant is not None:
            yield "adjuvant", self.adjuvant

    def model_parameters(self) -> Iterator[tuple[str, str]]:
        """Every name of a parameter of the model in the file, with its path."""
        for group in ("parameters", "fixed"):
            yield from ((f"{group}.{name}", name) for name in getattr(self, group))
        yield from ((f"lines.{line}.{name}", name) for line, facts in self.lines.items() for name in facts)
        for group in ("drivers", "subtypes"):
            for trait, subgroup in getattr(self, group).items():
                named = (name for name in subgroup.factors if name not in COVARIATES)
                yield from ((f"{group}.{trait}.factors.{name}", name) for name in named)


def under(path: str, facts: Iterable[tuple[str, Fact]]) -> list[tuple[str, Fact]]:
    """Return numbers as seen from further out: their paths now start with `path`."""
    return [(f"{path}.{name}", fact) for name, fact in facts]


def load_indication(path: str | Path) -> Indication:
    """Read an indication file.

    Raises
    ------
    InputError
        With everything that is wrong with it.
    """
    return read_once(path, Indication)
