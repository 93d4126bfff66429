"""Counter-based random numbers: each is a pure function of (seed, subject, purpose, step, index).

So results do not depend on batches, threads, workers or restarts, and the same virtual patient meets the same chance in
two arms. Philox4x32-10 of Salmon et al., SC 2011, doi:10.1145/2063384.2063405, compiled in `philox.py`.
"""

from __future__ import annotations

from functools import cache
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray


@cache
def _word(purpose: str) -> np.uint64:
    return np.uint64(crc32(purpose.encode()))


def uniform(seed: int, subject: ArrayLike, purpose: str, step: ArrayLike = 0, count: int = 1) -> NDArray[np.float64]:
    """Uniform numbers in (0, 1), shape [subjects, count].

    Parameters
    ----------
    seed
        Of the run, below 2^64.
    subject
        Subject numbers.
    purpose
        Name of the decision; purposes whose names have different CRC-32 share no numbers (tested for all in use).
    step
        Visit, candidate or whatever counts repetitions of the purpose: one for all, or one for each subject.
    count
        Numbers per subject.
    """
    from abscopal.philox import fill_uniform  # compiled code is loaded when the first number is drawn

    subjects = np.atleast_1d(np.asarray(subject, dtype=np.uint64))
    steps = np.atleast_1d(np.asarray(step, dtype=np.uint64))
    if steps.size not in (1, subjects.size):
        raise ValueError(f"step: expected one, or one for each of {subjects.size} subjects, got {steps.size}")
    out = np.empty((subjects.size, count))
    fill_uniform(subjects, _word(purpose), steps, np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32 & 0xFFFFFFFF), out)
    return out


def normal(seed: int, subject: ArrayLike, purpose: str, step: ArrayLike = 0, count: int = 1) -> NDArray[np.float64]:
    """Return standard normal numbers, shape [subjects, count] (by inversion, so each uses one uniform)."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniform(seed, subject, purpose, step, count)))


def exponential(
    seed: int, subject: ArrayLike, purpose: str, step: ArrayLike = 0, count: int = 1
) -> NDArray[np.float64]:
    """Return unit exponential numbers, shape [subjects, count]."""
    return -np.log(uniform(seed, subject, purpose, step, count))
