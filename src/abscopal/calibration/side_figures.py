"""Published figures that belong to no arm of a shipped protocol, each with its error and the role of its trial.

Pseudoprogression, hyperprogression, treatment beyond progression, onset and resolution of immune-related adverse
events, their rates in labels, survival in registries. A figure without a role is of other trials, or pooled over trials
of both roles: it is only compared with. A fit asks `fit_side_figures`.
"""

from __future__ import annotations

from importlib.resources import files
from math import log, sqrt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from abscopal.calibration.targets import (
    MODEL_ERROR,
    MODEL_LOG_ERROR,
    NORMAL,
    RECALLED_ERROR,
    RECALLED_LOG_ERROR,
    UNKNOWN_SIZE,
)
from abscopal.record import Real, Record, Whole, read_once

FILE = "side_figures.yaml"


class SideFigure(Record):
    """One figure.

    `of` says in whom (a cancer, drugs, a setting), `what` is counted or timed there; `value` is a share of 1, months,
    weeks or a number of patients, null where only a range was published.
    """

    table: str = Field(description="What it is about, such as pseudoprogression.")
    of: str = Field(description="In whom.")
    what: str = Field(description="What was counted or timed.")
    value: Real | None = Field(default=None, description="The number, in `unit`.")
    lo: Real | None = Field(default=None, description="Lower end of the interval or range.")
    hi: Real | None = Field(default=None, description="Upper end of the interval or range.")
    unit: Literal["share", "months", "weeks", "patients"] = Field(description="Unit of the numbers.")
    source: Literal["checked", "recalled"] = Field(description="Seen in the source, or from memory.")
    n: Annotated[Whole, Field(gt=0)] | None = Field(default=None, description="Patients behind it.")
    role: Literal["calibration", "validation"] | None = Field(default=None, description="Of the trial behind it.")
    trial: str = Field(default="", description="Shipped protocol of the trial behind it, where there is one.")
    citation: str = Field(default="", description="Publication.")
    note: str = Field(default="", description="What a reader must know.")

    @property
    def sampling(self) -> float:
        """One standard error by sampling alone: of a share, or of the logarithm of a time."""
        value, size = float(self.value or 0.0), self.n or UNKNOWN_SIZE
        if self.unit == "share":
            return sqrt(value * (1 - value) / size)
        if self.lo and self.hi:
            return log(self.hi / self.lo) / (2 * NORMAL)
        return 1.0 / (log(2.0) * sqrt(size))

    @property
    def error(self) -> float:
        """Sampling error with what a coarse model is not asked for, and what memory adds."""
        share, recalled = self.unit == "share", self.source == "recalled"
        model = MODEL_ERROR if share else MODEL_LOG_ERROR
        memory = RECALLED_ERROR if share else RECALLED_LOG_ERROR
        return sqrt(self.sampling**2 + model**2 + (memory**2 if recalled else 0.0))


class _File(Record):
    """The data file."""

    figures: tuple[SideFigure, ...]


def side_figures(table: str = "") -> tuple[SideFigure, ...]:
    """Return every figure, or those of one table; only to compare with."""
    found = read_once(Path(str(files("abscopal.calibration"))) / FILE, _File).figures
    return tuple(figure for figure in found if table in ("", figure.table))


def fit_side_figures(table: str = "") -> tuple[SideFigure, ...]:
    """Return the figures that a fit may aim at: of calibration trials, with a value. No other's value is read."""
    return tuple(figure for figure in side_figures(table) if figure.role == "calibration" and figure.value is not None)
