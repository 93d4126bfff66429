"""Subjects whose computation failed: a value in a table, never a crash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from abscopal.engine.stepper import REASONS
from abscopal.trial.course import Course


def failures_of(course: Course, names: Sequence[str]) -> list[dict[str, Any]]:
    """List who failed: `subject`, `day` to which he or she was computed, `status` of the engine and `reason`."""
    found = []
    for place in np.flatnonzero(course.failed).tolist():
        status, day = int(course.end.status[place]), float(course.end.time[place])
        reason = REASONS[status]
        found.append({"subject": names[place], "day": _finite(day), "status": status, "reason": reason})
    return found


def _finite(day: float) -> float | None:
    return round(day, 3) if np.isfinite(day) else None


def failed_summary(failures: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how many failed, and for what reasons, the most frequent first."""
    reasons = Counter(str(failure["reason"]) for failure in failures)
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return {"n": sum(reasons.values()), "reasons": dict(ranked)}
