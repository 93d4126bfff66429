"""A validation from start to end: which trials, their replays, what stands beside each figure, and what is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from abscopal import catalogue
from abscopal.calibration.targets import UNKNOWN_SIZE, targets_of
from abscopal.errors import InputError, Problem
from abscopal.protocol.protocol import Protocol
from abscopal.runs.draws import DRAWS
from abscopal.runs.files import write_json, write_text
from abscopal.runs.finish import MANIFEST
from abscopal.runs.plan import versions
from abscopal.validation.baselines import Case, Pool, cases_of, donors, independent_action, naive_transport
from abscopal.validation.biomarkers import Comparison, compare
from abscopal.validation.discrepancy import Discrepancy, estimated, read_discrepancy, write_discrepancy
from abscopal.validation.intervals import Band, band, coverage, interval, spread_of
from abscopal.validation.misses import Enrolled, Miss, worst_misses
from abscopal.validation.replay import RUNS, Progress, Replay, draws_of, replay_all
from abscopal.validation.score import ROLES, Score, by_indication, summary
from abscopal.validation.simulated import Estimate, Simulated, read_replay
from abscopal.validation.subgroups import with_subgroups

PAGE, NUMBERS, FIGURES = "validation.html", "validation.json", "figures"
PARTS = frozenset({RUNS, DRAWS, PAGE, NUMBERS, FIGURES})
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
    discrepancy
        The model's own error, as it is shipped.
    draws
        How many draws of a posterior, by trial; 0 where the indication has none or none were asked for.
    bands
        90 % predictive limits of curves, by trial, endpoint and arm.
    folders
        Finished runs, by trial.
    biomarkers
        What markers tell of real and of simulated patients.
    """

    per_arm: int
    seed: int
    protocols: Mapping[str, Protocol]
    replays: Mapping[str, Simulated]
    scores: tuple[Score, ...]
    unmatched: Mapping[str, int]
    misses: tuple[Miss, ...]
    failed: Mapping[str, int]
    discrepancy: Discrepancy
    draws: Mapping[str, int]
    bands: Mapping[tuple[str, str, str], Band]
    folders: Mapping[str, Path]
    biomarkers: tuple[Comparison, ...]

    def coverage(self) -> dict[str, dict[str, Any]]:
        """Say by role how many published figures lie in their predictive intervals."""
        return {
            role: coverage([score for score in self.scores if score.role == role], self.discrepancy) for role in ROLES
        }

    def plain(self) -> dict[str, Any]:
        """Return what `validation.json` holds."""
        trials = {
            name: {
                "role": role_of(protocol),
                "indication": protocol.indication,
                "n": sum(self.replays[name].arms.values()),
                "failed": self.failed[name],
                "draws": self.draws[name],
            }
            for name, protocol in self.protocols.items()
        }
        return {
            "n_per_arm": self.per_arm,
            "seed": self.seed,
            "versions": versions(),
            "trials": trials,
            "summary": summary(self.scores),
            "coverage": self.coverage(),
            "discrepancy": asdict(self.discrepancy),
            "indications": by_indication(self.scores),
            "real_patients": [one.plain() for one in self.biomarkers],
            "misses": [_plain_miss(miss) for miss in self.misses],
            "unmatched": dict(self.unmatched),
            "scores": [score.plain() | {"interval": self._interval(score)} for score in self.scores],
        }

    def _interval(self, score: Score) -> dict[str, Any] | None:
        found = interval(score, self.discrepancy)
        return None if found is None else asdict(found) | {"holds": found.holds(score.target.value)}


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
    draws: int = 0,
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
    draws
        Draws of each indication's posterior that its trials are replayed under beside; trials of an indication
        without a posterior are not.
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
    drawn = {one.protocol.name: draws_of(one, draws, folder) for one in wanted}
    replay_all([*wanted, *(draw for own in drawn.values() for draw in own)], workers, progress)
    found = scored(wanted, per_arm, seed, drawn)
    write(found, folder)
    return found


def scored(
    wanted: Sequence[Replay], per_arm: int, seed: int, drawn: Mapping[str, Sequence[Replay]] | None = None
) -> Validation:
    """Score trials whose runs are finished, those under draws included."""
    pool = donors(
        p for name in catalogue.names("protocols") if (p := catalogue.load_protocol(name)).role == "calibration"
    )
    scores: list[Score] = []
    unmatched: dict[str, int] = {}
    replays: dict[str, Simulated] = {}
    bands: dict[tuple[str, str, str], Band] = {}
    known = read_discrepancy()
    for one in wanted:
        cases = cases_of(one.protocol)
        targets = [case.target for case in cases]
        found = with_subgroups(read_replay(one.folder, targets), one.folder, targets)
        replays[one.protocol.name] = found
        draws = [read_replay(draw.folder, targets) for draw in (drawn or {}).get(one.protocol.name, ())]
        bands |= _bands(one.protocol, found, draws, known)
        for case in cases:
            key = (case.target.arm, case.target.reference, case.target.quantity)
            if key not in found.estimates:
                unmatched[case.target.kind] = unmatched.get(case.target.kind, 0) + 1
                continue
            score = _score(one.protocol, case, found.estimates[key], pool)
            under = [draw.estimates[key].value for draw in draws if key in draw.estimates]
            scores.append(replace(score, spread=spread_of(score, case.size, found.arms[case.target.arm], under)))
    manifests = {one.protocol.name: _manifest(one.folder) for one in wanted}
    enrolled = {name: _enrolled(manifest["marginals"]) for name, manifest in manifests.items()}
    failed = {name: manifest["counts"]["solver failure"] for name, manifest in manifests.items()}
    protocols = {one.protocol.name: one.protocol for one in wanted}
    misses = tuple(worst_misses(scores, enrolled))
    counts = {name: len((drawn or {}).get(name, ())) for name in protocols}
    folders = {one.protocol.name: one.folder for one in wanted}
    real = tuple(compare({one.protocol.name: (one.protocol, one.folder) for one in wanted}))
    return Validation(
        per_arm, seed, protocols, replays, tuple(scores), unmatched, misses, failed, known, counts, bands, folders, real
    )


def _bands(
    protocol: Protocol, found: Simulated, draws: Sequence[Simulated], known: Discrepancy
) -> dict[tuple[str, str, str], Band]:
    sizes = {arm.name: (arm.published.n if arm.published else None) or UNKNOWN_SIZE for arm in protocol.arms}
    return {
        (protocol.name, endpoint, arm): band(
            curve, [d.curves[endpoint, arm] for d in draws if (endpoint, arm) in d.curves],
            sizes[arm], found.arms[arm], known,
        )
        for (endpoint, arm), curve in found.curves.items()
    }  # fmt: skip


def _score(protocol: Protocol, case: Case, estimate: Estimate, pool: Pool) -> Score:
    baselines = naive_transport(case, pool), independent_action(case, pool)
    return Score(role_of(protocol), protocol.indication, case.target, estimate, *baselines)


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return found


def _enrolled(marginals: Mapping[str, Mapping[str, float]]) -> Enrolled:
    return Enrolled({name: (one["published"], one["enrolled"]) for name, one in marginals.items()})


def estimate_discrepancy(found: Validation, path: Path) -> None:
    """Estimate the model's own error from the calibration trials of a validation, and write it.

    Raises
    ------
    InputError
        If there are none with a kind of figure that it is estimated for.
    """
    own = [score for score in found.scores if score.role == "calibration"]
    counts = {found.draws[score.target.protocol] for score in own}
    write_discrepancy(estimated(own, found.per_arm, found.seed, min(counts, default=0)), path)


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
