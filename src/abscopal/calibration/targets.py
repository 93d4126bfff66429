"""Published figures as targets, each with its error, and the one door through which a fit gets them.

`targets_of` reads every figure of a protocol, whatever its role; a validation compares with all of them. A fit asks
`fit_targets`, which knows calibration trials alone and refuses every other one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import exp, log, sqrt
from typing import Literal

from abscopal.analysis.proportion import proportion
from abscopal.errors import InputError, Problem
from abscopal.protocol.condition import Condition
from abscopal.protocol.protocol import Arm, Protocol
from abscopal.protocol.published import Contrast, Figure, Published, Subgroup

Kind = Literal[
    "response", "survival", "median", "ratio", "event",
    "control", "duration", "duration median", "onset",
    "subgroup response", "subgroup survival", "subgroup median", "subgroup ratio",
]  # fmt: skip
"""Of an arm: response, landmarks, medians, hazard ratios, adverse events; disease control, responders still in it,
median duration of response, median time to response; the first four in a subgroup."""

MODEL_ERROR = 0.03  # a model this coarse is not asked for more; keeps large trials from ruling alone
RECALLED_ERROR = 0.04  # on top, for a figure that nobody here has seen in print
STEP_ERROR = 0.05  # on top, for the half left at a median: scans make the curve fall in steps
MODEL_LOG_ERROR = 0.1  # the same two for medians and hazard ratios, of the logarithm
RECALLED_LOG_ERROR = 0.15
UNKNOWN_SIZE = 100  # subjects assumed in an arm whose size was not published
EVENT_SHARE = 0.6  # assumed share with the event where a hazard ratio has no interval
ASSAY_ERROR = 0.03  # on top, in a subgroup: an assay or reader other than the model's tells who belongs there
ASSAY_LOG_ERROR = 0.1
FIRST_SCAN_ERROR = 0.15  # on top, for the half that has responded at a median: most do at the first scan or the second
SUBGROUP_SHARE = 1 / 3  # assumed of an arm where the size of a subgroup was not published
RESPONSE_RATE = 0.2  # assumed for the number of responders where a response rate was not published
LATE_RESPONSE = 12.0  # months by which nearly all have responded who ever will; durations count from there
LANDMARKS = (6, 12, 18, 24, 36)  # months, where a curve was published
SUBGROUP_LANDMARKS = (12, 24)  # of these a fit takes two in a subgroup: the arm's own curve has the rest
NORMAL = 1.96
SHARES: frozenset[Kind] = frozenset(
    ("response", "survival", "event", "control", "duration", "subgroup response", "subgroup survival")
)
"""Kinds whose errors are differences of shares; those of the others are differences of logarithms."""
RATIOS: frozenset[Kind] = frozenset(("ratio", "subgroup ratio"))
"""Kinds that are hazard ratios; of the logarithmic ones the others are months."""
OF_ARMS: frozenset[Kind] = frozenset(("response", "survival", "median"))
"""What a fit aims at unless it asks for more."""
COUNTED: frozenset[Kind] = OF_ARMS | {
    "control", "duration", "duration median", "onset", "subgroup response", "subgroup survival",
}  # fmt: skip
"""What can be counted among simulated patients with complete follow-up."""


@dataclass(frozen=True)
class Target:
    """One published figure: of which arm, of what, and how sure.

    Attributes
    ----------
    protocol, arm, reference
        Trial and arm; for a hazard ratio the arm in its denominator, else "".
    kind, quantity
        What is counted: "ORR", "CR", "OS 12", "PFS 24" (months), "OS median", "OS HR", "colitis", "colitis grade 3",
        "DCR", "DOR 12", "DOR median", "TTR median"; of a subgroup "ORR in PDL1 >= 5 %".
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
    who
        Conditions that all those counted meet; empty for the whole arm, and where no simulated patient can be told.
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
    who: tuple[Condition, ...] = ()

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


def fit_targets(
    protocols: Iterable[Protocol], longest_months: float, kinds: Collection[Kind] = OF_ARMS
) -> list[Target]:
    """Return what a fit aims at: shares by arm, a median as the half that survives it; landmarks within a time.

    Parameters
    ----------
    protocols
        Of role calibration.
    longest_months
        Follow-up of the fit: no later figure is one of its aims.
    kinds
        Which kinds, of those `COUNTED`; others are left out.

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
    found = (target for protocol in protocols for target in targets_of(protocol) if target.kind in kinds)
    aims = (_aim(target, longest_months) for target in found)
    return [aim for aim in aims if aim is not None]


def _aim(target: Target, longest: float) -> Target | None:
    """Turn a figure into what a fit counts among its patients; None for what it does not count or comes too late."""
    match target.kind:
        case "response" | "control":
            return target
        case "survival":
            return target if (target.month or 0.0) <= longest else None
        case "subgroup response" | "subgroup survival":
            return _aim_in_subgroup(target, longest)
        case "duration":
            return target if float(target.quantity.split()[1]) + LATE_RESPONSE <= longest else None
        case "duration median":
            return _half(target, STEP_ERROR) if target.value + LATE_RESPONSE <= longest else None
        case "onset":
            return _half(target, FIRST_SCAN_ERROR) if target.value <= longest else None
        case "median":  # of OS there are landmarks
            return _half(target, STEP_ERROR) if target.endpoint == "PFS" and target.value <= longest else None
    return None


def _aim_in_subgroup(target: Target, longest: float) -> Target | None:
    if not target.who:
        return None
    first, second, *_ = target.quantity.split()
    late = target.kind == "subgroup survival" and (int(second) not in SUBGROUP_LANDMARKS or int(second) > longest)
    return None if late or first == "CR" else target


def _half(target: Target, step: float) -> Target:
    """Turn a median into the half on either side of it; `step` is what scans in steps blur there."""
    sampling = 0.5 * log(2.0) * target.sampling  # of the half that is left, from that of the median's logarithm
    error = _share_error(sampling, recalled=target.recalled) + step
    quantity = f"{target.quantity} {target.value:g}"
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
        yield from _median(protocol.name, arm.name, published.n, "median", f"{endpoint} median", figure)
    for event, rates in published.adverse_events.items():
        yield from share("event", event, rates.any_grade)
        yield from share("event", f"{event} grade 3", rates.grade3)
    yield from share("control", "DCR", published.dcr)
    yield from _of_responders(protocol.name, arm.name, published)
    for group in published.subgroups:
        yield from _of_subgroup(protocol.name, arm.name, published, group)


def _of_responders(protocol: str, arm: str, published: Published) -> Iterator[Target]:
    """Yield what is known of those who responded; sampling errors are those of their number."""
    rate = published.orr.value if published.orr is not None and published.orr.value else RESPONSE_RATE
    responders = max(round((published.n or UNKNOWN_SIZE) * rate), 1)
    for month, figure in sorted(published.dor_at.items()):
        yield from _share(protocol, arm, responders, "duration", f"DOR {month}", figure)
    yield from _median(protocol, arm, responders, "duration median", "DOR median", published.dor_median)
    yield from _median(protocol, arm, responders, "onset", "TTR median", published.ttr_median)


def _of_subgroup(protocol: str, arm: str, published: Published, group: Subgroup) -> Iterator[Target]:
    """Yield the figures of a part of an arm, named by its conditions so that the same parts of trials meet."""
    size = group.n or round((published.n or UNKNOWN_SIZE) * SUBGROUP_SHARE)
    suffix = f" in {' and '.join(map(str, group.who)) or group.name}"
    share, middle = partial(_share, protocol, arm, size), partial(_median, protocol, arm, size, "subgroup median")
    found = [
        *share("subgroup response", "ORR", group.orr),
        *share("subgroup response", "CR", group.cr),
        *(target for month, one in sorted(group.os_at.items()) for target in share(
            "subgroup survival", f"OS {month}", one)),
        *middle("OS median", group.os_median),
        *middle("PFS median", group.pfs_median),
        *middle("DOR median", group.dor_median),
        *_ratio(protocol, (arm, group.against), "subgroup ratio", "OS HR", group.os_hr, 2 * size),
        *_ratio(protocol, (arm, group.against), "subgroup ratio", "PFS HR", group.pfs_hr, 2 * size),
    ]  # fmt: skip
    for target in found:
        error = sqrt(target.error**2 + (ASSAY_ERROR if target.kind in SHARES else ASSAY_LOG_ERROR) ** 2)
        yield replace(target, quantity=target.quantity + suffix, error=error, who=group.who)


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


def _median(
    protocol: str, arm: str, size: int | None, kind: Kind, quantity: str, figure: Figure | None
) -> Iterator[Target]:
    """Yield a median; without an interval its sampling error is that of a half over the slope of an exponential."""
    if figure is None or figure.value is None:
        return
    usual = 1.0 / (log(2.0) * sqrt(size or UNKNOWN_SIZE))
    yield _logarithmic(protocol, arm, "", kind, quantity, figure, usual)


def _of_contrast(protocol: Protocol, contrast: Contrast) -> Iterator[Target]:
    arms = {arm.name: arm.published for arm in protocol.arms}
    both = contrast.arm, contrast.reference
    sizes = [one.n for name in both if (one := arms[name]) is not None and one.n]
    yield from _ratio(protocol.name, both, "ratio", f"{contrast.endpoint} HR", contrast.hr, sum(sizes))


def _ratio(
    protocol: str, arms: tuple[str, str], kind: Kind, quantity: str, figure: Figure | None, subjects: int
) -> Iterator[Target]:
    """Yield a hazard ratio; without an interval its error is that of the events of two equal arms."""
    if figure is None or figure.value is None:
        return
    usual = sqrt(4.0 / (EVENT_SHARE * (subjects or 2 * UNKNOWN_SIZE)))
    yield _logarithmic(protocol, arms[0], arms[1], kind, quantity, figure, usual)


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
