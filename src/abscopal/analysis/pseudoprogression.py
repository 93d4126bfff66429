"""Pseudoprogression: progression on a scan, then a response that the progression had not been preceded by.

Definition. A subject shows pseudoprogression if, at a visit p after baseline,

1. the overall response is PD (or iUPD, iCPD), or the sum of diameters is at least 20 % and at least 5 mm above its
   smallest earlier value, baseline included (RECIST 1.1, section 4.3.1: both conditions); and
2. no visit up to and including p had a sum of 70 % of baseline or less; and
3. some later visit has a sum of 70 % of baseline or less (a partial response by size).

This is the category "progressive disease followed by PR or CR but not SD" of Park's meta-analysis, which pools all its
definitions to 6.0 % (5.0 to 7.0) of 3402 patients. Condition 2 leaves out a responder who relapses a little while the
sum is still below 70 % of baseline: that is an ordinary late progression. Scans end soon after progression in most
trials unless treatment goes on, so the share is a lower bound; the more so in arms that stop at progression.

References
----------
Park HJ et al. Radiology 2020;297:87, doi:10.1148/radiol.2020200443.
Eisenhauer EA et al. Eur J Cancer 2009;45:228, doi:10.1016/j.ejca.2008.10.026 (RECIST 1.1).
"""

import numpy as np
import pandas as pd

from abscopal.analysis.censored import Floats
from abscopal.analysis.enrolled import enrolled
from abscopal.analysis.proportion import Proportion, proportion

PROGRESSION = frozenset({"PD", "iUPD", "iCPD"})
RISE_SHARE = 1.2
RISE_MM = 5.0
RESPONSE_SHARE = 0.7
# Sums are printed to a fraction of a millimetre: 50 mm to 60 mm is a rise of 20 % whatever the last bit says.
_ROUNDING_MM = 1e-9


def pseudoprogression(adtr: pd.DataFrame, adrs: pd.DataFrame, adsl: pd.DataFrame) -> dict[str, Proportion]:
    """Share of each arm's enrolled subjects who show pseudoprogression, with its exact interval.

    Parameters
    ----------
    adtr : DataFrame
        Rows with PARAMCD "SUMDIAM": USUBJID, AVISITN (0 baseline), AVAL (mm, NaN where not measured).
    adrs : DataFrame
        Rows with PARAMCD "OVR": USUBJID, AVISITN, AVALC.
    adsl : DataFrame
        The subjects: USUBJID, ARM, and CLASS where simulated.
    """
    subjects = enrolled(adsl)
    shows = subjects["USUBJID"].isin(pseudoprogressors(adtr, adrs))
    by_arm = shows.groupby(subjects["ARM"].astype(str)).agg(["sum", "size"])
    return {str(arm): proportion(int(total), int(n)) for arm, total, n in by_arm.itertuples()}


def pseudoprogressors(adtr: pd.DataFrame, adrs: pd.DataFrame) -> list[str]:
    """USUBJID of the subjects who show pseudoprogression, sorted."""
    measured = adtr["PARAMCD"].eq("SUMDIAM") & adtr["AVAL"].notna()
    sums = adtr.loc[measured, ["USUBJID", "AVISITN", "AVAL"]]
    overall = adrs.loc[adrs["PARAMCD"] == "OVR", ["USUBJID", "AVISITN", "AVALC"]]
    visits = sums.merge(overall, on=["USUBJID", "AVISITN"], how="outer").sort_values(["USUBJID", "AVISITN"])
    found = []
    for subject, rows in visits.groupby("USUBJID", sort=True):
        progression = rows["AVALC"].isin(PROGRESSION).to_numpy()
        if shows_pseudoprogression(rows["AVISITN"].to_numpy(), rows["AVAL"].to_numpy(), progression):
            found.append(str(subject))
    return found


def shows_pseudoprogression(visit: np.ndarray, sum_mm: Floats, progression: np.ndarray) -> bool:
    """Apply the definition to one subject.

    Parameters
    ----------
    visit : (v,) int
        Scan numbers, ascending; 0 is baseline.
    sum_mm : (v,) float
        Sum of target diameters in mm, NaN where not measured.
    progression : (v,) bool
        True where the overall response is progression.
    """
    if visit.size == 0 or visit[0] != 0 or not sum_mm[0] > 0.0:
        return False
    responded = sum_mm <= RESPONSE_SHARE * sum_mm[0] + _ROUNDING_MM  # NaN compares False: not measured, no response
    if not responded.any():
        return False
    first_response = int(np.argmax(responded))
    nadir = np.fmin.accumulate(sum_mm)[:first_response]
    before = sum_mm[:first_response]
    rise = np.append(
        False,
        (before[1:] >= RISE_SHARE * nadir[:-1] - _ROUNDING_MM) & (before[1:] - nadir[:-1] >= RISE_MM - _ROUNDING_MM),
    )
    return bool(np.any((rise | progression[:first_response])[1:]))
