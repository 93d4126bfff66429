"""Landmarks of published survival curves, by Kaplan-Meier from times reconstructed from the printed figures."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from abscopal.analysis.kaplan_meier import kaplan_meier
from protocols.design import Design

RECONSTRUCTED = {
    "sifi": "reconstructed by Bomze D et al., JAMA Netw Open 2020;3(10):e2017675; Kaplan-Meier estimate",
    "kmdata": "reconstructed by Fell G et al., Database 2021;2021:baab037; Kaplan-Meier estimate",
}

Row = tuple[float, int, str, int]


def curves(design: Design, folder: Path) -> list[dict[str, Any]]:
    """Return survival every three months by Kaplan-Meier, a curve for each endpoint and arm there are times of."""
    printed = {"OS": (design.curve, design.files), "PFS": (design.pfs_curve, design.pfs_files)}
    return [
        {"endpoint": endpoint, "arm": ours, "points": landmarks(mine), "citation": f"{paper}; {origin(files)}"}
        for endpoint, (paper, files) in printed.items()
        for ours, mine in by_arm(design, files, folder).items()
    ]


def origin(files: tuple[str, ...]) -> str:
    """Return who reconstructed the times of these files."""
    return RECONSTRUCTED[files[0].partition("_")[0]]


def by_arm(design: Design, files: tuple[str, ...], folder: Path) -> dict[str, list[Row]]:
    """Return the times of each of our arms that the files have."""
    rows = [row for number, name in enumerate(files) for row in times(folder / name, number)]
    found = {}
    for ours in design.arms:
        arm = design.curve_arms.get(ours, ours)
        first = min((row[3] for row in rows if row[2] == arm and shared(files, design, ours)), default=None)
        mine = [row for row in rows if row[2] == arm and first in (None, row[3])]
        if mine:
            found[ours] = mine
    return found


def shared(files: tuple[str, ...], design: Design, ours: str) -> bool:
    """Whether each of several files repeats the same subjects of this arm (a common control)."""
    return len(files) > 1 and ours == list(design.arms)[-1]


def times(path: Path, number: int) -> list[Row]:
    """Return (months, event, arm, number of the file) of a curve file."""
    with path.open(newline="", encoding="utf-8") as stream:
        return [(float(row["time"]), int(row["event"]), row["arm"], number) for row in csv.DictReader(stream)]


def landmarks(rows: list[Row]) -> list[tuple[float, float]]:
    """Return (month, survival) every three months while anyone is followed."""
    months, events = [row[0] for row in rows], [row[1] for row in rows]
    curve = kaplan_meier(months, events)
    shares = {month: curve.at(month) for month in range(0, int(max(months)) + 1, 3)}
    return [(month, round(share, 3)) for month, share in shares.items() if share is not None]
