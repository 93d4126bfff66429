"""Hyperprogression of real patients, from a lesion table, and of a simulated trial, from its scans."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from abscopal.clinic.assess import assess
from abscopal.clinic.criteria.criterion import Bools, Floats, Integers, reaches
from abscopal.clinic.growth_rate import EIGHT_WEEKS, WINDOW, Growth, definition_named, hyperprogressive
from abscopal.clinic.imaging import Imaging, State
from abscopal.clinic.lesion_tables.lesion_table import checked
from abscopal.clinic.lesions import Role
from abscopal.clinic.records import ScanRecord
from abscopal.errors import InputError, Problem, shown

NEEDS_NO_SCAN_BEFORE = "Matos 2020"


def hyperprogression(
    lesions: pd.DataFrame,
    definition: str = NEEDS_NO_SCAN_BEFORE,
    *,
    baseline_day: int | None = None,
    follow_up: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return who is hyperprogressive by a published definition, with the growth rates it rests on.

    Parameters
    ----------
    lesions : pandas.DataFrame
        A lesion table, see `read_lesions`.
    definition : str
        One of `growth_rate.DEFINITIONS`, such as `Champiat 2017` or `Champiat`.
    baseline_day : int, day
        Study day on which treatment starts: the baseline is the last scan up to then, and the scan before it tells how
        the tumour grew before. Default: each subject's first scan is the baseline, and nothing is known of before.
    follow_up : pandas.DataFrame
        USUBJID and TRTEDY, the last day of treatment (empty while it goes on); for Kato's definition.

    Returns
    -------
    pandas.DataFrame
        USUBJID; ADY of the scan judged (NaN without one); SUM_MM then; CHANGE_BASELINE (%); TGR_BEFORE and TGR (% of
        volume per month); TGK_BEFORE and TGK (mm per month); NEW_ORGANS; HPD: Y, N, or NE where it cannot be evaluated.

    Raises
    ------
    InputError
        If the table has no baseline, or the definition wants what is not given.
    """
    rule = definition_named(definition)
    before, after = _divided(lesions, baseline_day)
    table = checked(after)
    first = table.groupby("USUBJID", sort=False)["ADY"].min()
    started = first if baseline_day is None else pd.Series(float(baseline_day), index=first.index)
    if "failure_days" in rule.knows and (follow_up is None or "TRTEDY" not in follow_up):
        raise InputError([Problem("TRTEDY", f"a table with the last day of treatment, for {rule.name}", "none")])
    judged = _judged(assess(table), started, rule.within)
    growth = _growth(table, before, judged, first, started, follow_up)
    yes, told = hyperprogressive(growth, rule)
    (rate_before, rate), (pace_before, pace) = growth.rates, growth.kinetics
    return pd.DataFrame(
        {
            "USUBJID": first.index,
            "ADY": judged["ADY"].to_numpy(),
            "SUM_MM": growth.on_mm,
            "CHANGE_BASELINE": 100.0 * (growth.on_mm / growth.baseline_mm - 1.0),
            "TGR_BEFORE": rate_before,
            "TGR": rate,
            "TGK_BEFORE": pace_before,
            "TGK": pace,
            "NEW_ORGANS": growth.new_organs,
            "HPD": np.select([~told, yes], ["NE", "Y"], "N"),
        }
    )


def early_hyperprogression(scans: Sequence[ScanRecord], organ: npt.NDArray[np.integer], n: int) -> tuple[Bools, Bools]:
    """Return who of a simulated trial is hyperprogressive by Matos 2020, and who could be evaluated, (n,).

    Parameters
    ----------
    scans : sequence of ScanRecord
        In order of time, baseline first.
    organ : (n, L) int
        Organ of each lesion.
    n : int
        Number of subjects.
    """
    unknown, none = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    baseline, on, treated = unknown.copy(), unknown.copy(), unknown.copy()
    progressed, new_organs, nadir = np.zeros(n, dtype=np.bool_), none, unknown.copy()
    for scan in scans:
        who = scan.subject[scan.day <= EIGHT_WEEKS + WINDOW]
        early = scan.day <= EIGHT_WEEKS + WINDOW
        size = scan.sum_mm[early]
        if scan.visit == 0:
            baseline[who], nadir[who] = size, size
            continue
        on[who], treated[who] = size, scan.day[early]
        new_organs[who] = _organs_of_new(scan, organ)[early]
        grown = reaches(size, 1.2 * nadir[who]) & reaches(size, nadir[who] + 5.0)
        progressed[who] |= grown | (new_organs[who] > 0)
        nadir[who] = np.fmin(nadir[who], size)
    growth = Growth(unknown, baseline, on, unknown, treated, treated, progressed, new_organs, unknown)
    return hyperprogressive(growth, definition_named(NEEDS_NO_SCAN_BEFORE))


def _organs_of_new(scan: ScanRecord, organ: npt.NDArray[np.integer]) -> Integers:
    """Return the number of organs in which a scan shows new lesions, (k,)."""
    new = np.isin(scan.role, (Role.NEW, Role.NEW_TARGET))
    seen = new & np.isin(scan.state, (State.PRESENT, State.TOO_SMALL, State.UNEQUIVOCAL_PROGRESSION))
    found = np.zeros(len(scan.subject), dtype=np.int64)
    row, lesion = np.nonzero(seen)
    pairs = np.unique(np.stack([row, organ[scan.subject[row], lesion]]), axis=1)
    np.add.at(found, pairs[0].astype(np.int64), 1)
    return found


def _divided(lesions: pd.DataFrame, baseline_day: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of the last scan before each subject's baseline scan, and those from the baseline scan on."""
    if baseline_day is None:
        return lesions.iloc[:0], lesions
    day = pd.to_numeric(lesions["ADY"], errors="coerce") if "ADY" in lesions else pd.Series(np.nan, lesions.index)
    if day.isna().any():
        row = int(np.flatnonzero(day.isna())[0])
        got = shown(lesions["ADY"].iloc[row]) if "ADY" in lesions else "no such column"
        raise InputError([Problem(f"ADY[{row}]", "study days, since the baseline is named by one", got)])
    subject = lesions["USUBJID"].astype("str")
    baseline = _last(day, day <= baseline_day, subject)
    missing = subject[baseline.isna()].unique()
    if len(missing):
        problem = "a scan at or before day", "none"
        raise InputError([Problem("ADY", f"{problem[0]} {baseline_day} of {name}", problem[1]) for name in missing])
    earlier = _last(day, day < baseline, subject)
    return lesions[day == earlier], lesions[day >= baseline]


def _last(day: pd.Series, where: pd.Series, subject: pd.Series) -> pd.Series:
    """Return the last day of each row's subject among those that hold, row by row; NaN without one."""
    return day.where(where).groupby(subject).transform("max")


def _judged(visits: pd.DataFrame, started: pd.Series, within: float) -> pd.DataFrame:
    """Return the scan that is judged, by subject: the first, or where there is a limit the last within it."""
    treated = visits["ADY"] - visits["USUBJID"].map(started)
    progressed = visits["RESPONSE"].eq("PD").groupby(visits["USUBJID"]).cummax()
    rows = visits.assign(TREATED=treated, PROGRESSED=progressed)[["USUBJID", "ADY", "SUM_MM", "TREATED", "PROGRESSED"]]
    counted = rows[treated <= within]
    other = counted["USUBJID"].duplicated(keep="first" if np.isinf(within) else "last")
    return pd.DataFrame(counted[~other].set_index("USUBJID").reindex(started.index))


def _growth(
    table: pd.DataFrame,
    before: pd.DataFrame,
    judged: pd.DataFrame,
    first: pd.Series,
    started: pd.Series,
    follow_up: pd.DataFrame | None,
) -> Growth:
    """Return the growth of the subjects of `first`, in its order."""
    baseline = table[table["ADY"] == table["USUBJID"].map(first)]
    targets = baseline[baseline["ROLE"] == "target"]
    earlier = before.assign(USUBJID=before["USUBJID"].astype("str"), LESION=before["LESION"].astype("str"))
    day_before = pd.to_numeric(earlier.groupby("USUBJID")["ADY"].first()).reindex(first.index)
    return Growth(
        before_mm=_sums(targets, _sizes(earlier), first),
        baseline_mm=_sums(targets, _sizes(baseline), first),
        on_mm=judged["SUM_MM"].to_numpy(np.float64),
        before_days=(first - day_before).to_numpy(np.float64),
        on_days=(judged["ADY"] - first).to_numpy(np.float64),
        treated_days=judged["TREATED"].to_numpy(np.float64),
        progressed=judged["PROGRESSED"].eq(True).to_numpy(),
        new_organs=_new_organs(table, judged),
        failure_days=_failure_days(follow_up, started),
    )


def _sizes(rows: pd.DataFrame) -> pd.Series:
    """Return the diameter by subject and lesion: 0 where absent, 5 mm where too small to measure."""
    size = pd.to_numeric(rows["DIAMETER_MM"], errors="coerce")
    state = rows["STATE"].astype("str").str.strip().str.lower()
    size = size.mask(state == "absent", 0.0).mask((state == "too small") & size.isna(), Imaging().too_small_mm)
    return size.mask(state == "not evaluable").set_axis(pd.MultiIndex.from_frame(rows[["USUBJID", "LESION"]]))


def _sums(targets: pd.DataFrame, size: pd.Series, first: pd.Series) -> Floats:
    """Return the sum of the targets by subject; NaN where one of them was not measured, or there is none."""
    each = size.reindex(pd.MultiIndex.from_frame(targets[["USUBJID", "LESION"]])).to_numpy(np.float64)
    whole = pd.Series(each).groupby(targets["USUBJID"].to_numpy()).agg(lambda sizes: sizes.sum(skipna=False))
    return np.asarray(whole.reindex(first.index), dtype=np.float64)


def _new_organs(table: pd.DataFrame, judged: pd.DataFrame) -> Integers:
    """Return the number of organs with new lesions at the scan judged, by subject."""
    seen = (table["DIAMETER_MM"] > 0) | table["STATE"].isin(["present", "too small", "unequivocal progression"])
    rows = table[(table["ROLE"] == "new") & seen & (table["ADY"] == table["USUBJID"].map(judged["ADY"]))]
    organs = rows.groupby("USUBJID")["ORGAN"].nunique()
    return np.asarray(organs.reindex(judged.index, fill_value=0), dtype=np.int64)


def _failure_days(follow_up: pd.DataFrame | None, started: pd.Series) -> Floats:
    """Return the time to the end of treatment by subject: infinite while it goes on, NaN where nothing is known."""
    if follow_up is None or "TRTEDY" not in follow_up:
        return np.full(len(started), np.nan)
    rows = follow_up.set_axis(follow_up["USUBJID"].astype("str")).reindex(started.index)
    last = pd.to_numeric(rows["TRTEDY"], errors="coerce").fillna(np.inf)
    return (last - started).where(rows["USUBJID"].notna()).to_numpy(np.float64)
