"""A number in a data file, with the source that stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from abscopal.errors import InputError, Problem, did_you_mean
from abscopal.record import Real, Record
from abscopal.sources import Source


class Citation(Record):
    """One publication that numbers of a file come from."""

    citation: str = Field(min_length=10, description="first author, journal, year, pages")
    doi: str = Field("", description="without a resolver in front")


class Fact(Record):
    """A number with its range and where it comes from."""

    value: Real
    range: Annotated[tuple[Real, Real] | None, Field(description="plausible range [low, high]")] = None
    source: str = Field(min_length=1, description="key of `sources`, or `assumed` or `fitted`")
    where: str = Field("", description="table, page or figure")
    derived: str = Field("", description="how the value follows from the source; the reason, for an assumption")
    grade: Literal["checked", "recalled"] = "checked"

    def origin(self, sources: Mapping[str, Citation]) -> Source:
        """Return the full source of this number."""
        if self.source in ("assumed", "fitted"):
            return Source(self.derived, grade=self.source)  # type: ignore[arg-type]
        known = sources[self.source]
        return Source(known.citation, known.doi, self.where, self.derived, self.grade)


def require_sources(facts: Mapping[str, Fact], sources: Mapping[str, Citation]) -> None:
    """Check that every number names a source that the file has, or a reason.

    Raises
    ------
    InputError
        With every number that does not.
    """
    problems = []
    for path, fact in facts.items():
        if fact.source in ("assumed", "fitted"):
            if len(fact.derived) < 10:
                problems.append(
                    Problem(f"{path}.derived", "the reason for this assumption or fit", f"'{fact.derived}'")
                )
        elif fact.source not in sources:
            known = [*sources, "assumed", "fitted"]
            guess = did_you_mean(fact.source, known)
            problems.append(Problem(f"{path}.source", f"one of {', '.join(known)}", f"'{fact.source}'", guess))
        if fact.range is not None and not fact.range[0] <= fact.value <= fact.range[1]:
            problems.append(Problem(f"{path}.value", f"a number in {list(fact.range)}", f"{fact.value:g}"))
    if problems:
        raise InputError(problems)
