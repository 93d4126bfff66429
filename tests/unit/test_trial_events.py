"""What comes of an event that strikes, on patients made by hand whose definitions the plain twin computes."""

from types import SimpleNamespace

import numpy as np
import pytest

from abscopal.catalogue import disease_model
from abscopal.clinic.clinical_events import BIOPSY, CLONES, adce
from abscopal.clinic.records import Subjects
from abscopal.engine import reference
from abscopal.engine.batch import Batch
from abscopal.engine.kernel import Kernel
from abscopal.engine.stepper import REACHED, STRUCK
from abscopal.language.layout import layout_of
from abscopal.mechanisms.dormancy import DORMANT_CELLS, DORMANT_SHARE
from abscopal.population.organs import ORGAN_NAMES, place
from abscopal.trial.events import BIOPSIED, ROUTES, Events, pick

MODEL = disease_model()
KERNEL = Kernel(MODEL, None, layout_of(MODEL))
SLOTS = 4


class PlainBatch(Batch):
    """A batch that needs no compiled kernel as long as it is not advanced."""

    def observe(self, which, *names):
        found = [np.zeros((len(which), self.slots)) for _ in names]
        for row, m in enumerate(which):
            used = int(self.lesions[m])
            state = self.y[m, : self.kernel.layout.size(used)]
            values = reference.named_values(MODEL, state, self.p[m], self.q[m], used)
            for out, name in zip(found, names, strict=True):
                out[row, :used] = values[name]
        return found


def patients(n, organs, **lesion):
    """n patients alike, with a lesion in each of these organs; 1e10 sensitive cells unless said otherwise."""
    layout, count = KERNEL.layout, len(organs)
    p = np.array([MODEL.parameters[name].value for name in layout.patient_parameters])
    q = np.array([MODEL.parameters[name].value for name in layout.lesion_parameters])
    batch = PlainBatch(
        KERNEL, np.zeros((n, layout.size(SLOTS))), np.tile(p, (n, 1)), np.tile(q, (n, SLOTS, 1)), np.full(n, count),
        np.full(n, 10.5), np.full((n, len(layout.hazards)), np.inf),
    )  # fmt: skip
    for name, value in ({"C_sensitive": 1e10, "K_vessels": 3e10} | lesion).items():
        batch.lesion_column(name)[:, :count] = value
    organ = np.zeros((n, SLOTS), dtype=np.int64)
    organ[:, :count] = [ORGAN_NAMES.index(name) for name in organs]
    who, slot = np.indices(organ.shape)
    place(batch, who, slot, organ, [])
    tropism = np.tile(np.full(len(ORGAN_NAMES), 1 / len(ORGAN_NAMES)), (n, 1))
    nothing = np.zeros((n, SLOTS), dtype=np.int64)
    return SimpleNamespace(
        batch=batch, organ=organ, primary=nothing.astype(bool), clone=nothing.copy(), tropism=tropism,
        number=np.arange(n), baseline=SimpleNamespace(male=np.arange(n) % 2 == 0),
    )  # fmt: skip


def strike(events, hazard, who=None):
    """Have one event strike these patients, all of them if not said."""
    batch = events.batch
    who = np.arange(len(batch.y)) if who is None else np.asarray(who)
    batch.status[who], batch.event[who] = STRUCK, KERNEL.layout.hazards.index(hazard)
    return events.strike(who)


def organs_of(people, slot):
    return np.array(ORGAN_NAMES)[people.organ[:, slot]]


@pytest.mark.parametrize(("organ", "route"), [("ovary", "peritoneal_seeding"), ("brain", "csf_seeding")])
def test_the_route_is_drawn_in_proportion_to_the_rates_of_that_moment_and_decides_the_organ(organ, route):
    people = patients(400, [organ])
    shares = {name: people.batch.observe(np.array([0]), name)[0][0].sum() for name in ROUTES}
    strike(Events(people, [], 5), "seeding")
    arrived = organs_of(people, 1)
    expected = shares[route] / sum(shares.values())
    target = ROUTES[route]
    by_blood = shares["blood_seeding"] / sum(shares.values()) / (len(ORGAN_NAMES) - 1 + 2)
    assert (arrived == target).mean() == pytest.approx(expected + by_blood, abs=0.07)
    assert (arrived == "node").mean() == pytest.approx(shares["lymph_seeding"] / sum(shares.values()), abs=0.07)


def test_blood_from_the_bowel_meets_the_liver_first_and_from_the_lung_nothing():
    share = {}
    for organ in ("bowel", "lung"):
        people = patients(600, [organ])
        people.batch.parameter("lymphatic_ratio")[:] = people.batch.parameter("peritoneal_ratio")[:] = 0.0
        strike(Events(people, [], 5), "seeding")
        share[organ] = (organs_of(people, 1) == "liver").mean()
    assert share["bowel"] / share["lung"] == pytest.approx(3.0 * 22 / 24, rel=0.5)
    assert share["bowel"] > 0.08


def test_a_colony_is_of_the_clone_of_its_source_and_some_sleep():
    people = patients(400, ["lung"], C_sensitive=0.0, C_resistant=1e10)
    strike(Events(people, [], 5), "seeding")
    batch = people.batch
    asleep = batch.lesion_parameter("asleep")[:, 1] == 1.0
    assert asleep.mean() == pytest.approx(DORMANT_SHARE, abs=0.06)
    assert np.array_equal(batch.lesion_column("C_resistant")[:, 1], np.where(asleep, DORMANT_CELLS, 1.0))
    assert not batch.lesion_column("C_sensitive")[:, 1].any()
    assert np.all(batch.lesions == 2)
    assert np.all(batch.status == REACHED)
    assert np.all(np.isinf(batch.threshold) | (batch.threshold > 0))


def test_a_new_lesion_gets_the_numbers_of_its_organ():
    people = patients(50, ["lung"])
    strike(Events(people, [], 5), "seeding")
    for name in ("brain", "node", "liver"):
        marked = people.batch.lesion_parameter(f"in_{name}")[:, 1] == 1.0
        assert np.array_equal(marked, organs_of(people, 1) == name)


def test_the_slot_of_a_lesion_that_is_gone_is_given_to_another_unless_the_clinic_knows_it():
    people = patients(2, ["lung", "skin"])
    events = Events(people, [], 5)
    people.batch.lesion_column("C_sensitive")[:, 1] = 0.0
    people.batch.lesion_column("T_terminal")[:, 1] = 1e4
    events.followed[1, 1] = True
    strike(events, "seeding")
    assert people.batch.lesions.tolist() == [2, 3]
    assert people.batch.lesion_column("T_terminal")[:, 1].tolist() == [0.0, 1e4]


def test_a_colony_for_which_there_is_no_slot_is_counted_and_a_new_cancer_takes_that_of_an_unseen_colony():
    people = patients(3, ["lung"] * SLOTS)
    people.batch.lesion_column("C_sensitive")[:, 2] = 1e3
    events = Events(people, [], 5)
    strike(events, "seeding")
    assert events.unfollowed.tolist() == events.seeded.tolist() == [1, 1, 1]
    strike(events, "second_primary")
    assert people.clone.tolist() == [[0, 0, 1, 0]] * 3
    assert events.unfollowed.tolist() == [1, 1, 1]


def test_a_second_primary_is_another_clone_that_t_cells_do_not_see_and_a_biopsy_tells():
    people = patients(300, ["lung"])
    events = Events(people, [], 5)
    strike(events, "second_primary", np.arange(200))
    strike(events, "seeding", np.arange(200, 300))
    batch = people.batch
    assert np.all(batch.lesion_column("C_evasive")[:200, 1] > 1e6)
    assert not batch.lesion_column("C_sensitive")[:200, 1].any()
    assert "prostate" in organs_of(people, 1)[:200:2]
    assert "prostate" not in organs_of(people, 1)[1:200:2]
    appeared = np.zeros((300, SLOTS), dtype=bool)
    appeared[:, 1] = True
    events.biopsy(np.arange(300), appeared, 42, 1)
    (found,) = events.records
    assert found.term == BIOPSY
    assert len(found.subject) == pytest.approx(300 * BIOPSIED, abs=30)
    words = np.array(CLONES)[found.clone]
    assert np.array_equal(words == "second primary", found.subject < 200)
    assert np.array_equal(words == "metastasis", found.subject >= 200)


def test_a_sleeping_colony_wakes_with_vessels_and_only_one_of_them():
    people = patients(20, ["lung", "skin", "bone"], C_sensitive=1e3, K_vessels=0.0)
    people.batch.lesion_parameter("asleep")[:, 1:3] = 1.0
    strike(Events(people, [], 5), "awakening")
    awake = people.batch.lesion_parameter("asleep")[:, :3] == 0.0
    assert np.all(awake.sum(axis=1) == 2)
    assert np.all(awake[:, 0])
    assert 0 < awake[:, 1].sum() < 20
    assert np.array_equal(people.batch.lesion_column("K_vessels")[:, 1] > 0, awake[:, 1])


def test_a_symptom_is_recorded_with_its_day_and_strikes_once():
    people = patients(3, ["bone"])
    events = Events(people, [], 5)
    assert np.all(strike(events, "fracture", [0, 2]))
    (record,) = events.records
    assert record.term == "pathological fracture"
    assert record.day.tolist() == [10.5, 10.5]
    assert np.isinf(people.batch.threshold[0, KERNEL.layout.hazards.index("fracture")])
    table = adce(Subjects("S", ["A", "B", "C"], ["x"] * 3), events.records)
    assert table["USUBJID"].tolist() == ["A", "C"]
    assert table["CESTDY"].tolist() == [11, 11]
    assert adce(Subjects("S", ["A"], ["x"]), []).empty


def test_performance_status_is_recorded_when_it_is_worse_than_ever_and_two_or_more():
    people = patients(4, ["lung"])
    events = Events(people, [], 5)
    for day, levels in ((42, [0.3, 1.4, 1.6, 2.6]), (84, [0.3, 1.8, 1.0, 2.7]), (126, [0.3, 1.8, 2.4, 3.6])):
        people.batch.column("performance")[:] = levels
        events.examine(np.arange(4), day)
    found = [(r.term, int(d), int(m)) for r in events.records for d, m in zip(r.day, r.subject, strict=True)]
    assert found == [
        ("performance status 2", 42, 2), ("performance status 3", 42, 3), ("performance status 2", 84, 1),
        ("performance status 4", 126, 3),
    ]  # fmt: skip


def test_a_fatal_event_ends_the_life_with_its_cause():
    people = patients(2, ["liver"])
    events = Events(people, [], 5)
    assert strike(events, "liver_failure", [1]).tolist() == [False]
    assert events.cause.tolist() == ["", "liver failure"]
    assert events.death_day[1] == 10.5


def test_what_befalls_a_subject_depends_on_nobody_else():
    together, alone = patients(30, ["bowel"]), patients(30, ["bowel"])
    strike(Events(together, [], 5), "seeding")
    strike(Events(alone, [], 5), "seeding", [17])
    assert alone.organ[17, 1] == together.organ[17, 1]
    assert np.array_equal(alone.batch.y[17], together.batch.y[17])
    assert len(set(together.organ[:, 1])) > 5


def test_a_choice_follows_its_weights_and_never_falls_on_none():
    draw = (np.arange(1000) + 0.5) / 1000
    chosen = pick(np.tile([0.0, 3.0, 0.0, 1.0, 0.0], (1000, 1)), draw)
    assert np.bincount(chosen, minlength=5).tolist() == [0, 750, 0, 250, 0]
