"""Where a number comes from. Every parameter carries one of these; a run prints the list as its bibliography."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["checked", "recalled", "assumed", "fitted"]


@dataclass(frozen=True)
class Source:
    """The origin of a number.

    Parameters
    ----------
    citation
        First author, journal, year; or the reason, for an assumption.
    doi
        Without a resolver in front; empty where there is none.
    where
        Table, page, figure or equation.
    derived
        How the number follows from what the source says.
    grade
        `checked` was read in the source, `recalled` comes from memory and is provisional, `assumed` has no source but a
        reason, `fitted` was estimated from calibration trials.
    """

    citation: str
    doi: str = ""
    where: str = ""
    derived: str = ""
    grade: Grade = "checked"

    def __str__(self) -> str:
        """One line for a bibliography."""
        parts = [self.citation, self.where, f"doi:{self.doi}" if self.doi else "", self.derived]
        return ", ".join(part for part in parts if part) + f" [{self.grade}]"


def cited(citation: str, *, doi: str = "", where: str = "", derived: str = "", recalled: bool = False) -> Source:
    """Make a published source; `recalled=True` marks a figure that nobody here has seen in print."""
    return Source(citation, doi, where, derived, "recalled" if recalled else "checked")


def assumed(reason: str) -> Source:
    """No source, but a reason; counted and listed as such wherever the model is shown."""
    if len(reason) < 10:
        raise ValueError(f"an assumption needs a reason one can argue with, got '{reason}'")
    return Source(reason, grade="assumed")


def fitted(to: str) -> Source:
    """Estimated from the calibration trials named."""
    return Source(f"fitted to {to}", grade="fitted")
