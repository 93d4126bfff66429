"""All figures of a trial: as panels of the page, and as SVG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import Figure

from abscopal.report.benefit_risk import benefit_risk_figure
from abscopal.report.consort import MOST_ARMS, consort_figure, screening_of
from abscopal.report.estimates import ENDPOINT_NAMES, comparisons, of_enrolled, survival_in
from abscopal.report.forest import forest_figure, forest_rows
from abscopal.report.kaplan_meier_figure import kaplan_meier_figure
from abscopal.report.lesion_map import lesion_map_figure, organ_table
from abscopal.report.numbers import counted, months, percent, ratio, signed
from abscopal.report.published import Description, describe
from abscopal.report.shown import once
from abscopal.report.spider import spider_figure
from abscopal.report.style import ORGAN_NAMES
from abscopal.report.svg import write_svg
from abscopal.report.swimmer import swimmer_figure
from abscopal.report.waterfall import best_changes, waterfall_figure

if TYPE_CHECKING:
    from abscopal.protocol.protocol import Protocol

Tables = Mapping[str, pd.DataFrame]
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Panel:
    """A figure of the page: its id there and what it says to a reader who cannot see it."""

    name: str
    figure: Figure
    alternative: str


def survival_panels(tables: Tables, trial: Description) -> list[Panel]:
    """Kaplan-Meier panels, overall survival first."""
    return [
        Panel(f"km-{code.lower()}", kaplan_meier_figure(tables, code, trial), _survival_words(tables, code, trial))
        for code in ("OS", "PFS")
    ]


def response_panels(tables: Tables, trial: Description) -> list[Panel]:
    """Waterfall panels of every arm, then spider panels of every arm."""
    waterfalls = [
        Panel(f"waterfall-{i}", waterfall_figure(tables, [arm]), _waterfall_words(tables, arm))
        for i, arm in enumerate(trial.arms)
    ]
    spiders = [
        Panel(
            f"spider-{i}",
            spider_figure(tables, [arm]),
            f"Spider plot of {arm}: percent change of the sum of target diameters over time, one line per subject.",
        )
        for i, arm in enumerate(trial.arms)
    ]
    return waterfalls + spiders


def course_panels(tables: Tables, trial: Description) -> list[Panel]:
    """Swimmer panels of every arm."""
    words = "one lane per sampled subject with treatment, response, progression, next therapy and death."
    return [
        Panel(f"swimmer-{i}", swimmer_figure(tables, [arm], trial.arms), f"Swimmer plot of {arm}: {words}")
        for i, arm in enumerate(trial.arms)
    ]


def site_panels(tables: Tables, trial: Description) -> list[Panel]:
    """Lesion-site maps of every arm."""
    return [
        Panel(f"sites-{i}", lesion_map_figure(tables, [arm]), _site_words(tables, arm))
        for i, arm in enumerate(trial.arms)
    ]


def forest_panels(tables: Tables, trial: Description, pairs: Pairs) -> list[Panel]:
    """Forest plots of every comparison, overall survival and progression-free survival of each side by side."""
    return [
        Panel(
            f"forest-{i}-{code.lower()}",
            forest_figure(tables, code, arm, reference, trial.ratios.get((code, arm, reference))),
            _forest_words(tables, code, arm, reference),
        )
        for i, (arm, reference) in enumerate(pairs)
        for code in ("OS", "PFS")
    ]


def write_figures(
    tables: Tables, protocol: Protocol | Description, folder: Path, summary: Mapping[str, Any] | None = None
) -> list[Path]:
    """Write every figure of a trial as an SVG file, all arms in one file where panels stand side by side.

    Parameters
    ----------
    tables
        `adsl`, `adtr`, `adrs` and `adtte`.
    protocol
        The protocol of a simulated trial, or the description of a real one.
    folder
        Where to write; made if it is not there.
    summary
        The run's summary, whose contrasts say which arms the forest plots compare.

    Returns
    -------
    Files written, in a fixed order.
    """
    trial = describe(protocol)
    tables = of_enrolled(tables)
    pairs = comparisons(trial.arms, summary or {}, trial.control)
    folder.mkdir(parents=True, exist_ok=True)
    figures = _whole_figures(tables, trial, pairs) | _summary_figures(tables, trial, summary or {})
    return [write_svg(figure, folder / f"{name}.svg") for name, figure in figures.items()]


def _summary_figures(tables: Tables, trial: Description, summary: Mapping[str, Any]) -> dict[str, Figure]:
    """Flow of subjects, and benefit and risk, where the summary tells of them."""
    figures = {}
    if "screening" in summary:
        screening = screening_of(summary, tables["adsl"])
        figures["consort"] = consort_figure(tables["adsl"], trial.arms[:MOST_ARMS], screening, trial.arms)
    if found := summary.get("benefit_risk"):
        figures["benefit_risk"] = benefit_risk_figure(found["groups"], trial.arms)
    return figures


def _whole_figures(tables: Tables, trial: Description, pairs: Pairs) -> dict[str, Figure]:
    figures = {
        "kaplan_meier_os": kaplan_meier_figure(tables, "OS", trial),
        "kaplan_meier_pfs": kaplan_meier_figure(tables, "PFS", trial),
        "waterfall": waterfall_figure(tables, trial.arms),
        "spider": spider_figure(tables, trial.arms),
        "swimmer": swimmer_figure(tables, trial.arms, trial.arms),
        "lesion_map": lesion_map_figure(tables, trial.arms),
    }
    for i, (arm, reference) in enumerate(pairs):
        number = f"_{i + 1}" if len(pairs) > 1 else ""
        for code in ("OS", "PFS"):
            published = trial.ratios.get((code, arm, reference))
            figures[f"forest_{code.lower()}{number}"] = forest_figure(tables, code, arm, reference, published)
    return figures


def _survival_words(tables: Tables, code: str, trial: Description) -> str:
    survival = once(tables, survival_in, code)
    if survival is None:
        return f"{ENDPOINT_NAMES[code]}: no subject has this endpoint."
    medians = "; ".join(
        f"{arm} median {months(survival.median(arm))} months" for arm in trial.arms if arm in survival.arms
    )
    return f"Kaplan-Meier curves of {ENDPOINT_NAMES[code].lower()} with numbers at risk. {medians}."


def _waterfall_words(tables: Tables, arm: str) -> str:
    table = once(tables, best_changes)
    changes = table[table["ARM"] == arm]["CHANGE"]
    subjects = counted(len(changes), "subject")
    shrunk = int((changes <= -30).sum())
    return f"Waterfall plot of {arm}: best change of {subjects}, {shrunk} of them down by 30 % or more."


def _site_words(tables: Tables, arm: str) -> str:
    words = []
    for organ, row in once(tables, organ_table, arm).iterrows():
        change = "" if pd.isna(row["CHANGE"]) else f", median best change {signed(row['CHANGE'])} %"
        words.append(f"{ORGAN_NAMES[str(organ)].lower()} {percent(row['SUBJECTS'])} of subjects{change}")
    return f"Lesion sites of {arm}: {'; '.join(words)}."


def _forest_words(tables: Tables, code: str, arm: str, reference: str) -> str:
    overall = once(tables, forest_rows, code, arm, reference)[0].ratio
    value = "no finite ratio" if overall is None else f"overall hazard ratio {ratio(overall.hr)}"
    return f"Forest plot, {ENDPOINT_NAMES[code].lower()}, {arm} against {reference}: {value}, then by subgroup."
