"""What happened to each subject of a trial whose follow-up is complete, as the numbers whose means are published."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abscopal.analysis.toxicity import IMMUNE_RELATED, SEVERE
from abscopal.calibration.targets import LATE_RESPONSE
from abscopal.clinic.adverse_events import episodes
from abscopal.clinic.criteria.criterion import Response, criterion_named
from abscopal.clinic.endpoints import progression_free_survival
from abscopal.clinic.records import visits_of
from abscopal.clinic.toxicity_grades import EVENTS
from abscopal.population.baseline import Baseline
from abscopal.population.eligibility import meets
from abscopal.protocol.condition import Condition
from abscopal.trial.course import Course
from abscopal.trial.simulate import Design
from abscopal.trial.subject_level import known
from abscopal.units import DAYS_PER_MONTH

SEVERE_IRAE = "severe irAE"
STEP_DAYS = 15.0  # to either side of a median: half a month
CONTROLLED = (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD)
Array = NDArray[np.float64]


def months_of(quantity: str) -> float:
    """Return the months of follow-up that a quantity needs; 0 where it names none."""
    kind, *rest = quantity.partition(" in ")[0].split()
    number = rest[-1] if rest and rest[-1].replace(".", "").isdigit() else "0"
    return float(number) + (LATE_RESPONSE if kind == "DOR" else 0.0)


class Outcomes:
    """Outcomes by subject: 1 or 0, or between where a date is blurred; NaN in those who are not counted."""

    def __init__(self, design: Design, course: Course, baseline: Baseline) -> None:
        criterion = criterion_named(design.protocol.criteria)
        end = known(course)
        visits = visits_of(len(course.arm), course.scans)
        self.best = criterion.best(visits, confirmed=True).response
        self.death = np.where(np.isnan(end.death_day), np.inf, end.death_day)
        free = progression_free_survival(visits, end)
        self.free = np.where(free.censored, np.inf, free.day)
        self.responded = criterion.first_response(visits, confirmed=True)
        self.course, self.baseline = course, baseline

    def of(self, quantity: str) -> Array:
        """Return a quantity of each subject [n]: "ORR", "CR", "OS 12", "PFS 6", "PFS median 6.9", "severe irAE".

        Further "DCR"; of responders "DOR 12", "DOR median 16.3" (still in response then) and "TTR median 2.1"
        (responded by then), NaN in the others; of a subgroup "ORR in PDL1 >= 5 %", NaN outside it. Around a median the
        shares half a month earlier and later are averaged: scans make the curve fall in steps.
        """
        whole, _, group = quantity.partition(" in ")
        values = self._of_all(whole)
        return np.where(self._meets(group), values, np.nan) if group else values

    def _of_all(self, quantity: str) -> Array:
        if quantity == "ORR":
            return np.isin(self.best, (Response.CR, Response.PR)).astype(float)
        if quantity == "CR":
            return np.asarray(self.best == Response.CR, dtype=float)
        if quantity == SEVERE_IRAE:
            return self._severe_irae()
        if quantity == "DCR":
            return np.isin(self.best, CONTROLLED).astype(float)
        endpoint, *median, month = quantity.split()
        days = float(month) * DAYS_PER_MONTH
        around = (-STEP_DAYS, STEP_DAYS) if median else (0.0,)
        if endpoint == "TTR":
            return self._of_responders(np.mean([self.responded <= days + shift for shift in around], axis=0))
        if endpoint == "DOR":
            still = np.mean([self.free - self.responded > days + shift for shift in around], axis=0)
            return np.where(self.responded + days > self.course.cutoff, np.nan, self._of_responders(still))
        event = self.death if endpoint == "OS" else self.free
        return np.asarray(np.mean([event > days + shift for shift in around], axis=0))

    def _of_responders(self, values: Array) -> Array:
        return np.where(np.isnan(self.responded), np.nan, values)

    def _meets(self, group: str) -> NDArray[np.bool_]:
        """Whether each subject meets conditions joined by "and" [n]."""
        conditions = [Condition.parse(sentence) for sentence in group.split(" and ")]
        return np.asarray(np.all([meets(condition, self.baseline) for condition in conditions], axis=0))

    def _severe_irae(self) -> Array:
        """Whether a subject has an immune-related adverse event of grade 3 or more before any later therapy [n]."""
        course, found = self.course, episodes(self.course.grades)
        later = np.where(np.isnan(course.subsequent_day), np.inf, course.subsequent_day)
        immune = np.array([EVENTS[name].category == IMMUNE_RELATED for name in course.graded], dtype=bool)
        severe = (found.worst >= SEVERE) & (found.first <= later[found.subject])
        severe[severe] = immune[found.event[severe]]
        return np.asarray(np.bincount(found.subject[severe], minlength=len(course.arm)) > 0, dtype=float)
