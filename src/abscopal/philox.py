"""Philox4x32-10, compiled: four 32-bit words from a counter of four and a key of two.

Salmon JK et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011, doi:10.1145/2063384.2063405. What the words of
the counter mean is said in `random_streams.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])
Words = NDArray[np.uint64]

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _32, _5, _6 = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(5), np.uint64(6)


def _compiled(function: Function) -> Function:
    """Compile, and keep the machine code on disk where a folder can be written."""
    try:
        return njit(cache=True, nogil=True)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # neither the package's folder nor the user's cache can be written: this process only
        return njit(nogil=True)(function)  # type: ignore[no-any-return]


@_compiled
def rounds(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return four random 32-bit words, each in a uint64, of a counter and a key."""
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _32) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@_compiled
def _unit(high: np.uint64, low: np.uint64) -> float:
    """Return a number in (0, 1) from 53 random bits of two words."""
    return (np.float64(high >> _5) * 67108864.0 + np.float64(low >> _6) + 0.5) / 9007199254740992.0


@_compiled
def fill_uniform(
    subject: Words, word: np.uint64, step: Words, k0: np.uint64, k1: np.uint64, out: NDArray[np.float64]
) -> None:
    """Fill out [subjects, count] with uniform numbers of the counters (subject, word, step, index // 2)."""
    count, last = out.shape[1], len(step) - 1
    for i in range(len(subject)):
        for block in range((count + 1) // 2):
            a, b, c, d = rounds(subject[i], word, step[min(i, last)], np.uint64(block), k0, k1)
            out[i, 2 * block] = _unit(a, b)
            if 2 * block + 1 < count:
                out[i, 2 * block + 1] = _unit(c, d)
