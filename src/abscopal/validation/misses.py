"""The worst misses, arm by arm, and what the parts of a prediction say about why. Pure functions of scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median
from typing import Literal

from abscopal.calibration.targets import LANDMARKS
from abscopal.validation.score import Score, difference

Verdict = Literal["right", "too high", "too low", "unknown"]
RESPONSE_SLACK = 0.05  # of a share, beside the published interval
CURVE_SLACK = 0.04  # mean difference of a curve at its landmarks: the goal of DESIGN
TAIL_SLACK = 0.08  # by how much early and late differences may part
EARLY, LATE = 12.0, 18.0  # months
RATIO_SLACK = 0.12  # of the logarithm
MIX_SLACK = 0.10  # of the share of enrolled patients with a trait
MOST = 12  # misses listed
LEAST = 2.0  # standard errors by which an arm's worst figure must be off to make it a miss


@dataclass(frozen=True)
class Miss:
    """An arm of a trial that came out wrong.

    Attributes
    ----------
    trial, arm, role
        Which.
    size
        Root mean square of the errors of its figures, each in standard errors of its target.
    worst
        The figure that is furthest off.
    why
        Sentences.
    """

    trial: str
    arm: str
    role: str
    size: float
    worst: Score
    why: tuple[str, ...]


@dataclass(frozen=True)
class Enrolled:
    """Whether who was enrolled is who was published: shares with a trait by name, (published, enrolled)."""

    marginals: Mapping[str, tuple[float, float]]

    def unlike(self) -> Iterator[str]:
        """Name the traits whose share is off."""
        for name, (published, enrolled) in sorted(self.marginals.items()):
            if abs(published - enrolled) > MIX_SLACK:
                yield f"{name} {100 * enrolled:.0f} % for {100 * published:.0f} %"


def worst_misses(scores: Sequence[Score], enrolled: Mapping[str, Enrolled], most: int = MOST) -> list[Miss]:
    """Rank arms by the size of their errors, adverse events aside, and say what their parts tell.

    Parameters
    ----------
    scores
        Of any number of trials.
    enrolled
        Marginals by trial.
    most
        Length of the list.
    """
    found = [miss for trial in _trials(scores) for miss in _of_trial(trial, enrolled)]
    return sorted(found, key=lambda miss: (-miss.size, miss.trial, miss.arm))[:most]


def _trials(scores: Iterable[Score]) -> list[list[Score]]:
    trials: dict[str, list[Score]] = {}
    for score in scores:
        trials.setdefault(score.target.protocol, []).append(score)
    return list(trials.values())


def _of_trial(scores: Sequence[Score], enrolled: Mapping[str, Enrolled]) -> Iterator[Miss]:
    for arm in dict.fromkeys(score.target.arm for score in scores):
        own = [s for s in scores if s.target.arm == arm and s.target.kind in ("response", "survival", "median")]
        sized = [score for score in own if score.size is not None]
        worst = max(sized, key=lambda score: score.size or 0.0, default=None)
        if worst is not None and (worst.size or 0.0) > LEAST:
            size = sqrt(fmean((score.size or 0.0) ** 2 for score in sized))
            trial, role = worst.target.protocol, worst.role
            why = [*reasons(scores, arm, enrolled.get(trial))]
            if " too " not in why[0]:
                why.insert(1, f"What is off is one figure: {worst.target.quantity}.")
            yield Miss(trial, arm, role, size, worst, tuple(why))


def reasons(scores: Sequence[Score], arm: str, enrolled: Enrolled | None = None) -> Iterator[str]:
    """Say in sentences which parts of one arm's prediction are right and wrong, and what that points to."""
    response = response_verdict(scores, arm)
    curves = {endpoint: curve_verdict(scores, arm, endpoint) for endpoint in ("PFS", "OS")}
    yield _parts(response, curves)
    if pointer := _pointer(response, curves["PFS"], curves["OS"]):
        yield pointer
    yield from _shapes(scores, arm)
    yield from _other_arms(scores, arm, curves["OS"] if curves["OS"] != "unknown" else curves["PFS"])
    yield from _ratios(scores, arm)
    yield from _beaten(scores, arm)
    if enrolled is not None and (unlike := list(enrolled.unlike())):
        yield f"The patients enrolled are not those published: {', '.join(unlike)}."
    own = [score.target.recalled for score in scores if score.target.arm == arm]
    if own and fmean(own) > 0.5:
        yield "Most of the published figures of this arm are recalled, not checked."


def response_verdict(scores: Sequence[Score], arm: str) -> Verdict:
    """Whether the response rate is right: inside the published interval, or hardly off it."""
    for score in scores:
        if score.target.arm == arm and score.target.quantity == "ORR" and score.error is not None:
            if score.inside or abs(score.error) <= RESPONSE_SLACK:
                return "right"
            return "too high" if score.error > 0 else "too low"
    return "unknown"


def curve_verdict(scores: Sequence[Score], arm: str, endpoint: str) -> Verdict:
    """Whether a curve is right on average over its landmarks, or by its median where it has none."""
    errors = [error for _, error in _landmarks(scores, arm, endpoint)]
    if not errors:
        errors = [0.5 * float(score.error) for score in _medians(scores, arm, endpoint) if score.error is not None]
    if not errors:
        return "unknown"
    mean = fmean(errors)
    if abs(mean) <= CURVE_SLACK:
        return "right"
    return "too high" if mean > 0 else "too low"


def _landmarks(scores: Sequence[Score], arm: str, endpoint: str) -> list[tuple[float, float]]:
    return [
        (score.target.month or 0.0, score.error)
        for score in scores
        if score.target.arm == arm
        and score.target.endpoint == endpoint
        and score.target.month in LANDMARKS
        and score.error is not None
    ]


def _medians(scores: Sequence[Score], arm: str, endpoint: str) -> list[Score]:
    return [s for s in scores if s.target.arm == arm and s.target.quantity == f"{endpoint} median"]


def _parts(response: Verdict, curves: Mapping[str, Verdict]) -> str:
    named = {"response": response, "progression-free survival": curves["PFS"], "overall survival": curves["OS"]}
    mean = {"response": ""}  # a curve may be right on average and have the wrong shape
    said = [
        f"{name} is {verdict}{mean.get(name, ' on average')}" for name, verdict in named.items() if verdict != "unknown"
    ]
    text = ", ".join(said) if said else "nothing that was published of this arm was reached"
    return f"{text[0].upper()}{text[1:]}."


def _pointer(response: Verdict, pfs: Verdict, overall: Verdict) -> str:
    """Return what the pattern of right and wrong parts points to; empty where it points nowhere."""
    wrong = ("too high", "too low")
    if response in wrong and response == overall:
        return "Response and survival are off the same way: how well the treatment kills, or how sensitive tumours are."
    if response == "right" and pfs == "right" and overall in wrong:
        return "What happens up to progression is right: later therapy, or how tumours kill, is not."
    if response == "right" and overall in wrong:
        return "Responses are right and survival is not: growth without response, its duration, or how tumours kill."
    if response in wrong and overall == "right":
        return (
            "Survival is right in spite of the responses: shrinkage or its measurement, not the course of the disease."
        )
    if response in wrong and overall in wrong:
        return "Responses and survival are off in opposite ways: durations, or deaths that do not come from the tumour."
    return "Response is off; survival was not compared." if response in wrong else ""


def _shapes(scores: Sequence[Score], arm: str) -> Iterator[str]:
    """Say where a curve has the wrong shape: right early and wrong late, or the other way round."""
    for endpoint, name in (("PFS", "progression-free survival"), ("OS", "overall survival")):
        points = _landmarks(scores, arm, endpoint)
        early = [error for month, error in points if month <= EARLY]
        late = [error for month, error in points if month >= LATE]
        if early and late and abs(gap := fmean(late) - fmean(early)) > TAIL_SLACK:
            tail = "too many survive for long" if gap > 0 else "too few survive for long"
            yield f"The curve of {name} has the wrong shape: beside its first year {tail} ({100 * gap:+.0f} points)."


def _other_arms(scores: Sequence[Score], arm: str, own: Verdict) -> Iterator[str]:
    """Say whether the other arms are off, too: then it is the disease; else the treatment."""
    if own not in ("too high", "too low"):
        return
    others = {
        other: curve_verdict(scores, other, "OS")
        for other in dict.fromkeys(s.target.arm for s in scores)
        if other != arm
    }
    same = [other for other, verdict in others.items() if verdict == own]
    right = [other for other, verdict in others.items() if verdict == "right"]
    if same:
        yield f"{_list(same)} {_is(same)} off the same way: the disease or its patients, not this treatment alone."
    elif right:
        yield f"{_list(right)} {_is(right)} right: the effect of this arm's treatment, not the disease."


def _ratios(scores: Sequence[Score], arm: str) -> Iterator[str]:
    for score in scores:
        target = score.target
        if target.kind != "ratio" or target.arm != arm or score.error is None:
            continue
        size = (
            f"{target.endpoint} hazard ratio to {target.reference} {score.simulated.value:.2f} for {target.value:.2f}"
        )
        if abs(score.error) <= RATIO_SLACK:
            yield f"The contrast is right all the same: {size}."
        elif not score.inside:
            yield f"The contrast is wrong: {size}, outside the published interval."


def _beaten(scores: Sequence[Score], arm: str) -> Iterator[str]:
    """Say where the other trials of the same class would have told more than the model."""
    both = [
        (abs(score.error), abs(naive), score.naive.basis)
        for score in scores
        if score.target.arm == arm
        and score.target.kind == "survival"
        and score.error is not None
        and score.naive is not None
        and (naive := difference(score.target, score.naive.value)) is not None
    ]
    if both and (own := median(b[0] for b in both)) > (other := median(b[1] for b in both)):
        gaps = f"{100 * other:.0f} points off for the model's {100 * own:.0f}"
        yield f"The pooled curve of the same class would have been nearer: {gaps} ({both[0][2]})."


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
