"""A virtual population on the day of enrolment: drawn, grown, kept if plausible, selected to match published marginals.

Every candidate ends in a class: `enrolled`, `not selected`, or why he or she was not plausible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray

from abscopal.drugs.drug import Drug
from abscopal.engine.batch import Batch
from abscopal.engine.kernel import Kernel
from abscopal.indications.indication import Indication
from abscopal.population.baseline import Baseline, draw_baseline
from abscopal.population.distributions import factors, sample
from abscopal.population.organs import ORGAN_NAMES, place
from abscopal.population.pools import Pool, pools
from abscopal.population.seeding import MEASURABLE_MM, SLOTS, Lesions, seed_lesions
from abscopal.population.selection import choose, effective_size, rake
from abscopal.random_streams import exponential, normal, uniform
from abscopal.units import DAYS_PER_YEAR

Array = NDArray[np.float64]
Index = NDArray[np.int64]

POOLS_AT_ONCE = 10  # candidates are held in memory until their pool is selected
BURN_IN_DAYS = 180.0  # immune cells turn over within weeks; half a year brings them to balance with the tumour
_FIGURES = ("male", "ecog1", "ldh_high", "brain", "liver", "bone", "lung", "pdl1_ge1", "pdl1_ge5", "pdl1_ge50")


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
    number: Index
    classes: dict[str, int]
    effective: float

    def take(self, which: Index) -> VirtualPopulation:
        """Return a copy of the patients listed, in that order."""
        return VirtualPopulation(
            self.batch.take(which),
            self.baseline.take(which),
            self.organ[which],
            self.number[which],
            self.classes,
            self.effective,
        )


def draw_population(
    indication: Indication,
    kernel: Kernel,
    drugs: Sequence[Drug],
    count: int,
    seed: int,
    *,
    line: str = "1L",
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
    """
    draw = partial(_draw, indication, kernel, drugs, seed, line, dict(marginals or {}), workers)
    wanted = list(pools(count) if which is None else which)
    parts = [draw(wanted[i : i + POOLS_AT_ONCE]) for i in range(0, len(wanted), POOLS_AT_ONCE)]
    return parts[0] if len(parts) == 1 else join(parts)


def _draw(
    indication: Indication,
    kernel: Kernel,
    drugs: Sequence[Drug],
    seed: int,
    line: str,
    marginals: Mapping[str, float],
    workers: int,
    which: Sequence[Pool],
) -> VirtualPopulation:
    """Draw several pools as one batch, then select pool by pool."""
    number = np.concatenate([pool.candidates for pool in which])
    common = factors(seed, number)
    target = sample("sum_of_diameters", indication.sum_of_diameters, common, seed, number)
    index = sample("seeding_index", indication.seeding_index, common, seed, number)
    lesions = seed_lesions(indication, ORGAN_NAMES, target, index, seed, number)
    batch = _parameterise(indication, kernel, drugs, common, lesions, line, seed, number)
    pdl1 = batch.parameter("PDL1_base")
    baseline = draw_baseline(indication, ORGAN_NAMES, common, pdl1, lesions, seed, number, marginals.get("age_median"))
    _personalise(batch, baseline, drugs, seed, number)
    reason = _grow(batch, indication, common, lesions, seed, number, workers)
    chosen, effective = _select(which, number, reason, baseline.flags(), marginals, seed)
    population = VirtualPopulation(
        batch.take(chosen),
        baseline.take(chosen),
        lesions.organ[chosen],
        number[chosen],
        _classes(reason, len(chosen)),
        effective,
    )
    _set_clocks(population, seed)
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
    shares = {name: share for name, share in marginals.items() if name in _FIGURES}
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
    covariates = {
        f.name: np.concatenate([getattr(part.baseline, f.name) for part in parts])
        for f in fields(Baseline)
        if f.name != "has"
    }
    has = {name: np.concatenate([part.baseline.has[name] for part in parts]) for name in parts[0].baseline.has}
    return VirtualPopulation(
        batch,
        Baseline(**covariates, has=has),
        np.concatenate([part.organ for part in parts]),
        np.concatenate([part.number for part in parts]),
        add_classes(part.classes for part in parts),
        sum(part.effective for part in parts),
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


def _parameterise(
    indication: Indication,
    kernel: Kernel,
    drugs: Sequence[Drug],
    common: Mapping[str, Array],
    lesions: Lesions,
    line: str,
    seed: int,
    number: Index,
) -> Batch:
    """Give every candidate parameters: the model's values, the indication's, and what differs between patients."""
    model, layout, n = kernel.model, kernel.layout, len(number)
    patient = np.array([model.parameters[name].value for name in layout.patient_parameters])
    lesion = np.array([model.parameters[name].value for name in layout.lesion_parameters])
    p = np.broadcast_to(patient, (n, len(patient))).copy()
    q = np.broadcast_to(lesion, (n, SLOTS, len(lesion))).copy()
    y = np.zeros((n, layout.size(SLOTS)))
    used = (lesions.diameter > 0).sum(axis=1)
    batch = Batch(kernel, y, p, q, used, np.full(n, -BURN_IN_DAYS), np.full((n, len(layout.hazards)), np.inf))
    for name, fact in indication.fixed.items():
        batch.parameter(name)[:] = fact.value
    for name, distribution in indication.parameters.items():
        value = sample(name, distribution, common, seed, number)
        if name == "growth":
            within = np.exp(indication.growth_within.value * normal(seed, number, "growth of lesions", count=SLOTS))
            batch.lesion_parameter("growth")[...] = value[:, None] * within
        else:
            batch.parameter(name)[:] = value
    for name, fact in indication.lines.get(line, {}).items():
        batch.parameter(name)[:] *= fact.value
    everywhere = np.indices(lesions.organ.shape)
    place(batch, everywhere[0], everywhere[1], lesions.organ, drugs)
    return batch


def _personalise(batch: Batch, baseline: Baseline, drugs: Sequence[Drug], seed: int, number: Index) -> None:
    """Add what depends on age, sex and weight: background mortality and drug kinetics."""
    rate = np.exp(-9.8 + 0.087 * baseline.age) * np.where(baseline.male, 1.0, 0.62)  # see mechanism death
    batch.parameter("background")[:] = rate / DAYS_PER_YEAR
    for drug in drugs:
        for name, power in drug.weight_power.items():
            batch.parameter(f"{drug.symbol}_{name}")[:] *= (baseline.weight / 80.0) ** power.value
        for name, spread in drug.spread.items():
            score = normal(seed, number, f"{drug.name} {name}")[:, 0]
            batch.parameter(f"{drug.symbol}_{name}")[:] *= np.exp(spread.value * score)


def _grow(
    batch: Batch,
    indication: Indication,
    common: Mapping[str, Array],
    lesions: Lesions,
    seed: int,
    number: Index,
    workers: int,
) -> NDArray[np.str_]:
    """Grow the last half year with the immune system at work; return why a candidate is not plausible, else ''."""
    volume = np.pi / 6.0 * lesions.diameter**3 / 1000.0
    cells = volume / batch.parameter("cell_volume")[:, None] * np.exp(-batch.lesion_parameter("growth") * BURN_IN_DAYS)
    cells = np.where(volume > 0, np.maximum(cells, 1.0), 0.0)
    share = {name: sample(name, d, common, seed, number) for name, d in indication.fractions.items()}
    total = np.minimum(sum(share.values()), 0.9) / np.maximum(sum(share.values()), 1e-300)
    rest = cells.copy()
    for name, value in share.items():
        clone = cells * (value * total)[:, None]
        clone = np.where(clone >= 1.0, clone, 0.0)
        batch.lesion_column(name)[...] = clone
        rest -= clone
    batch.lesion_column("C_sensitive")[...] = rest
    batch.lesion_column("K_vessels")[...] = batch.parameter("vascular_ratio")[:, None] * cells
    batch.column("T_naive")[:] = batch.parameter("precursors")
    everyone = np.arange(len(number))
    batch.advance(everyone, np.zeros(len(number)), workers)
    return _fit_to_size(batch, volume, lesions)


def _fit_to_size(batch: Batch, volume: Array, lesions: Lesions) -> NDArray[np.str_]:
    """Scale each lesion as it is now, cells and infiltrate alike, to the volume seen at enrolment."""
    everyone = np.arange(len(batch.y))
    (now,) = batch.observe(everyone, "imaged_volume")
    batch.scale_lesions(np.where(volume > 0, volume / np.maximum(now, 1e-300), 0.0))
    growth, kill, cells, visible, whole = batch.observe(everyone, "net_growth", "kill", "C", "C_visible", "volume")
    reason = np.full(len(batch.y), "", dtype="<U32")
    reason[~_measurable(lesions).any(axis=1)] = "no measurable lesion"
    reason[(growth * cells - kill * visible).sum(axis=1) <= 0] = "not progressing untreated"
    reason[batch.status != 0] = "solver failure"
    living = np.cbrt(6.0 / np.pi * 1000.0 * whole)
    index = (batch.lesion_parameter("harm") * living).sum(axis=1) / batch.parameter("harm_reference")
    batch.column("decline")[:] = index ** batch.parameter("harm_power")
    return reason


def _measurable(lesions: Lesions) -> NDArray[np.bool_]:
    smallest = np.array(
        [np.inf if o == "bone" else 1.5 * MEASURABLE_MM if o == "node" else MEASURABLE_MM for o in ORGAN_NAMES]
    )
    return lesions.diameter >= smallest[lesions.organ]


def _set_clocks(population: VirtualPopulation, seed: int) -> None:
    """Start the hazards at zero on day 0 and draw when each event first strikes."""
    batch, layout = population.batch, population.batch.kernel.layout
    for column, name in enumerate(layout.hazards):
        batch.column(name)[:] = 0.0
        batch.threshold[:, column] = exponential(seed, population.number, f"event {name}")[:, 0]
    batch.time[:] = 0.0
    batch.status[:] = 0
