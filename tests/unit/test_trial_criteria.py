"""Every criterion that a protocol may ask for reads the scans of the same hand-made patients."""

import numpy as np
import pytest
from test_trial_conduct import DRUGS, GROWS, PATIENTS, SHRINKS, population_of

from abscopal.clinic.criteria.criterion import LABELS, Response, criterion_named, is_one_of
from abscopal.clinic.records import visits_of
from abscopal.protocol import Arm, Protocol
from abscopal.protocol.criteria import SIMULATED
from abscopal.trial.conduct import conduct

RATES = np.array([GROWS, SHRINKS, 0.0, SHRINKS])
BEYOND = {"treatment_beyond_progression": True}


def lived(criteria, others=()):
    plan = {"accrual_months": 0, "follow_up_months": 12, "dropout_per_year": 0, "scans": "every 6 weeks"}
    arms = [Arm("a", ["nivolumab 240 mg q2w"], **BEYOND)]
    protocol = Protocol(
        indication="nsclc", subjects=PATIENTS, arms=arms, criteria=criteria, other_criteria=list(others), **plan
    )
    everyone = np.zeros(PATIENTS, dtype=np.int64)
    return conduct(protocol, DRUGS, population_of(RATES, {}, {}), everyone, criterion_named(criteria), 1)


@pytest.fixture(scope="module")
def read_by_all():
    """Visits by criterion, of a trial that RECIST 1.1 drives."""
    course = lived("RECIST 1.1", [name for name in SIMULATED if name != "RECIST 1.1"])
    readers = {"RECIST 1.1": course.scans} | {reader.criterion.name: reader.scans for reader in course.further}
    return {name: visits_of(PATIENTS, scans) for name, scans in readers.items()}


def words(visits, subject):
    return [LABELS[code] for code in visits.response[subject] if code]


@pytest.mark.parametrize("name", SIMULATED)
def test_patients_who_grow_progress_and_who_shrink_respond_by_every_criterion(read_by_all, name):
    visits = read_by_all[name]
    best = criterion_named(name).best(visits, confirmed=True)
    progressing = (Response.PD, Response.IUPD, Response.ICPD, Response.UPD)
    assert is_one_of(best.response, progressing)[0], words(visits, 0)
    for shrinks in (1, 3):
        responding = (Response.CR, Response.PR, Response.ICR, Response.IPR)
        assert is_one_of(best.response, responding)[shrinks], words(visits, shrinks)


def test_a_trial_driven_by_irrc_waits_for_a_second_scan_before_it_calls_progression():
    visits = visits_of(PATIENTS, lived("irRC").scans)
    assert words(visits, 0)[:2] == ["uPD", "PD"]
    seen = np.isfinite(visits.progression_day[0])
    assert visits.progression_day[0][seen][0] == visits.day[0][0]
