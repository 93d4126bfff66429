"""Benefit and risk side by side: survival gained, response and severe adverse events, by arm in each stratum.

Benefit is the gain in restricted mean overall survival against the reference arm; risk is the share with a related
adverse event of grade 3 or worse. Neither is weighed against the other: that is for patient and physician.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from abscopal.analysis.enrolled import analysed, enrolled, places
from abscopal.analysis.kaplan_meier import kaplan_meier
from abscopal.analysis.proportion import proportion
from abscopal.analysis.response import OBJECTIVE
from abscopal.analysis.restricted_mean import RestrictedMean, restricted_mean, restricted_mean_difference
from abscopal.analysis.stratified import strata
from abscopal.analysis.toxicity import RELATED, SEVERE
from abscopal.units import DAYS_PER_MONTH

EVERYONE = "all"
LONGEST_MONTHS = 24.0


@dataclass(frozen=True)
class BenefitRisk:
    """One arm in one group of subjects; times in months, shares of 1, 95 % limits.

    Attributes
    ----------
    group, arm : str
        Stratum, or "all"; name of the arm.
    n : int
        Subjects.
    mean : float or None
        Mean survival up to the horizon; None where follow-up ends before it.
    gain, gain_lo, gain_hi : float or None
        Mean survival less that of the reference arm in the same group; None for the reference itself.
    response, response_lo, response_hi : float
        Share with a confirmed objective response.
    severe, severe_lo, severe_hi : float or None
        Share with a related adverse event of grade 3 or worse; None where none were recorded.
    """

    group: str
    arm: str
    n: int
    mean: float | None
    gain: float | None
    gain_lo: float | None
    gain_hi: float | None
    response: float
    response_lo: float
    response_hi: float
    severe: float | None
    severe_lo: float | None
    severe_hi: float | None


def benefit_risk(
    tables: Mapping[str, pd.DataFrame], reference: str, horizon: float | None = None, by: str = "STRATUM"
) -> tuple[list[BenefitRisk], float]:
    """Benefit and risk of each arm in all subjects and in each group, and the horizon in months.

    Parameters
    ----------
    tables
        "adsl", "adrs", "adtte", and "adae" where adverse events were recorded.
    reference
        Arm that survival is compared with.
    horizon
        Months up to which survival counts; if left out, 24 or what every arm was followed for, whole months.
    by
        Column of ADSL whose values are the groups, by default the strata of the randomisation.
    """
    subjects = outcomes(tables)
    arms = sorted(subjects["ARM"].astype("str").unique())
    if reference not in arms:
        raise ValueError(f"reference: expected one of {', '.join(arms)}, got {reference!r}")
    months = followed_months(subjects) if horizon is None else horizon
    groups = [(EVERYONE, subjects)]
    named = strata(subjects) if by == "STRATUM" else sorted(subjects[by].astype("str").unique())
    groups += [(name, subjects[subjects[by].astype("str") == name]) for name in named]
    return [row for name, group in groups for row in _of_group(name, group, reference, months)], months


def followed_months(subjects: pd.DataFrame) -> float:
    """Whole months for which some subject of every arm was followed, 24 at most."""
    last = subjects.groupby(subjects["ARM"].astype("str"))["DAYS"].max().min()
    return min(LONGEST_MONTHS, max(float(np.floor(last / DAYS_PER_MONTH)), 1.0))


def outcomes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Enrolled subjects with survival (DAYS, DIED), RESPONDED, and SEVERE where adverse events were recorded."""
    adsl = enrolled(tables["adsl"]).reset_index(drop=True)
    os = tables["adtte"][tables["adtte"]["PARAMCD"] == "OS"]
    place = places(adsl["USUBJID"], os["USUBJID"])
    if (place < 0).any():
        raise ValueError("ADTTE: expected one OS row for every enrolled subject")
    best = analysed(tables["adrs"])
    best = best[(best["PARAMCD"] == "CBOR") & best["AVALC"].isin(OBJECTIVE)]
    found = adsl.assign(
        DAYS=os["AVAL"].to_numpy(dtype=float)[place],
        DIED=1 - os["CNSR"].to_numpy()[place],
        RESPONDED=_among(adsl, best),
    )
    if "adae" not in tables:
        return found
    adae = tables["adae"]
    severe = adae[(adae["AEREL"].astype("str") == RELATED) & (adae["AETOXGR"] >= SEVERE)]
    return found.assign(SEVERE=_among(adsl, severe))


def _among(adsl: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Which subjects have one of the rows [n]."""
    place = places(rows["USUBJID"], adsl["USUBJID"])
    return np.isin(np.arange(len(adsl)), place)


def _of_group(name: str, group: pd.DataFrame, reference: str, months: float) -> Iterator[BenefitRisk]:
    arms = {arm: group[group["ARM"].astype("str") == arm] for arm in sorted(group["ARM"].astype("str").unique())}
    means = {arm: _mean(rows, months) for arm, rows in arms.items()}
    for arm, rows in arms.items():
        gain = (None, None, None) if arm == reference else _gain(means[arm], means.get(reference))
        mean = means[arm]
        yield BenefitRisk(
            name,
            arm,
            len(rows),
            None if mean is None else mean.mean / DAYS_PER_MONTH,
            *gain,
            *_share(rows["RESPONDED"]),
            *(_share(rows["SEVERE"]) if "SEVERE" in rows else (None, None, None)),
        )


def _mean(rows: pd.DataFrame, months: float) -> RestrictedMean | None:
    return restricted_mean(kaplan_meier(rows["DAYS"], rows["DIED"]), months * DAYS_PER_MONTH)


def _gain(
    mean: RestrictedMean | None, reference: RestrictedMean | None
) -> tuple[float | None, float | None, float | None]:
    if mean is None or reference is None:
        return None, None, None
    found = restricted_mean_difference(mean, reference)
    return found.difference / DAYS_PER_MONTH, found.lo / DAYS_PER_MONTH, found.hi / DAYS_PER_MONTH


def _share(flags: pd.Series) -> tuple[float, float, float]:
    found = proportion(int(flags.sum()), len(flags))
    return found.rate, found.lower, found.upper


def of_patients(lives: pd.DataFrame, reference: str, months: float) -> pd.DataFrame:
    """Benefit and risk of single patients who were lived through many times in every arm.

    Parameters
    ----------
    lives
        A row for each life: USUBJID, ARM, DAYS, RESPONDED, SEVERE, as `outcomes` has them; everyone followed up to the
        horizon or death.
    reference
        Arm that survival is compared with.
    months
        The horizon.

    Returns
    -------
    DataFrame
        A row for each patient and arm: USUBJID, ARM, LIVES, MEAN (months lived up to the horizon), GAIN (against the
        reference arm, months), RESPONSE and SEVERE (probabilities).
    """
    lived = lives.assign(MEAN=np.minimum(lives["DAYS"], months * DAYS_PER_MONTH) / DAYS_PER_MONTH)
    grouped = lived.groupby(["USUBJID", "ARM"], observed=True)
    found = grouped[["MEAN", "RESPONDED", "SEVERE"]].mean().rename(columns={"RESPONDED": "RESPONSE"})
    found.insert(0, "LIVES", grouped.size())
    base = found["MEAN"].xs(reference, level="ARM")
    found.insert(2, "GAIN", found["MEAN"] - base.reindex(found.index.get_level_values("USUBJID")).to_numpy())
    return found.reset_index()


def plain(rows: list[BenefitRisk], months: float, reference: str) -> dict[str, Any]:
    """Return what `summary.json` holds: `horizon_months`, `reference`, and the numbers in `groups` by group and arm."""
    groups: dict[str, dict[str, Any]] = {}
    for row in rows:
        numbers = {key: value for key, value in asdict(row).items() if key not in ("group", "arm")}
        groups.setdefault(row.group, {})[row.arm] = numbers
    return {"horizon_months": months, "reference": reference, "groups": groups}
