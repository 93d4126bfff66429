"""What a replay gave for each published figure, read from the tables of its run folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from abscopal.analysis.cox import CoxError
from abscopal.analysis.enrolled import analysed, enrolled
from abscopal.analysis.proportion import proportion
from abscopal.analysis.response import ResponseRates, response_rates
from abscopal.analysis.survival import Survival
from abscopal.analysis.toxicity import IMMUNE_RELATED, RELATED, SEVERE
from abscopal.calibration.targets import Target
from abscopal.runs.finish import RunTables
from abscopal.units import DAYS_PER_MONTH

ENDPOINTS = ("PFS", "OS")
OF_RESPONDERS = ("DOR", "TTR")
GRADE3 = " grade 3"
TERMS: Mapping[str, frozenset[str]] = {
    "diarrhoea": frozenset({"Colitis"}),
    "colitis": frozenset({"Colitis"}),
    "hepatitis": frozenset({"Hepatitis"}),
    "pneumonitis": frozenset({"Pneumonitis"}),
    "rash": frozenset({"Dermatitis", "Rash or hand-foot syndrome"}),
    "hypothyroidism": frozenset({"Hypothyroidism"}),
    "hypophysitis": frozenset({"Hypophysitis"}),
    "adrenal insufficiency": frozenset({"Adrenal insufficiency"}),
    "nephritis": frozenset({"Nephritis"}),
    "myocarditis": frozenset({"Myocarditis"}),
    "cytokine release syndrome": frozenset({"Cytokine release syndrome"}),
    "neurotoxicity": frozenset({"Neurotoxicity of effector cells"}),
    "neutropenia": frozenset({"Neutropenia"}),
}
"""Adverse events as protocols name them, and the terms of ADAE that they are. Others have no counterpart."""
SEVERE_ONLY = frozenset({"colitis"})
"""Compared from grade 3 on: the model's colitis is one with immune diarrhoea, which trials count apart."""
_ORGANS = {
    "events of the skin": frozenset({"skin"}),
    "events of the gut": frozenset({"colon", "gut"}),
    "events of the liver": frozenset({"liver"}),
    "events of the lung": frozenset({"lung"}),
    "events of the kidney": frozenset({"kidney"}),
    "endocrine events": frozenset({"thyroid", "pituitary", "adrenal", "islets"}),
}
ORGANS: Mapping[str, frozenset[str]] = _ORGANS | {f"selected {name}": organs for name, organs in _ORGANS.items()}
"""Groups of events by organ, and the organs of ADAE; "selected" says that a list of terms was looked for."""


@dataclass(frozen=True)
class Estimate:
    """A simulated figure with its 95 % interval; `value` None for what was not reached or lies beyond follow-up."""

    value: float | None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Simulated:
    """A replay.

    Attributes
    ----------
    arms
        Subjects by arm.
    estimates
        By arm, reference ("" but for ratios) and quantity, as targets name them; no key for what cannot be compared.
    curves
        By endpoint and arm: months and the share without the event, month by month.
    """

    arms: Mapping[str, int]
    estimates: Mapping[tuple[str, str, str], Estimate]
    curves: Mapping[tuple[str, str], tuple[tuple[float, float], ...]] = field(default_factory=dict)


def read_replay(folder: Path, targets: Iterable[Target]) -> Simulated:
    """Read from a finished run folder what stands against each target."""
    return simulated(RunTables(folder), targets)


def simulated(tables: Mapping[str, pd.DataFrame], targets: Iterable[Target]) -> Simulated:
    """Estimate from a trial's tables what stands against each target.

    Parameters
    ----------
    tables
        `adsl`, `adrs`, `adtte`, `adae` of a run.
    targets
        Published figures of the same arms.
    """
    trial = _Trial(tables)
    found = {(t.arm, t.reference, t.quantity): trial.estimate(t) for t in targets}
    return Simulated(trial.sizes, {key: one for key, one in found.items() if one is not None}, trial.curves())


class _Trial:
    """Tables of a trial, each analysed once."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self.adsl = enrolled(tables["adsl"])
        arms = self.adsl["ARM"].astype("str")
        self.sizes = {str(arm): int(count) for arm, count in arms.value_counts().sort_index().items()}
        self.arm_of = dict(zip(self.adsl["USUBJID"].astype("str"), arms, strict=True))
        self.rates: Mapping[str, ResponseRates] = response_rates(analysed(tables["adrs"]), self.adsl)
        adtte = tables["adtte"]
        known = set(adtte["PARAMCD"].astype("str"))
        self.survival = {code: Survival(adtte, code) for code in (*ENDPOINTS, *OF_RESPONDERS) if code in known}
        self.events = _related(tables["adae"], self.arm_of)

    def estimate(self, target: Target) -> Estimate | None:
        """Estimate one figure; None where it has no counterpart here."""
        match target.kind:
            case "response" | "control":
                return self._response(target)
            case "survival" | "duration":
                return self._landmark(target)
            case "median" | "duration median" | "onset":
                return self._median(target)
            case "ratio":
                return self._ratio(target)
            case "event":
                return self._event(target)
        return None

    def _response(self, target: Target) -> Estimate | None:
        if target.arm not in self.rates:
            return None
        rates = self.rates[target.arm]
        shares = {"ORR": rates.objective, "CR": rates.complete, "DCR": rates.disease_control}
        if target.quantity not in shares:
            return None
        share = shares[target.quantity]
        return Estimate(share.rate, share.lower, share.upper)

    def _of(self, target: Target, *arms: str) -> Survival | None:
        survival = self.survival.get(target.quantity.split()[0])
        return survival if survival is not None and set(arms) <= set(survival.arms) else None

    def _landmark(self, target: Target) -> Estimate | None:
        survival = self._of(target, target.arm)
        if survival is None:
            return None
        month = float(target.quantity.split()[1])
        lower, upper = survival.interval_at(month, target.arm) or (None, None)
        return Estimate(survival.at(month, target.arm), lower, upper)

    def _median(self, target: Target) -> Estimate | None:
        survival = self._of(target, target.arm)
        if survival is None:
            return None
        return Estimate(survival.median(target.arm), *survival.median_interval(target.arm))

    def _ratio(self, target: Target) -> Estimate | None:
        survival = self._of(target, target.arm, target.reference)
        if survival is None:
            return None
        try:
            found = survival.hazard_ratio(target.reference, target.arm)
        except CoxError:  # nobody had the event, or one arm had none
            return Estimate(None)
        return Estimate(found.hr, found.lo, found.hi)

    def _event(self, target: Target) -> Estimate | None:
        name = target.quantity.removesuffix(GRADE3)
        chosen = _chosen(self.events, name)
        mild = target.quantity in SEVERE_ONLY
        if chosen is None or mild or target.arm not in self.sizes:
            return None
        rows = self.events[chosen & (self.events["ARM"] == target.arm).to_numpy()]
        if target.quantity.endswith(GRADE3):
            rows = rows[rows["AETOXGR"] >= SEVERE]
        share = proportion(rows["USUBJID"].nunique(), self.sizes[target.arm])
        return Estimate(share.rate, share.lower, share.upper)

    def curves(self) -> dict[tuple[str, str], tuple[tuple[float, float], ...]]:
        """Curves month by month, to the end of each arm's follow-up."""
        return {
            (code, arm): _monthly(self.survival[code], arm)
            for code in ENDPOINTS
            if code in self.survival
            for arm in self.survival[code].arms
        }


def _monthly(survival: Survival, arm: str) -> tuple[tuple[float, float], ...]:
    last = int(survival.curve(arm).time[-1] / DAYS_PER_MONTH)
    points = ((float(month), survival.at(month, arm)) for month in range(last + 1))
    return tuple((month, round(share, 4)) for month, share in points if share is not None)


def _related(adae: pd.DataFrame, arm_of: Mapping[str, str]) -> pd.DataFrame:
    """Events put down to protocol treatment, words as strings, with the arm of their subject."""
    rows = adae[adae["AEREL"].astype("str") == RELATED]
    words = {name: rows[name].astype("str") for name in ("USUBJID", "AETERM", "AEORGAN", "AECAT")}
    return pd.DataFrame(words | {"AETOXGR": rows["AETOXGR"], "ARM": words["USUBJID"].map(arm_of)})


def _chosen(events: pd.DataFrame, name: str) -> np.ndarray | None:
    """Rows that are the event a protocol names; None where nothing simulated is."""
    if name == "treatment-related event":
        return np.ones(len(events), dtype=bool)
    if name == "immune-related event":
        return (events["AECAT"] == IMMUNE_RELATED).to_numpy()
    if name in TERMS:
        return events["AETERM"].isin(TERMS[name]).to_numpy()
    return events["AEORGAN"].isin(ORGANS[name]).to_numpy() if name in ORGANS else None
