"""What markers tell of simulated patients, beside what they tell of real ones under the same kind of antibody.

Real patients are figures alone (`real_patients.yaml`, written by `scripts/real_patients.py` with the functions here);
simulated ones are those of replays whose arms get one antibody against PD-1 or PD-L1 and nothing else, in trials that
select nobody by a marker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import atanh, log, sqrt, tanh
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from abscopal.analysis.cox import CoxError, cox
from abscopal.analysis.discrimination import area, area_within
from abscopal.analysis.enrolled import analysed, enrolled
from abscopal.analysis.response import OBJECTIVE
from abscopal.clinic.parquet import read_parquet
from abscopal.protocol.protocol import Protocol
from abscopal.record import Real, Record, read_once
from abscopal.runs.finish import table_path
from abscopal.validation.baselines import classes_of

Floats = NDArray[np.float64]
FILE = Path(__file__).with_name("real_patients.yaml")
RESPONSE, ENDPOINTS = "response", ("PFS", "OS")
ANTIBODY = frozenset({"anti-PD-(L)1"})
SELECTING = frozenset({"PDL1", "CPS", "TMB", "TIL", "NLR"})  # quantities of conditions, and heads of marginals
FEWEST = 10  # patients of a stratum, and responders of a figure, below which nothing is estimated
_NORMAL = 1.959964


@dataclass(frozen=True)
class Marker:
    """A marker: its name, and for hazard ratios its scale with what one step of it is."""

    title: str
    step: str
    scale: Callable[[Floats], Floats]


def _as_it_is(values: Floats) -> Floats:
    return values


def _doublings(values: Floats) -> Floats:
    return np.asarray(np.log2(np.maximum(values, 0.01)))


MARKERS: Mapping[str, Marker] = {
    "TMB": Marker("mutational burden", "doubling of 1 + per Mb", lambda x: np.asarray(np.log2(1 + x))),
    "PDL1": Marker("PD-L1 on tumour cells", "10 points", lambda x: 10 * x),
    "CPS": Marker("PD-L1 with immune cells (CPS)", "doubling of 1 + score", lambda x: np.asarray(np.log2(1 + x))),
    "TIL": Marker("CD8 density", "doubling", _doublings),
    "NLR": Marker("NLR", "doubling", _doublings),
    "ALB": Marker("albumin", "g/dL", _as_it_is),
    "LDH": Marker("LDH", "doubling", _doublings),
    "AGE": Marker("age", "10 years", lambda x: x / 10),
    "ECOG": Marker("ECOG status", "1", _as_it_is),
    "LIVER": Marker("liver metastases", "yes against no", _as_it_is),
    "SUMDIAM": Marker("sum of diameters", "doubling", _doublings),
    "NSITE": Marker("organs with lesions", "1", _as_it_is),
    "CTDNA": Marker("circulating tumour DNA", "doubling", _doublings),
}
"""Markers by their column of ADSL; `LIVER` is LIVERFL as 1 or 0."""


class Estimate(Record):
    """A figure with its 95 % interval."""

    value: Real
    lower: Real
    upper: Real
    n: int = Field(ge=2, description="Patients.")


class RealFigure(Record):
    """One figure of real patients."""

    statistic: Literal["area", "hazard ratio", "rank correlation"] = Field(description="What was estimated.")
    marker: str = Field(description="Column of ADSL.")
    of: str = Field(description="response, PFS, OS or the other marker of a correlation.")
    cancers: tuple[str, ...] = Field(default=(), description="Indications; those of the mix if none is named.")
    pooled: bool = Field(default=False, description="Over all pairs of patients, not within cancer and line.")
    found: Estimate = Field(description="The figure.")
    source: str = Field(description="Key of `sources`.")
    note: str = Field(default="", description="How it was measured where a simulation measures otherwise.")
    within: Real | None = Field(default=None, description="Largest difference that is aimed at.")
    direction: bool = Field(default=False, description="Whether the same side of no effect is what is aimed at.")

    @property
    def neutral(self) -> float:
        """The value that means no relation."""
        return {"area": 0.5, "hazard ratio": 1.0, "rank correlation": 0.0}[self.statistic]


class Cell(Record):
    """How many real patients had a cancer, before a first line of therapy or later."""

    cancer: str = Field(description="Indication.")
    later: bool = Field(description="Whether they had systemic therapy before.")
    n: int = Field(ge=1, description="Patients.")


class Citation(Record):
    """Where figures come from, and of whom they are."""

    citation: str = Field(description="First author, journal, year.")
    of: str = Field(description="Which patients.")
    doi: str = Field(default="", description="Without a resolver in front.")


class RealPatients(Record):
    """What `real_patients.yaml` holds."""

    sources: dict[str, Citation] = Field(description="Citations by key.")
    mix: tuple[Cell, ...] = Field(description="Cancers and lines of the pooled figures.")
    figures: tuple[RealFigure, ...] = Field(description="Figures.")


@dataclass(frozen=True)
class Comparison:
    """A real figure and the simulated one; None where there are too few simulated patients."""

    real: RealFigure
    simulated: Estimate | None

    @property
    def difference(self) -> float | None:
        """Simulated less real; of hazard ratios, of their logarithms."""
        if self.simulated is None:
            return None
        scale = log if self.real.statistic == "hazard ratio" else float
        return scale(self.simulated.value) - scale(self.real.found.value)

    @property
    def met(self) -> bool | None:
        """Whether what is aimed at is reached; None where nothing is aimed at, or nothing was simulated."""
        difference, real = self.difference, self.real
        if self.simulated is None or difference is None or not (real.direction or real.within):
            return None
        if real.within is not None:
            return abs(difference) <= real.within
        return (self.simulated.value - real.neutral) * (real.found.value - real.neutral) > 0

    def plain(self) -> dict[str, Any]:
        """Return what `validation.json` holds of it."""
        kept = self.real.model_dump(exclude={"found"}, mode="json")
        sides = {"real": self.real.found, "simulated": self.simulated}
        values = {name: None if one is None else one.model_dump(mode="json") for name, one in sides.items()}
        return kept | values | {"difference": self.difference, "met": self.met}


def real_patients() -> RealPatients:
    """Read the shipped figures of real patients."""
    return read_once(FILE, RealPatients)


def compare(replays: Mapping[str, tuple[Protocol, Path]], real: RealPatients | None = None) -> list[Comparison]:
    """Estimate from finished replays what stands beside each figure of real patients.

    Parameters
    ----------
    replays
        Protocol and run folder by trial; those that do not fit are left out (`antibody_arms`).
    real
        Figures of real patients; the shipped ones if left out.
    """
    real = real or real_patients()
    patients = weighted(simulated_patients(replays.values()), real.mix)
    return [Comparison(figure, estimate(figure, patients)) for figure in real.figures]


def antibody_arms(protocol: Protocol) -> list[str]:
    """Arms with one PD-1 or PD-L1 antibody alone, in a trial of metastatic disease that selects by no marker."""
    conditions = (*protocol.eligibility, *protocol.contraindications)
    asked = {name for condition in conditions for name in condition.quantities}
    shares = protocol.baseline.numbers().items()
    fixed = {name.split("_")[0].upper() for name, share in shares if share in (0.0, 1.0)}
    if protocol.setting != "metastatic" or SELECTING & (asked | fixed):
        return []
    return [arm.name for arm in protocol.arms if len(arm.regimen) == 1 and classes_of(arm) == ANTIBODY]


def simulated_patients(replays: Iterable[tuple[Protocol, Path]]) -> pd.DataFrame:
    """Patients of the replays that fit, one a row, as `estimate` reads them, without weights."""
    found = [_patients(protocol, arms, folder) for protocol, folder in replays if (arms := antibody_arms(protocol))]
    columns = ["CANCER", "LATER", "STRATUM", RESPONSE, *MARKERS, *ENDPOINTS, *(f"{name}_EVENT" for name in ENDPOINTS)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _patients(protocol: Protocol, arms: Sequence[str], folder: Path) -> pd.DataFrame:
    columns = [name for name in MARKERS if name != "LIVER"] + ["USUBJID", "ARM", "CLASS", "LIVERFL"]
    adsl = enrolled(read_parquet(table_path(folder, "adsl"), "adsl", columns))
    rows = adsl[adsl["ARM"].isin(arms)].set_index("USUBJID")
    adrs = analysed(read_parquet(table_path(folder, "adrs"), "adrs", ["USUBJID", "PARAMCD", "AVALC", "ANL01FL"]))
    best = adrs[(adrs["PARAMCD"] == "BOR") & adrs["AVALC"].isin(OBJECTIVE)]
    adtte = read_parquet(table_path(folder, "adtte"), "adtte", ["USUBJID", "PARAMCD", "AVAL", "CNSR"])
    times: dict[str, Any] = {}
    for endpoint in ENDPOINTS:
        own = adtte[adtte["PARAMCD"] == endpoint].set_index("USUBJID").reindex(rows.index)
        times |= {endpoint: own["AVAL"], f"{endpoint}_EVENT": 1.0 - own["CNSR"]}
    return rows.assign(
        LIVER=(rows["LIVERFL"] == "Y").astype(float),
        CANCER=protocol.indication,
        LATER=protocol.line != "1L",
        STRATUM=protocol.name,
        **{RESPONSE: rows.index.isin(best["USUBJID"]).astype(float)},
        **times,
    )


def weighted(patients: pd.DataFrame, mix: Iterable[Cell]) -> pd.DataFrame:
    """Weigh patients to the mix of cancers and lines of real ones; whose cancer is not in it has no weight.

    A line that was not simulated is stood for by the other lines of its cancer.
    """
    weight = np.zeros(len(patients))
    for cell in mix:
        same = (patients["CANCER"] == cell.cancer).to_numpy(bool)
        line = same & (patients["LATER"] == cell.later).to_numpy(bool)
        chosen = line if line.any() else same
        weight[chosen] += cell.n / max(chosen.sum(), 1)
    return patients.assign(WEIGHT=weight)


def estimate(figure: RealFigure, patients: pd.DataFrame) -> Estimate | None:
    """Estimate a figure from patients.

    Parameters
    ----------
    figure
        What to estimate; its value is not read.
    patients
        Markers and `CANCER`, `STRATUM`, `WEIGHT` (0 for cancers out of the mix), `response` (1, 0, or NaN where
        unknown), `PFS`, `PFS_EVENT`, `OS`, `OS_EVENT`.

    Returns
    -------
    Estimate or None
        None with too few patients.
    """
    chosen = patients[patients["CANCER"].isin(figure.cancers) if figure.cancers else patients["WEIGHT"] > 0]
    match figure.statistic:
        case "area":
            return _area(figure, chosen)
        case "hazard ratio":
            return _hazard_ratio(figure, chosen)
    return _rank_correlation(figure, chosen)


def _area(figure: RealFigure, patients: pd.DataFrame) -> Estimate | None:
    known = patients[patients[RESPONSE].notna()]
    marker, outcome = known[figure.marker].to_numpy(float), known[RESPONSE].to_numpy(float) > 0
    if outcome.sum() < FEWEST:
        return None
    if figure.pooled:
        found = area(marker, outcome, known["WEIGHT"].to_numpy(float))
    else:
        found = area_within(marker, outcome, known["STRATUM"].to_numpy(str))
    return None if found is None else Estimate(value=found.value, lower=found.lower, upper=found.upper, n=found.n)


def _hazard_ratio(figure: RealFigure, patients: pd.DataFrame) -> Estimate | None:
    time, event = figure.of, f"{figure.of}_EVENT"
    known = patients.dropna(subset=[figure.marker, time, event])
    known = known[known[time] > 0]
    if known[event].sum() < FEWEST:
        return None
    step = MARKERS[figure.marker].scale(known[figure.marker].to_numpy(float))
    outcome = known[time].to_numpy(float), known[event].to_numpy(float) > 0
    try:
        found = cox(*outcome, step[:, None], strata=known["STRATUM"].to_numpy(str), names=["step"]).hazard_ratio("step")
    except CoxError:
        return None
    return Estimate(value=found.hr, lower=found.lo, upper=found.hi, n=len(known))


def _rank_correlation(figure: RealFigure, patients: pd.DataFrame) -> Estimate | None:
    """Spearman's correlation within strata, averaged on Fisher's scale with n - 3 as weight."""
    scores, weights, n = [], [], 0
    for _, own in patients.dropna(subset=[figure.marker, figure.of]).groupby("STRATUM", observed=True):
        ranks = own[[figure.marker, figure.of]].rank()
        if len(own) >= FEWEST and (ranks.nunique() > 1).all():
            found = float(np.corrcoef(ranks.to_numpy(float).T)[0, 1])
            scores.append(atanh(min(max(found, -0.999), 0.999)))
            weights.append(len(own) - 3.0)
            n += len(own)
    if not scores:
        return None
    mean, reach = float(np.average(scores, weights=weights)), _NORMAL * sqrt(1.06 / sum(weights))
    return Estimate(value=tanh(mean), lower=tanh(mean - reach), upper=tanh(mean + reach), n=n)
