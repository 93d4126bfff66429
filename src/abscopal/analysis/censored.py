"""Right-censored observations: the checks that every survival method needs before it may count anything."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Observations:
    """Checked right-censored times.

    Attributes
    ----------
    time : (n,) float
        Time to the event or to censoring, in any one unit.
    event : (n,) bool
        True where the event was seen, False where the subject was censored.
    """

    time: Floats
    event: NDArray[np.bool_]


def observations(time: ArrayLike, event: ArrayLike) -> Observations:
    """Check times and event flags, naming what is wrong.

    Parameters
    ----------
    time : (n,) array
        Finite, non-negative times.
    event : (n,) array
        True or 1 for an event, False or 0 for censoring (the opposite sense of ADaM's CNSR).

    Raises
    ------
    ValueError
        If there is nobody, lengths differ, a time is negative or not finite, or a flag is neither 0 nor 1.
    """
    times = np.asarray(time, dtype=np.float64)
    flags = np.asarray(event)
    if times.ndim != 1 or times.size == 0:
        raise ValueError(f"time: expected one time per subject and at least one subject, got shape {times.shape}")
    if flags.shape != times.shape:
        raise ValueError(f"event: expected {times.size} flags, one per time, got shape {flags.shape}")
    if not np.all(np.isfinite(times)) or times.min() < 0.0:
        worst = int(np.flatnonzero(~(np.isfinite(times) & (times >= 0.0)))[0])
        raise ValueError(f"time: expected finite times of at least 0, got {times[worst]} at position {worst}")
    if not np.all((flags == 0) | (flags == 1)):
        raise ValueError("event: expected only 0 (censored) or 1 (event)")
    return Observations(times, flags.astype(bool))


def weighted_counts(code: Codes, weights: Floats, n: int) -> Floats:
    """Sum the weights of each code 0 .. n - 1."""
    return np.bincount(code, weights, n).astype(np.float64, copy=False)


def codes(labels: ArrayLike, n: int, name: str) -> tuple[Codes, tuple[str, ...]]:
    """Give the distinct labels the numbers 0, 1, ... in sorted order; return each subject's number and the labels."""
    values = np.asarray(labels)
    if values.shape != (n,):
        raise ValueError(f"{name}: expected {n} labels, one per time, got shape {values.shape}")
    if any(value is None or value != value for value in values.tolist()):
        raise ValueError(f"{name}: expected a label for every subject, got a missing one")
    distinct, code = np.unique(values, return_inverse=True)
    return code, tuple(str(value) for value in distinct.tolist())


def stratum_codes(strata: ArrayLike | None, n: int) -> Codes:
    """Give each stratum a number; everybody is in stratum 0 where none is given."""
    return np.zeros(n, dtype=np.intp) if strata is None else codes(strata, n, "strata")[0]
