from types import SimpleNamespace

import numpy as np

from abscopal import catalogue
from abscopal.trial.plan import Calendar, Dose, Due, Look
from abscopal.trial.safety import AFTER_CELLS, AFTER_CHEMOTHERAPY, AFTER_STOP, STEPS, Safety

NAMES = ("docetaxel", "nivolumab", "axi-cel", "tebentafusp")
STATES = {"injury_colon": [0.4, 3.2], "neutrophils": [1.0, 0.1], "lymphocytes_lost": [0.0, 0.9], "CRP": [5.0, 5.0]}
USUAL = {"neutrophils_baseline": [5e6, 4e6], "lymphocytes_baseline": [1.6e6, 1.6e6]}
TWO = np.array([0, 1])


def safety():
    layout = SimpleNamespace(patient_species=list(STATES), patient_parameters=list(USUAL))
    batch = SimpleNamespace(
        y=np.zeros((2, 1)),
        kernel=SimpleNamespace(layout=layout),
        column=lambda name: np.array(STATES[name]),
        parameter=lambda name: np.array(USUAL[name]),
    )
    return Safety(batch, {name: catalogue.drug(name) for name in NAMES})


def days_of_looks(calendar):
    found = []
    while (day := calendar.next_day()) is not None:
        found += [day for due in calendar.due(day) if isinstance(due.what, Look)]
    return found


def given(drug, times=1, every=21):
    calendar, watched = Calendar(frozenset()), safety()
    for time in range(times):
        watched.watch(calendar, Due(TWO, Dose(drug, 1.0, "mg"), 1, 0), TWO, every * time)
    return days_of_looks(calendar)


def test_injuries_and_blood_counts_are_graded_and_nothing_else_is():
    watched = safety()
    watched.look(TWO, 21)
    assert watched.names == ["injury_colon", "neutrophils", "lymphocytes"]
    assert watched.records[0].grades.tolist() == [[0, 0, 0], [3, 4, 4]]


def test_blood_is_taken_after_chemotherapy_and_not_after_an_antibody():
    assert given("docetaxel") == list(AFTER_CHEMOTHERAPY)
    assert given("nivolumab") == []


def test_who_has_had_cells_is_seen_daily_and_who_is_used_to_a_bispecific_antibody_is_not():
    assert given("axi-cel") == list(AFTER_CELLS)
    assert max(given("tebentafusp", times=10, every=100)) == 100 * (STEPS - 1) + AFTER_CELLS[-1]


def test_safety_visits_follow_the_end_of_treatment():
    calendar = Calendar(frozenset())
    safety().follow_up(calendar, TWO, 50)
    assert days_of_looks(calendar) == [50 + offset for offset in AFTER_STOP]
