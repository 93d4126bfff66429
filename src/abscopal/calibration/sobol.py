"""Sobol indices of a function that is quick to evaluate: which share of a variance which input carries.

First order: the share of the variance of an output that goes with one input alone. Total: the share that goes with it
alone or together with others. Design and first-order estimator of Saltelli A et al. Comput Phys Commun 2010;181:259
(doi:10.1016/j.cpc.2009.09.018), total-order estimator of Jansen MJW. Comput Phys Commun 1999;117:35
(doi:10.1016/S0010-4655(98)00154-4). Inputs are independent and uniform on [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Array]
"""From points [K, d] of the unit cube to outputs [K, q]."""


@dataclass(frozen=True)
class Indices:
    """Sobol indices of q outputs in d inputs.

    Attributes
    ----------
    first, total
        Indices, shares of 1, [d, q]; nan where an output does not vary. Estimates may leave [0, 1] by chance.
    together
        First-order indices of groups of inputs, [groups, q]: what goes with a group alone, its inner interactions too.
    variance
        Of each output, [q].
    """

    first: Array
    total: Array
    together: Array
    variance: Array


def saltelli_sample(inputs: int, count: int, seed: int) -> tuple[Array, Array]:
    """Return two independent samples of the unit cube, [count, inputs] each, from one scrambled Sobol sequence.

    `count` is a power of 2, for which the sequence is balanced.
    """
    from scipy.stats.qmc import Sobol

    drawn = Sobol(2 * inputs, rng=np.random.default_rng(seed)).random_base2(int(np.log2(count)))
    return drawn[:, :inputs], drawn[:, inputs:]


def sobol_indices(function: Function, inputs: int, groups: list[list[int]], *, count: int, seed: int) -> Indices:
    """Return the indices of a function of `inputs` inputs and of groups of them.

    Parameters
    ----------
    function
        From points [K, inputs] to outputs [K, q].
    groups
        Numbers of the inputs of each group.
    count
        Points of each of the two samples, a power of 2; the function is evaluated (2 + inputs + groups) times as often.
    seed
        Of the sample.
    """
    a, b = saltelli_sample(inputs, count, seed)
    of_a, of_b = function(a), function(b)
    middle = np.concatenate([of_a, of_b]).mean(axis=0)  # centred, the estimates vary less
    of_a, of_b = of_a - middle, of_b - middle
    variance = np.concatenate([of_a, of_b]).var(axis=0)
    divisor = np.where(variance > 0, variance, np.nan)
    first, total = np.empty((2, inputs, len(variance)))
    for number in range(inputs):
        mixed = function(_exchanged(a, b, [number])) - middle
        first[number] = (of_b * (mixed - of_a)).mean(axis=0) / divisor
        total[number] = 0.5 * ((of_a - mixed) ** 2).mean(axis=0) / divisor
    together = np.empty((len(groups), len(variance)))
    for number, group in enumerate(groups):
        mixed = function(_exchanged(a, b, group)) - middle
        together[number] = (of_b * (mixed - of_a)).mean(axis=0) / divisor
    return Indices(first, total, together, variance)


def _exchanged(a: Array, b: Array, columns: list[int]) -> Array:
    """Return sample `a` with some columns of `b`."""
    mixed = a.copy()
    mixed[:, columns] = b[:, columns]
    return mixed
