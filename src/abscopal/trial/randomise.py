"""Randomisation in permuted blocks, of all subjects or within strata."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from abscopal.errors import InputError, Problem
from abscopal.random_streams import uniform

Index = NDArray[np.int64]


def stratified_blocks(allocation: Sequence[float], stratum: Index, seed: int, first: int) -> Index:
    """Assign the subjects of one pool to arms by permuted blocks within strata; return arm numbers [n].

    Blocks begin anew in each pool, as they do in each centre of a trial stratified by centre: who comes to a pool then
    decides nothing outside it, and pools can be computed anywhere. Every stratum of every pool may end with part of a
    block.

    Parameters
    ----------
    allocation
        Weight of each arm.
    stratum
        Stratum of each subject, in order of enrolment [n].
    seed, first
        Seed of the run, and number of the pool's first subject.
    """
    block, arm = _block(allocation), np.empty(len(stratum), dtype=np.int64)
    for code in np.unique(stratum):
        members = np.flatnonzero(stratum == code)
        blocks = first + np.arange(-(-len(members) // len(block)))
        draws = uniform(seed, blocks, "randomisation in strata", int(code), len(block))
        arm[members] = block[np.argsort(draws, axis=1, kind="stable")].ravel()[: len(members)]
    return arm


def permuted_blocks(allocation: Sequence[float], count: int, seed: int, first: int = 0) -> Index:
    """Assign `count` subjects, from number `first` in order of enrolment, to arms by permuted blocks.

    A block holds each arm twice its share of the smallest whole-number allocation, so arms balance after each block.
    Returns arm numbers [count]; a subject's does not depend on where the count begins and ends.
    """
    block = _block(allocation)
    blocks = np.arange(first // len(block), -(-(first + count) // len(block)))
    order = np.argsort(uniform(seed, blocks, "randomisation", count=len(block)), axis=1, kind="stable")
    begin = first % len(block)
    return np.asarray(block[order].ravel()[begin : begin + count], dtype=np.int64)


def _block(allocation: Sequence[float]) -> Index:
    """Arm numbers of one block, in order: each arm twice its share of the smallest whole-number allocation."""
    shares = [Fraction(weight).limit_denominator(100) for weight in allocation]
    if not all(shares):
        raise InputError([Problem("arms", "allocations whose ratio is at most 1 to 100", str(list(allocation)))])
    whole = lcm(*(share.denominator for share in shares))
    return np.repeat(np.arange(len(shares)), [2 * int(share * whole) for share in shares])
