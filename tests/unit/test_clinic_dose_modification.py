"""Rules of dose modification, by labels."""

from importlib.resources import files

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.clinic.dose_modification import CLEARANCE, REASONS, dose_rules
from abscopal.clinic.toxicity_grades import EVENTS
from abscopal.errors import InputError

COLUMNS = list(EVENTS)
HARMS = ("myelotoxicity", "gut_toxicity", "nerve_toxicity", "kidney_toxicity", "heart_toxicity", "lung_toxicity",
         "vascular_toxicity", "skin_toxicity", "liver_toxicity")  # fmt: skip
DRUGS = [catalogue.drug(name) for name in catalogue.names("drugs")]


def rules_of(name):
    drug = catalogue.drug(name)
    return dose_rules().of(drug.name, drug.group, drug.modality, COLUMNS)


def judged(name, waiting=False, clearance=None, usual=None, **grades):
    today = np.zeros((1, len(COLUMNS)), dtype=np.int8)
    for event, grade in grades.items():
        today[0, COLUMNS.index(event)] = grade
    measured = [None if one is None else np.array([one]) for one in (clearance, usual)]
    verdict = rules_of(name).judge(today, today, np.array([waiting]), *measured)
    found = [word for word in ("stop", "wait", "reduce") if getattr(verdict, word)[0]]
    return found, REASONS[verdict.reason[0]]


@pytest.mark.parametrize("drug", [d for d in DRUGS if set(HARMS) & d.tags], ids=lambda drug: drug.name)
def test_every_drug_that_harms_has_rules_and_levels_that_fall(drug):
    rules = rules_of(drug.name)
    assert rules is not None
    assert list(rules.shares) == sorted(rules.shares, reverse=True)
    assert rules.share(np.array([0, 99])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(("name", "grades", "expected"), [
    ("docetaxel", {"neutrophils": 2}, ["wait"]),
    ("gemcitabine", {"neutrophils": 2}, []),
    ("gemcitabine", {"neutrophils": 3}, ["wait"]),
    ("docetaxel", {"febrile_neutropenia": 3}, ["reduce"]),
    ("docetaxel", {"drug_injury_nerve": 3}, ["stop"]),
    ("paclitaxel", {"drug_injury_nerve": 3}, ["reduce"]),
    ("oxaliplatin", {"drug_injury_nerve": 2}, ["reduce"]),
    ("cisplatin", {"drug_injury_kidney": 2}, ["wait", "reduce"]),
    ("carboplatin", {"drug_injury_kidney": 2}, []),
    ("trastuzumab", {"drug_injury_heart": 2}, ["wait"]),
    ("trastuzumab", {"drug_injury_heart": 3}, ["stop", "wait"]),
    ("bevacizumab", {"drug_injury_vascular": 3}, ["wait"]),
    ("bevacizumab", {"drug_injury_vascular": 4}, ["stop", "wait"]),
    ("trastuzumab-deruxtecan", {"drug_injury_lung": 1}, ["wait"]),
    ("trastuzumab-deruxtecan", {"drug_injury_lung": 2}, ["stop", "wait"]),
    ("osimertinib", {"drug_injury_lung": 2}, ["stop", "wait"]),
    ("palbociclib", {"neutrophils": 3}, ["wait"]),
    ("dabrafenib", {"drug_injury_skin": 3}, ["wait", "reduce"]),
    ("docetaxel", {"drug_injury_hair": 2, "drug_injury_gut": 2}, []),
])  # fmt: skip
def test_labels_say_what_to_do_at_each_grade(name, grades, expected):
    found, reason = judged(name, **grades)
    assert found == expected
    assert (reason == "") == (not expected)


def test_who_waits_goes_on_waiting_until_the_grade_is_low_enough():
    assert judged("capecitabine", drug_injury_gut=2)[0] == ["wait"]
    assert judged("sunitinib", drug_injury_gut=2)[0] == []
    assert judged("sunitinib", waiting=True, drug_injury_gut=2)[0] == ["wait"]
    assert judged("sunitinib", waiting=True, drug_injury_gut=1)[0] == []


def test_cisplatin_waits_for_the_clearance_unless_it_was_as_low_before():
    assert judged("cisplatin", clearance=45.0, usual=80.0) == (["wait", "reduce"], CLEARANCE)
    assert judged("cisplatin", clearance=55.0, usual=80.0) == (["reduce"], CLEARANCE)
    assert judged("cisplatin", clearance=45.0, usual=48.0) == ([], "")


def test_an_antibody_against_pd1_has_no_rules_here():
    assert rules_of("nivolumab") is None


def test_growth_factors_are_due_from_the_start_where_the_guideline_names_the_regimen():
    due = dose_rules().growth_factors.due_from_the_start
    assert due(["docetaxel", "doxorubicin", "cyclophosphamide"])
    assert not due(["carboplatin", "pemetrexed"])


def test_a_file_that_is_wrong_says_where(tmp_path):
    text = (files("abscopal.clinic") / "dose_rules.yaml").read_text()
    broken = tmp_path / "rules.yaml"
    broken.write_text(text.replace("event: febrile_neutropenia", "event: febrile_neutropaenia"))
    with pytest.raises(InputError, match="febrile_neutropenia"):
        dose_rules(str(broken))
