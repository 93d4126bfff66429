"""A whole trial by stages: population, solve, clinic, tables; what surrounds the solve must not cost much beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from abscopal import catalogue
from abscopal.bench.scaling import watching
from abscopal.engine.batch import Batch
from abscopal.trial.simulate import allocate, enrol, follow, prepare, tables

Tell = Callable[[str], None]


def whole_trial(protocol: str, subjects: int, seed: int, tell: Tell) -> dict[str, Any]:
    """Run a shipped trial in one thread and divide its wall time.

    Returns
    -------
    stages
        `seconds` and `share` by stage: `population` (with the growth before enrolment), `solve` (the engine, during the
        trial), `clinic` (all else of the trial), `tables`; `subjects`, `subjects_per_second`, and `outside_to_solve`,
        the clinic and the tables over all the engine's time.
    """
    plan = catalogue.load_protocol(protocol)
    design = prepare(plan)
    follow(design, enrol(design, seed, 10), allocate(plan, 10, seed), seed)  # compile before the clock starts
    tell(f"whole trial of {subjects:,} subjects: population")
    begun = time.perf_counter()
    with watching(Batch, ["advance"]) as grown:
        population = enrol(design, seed, subjects)
    drawn = time.perf_counter()
    tell(f"whole trial of {subjects:,} subjects: conduct")
    arm = allocate(plan, subjects, seed)
    with watching(Batch, ["advance"]) as solved:
        course = follow(design, population, arm, seed)
    conducted = time.perf_counter()
    tell(f"whole trial of {subjects:,} subjects: tables")
    tables(design, population, course)
    end = time.perf_counter()
    seconds = {
        "population": drawn - begun, "solve": solved.seconds, "clinic": conducted - drawn - solved.seconds,
        "tables": end - conducted,
    }  # fmt: skip
    return {
        "protocol": protocol, "subjects": subjects, "subjects_per_second": subjects / (end - begun), "seconds": seconds,
        "share": {stage: spent / (end - begun) for stage, spent in seconds.items()},
        "solve_in_population_s": grown.seconds,
        "outside_to_solve": (seconds["clinic"] + seconds["tables"]) / (solved.seconds + grown.seconds),
    }  # fmt: skip
