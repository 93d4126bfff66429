"""The last half year before enrolment: lesions grow with the immune system at work, and who is plausible shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abscopal.engine.batch import Batch
from abscopal.indications.indication import Indication
from abscopal.mechanisms.organ_milieu import ORGANS
from abscopal.population.distributions import sample
from abscopal.population.seeding import MEASURABLE_MM, Lesions
from abscopal.population.traits import Candidates

Array = NDArray[np.float64]
Reasons = NDArray[np.str_]

BURN_IN_DAYS = 180.0  # immune cells turn over within weeks; half a year brings them to balance with the tumour
MOST_MUTANT = 0.9  # share of a lesion that its mutant clones may make up at diagnosis
_SMALLEST = np.array([row["measurable"] for row in ORGANS.values()])


def grow(batch: Batch, indication: Indication, who: Candidates, lesions: Lesions, workers: int) -> Reasons:
    """Grow the last half year with the immune system at work; return why a candidate is not plausible, else ''."""
    volume = volume_of(lesions.diameter)
    cells = volume / batch.parameter("cell_volume")[:, None] * np.exp(-batch.lesion_parameter("growth") * BURN_IN_DAYS)
    fill(batch, indication, who, np.where(volume > 0, np.maximum(cells, 1.0), 0.0))
    batch.column("T_naive")[:] = batch.parameter("precursors")
    batch.time[:] = -BURN_IN_DAYS
    batch.advance(np.arange(len(batch.y)), np.zeros(len(batch.y)), workers)
    return _fit_to_size(batch, indication, volume, lesions)


def volume_of(diameter: Array) -> Array:
    """Volume of spheres in mL from diameters in mm."""
    return np.asarray(np.pi / 6.0 * diameter**3 / 1000.0)


def fill(batch: Batch, indication: Indication, who: Candidates, cells: Array) -> None:
    """Put living cells into the lesions [n, L], in the clones that the cancer has at diagnosis, with their vessels."""
    known = batch.kernel.layout.lesion_species
    drawn = {n: d for n, d in indication.fractions.items() if n in known}
    share = {name: sample(name, d, who.common, who.seed, who.number) for name, d in drawn.items()}
    total = np.minimum(sum(share.values()), MOST_MUTANT) / np.maximum(sum(share.values()), 1e-300)
    rest = cells.copy()
    for name, value in share.items():
        clone = cells * (value * total)[:, None]
        clone = np.where(clone >= 1.0, clone, 0.0)
        batch.lesion_column(name)[...] = clone
        rest -= clone
    batch.lesion_column("C_sensitive")[...] = rest
    batch.lesion_column("K_vessels")[...] = batch.parameter("vascular_ratio")[:, None] * cells


def settle_decline(batch: Batch) -> None:
    """Put the host where the burden of this day would have brought it."""
    (whole,) = batch.observe(np.arange(len(batch.y)), "volume")
    living = np.cbrt(6.0 / np.pi * 1000.0 * whole)
    index = (batch.lesion_parameter("harm") * living).sum(axis=1) / batch.parameter("harm_reference")
    batch.column("decline")[:] = index ** batch.parameter("harm_power")


def _fit_to_size(batch: Batch, indication: Indication, volume: Array, lesions: Lesions) -> Reasons:
    """Scale each lesion as it is now, cells and infiltrate alike, to the volume seen at enrolment."""
    everyone = np.arange(len(batch.y))
    (now,) = batch.observe(everyone, "imaged_volume")
    batch.scale_lesions(np.where(volume > 0, volume / np.maximum(now, 1e-300), 0.0))
    growth, kill, cells, visible = batch.observe(everyone, "net_growth", "kill", "C", "C_visible")
    reason = np.full(len(batch.y), "", dtype="<U32")
    reason[~_assessable(indication, lesions)] = "no measurable lesion"
    reason[(growth * cells - kill * visible).sum(axis=1) <= 0] = "not progressing untreated"
    reason[batch.status != 0] = "solver failure"
    settle_decline(batch)
    return reason


def _assessable(indication: Indication, lesions: Lesions) -> NDArray[np.bool_]:
    """Who has a lesion that can be measured or, where trials do not ask for that, one large enough to be followed."""
    smallest = _SMALLEST if indication.needs_measurable else np.full(len(_SMALLEST), MEASURABLE_MM)
    return np.asarray((lesions.diameter >= smallest[lesions.organ]).any(axis=1))
