"""Replaying published trials: each into a run folder of its own, several at a time, none twice."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from abscopal import catalogue
from abscopal.errors import InputError, IntegrityError, Problem
from abscopal.protocol.protocol import Protocol
from abscopal.run_folder import is_finished, is_unfinished, remove
from abscopal.runs.draws import DRAWS, chosen, posterior_of
from abscopal.runs.finish import MANIFEST, unsound
from abscopal.runs.plan import PLAN, differences, make_plan, read_plan
from abscopal.runs.processes import in_processes
from abscopal.runs.run import Order, Outcome, run
from abscopal.trial.simulate import prepare

RUNS = "runs"
Progress = Callable[[str, float], None]
"""Told the trial under way and the number of subjects done of all."""


@dataclass(frozen=True)
class Replay:
    """A trial to be replayed.

    Attributes
    ----------
    name
        Shipped protocol, or the path of one.
    protocol
        What it says.
    subjects, seed
        In all arms together; of the run.
    folder
        Where the run goes.
    draw
        Number of the draw of the indication's posterior that it is under; 0 for the indication as it is.
    """

    name: str
    protocol: Protocol
    subjects: int
    seed: int
    folder: Path
    draw: int = 0

    @property
    def values(self) -> dict[str, float]:
        """Numbers that the draw sets."""
        return posterior_of(self.protocol.indication).draw(self.draw) if self.draw else {}


def draws_of(one: Replay, count: int, folder: Path) -> list[Replay]:
    """Return the replays of a trial under `count` draws, evenly spaced; none where its indication has no posterior."""
    posterior = catalogue.posterior(one.protocol.indication) if count else None
    if posterior is None:
        return []
    place = folder / DRAWS / one.protocol.name
    return [replace(one, folder=place / f"draw-{k:03d}", draw=k) for k in chosen(count, len(posterior))]


def replay(one: Replay, progress: Callable[[str, float], None] = lambda stage, share: None) -> Outcome:
    """Run a trial into its folder, or go on with what is there of the same protocol, model, seed and size.

    Any other run there is replaced.
    """
    same = _same(one)
    if not same and is_unfinished(one.folder):
        remove(one.folder)
    order = Order(one.protocol, one.seed, one.subjects, one.folder, 1, resume=same, draw=one.draw, values=one.values)
    return run(order, progress, lambda text: print(f"{one.protocol.name}: {text}", file=sys.stderr))


def _same(one: Replay) -> bool:
    """Whether the folder holds a run, or the beginning of one, that is the one wanted."""
    if not (one.folder / PLAN).is_file():
        return False
    try:
        there = read_plan(one.folder)
    except IntegrityError:
        return False
    values = one.values
    design = prepare(one.protocol, values=values)
    return not differences(there, make_plan(design, one.seed, one.subjects, draw=one.draw, values=values))


def replay_all(wanted: Sequence[Replay], workers: int, progress: Progress) -> None:
    """Replay trials, `workers` at a time; a single one in this process.

    A process for each trial gives back the memory of its compiled model, and compiles beside the others.

    Raises
    ------
    InputError
        Naming the trials whose process failed, once all others are done.
    """
    pending = [one for one in wanted if not done_before(one)]
    done = sum(one.subjects for one in wanted) - sum(one.subjects for one in pending)
    progress("", done)
    if len(pending) == 1:
        only, before = pending[0], done
        replay(only, lambda stage, share: progress(only.protocol.name, before + _subjects(only, stage, share)))
        return progress(only.protocol.name, before + only.subjects)
    failed: list[Problem] = []
    with closing(in_processes([(one, _command(one)) for one in pending], workers)) as ended:
        for one, code in ended:
            done += one.subjects
            progress(one.protocol.name, done)
            if code or not is_finished(one.folder):
                got = f"exit code {code}"
                failed.append(Problem(one.protocol.name, "a replay that ends", got, file=str(one.folder)))
    if failed:
        raise InputError(failed)
    return None


def done_before(one: Replay) -> bool:
    """Whether the folder holds the finished run that is wanted, its tables as they were written."""
    if not is_finished(one.folder) or not _same(one):
        return False
    return not unsound(one.folder, json.loads((one.folder / MANIFEST).read_text(encoding="utf-8")))


def _subjects(one: Replay, stage: str, share: float) -> float:
    """Subjects done; stages before and after the simulation count for nothing."""
    return share * one.subjects if stage == "running the trial" else 0.0


def _command(one: Replay) -> list[str]:
    words = [one.name, one.subjects, one.seed, one.folder, one.draw]
    return [sys.executable, "-P", "-m", "abscopal.validation.worker", *map(str, words)]
