"""What a procedure does to the truth: which lesions it meets, and the state they are in afterwards.

A fraction of radiotherapy kills tumour and T cells of the lesions it meets (mechanism `radiotherapy`), a resection
leaves a share of them, an ablation too, but what it kills stays in the body (mechanism `surgery`). Clones of less than
one cell are extinct. The mechanisms say how much; here it is done, at one moment, between two calls of the engine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abscopal.engine.batch import Batch
from abscopal.protocol.procedure import Lesions

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

WITHSTAND = ("C_resistant", "C_double")  # clones with the survival of resistant cells


def met(lesions: Lesions, diameter: Array, known: Flags, organ: NDArray[np.bool_] | None, primary: Flags) -> Flags:
    """Return the lesions that a procedure meets, [k, L].

    Parameters
    ----------
    lesions
        What the sentence says.
    diameter
        Of each lesion today, mm; 0 where there is none, [k, L].
    known
        Lesions that some scan has shown [k, L]; nobody aims at what nobody has seen.
    organ
        Whether a lesion is in the organ that the sentence names [k, L]; None where it names none.
    primary
        Primary tumours [k, L].
    """
    chosen = known & (diameter > 0)
    if lesions.primary:
        chosen &= primary
    if organ is not None:
        chosen &= organ
    if lesions.largest is None:
        return chosen
    order = np.argsort(np.where(chosen, -diameter, np.inf), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return np.asarray(chosen & (rank < lesions.largest))


def irradiate(batch: Batch, who: Index, chosen: Flags, dose: float) -> None:
    """Give one fraction of `dose` (Gy) to the chosen lesions [k, L] of the subjects `who` [k]."""
    beam = batch.lesion_parameter("fraction")
    beam[who] = np.where(chosen, dose, 0.0)
    sensitive, resistant, of_vessels, of_T_cells, shown, added, of_blood = batch.observe(
        who, "survival_sensitive", "survival_resistant", "survival_vessels", "survival_T_cells", "immunogenic_yield",
        "irradiation_added", "lymph_survival",
    )  # fmt: skip
    beam[who] = 0.0
    survival = {name: resistant if name in WITHSTAND else sensitive for name in _clones(batch)}
    _kill(batch, who, survival, shown)
    for name in _of_lesions(batch, "T_"):
        batch.lesion_column(name)[who] *= of_T_cells
    batch.lesion_column("K_vessels")[who] *= of_vessels
    batch.lesion_column("irradiation")[who] += np.where(chosen, added, 0.0)
    _thin_blood(batch, who, np.prod(of_blood, axis=1))
    batch.disturb(who)


def resect(batch: Batch, who: Index, chosen: Flags) -> None:
    """Take out the chosen lesions [k, L] of the subjects `who` [k], but for what the margin leaves."""
    (left,) = batch.observe(who, "left_by_resection")
    keep = np.where(chosen, left, 1.0)
    for name in _tissue(batch):
        batch.lesion_column(name)[who] *= keep
    for name in _clones(batch):
        _extinguish(batch, name, who)
    batch.column("surgical_stress")[who] = 1.0
    batch.disturb(who)


def ablate(batch: Batch, who: Index, chosen: Flags) -> None:
    """Destroy the chosen lesions [k, L] of the subjects `who` [k] in place: what is killed shows its antigen."""
    left, shown = batch.observe(who, "left_by_ablation", "ablation_yield")
    keep = np.where(chosen, left, 1.0)
    _kill(batch, who, dict.fromkeys(_clones(batch), keep), shown)
    for name in (*_of_lesions(batch, "T_"), "MDSC", "K_vessels"):
        batch.lesion_column(name)[who] *= keep
    batch.disturb(who)


def _kill(batch: Batch, who: Index, survival: dict[str, Array], shown: Array) -> None:
    """Let clones survive by their shares [k, L]; the dead stay, and show antigen of those that T cells could see."""
    (visible,) = batch.observe(who, "C_visible")
    for name, share in survival.items():
        clone = batch.lesion_column(name)
        before = clone[who]
        clone[who] = before * share
        _extinguish(batch, name, who)
        batch.lesion_column("dead")[who] += before - clone[who]
    (after,) = batch.observe(who, "C_visible")
    batch.column("antigen")[who] += (shown * np.maximum(visible - after, 0.0)).sum(axis=1)


def _extinguish(batch: Batch, clone: str, who: Index) -> None:
    cells = batch.lesion_column(clone)[who]
    batch.lesion_column(clone)[who] = np.where(cells < 1.0, 0.0, cells)


def _thin_blood(batch: Batch, who: Index, survival: Array) -> None:
    """Kill lymphocytes that were in the beam: a share of the tumour-specific T cells in blood, and of the count."""
    batch.column("T_blood")[who] *= survival
    lost = batch.column("lymphocytes_lost")
    lost[who] = 1.0 - (1.0 - lost[who]) * survival


def _clones(batch: Batch) -> list[str]:
    return _of_lesions(batch, "C_")


def _of_lesions(batch: Batch, beginning: str) -> list[str]:
    return [name for name in batch.kernel.layout.lesion_species if name.startswith(beginning)]


def _tissue(batch: Batch) -> list[str]:
    """Species of which half a lesion has half: cells and volumes, not shares."""
    species = batch.kernel.model.species
    return [name for name in batch.kernel.layout.lesion_species if species[name].unit in ("cell", "mL")]
