"""Candidates: drawn by their numbers, screened, grown, and screened again by what the grown tumour shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from abscopal.drugs.drug import Drug
from abscopal.engine.batch import Batch
from abscopal.engine.kernel import Kernel
from abscopal.indications.indication import BURDEN, Indication
from abscopal.population.baseline import LEAST_BURDEN, Baseline, draw_baseline
from abscopal.population.distributions import factors, sample
from abscopal.population.eligibility import Admission, admission, required
from abscopal.population.grow import grow
from abscopal.population.organs import ORGAN_NAMES
from abscopal.population.parameterise import drawn, parameterise, personalise
from abscopal.population.readouts import read_out
from abscopal.population.recruitment import MOST_CALLED, REFERENCE, STRIDE, Recruitment, recruitment
from abscopal.population.residual import operable_disease, resect, resected_tumour
from abscopal.population.screening import MOST_ATTEMPTS, NEXT, Log, screen
from abscopal.population.seeding import Lesions, primaries, seed_lesions
from abscopal.population.traits import Candidates, draw_history, draw_traits
from abscopal.protocol.condition import Condition
from abscopal.random_streams import uniform

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]
Reasons = NDArray[np.str_]
Setting = Literal["metastatic", "neoadjuvant", "adjuvant"]
"""`neoadjuvant`: a tumour that can be removed, before it is. `adjuvant`: all that could be seen was removed by day 0.
`metastatic`: any other disease that can be seen."""
NOT_ELIGIBLE = "nobody eligible"  # class of a place to which nobody came who meets the protocol's conditions


@dataclass(frozen=True)
class Grown:
    """Candidates on day 0: states, covariates, lesions as they were drawn, why one is not plausible ('' if he is)."""

    batch: Batch
    baseline: Baseline
    lesions: Lesions
    reason: Reasons

    def take(self, which: Index) -> Grown:
        """Return those listed, in that order."""
        lesions = Lesions(*(getattr(self.lesions, part.name)[which] for part in fields(Lesions)))
        return Grown(self.batch.take(which), self.baseline.take(which), lesions, self.reason[which])


@dataclass(frozen=True)
class Screened:
    """Those who came last to each place of some pools.

    Parameters
    ----------
    number
        Their candidate numbers [n].
    grown
        What became of them; whoever is not eligible has `NOT_ELIGIBLE` as reason.
    log, reasons
        Those who failed before them, and what each criterion is called.
    """

    number: Index
    grown: Grown
    log: Log
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Recipe:
    """What candidates are drawn from and for.

    Parameters
    ----------
    indication, kernel, drugs, line, setting
        What they have, with what they will be treated and when.
    seed
        Of the run.
    marginals
        Published shares.
    eligibility, contraindications
        What they must be, and must not.
    workers
        Threads; the result does not depend on it.
    like_enrolled
        Whether candidates come as the marginals have them, in place of as the indication has them.
    """

    indication: Indication
    kernel: Kernel
    drugs: Sequence[Drug]
    seed: int
    line: str
    setting: Setting
    marginals: Mapping[str, float]
    eligibility: tuple[Condition, ...] = ()
    contraindications: tuple[Condition, ...] = ()
    workers: int = 1
    like_enrolled: bool = False

    @cached_property
    def admission(self) -> Admission:
        """The criteria of eligibility."""
        known = self._flags(np.arange(1), in_practice=False) if required(self.marginals) else {}
        return admission(self.marginals, self.eligibility, self.contraindications, known=known)

    @cached_property
    def recruitment(self) -> Recruitment:
        """Who comes, found among candidates who meet what can be told before anything has grown."""
        admission = self.admission
        baseline = self._baseline(*self._drawn(REFERENCE), admission.in_practice)
        fit = ~admission.fails(baseline, late=False).any(axis=1)
        if np.count_nonzero(fit) < len(REFERENCE) // 20:  # too few to tell anything by
            fit = np.ones_like(fit)
        shares = {name: share for name, share in self.marginals.items() if name not in required(self.marginals)}
        return recruitment({name: flag[fit] for name, flag in baseline.flags().items()}, shares)

    def recruited(self, number: Index) -> Index:
        """Return the numbers of those who come in the stead of candidates, often their own."""
        found, waiting = number.copy(), np.arange(len(number))
        for _ in range(MOST_CALLED):
            chance = self.recruitment.probability(self._flags(found[waiting], in_practice=self.admission.in_practice))
            waiting = waiting[uniform(self.seed, found[waiting], "recruitment")[:, 0] >= chance]
            if not len(waiting):
                break
            found[waiting] += STRIDE
        return found

    def _flags(self, number: Index, *, in_practice: bool) -> dict[str, Flags]:
        """Traits of candidates as they are drawn."""
        return self._baseline(*self._drawn(number), in_practice).flags()

    def screened(self, asked: Index) -> Screened:
        """Screen, grow and screen again those whose numbers are given and whoever comes after them."""
        number, eligible, log = screen(asked, self._fails, self.admission.strict)
        grown = self.grown(number)
        if self.admission.any_late:
            number, grown, eligible, late = self._screened_again(asked, number, grown, eligible)
            log += late
        reason = np.where(eligible, grown.reason, NOT_ELIGIBLE)
        return Screened(number, replace(grown, reason=reason), log, self.admission.reasons)

    def _screened_again(
        self, asked: Index, number: Index, grown: Grown, eligible: Flags
    ) -> tuple[Index, Grown, Flags, Log]:
        """Replace those whom pathology or the laboratory excludes by the next eligible ones, until none is excluded."""
        number, eligible, parts = number.copy(), eligible.copy(), [grown]
        where = np.arange(len(number))  # of each place's candidate in all parts together
        places, log = where, Log(np.arange(0), np.zeros((0, len(self.admission.criteria)), dtype=bool))
        while len(places):
            last = parts[-1]
            fails = self.admission.fails(last.baseline, late=True) & (last.reason == "")[:, None]
            out = fails.any(axis=1) & eligible[places]
            places, fails = places[out], fails[out]
            log += Log(places, fails)
            tried = (number[places] - asked[places]) // NEXT + 1
            eligible[places[tried >= MOST_ATTEMPTS]] = False
            places, tried = places[tried < MOST_ATTEMPTS], tried[tried < MOST_ATTEMPTS]
            if not len(places):
                break
            number[places], eligible[places], early = screen(
                number[places] + NEXT, self._fails, self.admission.strict, tried
            )
            log += Log(places[early.place], early.fails)
            where[places] = sum(len(part.reason) for part in parts) + np.arange(len(places))
            parts.append(self.grown(number[places]))
        return number, _stacked(parts).take(where), eligible, log

    def _fails(self, number: Index) -> Flags:
        baseline = self.known_before(number, in_practice=self.admission.in_practice)
        return self.admission.fails(baseline, late=False)

    def known_before(self, number: Index, *, in_practice: bool) -> Baseline:
        """Return what is known of candidates before anything has grown."""
        return self._baseline(*self.candidates(number), in_practice)

    def grown(self, number: Index) -> Grown:
        """Draw candidates and grow them up to day 0."""
        who, lesions = self.candidates(number)
        indication, drugs, adjuvant = self.indication, self.drugs, self.setting == "adjuvant"
        tumour = resected_tumour(indication, lesions, who) if adjuvant else lesions
        batch = parameterise(indication, self.kernel, drugs, who, tumour, self.line)
        baseline = self._baseline(who, lesions, self.admission.in_practice)
        personalise(batch, indication, baseline, drugs, who)
        reason = grow(batch, indication, who, tumour, self.workers)
        if adjuvant:
            resect(batch, indication, drugs, who, lesions.organ, self.workers)
            reason = np.where(batch.status != 0, "solver failure", "").astype(reason.dtype)
        baseline = replace(baseline, readouts=read_out(indication, batch, baseline, who))
        return Grown(batch, baseline, lesions, reason)

    def candidates(self, number: Index) -> tuple[Candidates, Lesions]:
        """Draw what candidates have in common and apart, and the lesions that can be seen."""
        return self._drawn(self.recruited(number) if self.like_enrolled else number)

    def _drawn(self, number: Index) -> tuple[Candidates, Lesions]:
        indication, seed = self.indication, self.seed
        common, usual = factors(seed, number), indication.sum_of_diameters
        target = sample("sum_of_diameters", usual, common, seed, number)
        index = sample("seeding_index", indication.seeding_index, common, seed, number)
        early = self.setting in ("adjuvant", "neoadjuvant")
        primary = None if early else primaries(indication, common, seed, number)
        lesions = seed_lesions(indication, ORGAN_NAMES, target, index, seed, number, primary)
        common[BURDEN] = np.log(target / usual.center.value) / usual.spread.value
        if early:
            lesions = replace(lesions, diameter=np.zeros_like(lesions.diameter))
            common[BURDEN] = np.full(len(number), LEAST_BURDEN)
        who = Candidates(number, seed, common, draw_traits(indication, self.marginals, seed, number))
        return who, operable_disease(indication, lesions, who) if self.setting == "neoadjuvant" else lesions

    def _baseline(self, who: Candidates, lesions: Lesions, in_practice: bool) -> Baseline:
        """Draw what is known of the candidates before anything has grown."""
        history = draw_history(self.indication, self.line, self.marginals, who.seed, who.number)
        pdl1 = drawn(self.indication, who, "PDL1_base")
        median = self.marginals.get("age_median")
        return draw_baseline(self.indication, ORGAN_NAMES, pdl1, lesions, who, history, median, in_practice=in_practice)


def _stacked(parts: Sequence[Grown]) -> Grown:
    """Return all candidates of several parts, in their order."""
    lesions = (np.concatenate([getattr(part.lesions, name.name) for part in parts]) for name in fields(Lesions))
    return Grown(
        stacked_batch([part.batch for part in parts]),
        Baseline.each(np.concatenate, [part.baseline for part in parts]),
        Lesions(*lesions),
        np.concatenate([part.reason for part in parts]),
    )


def stacked_batch(batches: Sequence[Batch]) -> Batch:
    """Return the patients of several batches of one model as one batch, in their order."""
    arrays = {name: np.concatenate([vars(batch)[name] for batch in batches]) for name in _per_patient(batches[0])}
    given = {f.name: arrays.pop(f.name) for f in fields(Batch) if f.name in arrays}
    batch = Batch(batches[0].kernel, **given, tolerance=batches[0].tolerance)
    for name, values in arrays.items():  # what a batch keeps beside what it is made from, such as step sizes
        setattr(batch, name, values)
    return batch


def _per_patient(batch: Batch) -> list[str]:
    """Names of the arrays of a batch that hold one entry per patient."""
    held = vars(batch).items()
    return [name for name, value in held if isinstance(value, np.ndarray) and not name.startswith("_")]
