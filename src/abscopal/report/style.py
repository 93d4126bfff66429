"""The look shared by every figure: colours, type, and axes placed in inches.

Arms keep one colour through a whole report; responses keep another set, so the two are never confused. Both sets stay
distinguishable under deuteranopia and protanopia and differ in lightness, so they survive a grey printer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

ARM_COLOURS = ("#1B5E9B", "#C4620A", "#7A57A8", "#2B8C76", "#6E6E6E", "#A8456A")
RESPONSE_COLOURS = {"CR": "#0B5A50", "PR": "#5DB3A2", "SD": "#CFCBC0", "PD": "#BF4B7E", "NE": "#EDEDED"}
RESPONSE_NAMES = {
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "PD": "progressive disease",
    "NE": "not evaluable",
}
ORGAN_NAMES = {
    "brain": "Brain",
    "node": "Lymph node",
    "lung": "Lung",
    "liver": "Liver",
    "adrenal": "Adrenal",
    "peritoneum": "Peritoneum",
    "bone": "Bone",
    "skin": "Skin, soft tissue",
}
INK = "#22272B"
MUTED = "#626B73"
PANEL_WIDTH = 4.9  # inch; one panel fills a phone's width and half of a desktop page

RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # bundled with matplotlib, so text is measured alike on every machine
    "font.size": 9.0,
    "text.color": INK,
    "text.parse_math": False,  # a user's "$" is a dollar sign, never mathematics
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#8B949B",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": "#E7EAEC",
    "grid.linewidth": 0.8,
    "xtick.color": "#8B949B",
    "ytick.color": "#8B949B",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.solid_capstyle": "butt",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "none",
    "svg.hashsalt": "abscopal",
    "path.simplify": True,
}

Look = dict[str, Any]
"""Keywords of a drawing call that several calls share."""

P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Run a drawing function under the report's style, leaving the caller's settings as they were."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with matplotlib.rc_context(RC):
            return draw(*args, **kwargs)

    return wrapper


def arm_colours(arms: Sequence[str]) -> dict[str, str]:
    """Colour of each arm, in the order of the protocol."""
    return {arm: ARM_COLOURS[i % len(ARM_COLOURS)] for i, arm in enumerate(arms)}


def shorten(text: str, length: int) -> str:
    """`text` on one line, cut with an ellipsis when longer than `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def axes_at(figure: Figure, left: float, bottom: float, width: float, height: float, **options: Any) -> Axes:
    """Axes at a place given in inches from the figure's lower left corner."""
    across, up = figure.get_size_inches()
    return figure.add_axes((left / across, bottom / up, width / across, height / up), **options)


def text_at(figure: Figure, left: float, bottom: float, text: str, **options: Any) -> None:
    """Text at a place given in inches from the figure's lower left corner."""
    across, up = figure.get_size_inches()
    figure.text(left / across, bottom / up, text, **options)


def panel_title(figure: Figure, left: float, title: str) -> None:
    """Bold title over the panel that starts `left` inches from the figure's edge."""
    top = figure.get_size_inches()[1]
    text_at(figure, left + 0.12, top - 0.22, shorten(title, 54), fontsize=10.5, fontweight="bold")


def month_step(last: float) -> float:
    """Spacing of a month axis that ends near `last` months: 5 to 9 ticks, in steps a clinician reads."""
    return next((step for step in (1, 2, 3, 6, 12, 24) if last / step <= 8.5), 48)


def month_ticks(last: float) -> list[float]:
    """Ticks of a month axis from 0 to the first tick at or after `last` months."""
    step = month_step(last)
    count = max(1, int(-(-last // step)))
    return [step * i for i in range(count + 1)]


def survival_frame(axes: Axes, ticks: Sequence[float]) -> None:
    """Axes of a survival curve: a share against months since randomisation."""
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], labels=["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlim(0, ticks[-1])
    axes.set_xticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axes.grid(axis="y")
    axes.set_xlabel("Months since randomisation", labelpad=3)


def no_data(axes: Axes, message: str) -> None:
    """Say in the middle of empty axes why they are empty."""
    axes.text(0.5, 0.5, message, transform=axes.transAxes, ha="center", va="center", color=MUTED)
