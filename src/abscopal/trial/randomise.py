"""Randomisation in permuted blocks."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from abscopal.errors import InputError, Problem
from abscopal.random_streams import uniform


def permuted_blocks(allocation: Sequence[float], count: int, seed: int, first: int = 0) -> NDArray[np.int64]:
    """Assign `count` subjects, from number `first` in order of enrolment, to arms by permuted blocks.

    A block holds each arm twice its share of the smallest whole-number allocation, so arms balance after each block.
    Returns arm numbers [count]; a subject's does not depend on where the count begins and ends.
    """
    shares = [Fraction(weight).limit_denominator(100) for weight in allocation]
    if not all(shares):
        raise InputError([Problem("arms", "allocations whose ratio is at most 1 to 100", str(list(allocation)))])
    whole = lcm(*(share.denominator for share in shares))
    block = np.repeat(np.arange(len(shares)), [2 * int(share * whole) for share in shares])
    blocks = np.arange(first // len(block), -(-(first + count) // len(block)))
    order = np.argsort(uniform(seed, blocks, "randomisation", count=len(block)), axis=1, kind="stable")
    begin = first % len(block)
    return np.asarray(block[order].ravel()[begin : begin + count], dtype=np.int64)
