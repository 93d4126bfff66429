"""From standard normal numbers to parameters: medians, spreads and the factors that patients' quantities share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from abscopal.indications.indication import FACTORS, Distribution
from abscopal.random_streams import normal

Array = NDArray[np.float64]
EPSILON = 1e-9


def factors(seed: int, subjects: NDArray[np.int64]) -> dict[str, Array]:
    """Return the common factors of each subject, standard normal and independent, [n] each."""
    return {name: normal(seed, subjects, f"factor {name}")[:, 0] for name in FACTORS}


def sample(
    name: str, distribution: Distribution, common: Mapping[str, Array], seed: int, subjects: NDArray[np.int64]
) -> Array:
    """Draw one quantity for each subject [n], on its natural scale."""
    own = normal(seed, subjects, f"quantity {name}")[:, 0]
    return on_scale(distribution, standard_score(distribution, common, own))


def standard_score(distribution: Distribution, common: Mapping[str, Array], own: Array) -> Array:
    """Mix the common factors with a subject's own deviation into one standard normal number."""
    shared = sum((loading * common[name] for name, loading in distribution.loadings.items()), np.zeros_like(own))
    rest = 1.0 - sum(loading**2 for loading in distribution.loadings.values())
    return np.asarray(shared + np.sqrt(rest) * own)


def on_scale(distribution: Distribution, score: Array) -> Array:
    """Turn standard scores into values on the natural scale of a distribution."""
    center, spread = distribution.center.value, distribution.spread.value
    if distribution.scale == "linear":
        return np.asarray(center + spread * score)
    if distribution.scale == "log":
        return np.asarray(center * np.exp(spread * score))
    middle = np.log(center / (1.0 - center))
    return np.asarray(1.0 / (1.0 + np.exp(-(middle + spread * score))))


def shifted(distribution: Distribution | None, value: Array, log_factor: Array) -> Array:
    """Multiply values by exp(log_factor), or their odds where they were drawn on the logit scale."""
    if distribution is None or distribution.scale != "logit":
        return np.asarray(value * np.exp(log_factor))
    odds = value / np.maximum(1.0 - value, EPSILON) * np.exp(log_factor)
    return np.asarray(odds / (1.0 + odds))
