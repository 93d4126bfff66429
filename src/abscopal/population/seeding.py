"""How a patient's lesions came to be: seeded one after another, grown together until the day of enrolment.

A source that itself grows exponentially seeds colonies at an exponentially rising rate, and each colony grows
exponentially in turn. Founding times are then a Poisson process whose sizes at any later day follow a power law: the
expected number of lesions above diameter d is (scale / d)^index, with index 2 when the source grows as fast as its
colonies (surface emission, Iwata K et al. J Theor Biol 2000;203:177) and lower when it has slowed or was removed.
Growth moves the scale, not the law, so the patient is grown by moving it until the sum of target diameters reaches the
one at which he or she is enrolled. Colonies too small to see come with the law: they surface later as new lesions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.indications.indication import Indication
from abscopal.population.distributions import sample
from abscopal.random_streams import exponential, uniform

Array = NDArray[np.float64]
Index = NDArray[np.int64]

SLOTS = 12  # lesions followed per patient; smaller ones are left out, and how many is not known in life either
SMALLEST_MM = 1.0  # below this a colony has no vessels yet (angiogenic dormancy, Folkman) and is not followed
MOST_TARGETS, MOST_PER_ORGAN, MEASURABLE_MM, LARGEST_MM = 5, 2, 10.0, 250.0


MOST_OF_SUM = 0.8  # assumed: a patient with metastases has some of the sum of target diameters in them


@dataclass(frozen=True)
class Lesions:
    """Lesions on the day of enrolment: diameter (mm; 0 for an empty slot), organ number, primary or not, [n, SLOTS]."""

    diameter: Array
    organ: Index
    primary: NDArray[np.bool_]


def primaries(
    indication: Indication, common: Mapping[str, Array], seed: int, subjects: Index
) -> tuple[NDArray[np.bool_], Array]:
    """Draw who still has the primary [n], and its diameter (mm; 0 where it is one of the lesions seeded) [n]."""
    tumour, nothing = indication.primary, np.zeros(len(subjects))
    if tumour is None:
        return nothing > 0, nothing
    present = uniform(seed, subjects, "primary")[:, 0] < tumour.present.value
    if tumour.diameter is None:
        return present, nothing
    return present, np.where(present, sample("primary", tumour.diameter, common, seed, subjects), 0.0)


def seed_lesions(
    indication: Indication,
    organs: list[str],
    sum_of_diameters: Array,
    index: Array,
    seed: int,
    subjects: Index,
    primary: tuple[NDArray[np.bool_], Array] | None = None,
) -> Lesions:
    """Seed and grow the lesions of each subject up to the sum of target diameters given [n] (mm).

    A primary of a diameter of its own takes the first slot, whatever its size among the others.
    """
    ranks = np.cumsum(exponential(seed, subjects, "founding times", count=SLOTS), axis=1)
    relative = ranks ** (-1.0 / index[:, None])
    organ = draw_organs(indication, organs, seed, subjects, SLOTS)
    present, own = primary or (np.zeros(len(subjects), dtype=bool), np.zeros(len(subjects)))
    own = np.minimum(own, MOST_OF_SUM * sum_of_diameters)
    home = -1 if indication.primary is None else organs.index(indication.primary.organ)
    first = own > 0
    relative[first, 1:], organ[first, 1:] = relative[first, :-1], organ[first, :-1]
    relative[first, 0], organ[first, 0] = 0.0, home
    diameter = relative * _scale(relative, organ, sum_of_diameters - own)[:, None]
    diameter[first, 0] = own[first]
    diameter = np.minimum(diameter, LARGEST_MM)
    diameter = np.where(diameter >= SMALLEST_MM, diameter, 0.0)
    return Lesions(diameter, organ, _largest_at(home, diameter, organ, first) & present[:, None])


def _largest_at(home: int, diameter: Array, organ: Index, first: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the first lesion where `first` holds, else the largest in the organ where the primary grows."""
    there = (organ == home) & (diameter > 0)
    there[first] = False
    there[first, 0] = True
    return np.asarray(there & (np.cumsum(there, axis=1) == 1))


def draw_organs(indication: Indication, organs: list[str], seed: int, subjects: Index, count: int) -> Index:
    """Draw the organ of each lesion by the cancer's tropism, clustered within a patient (Polya's urn), [n, count]."""
    weight = np.array([indication.sites[name].value if name in indication.sites else 0.0 for name in organs])
    urn = np.tile(weight / weight.sum(), (len(subjects), 1))
    draws = uniform(seed, subjects, "organs", count=count)
    chosen = np.empty((len(subjects), count), dtype=np.int64)
    for lesion in range(count):
        share = np.cumsum(urn, axis=1) / urn.sum(axis=1, keepdims=True)
        chosen[:, lesion] = np.minimum((draws[:, lesion, None] > share).sum(axis=1), len(organs) - 1)
        urn[np.arange(len(subjects)), chosen[:, lesion]] += indication.clustering.value / count
    return chosen


def _scale(relative: Array, organ: Index, target: Array) -> Array:
    """Scale at which the sum of target diameters is the one wanted; lesions come largest first, a primary is 0."""
    rank_in_organ = np.zeros_like(organ)
    for lesion in range(organ.shape[1]):
        rank_in_organ[:, lesion] = (organ[:, :lesion] == organ[:, lesion, None]).sum(axis=1)
    allowed = rank_in_organ < MOST_PER_ORGAN
    candidate = allowed & (np.cumsum(allowed, axis=1) <= MOST_TARGETS)
    largest = (np.arange(len(organ)), np.where(relative[:, 0] > 0, 0, 1))
    scale = target / relative[largest]
    for _ in range(50):  # fewer lesions are measurable at a smaller scale: settle on both
        counted = candidate & (relative * scale[:, None] >= MEASURABLE_MM)
        counted[largest] = True
        scale = 0.5 * scale + 0.5 * target / np.where(counted, relative, 0.0).sum(axis=1)
    return scale
