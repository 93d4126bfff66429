"""Who is treated: virtual patients drawn, grown, kept if plausible, selected to match published marginals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abscopal.sources import Source


def population_sources() -> Iterator[Source]:
    """Return the source of every number of the population that is not in a data file."""
    from abscopal.population import baseline, immune_status, readouts, traits

    yield from (source for _, _, source in traits.SHARES.values())
    yield from (source for _, source in immune_status.FACTORS.values())
    yield immune_status.DECLINE_SOURCE
    yield from readouts.SOURCES.values()
    yield from baseline.PRACTICE_SOURCES
