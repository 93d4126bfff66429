"""Responses against the truth, which only a simulation knows: who is called progressing while the living tumour falls.

Each scan's response is laid beside what became of the living tumour cells by then (ADTRUTH): gone, shrunk to 0.343 of
baseline or less (diameter 70 %), grown to 1.728 times their lowest number or more (diameter 120 %), or stable.
A response is right where CR or PR meets gone or shrunk, SD meets stable, and PD meets grown.

A subject's progression is *wrong* where, at the scan that called it, the living tumour had fallen since the scan before
(pseudoprogression), or where it fell below that level at a later scan; *missed*, where the living tumour had grown and
the scan was called CR, PR or SD. Later scans there are only where treatment goes on; where it stops at progression, a
later fall is nobody's to see.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abscopal.analysis.enrolled import enrolled, labels, places
from abscopal.analysis.proportion import Proportion, proportion
from abscopal.analysis.response import COMPLETE, PARTIAL, PROGRESSIVE, STABLE, SUSPECTED

GROUPS: Mapping[str, frozenset[str]] = {
    "CR": COMPLETE,
    "PR": PARTIAL,
    "SD": STABLE,
    "unconfirmed PD": SUSPECTED,
    "PD": PROGRESSIVE,
}
"""What a response counts as here; others (NE, NED) are not judged."""
TRUTHS = ("gone", "shrunk", "stable", "grown")
RIGHT = frozenset(
    {("CR", "gone"), ("CR", "shrunk"), ("PR", "gone"), ("PR", "shrunk"), ("SD", "stable"), ("PD", "grown")}
)


@dataclass(frozen=True)
class Misclassification:
    """Responses of one arm against the truth; a share of nobody is None.

    Attributes
    ----------
    scans : dict of str to dict of str to int
        Scans by response (a key of `GROUPS`) and truth.
    right : Proportion or None
        Scans called CR, PR, SD or PD whose response is right.
    pseudoprogression : Proportion or None
        Subjects called progressing while the living tumour had fallen since the scan before, of those so called.
    wrong : Proportion or None
        Subjects called progressing wrongly, be it by pseudoprogression or by a later fall, of those so called.
    missed : Proportion or None
        Subjects with a scan at which progression was missed, of those scanned after baseline.
    """

    scans: dict[str, dict[str, int]]
    right: Proportion | None
    pseudoprogression: Proportion | None
    wrong: Proportion | None
    missed: Proportion | None


def misclassification(
    adtruth: pd.DataFrame, adsl: pd.DataFrame, adrs: pd.DataFrame | None = None
) -> dict[str, Misclassification]:
    """Compare responses with the truth, by arm.

    Parameters
    ----------
    adtruth : DataFrame
        USUBJID, AVISITN, AVALC, CHANGE_LAST, CHANGE_LATER, TRUTH.
    adsl : DataFrame
        The subjects: USUBJID, ARM, and CLASS where simulated.
    adrs : DataFrame
        Rows with PARAMCD "OVR" of one criterion and evaluator, in place of the responses (AVALC) of `adtruth`.
    """
    subjects = enrolled(adsl)
    arm, names = labels(subjects["ARM"])
    rows = adtruth[adtruth["AVISITN"] > 0]
    who = places(rows["USUBJID"], subjects["USUBJID"])
    rows, who = rows[who >= 0], who[who >= 0]
    response = rows["AVALC"] if adrs is None else _responses(adrs, rows, subjects["USUBJID"], who)
    return {name: _of_arm(rows[mine], who[mine], response[mine]) for name, mine in _by_arm(names, arm[who])}


def _by_arm(names: list[str], arm: NDArray[np.integer]) -> list[tuple[str, NDArray[np.bool_]]]:
    return [(name, arm == code) for code, name in enumerate(names)]


def _responses(adrs: pd.DataFrame, rows: pd.DataFrame, subjects: pd.Series, who: NDArray[np.integer]) -> pd.Series:
    """Response of each row of the truth, from the rows of ADRS with the same subject and scan."""
    overall = adrs[adrs["PARAMCD"].eq("OVR")]
    place = places(overall["USUBJID"], subjects)
    keys = pd.MultiIndex.from_arrays([place, overall["AVISITN"]])
    if keys.duplicated().any():
        raise ValueError(
            "ADRS: expected one response per subject and scan, got those of several criteria or evaluators"
        )
    known = pd.Series(overall["AVALC"].astype(str).to_numpy(), index=keys)
    wanted = pd.MultiIndex.from_arrays([who, rows["AVISITN"]])
    return pd.Series(known.reindex(wanted).fillna("").to_numpy(), index=rows.index, dtype="str")


def _of_arm(rows: pd.DataFrame, who: NDArray[np.integer], response: pd.Series) -> Misclassification:
    group, truth = _numbered(response, GROUPS.values()), _numbered(rows["TRUTH"], ([word] for word in TRUTHS))
    judged = (group >= 0) & (truth >= 0)
    cells = np.bincount(
        group[judged].astype(np.int64) * len(TRUTHS) + truth[judged], minlength=len(GROUPS) * len(TRUTHS)
    ).tolist()
    scans = {g: dict(zip(TRUTHS, cells[k * len(TRUTHS) :], strict=False)) for k, g in enumerate(GROUPS)}
    decided = sum(sum(row.values()) for name, row in scans.items() if name != "unconfirmed PD")
    first = first_calls(rows.assign(AVALC=response), who)
    fallen, later = first["CHANGE_LAST"] < 0, first["CHANGE_LATER"] < 0
    overlooked = (truth == TRUTHS.index("grown")) & np.isin(group, [list(GROUPS).index(g) for g in ("CR", "PR", "SD")])
    return Misclassification(
        scans=scans,
        right=_share(sum(scans[g][t] for g, t in RIGHT), decided),
        pseudoprogression=_share(int(fallen.sum()), len(first)),
        wrong=_share(int((fallen | later).sum()), len(first)),
        missed=_share(len(np.unique(who[overlooked])), len(np.unique(who))),
    )


def _numbered(values: pd.Series, sets: Iterable[Collection[str]]) -> NDArray[np.int8]:
    """Return the number of the set that each word belongs to; -1 for none."""
    number = np.full(len(values), -1, dtype=np.int8)
    for code, words in enumerate(sets):
        number[values.isin(words).to_numpy()] = code
    return number


def _share(successes: int, n: int) -> Proportion | None:
    return proportion(successes, n) if n else None


def first_calls(rows: pd.DataFrame, who: NDArray[np.integer]) -> pd.DataFrame:
    """Return the row of each subject's first PD or iCPD, with WHO (the subject's number) added.

    Parameters
    ----------
    rows : DataFrame
        AVISITN and AVALC, and what else is to be kept.
    who : (n,) int
        Subject of each row.
    """
    called = rows["AVALC"].isin(PROGRESSIVE).to_numpy()
    return rows[called].assign(WHO=who[called]).sort_values("AVISITN", kind="stable").drop_duplicates("WHO")
