"""Lesions of replayed trials beside real ones: how fast they regress and grow, how far they shrink, and where they are.

Real rates are fitted to published series of single lesions (`scripts/lesion_rates.py` wrote `lesion_rates.yaml`); the
simulated ones in the same way to one lesion of each subject, the largest target. Both end with the scan at which that
lesion has progressed, since only some trials go on scanning. Where lesions are is compared with the
baseline tables of the trials; shares that a trial publishes also select its patients, so there they show how well that
succeeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from abscopal.analysis.enrolled import analysed, enrolled
from abscopal.clinic.parquet import read_parquet
from abscopal.clinic.regression_growth import FEWEST, regression_and_growth
from abscopal.protocol.protocol import Protocol
from abscopal.record import Real, Record, Whole, read_once
from abscopal.report.markup import Html, tag
from abscopal.report.markup import table as html_table
from abscopal.report.numbers import NONE, percent
from abscopal.runs.finish import table_path

FILE = "lesion_rates.yaml"
DAYS_PER_WEEK = 7.0
TOO_SMALL_MM = 5.0  # what RECIST 1.1 takes a lesion for that is seen but too small to measure
GROWN, GROWN_MM = 1.2, 5.0
SITES = ("liver", "lung", "bone", "brain")
MEASURED = ["USUBJID", "ARM", "ADY", "PARAMCD", "LESION", "ROLE", "STATE", "AVAL", "ANL01FL"]
FLAGS = ["USUBJID", "ARM", "CLASS", *(f"{site.upper()}FL" for site in SITES)]
Measure = Literal["regression", "growth", "best change"]
HOW = (
    "Rates of D/D0 = exp(-ks t) + exp(kg t) - 1, fitted to one lesion of each patient who has three diameters up to "
    "the scan at which that lesion has progressed. At baseline, simulated patients are selected by the published "
    "shares with lesions of 5 mm and more; what their scans show is laid beside them here."
)
WORDS: Mapping[Measure, str] = {
    "regression": "regression ks, per week",
    "growth": "growth kg, per week",
    "best change": "best change from baseline",
}


class Spread(Record):
    """How a measure is distributed among patients: rates in 1/week, changes as shares of the diameter at baseline."""

    measure: Measure
    n: Annotated[Whole, Field(gt=0)] = Field(description="Patients.")
    quartiles: tuple[Real, Real, Real] = Field(description="Lower quartile, median, upper quartile.")
    none: Annotated[Real, Field(ge=0, le=1)] = Field(description="Share in whom it is zero.")


class RealLesions(Record):
    """Real lesions of one arm."""

    trial: str = Field(description="Shipped protocol, or the name of a study that has none.")
    arm: str = Field(description="Arm of the protocol.")
    source: Literal["checked"] = Field(description="Computed from the published series.")
    citation: str
    licence: str
    note: str = ""
    spreads: tuple[Spread, ...]


class _File(Record):
    """The data file."""

    lesions: tuple[RealLesions, ...]


@dataclass(frozen=True)
class SiteShare:
    """Share of a trial's patients with a lesion in an organ at baseline, published and simulated."""

    trial: str
    site: str
    published: float
    simulated: float


def real_lesions() -> tuple[RealLesions, ...]:
    """Return what is known of real lesions."""
    return read_once(Path(str(files("abscopal.validation"))) / FILE, _File).lesions


def spreads_of(series: pd.DataFrame) -> tuple[Spread, ...]:
    """Return how rates and best changes are distributed.

    Parameters
    ----------
    series
        One lesion of each patient: USUBJID, ADY (day), STATE, DIAMETER_MM, in any order; rows without a diameter count
        only if the lesion was too small to measure. Patients with fewer than three diameters are left out.
    """
    day, diameter = _as_arrays(series)
    rates = regression_and_growth(day, diameter)
    best = np.nanmin(np.concatenate([diameter[:, 1:], np.full((len(day), 1), np.inf)], axis=1), axis=1)
    found: dict[Measure, Any] = {
        "regression": DAYS_PER_WEEK * rates.regression,
        "growth": DAYS_PER_WEEK * rates.growth,
        "best change": best / diameter[:, 0] - 1.0,
    }
    return tuple(_spread(measure, values[np.isfinite(rates.growth)]) for measure, values in found.items())


def _as_arrays(series: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Days and diameters [patients, visits] of those with enough of them, NaN after the last."""
    size = series["DIAMETER_MM"].fillna((series["STATE"] == "too small").map({True: TOO_SMALL_MM, False: np.nan}))
    rows = series.assign(size=size.astype(float)).dropna(subset=["size"]).sort_values(["USUBJID", "ADY"])
    rows = rows[rows.groupby("USUBJID", observed=True)["size"].transform("size") >= FEWEST]
    who, place = pd.factorize(rows["USUBJID"])[0], rows.groupby("USUBJID", observed=True).cumcount().to_numpy()
    shape = (who.max(initial=-1) + 1, place.max(initial=0) + 1)
    day, diameter = np.full(shape, np.nan), np.full(shape, np.nan)
    day[who, place], diameter[who, place] = rows["ADY"], rows["size"]
    return day, _until_progression(diameter)


def _until_progression(diameter: np.ndarray) -> np.ndarray:
    """Leave out what follows the first scan at which a lesion has grown by the limits of RECIST 1.1."""
    smallest = np.fmin.accumulate(diameter, axis=1)
    before = np.concatenate([diameter[:, :1], smallest[:, :-1]], axis=1)
    grown = (diameter >= GROWN * before) & (diameter >= before + GROWN_MM)
    after = np.concatenate([np.zeros_like(grown[:, :1]), np.logical_or.accumulate(grown, axis=1)[:, :-1]], axis=1)
    return np.where(after, np.nan, diameter)


def _spread(measure: Measure, values: np.ndarray) -> Spread:
    low, middle, high = (round(float(q), 4) for q in np.quantile(values, [0.25, 0.5, 0.75]))
    none = round(float((values == 0).mean()), 3)
    return Spread(measure=measure, n=len(values), quartiles=(low, middle, high), none=none)


def largest_targets(adtr: pd.DataFrame) -> pd.DataFrame:
    """Return the diameters of each subject's largest target as a series of single lesions."""
    read = analysed(adtr)
    kept = (read["PARAMCD"] == "LDIAM") & (read["ROLE"] == "target")
    rows = read.loc[kept.to_numpy(), ["USUBJID", "ARM", "ADY", "LESION", "STATE", "AVAL"]].astype(
        {"USUBJID": "str", "LESION": "str", "STATE": "str", "ARM": "str"}
    )
    first = rows.sort_values("ADY", kind="stable").drop_duplicates(["USUBJID", "LESION"])
    largest = first.sort_values("AVAL", ascending=False, kind="stable").drop_duplicates("USUBJID")
    chosen = rows.merge(largest[["USUBJID", "LESION"]], on=["USUBJID", "LESION"])
    return chosen.rename(columns={"AVAL": "DIAMETER_MM"})


def simulated_lesions(folder: Path) -> dict[str, tuple[Spread, ...]]:
    """Return the distributions in a finished run, by arm; none for an arm with fewer than two series."""
    found = largest_targets(read_parquet(table_path(folder, "adtr"), "adtr", MEASURED))
    long_enough = found.groupby("USUBJID")["DIAMETER_MM"].transform("count") >= FEWEST
    return {
        str(arm): spreads_of(rows) for arm, rows in found[long_enough].groupby("ARM") if rows["USUBJID"].nunique() > 1
    }


def sites_of(protocol: Protocol, folder: Path) -> list[SiteShare]:
    """Return the published shares with lesions in an organ beside the simulated ones."""
    published = protocol.baseline.numbers()
    wanted = [site for site in SITES if site in published]
    if not wanted:
        return []
    adsl = enrolled(read_parquet(table_path(folder, "adsl"), "adsl", FLAGS))
    shares = {site: float((adsl[f"{site.upper()}FL"] == "Y").mean()) for site in wanted}
    return [SiteShare(protocol.name, site, published[site], shares[site]) for site in wanted]


def lesion_section(protocols: Mapping[str, Protocol], folders: Mapping[str, Path]) -> list[Html]:
    """Return the section of the page of a validation: rates beside real ones, then sites."""
    rates = [row for real in real_lesions() for row in _rate_rows(real, folders)]
    sites = [one for name, protocol in protocols.items() for one in sites_of(protocol, folders[name])]
    rows = [[one.trial, one.site, percent(one.published), percent(one.simulated)] for one in sites]
    head = ["trial and arm", "measure", "real median (quartiles)", "n", "simulated", "n"]
    return [
        tag("p", HOW),
        html_table(head, rates, "Lesions over time, real and simulated"),
        *([html_table(["trial", "organ", "published", "simulated"], rows, "Lesions at baseline")] if rows else []),
    ]


def _rate_rows(real: RealLesions, folders: Mapping[str, Path]) -> Iterator[list[str]]:
    """Yield a row for each measure of an arm whose trial was replayed, or has no protocol."""
    arms = simulated_lesions(folders[real.trial]) if real.trial in folders else {}
    model = {one.measure: one for one in arms.get(real.arm, ())}
    for one in real.spreads:
        ours = model.get(one.measure)
        beside = [_quartiles(ours), str(ours.n)] if ours is not None else [NONE, NONE]
        yield [f"{real.trial}, {real.arm}", WORDS[one.measure], _quartiles(one), str(one.n), *beside]


def _quartiles(one: Spread) -> str:
    low, middle, high = (percent(q) if one.measure == "best change" else f"{q:.3f}" for q in one.quartiles)
    return f"{middle} ({low} to {high})"
