"""Regimen sentences: what they mean, that they print as they were read, and what is refused."""

import pytest

from abscopal.errors import InputError
from abscopal.protocol.regimen import Doses, Intake, Regimen

SENTENCES = [
    "nivolumab 3 mg/kg q2w",
    "nivolumab 240 mg q2w",
    "ipilimumab 3 mg/kg q3w x4",
    "nivolumab 1 mg/kg q3w x4, then 3 mg/kg q2w",
    "dacarbazine 1000 mg/m2 q3w",
    "atezolizumab 1200 mg once",
    "pembrolizumab 200 mg q3w for 24 months",
    "pembrolizumab 200 mg q3w from week 12 until month 24",
    "nab-paclitaxel 100.5 mg/m2 q10d from day 3",
    "carboplatin AUC 5 q3w x4",
    "axi-cel 2e6 cells/kg once",
    "til 5e10 cells once from week 1",
    "tisagenlecleucel 3.1e6 cells/kg once from day 5",
    "interleukin-2 600000 IU/kg q8h x15",
    "osimertinib 80 mg daily",
    "osimertinib 80 mg daily for 36 months",
    "osimertinib 80 mg daily from week 12 for 36 months",
    "dabrafenib 150 mg twice daily until month 12",
    "sunitinib 50 mg daily, 4 weeks on, 2 weeks off",
    "blinatumomab 0.028 mg daily, 4 weeks on, 2 weeks off x5",
    "capecitabine 1000 mg/m2 twice daily, 2 weeks on, 1 week off for 6 months",
    "prednisone 60 mg daily for 2 weeks, then 30 mg daily for 10 days",
    "dexamethasone 8 mg q1d x2, then 4 mg daily for 3 days",
    "palbociclib 125 mg daily, 3 weeks on, 1 week off",
    "gemcitabine 1250 mg/m2 days 1,8 q3w x6",
    "etoposide 100 mg/m2 days 1-3 q3w x4",
    "vincristine 1.4 mg/m2 days 1-3,8 q4w x2, then 1.4 mg/m2 day 8 q4w",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_sentences_of_the_design_print_as_they_were_read(sentence):
    assert str(Regimen.parse(sentence)) == sentence


def test_spelling_that_differs_in_case_space_and_days_means_the_same():
    assert Regimen.parse("  Nivolumab  3 mg/kg   q14d ") == Regimen.parse("nivolumab 3 mg/kg q2w")


def test_a_later_phase_starts_one_interval_after_the_last_dose_of_the_former():
    doses = Regimen.parse("nivolumab 1 mg/kg q3w x4, then 3 mg/kg q2w").doses(130)
    assert doses == [
        (0, 1.0, "mg/kg"), (21, 1.0, "mg/kg"), (42, 1.0, "mg/kg"), (63, 1.0, "mg/kg"),
        (84, 3.0, "mg/kg"), (98, 3.0, "mg/kg"), (112, 3.0, "mg/kg"), (126, 3.0, "mg/kg"),
    ]  # fmt: skip


def test_a_count_ends_treatment_and_once_is_one_dose():
    assert [day for day, _, _ in Regimen.parse("ipilimumab 3 mg/kg q3w x4").doses(10_000)] == [0, 21, 42, 63]
    assert Regimen.parse("atezolizumab 1200 mg once").doses(10_000) == [(0, 1200.0, "mg")]


def test_for_counts_from_the_first_dose_and_until_from_randomisation():
    for_a_month = Regimen.parse("nivolumab 240 mg q2w from week 4 for 1 months")
    until_month_two = Regimen.parse("nivolumab 240 mg q2w from week 4 until month 2")
    assert [day for day, _, _ in for_a_month.doses(1000)] == [28, 42, 56]
    assert [day for day, _, _ in until_month_two.doses(1000)] == [28, 42, 56]
    assert for_a_month.until_day == 28 + 30.4375
    assert until_month_two.until_day == 60.875


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [
        ("carboplatin 5 AUC q3w x4", "carboplatin AUC 5 q3w x4"),
        ("axi-cel 2000000 cells/kg once", "axi-cel 2e6 cells/kg once"),
        ("osimertinib 80 mg once daily", "osimertinib 80 mg daily"),
        ("sunitinib 50 mg daily , 28 days on, 14 days off", "sunitinib 50 mg daily, 4 weeks on, 2 weeks off"),
        ("gemcitabine 1250 mg/m2 days 1, 8 q21d x6", "gemcitabine 1250 mg/m2 days 1,8 q3w x6"),
        ("etoposide 100 mg/m2 days 1,2,3 q3w", "etoposide 100 mg/m2 days 1-3 q3w"),
        ("docetaxel 75 mg/m2 day 1 q3w", "docetaxel 75 mg/m2 q3w"),
        ("filgrastim 0.3 mg q24h x5", "filgrastim 0.3 mg q1d x5"),
        ("nivolumab 240 mg q2w for 24 weeks", "nivolumab 240 mg q2w for 24 weeks"),
        ("prednisone 60 mg daily for 14 days", "prednisone 60 mg daily for 2 weeks"),
    ],
)
def test_a_sentence_prints_in_its_plainest_spelling(sentence, plain):
    assert str(Regimen.parse(sentence)) == plain
    assert Regimen.parse(plain) == Regimen.parse(sentence)


def test_days_of_a_cycle_are_counted_from_one():
    doses = Regimen.parse("gemcitabine 1250 mg/m2 days 1,8 q3w x2").doses(1000)
    assert [day for day, _, _ in doses] == [0, 7, 21, 28]
    doses = Regimen.parse("etoposide 100 mg/m2 days 1-3 q3w x1, then 50 mg/m2 q1w x1 from week 1").doses(1000)
    assert [(day, dose) for day, dose, _ in doses] == [(7, 100), (8, 100), (9, 100), (28, 50)]


def test_doses_every_eight_hours_add_up_day_by_day():
    doses = Regimen.parse("interleukin-2 600000 IU/kg q8h x14").doses(1000)
    assert doses == [
        (0, 1.8e6, "IU/kg"),
        (1, 1.8e6, "IU/kg"),
        (2, 1.8e6, "IU/kg"),
        (3, 1.8e6, "IU/kg"),
        (4, 1.2e6, "IU/kg"),
    ]


def test_daily_intake_goes_on_until_treatment_stops():
    assert Regimen.parse("dabrafenib 150 mg twice daily").intakes(400) == [Intake(0, 400, 300.0, "mg")]
    assert Regimen.parse("dabrafenib 150 mg twice daily").doses(400) == []
    assert Regimen.parse("dabrafenib 150 mg twice daily").last_day == float("inf")


def test_daily_intake_is_broken_by_the_weeks_off():
    stretches = Regimen.parse("sunitinib 50 mg daily, 4 weeks on, 2 weeks off").intakes(80)
    assert [(s.first, s.stop) for s in stretches] == [(0, 28), (42, 70)]
    five = Regimen.parse("blinatumomab 0.028 mg daily, 4 weeks on, 2 weeks off x5")
    assert len(five.intakes(10_000)) == 5
    assert five.last_day == 4 * 42 + 27


def test_a_taper_goes_from_one_amount_to_the_next():
    taper = Regimen.parse("prednisone 60 mg daily for 14 days, then 30 mg daily for 7 days from day 3")
    assert taper.intakes(1000) == [Intake(3, 17, 60.0, "mg"), Intake(17, 24, 30.0, "mg")]
    assert taper.last_day == 23


def test_the_last_day_is_that_of_the_last_dose():
    assert Regimen.parse("ipilimumab 3 mg/kg q3w x4").last_day == 63
    assert Regimen.parse("axi-cel 2e6 cells/kg once from day 5").last_day == 5
    assert Regimen.parse("nivolumab 240 mg q2w until month 2").last_day == 56
    assert Regimen.parse("nivolumab 240 mg q2w").last_day == float("inf")


def test_no_dose_falls_on_or_after_the_end_asked_for():
    assert [day for day, _, _ in Regimen.parse("nivolumab 240 mg q2w").doses(28)] == [0, 14]


@pytest.mark.parametrize(
    ("sentence", "expected", "suggestion"),
    [
        ("nivolumab -3 mg/kg q2w", "a dose above 0", ""),
        ("nivolumab 0 mg/kg q2w", "a dose above 0", ""),
        ("nivolumab nan mg/kg q2w", "a dose above 0", ""),
        ("nivolumab 1e400 mg/kg q2w", "a dose above 0", ""),
        ("nivolumab 3 mgkg q2w", "a unit", "mg/kg"),
        ("nivolumab 3 mg/m² q2w", "a unit", "mg/m2"),
        ("nivolumab 3 g q2w", "a unit", "mg"),
        ("nivolumab 3 mg/kg q2", "an interval", ""),
        ("nivolumab 3 mg/kg q0w", "an interval", ""),
        ("nivolumab 3 mg/kg weekly", "dose, unit and interval", "q1w"),
        ("dabrafenib 150 mg bid", "dose, unit and interval", "twice daily"),
        ("carboplatin 5 auc q3w", "a unit", "AUC"),
        ("axi-cel 2e6 cell/kg once", "a unit", "cells/kg"),
        ("prednisone 60 mg daily x28", "a number of cycles only after", ""),
        ("prednisone 60 mg daily for two weeks", "'for 14 days'", ""),
        ("prednisone 60 mg daily, then 30 mg daily", "a length (such as for 14 days) before ', then'", ""),
        ("sunitinib 50 mg daily, 4 weeks off", "daily intake such as '80 mg daily'", ""),
        ("gemcitabine 1250 mg/m2 days 1,28 q3w", "a cycle of whole days", ""),
        ("gemcitabine 1250 mg/m2 days 8,1 q3w", "days of a cycle from 1 on", ""),
        ("gemcitabine 1250 mg/m2 days one q3w", "days of a cycle such as", ""),
        ("nivolumab 3 mg/kg q2w x0", "a number of doses", ""),
        ("nivolumab 3 mg/kg once x2", "no count after 'once'", ""),
        ("nivolumab 3 mg/kg q2w, then 1 mg/kg q4w", "a number of doses", ""),
        ("nivolumab 3 mg/kg once, then 1 mg/kg q4w", "'once' only", ""),
        ("nivolumab 3 mg/kg q2w from week 60 until month 12", "an end after the start", ""),
        ("nivolumab 3 mg/kg q2w for 0 months", "'for 24 months'", ""),
        ("nivolumab 3 mg/kg q2w from week one", "a whole week", ""),
        ("nivolumab", "dose, unit and interval", ""),
        ("3 mg/kg q2w", "a drug and its doses", ""),
        ("", "a drug and its doses", ""),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_expected(sentence, expected, suggestion):
    with pytest.raises(InputError) as refused:
        Regimen.parse(sentence)
    problem = refused.value.problems[0]
    assert problem.expected.startswith(expected)
    assert problem.suggestion == suggestion


def test_all_problems_of_a_sentence_come_at_once():
    with pytest.raises(InputError) as refused:
        Regimen.parse("nivolumab -3 mgkg q2 x0")
    assert [problem.got for problem in refused.value.problems] == ["'-3'", "'mgkg'", "'q2'", "'x0'"]


def test_values_built_in_python_are_held_to_the_same_rules():
    with pytest.raises(InputError, match="a dose above 0"):
        Doses(-1.0, "mg", 14)
    with pytest.raises(InputError, match="a unit"):
        Doses(1.0, "mL", 14)
    with pytest.raises(InputError, match="at least one phase"):
        Regimen("nivolumab", ())
