"""Who comes to be screened, where a protocol asks for candidates like those it enrols (`candidates: as enrolled`).

Selection chooses among a few plausible candidates for each place. Where a trial's patients are unlike the usual ones of
their cancer, there are too few of the right kind to choose from. Then a candidate comes with a probability in
proportion to the weight that raking gives to his or her traits; one who does not come is followed by the next one of
the same place. What this leaves, and what only the grown tumour decides, selection evens out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.population.selection import rake

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Index = NDArray[np.int64]

REFERENCE = 2**39 + np.arange(4000, dtype=np.int64)
"""Numbers of the candidates from whom weights are found: no trial's candidates have them."""
STRIDE = 2**52  # between the numbers of a candidate and of the next who may come in his or her stead
MOST_CALLED = 200  # then the last one comes, whoever it is
FEWEST_COMING = 0.02  # share of candidates who come at least; weights that would leave fewer are cut


@dataclass(frozen=True)
class Recruitment:
    """Probability of coming by traits: the exponential of a sum, and 1 at most.

    Parameters
    ----------
    names
        Traits that count.
    steps
        What each adds to the logarithm of the probability [names].
    start
        That logarithm of somebody without any.
    """

    names: tuple[str, ...]
    steps: Array
    start: float

    def probability(self, flags: Mapping[str, Flags]) -> Array:
        """Probability that each of n candidates comes [n]."""
        if not self.names:
            return np.ones(len(next(iter(flags.values()))))
        matrix = np.column_stack([flags[name] for name in self.names])
        return np.asarray(np.exp(np.minimum(self.start + matrix @ self.steps, 0.0)))


def recruitment(flags: Mapping[str, Flags], shares: Mapping[str, float]) -> Recruitment:
    """Find who is to come, so that each trait has its share among them.

    Parameters
    ----------
    flags
        Traits of candidates as they come [n each].
    shares
        Wanted shares; of traits that nobody or everybody has nothing is asked.
    """
    names = tuple(name for name in shares if name in flags and 0 < flags[name].mean() < 1)
    if not names:
        return Recruitment((), np.zeros(0), 0.0)
    weight = rake({name: flags[name] for name in names}, shares)
    matrix = np.column_stack([np.ones(len(weight)), *(flags[name] for name in names)]).astype(float)
    found = np.linalg.lstsq(matrix, np.log(weight), rcond=None)[0]  # exact: raking multiplies a factor for each trait
    return Recruitment(names, found[1:], float(found[0] - np.log(_full(weight))))


def _full(weight: Array) -> float:
    """Weight from which on everybody comes: the largest, or less where too few of all would come."""
    low, high = float(weight.min()), float(weight.max())
    if np.minimum(weight / high, 1.0).mean() >= FEWEST_COMING:
        return high
    for _ in range(60):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if np.minimum(weight / middle, 1.0).mean() >= FEWEST_COMING else (low, middle)
    return low
