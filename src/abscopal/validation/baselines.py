"""What one would say of a trial without a model: how its drugs did elsewhere, and how its parts would act alone.

Naive transport gives an arm the pooled published figures of the same classes of drugs, line and setting: of the same
cancer if there are any, else of all. Independent drug action (Palmer and Sorger, Cell 2017;171:1678, recalled) gives a
combination the better of its two parts' outcomes in every patient, the two being correlated. Both know calibration
trials alone, and never the trial itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import exp, log, pi
from statistics import median

import numpy as np
from scipy.special import ndtr, ndtri

from abscopal import catalogue
from abscopal.calibration.targets import LANDMARKS, SHARES, UNKNOWN_SIZE, Kind, Target, targets_of
from abscopal.errors import InputError, Problem
from abscopal.protocol.protocol import Arm, Protocol
from abscopal.protocol.regimen import Regimen

CORRELATION = 0.3  # of the outcomes of two drugs in one patient, DESIGN section 7
SILENT = frozenset({"corticosteroid", "supportive", "immunosuppressant"})  # modalities that make no class of an arm
CHECKPOINT = {"anti-PD-1": "anti-PD-(L)1", "anti-PD-L1": "anti-PD-(L)1"}
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
Classes = frozenset[str]
Key = tuple[Kind, str, Classes, Classes, str, str]


@dataclass(frozen=True)
class Case:
    """A published figure and who it is of: cancer, line, setting, classes of drugs of its arm and of the reference."""

    target: Target
    indication: str
    line: str
    setting: str
    classes: Classes
    reference: Classes
    size: int

    @property
    def key(self) -> Key:
        """What figures must have in common to be pooled: what is counted, classes of drugs, line and setting."""
        return self.target.kind, self.target.quantity, self.classes, self.reference, self.line, self.setting


Pool = Mapping[Key, Sequence[Case]]


@dataclass(frozen=True)
class Guess:
    """What a baseline says, where it has it from, and whether all of that is of the same cancer."""

    value: float
    basis: str
    near: bool = True


def cases_of(protocol: Protocol) -> list[Case]:
    """Every published figure of a protocol with what its arm is given."""
    classes = {arm.name: classes_of(arm) for arm in protocol.arms}
    sizes = {arm.name: (arm.published.n if arm.published else None) or UNKNOWN_SIZE for arm in protocol.arms}
    nothing: Classes = frozenset()
    return [
        Case(
            target,
            protocol.indication,
            protocol.line,
            protocol.setting,
            classes[target.arm],
            classes.get(target.reference, nothing),
            sizes[target.arm],
        )
        for target in targets_of(protocol)
    ]


def donors(protocols: Iterable[Protocol]) -> Pool:
    """Return the figures that baselines may use.

    Raises
    ------
    InputError
        If a protocol is of another role than calibration.
    """
    protocols = list(protocols)
    wrong = [p for p in protocols if p.role != "calibration"]
    if wrong:
        raise InputError(
            [Problem(p.name, "a trial with role: calibration", f"role: {p.role or 'none'}") for p in wrong]
        )
    return pool_of(case for protocol in protocols for case in cases_of(protocol))


def pool_of(cases: Iterable[Case]) -> Pool:
    """Gather figures by what they must have in common to be pooled."""
    pool: dict[Key, list[Case]] = {}
    for case in cases:
        pool.setdefault(case.key, []).append(case)
    return pool


def classes_of(arm: Arm) -> Classes:
    """Classes of the drugs that an arm is given: all chemotherapy is one, and so are PD-1 and PD-L1 antibodies."""
    found = set()
    for treatment in arm.regimen:
        if not isinstance(treatment, Regimen):
            found.add(type(treatment).__name__.lower())
            continue
        drug = catalogue.drug(treatment.drug)
        if drug.modality not in SILENT:
            found.add(drug.modality if drug.modality == "chemotherapy" else CHECKPOINT.get(drug.group, drug.group))
    return frozenset(found)


def naive_transport(case: Case, pool: Pool) -> Guess | None:
    """Return the pooled published figure of the same classes, line and setting; None where there is none.

    Shares are averaged by subjects, logarithms of months and ratios by the inverse of their variance. A hazard ratio
    that nobody published for these classes is taken from the pooled curves.
    """
    alike = [one for one in pool.get(case.key, ()) if one.target.protocol != case.target.protocol]
    near = [one for one in alike if one.indication == case.indication]
    chosen = near or alike
    if chosen:
        return Guess(_pooled(chosen), _basis(case, chosen), bool(near))
    if case.target.kind != "ratio":
        return None
    pairs = ((naive_transport(one, pool), naive_transport(other, pool)) for one, other in _curves(case))
    return _ratio_of(pairs, "pooled curves")


def independent_action(case: Case, pool: Pool) -> Guess | None:
    """Return what a combination does if its parts act independently; None for one class, or where a part is unknown.

    The parts are the two sets of classes, of all ways to divide them, whose figures come from the nearest trials.
    """
    if len(case.classes) < 2 or case.target.kind not in ("response", "survival", "ratio"):
        return None
    if case.target.kind == "ratio":
        pairs = ((independent_action(one, pool), naive_transport(other, pool)) for one, other in _curves(case))
        return _ratio_of(pairs, "independent action over a pooled control")
    found = []
    for first, second in _divisions(case.classes):
        one, other = (naive_transport(replace(case, classes=half), pool) for half in (first, second))
        if one is not None and other is not None:
            basis = f"{_words(first)} ({one.basis}) and {_words(second)} ({other.basis})"
            value = better_of_two(one.value, other.value)
            found.append((2 - one.near - other.near, basis, Guess(value, basis, one.near and other.near)))
    return min(found, key=lambda guess: guess[:2])[2] if found else None


def better_of_two(first: float, second: float, correlation: float = CORRELATION) -> float:
    """Share with the better of two outcomes, each reached by a share of 0 to 1, joined by a normal copula."""
    if min(first, second) <= 0.0 or max(first, second) >= 1.0:
        return max(first, second)
    return 1.0 - _both_below(float(ndtri(1.0 - first)), float(ndtri(1.0 - second)), correlation)


def _both_below(h: float, k: float, correlation: float) -> float:
    """Bivariate normal distribution function, by Plackett's integral over the correlation."""
    r = 0.5 * correlation * (_NODES + 1.0)
    density = np.exp(-(h * h - 2.0 * h * k * r + k * k) / (2.0 * (1.0 - r * r))) / np.sqrt(1.0 - r * r)
    return float(ndtr(h) * ndtr(k) + 0.5 * correlation * float(_WEIGHTS @ density) / (2.0 * pi))


def _pooled(chosen: Sequence[Case]) -> float:
    values = np.array([one.target.value for one in chosen])
    if chosen[0].target.kind in SHARES:
        return float(np.average(values, weights=[one.size for one in chosen]))
    weights = [1.0 / max(one.target.sampling, 1e-3) ** 2 for one in chosen]
    return exp(float(np.average(np.log(values), weights=weights)))


def _basis(case: Case, chosen: Sequence[Case]) -> str:
    trials = sorted({one.target.protocol for one in chosen})
    where = case.indication if chosen[0].indication == case.indication else "other cancers"
    return f"{where}: {', '.join(trials)}"


def _curves(case: Case) -> Iterator[tuple[Case, Case]]:
    """Yield landmarks of the two arms of a contrast, as cases without a value of their own."""
    for month in LANDMARKS:
        point = replace(case.target, kind="survival", quantity=f"{case.target.endpoint} {month}", reference="")
        own = replace(case, target=point, reference=frozenset())
        yield own, replace(own, classes=case.reference)


def _ratio_of(pairs: Iterable[tuple[Guess | None, Guess | None]], basis: str) -> Guess | None:
    """Hazard ratio of two curves: the median over landmarks of the ratio of their cumulative hazards.

    Both curves must be of the case's own cancer: an arm of one against a control of another is nobody's guess.
    """
    found = [
        log(log(arm.value) / log(reference.value))
        for arm, reference in pairs
        if arm is not None and reference is not None and arm.near and reference.near
        if 0 < arm.value < 1 and 0 < reference.value < 1
    ]
    return Guess(exp(median(found)), basis) if found else None


def _divisions(classes: Classes) -> Iterator[tuple[Classes, Classes]]:
    """Yield every way to divide classes into two parts, in a fixed order."""
    ordered = sorted(classes)
    for count in range(1, len(ordered)):
        for rest in combinations(ordered[1:], count):
            yield classes - frozenset(rest), frozenset(rest)


def _words(classes: Classes) -> str:
    return " + ".join(sorted(classes))
