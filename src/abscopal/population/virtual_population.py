"""A virtual population on the day of enrolment: drawn, grown, kept if plausible, selected to match published marginals.

Every candidate ends in a class: `enrolled`, `not selected`, or why he or she was not plausible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from abscopal.drugs.drug import Drug
from abscopal.engine.batch import Batch
from abscopal.engine.kernel import Kernel
from abscopal.indications.indication import BURDEN, Indication
from abscopal.population.baseline import LEAST_BURDEN, Baseline, draw_baseline
from abscopal.population.distributions import factors, sample
from abscopal.population.grow import grow
from abscopal.population.organs import LYMPH, ORGAN_NAMES, open_lymph
from abscopal.population.parameterise import drawn, parameterise, personalise
from abscopal.population.pools import Pool, pools
from abscopal.population.readouts import read_out
from abscopal.population.residual import operable_disease, resect, resected_tumour
from abscopal.population.screening import screen
from abscopal.population.seeding import SLOTS, Lesions, primaries, seed_lesions
from abscopal.population.selection import choose, effective_size, rake
from abscopal.population.traits import Candidates, draw_history, draw_traits
from abscopal.random_streams import exponential, uniform

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]
Setting = Literal["metastatic", "neoadjuvant", "adjuvant"]
"""`neoadjuvant`: a tumour that can be removed, before it is. `adjuvant`: all that could be seen was removed by day 0.
`metastatic`: any other disease that can be seen."""

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
    workers
        Threads; the result does not depend on it.
    which
        The pools to draw, of `pools(count)`; all of them if left out.

    Raises
    ------
    ValueError
        If too few candidates are plausible.
    InputError
        If the indication does not fit the model or the setting.
    """
    assert setting in get_args(Setting), setting
    draw = partial(_draw, indication, kernel, drugs, seed, line, setting, dict(marginals or {}), workers)
    wanted = list(pools(count) if which is None else which)
    parts = [draw(wanted[i : i + POOLS_AT_ONCE]) for i in range(0, len(wanted), POOLS_AT_ONCE)]
    return parts[0] if len(parts) == 1 else join(parts)


def _draw(
    indication: Indication,
    kernel: Kernel,
    drugs: Sequence[Drug],
    seed: int,
    line: str,
    setting: Setting,
    marginals: Mapping[str, float],
    workers: int,
    which: Sequence[Pool],
) -> VirtualPopulation:
    """Draw several pools as one batch, then select pool by pool."""
    asked = np.concatenate([pool.candidates for pool in which])
    number = screen(marginals, asked, partial(_known_before, indication, setting, line, marginals, seed))
    who, lesions = _candidates(indication, setting, marginals, seed, number)
    grown = resected_tumour(indication, lesions, who) if setting == "adjuvant" else lesions
    batch = parameterise(indication, kernel, drugs, who, grown, line)
    baseline = _baseline(indication, line, marginals, who, lesions)
    personalise(batch, indication, baseline, drugs, who)
    reason = grow(batch, indication, who, grown, workers)
    if setting == "adjuvant":
        resect(batch, indication, drugs, who, lesions.organ, workers)
        reason = np.where(batch.status != 0, "solver failure", "").astype(reason.dtype)
    baseline = replace(baseline, readouts=read_out(indication, batch, baseline, who))
    chosen, effective = _select(which, number, reason, baseline.flags(), marginals, seed)
    weight = np.array([indication.sites[name].value if name in indication.sites else 0.0 for name in ORGAN_NAMES])
    population = VirtualPopulation(
        batch.take(chosen),
        baseline.take(chosen),
        lesions.organ[chosen],
        lesions.primary[chosen],
        np.zeros((len(chosen), SLOTS), dtype=np.int64),
        np.tile(weight / weight.sum(), (len(chosen), 1)),
        number[chosen],
        _classes(reason, len(chosen)),
        effective,
    )
    if LYMPH not in indication.parameters:
        open_lymph(population.batch, population.tropism)
    _set_clocks(population, seed)
    return population


def _baseline(
    indication: Indication, line: str, marginals: Mapping[str, float], who: Candidates, lesions: Lesions
) -> Baseline:
    """Draw what is known of the candidates before anything has grown."""
    history = draw_history(indication, line, marginals, who.seed, who.number)
    pdl1 = drawn(indication, who, "PDL1_base")
    return draw_baseline(indication, ORGAN_NAMES, pdl1, lesions, who, history, marginals.get("age_median"))


def _known_before(
    indication: Indication, setting: Setting, line: str, marginals: Mapping[str, float], seed: int, number: Index
) -> Mapping[str, Flags]:
    who, lesions = _candidates(indication, setting, marginals, seed, number)
    return _baseline(indication, line, marginals, who, lesions).flags()


def _candidates(
    indication: Indication, setting: Setting, marginals: Mapping[str, float], seed: int, number: Index
) -> tuple[Candidates, Lesions]:
    """Draw what candidates have in common and apart, and the lesions that can be seen."""
    common, usual = factors(seed, number), indication.sum_of_diameters
    target = sample("sum_of_diameters", usual, common, seed, number)
    index = sample("seeding_index", indication.seeding_index, common, seed, number)
    early = setting in ("adjuvant", "neoadjuvant")
    primary = None if early else primaries(indication, common, seed, number)
    lesions = seed_lesions(indication, ORGAN_NAMES, target, index, seed, number, primary)
    common[BURDEN] = np.log(target / usual.center.value) / usual.spread.value
    if early:
        lesions = replace(lesions, diameter=np.zeros_like(lesions.diameter))
        common[BURDEN] = np.full(len(number), LEAST_BURDEN)
    who = Candidates(number, seed, common, draw_traits(indication, marginals, seed, number))
    return who, operable_disease(indication, lesions, who) if setting == "neoadjuvant" else lesions


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
            raise ValueError(f"only {len(plausible)} of {end - begin} candidates are plausible; {pool.size} are needed")
        weight = rake({name: flag[plausible] for name, flag in flags.items()}, shares)
        ticket = uniform(seed, number[plausible], "selection")[:, 0]
        chosen.append(plausible[choose(weight, ticket, pool.size)])
        effective += effective_size(weight)
    return np.concatenate(chosen), effective


def _classes(reason: NDArray[np.str_], enrolled: int) -> dict[str, int]:
    """Count the candidates of each class."""
    found = {str(name): int((reason == name).sum()) for name in np.unique(reason) if name}
    return {"enrolled": enrolled, "not selected": int((reason == "").sum()) - enrolled, **found}


def join(parts: Sequence[VirtualPopulation]) -> VirtualPopulation:
    """Return one population of several, in their order."""
    batches = [part.batch for part in parts]
    arrays = {name: np.concatenate([vars(batch)[name] for batch in batches]) for name in _per_patient(batches[0])}
    given = {f.name: arrays.pop(f.name) for f in fields(Batch) if f.name in arrays}
    batch = Batch(batches[0].kernel, **given, tolerance=batches[0].tolerance)
    for name, values in arrays.items():  # what a batch keeps beside what it is made from, such as step sizes
        setattr(batch, name, values)
    return replace(
        parts[0],
        batch=batch,
        baseline=Baseline.each(np.concatenate, [part.baseline for part in parts]),
        classes=add_classes(part.classes for part in parts),
        effective=sum(part.effective for part in parts),
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in PER_PATIENT},
    )


def _per_patient(batch: Batch) -> list[str]:
    """Names of the arrays of a batch that hold one entry per patient."""
    held = vars(batch).items()
    return [name for name, value in held if isinstance(value, np.ndarray) and not name.startswith("_")]


def add_classes(several: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add up counts by class; enrolled and not selected first, then by name."""
    total = {"enrolled": 0, "not selected": 0}
    for classes in several:
        for name, number in classes.items():
            total[name] = total.get(name, 0) + number
    return dict(list(total.items())[:2] + sorted(list(total.items())[2:]))


def _set_clocks(population: VirtualPopulation, seed: int) -> None:
    """Start the hazards at zero on day 0 and draw when each event first strikes."""
    batch, layout = population.batch, population.batch.kernel.layout
    for column, name in enumerate(layout.hazards):
        batch.column(name)[:] = 0.0
        batch.threshold[:, column] = exponential(seed, population.number, f"event {name}")[:, 0]
    batch.time[:] = 0.0
    batch.status[:] = 0
