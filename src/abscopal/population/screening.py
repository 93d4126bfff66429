"""Screening: where a trial enrols by what is known before treatment, those who do not fit are replaced.

A published share of all or none is a criterion of eligibility. Candidates are drawn anew until they meet every such
criterion, before anything is grown; selection then starts from patients who could have been enrolled. What only the
grown tumour shows (the combined positive score) is left to selection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

ATTEMPTS = 20  # then a candidate is kept as he or she is, and selection does what it can
NEXT = 2**40  # between the numbers of a candidate and of the replacement: more than the candidates of any trial
ALL, NONE = 0.99, 0.01


def eligibility(marginals: Mapping[str, float]) -> dict[str, bool]:
    """Return the traits that all or none of a trial's patients have, and which of the two."""
    return {name: share >= ALL for name, share in marginals.items() if share >= ALL or share <= NONE}


def screen(marginals: Mapping[str, float], number: Index, flags_of: Callable[[Index], Mapping[str, Flags]]) -> Index:
    """Return candidate numbers [n] of which as many as possible are eligible.

    Parameters
    ----------
    marginals
        Published shares.
    number
        Candidate numbers to begin with [n].
    flags_of
        The yes-no traits of candidates by their numbers.
    """
    wanted, found = eligibility(marginals), number.copy()
    failing = np.arange(len(number)) if wanted else np.arange(0)
    for _ in range(ATTEMPTS):
        if not len(failing):
            break
        flags = flags_of(found[failing])
        fits = np.ones(len(failing), dtype=bool)
        for name in wanted.keys() & flags.keys():
            fits &= flags[name] == wanted[name]
        failing = failing[~fits]
        found[failing] += NEXT
    return found
