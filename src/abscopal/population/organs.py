"""What a lesion takes from the organ it sits in: the milieu, and how drugs reach it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from abscopal.drugs.drug import LARGE, Drug
from abscopal.engine.batch import Batch
from abscopal.mechanisms.organ_milieu import ORGANS
from abscopal.mechanisms.peritoneal_spread import EXPOSED

Array = NDArray[np.float64]
Index = NDArray[np.int64]

ORGAN_NAMES = list(ORGANS)
INSIDE, MARROW = "in_", "marrow"  # in_liver is 1 for a lesion in the liver
LYMPH = "lymphatic_ratio"
LEAST_ELSEWHERE = 0.2  # where a cancer hardly leaves the nodes, its cells still enter the blood


def organ_values(names: Sequence[str], drugs: Sequence[Drug]) -> dict[str, Array]:
    """Return, for each lesion parameter of these names that depends on the organ, its value in each organ."""
    table = {name: np.array([row[name] for row in ORGANS.values()]) for name in next(iter(ORGANS.values()))}
    reach = {f"{drug.symbol}_reach": "antibody" if drug.modality in LARGE else "small_molecule" for drug in drugs}
    inside = {INSIDE + organ: (np.array(ORGAN_NAMES) == organ).astype(float) for organ in ORGAN_NAMES}
    if INSIDE + MARROW not in names:  # tumour in marrow replaces what tumour in bone replaces
        inside[INSIDE + "bone"] += inside[INSIDE + MARROW]
    exposed = {"exposed": np.array([EXPOSED.get(organ, 0.0) for organ in ORGAN_NAMES])}
    known = table | inside | exposed | {name: table[kind] for name, kind in reach.items()}
    return {name: known[name] for name in names if name in known}


def place(batch: Batch, who: Index, slot: Index, organ: Index, drugs: Sequence[Drug]) -> None:
    """Give lesion `slot` of patient `who` the numbers of its organ; the three arrays are alike in shape."""
    for name, values in organ_values(batch.kernel.layout.lesion_parameters, drugs).items():
        batch.lesion_parameter(name)[who, slot] = values[organ]


def open_lymph(batch: Batch, tropism: Array) -> None:
    """Let the lymph carry as many colonies, beside what the blood carries, as nodes are among this cancer's sites.

    Parameters
    ----------
    batch
        Patients of a cancer that does not say itself how much goes through the lymph.
    tropism
        Weight of each organ, adding up to 1, [n, organs].
    """
    if LYMPH in batch.kernel.layout.patient_parameters:
        nodes = tropism[:, ORGAN_NAMES.index("node")]
        batch.parameter(LYMPH)[:] = nodes / np.maximum(1.0 - nodes, LEAST_ELSEWHERE)
