"""The equations of a mechanism one after another, for whoever prints them: as text, LaTeX or MathML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from abscopal.language.model import parse_reaction
from abscopal.language.parts import Mechanism, Process


@dataclass(frozen=True)
class Line:
    """One equation.

    Parameters
    ----------
    kind
        `definition` and `hazard` name a formula, `contribution` is what a port gets, `rate` is that of a process, and
        `change` is what the mechanism's processes do to a species.
    name
        What stands on the left.
    formula
        Text of the formula; empty for a change.
    terms
        For a change: stoichiometric number and name of each process.
    """

    kind: Literal["definition", "contribution", "rate", "change", "hazard"]
    name: str
    formula: str = ""
    terms: tuple[tuple[int, str], ...] = ()

    def __str__(self) -> str:
        """Plain text, formulas as they are written and `v_` before the rate of a process."""
        if self.kind == "contribution":
            return f"{self.name} <- {self.formula}"
        if self.kind != "change":
            return f"{'v_' if self.kind == 'rate' else ''}{self.name} = {self.formula}"
        return f"d {self.name} / dt += {''.join(map(_signed, self.terms)).removeprefix(' + ').strip()}"


def equations(mechanism: Mechanism) -> Iterator[Line]:
    """Go through a mechanism: definitions, contributions, rates, what they change, hazards."""
    yield from (Line("definition", part.name, part.formula) for part in mechanism.definitions)
    yield from (Line("contribution", part.port, part.formula) for part in mechanism.contributions)
    yield from (Line("rate", part.name, part.rate) for part in mechanism.processes)
    yield from (Line("change", name, terms=tuple(terms)) for name, terms in _changes(mechanism.processes).items())
    yield from (Line("hazard", part.name, part.rate) for part in mechanism.hazards)


def _changes(processes: tuple[Process, ...]) -> dict[str, list[tuple[int, str]]]:
    """Return what processes do to each species."""
    changes: dict[str, list[tuple[int, str]]] = {}
    for process in processes:
        for name, count in parse_reaction(process.reaction).items():
            changes.setdefault(name, []).append((count, process.name))
    return changes


def _signed(term: tuple[int, str]) -> str:
    count, process = term
    factor = "" if abs(count) == 1 else f"{abs(count)} "
    return f" {'-' if count < 0 else '+'} {factor}v_{process}"
