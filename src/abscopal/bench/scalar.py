"""The model as a compiled right-hand side for one patient: what the peers that call a function are given.

    rhs(y, p, q, lesions, dy, d)   as `abscopal.language.to_scalar` prints it
    matched_rhs(...)               the same, but drugs with a closed form are not integrated: the caller puts their
                                   amount into y, and their dy is zero

The text is the model as written: no arithmetic of ours is hidden from the peers beyond what LLVM does for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from abscopal.bench.closed_form import decays
from abscopal.language.layout import Layout, layout_of
from abscopal.language.model import Model
from abscopal.language.to_scalar import PREAMBLE, to_scalar


@dataclass(frozen=True)
class ScalarModel:
    """A compiled right-hand side.

    Parameters
    ----------
    rhs
        Function (y, p, q, lesions, dy, d), compiled by Numba.
    layout
        Where each quantity sits.
    scratch
        Width of d, whose length is the number of lesions.
    closed
        Index in the state of each species that has a closed form and is not integrated; empty unless matched.
    rate
        Compiled function (p, out): decay rate of each of these (1/day).
    """

    rhs: Any
    layout: Layout
    scratch: int
    closed: NDArray[np.int64]
    rate: Any


def scalar_model(model: Model, matched: bool) -> ScalarModel:
    """Compile the right-hand side of a model; `matched` leaves out the drugs that have a closed form."""
    layout = layout_of(model)
    closed = decays(model) if matched else {}
    index = np.array([layout.index(name) for name in closed], dtype=np.int64)
    text = f"{PREAMBLE}{to_scalar(model)}\n\n{_rate_text(layout, closed)}"
    space: dict[str, Any] = {}
    exec(compile(text, f"<right-hand side of model {model.hash}>", "exec"), space)  # our own printer's text
    space["_hill"] = njit(space["_hill"], error_model="numpy")
    whole = njit(space["rhs"], error_model="numpy")
    rhs = _without(whole, index) if len(index) else whole
    scratch = max(1, sum(1 for d in model.definitions if d.per == "lesion"))
    return ScalarModel(rhs, layout, scratch, index, njit(space["rate"], error_model="numpy"))


def _rate_text(layout: Layout, closed: dict[str, str]) -> str:
    """Print a function that works out the decay rates; the names of parameters become their places in p."""
    unpacked = [f"    {name} = p[{place}]" for place, name in enumerate(layout.patient_parameters)]
    lines = [f"    out[{place}] = {formula}" for place, formula in enumerate(closed.values())]
    return "\n".join(["def rate(p, out):", *unpacked, *lines, "    return"]) + "\n"


def _without(whole: Any, index: NDArray[np.int64]) -> Any:
    """Hold these states: somebody else knows how they move."""
    held = tuple(int(i) for i in index)

    @njit(error_model="numpy")
    def rhs(y, p, q, lesions, dy, d):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        whole(y, p, q, lesions, dy, d)
        for i in held:
            dy[i] = 0.0

    return rhs
