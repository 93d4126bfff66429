"""Which published figures of a trial no protocol carries, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any


class PublishedFigure(dict[str, Any]):
    """A figure of the folder, which knows whether anything was made of it."""

    carried = False


def watched(tree: Any) -> Any:
    """Return the same tree with every figure as one that can be marked."""
    if isinstance(tree, list):
        return [watched(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    kind = PublishedFigure if "value" in tree else dict
    return kind({key: watched(value) for key, value in tree.items()})


def carry(value: dict[str, Any]) -> dict[str, Any]:
    """Mark a figure as carried over and return it."""
    if isinstance(value, PublishedFigure):
        value.carried = True
    return value


REASONS: tuple[tuple[str, str], ...] = (
    (r"not reached$", "the trial did not reach it: nothing to compare with"),
    (r"\.(unrounded|published)_recalled$", "a recalled spelling of the figure that is carried"),
    (r"^baseline\.n(_\w+)?$", "subjects of the trial; the protocol's are the sum of its arms"),
    (r"^baseline\.ecog0_pct$", "the rest of those with ECOG 1"),
    (r"^baseline\.(pdl1|tps)_(lt1|tc3_ic3|20_49|1_19|1_49|high).*$", "a part of the PD-L1 marginals that are carried"),
    (r"^baseline\.(prior_lines|prior_lines_\w+|prior_systemic\w*|tps_\w+)$", "line of therapy says it"),
    (r"^baseline\.baseline_sld_mm_mean$", "its median is carried"),
    (r"^baseline\.(vinflunine|paclitaxel|bev)_\w+$", "which drug of several in an arm: said in words there"),
    (r"^baseline\.(penta_refractory_pct|marrow_blast_median_pct)$", "no marginal of that name"),
    (r"^crossover_pct_control_to_io$", "later treatment of that arm is left out or given by an own share"),
    (r"\.other\.(dmfs|recurrence)\w*$", "distant metastases alone and raw recurrences are no endpoint of the model"),
    (r"\.other\.crs_(onset|duration)_days$", "onset and length of events have no field; toxicity's page compares them"),
    (r"\.other\.", "an earlier report, another assessor or one of two doses; the main figure is carried"),
    (r"\.(ae|irae|crs)\.\w+_(primary|10y|\d+y|4y|5y|all)$", "an earlier or later report of an event that is carried"),
    (r"\.(ae|irae|crs)\.", "an event of another report or definition that no name here is for"),
    (r"\.(efs|rfs)_\w+", "the same under the name that stands for progression"),
    (r"\.pfs_at\.\d+$", "of another analysis than the median that is carried"),
    (r"^contrasts.*\.hr_\w+_\w+$", "an earlier or later report of a ratio that is carried"),
    (r"^contrasts", "a ratio of arms, or of an endpoint, that the protocol does not have"),
    (r"^arms\.\w+\.(orr|cr|pfs_med|os_med|dor_med)$", "another report of it was preferred, or none of one analysis"),
)
"""Why a figure may be left out, by a pattern of its place; the first that fits counts."""


def left_out(trial: dict[str, Any], ours: set[str]) -> list[tuple[str, str]]:
    """Return place and reason of each figure that was not carried; "" where no reason is known.

    Parameters
    ----------
    trial
        As `watched` returned it, after its protocol was made.
    ours
        Arms of the figures that the protocol has.
    """
    parts = {key: value for key, value in trial.items() if key not in ("arms", "subgroups", "contrasts")}
    parts["arms"] = {arm["id"]: arm for arm in trial["arms"]}
    parts["subgroups"] = {f"{row['arm']}.{number}": row for number, row in enumerate(trial.get("subgroups") or [])}
    parts["contrasts"] = dict(enumerate(trial["contrasts"]))
    return [(place, reason(place, ours)) for place in _places(parts)]


def reason(place: str, ours: set[str]) -> str:
    """Return why the figure of this place is left out; "" if nothing is known."""
    arm = re.match(r"^(arms|subgroups)\.(\w+)\.", place)
    if arm is not None and arm[2] not in ours:
        return "of an arm that the shipped protocol does not have"
    return next((why for pattern, why in REASONS if re.search(pattern, place)), "")


def _places(tree: Any, path: str = "") -> Iterator[str]:
    if isinstance(tree, PublishedFigure):
        if not tree.carried:
            yield path + (" not reached" if tree["value"] is None else "")
        return
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from _places(value, f"{path}.{key}" if path else str(key))
