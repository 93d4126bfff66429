"""How a time to progression or recurrence is censored: named rules, each with its source.

A protocol names its rule (`censoring: FDA`). Whatever the rule, a subject without an event is censored at the last scan
that could be evaluated, and overall survival at the last day known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from abscopal.clinic.criteria.criterion import Bools, Floats
from abscopal.errors import InputError, unknown
from abscopal.sources import Source, assumed, cited

_FDA = cited("FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2018", recalled=True)
_EMA = cited(
    "EMA, Appendix 1 to the guideline on the evaluation of anticancer medicinal products in man, 2012", recalled=True
)
_IRECIST = cited("Seymour L et al., Lancet Oncol 2017;18:e143-e152 (iRECIST)", where="iUPD that is never resolved")

SOURCES: dict[str, Source] = {
    "every event": assumed("the plainest rule, and the default: nothing that was seen to happen is set aside"),
    "EMA": _EMA,
    "FDA": _FDA,
    "confirmed progression": _IRECIST,
    "Censoring.missed": _FDA,
    "Censoring.subsequent_therapy": _FDA,
    "Censoring.unresolved": _IRECIST,
    "Censoring.window": assumed("protocols let a scan be taken a week early or late; such a scan was not missed"),
}


@dataclass(frozen=True)
class Censoring:
    """How progression-free survival is censored; the defaults count every event.

    Parameters
    ----------
    missed : int
        An event after at least this many scheduled scans without an adequate one is censored at the last adequate
        scan; 0 counts every event. FDA's convention is 2, and needs `scheduled`.
    scheduled : tuple of float, day
        Scheduled days of the scans.
    subsequent_therapy : bool
        Censor at the last adequate scan before subsequent therapy, if that came before the event.
    unresolved : bool
        An iUPD that no later scan confirmed or reversed counts as progression at its day.
    window : float, day
        A scheduled scan so near an adequate one, or the event, was not missed.
    """

    missed: int = 0
    scheduled: tuple[float, ...] = ()
    subsequent_therapy: bool = False
    unresolved: bool = True
    window: float = 7.0

    def late(self, adequate: Floats, event: Floats) -> Bools:
        """Return whether so many scheduled scans were missed between the last adequate one and the event, (n,)."""
        if self.missed == 0:
            return np.zeros(len(event), dtype=np.bool_)
        if not self.scheduled:
            raise ValueError("Censoring.missed needs Censoring.scheduled, the scheduled days of the scans")
        days = np.array(self.scheduled)
        between = (days > adequate[:, None] + self.window) & (days < event[:, None] - self.window)
        return np.asarray(between.sum(axis=1) >= self.missed)


RULES: Mapping[str, Censoring] = {
    "every event": Censoring(),
    "EMA": Censoring(),
    "FDA": Censoring(missed=2, subsequent_therapy=True),
    "confirmed progression": Censoring(unresolved=False),
}
"""The rules by name. EMA asks for every event, whatever scans were missed and whatever therapy followed, and so is the
same rule as `every event`, under the name that a reader of the protocol knows."""

DESCRIPTIONS: Mapping[str, str] = {
    "every event": "every progression and death counts on its day; an iUPD left unresolved counts as progression",
    "EMA": "every progression and death counts, after missed scans and after subsequent therapy too",
    "FDA": "an event after 2 or more missed scans, or after subsequent therapy, is censored at the last adequate scan",
    "confirmed progression": "as every event, but an iUPD that was never confirmed is not progression",
}


def censoring_named(name: str, scheduled: tuple[float, ...] = ()) -> Censoring:
    """Return a rule by its name, whatever its case.

    Parameters
    ----------
    name : str
        One of `RULES`.
    scheduled : tuple of float, day
        Scheduled days of the scans, for a rule that counts missed ones.

    Raises
    ------
    InputError
        With the nearest known name.
    """
    known = {key.lower(): rule for key, rule in RULES.items()}
    if name.strip().lower() not in known:
        raise InputError([unknown("censoring", "rule of censoring", name, RULES)])
    return replace(known[name.strip().lower()], scheduled=scheduled)
