"""A validation from start to end: which trials, their replays, what stands beside each figure, and what is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abscopal import catalogue
from abscopal.calibration.targets import targets_of
from abscopal.errors import InputError, Problem
from abscopal.protocol.protocol import Protocol
from abscopal.runs.files import write_json, write_text
from abscopal.runs.finish import MANIFEST
from abscopal.runs.plan import versions
from abscopal.validation.baselines import Case, Pool, cases_of, donors, independent_action, naive_transport
from abscopal.validation.misses import Enrolled, Miss, worst_misses
from abscopal.validation.replay import RUNS, Progress, Replay, replay_all
from abscopal.validation.score import Score, summary
from abscopal.validation.simulated import Estimate, Simulated, read_replay

PAGE, NUMBERS, FIGURES = "validation.html", "validation.json", "figures"
PARTS = frozenset({RUNS, PAGE, NUMBERS, FIGURES})
"""What a validation's folder holds."""


@dataclass(frozen=True)
class Validation:
    """Trials replayed and scored.

    Attributes
    ----------
    per_arm, seed
        Subjects per arm on average, and the seed of every replay.
    protocols, replays
        By trial.
    scores
        One for each published figure that has a counterpart in the simulation.
    unmatched
        Published figures without a counterpart, by kind of figure.
    misses
        The worst arms.
    failed
        Subjects whose computation failed, by trial; they are in no score.
    """

    per_arm: int
    seed: int
    protocols: Mapping[str, Protocol]
    replays: Mapping[str, Simulated]
    scores: tuple[Score, ...]
    unmatched: Mapping[str, int]
    misses: tuple[Miss, ...]
    failed: Mapping[str, int]

    def plain(self) -> dict[str, Any]:
        """Return what `validation.json` holds."""
        trials = {
            name: {
                "role": role_of(protocol),
                "indication": protocol.indication,
                "n": sum(self.replays[name].arms.values()),
                "failed": self.failed[name],
            }
            for name, protocol in self.protocols.items()
        }
        return {
            "n_per_arm": self.per_arm,
            "seed": self.seed,
            "versions": versions(),
            "trials": trials,
            "summary": summary(self.scores),
            "misses": [_plain_miss(miss) for miss in self.misses],
            "unmatched": dict(self.unmatched),
            "scores": [score.plain() for score in self.scores],
        }


def _plain_miss(miss: Miss) -> dict[str, Any]:
    head = {"trial": miss.trial, "arm": miss.arm, "role": miss.role, "size": miss.size}
    return head | {"worst": miss.worst.target.quantity, "why": list(miss.why)}


def role_of(protocol: Protocol) -> str:
    """Role of a trial; one without a role is never fitted, which makes it one of validation."""
    return protocol.role or "validation"


def trials_to_replay(names: Sequence[str], per_arm: int, seed: int, folder: Path) -> list[Replay]:
    """Return the trials named, or all shipped ones with published results, the longest first.

    Raises
    ------
    InputError
        With every name that is unknown or has no published results.
    """
    protocols, problems = {}, []
    for name in names or catalogue.names("protocols"):
        try:
            protocol = catalogue.load_protocol(name)
        except InputError as error:
            problems += error.problems
            continue
        if targets_of(protocol):
            protocols[protocol.name] = (name, protocol)
        elif names:
            problems.append(Problem("TRIAL", "a protocol with published results", "one without", file=str(name)))
    if problems:
        raise InputError(problems)
    return [
        Replay(name, protocol, per_arm * len(protocol.arms), seed, folder / RUNS / protocol.name)
        for name, protocol in protocols.values()
    ]


def require_place(folder: Path) -> None:
    """Check that a validation may be written to `folder`: nothing is there, or an earlier validation."""
    if folder.exists() and not folder.is_dir():
        raise InputError([Problem("--out", "a folder", "a file", file=str(folder))])
    extra = sorted({item.name for item in folder.iterdir()} - PARTS) if folder.is_dir() else []
    if extra:
        expected, got = "a new folder, or an earlier validation and nothing else", f"'{extra[0]}' among its files"
        raise InputError([Problem("--out", expected, got, file=str(folder))])


def validate(
    names: Sequence[str],
    folder: Path,
    *,
    per_arm: int = 400,
    seed: int = 1,
    workers: int = 1,
    progress: Progress = lambda trial, done: None,
) -> Validation:
    """Replay trials, score them and write page, numbers and figures.

    Parameters
    ----------
    names
        Shipped protocols or paths; all shipped ones with published results if empty.
    folder
        Where it goes. Runs that are there, of the same protocol, model, seed and size, are not computed again.
    per_arm
        Subjects per arm on average.
    seed
        Of every replay.
    workers
        Trials at a time.
    progress
        Told the trial that ended and how many subjects are done of all.

    Raises
    ------
    InputError
        If a trial is unknown or the folder holds something else; or once all others are done, if a replay failed.
    """
    wanted = trials_to_replay(names, per_arm, seed, folder)
    require_place(folder)
    folder.mkdir(parents=True, exist_ok=True)
    replay_all(wanted, workers, progress)
    found = scored(wanted, per_arm, seed)
    write(found, folder)
    return found


def scored(wanted: Sequence[Replay], per_arm: int, seed: int) -> Validation:
    """Score trials whose runs are finished."""
    pool = donors(
        p for name in catalogue.names("protocols") if (p := catalogue.load_protocol(name)).role == "calibration"
    )
    scores: list[Score] = []
    unmatched: dict[str, int] = {}
    replays: dict[str, Simulated] = {}
    for one in wanted:
        cases = cases_of(one.protocol)
        replays[one.protocol.name] = found = read_replay(one.folder, [case.target for case in cases])
        for case in cases:
            estimate = found.estimates.get((case.target.arm, case.target.reference, case.target.quantity))
            if estimate is None:
                unmatched[case.target.kind] = unmatched.get(case.target.kind, 0) + 1
            else:
                scores.append(_score(one.protocol, case, estimate, pool))
    manifests = {one.protocol.name: _manifest(one.folder) for one in wanted}
    enrolled = {name: _enrolled(manifest["marginals"]) for name, manifest in manifests.items()}
    failed = {name: manifest["counts"]["solver failure"] for name, manifest in manifests.items()}
    protocols = {one.protocol.name: one.protocol for one in wanted}
    misses = tuple(worst_misses(scores, enrolled))
    return Validation(per_arm, seed, protocols, replays, tuple(scores), unmatched, misses, failed)


def _score(protocol: Protocol, case: Case, estimate: Estimate, pool: Pool) -> Score:
    baselines = naive_transport(case, pool), independent_action(case, pool)
    return Score(role_of(protocol), protocol.indication, case.target, estimate, *baselines)


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return found


def _enrolled(marginals: Mapping[str, Mapping[str, float]]) -> Enrolled:
    return Enrolled({name: (one["published"], one["enrolled"]) for name, one in marginals.items()})


def write(found: Validation, folder: Path) -> None:
    """Write figures, page and numbers, the numbers last."""
    from abscopal.report.svg import write_svg
    from abscopal.validation.figures import figures_of
    from abscopal.validation.page import validation_page

    figures = figures_of(found)
    (folder / FIGURES).mkdir(exist_ok=True)
    for name, figure in figures.items():
        write_svg(figure, folder / FIGURES / f"{name}.svg")
    write_text(folder / PAGE, validation_page(found, figures))
    write_json(folder / NUMBERS, found.plain())
