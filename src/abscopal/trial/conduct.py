"""The life of a visit: the only place where truth and clinic meet.

On each day on which anything is due, for the subjects concerned:

 1. the engine brings them there; on the way a subject may die, or a lesion be seeded or wake (`trial/events`);
 2. those dead, lost to follow-up or past the cut-off have no visit; the others' adverse events are graded
    (`trial/safety`, which also plans visits for that alone);
 3. scan, if due: lesions are imaged and read; a lesion seen for the first time is new;
 4. response, by the protocol's criteria;
 5. continue or stop protocol treatment: at progression, or where the arm treats beyond it, at its confirmation;
 6. subsequent therapy is chosen for those who stopped, line by line, and starts after a gap;
 7. what is due is given to those still on that treatment: doses, daily intake, procedures (`trial/giving`).

Scans go on until progression (or its confirmation), treatment or no treatment. Between days nobody looks. At the end
the engine runs everyone to death or to the last day on which he or she is followed.

Lesions resected or ablated on day 0 are gone before the baseline scan; those treated later stay in the record as what
the scans show of them, and best response counts scans up to then only (see `Course.counted_until`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criterion import Criterion, VisitResponse, choose, put, take
from abscopal.clinic.disposition import (
    BeyondProgression,
    Reason,
    after_scan,
    begin_treatment,
    complete,
    cutoff_day,
    dropout_day,
    stop,
)
from abscopal.drugs.drug import Drug
from abscopal.engine.batch import Batch
from abscopal.engine.stepper import REACHED, STRUCK
from abscopal.population.virtual_population import VirtualPopulation
from abscopal.protocol.procedure import Ablation, Resection
from abscopal.protocol.protocol import Protocol, Subsequent
from abscopal.random_streams import exponential, uniform
from abscopal.trial.access import reach
from abscopal.trial.course import Course
from abscopal.trial.events import Events
from abscopal.trial.giving import Giving
from abscopal.trial.plan import Calendar, Due, Look, last_days
from abscopal.trial.safety import Safety
from abscopal.trial.scanning import Scanning
from abscopal.units import DAYS_PER_MONTH, DAYS_PER_YEAR

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]
Progress = Callable[[float], None]


class _Trial:
    def __init__(
        self,
        protocol: Protocol,
        drugs: dict[str, Drug],
        population: VirtualPopulation,
        arm: Index,
        criterion: Criterion,
        seed: int,
        workers: int,
    ) -> None:
        self.protocol, self.drugs, self.population, self.arm = protocol, drugs, population, arm
        self.seed, self.workers = seed, workers
        self.batch: Batch = population.batch
        self.number, n = population.number, len(arm)
        self.giving = Giving.to(population, drugs)
        self.events = Events(population, list(drugs.values()), seed)
        self.safety = Safety(self.batch, drugs)
        self.beyond = np.array([a.treatment_beyond_progression for a in protocol.arms])[arm]
        self.reached = reach(protocol, arm, seed, self.number)
        self.course = self._begin(n)
        self.follow_until = np.minimum(self.course.dropout, self.course.cutoff)
        self.horizon = int(np.ceil(self.follow_until.max()))
        scan_days = frozenset(day for day in protocol.scans.days(self.horizon) if day > 0)
        continuous = frozenset(name for name, drug in drugs.items() if drug.kinetics.continuous)
        self.calendar = Calendar(scan_days, continuous)
        for number, a in enumerate(protocol.arms):
            for start, who in self.reached.starts(np.flatnonzero(arm == number)):
                self.calendar.add(a.regimen, who, start, self.horizon, 1)
        self.safety.look(np.arange(n), 0)
        self.scanning = Scanning(population, self.events, criterion, seed, self.course.scans)
        if self._remove_before_baseline():
            self.scanning.baseline()

    def _begin(self, n: int) -> Course:
        protocol = self.protocol
        treated = np.array([bool(a.regimen) for a in protocol.arms])[self.arm] & ~self.reached.untreated
        rate = -np.log1p(-protocol.dropout_per_year) / DAYS_PER_YEAR
        entry = uniform(self.seed, self.number, "accrual")[:, 0]
        never = np.full(n, np.nan)
        return Course(
            arm=self.arm,
            access=self.reached.code,
            treatment=begin_treatment(treated),
            dropout=dropout_day(exponential(self.seed, self.number, "dropout")[:, 0], rate),
            cutoff=cutoff_day(
                entry, protocol.accrual_months * DAYS_PER_MONTH, protocol.follow_up_months * DAYS_PER_MONTH
            ),
            death_day=self.events.death_day,
            cause=self.events.cause,
            subsequent=np.full(n, -1, dtype=np.int64),
            subsequent_day=never.copy(),
            last_dose=self.giving.last_day,
            removal_day=self.giving.removal_day,
            seeded=self.events.seeded,
            organ=self.population.organ,
            end=self.batch,
            doses=self.giving.records,
            events=self.events.records,
            grades=self.safety.records,
            graded=self.safety.names,
        )

    # 1 ------------------------------------------------------------------------------------------------------------

    def bring(self, who: Index, until: Array) -> Index:
        """Advance subjects to their day, dealing with what strikes on the way; return those alive there."""
        batch, waiting, end = self.batch, who, until
        while len(waiting):
            batch.advance(waiting, end, self.workers)
            stopped = batch.status[waiting] == STRUCK
            waiting, end = waiting[stopped], end[stopped]
            lives = self.events.strike(waiting)
            waiting, end = waiting[lives], end[lives]
        return np.asarray(who[np.isnan(self.course.death_day[who]) & (batch.status[who] == REACHED)])

    # 5 and 6 --------------------------------------------------------------------------------------------------------

    def decide(self, who: Index, response: VisitResponse, day: int) -> None:
        """Stop or continue treatment and scans of those scanned, and choose what follows."""
        course, before, beyond = self.course, take(self.course.treatment, who), self.beyond[who]
        at_once = after_scan(before, response, day)
        waiting = after_scan(before, response, day, BeyondProgression())
        after = choose(beyond, waiting, at_once)
        put(course.treatment, who, after)
        self.scanning.due[who] &= ~(response.progressed & ~(beyond & after.on))
        stopped = before.on & ~after.on
        self.giving.stop(who[stopped], day, line=1)
        self.safety.follow_up(self.calendar, who[stopped], day)
        off = response.progressed & ~after.on & (course.subsequent[who] < 0)
        self._choose_subsequent(who[stopped | off], day)

    def _choose_subsequent(self, who: Index, day: int) -> None:
        free = np.isnan(self.course.subsequent_day) & ~self.reached.untreated
        for number, arm in enumerate(self.protocol.arms):
            mine = who[(self.arm[who] == number) & free[who]]
            for option, takers in self._takers(arm.subsequent, mine, 2):
                line = arm.subsequent[option]
                self._plan(line, takers, day, 2)
                if self.protocol.regimen_of(line):
                    self.course.subsequent[takers] = option
                    self.course.subsequent_day[takers] = day + line.start_after_progression_days

    def _takers(self, options: Sequence[Subsequent], who: Index, line: int) -> Iterator[tuple[int, Index]]:
        """Yield each option of a line with those of `who` who take it."""
        draw, below = uniform(self.seed, self.number[who], "subsequent therapy", line - 2)[:, 0], 0.0
        for number, option in enumerate(options):
            takers = who[(draw >= below) & (draw < below + option.share)]
            below += option.share
            if len(takers):
                yield number, takers

    def _plan(self, option: Subsequent, who: Index, day: int, line: int) -> None:
        """Put a line that starts after `day`, and those that follow it, into the calendar."""
        start, end = day + option.start_after_progression_days, self.horizon
        if option.duration_months is not None:
            end = min(end, start + round(option.duration_months * DAYS_PER_MONTH))
        self.calendar.add(self.protocol.regimen_of(option), who, start, end, line)
        for number, takers in self._takers(option.then, who, line + 1):
            self._plan(option.then[number], takers, end, line + 1)

    # 7 --------------------------------------------------------------------------------------------------------------

    def _on(self, line: int) -> Flags:
        """Who may be given what a line has: protocol treatment until it stops, what follows it from then on."""
        on = self.course.treatment.on
        return np.ones_like(on) if line == 0 else on if line == 1 else ~on

    def _give(self, due: Due, day: int, present: Flags) -> None:
        if isinstance(due.what, Look):
            return
        who = due.subjects[(present & self._on(due.line))[due.subjects]]
        self.giving.give(due, who, day, self.events.followed)
        self.safety.watch(self.calendar, due, who, day)

    def _remove_before_baseline(self) -> bool:
        """Resect and ablate what is due on day 0, as the surgery before a trial's treatment; whether there was any."""
        removals = self.calendar.due(0, Resection | Ablation)
        for due in removals:
            self._give(due, 0, np.ones(len(self.arm), dtype=bool))
        return bool(removals)

    # -----------------------------------------------------------------------------------------------------------------

    def run(self, progress: Progress | None) -> Course:
        """Go through the days, then on to the end of everyone's follow-up."""
        while (day := self.calendar.next_day()) is not None and day <= self.horizon:
            self.visit_day(day)
            if progress is not None:
                progress(min(1.0, day / self.horizon))
        alive = np.flatnonzero(self._followed(-1) & (self.batch.time < self.follow_until))
        self.bring(alive, self.follow_until[alive])
        course = self.course
        known = np.where(course.failed, self.batch.time, np.fmin(course.death_day, self.follow_until))
        self.giving.stop(np.arange(len(self.arm)), known)
        course.treatment = complete(course.treatment, self._completed(), course.last_dose)
        course.treatment = stop(course.treatment, np.isfinite(course.death_day), course.death_day, Reason.DEATH)
        course.treatment = stop(course.treatment, course.dropout < course.cutoff, course.dropout, Reason.WITHDRAWAL)
        return course

    def visit_day(self, day: int) -> None:
        """One day of the trial: steps 1 to 7."""
        everything, scan = self.calendar.due(day), day in self.calendar.scan_days
        concerned = np.zeros(len(self.arm), dtype=bool)
        for due in everything:
            concerned[due.subjects] |= self._on(due.line)[due.subjects]
        if scan:
            concerned |= self.scanning.due
        coming = np.flatnonzero(concerned & self._followed(day))
        there = self.bring(coming, np.full(len(coming), float(day)))
        present = np.zeros(len(self.arm), dtype=bool)
        present[there] = True
        if day > 0:
            self.safety.look(there, day)
        self.scanning.visit += scan
        scanned = there[self.scanning.due[there]] if scan else there[:0]
        if len(scanned):
            self.decide(scanned, self.scanning.scan(scanned, day), day)
        for due in everything:
            self._give(due, day, present)

    def _followed(self, day: int) -> Flags:
        """Alive, well computed, and not yet lost or past the cut-off on this day."""
        computed = self.batch.status == REACHED
        return np.asarray(np.isnan(self.course.death_day) & computed & (day <= self.follow_until))

    def _completed(self) -> Flags:
        """Given everything that the arm's treatment has: the last of it, on its last day."""
        final = np.array([last_days(arm.regimen) for arm in self.protocol.arms])
        return self.course.last_dose - self.reached.delay >= final[self.arm]


def conduct(
    protocol: Protocol,
    drugs: dict[str, Drug],
    population: VirtualPopulation,
    arm: Index,
    criterion: Criterion,
    seed: int,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Course:
    """Treat, scan and follow the subjects of a trial.

    Parameters
    ----------
    protocol
        What is planned.
    drugs
        Every drug that any arm or subsequent line gives, by name.
    population
        The subjects on day 0; its batch is advanced in place.
    arm
        Arm number of each subject [n].
    criterion
        Response criteria.
    seed
        Of the run.
    workers
        Threads for the engine; the result does not depend on it.
    progress
        Called with the share of the trial's days done.
    """
    return _Trial(protocol, drugs, population, arm, criterion, seed, workers).run(progress)
