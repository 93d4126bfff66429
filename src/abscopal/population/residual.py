"""Minimal residual disease: what is left when everything that could be seen has been removed.

The tumour that was there grew with the immune system at work, so T cells know it; then its lesions are taken out. In
some patients nothing is left, and only another cancer can still come. In the others occult colonies are: too small to
be seen, some of them asleep.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from abscopal.drugs.drug import Drug
from abscopal.engine.batch import Batch
from abscopal.errors import InputError, Problem
from abscopal.indications.indication import Indication, Residual
from abscopal.population.distributions import on_scale, sample, standard_score
from abscopal.population.grow import fill, settle_decline, volume_of
from abscopal.population.organs import ORGAN_NAMES, place
from abscopal.population.seeding import SLOTS, Lesions
from abscopal.population.traits import Candidates
from abscopal.random_streams import normal, uniform

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

OCCULT_MM = 2.9  # just below what imaging finds in lung or brain: whatever is larger was removed as well
USUAL_CELL_ML = 1e-9  # mL per cell, as the mechanism tumour_growth has it
RECOVERY_DAYS = 42.0  # assumed: adjuvant treatment starts some six weeks after surgery
ASLEEP = "asleep"


def residual_of(indication: Indication) -> Residual:
    """Return what surgery leaves of this cancer.

    Raises
    ------
    InputError
        If the indication does not say.
    """
    if indication.adjuvant is None:
        file = f"indications/{indication.name}.yaml"
        raise InputError([Problem("adjuvant", "what surgery leaves, for a trial in that setting", "nothing", "", file)])
    return indication.adjuvant


def resected_tumour(indication: Indication, lesions: Lesions, who: Candidates) -> Lesions:
    """Return what was there before surgery: one tumour of each patient, in the organ where the cancer begins."""
    diameter, organ = np.zeros_like(lesions.diameter), lesions.organ.copy()
    diameter[:, 0] = sample("resected", residual_of(indication).resected, who.common, who.seed, who.number)
    if indication.primary is not None:
        organ[:, 0] = ORGAN_NAMES.index(indication.primary.organ)
    return Lesions(diameter, organ, np.zeros_like(lesions.primary))


def operable_disease(indication: Indication, lesions: Lesions, who: Candidates) -> Lesions:
    """Return what is there before surgery that is meant to cure: the primary, and colonies that nobody sees."""
    tumour = resected_tumour(indication, lesions, who)
    colonies = np.cbrt(6.0 / np.pi * 1000.0 * occult_colonies(residual_of(indication), who) * USUAL_CELL_ML)
    diameter = np.concatenate([tumour.diameter[:, :1], colonies[:, :-1]], axis=1)
    organ = np.concatenate([tumour.organ[:, :1], lesions.organ[:, :-1]], axis=1)
    first = np.zeros_like(lesions.primary)
    first[:, 0] = True
    return Lesions(diameter, organ, first)


def resect(
    batch: Batch, indication: Indication, drugs: Sequence[Drug], who: Candidates, organ: Index, workers: int
) -> None:
    """Take out every lesion, leave the colonies that nobody saw, and let the patient recover until day 0.

    `organ` is where each colony sits [n, SLOTS].
    """
    left = residual_of(indication)
    batch.scale_lesions(np.zeros((len(batch.y), batch.slots)))
    cells = occult_colonies(left, who)
    batch.lesions[:] = (cells > 0).sum(axis=1)
    everywhere = np.indices(organ.shape)
    place(batch, everywhere[0], everywhere[1], organ, drugs)
    fill(batch, indication, who, cells)
    _put_to_sleep(batch, (uniform(who.seed, who.number, "asleep", count=SLOTS) < left.asleep.value) & (cells > 0))
    batch.time[:] = -RECOVERY_DAYS
    batch.advance(np.arange(len(batch.y)), np.zeros(len(batch.y)), workers)
    settle_decline(batch)


def occult_colonies(left: Residual, who: Candidates) -> Array:
    """Draw the cells of each occult colony on the day of surgery, colonies first and empty slots after [n, SLOTS]."""
    any_left = uniform(who.seed, who.number, "residual disease")[:, 0] < left.share.value
    more = uniform(who.seed, who.number, "number of colonies", count=SLOTS - 1)
    another = 1.0 - 1.0 / max(left.colonies.value, 1.0)  # geometric, with the mean given
    number = np.where(any_left, 1 + np.cumprod(more < another, axis=1).sum(axis=1), 0)
    own = normal(who.seed, who.number, "cells of colonies", count=SLOTS)
    drawn = [on_scale(left.cells, standard_score(left.cells, who.common, own[:, slot])) for slot in range(SLOTS)]
    largest = volume_of(np.array(OCCULT_MM)) / USUAL_CELL_ML
    cells = np.clip(np.stack(drawn, axis=1), 1.0, largest)
    return np.asarray(np.where(np.arange(SLOTS) < number[:, None], cells, 0.0))


def with_burden(batch: Batch, cells: float) -> Batch:
    """Return the same patients with this many living tumour cells in all, T cells in the lesions in proportion.

    Parameters
    ----------
    batch
        Patients with lesions; left as it is.
    cells
        Living tumour cells of each patient, from 1e4 to 1e11. Lesions keep their share of them; clones of less than
        one cell are gone. What circulates stays: it is the same patient, and has seen the same tumour.
    """
    own = batch.take(np.arange(len(batch.y)))
    (now,) = own.observe(np.arange(len(own.y)), "C")
    own.scale_lesions(np.broadcast_to(cells / np.maximum(now.sum(axis=1), 1.0)[:, None], now.shape))
    clones = [name for name in own.kernel.layout.lesion_species if own.kernel.model.species[name].floor == 1.0]
    for name in clones:
        column = own.lesion_column(name)
        column[column < 1.0] = 0.0
    settle_decline(own)
    return own


def _put_to_sleep(batch: Batch, asleep: Flags) -> None:
    """Make colonies dormant, in a model that has dormancy."""
    layout = batch.kernel.layout
    if ASLEEP in layout.lesion_species:
        batch.lesion_column(ASLEEP)[...] = asleep
    elif ASLEEP in layout.lesion_parameters:
        batch.lesion_parameter(ASLEEP)[...] = asleep
