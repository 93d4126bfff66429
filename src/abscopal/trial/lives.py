"""Many lives of the same virtual patients: each in every arm, several times, meeting other chances each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from abscopal.population.virtual_population import VirtualPopulation, set_clocks
from abscopal.trial.course import Course
from abscopal.trial.simulate import Design, follow

MOST_LIVES = 100
STEP = 2**56  # between the numbers of one patient's lives: more than those of all candidates


def lives(
    design: Design, population: VirtualPopulation, arm: int, seed: int, count: int, months: float, workers: int = 1
) -> tuple[VirtualPopulation, Course]:
    """Live each patient `count` times in one arm, each time for `months`; nobody is lost to follow-up.

    Returns the patients, all of a life together, and their course. The biology of a patient is the same in each life;
    when events strike, what readers see and which options are taken are other chances each time. The first life meets
    the chances of the trial itself, and each meets the same ones in every arm.
    """
    n = len(population.number)
    again = population.take(np.tile(np.arange(n), count))
    again = replace(again, number=again.number + STEP * np.repeat(np.arange(count, dtype=np.int64), n))
    set_clocks(again, seed)
    endless = {"dropout_per_year": 0.0, "accrual_months": 0.0, "follow_up_months": months}
    lasting = replace(design, protocol=design.protocol.model_copy(update=endless))
    return again, follow(lasting, again, np.full(len(again.number), arm), seed, workers=workers)
