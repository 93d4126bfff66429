from types import SimpleNamespace

import numpy as np

from abscopal import catalogue
from abscopal.trial.monitoring import Laboratory
from abscopal.trial.plan import Calendar, Dose, Due, Look
from abscopal.trial.safety import AFTER_CELLS, AFTER_CHEMOTHERAPY, AFTER_STOP, STEPS, Safety

NAMES = ("docetaxel", "nivolumab", "axi-cel", "tebentafusp")
STATES = {"injury_colon": [0.4, 3.2], "neutrophils": [1.0, 0.1], "lymphocytes_lost": [0.0, 0.9], "CRP": [5.0, 5.0]}
USUAL = {"neutrophils_baseline": [5e6, 4e6], "lymphocytes_baseline": [1.6e6, 1.6e6]}
TWO = np.array([0, 1])
STRUCK = np.array([[0], [1]])


def safety():
    layout = SimpleNamespace(patient_species=list(STATES), patient_parameters=list(USUAL), hazards=["infection"])
    batch = SimpleNamespace(
        y=np.zeros((2, 1)),
        kernel=SimpleNamespace(layout=layout),
        column=lambda name: np.array(STATES[name]),
        parameter=lambda name: np.array(USUAL[name]),
    )
    body = {"age": 60.0, "weight": 80.0, "male": True, "gfr": 90.0}
    baseline = SimpleNamespace(**{name: np.full(2, value) for name, value in body.items()})
    laboratory = Laboratory(batch, baseline, 1, TWO)
    return Safety(batch, {name: catalogue.drug(name) for name in NAMES}, laboratory, STRUCK.copy())


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
    assert watched.names == ["injury_colon", "neutrophils", "lymphocytes", "febrile_neutropenia"]
    assert watched.records[0].grades.tolist() == [[0, 0, 0, 0], [3, 4, 4, 3]]


def test_an_infection_in_neutropenia_is_found_once_at_the_next_visit():
    watched = safety()
    watched.look(TWO, 21)
    assert watched.look(TWO, 28)[:, 3].tolist() == [0, 0]


def test_the_event_that_killed_is_of_grade_5_and_the_others_keep_theirs():
    watched = safety()
    watched.batch.column = lambda name: np.array([6.0, 0.4] if name == "injury_colon" else STATES[name])
    watched.batch.kernel.layout.patient_parameters.append("colon_lethality")
    parameters = USUAL | {"colon_lethality": [0.002, 0.002]}
    watched.batch.parameter = lambda name: np.array(parameters.get(name, [1e-9, 1e-9]))
    watched.look(TWO, 21)
    watched.fatal(np.array([30.5, 40.0]), np.array(["treatment toxicity", "cachexia"], dtype=object))
    assert [(r.day, r.subject.tolist(), r.grades.tolist()) for r in watched.records[1:]] == [(31, [0], [[5, 0, 0, 0]])]


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
