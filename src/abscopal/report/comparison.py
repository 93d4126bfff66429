"""Simulated beside published: every figure that a paper and the tables both give, with the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from abscopal.analysis.response import ResponseRates, response_rates
from abscopal.analysis.survival import Survival
from abscopal.report.estimates import hazard_ratio, survival_in
from abscopal.report.numbers import (
    NONE,
    known,
    month_interval,
    months,
    percent,
    percent_interval,
    ratio,
    ratio_interval,
    signed,
)
from abscopal.report.published import Description, PublishedValue
from abscopal.report.shown import once

Kind = Literal["fraction", "months", "ratio"]
Limits = tuple[float | None, float | None]

USUAL_LANDMARKS = (12, 24)  # months shown where the paper gives none
RATES = (
    ("orr", "Objective response", "objective"),
    ("cr", "Complete response", "complete"),
    ("dcr", "Disease control", "disease_control"),
)


@dataclass(frozen=True)
class Comparison:
    """One endpoint of one arm (or comparison of arms), simulated and published.

    Attributes
    ----------
    group
        Arm, or the two arms compared.
    key, label
        Endpoint as the published values name it, and in words.
    kind
        Fraction of 1, months or ratio: how to print it.
    simulated, limits
        Estimate from the tables and its 95 % interval; a None estimate of months was not reached.
    published
        The paper's value, None where it gives none.
    """

    group: str
    key: str
    label: str
    kind: Kind
    simulated: float | None
    limits: Limits | None
    published: PublishedValue | None

    @property
    def inside(self) -> bool | None:
        """Whether the published value lies in the simulated interval; None where one of them is missing."""
        if self.published is None or self.published.value is None or self.limits is None:
            return None
        low, high = self.limits
        if not (known(low) or known(high)):
            return None
        value = self.published.value
        return (not known(low) or value >= float(low or 0)) and (not known(high) or value <= float(high or 0))

    def simulated_text(self) -> str:
        """Write the estimate with its interval."""
        if self.simulated is None and self.kind == "fraction" and "_at_" in self.key:
            return "beyond follow-up"
        if self.simulated is None and self.limits is None:  # nobody has the endpoint, which is not a median not reached
            return NONE
        return _with_interval(_number(self.simulated, self.kind), self.limits, self.kind)

    def published_text(self) -> str:
        """Write the published value with its interval where the paper gives one."""
        if self.published is None:
            return NONE
        limits = (self.published.lower, self.published.upper)
        return _with_interval(_number(self.published.value, self.kind), limits, self.kind)

    def difference_text(self) -> str:
        """Write simulated less published: points, months, or the factor between two ratios."""
        if self.published is None or self.published.value is None or self.simulated is None:
            return NONE
        if self.kind == "ratio":
            return f"× {self.simulated / self.published.value:.2f}"
        gap = self.simulated - self.published.value
        return f"{signed(100 * gap)} points" if self.kind == "fraction" else f"{signed(gap, 1)} months"


def compare(
    tables: Mapping[str, pd.DataFrame], trial: Description, pairs: Sequence[tuple[str, str]]
) -> list[Comparison]:
    """All comparisons of a trial, arm by arm, then the hazard ratios.

    Parameters
    ----------
    tables
        `adsl`, `adrs`, `adtte` of the enrolled subjects.
    trial
        Arms and published values.
    pairs
        (arm, reference) of each hazard ratio.
    """
    rates = response_rates(tables["adrs"], tables["adsl"])
    survival = {endpoint: once(tables, survival_in, endpoint) for endpoint in ("PFS", "OS", "DOR")}
    rows = [row for arm in trial.arms for row in _of_arm(arm, trial, rates.get(arm), survival)]
    for arm, reference in pairs:
        rows += [_ratio_row(tables, trial, endpoint, arm, reference) for endpoint in ("OS", "PFS")]
    return rows


def _of_arm(
    arm: str, trial: Description, rates: ResponseRates | None, survival: Mapping[str, Survival | None]
) -> list[Comparison]:
    published = trial.values.get(arm, {})
    rows = [_rate_row(arm, key, label, rates, attribute, published) for key, label, attribute in RATES]
    rows = [row for row in rows if row.key != "dcr" or row.published is not None]
    rows.append(_median_row(arm, "dor", "Median duration of response, months", survival["DOR"], published))
    for endpoint in ("PFS", "OS"):
        curve = survival[endpoint]
        rows.append(_median_row(arm, endpoint.lower(), f"Median {endpoint}, months", curve, published))
        rows += [_landmark_row(arm, endpoint, month, curve, published) for month in _landmarks(endpoint, published)]
    return rows


def _landmarks(endpoint: str, published: Mapping[str, PublishedValue]) -> list[float]:
    prefix = f"{endpoint.lower()}_at_"
    given = sorted(float(key.removeprefix(prefix)) for key in published if key.startswith(prefix))
    return given or list(USUAL_LANDMARKS)


def _rate_row(
    arm: str,
    key: str,
    label: str,
    rates: ResponseRates | None,
    attribute: str,
    published: Mapping[str, PublishedValue],
) -> Comparison:
    share = None if rates is None else getattr(rates, attribute)
    value, limits = (None, None) if share is None else (share.rate, (share.lower, share.upper))
    return Comparison(arm, key, label, "fraction", value, limits, published.get(key))


def _median_row(
    arm: str, code: str, label: str, survival: Survival | None, published: Mapping[str, PublishedValue]
) -> Comparison:
    there = survival is not None and arm in survival.arms
    value = survival.median(arm) if survival is not None and there else None
    limits = survival.median_interval(arm) if survival is not None and there else None
    key = f"{code}_median"
    return Comparison(arm, key, label, "months", value, limits, published.get(key))


def _landmark_row(
    arm: str, endpoint: str, month: float, survival: Survival | None, published: Mapping[str, PublishedValue]
) -> Comparison:
    there = survival is not None and arm in survival.arms
    value = survival.at(month, arm) if survival is not None and there else None
    limits = survival.interval_at(month, arm) if survival is not None and there else None
    key = f"{endpoint.lower()}_at_{month:g}"
    return Comparison(arm, key, f"{endpoint} at {month:g} months", "fraction", value, limits, published.get(key))


def _ratio_row(
    tables: Mapping[str, pd.DataFrame], trial: Description, endpoint: str, arm: str, reference: str
) -> Comparison:
    found = once(tables, hazard_ratio, endpoint, arm, reference)
    value, limits = (None, None) if found is None else (found.hr, (found.lo, found.hi))
    published = trial.ratios.get((endpoint, arm, reference))
    label = f"Hazard ratio, {endpoint}"
    return Comparison(f"{arm} against {reference}", f"hr_{endpoint.lower()}", label, "ratio", value, limits, published)


def _number(value: float | None, kind: Kind) -> str:
    if kind == "fraction":
        return percent(value)
    return ratio(value) if kind == "ratio" else months(value)


def _with_interval(number: str, limits: Limits | None, kind: Kind) -> str:
    text = {"fraction": percent_interval, "months": month_interval, "ratio": ratio_interval}[kind](limits)
    return number if text == NONE else f"{number} ({text})"
