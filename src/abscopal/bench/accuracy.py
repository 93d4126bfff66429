"""How far a tool's answer lies from the reference, per patient and over patients."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.bench.ensemble import Ensemble
from abscopal.language.layout import layout_of
from abscopal.language.model import Model

Array = NDArray[np.float64]
SHARE_OF_LARGEST = 1e-3  # an error is told against at least this share of a state's largest value over time


@dataclass(frozen=True)
class Error:
    """Relative error, median and largest over patients: of the tumour burden, and of the worst state.

    Patients whose integration failed are not in it; they are counted as failures.
    """

    burden_median: float
    burden_max: float
    state_median: float
    state_max: float

    def no_worse_than(self, other: Error) -> bool:
        """Say whether none of the four figures exceeds the other's."""
        return all(mine <= theirs for mine, theirs in zip(asdict(self).values(), asdict(other).values(), strict=True))


def burden(model: Model, states: Array) -> Array:
    """Living tumour cells of all lesions together [..., ] from states [..., size]."""
    layout = layout_of(model)
    clones = [name for name in layout.lesion_species if name.startswith("C_")]
    return np.asarray(sum(states[..., layout.index(name) :: layout.block].sum(axis=-1) for name in clones))


def burden_error(ensemble: Ensemble, states: Array, reference: Array) -> Array:
    """Return the largest relative error of the tumour burden over the days, per patient [n]; one cell counts as none.

    Parameters
    ----------
    states, reference
        [n, day, size].
    """
    ours, true = burden(ensemble.model, states), burden(ensemble.model, reference)
    return np.asarray(np.max(np.abs(ours - true) / (true + 1.0), axis=1))


def state_error(ensemble: Ensemble, states: Array, reference: Array) -> Array:
    """Return the largest error over states and days, each told against its own size, per patient [n].

    |dy| / (0.001 max over days |y| + |y| + small), with `small` the amount of the state that is still of interest.
    States that are zero all the time are left out: the clock of a drug never given starts by itself in implicit
    solvers, which perturb the drug's amount to find a derivative, and nothing follows from it.
    """
    size = np.abs(reference)
    largest = size.max(axis=1, keepdims=True)
    scale = SHARE_OF_LARGEST * largest + size + ensemble.small
    return np.asarray(np.max(np.where(largest > 0.0, np.abs(states - reference) / scale, 0.0), axis=(1, 2)))


def failed(ensemble: Ensemble, states: Array) -> NDArray[np.bool_]:
    """Patients for whom a tool has no finite answer on some day [n]."""
    used = np.arange(states.shape[2]) < layout_of(ensemble.model).head + ensemble.lesions[:, None] * len(
        ensemble.model.lesion_species
    )
    return np.asarray((~np.isfinite(states) & used[:, None, :]).any(axis=(1, 2)))


def error(ensemble: Ensemble, states: Array, reference: Array) -> tuple[Error | None, int]:
    """Error over the patients that a tool could follow, and how many it could not; no error if there were none."""
    lost = failed(ensemble, states)
    if lost.all():
        return None, len(lost)
    kept = np.flatnonzero(~lost)
    those, true = np.nan_to_num(states[kept]), np.nan_to_num(reference[kept])
    of_burden = burden_error(ensemble.take(kept), those, true)
    of_state = state_error(ensemble.take(kept), those, true)
    figures = (np.median(of_burden), of_burden.max(), np.median(of_state), of_state.max())
    return Error(*(float(figure) for figure in figures)), int(lost.sum())
