"""Weights of a run's subjects as files, and whether the subjects of another run are the same patients.

A subject's number says who it is only together with the recipe that the population was drawn by. `weights.csv` holds
numbers and weights; `weights.json` beside it holds the recipe and a signature of the patients, and without it no weight
is applied to anything.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abscopal import catalogue
from abscopal.calibration.weighted_trial import Array, Lives, Tables, crossed, lives_of
from abscopal.errors import InputError, IntegrityError, Problem, shown
from abscopal.protocol.protocol import Protocol
from abscopal.run_folder import is_finished
from abscopal.runs.finish import MANIFEST, RunTables, unsound

CSV, NUMBERS = "weights.csv", "weights.json"
COLUMNS = ("USUBJID", "WEIGHT")
WORDS = {
    "seed": "seed",
    "n": "number of subjects",
    "version": "version of abscopal",
    "draw": "draw of the posterior",
    "indication": "indication",
    "line": "line of therapy",
    "setting": "setting",
    "baseline": "published baseline",
    "eligibility": "eligibility",
    "contraindications": "contraindications",
}
"""What decides who the subjects of a run are, and what messages call it."""


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """A finished run.

    Attributes
    ----------
    folder, protocol, manifest
        Where it is, what was planned and how it was run.
    tables
        Of its subjects, as the report reads them.
    """

    folder: Path
    protocol: Protocol
    manifest: Mapping[str, Any]
    tables: Tables

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return int(self.manifest["seed"])

    @property
    def recipe(self) -> dict[str, Any]:
        """What decides who the subjects are, by the keys of `WORDS`."""
        plain = self.protocol.model_dump(mode="json", exclude_none=True)
        named = ("indication", "line", "setting", "eligibility", "contraindications")
        return {
            "seed": self.seed,
            "n": int(self.manifest["n"]),
            "version": self.manifest["versions"]["abscopal"],
            "draw": self.manifest.get("draw", {}).get("number", 0),
            **{name: plain.get(name) for name in named},
            "baseline": self.protocol.baseline.numbers(),
        }

    def lives(self) -> Lives:
        """Subjects, each in his or her arm."""
        return lives_of(self.tables, [arm.name for arm in self.protocol.arms])


def read_run(folder: Path) -> FinishedRun:
    """Read a finished run folder.

    Raises
    ------
    InputError
        If it is none, or its protocol cannot be read.
    IntegrityError
        If its tables are not as they were written.
    """
    if not is_finished(folder):
        got = "no such folder" if not folder.exists() else "a run that is not finished, or something else"
        raise InputError([Problem("RUN", "the folder of a finished run", got, file=str(folder))])
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if changed := unsound(folder, manifest):
        raise IntegrityError(f"{folder}: not as the run wrote it: {', '.join(changed)}")
    return FinishedRun(folder, catalogue.load_protocol(folder / "protocol.yaml"), manifest, RunTables(folder))


def patients_of(adsl: pd.DataFrame) -> str:
    """Return a signature of who the subjects are: their numbers with what was drawn first of each, age and sex."""
    ordered = adsl.sort_values("USUBJID")
    rows = zip(ordered["USUBJID"].astype("str"), ordered["AGE"], ordered["SEX"].astype("str"), strict=True)
    return sha256("\n".join(f"{name} {age:.6g} {sex}" for name, age, sex in rows).encode()).hexdigest()


def live_every_arm(run: FinishedRun, workers: int = 1, progress: Callable[[str, float], None] | None = None) -> Lives:
    """Draw the subjects of a run again and live each of them through every arm.

    Parameters
    ----------
    run
        Whose subjects.
    workers
        Threads; the result does not depend on it.
    progress
        Called with the stage and the share of it that is done.

    Raises
    ------
    InputError
        If what is drawn now are other patients than those of the run, as after a change of the indication.
    """
    from abscopal.trial.simulate import enrol, follow, prepare, tables

    design = prepare(run.protocol, values=run.manifest.get("draw", {}).get("values"))
    population = enrol(design, run.seed, int(run.manifest["n"]), workers)
    arms, found = run.protocol.arms, {}
    for number, arm in enumerate(arms):
        whole = np.full(len(population.number), number)

        def tell(share: float, done: int = number) -> None:
            if progress is not None:
                progress("running the trial", (done + share) / len(arms))

        course = follow(design, population, whole, run.seed, workers=workers, progress=tell)
        made = tables(design, population, course, sorted(run.tables["adsl"]["USUBJID"].astype("str")))
        found[arm.name] = {name: made[name] for name in ("adsl", "adrs", "adtte")}
    if patients_of(found[arms[0].name]["adsl"]) != patients_of(run.tables["adsl"]):
        got = "others; has the indication or the program changed since?"
        raise InputError([Problem("RUN", "the patients of the run, drawn again", got, file=str(run.folder))])
    return crossed(found)


def weights_csv(names: list[str], weight: Array) -> str:
    """Return the text of `weights.csv`: a row for each subject."""
    out = io.StringIO()
    pd.DataFrame({"USUBJID": names, "WEIGHT": weight}).to_csv(out, index=False, float_format="%.10g")
    return out.getvalue()


def read_weights(path: Path) -> tuple[dict[str, float], dict[str, Any]]:
    """Read `weights.csv` and the `weights.json` beside it; return weights by subject, and what the JSON holds.

    Raises
    ------
    InputError
        With what is missing or wrong, by line.
    """
    beside = path.with_name(NUMBERS)
    problems = [
        Problem("", expected, "no such file", file=str(file))
        for file, expected in ((path, "weights written by abscopal weigh"), (beside, "the JSON written beside them"))
        if not file.is_file()
    ]
    if problems:
        raise InputError(problems)
    table = pd.read_csv(path, dtype={"USUBJID": "str"})
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise InputError([Problem(name, "this column", "nothing", file=str(path)) for name in missing])
    weight = pd.to_numeric(table["WEIGHT"], errors="coerce")
    twice = table["USUBJID"].duplicated() | table["USUBJID"].isna()
    wrong = [(line, "a weight above 0", table["WEIGHT"][line]) for line in np.flatnonzero(~(weight > 0))]
    wrong += [(line, "each subject once", table["USUBJID"][line]) for line in np.flatnonzero(twice)]
    if wrong:
        raise InputError(
            Problem("", expected, shown(got), file=str(path), line=int(line) + 2, column=1)
            for line, expected, got in wrong[:10]
        )
    described = json.loads(beside.read_text(encoding="utf-8"))
    if not isinstance(described, dict) or not {"recipe", "patients"} <= described.keys():
        raise InputError([Problem("", "the JSON that abscopal weigh writes", "another", file=str(beside))])
    return dict(zip(table["USUBJID"], weight.astype(float), strict=True)), described


def require_same_patients(run: FinishedRun, described: Mapping[str, Any]) -> None:
    """Check that weights found on one run's subjects are of the patients of another.

    Parameters
    ----------
    run
        The other.
    described
        What `weights.json` holds.

    Raises
    ------
    InputError
        Naming everything in which the recipes differ, or that the patients are not the same for all that.
    """
    own, theirs = run.recipe, described["recipe"]
    problems = []
    for key, words in WORDS.items():
        wanted, got = _apart(theirs.get(key), own[key])
        if wanted != got:
            expected = f"{shown(wanted, 200)}, as where the weights were found"
            problems.append(Problem(words, expected, shown(got, 200), file=str(run.folder)))
    if not problems and patients_of(run.tables["adsl"]) != described["patients"]:
        expected = "the patients that the weights were found on"
        problems = [Problem("subjects", expected, "others under the same numbers", file=str(run.folder))]
    if problems:
        raise InputError(problems)


def _apart(one: object, other: object) -> tuple[object, object]:
    """Return two parts of a recipe; of two mappings what differs, as text."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return (json.dumps(one), json.dumps(other)) if isinstance(one, list) else (one, other)
    keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
    first, second = (", ".join(f"{key} {part.get(key, 'not given')}" for key in keys) for part in (one, other))
    return first, second


def matched(lives: Lives, weights: Mapping[str, float]) -> tuple[Array, int]:
    """Return the weight of each subject, mean 1 over those who have one, and how many have none and get 0 [n]."""
    found = np.array([weights.get(name, 0.0) for name in lives.names])
    none = int((found == 0).sum())
    if none == len(found):
        raise InputError([Problem("weights", "subjects of the run", "none of them")])
    return found * (len(found) - none) / found.sum(), none
