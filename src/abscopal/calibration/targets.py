"""What a fit aims at: the published figures of a protocol, each with its error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from abscopal.protocol.protocol import Arm, Protocol
from abscopal.protocol.published import Figure

MODEL_ERROR = 0.03  # a model this coarse is not asked for more; keeps large trials from ruling alone
RECALLED_ERROR = 0.04  # on top, for a figure that nobody here has seen in print
PFS_MONTHS = (6, 12, 18, 24, 36)
OS_MONTHS = (6, 12, 18, 24, 36)


@dataclass(frozen=True)
class Target:
    """One published share: of which arm, of what, and how sure."""

    protocol: str
    arm: str
    quantity: str  # "ORR", "CR", "OS 12", "PFS 24" (months)
    value: float
    error: float


def targets_of(protocol: Protocol, longest_months: float) -> list[Target]:
    """Return the shares published for each arm: response, survival at landmarks, and half at the median."""
    return [target for arm in protocol.arms for target in _of_arm(protocol, arm) if _within(target, longest_months)]


def _within(target: Target, longest: float) -> bool:
    return " " not in target.quantity or float(target.quantity.split()[-1]) <= longest


def _of_arm(protocol: Protocol, arm: Arm) -> Iterator[Target]:
    published = arm.published
    if published is None:
        return
    size = published.n or 100

    def target(quantity: str, value: float, recalled: bool) -> Target:
        sampling = value * (1 - value) / size
        error = np.sqrt(sampling + MODEL_ERROR**2 + (RECALLED_ERROR**2 if recalled else 0.0))
        return Target(protocol.name, arm.name, quantity, value, float(error))

    for quantity, figure in (("ORR", published.orr), ("CR", published.cr)):
        if figure is not None and figure.value is not None:
            yield target(quantity, figure.value, figure.source != "checked")
    curve = {
        month: share for c in protocol.curves if c.arm == arm.name and c.endpoint == "OS" for month, share in c.points
    }
    for month in OS_MONTHS:
        if month in curve:
            yield target(f"OS {month}", curve[month], False)
        elif month in published.os_at and published.os_at[month].value is not None:
            yield target(
                f"OS {month}", float(published.os_at[month].value or 0.0), published.os_at[month].source != "checked"
            )
    for month in PFS_MONTHS:
        figure = published.pfs_at.get(month)
        if figure is not None and figure.value is not None:
            yield target(f"PFS {month}", figure.value, figure.source != "checked")
    yield from _at_median("PFS", published.pfs_median, target)


def _at_median(endpoint: str, figure: Figure | None, target: object) -> Iterator[Target]:
    """Half survive at the median, on average over a month around it: scans make the curve fall in steps."""
    if figure is not None and figure.value is not None:
        made: Target = target(f"{endpoint} median {figure.value:g}", 0.5, True)  # type: ignore[operator]
        yield Target(made.protocol, made.arm, made.quantity, made.value, made.error + 0.05)
