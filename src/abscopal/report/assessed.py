"""Figures of an assessed lesion table: spider and waterfall, as of a trial's own tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from abscopal.report.spider import spider_figure
from abscopal.report.svg import to_svg
from abscopal.report.waterfall import waterfall_figure

EVERYONE = "All subjects"


def response_tables(lesions: pd.DataFrame, visits: pd.DataFrame, best: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return ADSL and ADRS as the figures read them; days count from each subject's baseline scan.

    Parameters
    ----------
    lesions
        The lesion table; its column ARM, where it has one, gives the panels.
    visits, best
        Responses by visit and by subject.
    """
    subjects = lesions.drop_duplicates("USUBJID").set_index("USUBJID")
    arm = subjects["ARM"] if "ARM" in subjects else pd.Series(EVERYONE, index=subjects.index)
    arm = arm.replace("", "No arm")
    baseline = lesions.groupby("USUBJID")["ADY"].min()
    by_visit = visits.assign(
        PARAMCD="OVR", AVALC=visits["RESPONSE"], ADY=visits["ADY"] - visits["USUBJID"].map(baseline)
    )
    by_visit["AVISITN"] = by_visit.groupby("USUBJID").cumcount() + 1
    confirmed = pd.DataFrame({"USUBJID": best["USUBJID"], "PARAMCD": "CBOR", "AVALC": best["CBOR"]})
    confirmed = confirmed.assign(ADY=0, AVISITN=0, CHANGE_BASELINE=np.nan, NEW="")
    columns = ["USUBJID", "PARAMCD", "AVALC", "ADY", "AVISITN", "CHANGE_BASELINE", "NEW"]
    adrs = pd.concat([by_visit[columns], confirmed[columns]], ignore_index=True)
    adsl = pd.DataFrame({"USUBJID": subjects.index.astype("str"), "ARM": arm.to_numpy()})
    return {"adsl": adsl, "adrs": adrs.assign(ARM=adrs["USUBJID"].map(arm))}


def response_figures(lesions: pd.DataFrame, visits: pd.DataFrame, best: pd.DataFrame) -> dict[str, str]:
    """Return `spider` and `waterfall` as SVG documents, by name; arguments as for `response_tables`."""
    tables = response_tables(lesions, visits, best)
    arms = list(dict.fromkeys(tables["adsl"]["ARM"].sort_values()))
    figures = {
        "spider": spider_figure(tables, arms, since="baseline scan"),
        "waterfall": waterfall_figure(tables, arms),
    }
    return {name: to_svg(figure) for name, figure in figures.items()}
