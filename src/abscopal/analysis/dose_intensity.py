"""Relative dose intensity: how much of the planned dose of each drug was given in the time it was given in.

What was given over what was planned until the last dose, with what was left out or interrupted, times the share of that
time that would have been needed had no dose been put off (Hryniuk W, Bush H. J Clin Oncol 1984;2:1281-1288).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from abscopal.analysis.enrolled import enrolled, labels, places

COLUMNS = ("USUBJID", "ADY", "AENDY", "EXTRT", "EXDOSE", "EXLINE", "EXPDOSE", "EXDELAY")


def relative_dose_intensity(adex: pd.DataFrame, adsl: pd.DataFrame) -> Mapping[str, dict[str, float]]:
    """Return the mean relative dose intensity of each drug of protocol treatment, by arm.

    Parameters
    ----------
    adex : DataFrame
        One row per dose or stretch of daily intake, with the columns `COLUMNS`.
    adsl : DataFrame
        The subjects: USUBJID, ARM, and CLASS where simulated.

    Returns
    -------
    mapping
        By arm and drug, 1 where everything was given as planned; empty for a table without planned doses. Subjects
        given nothing of a drug do not count for it.
    """
    if not set(COLUMNS) <= set(adex.columns):
        return {}
    subjects = enrolled(adsl)
    arm, arms = labels(subjects["ARM"])
    place = places(adex["USUBJID"], subjects["USUBJID"])
    kept = (place >= 0) & (adex["EXLINE"].to_numpy() == 1) & (adex["EXPDOSE"].to_numpy() > 0)
    rows, place = adex[kept], place[kept]
    drug, drugs = labels(rows["EXTRT"])
    series, of_row = np.unique(place * max(1, len(drugs)) + drug, return_inverse=True)
    first, last = rows["ADY"].to_numpy(), rows["AENDY"].to_numpy()
    days = last - first + 1.0

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(of_row, values, len(series))

    given, planned = total(rows["EXDOSE"].to_numpy() * days), total(rows["EXPDOSE"].to_numpy() * days)
    begin, end = np.full(len(series), np.inf), np.full(len(series), -np.inf)
    np.minimum.at(begin, of_row, first)
    np.maximum.at(end, of_row, last)
    took = np.maximum(end - begin, 1.0)
    intensity = given / planned * (took - total(rows["EXDELAY"].to_numpy())) / took
    found: dict[str, dict[str, float]] = {name: {} for name in arms}
    number, treated = series % max(1, len(drugs)), given > 0
    group = arm[series // max(1, len(drugs))]
    for code, name in enumerate(arms):
        for which, word in enumerate(drugs):
            mine = treated & (group == code) & (number == which)
            if mine.any():
                found[name][word] = float(intensity[mine].mean())
    return found
