"""What the draws in a folder predict together: read from their runs, written beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abscopal import catalogue
from abscopal.analysis.outcomes import Outcomes, outcomes
from abscopal.analysis.prediction import LEVEL, Prediction, predict
from abscopal.errors import InputError, IntegrityError, Problem
from abscopal.protocol.protocol import DISCLAIMER, Protocol
from abscopal.runs.draws import DRAWS, NUMBERS, PAGE, PROTOCOL
from abscopal.runs.files import sync_folder, write_json, write_text
from abscopal.runs.finish import MANIFEST, RunTables
from abscopal.runs.merge import merge
from abscopal.runs.plan import read_plan
from abscopal.runs.shard import RECORD, shard_folder


@dataclass(frozen=True)
class TrialPrediction:
    """A prediction with what it was made from.

    Parameters
    ----------
    protocol
        The trial.
    prediction
        Endpoints and curves.
    about
        What `prediction.json` says beside them: seed, draws, versions, marginals of the enrolled, who failed.
    """

    protocol: Protocol
    prediction: Prediction
    about: Mapping[str, Any]

    def plain(self) -> dict[str, Any]:
        """Return what `prediction.json` holds."""
        return {**self.about, **self.prediction.plain()}


def combine(folder: Path, names: Sequence[str], *, level: float = LEVEL) -> TrialPrediction:
    """Predict a trial from finished runs of its draws, and write `prediction.json` and `prediction.html`.

    Parameters
    ----------
    folder
        Of the prediction.
    names
        Folders of the draws in `folder/draws`.
    level
        Of the intervals.

    Raises
    ------
    InputError
        If an arm has nobody in some draw.
    IntegrityError
        If a run cannot be read.
    """
    from abscopal.report.prediction import prediction_page

    protocol = catalogue.load_protocol(folder / PROTOCOL)
    runs = [folder / DRAWS / name for name in names]
    draws = [outcomes(RunTables(run), candidates_of(run)) for run in runs]
    planned = planned_sizes(protocol)
    _require_everywhere(draws, planned, folder)
    summary = json.loads((runs[0] / "summary.json").read_text(encoding="utf-8"))
    pairs = list(dict.fromkeys((row["arm"], row["reference"]) for row in summary["contrasts"]))
    found = TrialPrediction(protocol, predict(draws, planned, pairs, level=level), _about(protocol, runs))
    write_text(folder / PAGE, prediction_page(protocol, found.prediction, found.about))
    write_json(folder / NUMBERS, found.plain())
    sync_folder(folder)
    return found


def planned_sizes(protocol: Protocol) -> dict[str, float]:
    """Return the subjects of each arm of the trial as it is planned, in the order of the arms."""
    total = sum(arm.allocation for arm in protocol.arms)
    return {arm.name: protocol.subjects * arm.allocation / total for arm in protocol.arms}


def candidates_of(run: Path) -> list[int]:
    """Return the candidate number of every subject in the tables of a run folder.

    Raises
    ------
    IntegrityError
        If a shard does not tell.
    """
    numbers: list[int] = []
    for shard in read_plan(run).mine:
        record = shard_folder(run, shard) / RECORD
        if not record.parent.is_dir():  # given up: its subjects are in no table
            continue
        content = json.loads(record.read_text(encoding="utf-8"))
        if len(found := content.get("candidates", [])) != content["last"] - content["first"]:
            raise IntegrityError(f"{record}: expected the candidate number of each subject, got {len(found)}")
        numbers += found
    return numbers


def _require_everywhere(draws: Sequence[Outcomes], planned: Mapping[str, float], folder: Path) -> None:
    if empty := [arm for arm in planned if any(not (draw.arm == arm).any() for draw in draws)]:
        expected = "enough virtual patients that every arm has some in every draw"
        raise InputError([Problem("--n", expected, f"nobody in {', '.join(empty)}", file=str(folder))])


def _about(protocol: Protocol, runs: Sequence[Path]) -> dict[str, Any]:
    manifests = [json.loads((run / MANIFEST).read_text(encoding="utf-8")) for run in runs]
    summaries = [json.loads((run / "summary.json").read_text(encoding="utf-8")) for run in runs]
    first = manifests[0]
    return {
        "protocol": protocol.name,
        "title": protocol.title,
        "indication": protocol.indication,
        "seed": first["seed"],
        "versions": first["versions"],
        "model_hash": first["model_hash"],
        "numbers": [manifest["draw"]["number"] for manifest in manifests],
        "fitted": sorted(first["draw"]["values"]),
        "marginals": _marginals(manifests),
        "effective_candidates": round(sum(one["effective_candidates"] for one in manifests) / len(manifests), 1),
        "failed": sum(one["failed"]["n"] for one in summaries),
        "missing": sum(part["n"] for one in summaries for part in one.get("missing", ())),
        "sources": first["sources"],
        "disclaimer": DISCLAIMER,
    }


def _marginals(manifests: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return, by trait, the share asked for and the mean over draws of the share of those enrolled."""
    found = {}
    for name, told in manifests[0]["marginals"].items():
        shares = [manifest["marginals"][name]["enrolled"] for manifest in manifests]
        found[name] = {"published": told["published"], "enrolled": round(sum(shares) / len(shares), 4)}
    return found


def is_prediction(folder: Path) -> bool:
    """Whether a folder holds draws of a trial."""
    return (folder / DRAWS).is_dir()


def merge_draws(folders: Sequence[Path], out: Path) -> TrialPrediction:
    """Put shares of every draw together, as `merge` does for one run, and predict from them.

    Raises
    ------
    InputError
        If the folders do not hold the same draws, or their shares are not of one run.
    IntegrityError
        If a shard is damaged.
    """
    names = {folder: tuple(sorted(item.name for item in (folder / DRAWS).iterdir())) for folder in folders}
    first = names[folders[0]]
    if unlike := [folder for folder, own in names.items() if own != first]:
        expected = f"shares of {len(first)} draws, as in {folders[0]}"
        raise InputError([Problem("", expected, f"others: {len(names[f])}", file=str(f)) for f in unlike])
    if out.exists() and any(out.iterdir()):
        raise InputError([Problem("--out", "an empty or new folder", "one with something in it", file=str(out))])
    (out / DRAWS).mkdir(parents=True, exist_ok=True)
    write_text(out / PROTOCOL, (folders[0] / PROTOCOL).read_text(encoding="utf-8"))
    for name in first:
        merge([folder / DRAWS / name for folder in folders], out / DRAWS / name)
    return combine(out, first)
