"""The numbers a fit may turn, each between the ends of its range, as a point of the unit cube."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abscopal import catalogue
from abscopal.indications.indication import Indication
from abscopal.mechanisms import mechanisms


@dataclass(frozen=True)
class Knob:
    """One number of an indication, of the shared biology or of a drug.

    `parameters.growth.center`, `fixed.death_rate`, `lines.2L.frailty`; `shared.ctla4_hold`; `drugs.docetaxel.potency`.
    """

    path: str
    low: float
    high: float
    start: float

    @property
    def logarithmic(self) -> bool:
        """Whether the range spans so much that its logarithm is the natural scale."""
        return self.low > 0 and self.high / self.low >= 5

    def value(self, unit: float) -> float:
        """Value at a point of [0, 1]."""
        if self.logarithmic:
            found = self.low * (self.high / self.low) ** unit
        else:
            found = self.low + (self.high - self.low) * unit
        return float(min(max(found, self.low), self.high))  # rounding must not leave the range

    def unit(self, value: float) -> float:
        """Point of [0, 1] of a value."""
        if self.logarithmic:
            return float(np.log(value / self.low) / np.log(self.high / self.low))
        return float((value - self.low) / (self.high - self.low))


def knobs_of(indication: Indication, paths: Sequence[str]) -> list[Knob]:
    """Look up knobs; their ranges are those of the indication's and the mechanisms' own numbers.

    Raises
    ------
    KeyError
        If there is no such number or it has no range.
    """
    facts = dict(indication.facts())
    parameters = {one.name: one for mechanism in mechanisms().values() for one in mechanism.parameters}
    found = []
    for path in paths:
        kind, _, rest = path.partition(".")
        if kind == "shared":
            value, ends = parameters[rest].value, parameters[rest].range
        elif kind == "drugs":
            fact = catalogue.drug(rest.split(".")[0]).values[rest.split(".")[1]]
            value, ends = fact.value, fact.range
        else:
            value, ends = facts[path].value, facts[path].range
        if ends is None:
            raise KeyError(f"{path} has no range to be fitted in")
        found.append(Knob(path, ends[0], ends[1], value))
    return found
