"""Regimen sentences: what they mean, that they print as they were read, and what is refused."""

import pytest

from abscopal.errors import InputError
from abscopal.protocol.regimen import Phase, Regimen

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
        ("nivolumab 3 mg/kg weekly", "dose, unit and interval", ""),
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
        Phase(-1.0, "mg", 14)
    with pytest.raises(InputError, match="a unit"):
        Phase(1.0, "mL", 14)
    with pytest.raises(InputError, match="at least one phase"):
        Regimen("nivolumab", ())
