"""What the figures and tables of a report ask of the analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from abscopal.analysis.cox import CoxError, HazardRatio
from abscopal.analysis.enrolled import enrolled
from abscopal.analysis.survival import Survival

ENDPOINT_NAMES = {"OS": "Overall survival", "PFS": "Progression-free survival"}


def of_enrolled(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables cut to the subjects that the analyses count; one whose simulation failed has no outcome to show."""
    subjects = enrolled(tables["adsl"])
    kept = {name: table[table["USUBJID"].isin(subjects["USUBJID"])] for name, table in tables.items()}
    return kept | {"adsl": subjects}


def survival_of(adtte: pd.DataFrame, endpoint: str) -> Survival | None:
    """Survival of an endpoint, None when no subject has it."""
    return Survival(adtte, endpoint) if (adtte["PARAMCD"] == endpoint).any() else None


def hazard_ratio(adtte: pd.DataFrame, endpoint: str, arm: str, reference: str) -> HazardRatio | None:
    """Hazard ratio of two arms among the subjects of `adtte`; None where they cannot give a finite one."""
    survival = survival_of(adtte, endpoint)
    if survival is None or not {arm, reference} <= set(survival.arms):
        return None
    try:
        return survival.hazard_ratio(reference, arm)
    except CoxError:  # nobody had the event, or one arm had none
        return None


def comparisons(arms: Sequence[str], summary: Mapping[str, Any], control: str | None = None) -> list[tuple[str, str]]:
    """Pairs (arm, reference) that a report compares: those of the summary, else all against the control.

    Parameters
    ----------
    arms
        Arms in order.
    summary
        A run's summary; its `contrasts` name the pairs. May be empty.
    control
        Reference arm of the protocol; without one every pair is compared once, as the summary does.
    """
    pairs = [(str(c["arm"]), str(c["reference"])) for c in summary.get("contrasts", [])]
    if not pairs and control is not None:
        pairs = [(arm, control) for arm in arms if arm != control]
    if not pairs:
        pairs = [(arm, reference) for reference, arm in combinations(sorted(arms), 2)]
    return list(dict.fromkeys(pairs))
