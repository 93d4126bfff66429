"""Counter-based random numbers: each is a pure function of (seed, subject, purpose, step, index).

So results do not depend on batches, threads, workers or restarts, and the same virtual patient meets the same chance in
two arms. Philox4x32-10 of Salmon et al., SC 2011, doi:10.1145/2063384.2063405, vectorised over subjects.
"""

from __future__ import annotations

from functools import cache
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_LOW, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)


def philox(counter: NDArray[np.uint64], key: tuple[int, int]) -> NDArray[np.uint64]:
    """Ten rounds of Philox4x32 on counters of shape [..., 4] holding 32-bit words."""
    c0, c1, c2, c3 = (counter[..., i].astype(np.uint64) for i in range(4))
    k0, k1 = key
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _SHIFT) ^ c1 ^ np.uint64(k0), p1 & _LOW, (p0 >> _SHIFT) ^ c3 ^ np.uint64(k1), p0 & _LOW
        k0, k1 = (k0 + _W0) & 0xFFFFFFFF, (k1 + _W1) & 0xFFFFFFFF
    return np.stack([c0, c1, c2, c3], axis=-1)


@cache
def _word(purpose: str) -> int:
    return crc32(purpose.encode())


def uniform(seed: int, subject: ArrayLike, purpose: str, step: int = 0, count: int = 1) -> NDArray[np.float64]:
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
        Visit, candidate or whatever counts repetitions of the purpose.
    count
        Numbers per subject.
    """
    subject = np.atleast_1d(np.asarray(subject, dtype=np.uint64))
    blocks = (count + 1) // 2
    counter = np.empty((subject.size, blocks, 4), dtype=np.uint64)
    counter[..., 0] = subject[:, None]
    counter[..., 1] = _word(purpose)
    counter[..., 2] = step
    counter[..., 3] = np.arange(blocks)
    words = philox(counter, (seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF))
    high, low = words[..., 0::2] >> np.uint64(5), words[..., 1::2] >> np.uint64(6)
    values = (high.astype(np.float64) * 67108864.0 + low.astype(np.float64) + 0.5) / 9007199254740992.0
    return values.reshape(subject.size, -1)[:, :count]


def normal(seed: int, subject: ArrayLike, purpose: str, step: int = 0, count: int = 1) -> NDArray[np.float64]:
    """Return standard normal numbers, shape [subjects, count] (by inversion, so each uses one uniform)."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniform(seed, subject, purpose, step, count)))


def exponential(seed: int, subject: ArrayLike, purpose: str, step: int = 0, count: int = 1) -> NDArray[np.float64]:
    """Return unit exponential numbers, shape [subjects, count]."""
    return -np.log(uniform(seed, subject, purpose, step, count))
