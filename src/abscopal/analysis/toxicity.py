"""How many subjects of each arm had which adverse event under protocol treatment, of any grade and of grade 3 or worse.

A subject counts once per event, with the worst of its episodes; every enrolled subject is in the denominator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from abscopal.analysis.enrolled import enrolled, labels, places
from abscopal.analysis.proportion import Proportion, proportion

SEVERE = 3
IMMUNE_RELATED = "immune-related"
RELATED = "protocol treatment"


@dataclass(frozen=True)
class EventRates:
    """Share of an arm with one adverse event: where, of what kind, of any grade, and of grade 3 or worse."""

    term: str
    organ: str
    category: str
    any_grade: Proportion
    severe: Proportion


@dataclass(frozen=True)
class ToxicityRates:
    """Adverse events of one arm: each by name, and how many had any, and any of grade 3 or worse."""

    events: tuple[EventRates, ...]
    any_grade: Proportion
    severe: Proportion


def toxicity_rates(adae: pd.DataFrame, adsl: pd.DataFrame) -> dict[str, ToxicityRates]:
    """Rates of adverse events by arm.

    Parameters
    ----------
    adae : DataFrame
        One row per episode: USUBJID, AETERM, AEORGAN, AECAT, AETOXGR, AEREL.
    adsl : DataFrame
        The subjects: USUBJID, ARM, and CLASS where simulated.
    """
    subjects = enrolled(adsl)
    arm, names = labels(subjects["ARM"])
    related = adae[adae["AEREL"].astype("str") == RELATED]
    place = places(related["USUBJID"], subjects["USUBJID"])
    related, place = related[place >= 0], place[place >= 0]
    size = np.bincount(arm, minlength=len(names))
    terms = related[["AETERM", "AEORGAN", "AECAT"]].astype("str").drop_duplicates().sort_values("AETERM")
    word, worst = related["AETERM"].astype("str").to_numpy(), related["AETOXGR"].to_numpy()

    def share(rows: np.ndarray, number: int) -> Proportion:
        count = len(np.unique(place[rows & (arm[place] == number)]))
        return proportion(count, int(size[number]))

    everything = np.ones(len(place), dtype=bool)
    return {
        name: ToxicityRates(
            tuple(
                EventRates(
                    term,
                    organ,
                    category,
                    share(word == term, number),
                    share((word == term) & (worst >= SEVERE), number),
                )
                for term, organ, category in terms.itertuples(index=False, name=None)
            ),
            share(everything, number),
            share(worst >= SEVERE, number),
        )
        for number, name in enumerate(names)
    }
