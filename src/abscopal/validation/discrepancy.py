"""How far the model itself is off from one trial to the next, beyond what chance explains: from calibration trials.

The true share p' of a published trial lies about the predicted p with the variance rho p (1 - p), as that of a beta
distribution does; the true logarithm of a hazard ratio about the predicted one with the variance s^2. Both second
moments come from the residuals r, simulated less published, of calibration trials by the method of moments:

    rho = sum w (r^2 - v) / sum w p (1 - p)        s^2 = sum w (r^2 - v) / sum w        at least 0

with v the sampling variances of both sides and what draws of the parameters explain. Figures of an arm share its
weight, so that an arm with ten landmarks counts as one with two. Moments are about zero: a bias is part of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from io import StringIO
from math import sqrt
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from abscopal.errors import InputError, Problem
from abscopal.validation.score import Score, difference

SHIPPED = Path(__file__).parent / "discrepancy.yaml"
KINDS = ("response", "survival", "ratio")
HEAD = """\
# Between-trial discrepancy of the model: standard deviations of what chance does not explain. Written by
# `abscopal validate --write-discrepancy FILE` from residuals of calibration trials alone; see docs/validation.md.
"""


@dataclass(frozen=True)
class Discrepancy:
    """Standard deviation of the model's own error, by kind.

    Attributes
    ----------
    response, survival
        Of a share of one half; of a share p it is the same times 2 sqrt(p (1 - p)).
    ratio
        Of the logarithm of a hazard ratio.
    trials
        Calibration trials that it was estimated from.
    n_per_arm, seed, draws
        Of the replays; draws 0 where parameter uncertainty is still in it.
    """

    response: float
    survival: float
    ratio: float
    trials: tuple[str, ...] = ()
    n_per_arm: int = 0
    seed: int = 0
    draws: int = 0

    def correlation(self, kind: str) -> float:
        """Return rho of a kind of shares."""
        return min(4.0 * float(getattr(self, kind)) ** 2, 1.0)

    def of_share(self, kind: str, share: float) -> float:
        """Return the standard deviation of a share of a kind."""
        return sqrt(self.correlation(kind) * share * (1.0 - share))


NONE = Discrepancy(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Residual:
    """A figure: error, the part of its variance that chance and draws explain, p (1 - p) or 1, and its weight."""

    error: float
    explained: float
    unit: float
    weight: float


def estimated(scores: Iterable[Score], n_per_arm: int, seed: int, draws: int = 0) -> Discrepancy:
    """Estimate the discrepancy from scores of calibration trials.

    Raises
    ------
    InputError
        If a score is of a trial of another role, or one kind has no figure. Nothing has been computed.
    """
    scores = list(scores)
    if wrong := sorted({score.target.protocol for score in scores if score.role != "calibration"}):
        raise InputError([Problem(name, "a trial with role: calibration", "a trial of validation") for name in wrong])
    found = {kind: residuals(scores, kind) for kind in KINDS}
    if empty := [kind for kind, own in found.items() if not own]:
        raise InputError([Problem("--write-discrepancy", f"trials with published {kind}", "none") for kind in empty])
    moments = {kind: moment(own) for kind, own in found.items()}
    trials = tuple(sorted({score.target.protocol for score in scores}))
    response, survival = (round(0.5 * sqrt(moments[kind]), 4) for kind in ("response", "survival"))
    return Discrepancy(response, survival, round(sqrt(moments["ratio"]), 4), trials, n_per_arm, seed, draws)


def residuals(scores: Sequence[Score], kind: str) -> list[Residual]:
    """Return the residuals of one kind that have a spread."""
    own = [score for score in scores if score.target.kind == kind and score.spread]
    arms = [(score.target.protocol, score.target.arm) for score in own]
    return [
        Residual(error, score.spread.explained, score.spread.unit, 1.0 / arms.count(arm))
        for score, arm in zip(own, arms, strict=True)
        if score.spread is not None and (error := difference(score.target, score.spread.centre)) is not None
    ]


def moment(found: Sequence[Residual]) -> float:
    """Return rho, or the variance of logarithms: what is left of squared residuals, at least 0."""
    left = sum(one.weight * (one.error**2 - one.explained) for one in found)
    return max(left / sum(one.weight * one.unit for one in found), 0.0)


def read_discrepancy(path: Path = SHIPPED) -> Discrepancy:
    """Read a discrepancy from its file.

    Raises
    ------
    InputError
        If it is not what `write_discrepancy` writes.
    """
    content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    try:
        return Discrepancy(**content | {"trials": tuple(content["trials"])})
    except (TypeError, KeyError):
        expected = "what abscopal validate --write-discrepancy writes"
        raise InputError([Problem("discrepancy", expected, "something else", file=str(path))]) from None


def write_discrepancy(found: Discrepancy, path: Path) -> None:
    """Write a discrepancy with where it comes from."""
    text = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    plain: dict[str, Any] = asdict(found) | {"trials": list(found.trials)}
    yaml.dump(plain, text)
    path.write_text(HEAD + text.getvalue(), encoding="utf-8")
