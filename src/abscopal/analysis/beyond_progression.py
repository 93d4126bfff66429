"""What treatment beyond progression gains: the same patients with treatment until PD, and until confirmed PD.

Both trials have the same subjects, who meet the same chances: each is compared with him- or herself. They differ in
nothing up to the scan that RECIST 1.1 calls progression, so whoever progresses by it does so on the same day in both.
Gains are of the restricted mean survival time, per subject the days lived up to a horizon, in those whose survival is
known to there in both trials; loss to follow-up does not depend on treatment, so leaving the lost out changes nothing
but the number.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from abscopal.analysis.censored import Floats
from abscopal.analysis.enrolled import analysed, enrolled, labels, places
from abscopal.analysis.misclassification import Misclassification, first_calls, misclassification
from abscopal.analysis.proportion import Proportion, proportion
from abscopal.analysis.response import OBJECTIVE
from abscopal.units import DAYS_PER_MONTH

Tables = Mapping[str, pd.DataFrame]
STOP, WAIT = "RECIST 1.1", "iRECIST"


@dataclass(frozen=True)
class Gain:
    """Mean of paired differences of restricted survival, waiting less stopping, with its 95 % limits, in months."""

    n: int
    months: float
    lower: float
    upper: float


@dataclass(frozen=True)
class BeyondProgression:
    """One arm, its patients treated until PD by RECIST 1.1 and again until iCPD by iRECIST.

    Attributes
    ----------
    n : int
        Subjects.
    called : dict of str to Misclassification
        By criterion, on the same scans: those of treatment until iCPD.
    progressed : int
        Subjects with PD by RECIST 1.1, treated on where the trial waits.
    never_confirmed : int
        Of these, those whose progression was not confirmed by any scan.
    responded : Proportion or None
        Of these, those with a response (iCR, iPR) at a scan after PD and none before.
    horizon_months : float
        Up to which survival is compared.
    gain, gain_after_progression : Gain or None
        Of all subjects, and of those with PD by RECIST 1.1; None where fewer than two are known to the horizon.
    alive : dict of str to dict of int to float
        By criterion that stops treatment: share alive at each month of `LANDMARKS`, of those known in both.
    """

    n: int
    called: dict[str, Misclassification]
    progressed: int
    never_confirmed: int
    responded: Proportion | None
    horizon_months: float
    gain: Gain | None
    gain_after_progression: Gain | None
    alive: dict[str, dict[int, float]]


LANDMARKS = (12, 24, 36)


def beyond_progression(stopped: Tables, waited: Tables, horizon_months: float) -> dict[str, BeyondProgression]:
    """Compare the two trials, by arm.

    Parameters
    ----------
    stopped : mapping
        Tables of the trial that stops treatment at PD by RECIST 1.1: "adsl", "adtte".
    waited : mapping
        Tables of the same subjects treated until iCPD, assessed by RECIST 1.1 as well: also "adrs" and "adtruth".
    horizon_months : float
        Up to which survival is compared: at most the shortest planned follow-up.
    """
    subjects = enrolled(waited["adsl"])
    both = subjects["USUBJID"].isin(enrolled(stopped["adsl"])["USUBJID"]).to_numpy()
    subjects = subjects[both]
    arm, names = labels(subjects["ARM"])
    overall = waited["adrs"][waited["adrs"]["PARAMCD"].eq("OVR")]
    by = {STOP: overall[overall["PARCAT1"].eq(STOP) & ~overall["ANL01FL"].eq("Y")], WAIT: analysed(overall)}
    called = {name: misclassification(waited["adtruth"], subjects, rows) for name, rows in by.items()}
    after = _after_progression(by[STOP], by[WAIT], subjects["USUBJID"])
    times = {STOP: _survival(stopped, subjects), WAIT: _survival(waited, subjects)}
    return {
        name: _of_arm({c: found[name] for c, found in called.items()}, arm == code, after, times, horizon_months)
        for code, name in enumerate(names)
    }


def _after_progression(stop: pd.DataFrame, wait: pd.DataFrame, subjects: pd.Series) -> NDArray[np.bool_]:
    """Whether each subject (n,) progressed by RECIST 1.1; was confirmed later; responded only after it, [3, n]."""
    progression = np.full(len(subjects), np.inf)
    first = first_calls(stop, places(stop["USUBJID"], subjects))
    first = first[first["WHO"] >= 0]
    progression[first["WHO"]] = first["AVISITN"]
    who, visit = places(wait["USUBJID"], subjects), wait["AVISITN"].to_numpy()
    answer = wait["AVALC"].isin(OBJECTIVE).to_numpy() & (who >= 0)
    confirmed = wait["AVALC"].eq("iCPD").to_numpy() & (who >= 0)
    later = visit > progression[who]

    def any_of(rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray(np.bincount(who[rows], minlength=len(subjects)) > 0)

    return np.stack([np.isfinite(progression), any_of(confirmed), any_of(answer & later) & ~any_of(answer & ~later)])


def _survival(tables: Tables, subjects: pd.DataFrame) -> tuple[Floats, NDArray[np.bool_]]:
    """Survival of each subject in days (n,), and whether it ended in death."""
    rows = tables["adtte"][tables["adtte"]["PARAMCD"].eq("OS")]
    who = places(rows["USUBJID"], subjects["USUBJID"])
    days, died = np.full(len(subjects), np.nan), np.zeros(len(subjects), dtype=np.bool_)
    days[who[who >= 0]] = rows["AVAL"].to_numpy(np.float64)[who >= 0]
    died[who[who >= 0]] = rows["CNSR"].eq(0).to_numpy()[who >= 0]
    return days, died


def _of_arm(
    called: dict[str, Misclassification],
    mine: NDArray[np.bool_],
    after: NDArray[np.bool_],
    times: Mapping[str, tuple[Floats, NDArray[np.bool_]]],
    horizon_months: float,
) -> BeyondProgression:
    progressed, confirmed, responded = after
    theirs = mine & progressed
    count = int(theirs.sum())
    return BeyondProgression(
        n=int(mine.sum()),
        called=called,
        progressed=count,
        never_confirmed=int((theirs & ~confirmed).sum()),
        responded=proportion(int((theirs & responded).sum()), count) if count else None,
        horizon_months=horizon_months,
        gain=_gain(times, mine, horizon_months),
        gain_after_progression=_gain(times, theirs, horizon_months),
        alive=_alive(times, mine, horizon_months),
    )


def _known(times: Mapping[str, tuple[Floats, NDArray[np.bool_]]], day: float) -> NDArray[np.bool_]:
    """Whose survival up to a day is known in both trials (n,)."""
    return np.asarray(np.logical_and.reduce([died | (days >= day) for days, died in times.values()]))


def _gain(
    times: Mapping[str, tuple[Floats, NDArray[np.bool_]]], mine: NDArray[np.bool_], horizon_months: float
) -> Gain | None:
    horizon = horizon_months * DAYS_PER_MONTH
    who = mine & _known(times, horizon)
    n = int(who.sum())
    if n < 2:
        return None
    lived = {name: np.minimum(days[who], horizon) for name, (days, _) in times.items()}
    gained = (lived[WAIT] - lived[STOP]) / DAYS_PER_MONTH
    reach = float(ndtri(0.975) * gained.std(ddof=1) / np.sqrt(n))
    mean = float(gained.mean())
    return Gain(n, mean, mean - reach, mean + reach)


def _alive(
    times: Mapping[str, tuple[Floats, NDArray[np.bool_]]], mine: NDArray[np.bool_], horizon_months: float
) -> dict[str, dict[int, float]]:
    shares: dict[str, dict[int, float]] = {name: {} for name in times}
    for month in (month for month in LANDMARKS if month <= horizon_months):
        who = mine & _known(times, month * DAYS_PER_MONTH)
        for name, (days, _) in times.items():
            if who.any():
                shares[name][month] = float((days[who] > month * DAYS_PER_MONTH).mean())
    return shares
