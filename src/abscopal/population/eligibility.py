"""Who may be enrolled: the protocol's conditions, and what its published shares say of all or none.

A published share of all or none is a criterion of eligibility too: the trial enrolled by it. What only pathology and
the laboratory find in the grown tumour (`AFTER_GROWTH`) is judged last, in those who meet the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from abscopal.errors import InputError, Problem, did_you_mean, shown
from abscopal.indications.indication import Indication
from abscopal.population.baseline import NOT_VISCERAL, Baseline
from abscopal.population.traits import subgroups
from abscopal.protocol.condition import HISTORY_TRAITS, ORGAN_TRAITS, TUMOUR_TRAITS, Comparison, Condition, Trait

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALL, NONE = 0.99, 0.01  # published shares from which on, and up to which, a trait is a criterion
AFTER_GROWTH: Mapping[str, str] = {"CPS": "CPS", "TIL": "TIL", "CRP": "CRP", "albumin": "ALB"}
"""Quantities of conditions that need the grown tumour, and their names among the readouts."""
_G_PER_L = 10.0  # from the g/dL of the readout
_COMPARE: Mapping[str, Callable[[Array, float], Flags]] = {
    "<=": np.less_equal, "<": np.less, ">=": np.greater_equal, ">": np.greater, "=": np.equal,
}  # fmt: skip


@dataclass(frozen=True)
class Criterion:
    """One criterion: what it says, and who of n candidates meets it.

    Parameters
    ----------
    reason
        What is noted of a candidate who fails it.
    met
        Who meets it, from the baseline [n].
    late
        Whether it needs the grown tumour.
    strict
        Whether nobody is enrolled who fails it; a published share gives way where it cannot be met.
    """

    reason: str
    met: Callable[[Baseline], Flags]
    late: bool = False
    strict: bool = True


@dataclass(frozen=True)
class Admission:
    """Every criterion of a trial, in the order in which candidates are judged."""

    criteria: tuple[Criterion, ...] = field(default=())
    in_practice: bool = False

    @property
    def reasons(self) -> tuple[str, ...]:
        """What each criterion is called."""
        return tuple(criterion.reason for criterion in self.criteria)

    @property
    def strict(self) -> Flags:
        """Which criteria nobody enrolled may fail [criteria]."""
        return np.array([criterion.strict for criterion in self.criteria], dtype=bool)

    def fails(self, baseline: Baseline, *, late: bool) -> Flags:
        """Who fails which of the early or of the late criteria, [n, criteria]."""
        failed = np.zeros((len(baseline.age), len(self.criteria)), dtype=bool)
        for column, criterion in enumerate(self.criteria):
            if criterion.late == late:
                failed[:, column] = ~criterion.met(baseline)
        return failed

    @property
    def any_late(self) -> bool:
        """Whether any criterion needs the grown tumour."""
        return any(criterion.late for criterion in self.criteria)


def admission(
    marginals: Mapping[str, float],
    eligibility: tuple[Condition, ...] = (),
    contraindications: tuple[Condition, ...] = (),
    *,
    known: Collection[str],
) -> Admission:
    """Return the criteria of a trial: what its published shares imply, its conditions, what it excludes.

    `known` are the published traits that can be told before anything has grown; the others are left to selection.
    Where a condition is about performance status, candidates have it as those who come have it, not as those whom
    trials enrol.
    """
    early = {name: share for name, share in marginals.items() if name in known}
    criteria = [*_published(early), *_asked(eligibility), *_excluded(contraindications)]
    about_ecog = any("ECOG" in condition.quantities for condition in (*eligibility, *contraindications))
    return Admission(tuple(criteria), about_ecog)


def required(marginals: Mapping[str, float]) -> dict[str, bool]:
    """Return the traits that all or none of a trial's patients have, and which of the two."""
    return {name: share >= ALL for name, share in marginals.items() if share >= ALL or share <= NONE}


def _published(marginals: Mapping[str, float]) -> Iterator[Criterion]:
    for name, wanted in required(marginals).items():
        words = f"{name}: {'all' if wanted else 'none'} in the published trial"
        yield Criterion(words, partial(_as_published, name, wanted), strict=False)


def _as_published(name: str, wanted: bool, baseline: Baseline) -> Flags:
    return np.asarray(baseline.flags()[name] == wanted)


def _asked(conditions: tuple[Condition, ...]) -> Iterator[Criterion]:
    for condition in conditions:
        yield Criterion(str(condition), partial(meets, condition), _late(condition))


def _excluded(conditions: tuple[Condition, ...]) -> Iterator[Criterion]:
    for condition in conditions:
        yield Criterion(f"contraindication: {condition}", partial(_free_of, condition), _late(condition))


def _free_of(condition: Condition, baseline: Baseline) -> Flags:
    return ~meets(condition, baseline)


def _late(condition: Condition) -> bool:
    return not condition.quantities.isdisjoint(AFTER_GROWTH)


def meets(condition: Condition, baseline: Baseline) -> Flags:
    """Who of n patients meets a condition [n]; whoever has no value of a quantity does not."""
    found = [_compared(part, baseline) if isinstance(part, Comparison) else _trait(part, baseline)
             for part in condition.alternatives]  # fmt: skip
    return np.asarray(np.any(found, axis=0))


def _compared(part: Comparison, baseline: Baseline) -> Flags:
    return np.asarray(_COMPARE[part.operator](value_of(part.quantity, baseline), part.limit))


def value_of(quantity: str, baseline: Baseline) -> Array:
    """Return a quantity of conditions in its unit [n]; years are completed ones, as in ADSL."""
    if quantity in AFTER_GROWTH:
        return np.asarray(baseline.readouts[AFTER_GROWTH[quantity]] * (_G_PER_L if quantity == "albumin" else 1.0))
    value = getattr(baseline, quantity.lower()).astype(np.float64)
    return np.asarray(np.floor(value) if quantity == "age" else value)


def _trait(part: Trait, baseline: Baseline) -> Flags:
    name = part.name
    if name in ("male", "female"):
        there = baseline.male == (name == "male")
    elif name == "visceral metastases":
        there = np.any([flag for organ, flag in baseline.spread.items() if organ not in NOT_VISCERAL], axis=0)
    elif name in ORGAN_TRAITS:
        there = baseline.spread[ORGAN_TRAITS[name]]
    elif name in HISTORY_TRAITS:
        there = baseline.history[HISTORY_TRAITS[name]]
    else:
        there = _of_tumour(part, baseline)
    return np.asarray(there == part.present)


def _of_tumour(part: Trait, baseline: Baseline) -> Flags:
    if part.driver:
        return next(flag for name, flag in baseline.traits.items() if name.lower() == part.driver)
    return baseline.published[TUMOUR_TRAITS[part.name]]


def check_conditions(conditions: Mapping[str, tuple[Condition, ...]], indication: Indication) -> None:
    """See that this cancer has every driver and subtype that conditions name.

    Parameters
    ----------
    conditions
        Conditions by the field of the protocol that they stand in.
    indication
        The cancer.

    Raises
    ------
    InputError
        With every condition that names one it does not have.
    """
    problems = [
        problem
        for field_name, several in conditions.items()
        for number, condition in enumerate(several)
        for part in condition.alternatives
        if isinstance(part, Trait)
        for problem in _unknown_to(indication, part, f"{field_name}[{number}]")
    ]
    if problems:
        raise InputError(problems)


def _unknown_to(indication: Indication, part: Trait, path: str) -> Iterator[Problem]:
    drivers = [name for name, _ in subgroups(indication)]
    published = [subgroup.marginal or name.lower() for name, subgroup in subgroups(indication)]
    subtypes = [words for words, marginal in TUMOUR_TRAITS.items() if marginal in published]
    known = part.driver in (name.lower() for name in drivers) if part.driver else part.name in subtypes
    if known or not (part.driver or part.name in TUMOUR_TRAITS):
        return
    listed = ", ".join([*(f"{name} mutation" for name in indication.drivers), *subtypes]) or "there are none"
    guess = did_you_mean(part.driver, drivers) if part.driver else ""
    yield Problem(path, f"a driver or subtype of {indication.name} ({listed})", shown(str(part)), guess)
