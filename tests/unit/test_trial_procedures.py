"""What procedures leave of lesions, by the numbers of their mechanisms; a hand-made batch, nothing compiled."""

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.protocol.procedure import Lesions
from abscopal.trial.procedures import ablate, irradiate, met, resect
from plain_batch import plain_batch

WHO = np.array([0, 2])
FIRST = np.array([[True, False, False], [True, False, False]])
CELLS = {
    "C_sensitive": 1e9,
    "C_resistant": 1e6,
    "C_evasive": 1e5,
    "C_double": 40.0,
    "T_effector": 1e7,
    "K_vessels": 2e9,
}


@pytest.fixture
def batch():
    found = plain_batch(catalogue.disease_model((), ("solid", "radiotherapy", "surgery", "ablation")), 3, 3)
    for name, cells in CELLS.items():
        found.lesion_column(name)[...] = cells
    found.lesion_column("scar")[...] = 1.0
    found.column("T_blood")[:] = 1e8
    return found


def lesion(batch, patient, slot):
    return {name: float(batch.lesion_column(name)[patient, slot]) for name in batch.kernel.layout.lesion_species}


def untouched(batch, before, slots):
    """Nothing changed but the slots given."""
    other = np.ones((len(before.y), before.slots), dtype=bool)
    for patient, slot in slots:
        other[patient, slot] = False
    names = batch.kernel.layout.lesion_species
    return all((batch.lesion_column(n)[other] == before.lesion_column(n)[other]).all() for n in names)


def test_a_fraction_kills_by_the_linear_quadratic_law_and_only_where_it_is_aimed(batch):
    before = batch.take(np.arange(3))
    irradiate(batch, WHO, FIRST, 8.0)
    damage = 0.3 * 8 * (1 + 8 / 10)
    after = lesion(batch, 0, 0)
    assert after["C_sensitive"] == pytest.approx(1e9 * np.exp(-damage))
    assert after["C_evasive"] == pytest.approx(1e5 * np.exp(-damage))
    assert after["C_resistant"] == pytest.approx(1e6 * np.exp(-0.9 * damage))
    assert after["C_double"] == 0.0  # 0.8 cells are none
    assert after["T_effector"] == pytest.approx(1e7 * np.exp(-0.12 * 8))
    assert untouched(batch, before, [(0, 0), (2, 0)])
    assert (batch.lesion_parameter("fraction") == 0).all()


def test_what_a_fraction_kills_lies_dead_and_the_visible_part_shows_antigen(batch):
    irradiate(batch, WHO, FIRST, 8.0)
    after = lesion(batch, 2, 0)
    alive = sum(after[name] for name in CELLS if name.startswith("C_"))
    assert after["dead"] == pytest.approx(sum(CELLS[name] for name in CELLS if name.startswith("C_")) - alive)
    visible = 1e9 + 1e6 - after["C_sensitive"] - after["C_resistant"]
    share = 8**2 / (5**2 + 8**2) * 15**6 / (15**6 + 8**6)
    assert batch.column("antigen")[2] == pytest.approx(share * visible)
    assert after["irradiation"] == pytest.approx(share)
    assert batch.column("antigen")[1] == 0


def test_a_field_that_blood_passes_costs_lymphocytes(batch):
    irradiate(batch, WHO, np.ones((2, 3), dtype=bool), 2.0)
    lost = batch.column("lymphocytes_lost")
    assert 0 < lost[0] == lost[2] < 0.1
    assert batch.column("T_blood")[0] == pytest.approx(1e8 * (1 - lost[0]))
    assert lost[1] == 0


def test_a_resection_leaves_the_share_of_the_margin_and_less_than_a_cell_is_none(batch):
    before = batch.take(np.arange(3))
    batch.parameter("resection_residual")[:] = 1e-6
    resect(batch, WHO, FIRST)
    after = lesion(batch, 0, 0)
    assert after["C_sensitive"] == pytest.approx(1e3)
    assert after["C_resistant"] == pytest.approx(1.0)
    assert after["C_evasive"] == after["C_double"] == 0
    assert after["dead"] == 0
    assert after["scar"] == pytest.approx(1e-6)
    assert batch.column("antigen")[0] == 0
    assert batch.column("surgical_stress").tolist() == [1, 0, 1]
    assert untouched(batch, before, [(0, 0), (2, 0)])


def test_what_an_ablation_kills_stays_and_shows_antigen(batch):
    ablate(batch, WHO, FIRST)
    after = lesion(batch, 0, 0)
    assert after["C_sensitive"] == 0
    assert after["dead"] == pytest.approx(sum(CELLS[name] for name in CELLS if name.startswith("C_")))
    assert batch.column("antigen")[0] == pytest.approx(0.3 * (1e9 + 1e6))
    assert after["T_effector"] < 1e-3


def test_the_step_size_starts_again_after_a_procedure(batch):
    batch.step[:] = 5.0
    resect(batch, WHO, FIRST)
    assert batch.step[0] <= 0.1
    assert batch.step[1] == 5.0


SIZES = np.array([[30.0, 10.0, 20.0, 0.0]])
KNOWN = np.array([[True, True, False, True]])
LIVER = np.array([[True, False, False, True]])
PRIMARY = np.array([[False, True, False, False]])


@pytest.mark.parametrize(
    ("lesions", "slots"),
    [
        (Lesions(), [0, 1]),  # not the unknown, not the one that is gone
        (Lesions("liver"), [0]),
        (Lesions(primary=True), [1]),
        (Lesions(largest=1), [0]),
        (Lesions(largest=3), [0, 1]),
    ],
)
def test_a_procedure_meets_the_lesions_of_its_sentence_that_are_known_and_there(lesions, slots):
    organ = LIVER if lesions.organ else None
    assert np.flatnonzero(met(lesions, SIZES, KNOWN, organ, PRIMARY)[0]).tolist() == slots
