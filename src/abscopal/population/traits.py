"""Traits that a patient has or has not: drivers and subtypes of the tumour, and what he or she brings along.

A share that the trial publishes takes the place of the indication's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.indications.indication import HISTORY, Indication, Subgroup
from abscopal.random_streams import uniform
from abscopal.sources import Source, assumed, cited

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Candidates:
    """Who is drawn: candidate numbers [n], seed, common factors and traits, by name [n] each."""

    number: Index
    seed: int
    common: Mapping[str, Array]
    traits: Mapping[str, Flags]


SHARES: dict[str, tuple[float, float, Source]] = {
    "prior_chemotherapy": (0.1, 0.9, assumed("adjuvant, before a first line; nearly all before a later one")),
    "prior_radiotherapy": (0.2, 0.35, assumed("about half of all patients are irradiated at some time")),
    "steroids": (0.05, 0.10, cited("Arbour KC et al. J Clin Oncol 2018;36:2872", derived="14 % took 10 mg or more in "
                                   "practice; trials exclude most of them")),
    "chronic_infection": (0.03, 0.03, assumed("hepatitis B, hepatitis C or HIV under control; most trials exclude it")),
    "autoimmune_history": (0.05, 0.05, assumed("most trials exclude active autoimmune disease")),
}  # fmt: skip
"""Share of patients before a first line of therapy and before a later one, with its source."""


def draw_traits(indication: Indication, marginals: Mapping[str, float], seed: int, number: Index) -> dict[str, Flags]:
    """Draw drivers and subtypes of each patient, by name, [n] each."""
    drawn = {}
    for name, subgroup in subgroups(indication):
        share = marginals.get(subgroup.marginal or name.lower(), subgroup.share.value)
        drawn[name] = uniform(seed, number, f"trait {name}")[:, 0] < share
    return drawn


def draw_history(
    indication: Indication, line: str, marginals: Mapping[str, float], seed: int, number: Index
) -> dict[str, Flags]:
    """Draw what each patient brings along, by name, [n] each."""
    usual = usual_history(indication, line)
    return {name: uniform(seed, number, name)[:, 0] < marginals.get(name, usual[name]) for name in HISTORY}


def usual_history(indication: Indication, line: str) -> dict[str, float]:
    """Return the share of this cancer's patients with each trait, before this line of therapy."""
    later = line != "1L"
    usual = {name: SHARES[name][1] if later else SHARES[name][0] for name in HISTORY}
    own = {name: fact.value for name, fact in indication.history.items()}
    if later:
        own = {name: max(share, usual[name]) for name, share in own.items()}
    return usual | own


def subgroups(indication: Indication) -> Iterator[tuple[str, Subgroup]]:
    """Drivers, then subtypes, with their names."""
    yield from indication.drivers.items()
    yield from indication.subtypes.items()


def log_factor(indication: Indication, traits: Mapping[str, Flags], quantity: str) -> Array | None:
    """Log of what a patient's traits do to a quantity, relative to the cancer's own mixture [n]; None if nothing."""
    found: Array | None = None
    for name, subgroup in subgroups(indication):
        if quantity in subgroup.factors:
            step = np.log(subgroup.factors[quantity].value) * (traits[name] - subgroup.share.value)
            found = step if found is None else found + step
    return found


def marginal_flags(indication: Indication, traits: Mapping[str, Flags]) -> dict[str, Flags]:
    """Return drivers and subtypes under the names that protocols publish."""
    return {subgroup.marginal or name.lower(): traits[name] for name, subgroup in subgroups(indication)}
