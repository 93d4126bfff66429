"""Pseudoprogression: progression on a scan, then a response that the progression had not been preceded by.

Definition. A subject shows pseudoprogression if, at a visit p after baseline,

1. the overall response is PD (or to be confirmed: iUPD, uPD, IR), or the sum of diameters is at least 20 % and 5 mm
   above its smallest earlier value, baseline included (RECIST 1.1, section 4.3.1: both conditions); and
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
from numpy.typing import NDArray

from abscopal.analysis.censored import Codes, Floats
from abscopal.analysis.enrolled import enrolled, labels, places
from abscopal.analysis.proportion import Proportion, proportion
from abscopal.analysis.response import PROGRESSIVE, SUSPECTED

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
    shows = _shows(adtr, adrs, subjects["USUBJID"])
    arm, names = labels(subjects["ARM"])
    n, total = np.bincount(arm, minlength=len(names)), np.bincount(arm[shows], minlength=len(names))
    return {name: proportion(int(total[code]), int(n[code])) for code, name in enumerate(names)}


def pseudoprogressors(adtr: pd.DataFrame, adrs: pd.DataFrame) -> list[str]:
    """USUBJID of the subjects who show pseudoprogression, sorted."""
    subjects = pd.Series(sorted(str(subject) for subject in adtr["USUBJID"].unique()), dtype="str")
    return [str(subject) for subject in subjects[_shows(adtr, adrs, subjects)]]


def _shows(adtr: pd.DataFrame, adrs: pd.DataFrame, subjects: pd.Series) -> NDArray[np.bool_]:
    """Whether each of the subjects (n,) shows pseudoprogression; only those who ever responded are looked at."""
    sums = adtr[adtr["PARAMCD"].eq("SUMDIAM") & adtr["AVAL"].notna()]
    overall = adrs[adrs["PARAMCD"].eq("OVR")]
    who, seen = places(sums["USUBJID"], subjects), places(overall["USUBJID"], subjects)
    responders = _responders(who, sums["AVISITN"].to_numpy(), sums["AVAL"].to_numpy(np.float64), len(subjects))
    row = np.append(np.where(responders, np.cumsum(responders) - 1, -1), -1)  # place among the responders
    visits, column = np.unique(np.concatenate([[0], sums["AVISITN"], overall["AVISITN"]]), return_inverse=True)
    if not len(visits) or visits[0] != 0:
        raise ValueError(f"AVISITN: expected scan numbers from 0, got {visits[0]}")
    size = np.full((int(responders.sum()), len(visits)), np.nan)
    progression = np.zeros(size.shape, dtype=np.bool_)
    mine = row[who] >= 0
    size[row[who][mine], column[1 : len(sums) + 1][mine]] = sums["AVAL"].to_numpy(np.float64)[mine]
    mine = (row[seen] >= 0) & overall["AVALC"].isin(PROGRESSIVE | SUSPECTED).to_numpy()
    progression[row[seen][mine], column[len(sums) + 1 :][mine]] = True
    shows = np.zeros(len(subjects), dtype=np.bool_)
    shows[responders] = shows_pseudoprogression(size, progression)
    return shows


def _responders(who: Codes, visit: NDArray[np.int64], size: Floats, n: int) -> NDArray[np.bool_]:
    """Whether each subject (n,) ever had a sum small enough for a response."""
    baseline = np.full(n + 1, np.nan)
    at_baseline = visit == 0
    baseline[who[at_baseline]] = size[at_baseline]
    small = size <= RESPONSE_SHARE * baseline[who] + _ROUNDING_MM
    return np.asarray(np.bincount(who[small & (who >= 0)], minlength=n) > 0)


def shows_pseudoprogression(sum_mm: Floats, progression: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Apply the definition to k subjects.

    Parameters
    ----------
    sum_mm : (k, v) float
        Sum of target diameters in mm at each scan, the first at baseline; NaN where not measured.
    progression : (k, v) bool
        True where the overall response is progression.
    """
    baseline = sum_mm[:, :1]
    responded = sum_mm <= RESPONSE_SHARE * baseline + _ROUNDING_MM  # NaN compares False: not measured, no response
    before_response = np.cumsum(responded, axis=1) == 0
    nadir = np.fmin.accumulate(sum_mm, axis=1)[:, :-1]
    later = sum_mm[:, 1:]
    rise = (later >= RISE_SHARE * nadir - _ROUNDING_MM) & (later - nadir >= RISE_MM - _ROUNDING_MM)
    worse = (rise | progression[:, 1:]) & before_response[:, 1:]
    return np.asarray(worse.any(axis=1) & responded.any(axis=1) & (baseline[:, 0] > 0.0))
