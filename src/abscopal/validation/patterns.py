"""Patterns of response and of toxicity in replayed trials beside published figures that belong to no arm of theirs.

Pseudoprogression and hyperprogression by cancer under checkpoint inhibitors, and the median onset of immune-related
events by organ under one class of antibodies. Definitions differ between studies; this shows orders of magnitude.
Pseudoprogression can be told only in arms that are treated beyond progression.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from abscopal.analysis.toxicity import IMMUNE_RELATED, RELATED
from abscopal.calibration.side_figures import SideFigure, side_figures
from abscopal.clinic.parquet import read_parquet
from abscopal.protocol.protocol import Protocol
from abscopal.report.markup import Html
from abscopal.report.markup import table as html_table
from abscopal.report.numbers import NONE, percent
from abscopal.runs.finish import table_path
from abscopal.validation.baselines import classes_of

CANCERS = {
    "melanoma": "melanoma", "nsclc": "nsclc", "rcc": "renal", "urothelial": "urothelial", "hnscc": "head_and_neck",
    "gastric": "gastric", "hcc": "hepatocellular", "mesothelioma": "mesothelioma",
}  # fmt: skip
"""Cancers as side figures call them, and our indications."""
ORGANS: Mapping[str, frozenset[str]] = {
    "skin": frozenset({"skin"}),
    "gi": frozenset({"colon"}),
    "hepatic": frozenset({"liver"}),
    "pulmonary": frozenset({"lung"}),
    "endocrine": frozenset({"thyroid", "pituitary", "adrenal", "islets"}),
    "renal": frozenset({"kidney"}),
}
"""Groups of organs as side figures call them, and the organs of ADAE."""
AGENTS = {"nivolumab mono": frozenset({"anti-PD-(L)1"}), "ipilimumab": frozenset({"anti-CTLA-4"})}
"""How side figures on onset begin, and the classes of drugs that arms are given."""
CHECKPOINT = frozenset({"anti-PD-(L)1", "anti-CTLA-4"})
EVENTS = ["USUBJID", "ARM", "AEORGAN", "AECAT", "AEREL", "ASTDY"]


@dataclass(frozen=True)
class Beside:
    """Published figures of several studies, lowest and highest, beside the replays': shares of 1, or weeks."""

    table: str
    of: str
    published: tuple[float, float]
    simulated: tuple[float, ...]


def patterns(protocols: Mapping[str, Protocol], folders: Mapping[str, Path]) -> list[Beside]:
    """Return every comparison that the replays allow.

    Parameters
    ----------
    protocols, folders
        Trials that were replayed, and their finished runs, by name.
    """
    arms = [(p, arm.name) for p in protocols.values() for arm in p.arms if _classes(p, arm.name) <= CHECKPOINT]
    summaries = {name: _arms(folders[name]) for name in {protocol.name for protocol, _ in arms}}
    found = []
    for table in ("pseudoprogression", "hyperprogression"):
        for theirs, ours in CANCERS.items():
            shares = [
                float(value) for protocol, arm in arms
                if protocol.indication == ours and _told(table, protocol, arm)
                and (value := summaries[protocol.name][arm].get(table)) is not None
            ]  # fmt: skip
            found += _beside(table, ours, _of_cancer(table, theirs), shares)
    return found + list(_onsets(arms, folders))


def _told(table: str, protocol: Protocol, arm: str) -> bool:
    return table != "pseudoprogression" or protocol.arm(arm).treatment_beyond_progression


def _classes(protocol: Protocol, arm: str) -> frozenset[str]:
    return classes_of(protocol.arm(arm)) or frozenset({"nothing"})


def _arms(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["arms"]
    return found


def _of_cancer(table: str, cancer: str) -> list[SideFigure]:
    figures = side_figures(table)
    return [one for one in figures if one.of.split(",")[0] == cancer and "chemotherapy" not in one.of]


def _beside(table: str, of: str, figures: Sequence[SideFigure], simulated: Sequence[float]) -> list[Beside]:
    values = [one.value for one in figures if one.value is not None]
    return [Beside(table, of, (min(values), max(values)), tuple(simulated))] if values and simulated else []


def _onsets(arms: Sequence[tuple[Protocol, str]], folders: Mapping[str, Path]) -> Iterator[Beside]:
    for start, classes in AGENTS.items():
        chosen = [(folders[protocol.name], arm) for protocol, arm in arms if _classes(protocol, arm) == classes]
        for organ, ours in ORGANS.items():
            figures = [f for f in side_figures("onset of irAE") if f.of.startswith(start) and f.what == organ]
            days = [day for folder, arm in chosen for day in _first_days(folder, arm, ours)]
            yield from _beside("onset of irAE", f"{start}, {organ}", figures, [median(days) / 7.0] if days else [])


def _first_days(folder: Path, arm: str, organs: frozenset[str]) -> list[float]:
    """Days of the first immune-related event in these organs, of the subjects of an arm who had one."""
    adae = read_parquet(table_path(folder, "adae"), "adae", EVENTS).astype({"AEORGAN": "str", "ARM": "str"})
    kept = (adae["ARM"] == arm) & adae["AEORGAN"].isin(organs)
    kept &= (adae["AECAT"].astype("str") == IMMUNE_RELATED) & (adae["AEREL"].astype("str") == RELATED)
    return [float(day) for day in adae[kept].groupby(adae["USUBJID"].astype("str"))["ASTDY"].min()]


def pattern_section(protocols: Mapping[str, Protocol], folders: Mapping[str, Path]) -> list[Html]:
    """Return the section of the page of a validation; nothing where no arm has a checkpoint inhibitor alone."""
    rows = [[one.table, one.of, _range(one, one.published), _range(one, one.simulated), str(len(one.simulated))]
            for one in patterns(protocols, folders)]  # fmt: skip
    head = ["what", "in whom", "published", "simulated", "arms"]
    return [html_table(head, rows, "Figures of no arm, published and simulated: lowest to highest")] if rows else []


def _range(one: Beside, values: Sequence[float]) -> str:
    if not values:
        return NONE
    low, high = (
        f"{value:.1f} weeks" if one.table == "onset of irAE" else percent(value, 1)
        for value in (min(values), max(values))
    )
    return low if low == high else f"{low} to {high}"
