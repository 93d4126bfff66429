"""Which drugs the clinic may need against the toxicity of a protocol's own drugs: the model is built with them.

A model without them would have no use for them, and every drug costs time to compile; so checkpoint antibodies bring
steroids and the second line after them, T cells sent at tumours bring tocilizumab and dexamethasone, and chemotherapy
brings filgrastim where the protocol has growth factors. Tocilizumab is not brought in for arthritis alone, as the
biology of cytokine release comes with it: infliximab stands in.
"""

from __future__ import annotations

from collections.abc import Iterable

from abscopal.drugs.drug import Drug
from abscopal.protocol.management import Management

CHECKPOINT_PORTS = frozenset(("PD1_systemic", "CTLA4_blocked"))
AGAINST_IMMUNE_EVENTS = ("prednisone", "infliximab", "mycophenolate")
AGAINST_CYTOKINES = ("tocilizumab", "dexamethasone")
AGAINST_NEUTROPENIA = "filgrastim"


def blocks_checkpoints(drug: Drug) -> bool:
    """Whether a drug can cause immune-related events by blocking CTLA-4, PD-1 or PD-L1."""
    return bool(CHECKPOINT_PORTS & drug.tags)


def redirects_t_cells(drug: Drug) -> bool:
    """Whether a drug can cause cytokine release: CAR-T cells, bispecific antibodies."""
    return drug.modality == "car_t" or bool({"cytokine_release", "redirected_exposure"} & drug.tags)


def lowers_counts(drug: Drug) -> bool:
    """Whether a drug is chemotherapy after which neutrophils fall."""
    return drug.modality == "chemotherapy" and "myelotoxicity" in drug.tags


def supportive(drugs: Iterable[Drug], management: Management) -> tuple[str, ...]:
    """Return the names of the drugs that managing the toxicity of these may call for, each once."""
    given = list(drugs)
    needed: list[str] = []
    if management.immune != "none":
        needed += AGAINST_IMMUNE_EVENTS if any(map(blocks_checkpoints, given)) else ()
        needed += AGAINST_CYTOKINES if any(map(redirects_t_cells, given)) else ()
    if management.growth_factors != "none" and any(map(lowers_counts, given)):
        needed.append(AGAINST_NEUTROPENIA)
    return tuple(needed)
