"""Treatment given to a hand-made batch: what enters the body, what is recorded, what stops."""

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.errors import InputError
from abscopal.population.organs import ORGAN_NAMES
from abscopal.protocol import Arm, Protocol
from abscopal.protocol.treatment import parse_treatment
from abscopal.trial.giving import Giving, check_treatments
from abscopal.trial.plan import Body, Calendar
from plain_batch import plain_batch

NAMES = ("nivolumab", "osimertinib", "carboplatin", "interleukin-2", "til")
DRUGS = {name: catalogue.drug(name) for name in NAMES}
MODEL = catalogue.disease_model(DRUGS.values(), ("solid", "radiotherapy", "surgery"))
WHO = np.arange(3)


@pytest.fixture
def giving():
    batch = plain_batch(MODEL, 3, 4)
    batch.lesion_column("C_sensitive")[:, :3] = np.array([1e9, 1e8, 1e7])
    body = Body(np.array([60.0, 80.0, 100.0]), np.array([1.7, 2.0, 2.2]), np.array([60.0, 90.0, 120.0]))
    organ = np.tile([ORGAN_NAMES.index(name) for name in ("liver", "lung", "liver", "node")], (3, 1))
    return Giving(batch, DRUGS, body, organ, np.tile([False, True, False, False], (3, 1)))


def give(giving, *sentences, until=100, line=1, who=WHO):
    """Give treatments day by day, with every lesion known."""
    calendar = Calendar(frozenset(), {name for name, drug in DRUGS.items() if drug.kinetics.continuous})
    calendar.add([parse_treatment(text) for text in sentences], who, 0, until, line)
    while (day := calendar.next_day()) is not None:
        for due in calendar.due(day):
            giving.give(due, due.subjects, day, np.ones((3, 4), dtype=bool))


def records(giving):
    last = [record.day if record.last_day is None else record.last_day.tolist() for record in giving.records]
    return [(r.treatment, r.day if r.last_day is None else r.day.tolist(), end, r.dose.tolist(), r.unit)
            for r, end in zip(giving.records, last, strict=True)]  # fmt: skip


def test_a_dose_enters_its_compartment_in_the_drugs_own_unit(giving):
    give(giving, "nivolumab 3 mg/kg once", "carboplatin AUC 5 q3w x1", "interleukin-2 600000 IU/kg once")
    give(giving, "til 2e6 cells/kg once")
    column = giving.batch.column
    assert column(DRUGS["nivolumab"].dosed_species).tolist() == [180, 240, 300]
    assert column(DRUGS["carboplatin"].dosed_species).tolist() == [5 * 85, 5 * 115, 5 * 145]
    assert column(DRUGS["til"].dosed_species).tolist() == [1.2e8, 1.6e8, 2e8]
    per_unit = DRUGS["interleukin-2"].unit_mass["IU"].value
    assert column(DRUGS["interleukin-2"].dosed_species)[0] == pytest.approx(600_000 * 60 * per_unit)
    assert [r.unit for r in giving.records] == ["mg", "mg", "IU", "cells"]


def test_daily_intake_is_a_rate_until_it_stops(giving):
    intake = giving.batch.parameter("osimertinib_intake")
    give(giving, "osimertinib 80 mg daily for 20 days, then 40 mg daily", until=1000)
    assert records(giving) == [
        ("osimertinib", [0, 0, 0], [19, 19, 19], [80, 80, 80], "mg/day"),
        ("osimertinib", [20, 20, 20], [999, 999, 999], [40, 40, 40], "mg/day"),
    ]
    assert intake.tolist() == [0, 0, 0]


def test_stopping_sets_intake_to_nothing_at_once_and_only_for_those_who_stop(giving):
    calendar = Calendar(frozenset(), {"osimertinib"})
    calendar.add([parse_treatment("osimertinib 80 mg daily")], WHO, 0, 1000, 1)
    calendar.next_day()
    giving.give(calendar.due(0)[0], WHO, 0, np.ones((3, 4), dtype=bool))
    intake = giving.batch.parameter("osimertinib_intake")
    assert intake.tolist() == [80, 80, 80]
    giving.stop(np.array([0, 1]), np.array([42.0, 10.5]), line=2)
    assert intake.tolist() == [80, 80, 80]
    giving.stop(np.array([0, 1]), np.array([42.0, 10.5]), line=1)
    assert intake.tolist() == [0, 0, 80]
    assert records(giving) == [("osimertinib", [0, 0], [41, 10], [80, 80], "mg/day")]
    giving.stop(WHO, 60)
    assert giving.last_day.tolist() == [41, 10, 59]
    assert len(giving.records) == 2


def test_two_sentences_of_one_drug_add_up(giving):
    intake = giving.batch.parameter("osimertinib_intake")
    calendar = Calendar(frozenset(), {"osimertinib"})
    both = [parse_treatment("osimertinib 80 mg daily"), parse_treatment("osimertinib 40 mg twice daily for 7 days")]
    calendar.add(both, WHO, 0, 1000, 1)
    seen = []
    for day in (0, 7):
        for due in calendar.due(day):
            giving.give(due, WHO, day, np.ones((3, 4), dtype=bool))
        seen.append(float(intake[0]))
    assert seen == [160, 80]


def test_a_procedure_is_recorded_for_those_it_met_something_in(giving):
    giving.batch.lesion_column("C_sensitive")[1, [0, 2]] = 0.0
    give(giving, "radiotherapy 8 Gy x2 to liver lesions week 2", "resect liver lesions week 4", "ablate primary day 40")
    fractions, removals = giving.records[:2], giving.records[2:]
    assert [(r.treatment, r.day, r.subject.tolist(), r.dose.tolist()) for r in fractions] == [
        ("RADIOTHERAPY", 14, [0, 2], [8, 8]), ("RADIOTHERAPY", 15, [0, 2], [8, 8]),
    ]  # fmt: skip
    assert [(r.treatment, r.day, r.subject.tolist(), r.dose.tolist(), r.unit) for r in removals] == [
        ("RESECTION", 28, [0, 2], [2, 2], "lesions"), ("ABLATION", 40, [0, 1, 2], [1, 1, 1], "lesions"),
    ]  # fmt: skip
    assert giving.removal_day.tolist() == [28, 40, 28]
    assert (giving.batch.lesion_column("C_sensitive")[:, :3] == 0).all()


def test_surgery_on_day_0_does_not_end_the_count_of_responses(giving):
    give(giving, "resect largest lesion day 0")
    assert np.isnan(giving.removal_day).all()
    assert giving.last_day.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("sentence", "expected", "suggestion"),
    [
        ("nivolumab 2e6 cells once", "a dose of nivolumab in mg", ""),
        ("til 100 mg once", "a dose of til in cells", ""),
        ("interleukin-2 2e6 cells once", "a dose of interleukin-2 in mg or IU", ""),
        ("carboplatin 100 mg twice daily for 3 days", "one dose of carboplatin a day", ""),
        ("resect livr lesions day 0", "a known organ", "liver"),
    ],
)
def test_a_treatment_that_cannot_be_carried_out_is_refused(sentence, expected, suggestion):
    protocol = Protocol(indication="melanoma", subjects=10, arms=[Arm("a", [sentence])])
    with pytest.raises(InputError) as refused:
        check_treatments(protocol, DRUGS, MODEL)
    (problem,) = refused.value.problems
    assert problem.expected.startswith(expected)
    assert problem.suggestion == suggestion
