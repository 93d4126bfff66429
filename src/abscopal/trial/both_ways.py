"""The same patients lived through twice: treated until progression by RECIST 1.1, and until it is confirmed (iCPD)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from abscopal.analysis.beyond_progression import STOP, WAIT, BeyondProgression, beyond_progression
from abscopal.population.pools import pools
from abscopal.protocol.protocol import Protocol
from abscopal.trial.simulate import Design, enrol, follow, prepare, randomise, tables

if TYPE_CHECKING:
    import pandas as pd

Told = Callable[[str], None]


def recist_against_irecist(
    protocol: Protocol, *, seed: int = 1, subjects: int | None = None, workers: int = 1, tell: Told | None = None
) -> dict[str, BeyondProgression]:
    """Return, by arm, who is called progressing wrongly by each criterion and what waiting for confirmation gains.

    Parameters
    ----------
    protocol
        The trial; its own criteria, and whether it treats beyond progression, are set aside.
    seed, subjects, workers
        As for `abscopal.run`.
    tell
        Called with what is being done.
    """
    say, count = tell or (lambda what: None), subjects or protocol.subjects
    say("compiling the model")
    design = prepare(protocol)
    say("growing the patients")
    population = enrol(design, seed, count, workers)
    arm = randomise(design, population, seed, pools(count))

    def lived(criterion: str, other: str) -> dict[str, pd.DataFrame]:
        say(f"running the trial, treatment until progression by {criterion}")
        own = by_criteria(design, criterion, other)
        return tables(own, population, follow(own, population, arm, seed, workers=workers))

    return beyond_progression(lived(STOP, WAIT), lived(WAIT, STOP), horizon(protocol))


def by_criteria(design: Design, criterion: str, other: str) -> Design:
    """Return a design that stops treatment at progression by a criterion, and assesses the scans by another, too."""
    arms = tuple(arm.model_copy(update={"treatment_beyond_progression": False}) for arm in design.protocol.arms)
    changed = {"criteria": criterion, "other_criteria": (other,), "arms": arms}
    return replace(design, protocol=design.protocol.model_copy(update=changed))


def horizon(protocol: Protocol) -> float:
    """Months up to which everybody is followed who is not lost, from day 0."""
    if protocol.cutoff_months is None:
        return protocol.follow_up_months
    return protocol.cutoff_months - protocol.accrual_months
