"""What strikes between visits: a death, a new colony, an awakening, a new cancer, a symptom.

Every event is a hazard of the model, drawn by the engine; here is what comes of it. Fatal ones end the life. `seeding`
founds an occult colony of one cell, by a route and in an organ drawn as things stand at that moment, of a clone of the
lesion it comes from; a share of colonies falls asleep. `awakening` wakes one of those. `second_primary` founds a cancer
of another clone. All others happen once in a life and are recorded with their day.

Every draw is keyed by seed, subject, purpose and the number of the event, so it is the same in any company.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from abscopal.clinic.clinical_events import BIOPSY, METASTASIS, SECOND_PRIMARY, EventRecord, happened
from abscopal.drugs.drug import Drug
from abscopal.engine.stepper import REACHED
from abscopal.language import Hazard
from abscopal.mechanisms.dissemination import DRAINAGE, FIRST_BED
from abscopal.mechanisms.dormancy import DORMANT_CELLS, DORMANT_SHARE
from abscopal.mechanisms.second_primary import INCIDENCE, NEW_CANCER_CELLS, ONE_SEX
from abscopal.population.organs import ORGAN_NAMES, place
from abscopal.population.virtual_population import VirtualPopulation
from abscopal.random_streams import exponential, uniform
from abscopal.sources import Source, assumed

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

ROUTES: dict[str, str | None] = {
    "blood_seeding": None,
    "lymph_seeding": "node",
    "peritoneal_seeding": "peritoneum",
    "csf_seeding": "meninges",
}
"""Where each route leads, by the definition that gives its rate; blood leads anywhere."""
WELL_ENOUGH = 1  # performance status up to which a decline is not recorded
FORGOTTEN_ML = 1e-3  # what is left of a lesion in its slot when the slot is given to another: a millimetre of scar
BIOPSIED, BIOPSIED_SOURCE = 0.3, assumed("share of new lesions of which a tissue sample is taken; 0.1 to 0.8")
SOURCES: dict[str, Source] = {"BIOPSIED": BIOPSIED_SOURCE}


class Events:
    """What has struck n subjects so far.

    Parameters
    ----------
    population
        The subjects; its batch, organs and clones are written to.
    drugs
        Every drug of the model, for how they reach a new lesion.
    seed
        Of the run.

    Attributes
    ----------
    death_day, cause
        Day of death (NaN: alive) and the hazard that struck (""), [n].
    seeded, unfollowed
        New lesions, and those of them for which no slot was free, [n].
    records
        Clinical events, in the order in which they were found.
    sought
        Day on which a subject comes in with severe symptoms (infinite: does not), [n].
    followed
        Slots with a lesion that the clinic knows: they are not given to another, [n, L].
    """

    def __init__(self, population: VirtualPopulation, drugs: Sequence[Drug], seed: int) -> None:
        self.population, self.drugs, self.seed = population, list(drugs), seed
        self.batch, self.number = population.batch, population.number
        model, n = self.batch.kernel.model, len(self.number)
        declared = {hazard.name: hazard for mechanism in model.mechanisms for hazard in mechanism.hazards}
        self.hazards: list[Hazard] = [declared[name] for name in self.batch.kernel.layout.hazards]
        self.routes = [route for route in ROUTES if route in self.batch.kernel.lesion_definitions]
        self.clones = [name for name in model.lesion_species if name.startswith("C_")]
        self.count = np.zeros((n, len(self.hazards)), dtype=np.int64)
        self.death_day = np.full(n, np.nan)
        self.cause = np.full(n, "", dtype=object)
        self.seeded, self.unfollowed = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        self.followed: Flags = np.zeros((n, self.batch.slots), dtype=bool)
        self.records: list[EventRecord] = []
        self.performance = np.full(n, WELL_ENOUGH, dtype=np.int64)  # worst status recorded
        self.sought = np.full(n, np.inf)

    def strike(self, who: Index) -> Flags:
        """Deal with what struck each of these; return who of them lives on."""
        for column in np.unique(self.batch.event[who]):
            self._strike(int(column), who[self.batch.event[who] == column])
        return np.asarray(np.isnan(self.death_day[who]))

    def _strike(self, column: int, who: Index) -> None:
        hazard = self.hazards[column]
        if hazard.fatal:
            self.death_day[who] = self.batch.time[who]
            self.cause[who] = hazard.name.replace("_", " ")
            return
        self.count[who, column] += 1
        special: dict[str, Callable[[Index, Index], None]] = {
            "seeding": self._seed,
            "awakening": self._wake,
            "second_primary": self._new_cancer,
            "seeks_care": self._come_in,
        }
        if hazard.name in special:
            special[hazard.name](who, self.count[who, column])
            wait = exponential(self.seed, self.number[who], f"event {hazard.name}", self.count[who, column])[:, 0]
            self.batch.threshold[who, column] += wait
        else:
            self.records.append(happened(self.batch.time[who].copy(), who, hazard.meaning))
            self.batch.threshold[who, column] = np.inf
        self.batch.status[who] = REACHED

    def expect(self, who: Index, name: str) -> None:
        """Let an event strike these subjects again, from now on; nothing where the model has no such event."""
        if (column := self._column(name)) is not None:
            self.count[who, column] += 1
            wait = exponential(self.seed, self.number[who], f"event {name}", self.count[who, column])[:, 0]
            self.batch.threshold[who, column] = self.batch.column(name)[who] + wait

    def ignore(self, who: Index, name: str) -> None:
        """Let an event not strike these subjects until it is expected again."""
        if (column := self._column(name)) is not None:
            self.batch.threshold[who, column] = np.inf

    def _column(self, name: str) -> int | None:
        names = [hazard.name for hazard in self.hazards]
        return names.index(name) if name in names else None

    def _come_in(self, who: Index, _count: Index) -> None:
        """Bring patients with severe symptoms in, on the day or the next morning."""
        self.sought[who] = np.ceil(self.batch.time[who])

    # new lesions ----------------------------------------------------------------------------------------------------

    def _seed(self, who: Index, count: Index) -> None:
        """Found a colony of a cell from one of the lesions, by one of the routes."""
        draw = uniform(self.seed, self.number[who], "new colony", count, 5)
        rates = np.stack(self.batch.observe(who, *self.routes), axis=1)  # [k, route, L]
        route = pick(rates.sum(axis=2), draw[:, 0])
        rate = rates[np.arange(len(who)), route]
        source = pick(rate, draw[:, 1])
        organ = self._blood_organ(who, source, draw[:, 2])
        for number, name in enumerate(self.routes):
            target = ROUTES[name]
            if target is not None:
                organ[route == number] = ORGAN_NAMES.index(target)
        cells = np.stack([self.batch.lesion_column(name)[who, source] for name in self.clones], axis=1)
        clone = pick(cells, draw[:, 3])
        asleep = (draw[:, 4] < DORMANT_SHARE) & self._can_sleep()
        self._found(who, organ, clone, np.where(asleep, DORMANT_CELLS, 1.0), asleep)

    def _blood_organ(self, who: Index, source: Index, draw: Array) -> Index:
        """Draw where a cell in the blood is arrested: by the cancer's tropism, and downstream of where it came from."""
        weight = self.population.tropism[who].copy()
        node = ORGAN_NAMES.index("node")
        weight[weight.sum(axis=1) > weight[:, node], node] = 0.0  # nodes are reached through the lymph
        for row, organ in enumerate(self.population.organ[who, source]):
            bed = DRAINAGE.get(ORGAN_NAMES[organ])
            if bed is not None:
                weight[row, ORGAN_NAMES.index(bed)] *= FIRST_BED
        return pick(weight, draw)

    def _new_cancer(self, who: Index, count: Index) -> None:
        """Found a cancer of its own where cancers are found in people of this sex."""
        weight = np.array([[INCIDENCE.get(name, 0.0) for name in ORGAN_NAMES]]).repeat(len(who), axis=0)
        male = self.population.baseline.male[who]
        for name, men_only in ONE_SEX.items():
            weight[male != men_only, ORGAN_NAMES.index(name)] = 0.0
        organ = pick(weight, uniform(self.seed, self.number[who], "organ of a new cancer", count)[:, 0])
        evasive = np.full(len(who), self.clones.index("C_evasive"))
        self._found(who, organ, evasive, np.full(len(who), NEW_CANCER_CELLS), np.zeros(len(who), dtype=bool), 1)

    def _found(self, who: Index, organ: Index, clone: Index, cells: Array, asleep: Flags, other: int = 0) -> None:
        """Put a lesion of these cells into a free slot of each subject; count it where there is none."""
        self.seeded[who] += 1
        slot = self._free_slot(who, cells)
        self.unfollowed[who[slot < 0]] += 1
        kept = slot >= 0
        who, slot, batch = who[kept], slot[kept], self.batch
        for name in batch.kernel.layout.lesion_species:
            batch.lesion_column(name)[who, slot] = 0.0
        for number, name in enumerate(self.clones):
            mine = clone[kept] == number
            batch.lesion_column(name)[who[mine], slot[mine]] = cells[kept][mine]
        batch.lesion_column("K_vessels")[who, slot] = batch.parameter("vascular_ratio")[who] * cells[kept]
        place(batch, who, slot, organ[kept], self.drugs)
        if self._can_sleep():
            batch.lesion_parameter("asleep")[who, slot] = asleep[kept]
        self.population.organ[who, slot], self.population.clone[who, slot] = organ[kept], other
        self.population.primary[who, slot] = False
        batch.lesions[who] = np.maximum(batch.lesions[who], slot + 1)

    def _free_slot(self, who: Index, cells: Array) -> Index:
        """Slot of the smallest lesion that nobody has seen, if it is gone; else the next unused one, [k].

        Where all are taken a new lesion gets the slot of one that nobody has seen and that is smaller; else -1.
        """
        batch = self.batch
        now, shown = batch.observe(who, "C", "imaged_volume")
        used = np.arange(batch.slots) < batch.lesions[who, None]
        size = np.where(used & ~self.followed[who], np.maximum(now, np.where(shown < FORGOTTEN_ML, 0.0, 1.0)), np.inf)
        smallest, least = size.argmin(axis=1), size.min(axis=1)
        unused = np.where(batch.lesions[who] < batch.slots, batch.lesions[who], -1)
        taken = np.where((unused < 0) & (least < cells), smallest, unused)
        return np.asarray(np.where(least < 1.0, smallest, taken))

    # dormancy -------------------------------------------------------------------------------------------------------

    def _can_sleep(self) -> bool:
        return "asleep" in self.batch.kernel.layout.lesion_parameters

    def _wake(self, who: Index, count: Index) -> None:
        """Wake one of the colonies that sleep: its cells grow again, and so do its vessels."""
        (sleeping,) = self.batch.observe(who, "sleeping")
        slot = pick(sleeping, uniform(self.seed, self.number[who], "which colony wakes", count)[:, 0])
        (cells,) = self.batch.observe(who, "C")
        self.batch.lesion_parameter("asleep")[who, slot] = 0.0
        vessels = self.batch.parameter("vascular_ratio")[who] * cells[np.arange(len(who)), slot]
        self.batch.lesion_column("K_vessels")[who, slot] = vessels

    # what a visit shows ---------------------------------------------------------------------------------------------

    def examine(self, who: Index, day: int) -> None:
        """Record the performance status of those in whom it is worse than ever before, and 2 or more."""
        if "performance" not in self.batch.kernel.layout.patient_species:
            return
        status = np.rint(self.batch.column("performance")[who]).astype(np.int64)
        for level in np.unique(status[status > self.performance[who]]):
            worse = who[(status == level) & (status > self.performance[who])]
            self.records.append(happened(np.full(len(worse), float(day)), worse, f"performance status {level}"))
            self.performance[worse] = level

    def biopsy(self, who: Index, appeared: Flags, day: int, visit: int) -> None:
        """Take tissue of a share of the lesions that a scan shows for the first time: only that tells clones apart.

        Parameters
        ----------
        who
            Subjects scanned [k].
        appeared
            Lesions that are new at this scan [k, L].
        day, visit
            Study day and number of the scan.
        """
        draw = uniform(self.seed, self.number[who], "biopsy", visit, self.batch.slots)
        row, slot = np.nonzero(appeared & (draw < BIOPSIED))
        if len(row):
            found = np.where(self.population.clone[who[row], slot] == 1, SECOND_PRIMARY, METASTASIS)
            self.records.append(EventRecord(np.full(len(row), float(day)), who[row], BIOPSY, found))


def pick(weight: Array, draw: Array) -> Index:
    """Choose a column in each row [k], with probability in proportion to its weight [k, m], by a uniform number [k]."""
    share = np.cumsum(weight, axis=1)
    chosen = (draw[:, None] * share[:, -1:] >= share).sum(axis=1)
    return np.asarray(np.minimum(chosen, weight.shape[1] - 1), dtype=np.int64)
