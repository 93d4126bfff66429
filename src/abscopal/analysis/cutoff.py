"""Calendar cut-off: what a trial's times to event were when its data were cut, on a day or after so many events.

A trial that is analysed after a number of events is simulated to its planned end and cut here, for the day of the last
event wanted is known only when all its subjects are: they may be simulated in many places, none of which knows the
others' events.
"""

import numpy as np
import pandas as pd

from abscopal.analysis.censored import Floats
from abscopal.analysis.enrolled import analysed, enrolled, places

ON_SCANS = ("PFS", "IPFS", "EFS", "RFS", "DFS")
"""Endpoints censored at the last scan that could be evaluated; OS is censored at the cut-off itself."""
_NOT_EVALUABLE = frozenset({"", "NE"})


def day_of_events(adtte: pd.DataFrame, adsl: pd.DataFrame, events: int, endpoint: str = "OS") -> float:
    """Return the calendar day, from the first enrolment, of the event that makes up a number of them.

    Parameters
    ----------
    adtte, adsl : DataFrame
        Times to event (days), and the subjects with ENTRYDY, their calendar day of enrolment.
    events : int
        How many events of the endpoint, all arms together, the analysis waits for.
    endpoint : str
        PARAMCD.

    Raises
    ------
    ValueError
        If there are fewer by the end of the trial.
    """
    entry = _entry(adsl)
    rows = adtte[adtte["PARAMCD"].eq(endpoint) & adtte["CNSR"].eq(0)]
    who = places(rows["USUBJID"], entry.index.to_series())
    days = np.sort((entry.to_numpy()[who] + rows["AVAL"].to_numpy(np.float64))[who >= 0])
    if not 1 <= events <= len(days):
        raise ValueError(f"events: expected 1 to {len(days)}, the {endpoint} events by the end, got {events}")
    return float(days[events - 1])


def cut_off(adtte: pd.DataFrame, adsl: pd.DataFrame, adrs: pd.DataFrame, calendar_day: float) -> pd.DataFrame:
    """Return ADTTE as it was known on a calendar day: OS, and the endpoints that are seen on scans.

    Subjects enrolled later are left out; duration of and time to response are, too: who had responded by then is a
    matter for the criteria, not for the times.

    Parameters
    ----------
    adtte, adsl, adrs : DataFrame
        Times to event, subjects with ENTRYDY, and responses by scan (PARAMCD "OVR").
    calendar_day : float
        From the first enrolment.
    """
    entry = _entry(adsl)
    kept = adtte[adtte["PARAMCD"].isin(("OS", *ON_SCANS))]
    known = calendar_day - entry.to_numpy()
    who = places(kept["USUBJID"], entry.index.to_series())
    kept, who = kept[who >= 0], who[who >= 0]
    kept, who = kept[known[who] > 0], who[known[who] > 0]
    last_scan = _last_scan(analysed(adrs), entry, known)
    late = kept["AVAL"].to_numpy(np.float64) > known[who]
    ends = np.where(kept["PARAMCD"].eq("OS"), known[who], last_scan[who])
    cut = kept.assign(AVAL=np.where(late, ends, kept["AVAL"]), CNSR=np.where(late, 1, kept["CNSR"]).astype(np.int64))
    if "EVNTDESC" in cut.columns:
        cut["EVNTDESC"] = np.where(late, "no event by the data cut-off", kept["EVNTDESC"].astype("str"))
    return cut.reset_index(drop=True)


def _entry(adsl: pd.DataFrame) -> pd.Series:
    """Calendar day of enrolment by USUBJID."""
    subjects = enrolled(adsl)
    return pd.Series(subjects["ENTRYDY"].to_numpy(np.float64), index=pd.Index(subjects["USUBJID"].astype("str")))


def _last_scan(adrs: pd.DataFrame, entry: pd.Series, known: Floats) -> Floats:
    """Day of each subject's last scan that could be evaluated by the cut-off; 0 without one."""
    scans = adrs[adrs["PARAMCD"].eq("OVR") & ~adrs["AVALC"].isin(_NOT_EVALUABLE)]
    who, day = places(scans["USUBJID"], entry.index.to_series()), scans["ADY"].to_numpy(np.float64)
    in_time = (who >= 0) & (day <= known[who])
    last = np.zeros(len(entry))
    np.maximum.at(last, who[in_time], day[in_time])
    return last
