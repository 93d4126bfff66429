"""What the figures and tables of a report ask of the analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from abscopal.analysis.cox import CoxError, HazardRatio
from abscopal.analysis.enrolled import analysed, enrolled
from abscopal.analysis.survival import Survival
from abscopal.report.shown import Kept, once

ENDPOINT_NAMES = {"OS": "Overall survival", "PFS": "Progression-free survival"}


def of_enrolled(tables: Mapping[str, pd.DataFrame]) -> Kept:
    """Tables cut to the subjects that the analyses count; one whose simulation failed has no outcome to show.

    Only the tables that a report reads are touched. What is given here once more is returned as it is.
    """
    if isinstance(tables, Kept):
        return tables
    everyone = tables["adsl"]
    subjects = enrolled(everyone)
    read = {name: tables[name] for name in ("adtr", "adrs", "adtte", "adae", "adcm", "adtruth") if name in tables}
    read |= {name: analysed(read[name]) for name in ("adtr", "adrs") if name in read}
    if len(subjects) < len(everyone):
        read = {name: table[table["USUBJID"].isin(subjects["USUBJID"])] for name, table in read.items()}
    return Kept({"adsl": subjects} | read)


def survival_of(adtte: pd.DataFrame, endpoint: str) -> Survival | None:
    """Survival of an endpoint, None when no subject has it."""
    return Survival(adtte, endpoint) if (adtte["PARAMCD"] == endpoint).any() else None


def survival_in(tables: Mapping[str, pd.DataFrame], endpoint: str) -> Survival | None:
    """Survival of an endpoint, None when no subject has it."""
    return survival_of(tables["adtte"], endpoint)


def hazard_ratio(tables: Mapping[str, pd.DataFrame], endpoint: str, arm: str, reference: str) -> HazardRatio | None:
    """Hazard ratio of two arms; None where they cannot give a finite one."""
    survival = once(tables, survival_in, endpoint)
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
