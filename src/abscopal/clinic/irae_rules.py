"""The rules of `irae_rules.yaml`, checked as they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from abscopal.clinic.toxicity_grades import EVENTS
from abscopal.errors import InputError, Problem, unknown
from abscopal.fact import Citation, Fact, require_sources
from abscopal.record import Real, Record, Whole, read_once
from abscopal.sources import Source

ACTIONS = ("continue", "hold", "stop")
"""What becomes of treatment, from the least to the most."""
Action = Literal["continue", "hold", "stop"]
Amount = Annotated[Real, Field(ge=0)]
Grade = Annotated[Whole, Field(ge=1, le=4)]
RULES = Path(__file__).with_name("irae_rules.yaml")


class Sourced(Record):
    """Something that a guideline says: where, and whether it was checked or recalled."""

    source: str = Field(min_length=1, description="key of `sources`")
    grade: Literal["checked", "recalled"] = "checked"


class Row(Record):
    """What is done at one grade of an immune-related event."""

    anti_pd1: Action
    anti_ctla4: Action
    prednisone: Amount = Field(description="mg/kg/day")
    pulse: Amount = Field(default=0, description="mg/day in place of it in the first days")


class EventRule(Sourced):
    """One immune-related event; a grade without a row needs nothing."""

    grades: dict[Grade, Row] = Field(min_length=1)
    replaced: bool = False
    taper_weeks: Annotated[Real, Field(ge=4, le=8)] | None = None
    second_line: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> EventRule:
        if not self.replaced and self.taper_weeks is None:
            raise InputError([Problem("taper_weeks", "weeks over which steroids are tapered, 4 to 8", "none")])
        return self


class SecondLine(Sourced):
    """What is given when steroids do not help: mg/kg on some days, or mg a day."""

    dose: Annotated[Real, Field(gt=0)]
    days: tuple[Whole, ...] = Field(min_length=1)
    daily: bool


class CytokineRow(Record):
    """What is done at one grade of cytokine release or neurotoxicity."""

    engager: Action
    tocilizumab: Amount = Field(description="mg/kg a dose")
    dexamethasone: Amount = Field(description="mg/day")
    refractory_dexamethasone: Amount = Field(description="mg/day once the first treatment has not helped")


class CytokineRule(Sourced):
    """Cytokine release syndrome or neurotoxicity."""

    grades: dict[Grade, CytokineRow]


class General(Record):
    """Numbers that all immune-related events share."""

    resume_grade: Fact
    resume_dose: Fact
    refractory_days: Fact
    longest_course: Fact
    control_days: Fact
    pulse_days: Fact
    soon: Fact
    later: Fact


class Cytokines(Record):
    """Cytokine release and neurotoxicity."""

    most_tocilizumab: Fact
    most_doses: Fact
    refractory_days: Fact
    events: dict[str, CytokineRule]


class Rules(Record):
    """The whole file."""

    sources: dict[str, Citation]
    general: General
    events: dict[str, EventRule]
    second_line: dict[str, SecondLine]
    cytokines: Cytokines

    @model_validator(mode="after")
    def _sound(self) -> Rules:
        facts = {f"general.{name}": getattr(self.general, name) for name in General.model_fields}
        facts |= {f"cytokines.{name}": fact for name, fact in self.cytokines if isinstance(fact, Fact)}
        require_sources(facts, self.sources)
        if problems := [*self._unknown_names(), *self._milder_at_a_higher_grade()]:
            raise InputError(problems)
        return self

    def sourced(self) -> Iterator[tuple[str, Sourced]]:
        """Yield every row group with its path."""
        groups: dict[str, Mapping[str, Sourced]] = {
            "events": self.events,
            "second_line": self.second_line,
            "cytokines.events": self.cytokines.events,
        }
        for group, rows in groups.items():
            yield from ((f"{group}.{name}", row) for name, row in rows.items())

    def _unknown_names(self) -> Iterator[Problem]:
        for path, row in self.sourced():
            if row.source not in self.sources:
                yield unknown(f"{path}.source", "source", row.source, self.sources)
        for group, events in (("events", self.events), ("cytokines.events", self.cytokines.events)):
            yield from (unknown(f"{group}.{n}", "event", n, EVENTS) for n in events if n not in EVENTS)
        for event, rule in self.events.items():
            for drug in rule.second_line:
                if drug not in self.second_line:
                    yield unknown(f"events.{event}.second_line", "drug", drug, self.second_line)

    def _milder_at_a_higher_grade(self) -> Iterator[Problem]:
        for event, rule in self.events.items():
            rows = [rule.grades[grade] for grade in sorted(rule.grades)]
            for below, above in pairwise(rows):
                pairs = ((below.anti_pd1, above.anti_pd1), (below.anti_ctla4, above.anti_ctla4))
                if any(ACTIONS.index(low) > ACTIONS.index(high) for low, high in pairs):
                    yield Problem(f"events.{event}.grades", "no less to be done at a higher grade", "less")


@cache
def rules() -> Rules:
    """Return the shipped rules.

    Raises
    ------
    InputError
        With everything that is wrong with the file.
    """
    return read_once(RULES, Rules)


def rule_sources() -> list[Source]:
    """Return the sources of all rules, each group of rows with its own."""
    found = rules()
    cited = [(path, row, found.sources[row.source]) for path, row in found.sourced()]
    return [Source(citation.citation, citation.doi, path, "", row.grade) for path, row, citation in cited]
