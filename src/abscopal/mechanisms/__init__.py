"""Biology, one mechanism per file, and the standard model that they make together."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module

from abscopal.language import Mechanism, Model

STANDARD = (
    "tumour_growth",
    "mutation",
    "resistance",
    "antigen_release",
    "dendritic_priming",
    "t_cell_trafficking",
    "pd1_pdl1",
    "t_cell_killing",
    "exhaustion",
    "memory",
    "treg",
    "myeloid_suppression",
    "inflammation",
    "organ_milieu",
    "dissemination",
    "organ_function",
    "host_decline",
    "death",
)


def load(name: str) -> Mechanism:
    """Load the mechanism of one file of this folder."""
    found = import_module(f"abscopal.mechanisms.{name}").mechanism
    assert isinstance(found, Mechanism)
    return found


def standard_model(drugs: Iterable[Mechanism] = ()) -> Model:
    """Build the full disease with the drugs given (their mechanisms, in any order)."""
    return _standard_model(tuple(sorted(drugs, key=lambda drug: drug.name)))


@lru_cache(maxsize=16)
def _standard_model(drugs: tuple[Mechanism, ...]) -> Model:
    return Model((*(load(name) for name in STANDARD), *drugs))
