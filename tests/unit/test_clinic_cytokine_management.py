"""Hand-made series of ASTCT grades after T cells: what is given, and what becomes of a bispecific antibody."""

import numpy as np

from abscopal.clinic.cytokine_management import CytokineState, cytokine_table, manage_cytokines
from abscopal.clinic.irae_rules import rules

EVENTS = ("injury_cytokine", "injury_brain")
TABLE = cytokine_table(rules(), EVENTS)


def course(*grades, kg=80.0):
    """Return mg of tocilizumab and of dexamethasone on each day of a series of (CRS, ICANS), and the last state."""
    state, given = CytokineState.start(1, 2), []
    for day, pair in enumerate(grades):
        now = np.array([pair], dtype=np.int8)
        state, orders = manage_cytokines(state, now, float(day), np.array([kg]), TABLE)
        given.append((orders.tocilizumab[0], orders.dexamethasone[0]))
    return given, state, orders


def test_astct_grade_1_is_watched_and_grade_2_gets_tocilizumab_8_mg_per_kg():
    given, state, _ = course((1, 0), (2, 0))
    assert given == [(0.0, 0.0), (640.0, 0.0)]
    assert state.held.all()


def test_label_a_dose_of_tocilizumab_is_at_most_800_mg_and_there_are_at_most_4():
    given, state, _ = course(*[(3, 0)] * 8, kg=120.0)
    assert [dose for dose, _ in given] == [800.0] * 4 + [0.0] * 4
    assert state.doses[0] == 4


def test_a_syndrome_that_improves_gets_no_second_dose_and_one_that_does_not_gets_steroids():
    assert course((3, 0), (2, 0))[0][1] == (0.0, 0.0)
    tocilizumab, dexamethasone = course((2, 0), (2, 0))[0][1]
    assert tocilizumab == 640.0
    assert dexamethasone > 0


def test_neurotoxicity_gets_dexamethasone_and_no_tocilizumab_until_it_is_at_grade_1():
    given, _, orders = course((0, 2), (0, 3), (0, 1))
    assert [dose for dose, _ in given] == [0.0, 0.0, 0.0]
    assert 0 < given[0][1] < given[1][1]
    assert given[2] == (0.0, 0.0)
    assert orders.next_visit[0] == np.inf


def test_a_bispecific_antibody_waits_at_grade_3_goes_on_afterwards_and_stops_for_good_at_grade_4():
    _, state, _ = course((3, 0), (1, 0))
    assert not state.held[0]
    assert not state.stopped[0]
    assert course((4, 0), (0, 0))[1].stopped[0]
