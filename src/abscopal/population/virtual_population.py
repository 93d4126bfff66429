"""A virtual population on the day of enrolment: drawn, grown, kept if plausible, selected to match published marginals.

Every candidate ends in a class: `enrolled`, `not selected`, or why he or she was not plausible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from abscopal.drugs.drug import Drug
from abscopal.engine.batch import Batch
from abscopal.engine.kernel import Kernel
from abscopal.indications.indication import Indication
from abscopal.population.baseline import Baseline
from abscopal.population.candidates import NOT_ELIGIBLE, Recipe, Setting, stacked_batch
from abscopal.population.organs import LYMPH, ORGAN_NAMES, open_lymph
from abscopal.population.pools import Pool, pools
from abscopal.population.screening import Screening, total
from abscopal.population.seeding import SLOTS
from abscopal.population.selection import choose, effective_size, rake
from abscopal.protocol.condition import Condition
from abscopal.random_streams import exponential, uniform

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

POOLS_AT_ONCE = 10  # candidates are held in memory until their pool is selected


@dataclass
class VirtualPopulation:
    """n virtual patients on day 0.

    Parameters
    ----------
    batch
        Their states and parameters; event thresholds are set, nobody is treated.
    baseline
        Their covariates.
    organ
        Organ number of each lesion slot, used or not, [n, SLOTS].
    primary
        Whether a slot holds the primary tumour, [n, SLOTS].
    clone
        0 for this cancer, 1 for a second primary, [n, SLOTS].
    tropism
        Weight of each organ for new blood-borne seeds, adding up to 1, [n, organs].
    number
        Candidate number of each: the key of their random numbers.
    classes
        How many candidates ended in which class.
    effective
        Effective number of plausible candidates under the selection weights.
    screening
        How many were screened to fill the places of these patients, and why those who failed did.
    """

    batch: Batch
    baseline: Baseline
    organ: Index
    primary: Flags
    clone: Index
    tropism: Array
    number: Index
    classes: dict[str, int]
    effective: float
    screening: Screening

    def take(self, which: Index) -> VirtualPopulation:
        """Return a copy of the patients listed, in that order."""
        parts = {name: getattr(self, name)[which] for name in PER_PATIENT}
        return replace(self, batch=self.batch.take(which), baseline=self.baseline.take(which), **parts)


PER_PATIENT = ("organ", "primary", "clone", "tropism", "number")


def draw_population(
    indication: Indication,
    kernel: Kernel,
    drugs: Sequence[Drug],
    count: int,
    seed: int,
    *,
    line: str = "1L",
    setting: Setting = "metastatic",
    marginals: Mapping[str, float] | None = None,
    eligibility: tuple[Condition, ...] = (),
    contraindications: tuple[Condition, ...] = (),
    like_enrolled: bool = False,
    workers: int = 1,
    which: Sequence[Pool] | None = None,
) -> VirtualPopulation:
    """Draw the virtual patients of a trial, or of some of its pools.

    Parameters
    ----------
    indication, kernel, drugs, line
        What the patients have, and with what they will be treated.
    count
        Subjects of the whole trial.
    seed
        Of the run.
    setting
        Whether there is disease to be seen on day 0.
    marginals
        Published shares to select by, and `age_median` in years.
    eligibility, contraindications
        What every patient is, and what none is.
    like_enrolled
        Whether candidates come as the marginals have them (`population/recruitment.py`).
    workers
        Threads; the result does not depend on it.
    which
        The pools to draw, of `pools(count)`; all of them if left out.

    Raises
    ------
    ValueError
        If too few candidates are plausible and eligible.
    InputError
        If the indication does not fit the model or the setting.
    """
    assert setting in get_args(Setting), setting
    shares = dict(marginals or {})
    recipe = Recipe(
        indication, kernel, drugs, seed, line, setting, shares, eligibility, contraindications, workers, like_enrolled
    )
    wanted = list(pools(count) if which is None else which)
    parts = [_draw(recipe, wanted[i : i + POOLS_AT_ONCE]) for i in range(0, len(wanted), POOLS_AT_ONCE)]
    return parts[0] if len(parts) == 1 else join(parts)


def _draw(recipe: Recipe, which: Sequence[Pool]) -> VirtualPopulation:
    """Draw several pools as one batch, then select pool by pool."""
    screened = recipe.screened(np.concatenate([pool.candidates for pool in which]))
    number, grown, indication = screened.number, screened.grown, recipe.indication
    flags = grown.baseline.flags()
    chosen, effective = _select(which, number, grown.reason, flags, recipe.marginals, recipe.seed)
    weight = np.array([indication.sites[name].value if name in indication.sites else 0.0 for name in ORGAN_NAMES])
    population = VirtualPopulation(
        grown.batch.take(chosen),
        grown.baseline.take(chosen),
        grown.lesions.organ[chosen],
        grown.lesions.primary[chosen],
        np.zeros((len(chosen), SLOTS), dtype=np.int64),
        np.tile(weight / weight.sum(), (len(chosen), 1)),
        number[chosen],
        _classes(grown.reason, len(chosen), len(screened.log.place)),
        effective,
        screened.log.at(chosen, screened.reasons),
    )
    if LYMPH not in indication.parameters:
        open_lymph(population.batch, population.tropism)
    set_clocks(population, recipe.seed)
    return population


def _select(
    which: Sequence[Pool],
    number: Index,
    reason: NDArray[np.str_],
    flags: Mapping[str, NDArray[np.bool_]],
    marginals: Mapping[str, float],
    seed: int,
) -> tuple[Index, float]:
    """Return the places of those chosen, pool by pool, and the effective number of plausible candidates."""
    shares = {name: share for name, share in marginals.items() if name in flags}
    ends = np.cumsum([len(pool.candidates) for pool in which])
    chosen, effective = [], 0.0
    for pool, end in zip(which, ends, strict=True):
        begin = end - len(pool.candidates)
        plausible = begin + np.flatnonzero(reason[begin:end] == "")
        if len(plausible) < pool.size:
            raise ValueError(_too_few(reason[begin:end], pool.size))
        weight = rake({name: flag[plausible] for name, flag in flags.items()}, shares)
        ticket = uniform(seed, number[plausible], "selection")[:, 0]
        chosen.append(plausible[choose(weight, ticket, pool.size)])
        effective += effective_size(weight)
    return np.concatenate(chosen), effective


def _too_few(reason: NDArray[np.str_], needed: int) -> str:
    """Say how many candidates there are, and how many places nobody eligible came to."""
    barred = int((reason == NOT_ELIGIBLE).sum())
    why = f"; nobody eligible came to {barred} places: are the conditions too narrow?" if barred else ""
    return f"only {int((reason == '').sum())} of {len(reason)} candidates are plausible; {needed} are needed{why}"


def _classes(reason: NDArray[np.str_], enrolled: int, failed: int) -> dict[str, int]:
    """Count the candidates of each class; those who failed screening came before one of the others."""
    found = {str(name): int((reason == name).sum()) for name in np.unique(reason) if name}
    failures = {"screened out": failed} if failed else {}
    return {"enrolled": enrolled, "not selected": int((reason == "").sum()) - enrolled, **found, **failures}


def join(parts: Sequence[VirtualPopulation]) -> VirtualPopulation:
    """Return one population of several, in their order."""
    return replace(
        parts[0],
        batch=stacked_batch([part.batch for part in parts]),
        baseline=Baseline.each(np.concatenate, [part.baseline for part in parts]),
        classes=add_classes(part.classes for part in parts),
        effective=sum(part.effective for part in parts),
        screening=total(part.screening for part in parts),
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in PER_PATIENT},
    )


def add_classes(several: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add up counts by class; enrolled and not selected first, then by name."""
    total = {"enrolled": 0, "not selected": 0}
    for classes in several:
        for name, number in classes.items():
            total[name] = total.get(name, 0) + number
    return dict(list(total.items())[:2] + sorted(list(total.items())[2:]))


def set_clocks(population: VirtualPopulation, seed: int) -> None:
    """Start the hazards at zero on day 0 and draw when each event first strikes."""
    batch, layout = population.batch, population.batch.kernel.layout
    for column, name in enumerate(layout.hazards):
        batch.column(name)[:] = 0.0
        batch.threshold[:, column] = exponential(seed, population.number, f"event {name}")[:, 0]
    batch.time[:] = 0.0
    batch.status[:] = 0
