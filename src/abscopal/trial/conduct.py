"""The life of a visit: the only place where truth and clinic meet.

On each day on which anything is due, for the subjects concerned:

 1. the engine brings them there; on the way a subject may die, or a lesion be seeded or wake (`trial/events`), and one
    whose toxicity is managed, or who comes in with severe symptoms, has visits of his or her own (as step 2);
 2. those dead, lost to follow-up or past the cut-off have no visit; the others' adverse events are graded
    (`trial/safety`, which also plans visits for that alone) and managed (`trial/care`): treatment is held or stopped,
    steroids and other drugs against the event are given;
 3. scan, if due: lesions are imaged and read; a lesion seen for the first time is new;
 4. response, by the protocol's criteria;
 5. continue or stop protocol treatment: at progression, or where the arm treats beyond it, at its confirmation;
 6. subsequent therapy is chosen for those who stopped, line by line, and starts after a gap;
 7. what is due is given to those still on that treatment whose toxicity allows it, at the dose that it allows: doses,
    daily intake, procedures (`trial/giving`).

Scans go on until progression (or its confirmation), treatment or no treatment. Between days nobody looks. At the end
the engine runs everyone to death or to the last day on which he or she is followed.

Lesions resected or ablated on day 0 are gone before the baseline scan; those treated later stay in the record as what
the scans show of them, and best response counts scans up to then only (see `Course.counted_until`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.criteria.criterion import Criterion, VisitResponse, choose, put, take
from abscopal.clinic.disposition import (
    BeyondProgression,
    Reason,
    after_scan,
    begin_treatment,
    calendar_days,
    complete,
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
from abscopal.trial.care import care_of
from abscopal.trial.course import Course
from abscopal.trial.events import Events
from abscopal.trial.giving import Giving
from abscopal.trial.monitoring import Laboratory
from abscopal.trial.plan import Calendar, Due, Look, last_days
from abscopal.trial.safety import Safety
from abscopal.trial.scan_days import ScanDays
from abscopal.trial.scanning import Scanning
from abscopal.trial.ward import Ward
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
        keep = protocol.management.labs
        self.laboratory = Laboratory(self.batch, population.baseline, seed, self.number, keep=keep)
        self.safety = Safety(self.batch, drugs, self.laboratory, self.events.count)
        self.beyond = np.array([a.treatment_beyond_progression for a in protocol.arms])[arm]
        self.reached = reach(protocol, arm, seed, self.number)
        self.course = self._begin(n)
        self.follow_until = np.minimum(self.course.dropout, self.course.cutoff)
        self.horizon = int(np.ceil(self.follow_until.max()))
        window = protocol.imaging.window_days
        scan_days = ScanDays(protocol.scans.days(self.horizon + window), window, seed, self.number)
        continuous = frozenset(name for name, drug in drugs.items() if drug.kinetics.continuous)
        self.calendar = Calendar(scan_days.days, continuous)
        for number, a in enumerate(protocol.arms):
            for start, who in self.reached.starts(np.flatnonzero(arm == number)):
                self.calendar.add(a.regimen, who, start, self.horizon, 1)
        if protocol.management.monitoring is not None:
            self.calendar.add_looks(np.arange(n), protocol.management.monitoring.days(self.horizon), line=1)
        self.safety.look(np.arange(n), 0)
        ward = Ward(protocol, drugs, arm, seed, self.calendar, self.giving, self.safety, self.events, self.course)
        self.care = care_of(ward)
        self.due_day = np.full(n, np.nan)  # on which something of the arm's was last due
        self.scanning = Scanning(population, self.events, criterion, protocol, seed, self.course, scan_days)
        if self._remove_before_baseline():
            self.scanning.baseline()

    def _begin(self, n: int) -> Course:
        protocol = self.protocol
        treated = np.array([bool(a.regimen) for a in protocol.arms])[self.arm] & ~self.reached.untreated
        entry, cutoff = calendar_days(protocol, uniform(self.seed, self.number, "accrual")[:, 0])
        leaves, withdrew = self._leaving()
        never = np.full(n, np.nan)
        return Course(
            arm=self.arm,
            access=self.reached.code,
            treatment=begin_treatment(treated),
            dropout=leaves,
            withdrew=withdrew,
            entry=entry,
            cutoff=cutoff,
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
            medication=self.giving.medication,
            events=self.events.records,
            grades=self.safety.records,
            graded=self.safety.names,
            samples=self.laboratory.records,
            tested=self.laboratory.codes,
        )

    def _leaving(self) -> tuple[Array, Flags]:
        """Day on which each subject would leave follow-up, and whether by withdrawing consent, [n]."""
        shares = {"dropout": self.protocol.dropout_per_year, "withdrawal": self.protocol.withdrawal_per_year}
        lost, withdrawn = (
            dropout_day(exponential(self.seed, self.number, why)[:, 0], -np.log1p(-share) / DAYS_PER_YEAR)
            for why, share in shares.items()
        )
        return np.minimum(lost, withdrawn), withdrawn < lost

    # 1 ------------------------------------------------------------------------------------------------------------

    def bring(self, who: Index, until: Array) -> Index:
        """Advance subjects to their day, dealing with what comes on the way; return those alive there."""
        batch, waiting, end = self.batch, who, until
        while len(waiting):
            batch.advance(waiting, np.minimum(end, self.care.next_visit(waiting)), self.workers)
            self.events.strike(waiting[batch.status[waiting] == STRUCK])
            well = np.isnan(self.course.death_day[waiting]) & (batch.status[waiting] == REACHED)
            waiting, end = waiting[well], end[well]
            self._see_between(waiting, end)
            on_the_way = batch.time[waiting] < end
            waiting, end = waiting[on_the_way], end[on_the_way]
        return np.asarray(who[np.isnan(self.course.death_day[who]) & (batch.status[who] == REACHED)])

    def _see_between(self, who: Index, until: Array) -> None:
        """Let those who came in by themselves before their day, and what follows from that, have their visit."""
        due = self.care.next_visit(who)
        coming = (due <= self.batch.time[who]) & (due < until)
        for day in np.unique(due[coming]):
            self.examine(who[coming & (due == day)], int(day))

    def examine(self, who: Index, day: int) -> None:
        """Grade these subjects' adverse events and do what they call for."""
        self.care.respond(who, day, self.safety.look(who, day))

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
        if due.line == 1:
            self.due_day[who] = day
        who, share = self.care.allow(due, who, day)
        self.giving.give(due, who, day, self.events.followed, share)
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
        self.safety.fatal(course.death_day, course.cause)
        known = np.where(course.failed, self.batch.time, np.fmin(course.death_day, self.follow_until))
        self.giving.stop(np.arange(len(self.arm)), known)
        course.treatment = complete(course.treatment, self._completed(), course.last_dose)
        course.treatment = stop(course.treatment, np.isfinite(course.death_day), course.death_day, Reason.DEATH)
        left = course.dropout < course.cutoff
        for gone, why in ((left & course.withdrew, Reason.WITHDRAWAL), (left & ~course.withdrew, Reason.LOST)):
            course.treatment = stop(course.treatment, gone, course.dropout, why)
        self.scanning.close()
        return course

    def visit_day(self, day: int) -> None:
        """One day of the trial: steps 1 to 7."""
        everything, concerned = self.calendar.due(day), self.scanning.scheduled(day)
        concerned |= self.care.next_visit(np.arange(len(self.arm))) <= day
        for due in everything:
            concerned[due.subjects] |= self._on(due.line)[due.subjects]
        coming = np.flatnonzero(concerned & self._followed(day))
        there = self.bring(coming, np.full(len(coming), float(day)))
        present = np.zeros(len(self.arm), dtype=bool)
        present[there] = True
        if day > 0:
            self.examine(there, day)
        scanned = self.scanning.attending(there, day)
        if len(scanned):
            self.decide(scanned, self.scanning.scan(scanned, day), day)
        for due in everything:
            self._give(due, day, present)
        self.calendar.add_days(self.care.next_visit(there))

    def _followed(self, day: int) -> Flags:
        """Alive, well computed, and not yet lost or past the cut-off on this day."""
        computed = self.batch.status == REACHED
        return np.asarray(np.isnan(self.course.death_day) & computed & (day <= self.follow_until))

    def _completed(self) -> Flags:
        """Come to the last of what the arm's treatment has, on its last day, given it or, for toxicity, not."""
        final = np.array([last_days(arm.regimen) for arm in self.protocol.arms])
        return np.asarray(np.fmax(self.course.last_dose, self.due_day) - self.reached.delay >= final[self.arm])


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
