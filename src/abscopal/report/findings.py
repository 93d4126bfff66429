"""What a report has to tell, gathered once before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from abscopal.report.comparison import Comparison, compare
from abscopal.report.estimates import comparisons, of_enrolled
from abscopal.report.published import Description, describe

if TYPE_CHECKING:
    from abscopal.protocol.protocol import Protocol


@dataclass(frozen=True, eq=False)
class Findings:
    """A trial ready to be reported.

    Attributes
    ----------
    tables
        Tables of the enrolled subjects.
    manifest, summary
        As written by the run.
    trial
        What the tables do not hold.
    pairs
        (arm, reference) of every comparison.
    compared
        Every endpoint, simulated and published.
    """

    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, Any]
    summary: Mapping[str, Any]
    trial: Description
    pairs: tuple[tuple[str, str], ...]
    compared: tuple[Comparison, ...]

    @property
    def simulated(self) -> bool:
        """Whether the tables come from a simulation; a real trial has no seed."""
        return "seed" in self.manifest

    def value(self, group: str, key: str) -> Comparison:
        """Return the comparison of one endpoint of an arm (or of "arm against reference")."""
        return next(row for row in self.compared if row.group == group and row.key == key)


def gather(
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    summary: Mapping[str, Any],
    protocol: Protocol | Description,
) -> Findings:
    """Restrict the tables to the enrolled and compute what text, tables and figures share."""
    trial = describe(protocol)
    kept = of_enrolled(tables)
    pairs = tuple(comparisons(trial.arms, summary, trial.control))
    return Findings(kept, manifest, summary, trial, pairs, tuple(compare(kept, trial, pairs)))
