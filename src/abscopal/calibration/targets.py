"""Published figures as targets, each with its error, and the one door through which a fit gets them.

`targets_of` reads every figure of a protocol, whatever its role; a validation compares with all of them. A fit asks
`fit_targets`, which knows calibration trials alone and refuses every other one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import exp, log, sqrt
from typing import Literal

from abscopal.analysis.proportion import proportion
from abscopal.errors import InputError, Problem
from abscopal.protocol.protocol import Arm, Protocol
from abscopal.protocol.published import Contrast, Figure

Kind = Literal["response", "survival", "median", "ratio", "event"]

MODEL_ERROR = 0.03  # a model this coarse is not asked for more; keeps large trials from ruling alone
RECALLED_ERROR = 0.04  # on top, for a figure that nobody here has seen in print
STEP_ERROR = 0.05  # on top, for the half left at a median: scans make the curve fall in steps
MODEL_LOG_ERROR = 0.1  # the same two for medians and hazard ratios, of the logarithm
RECALLED_LOG_ERROR = 0.15
UNKNOWN_SIZE = 100  # subjects assumed in an arm whose size was not published
EVENT_SHARE = 0.6  # assumed share with the event where a hazard ratio has no interval
LANDMARKS = (6, 12, 18, 24, 36)  # months, where a curve was published
NORMAL = 1.96
SHARES: frozenset[Kind] = frozenset(("response", "survival", "event"))
"""Kinds whose errors are differences of shares; those of the others are differences of logarithms."""


@dataclass(frozen=True)
class Target:
    """One published figure: of which arm, of what, and how sure.

    Attributes
    ----------
    protocol, arm, reference
        Trial and arm; for a hazard ratio the arm in its denominator, else "".
    kind, quantity
        What is counted: "ORR", "CR", "OS 12", "PFS 24" (months), "OS median", "OS HR", "colitis", "colitis grade 3".
    value
        Share of 1, months, or ratio.
    error
        One standard error with what a coarse model is not asked for and what memory adds; of the share, or of the
        logarithm of months and ratios.
    sampling
        The part of it that is sampling alone.
    limits
        95 % interval: the published one, else that of the published number of subjects; None for what has none.
    recalled
        Whether nobody here has seen it in print.
    """

    protocol: str
    arm: str
    quantity: str
    value: float
    error: float
    kind: Kind = "response"
    reference: str = ""
    sampling: float = 0.0
    limits: tuple[float, float] | None = None
    recalled: bool = False

    @property
    def endpoint(self) -> str:
        """OS or PFS of a survival, median or ratio; "" of the rest."""
        return self.quantity.split()[0] if self.kind in ("survival", "median", "ratio") else ""

    @property
    def month(self) -> float | None:
        """Month of a landmark."""
        return float(self.quantity.split()[1]) if self.kind == "survival" else None


def targets_of(protocol: Protocol) -> list[Target]:
    """Return every published figure of a protocol as a target.

    The landmarks of one curve, its median and a hazard ratio say partly the same; their errors do not know that.
    """
    found = [target for arm in protocol.arms for target in _of_arm(protocol, arm)]
    return found + [target for contrast in protocol.contrasts for target in _of_contrast(protocol, contrast)]


def fit_targets(protocols: Iterable[Protocol], longest_months: float) -> list[Target]:
    """Return what a fit aims at: shares by arm, a median as the half that survives it; landmarks within a time.

    Raises
    ------
    InputError
        If a protocol is of any other role than calibration. Nothing of it has been read.
    """
    protocols = list(protocols)
    wrong = [protocol for protocol in protocols if protocol.role != "calibration"]
    if wrong:
        raise InputError(
            [Problem(p.name, "a trial with role: calibration", f"role: {p.role or 'none'}") for p in wrong]
        )
    aims = (_aim(target, longest_months) for protocol in protocols for target in targets_of(protocol))
    return [aim for aim in aims if aim is not None]


def _aim(target: Target, longest: float) -> Target | None:
    """Turn a figure into what a fit counts among its patients; None for what it does not count or comes too late."""
    if target.kind == "response" or (target.month is not None and target.month <= longest):
        return target
    if target.kind != "median" or target.endpoint != "PFS" or target.value > longest:  # of OS there are landmarks
        return None
    sampling = 0.5 * log(2.0) * target.sampling  # of the half that is left, from that of the median's logarithm
    error = _share_error(sampling, recalled=target.recalled) + STEP_ERROR
    quantity = f"{target.endpoint} median {target.value:g}"
    return replace(target, quantity=quantity, value=0.5, error=error, sampling=sampling, limits=None)


def _of_arm(protocol: Protocol, arm: Arm) -> Iterator[Target]:
    published = arm.published
    if published is None:
        return
    share = partial(_share, protocol.name, arm.name, published.n)
    for quantity, figure in (("ORR", published.orr), ("CR", published.cr)):
        yield from share("response", quantity, figure)
    for endpoint, given in (("OS", published.os_at), ("PFS", published.pfs_at)):
        for month, figure in sorted((given | _curve_figures(protocol, arm.name, endpoint)).items()):
            yield from share("survival", f"{endpoint} {month}", figure)
    for endpoint, figure in (("OS", published.os_median), ("PFS", published.pfs_median)):
        yield from _median(protocol.name, arm.name, published.n, endpoint, figure)
    for event, rates in published.adverse_events.items():
        yield from share("event", event, rates.any_grade)
        yield from share("event", f"{event} grade 3", rates.grade3)


def _curve_figures(protocol: Protocol, arm: str, endpoint: str) -> dict[int, Figure]:
    """Landmarks on a published curve, which whoever reconstructed it has seen."""
    points = {
        m: s for curve in protocol.curves if (curve.endpoint, curve.arm) == (endpoint, arm) for m, s in curve.points
    }
    return {month: Figure(value=points[month], source="checked") for month in LANDMARKS if month in points}


def _share(
    protocol: str, arm: str, size: int | None, kind: Kind, quantity: str, figure: Figure | None
) -> Iterator[Target]:
    if figure is None or figure.value is None:
        return
    n, recalled = size or UNKNOWN_SIZE, figure.source != "checked"
    counted = proportion(round(figure.value * n), n)
    limits = _limits(figure) or (counted.lower, counted.upper)
    sampling = sqrt(figure.value * (1 - figure.value) / n)
    error = _share_error(sampling, recalled=recalled)
    yield Target(protocol, arm, quantity, figure.value, error, kind, "", sampling, limits, recalled)


def _share_error(sampling: float, *, recalled: bool) -> float:
    return sqrt(sampling**2 + MODEL_ERROR**2 + (RECALLED_ERROR**2 if recalled else 0.0))


def _median(protocol: str, arm: str, size: int | None, endpoint: str, figure: Figure | None) -> Iterator[Target]:
    """Yield a median; without an interval its sampling error is that of a half over the slope of an exponential."""
    if figure is None or figure.value is None:
        return
    usual = 1.0 / (log(2.0) * sqrt(size or UNKNOWN_SIZE))
    yield _logarithmic(protocol, arm, "", "median", f"{endpoint} median", figure, usual)


def _of_contrast(protocol: Protocol, contrast: Contrast) -> Iterator[Target]:
    """Yield a hazard ratio; without an interval its error is that of the events of two equal arms."""
    if contrast.hr.value is None:
        return
    arms = {arm.name: arm.published for arm in protocol.arms}
    sizes = [one.n for name in (contrast.arm, contrast.reference) if (one := arms[name]) is not None and one.n]
    usual = sqrt(4.0 / (EVENT_SHARE * (sum(sizes) or 2 * UNKNOWN_SIZE)))
    quantity = f"{contrast.endpoint} HR"
    yield _logarithmic(protocol.name, contrast.arm, contrast.reference, "ratio", quantity, contrast.hr, usual)


def _logarithmic(
    protocol: str, arm: str, reference: str, kind: Kind, quantity: str, figure: Figure, usual: float
) -> Target:
    value, recalled = float(figure.value or 0.0), figure.source != "checked"
    given = _limits(figure)
    sampling = log(given[1] / given[0]) / (2 * NORMAL) if given else usual
    limits = given or (value * exp(-NORMAL * usual), value * exp(NORMAL * usual))
    error = sqrt(sampling**2 + MODEL_LOG_ERROR**2 + (RECALLED_LOG_ERROR**2 if recalled else 0.0))
    return Target(protocol, arm, quantity, value, error, kind, reference, sampling, limits, recalled)


def _limits(figure: Figure) -> tuple[float, float] | None:
    """Return the published interval where both ends are known."""
    return None if figure.lo is None or figure.hi is None else (figure.lo, figure.hi)
