"""What care acts on and through: the trial as it goes, as those who manage toxicity see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criteria.criterion import put, take
from abscopal.clinic.disposition import Reason, stop
from abscopal.drugs.drug import Drug
from abscopal.protocol.protocol import Protocol
from abscopal.trial.course import Course
from abscopal.trial.events import Events
from abscopal.trial.giving import Giving
from abscopal.trial.plan import Calendar, Dose, Due
from abscopal.trial.safety import Safety

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Ward:
    """What care acts on and through.

    Parameters
    ----------
    protocol, drugs
        What is planned; every drug of the model by name, those given for toxicity included.
    arm
        Arm number of each subject [n].
    seed
        Of the run.
    calendar, giving, safety, events, course
        The trial as it goes.
    """

    protocol: Protocol
    drugs: Mapping[str, Drug]
    arm: Index
    seed: int
    calendar: Calendar
    giving: Giving
    safety: Safety
    events: Events
    course: Course

    def stop_treatment(self, who: Index, day: int, reason: Reason) -> None:
        """Stop all protocol treatment of these subjects; scans and follow-up go on."""
        on = who[self.course.treatment.on[who]]
        put(self.course.treatment, on, stop(take(self.course.treatment, on), np.ones(len(on), bool), day, reason))
        self.giving.stop(on, day, line=1)
        self.safety.follow_up(self.calendar, on, day)

    def outside_hold(self, due: Due, who: Index, day: int, stopped: Flags, held: Flags, why: Index) -> Flags:
        """Return to whom of `who` a drug may be given that some have stopped for good and some have on hold, [k].

        A dose that falls into a hold is written down as left out; `why` are numbers of `dose_modification.REASONS` [k].
        """
        omitted = ~stopped & held
        if omitted.any() and isinstance(due.what, Dose):
            self.giving.omit(due, who[omitted], day, why[omitted])
        return ~stopped & ~held
