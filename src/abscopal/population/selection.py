"""Choosing a virtual population from plausible patients, so that its marginals are the published ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
ROUNDING = 1e-14  # relative; about what summing a few thousand weights leaves


def rake(flags: Mapping[str, Flags], shares: Mapping[str, float], rounds: int = 200) -> Array:
    """Weights [n] under which each flag has its share (iterative proportional fitting).

    A flag that nobody or everybody has cannot be moved and is left as it is. Ends when every share is met to within
    rounding, after about twenty rounds, or where shares contradict each other after `rounds`. Source: Deming WE,
    Stephan FF. Ann Math Stat 1940;11:427.
    """
    names = [name for name in shares if name in flags and 0 < flags[name].mean() < 1]
    weight = np.ones(len(next(iter(flags.values()))) if flags else 0)
    for _ in range(rounds):
        furthest = 0.0
        for name in names:
            inside = flags[name]
            share = float(weight[inside].sum() / weight.sum())
            wanted = min(max(shares[name], 1e-6), 1 - 1e-6)
            weight = np.where(inside, weight * wanted / share, weight * (1 - wanted) / (1 - share))
            furthest = max(furthest, abs(share / wanted - 1))
        if furthest < ROUNDING:
            break
    return np.asarray(weight / weight.mean())


def effective_size(weight: Array) -> float:
    """Return the number of equally weighted patients that carry as much information (Kish)."""
    return float(weight.sum() ** 2 / (weight**2).sum())


def choose(weight: Array, uniform: Array, count: int) -> NDArray[np.int64]:
    """Choose `count` patients without replacement with probability by weight, in order of their number.

    Source: Efraimidis PS, Spirakis PG. Inf Process Lett 2006;97:181.
    """
    key = np.log(uniform) / np.maximum(weight, 1e-300)
    return np.sort(np.argsort(-key, kind="stable")[:count])
