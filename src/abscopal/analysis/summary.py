"""The summary of a run: what `summary.json` holds, computed from the tables alone."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from abscopal.analysis.benefit_risk import benefit_risk, plain
from abscopal.analysis.cox import CoxError, HazardRatio
from abscopal.analysis.dose_intensity import relative_dose_intensity
from abscopal.analysis.enrolled import analysed, enrolled
from abscopal.analysis.misclassification import misclassification
from abscopal.analysis.other_assessments import other_assessments
from abscopal.analysis.pseudoprogression import pseudoprogression
from abscopal.analysis.response import response_rates
from abscopal.analysis.stratified import plain_contrasts
from abscopal.analysis.survival import Survival
from abscopal.analysis.toxicity import IMMUNE_RELATED, toxicity_rates
from abscopal.units import DAYS_PER_MONTH

Times = Mapping[str, Survival]  # by endpoint
ENDPOINTS = ("OS", "PFS", "DOR", "TTR")
OF_SETTING = ("IPFS", "EFS", "RFS", "DFS")  # where the trial has them
HYPERPROGRESSION = "Matos 2020"  # the definition of ADSL's HPDFL
LANDMARKS = (6, 12, 18, 24, 36, 48, 60)  # months


def summarise(
    tables: Mapping[str, pd.DataFrame], protocol_name: str, seed: int, reference_arm: str | None = None
) -> dict[str, Any]:
    """Summarise a trial's tables, rates as fractions of 1 and times in months.

    Parameters
    ----------
    tables : mapping
        "adsl", "adtr", "adrs", "adtte", "adae" where adverse events were recorded, "adtruth" where the truth is known.
    protocol_name : str
        Name to print.
    seed : int
        Seed of the run.
    reference_arm : str, optional
        Arm that every other is compared with. Without one, each pair of arms is compared once, the arm earlier in
        the alphabet being the reference.

    Returns
    -------
    dict
        JSON-safe. None (null) where a median is not reached or a hazard ratio is not finite; landmarks end with the
        arm's follow-up. `irae` holds, by organ, the share with immune-related events of any grade (`any`) and of grade
        3 or worse (`grade3`); without a table of adverse events it is empty and `trae_grade3` None. `hyperprogression`
        is the share, by `hyperprogression_definition`, of the subjects that could be evaluated; None where there were
        none, because the first scan came too late or the table does not say. `orr`, `cr` and `dcr` are of the confirmed
        best response among all enrolled subjects; `ttr_median` is the plain median among responders. `ipfs_median`,
        `efs_median`, `rfs_median` and `dfs_median`, and their contrasts, are there where the trial has the endpoint.
        `other_assessments` lists response rates by further criteria and readers of the same scans, where there are any.
        `truth` holds the shares of `misclassification.Misclassification`, where a table tells the truth. `benefit_risk`
        holds gain in mean survival, response and severe events of all and by stratum (`analysis/benefit_risk.py`), and
        `stratified` the contrasts within strata, where there are any.
    """
    adsl = enrolled(tables["adsl"])
    others = _others(tables["adrs"], adsl)
    tables = {**tables, **{name: analysed(tables[name]) for name in ("adtr", "adrs")}}
    arms = sorted(adsl["ARM"].astype(str).unique())
    if reference_arm is not None and reference_arm not in arms:
        raise ValueError(f"reference_arm: expected one of {', '.join(arms)}, got {reference_arm!r}")
    adtte = tables["adtte"][tables["adtte"]["USUBJID"].isin(adsl["USUBJID"])]
    known = set(adtte["PARAMCD"].unique())
    times = {code: Survival(adtte, code) for code in (*ENDPOINTS, *OF_SETTING) if code in known}
    return {
        "protocol": protocol_name,
        "seed": int(seed),
        "n": len(adsl),
        "arms": _arms(tables, adsl, times, arms),
        "contrasts": _contrasts(times, _pairs(arms, reference_arm)),
        **({"other_assessments": others} if others else {}),
        **_of_strata(tables, adsl, adtte, _pairs(arms, reference_arm)),
    }


def _others(adrs: pd.DataFrame, adsl: pd.DataFrame) -> list[dict[str, Any]]:
    """Response rates by each further criterion and reader, and arm."""
    return [
        {
            "criteria": criteria,
            "evaluator": evaluator,
            "arm": arm,
            "orr": found.objective.rate,
            "cr": found.complete.rate,
            "dcr": found.disease_control.rate,
        }
        for (criteria, evaluator), rates in other_assessments(adrs, adsl).items()
        for arm, found in sorted(rates.items())
    ]


def _of_strata(
    tables: Mapping[str, pd.DataFrame], adsl: pd.DataFrame, adtte: pd.DataFrame, pairs: list[tuple[str, str]]
) -> dict[str, Any]:
    """Benefit and risk of all and by stratum, where there is a reference arm; comparisons within strata, if any."""
    found: dict[str, Any] = {}
    if contrasts := plain_contrasts(adtte, adsl, pairs):
        found["stratified"] = contrasts
    if pairs:
        rows, months = benefit_risk(tables, pairs[0][1])
        found["benefit_risk"] = plain(rows, months, pairs[0][1])
    return found


def _arms(
    tables: Mapping[str, pd.DataFrame], adsl: pd.DataFrame, times: Times, arms: list[str]
) -> dict[str, dict[str, Any]]:
    rates = response_rates(tables["adrs"], adsl)
    toxicity = _toxicity(tables, adsl)
    pseudo = pseudoprogression(tables["adtr"], tables["adrs"], adsl)
    hyper = _hyperprogression(adsl)
    truth = _truth(tables, adsl)
    intensity = relative_dose_intensity(tables["adex"], adsl) if "adex" in tables else {}
    return {
        arm: {
            "n": rates[arm].objective.n,
            "orr": rates[arm].objective.rate,
            "cr": rates[arm].complete.rate,
            "dcr": rates[arm].disease_control.rate,
            "pfs_median": _median(times, "PFS", arm),
            "os_median": _median(times, "OS", arm),
            "pfs_at": _landmarks(times, "PFS", arm),
            "os_at": _landmarks(times, "OS", arm),
            "dor_median": _median(times, "DOR", arm),
            "ttr_median": _median_time_to_response(times, arm),
            **toxicity.get(arm, {"irae": {}, "trae_grade3": None}),
            "pseudoprogression": pseudo[arm].rate,
            "hyperprogression": hyper.get(arm),
            **({"hyperprogression_definition": HYPERPROGRESSION} if arm in hyper else {}),
            **{f"{code.lower()}_median": _median(times, code, arm) for code in OF_SETTING if code in times},
            **({"relative_dose_intensity": intensity[arm]} if intensity.get(arm) else {}),
            **({"truth": truth[arm]} if arm in truth else {}),
        }
        for arm in arms
    }


def _hyperprogression(adsl: pd.DataFrame) -> dict[str, float]:
    """Return the share of hyperprogressive subjects by arm, among those that could be evaluated; no arm without any."""
    if "HPDFL" not in adsl.columns:
        return {}
    told = adsl[adsl["HPDFL"].isin(["Y", "N"])]
    return {
        str(arm): float(share) for arm, share in told["HPDFL"].eq("Y").groupby(told["ARM"].astype("str")).mean().items()
    }


def _truth(tables: Mapping[str, pd.DataFrame], adsl: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    """By arm: shares of responses that are right, of progressions that are wrong or missed; empty without the truth."""
    if "adtruth" not in tables:
        return {}
    return {
        arm: {
            name: None if share is None else share.rate
            for name in ("right", "pseudoprogression", "wrong", "missed")
            for share in (getattr(found, name),)
        }
        for arm, found in misclassification(tables["adtruth"], adsl).items()
    }


def _toxicity(tables: Mapping[str, pd.DataFrame], adsl: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """By arm: immune-related events by organ, and the share with a related event of grade 3 or worse."""
    if "adae" not in tables:
        return {}
    return {
        arm: {
            "irae": {
                event.organ: {"any": event.any_grade.rate, "grade3": event.severe.rate}
                for event in rates.events
                if event.category == IMMUNE_RELATED
            },
            "trae_grade3": rates.severe.rate,
        }
        for arm, rates in toxicity_rates(tables["adae"], adsl).items()
    }


def _survival(times: Times, paramcd: str, *arms: str) -> Survival | None:
    """Survival of an endpoint; None where one of the arms has nobody with it (no responder, no duration)."""
    survival = times.get(paramcd)
    return survival if survival is not None and set(survival.arms).issuperset(arms) else None


def _median(times: Times, paramcd: str, arm: str) -> float | None:
    survival = _survival(times, paramcd, arm)
    return None if survival is None else survival.median(arm)


def _landmarks(times: Times, paramcd: str, arm: str) -> dict[str, float]:
    survival = _survival(times, paramcd, arm)
    if survival is None:
        return {}
    # a curve at 0 would go on for ever
    followed = max(s.curve(arm).time[-1] for s in times.values() if arm in s.arms) / DAYS_PER_MONTH
    rates = {str(months): survival.at(months, arm) for months in LANDMARKS if months <= followed}
    return {months: rate for months, rate in rates.items() if rate is not None}


def _median_time_to_response(times: Times, arm: str) -> float | None:
    """Median months from randomisation to the first response, among responders: how trials report it."""
    survival = _survival(times, "TTR", arm)
    if survival is None:
        return None
    curve = survival.curve(arm)
    responses = np.repeat(curve.time, curve.events.astype(np.int64))
    return float(np.median(responses) / DAYS_PER_MONTH) if len(responses) else None


def _pairs(arms: list[str], reference_arm: str | None) -> list[tuple[str, str]]:
    """(arm, reference) of every contrast."""
    if reference_arm is None:
        return [(arm, reference) for reference, arm in combinations(arms, 2)]
    return [(arm, reference_arm) for arm in arms if arm != reference_arm]


def _contrasts(times: Times, pairs: list[tuple[str, str]]) -> list[dict[str, Any]]:
    contrasts = []
    for endpoint in ("OS", "PFS", *(code for code in OF_SETTING if code in times)):
        for arm, reference in pairs:
            ratio = _finite_ratio(times, endpoint, arm, reference)
            numbers = {key: None if ratio is None else getattr(ratio, key) for key in ("hr", "lo", "hi", "p")}
            contrasts.append({"endpoint": endpoint, "arm": arm, "reference": reference, **numbers})
    return contrasts


def _finite_ratio(times: Times, endpoint: str, arm: str, reference: str) -> HazardRatio | None:
    """Hazard ratio; None where the data give no finite one (a small trial in which one arm has no event)."""
    survival = _survival(times, endpoint, arm, reference)
    if survival is None:
        return None
    try:
        return survival.hazard_ratio(reference, arm)
    except CoxError:
        return None
