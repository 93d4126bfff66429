"""Randomisation in permuted blocks."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from abscopal.errors import InputError, Problem
from abscopal.random_streams import uniform


def permuted_blocks(allocation: Sequence[float], count: int, seed: int) -> NDArray[np.int64]:
    """Assign `count` subjects, in order of enrolment, to arms by permuted blocks; return arm numbers [count].

    A block holds each arm twice its share of the smallest whole-number allocation, so arms balance after each block.
    """
    shares = [Fraction(weight).limit_denominator(100) for weight in allocation]
    if not all(shares):
        raise InputError([Problem("arms", "allocations whose ratio is at most 1 to 100", str(list(allocation)))])
    whole = lcm(*(share.denominator for share in shares))
    block = np.repeat(np.arange(len(shares)), [2 * int(share * whole) for share in shares])
    blocks = -(-count // len(block))
    order = np.argsort(uniform(seed, np.arange(blocks), "randomisation", count=len(block)), axis=1, kind="stable")
    return np.asarray(block[order].ravel()[:count], dtype=np.int64)
