"""Lesion-site map: where the lesions lie in the body and how they change, organ by organ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch
from matplotlib.path import Path

from abscopal.report.numbers import signed
from abscopal.report.shown import of_subjects, once, sample, sampled_title
from abscopal.report.style import INK, MUTED, ORGAN_NAMES, PANEL_WIDTH, Look, axes_at, panel_title, styled, text_at

PANEL_HEIGHT = 5.6
MOST_SUBJECTS = 5000  # of an arm, whose every lesion at every scan is looked at
BODY = "#EEF0F1"
SHRINK_TO_GROW = LinearSegmentedColormap.from_list("change", ["#0B5A50", "#8CCABD", "#F3F1EA", "#DB93B4", "#A3325F"])
CHANGE_SCALE = Normalize(-100.0, 100.0)

# place of each organ on a figure 2 wide and 7.4 high that faces the reader (so the liver is on the left), the side of
# its label and the label's height
ORGAN_PLACES = {
    "brain": ((0.00, 6.95), "right", 6.85),
    "node": ((-0.30, 5.90), "left", 6.35),
    "lung": ((0.34, 5.20), "right", 5.55),
    "liver": ((-0.26, 4.42), "left", 4.75),
    "adrenal": ((0.24, 4.20), "right", 4.25),
    "peritoneum": ((0.02, 3.62), "left", 3.15),
    "bone": ((0.36, 2.95), "right", 2.95),
    "skin": ((-0.42, 1.95), "left", 1.55),
}


def lesion_subjects(adsl: pd.DataFrame, arm: str) -> pd.Series:
    """Subjects of an arm whose lesions are counted: all, or a fixed sample, whose shares are within 1.4 points."""
    return sample(adsl.loc[adsl["ARM"] == arm, "USUBJID"].drop_duplicates(), MOST_SUBJECTS)


def organ_table(tables: Mapping[str, pd.DataFrame], arm: str) -> pd.DataFrame:
    """Lesions of one arm by organ.

    Parameters
    ----------
    tables
        `adsl` and `adtr`.
    arm
        Which arm.

    Returns
    -------
    One row per organ, of the subjects of `lesion_subjects`, with SUBJECTS (share of them with a lesion there at
    baseline), NEW (share with a new lesion there later) and CHANGE (median over subjects of the best change, percent,
    of the sum of their target lesions in that organ; missing where nobody has one measured twice).
    """
    shown = lesion_subjects(tables["adsl"], arm)
    adtr = tables["adtr"]
    lesions = of_subjects(adtr[(adtr["PARAMCD"] == "LDIAM") & (adtr["ARM"] == arm)], shown)
    baseline = lesions[(lesions["AVISITN"] == 0) & (lesions["ROLE"] != "new")]
    new = lesions[(lesions["ROLE"] == "new") & ~lesions["STATE"].isin(["absent", "not evaluable"])]
    share = max(len(shown), 1)
    table = pd.DataFrame(
        {
            "SUBJECTS": baseline.groupby("ORGAN")["USUBJID"].nunique() / share,
            "NEW": new.groupby("ORGAN")["USUBJID"].nunique() / share,
            "CHANGE": _best_change_by_organ(lesions[lesions["ROLE"] == "target"]),
        }
    )
    return table.reindex(list(ORGAN_NAMES)).fillna({"SUBJECTS": 0.0, "NEW": 0.0})


def _best_change_by_organ(targets: pd.DataFrame) -> pd.Series:
    """Median over subjects of the best percent change of the sum of targets in each organ."""
    by_scan = targets.groupby(["ORGAN", "USUBJID", "AVISITN"])["AVAL"]
    complete = by_scan.count() == by_scan.size()  # a scan that misses one lesion has no sum
    sums: pd.DataFrame = by_scan.sum().where(complete).unstack("AVISITN")
    if 0 not in sums.columns or sums.shape[1] < 2:
        return pd.Series(dtype=float, name="CHANGE")
    later = sums.drop(columns=0).min(axis=1)
    change = 100.0 * (later / sums[0].where(sums[0] > 0) - 1.0)
    return change.groupby("ORGAN").median()


@styled
def lesion_map_figure(tables: Mapping[str, pd.DataFrame], arms: Sequence[str]) -> Figure:
    """Body outline per arm; a disc per organ: area = share of subjects with a lesion, colour = median best change.

    Parameters
    ----------
    tables
        `adsl` and `adtr`.
    arms
        Arms to draw, left to right.
    """
    figure = Figure(figsize=(PANEL_WIDTH * len(arms), PANEL_HEIGHT))
    for i, arm in enumerate(arms):
        axes = axes_at(figure, PANEL_WIDTH * i + 0.05, 0.85, PANEL_WIDTH - 0.1, PANEL_HEIGHT - 1.2)
        enrolled = int((tables["adsl"]["ARM"] == arm).sum())
        shown = len(lesion_subjects(tables["adsl"], arm))
        panel_title(figure, PANEL_WIDTH * i, sampled_title(arm, shown, enrolled))
        _draw_body(axes)
        for organ, row in once(tables, organ_table, arm).iterrows():
            _draw_organ(axes, str(organ), row)
    _colour_key(figure)
    return figure


def _draw_body(axes: Axes) -> None:
    """Draw a plain figure facing the reader: head, neck, trunk, arms and legs."""
    scale = (PANEL_WIDTH - 0.1) / (PANEL_HEIGHT - 1.2)
    axes.set_ylim(0.1, 7.6)
    axes.set_xlim(-3.75 * scale, 3.75 * scale)
    axes.axis("off")
    style: Look = {"facecolor": BODY, "edgecolor": "none", "zorder": 1}
    axes.add_patch(Circle((0, 6.95), 0.47, **style))
    axes.add_patch(FancyBboxPatch((-0.14, 6.2), 0.28, 0.5, boxstyle="round,pad=0.02", **style))
    for side in (1, -1):
        axes.add_patch(PathPatch(_half_trunk(side), **style))
        axes.add_patch(PathPatch(_limb(side, [(0.80, 6.05), (1.12, 4.75), (1.32, 3.45)], [0.24, 0.19, 0.12]), **style))
        axes.add_patch(PathPatch(_limb(side, [(0.40, 3.15), (0.46, 1.75), (0.48, 0.4)], [0.38, 0.26, 0.15]), **style))


def _half_trunk(side: int) -> Path:
    """Half of the trunk from the neck over shoulder, waist and hip to the crotch."""
    outline = [
        (0.0, 6.35),
        (0.3, 6.3),
        (0.95, 6.3),
        (0.96, 5.75),
        (0.9, 5.0),
        (0.62, 4.9),
        (0.66, 4.1),
        (0.68, 3.7),
        (0.8, 3.5),
        (0.79, 2.95),
        (0.4, 2.75),
        (0.2, 2.7),
        (0.0, 2.85),
    ]
    codes = [Path.MOVETO] + [Path.CURVE4] * 12
    return Path([(side * x, y) for x, y in outline], codes)


def _limb(side: int, joints: Sequence[tuple[float, float]], half_widths: Sequence[float]) -> Path:
    """Outline a tapering limb along its joints, rounded at the far end."""
    centre = np.array(joints)
    along = np.gradient(centre, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * np.array(half_widths)[:, None]
    tip = centre[-1] + along[-1] * half_widths[-1] * 1.6
    outer, inner = centre + across, centre - across
    points = [outer[0], outer[1], outer[2], tip, inner[2], inner[1], inner[0], outer[0]]
    codes = [Path.MOVETO, Path.CURVE3, Path.CURVE3, Path.CURVE3, Path.CURVE3, Path.CURVE3, Path.CURVE3, Path.CLOSEPOLY]
    return Path([(side * float(x), float(y)) for x, y in points], codes)


def _draw_organ(axes: Axes, organ: str, row: pd.Series) -> None:
    place, side, height = ORGAN_PLACES[organ]
    share, new, change = float(row["SUBJECTS"]), float(row["NEW"]), float(row["CHANGE"])
    radius = 0.52 * np.sqrt(share)
    known = np.isfinite(change)
    colour = SHRINK_TO_GROW(CHANGE_SCALE(np.clip(change, -100, 100))) if known else "white"
    sign = 1 if side == "right" else -1
    edge = sign * 1.5
    axes.plot([place[0], sign * 1.38, edge], [place[1], height, height], color="#A9B0B5", linewidth=0.7, zorder=2)
    axes.add_patch(Circle(place, max(radius, 0.05), facecolor=colour, edgecolor=INK, linewidth=0.8, zorder=3))
    align: Look = {"ha": "left" if sign > 0 else "right", "zorder": 4}
    axes.text(edge + sign * 0.08, height + 0.03, ORGAN_NAMES[organ], va="bottom", fontweight="bold", **align)
    axes.text(
        edge + sign * 0.08,
        height - 0.05,
        _organ_text(share, new, change),
        va="top",
        fontsize=8,
        linespacing=1.35,
        **align,
    )


def _organ_text(share: float, new: float, change: float) -> str:
    lines = [f"{100 * share:.0f} % of subjects" if share else "none at baseline"]
    if np.isfinite(change):
        lines.append(f"best change {signed(change)} %")
    if new:
        lines.append(f"new in {100 * new:.0f} %")
    return "\n".join(lines)


def _colour_key(figure: Figure) -> None:
    width, _ = figure.get_size_inches()
    left = width / 2 - 1.5
    bar = axes_at(figure, left, 0.42, 3.0, 0.12)
    key = figure.colorbar(ScalarMappable(CHANGE_SCALE, SHRINK_TO_GROW), cax=bar, orientation="horizontal")
    key.set_ticks([-100, -50, 0, 50, 100], labels=["−100 %", "−50 %", "0", "+50 %", "+100 %"])
    key.outline.set_visible(False)
    key.ax.tick_params(length=0)
    caption = "Median best change of target lesions; disc area: share of subjects"
    text_at(figure, width / 2, 0.62, caption, ha="center", fontsize=8, color=MUTED)
