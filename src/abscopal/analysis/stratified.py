"""Comparisons within the strata of a randomisation: stratified log-rank test and stratified Cox model.

Subjects are compared only with those of their stratum; the hazard ratio is one for all strata, each with a baseline
hazard of its own. A trial that was randomised within strata is analysed within them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from abscopal.analysis.cox import CoxError, HazardRatio, cox
from abscopal.analysis.enrolled import enrolled, places
from abscopal.analysis.logrank import logrank


@dataclass(frozen=True)
class Stratified:
    """One comparison within strata.

    Attributes
    ----------
    endpoint, arm, reference : str
        What was compared.
    hazard_ratio : HazardRatio or None
        Of `arm` against `reference`; None where the data give no finite one.
    logrank_p : float or None
        Two-sided p of the stratified log-rank test; None where nothing could be compared.
    """

    endpoint: str
    arm: str
    reference: str
    hazard_ratio: HazardRatio | None
    logrank_p: float | None


def strata(adsl: pd.DataFrame) -> list[str]:
    """Names of the strata of a trial, in alphabetical order; none where it was not randomised within any."""
    if "STRATUM" not in adsl.columns:
        return []
    return sorted(set(enrolled(adsl)["STRATUM"].astype("str")) - {""})


def stratified(adtte: pd.DataFrame, adsl: pd.DataFrame, endpoint: str, arm: str, reference: str) -> Stratified:
    """Compare two arms within strata.

    Parameters
    ----------
    adtte
        USUBJID, ARM, PARAMCD, AVAL and CNSR.
    adsl
        USUBJID and STRATUM; subjects without a stratum form one.
    endpoint
        PARAMCD, such as "OS".
    arm, reference
        Arms in numerator and denominator.
    """
    subjects = enrolled(adsl)
    rows = adtte[(adtte["PARAMCD"] == endpoint) & adtte["ARM"].isin([arm, reference])]
    place = places(rows["USUBJID"], subjects["USUBJID"])
    rows, place = rows[place >= 0], place[place >= 0]
    group = (rows["ARM"] == arm).to_numpy()
    if group.all() or not group.any():
        return Stratified(endpoint, arm, reference, None, None)
    stratum = subjects["STRATUM"].astype("str").to_numpy()[place]
    time, event = rows["AVAL"].to_numpy(dtype=float), 1 - rows["CNSR"].to_numpy()
    try:
        ratio = cox(time, event, group, strata=stratum, names=[f"{arm} against {reference}"]).hazard_ratio()
    except CoxError:
        ratio = None
    return Stratified(endpoint, arm, reference, ratio, logrank(time, event, group, stratum).p)


def plain_contrasts(
    adtte: pd.DataFrame, adsl: pd.DataFrame, pairs: Iterable[tuple[str, str]]
) -> list[dict[str, str | float | None]]:
    """Return the comparisons of OS and PFS within strata as `summary.json` holds them; none without strata."""
    if not strata(adsl):
        return []
    found = [stratified(adtte, adsl, endpoint, *pair) for endpoint in ("OS", "PFS") for pair in pairs]
    return [
        {"endpoint": one.endpoint, "arm": one.arm, "reference": one.reference}
        | {key: None if one.hazard_ratio is None else getattr(one.hazard_ratio, key) for key in ("hr", "lo", "hi", "p")}
        | {"logrank_p": one.logrank_p}
        for one in found
    ]
