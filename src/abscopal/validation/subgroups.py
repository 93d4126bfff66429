"""Figures of parts of an arm in a replay: ADSL tells who belongs to a subgroup, the rest is as for the whole arm."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abscopal.calibration.targets import Kind, Target
from abscopal.clinic.parquet import read_parquet
from abscopal.protocol.condition import ORGAN_TRAITS, TUMOUR_TRAITS, Comparison, Condition, Trait
from abscopal.runs.finish import RunTables, table_path
from abscopal.validation.simulated import Estimate, Simulated, simulated

Flags = NDArray[np.bool_]
WHOLE: Mapping[Kind, Kind] = {
    "subgroup response": "response",
    "subgroup survival": "survival",
    "subgroup median": "median",
    "subgroup ratio": "ratio",
}
"""Kinds of figures of subgroups, and those of whole arms that they are."""
COLUMNS = {"age": "AGE", "weight": "WEIGHT", "albumin": "ALB"}  # the others are called as in conditions
SCALE = {"albumin": 10.0}  # ADSL has g/dL
FLAGGED = {"liver": "LIVERFL", "brain": "BRAINFL", "bone": "BONEFL", "lung": "LUNGFL"}
BASELINE = ["USUBJID", "AGE", "SEX", "WEIGHT", "ECOG", "LDH", "PDL1", "CPS", "TIL", "CRP", "ALB", "TMB", "MSIFL", "NLR",
            "GFR", "TRAITS", *FLAGGED.values()]  # fmt: skip
TABLES = ("adsl", "adrs", "adtte", "adae")
COMPARE: Mapping[str, Callable[[Any, float], Any]] = {
    "<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt, "=": operator.eq,
}  # fmt: skip


def with_subgroups(found: Simulated, folder: Path, targets: Iterable[Target]) -> Simulated:
    """Add to a replay what its finished run folder says against each target of a subgroup."""
    wanted = [target for target in targets if target.kind in WHOLE and target.who]
    if not wanted:
        return found
    baseline = read_parquet(table_path(folder, "adsl"), "adsl", BASELINE)
    return replace(found, estimates={**found.estimates, **in_subgroups(RunTables(folder), baseline, wanted)})


def in_subgroups(
    tables: Mapping[str, pd.DataFrame], baseline: pd.DataFrame, targets: Iterable[Target]
) -> dict[tuple[str, str, str], Estimate]:
    """Estimate from a trial's tables what stands against each target of a subgroup.

    Parameters
    ----------
    tables
        `adsl`, `adrs`, `adtte`, `adae` of a run.
    baseline
        ADSL with the columns `BASELINE`.
    targets
        Published figures of the same arms; those of whole arms, and of subgroups that ADSL cannot tell, are left out.

    Returns
    -------
    dict
        By arm, reference and quantity of the target.
    """
    by_group: dict[tuple[Condition, ...], list[Target]] = {}
    for target in targets:
        if target.kind in WHOLE and target.who:
            by_group.setdefault(target.who, []).append(target)
    found: dict[tuple[str, str, str], Estimate] = {}
    for who, several in by_group.items():
        belongs = [belong(condition, baseline) for condition in who]
        if any(one is None for one in belongs):
            continue
        subjects = baseline["USUBJID"].astype("str")[np.all([one for one in belongs if one is not None], axis=0)]
        part = {name: _of(tables[name], set(subjects)) for name in TABLES}
        alike = {(t.arm, t.reference, _whole(t).quantity): t for t in several}
        estimates = simulated(part, [_whole(target) for target in several]).estimates
        found |= {(t.arm, t.reference, t.quantity): estimates[key] for key, t in alike.items() if key in estimates}
    return found


def _whole(target: Target) -> Target:
    """Return the same figure as if it were of the whole arm."""
    return replace(target, kind=WHOLE[target.kind], quantity=target.quantity.partition(" in ")[0], who=())


def _of(table: pd.DataFrame, subjects: set[str]) -> pd.DataFrame:
    return table[table["USUBJID"].astype("str").isin(subjects)]


def belong(condition: Condition, adsl: pd.DataFrame) -> Flags | None:
    """Return whether each subject of ADSL meets a condition [n]; None where ADSL cannot tell."""
    found = [_compared(part, adsl) if isinstance(part, Comparison) else _has(part, adsl)
             for part in condition.alternatives]  # fmt: skip
    told = [one for one in found if one is not None]
    return np.asarray(np.any(told, axis=0)) if len(told) == len(found) else None


def _compared(part: Comparison, adsl: pd.DataFrame) -> Flags:
    values = adsl[COLUMNS.get(part.quantity, part.quantity)].to_numpy(float) * SCALE.get(part.quantity, 1.0)
    return np.asarray(COMPARE[part.operator](values, part.limit))


def _has(part: Trait, adsl: pd.DataFrame) -> Flags | None:
    organ, subtype = ORGAN_TRAITS.get(part.name, ""), TUMOUR_TRAITS.get(part.name, "")
    if part.name in ("male", "female"):
        there = adsl["SEX"].astype("str") == ("M" if part.name == "male" else "F")
    elif organ in FLAGGED:
        there = adsl[FLAGGED[organ]].astype("str") == "Y"
    elif subtype == "msi":
        there = adsl["MSIFL"].astype("str") == "Y"
    elif subtype or part.driver:
        words = adsl["TRAITS"].astype("str").str.lower().str.split()
        there = words.map(lambda traits: (subtype or part.driver) in traits)
    else:
        return None
    return np.asarray(there.to_numpy(bool) == part.present)
