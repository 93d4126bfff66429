"""Scan sentences: the days they mean, that they print as they were read, and what is refused."""

import pytest

from abscopal.errors import InputError
from abscopal.protocol.schedule import Every, Schedule

SENTENCES = [
    "every 6 weeks x8, then every 12 weeks",
    "week 9, then every 6 weeks to month 12, then every 12 weeks",
    "week 12, then every 6 weeks to week 49, then every 12 weeks",
    "every week x4, then every 10 days",
    "day 10, then week 3",
    "every 12 weeks",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_sentences_of_the_design_print_as_they_were_read(sentence):
    assert str(Schedule.parse(sentence)) == sentence


def test_checkmate_066_is_scanned_at_week_9_then_every_6_weeks_to_12_months_then_every_12_weeks():
    weeks = [day / 7 for day in Schedule.parse(SENTENCES[1]).days(600)]
    assert weeks == [9, 15, 21, 27, 33, 39, 45, 51, 63, 75]


def test_a_count_and_a_limit_hand_over_at_their_last_scan():
    assert Schedule.parse("every 6 weeks x2, then every 12 weeks").days(300) == [42, 84, 168, 252]
    assert Schedule.parse("every 6 weeks to week 12, then every 9 weeks").days(200) == [42, 84, 147]


def test_the_end_is_included_and_baseline_is_not():
    assert Schedule.parse("every 6 weeks").days(84) == [42, 84]
    assert Schedule.parse("every 6 weeks").days(0) == []


def test_a_schedule_that_ends_asks_for_no_scans_after_its_end():
    assert Schedule.parse("week 6, then week 12").days(10_000) == [42, 84]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("every 6 weeks, then week 30", "an end"),
        ("week 9, then week 3", "each part later"),
        ("every 6 weeks x8, then every 12 weeks to month 2, then every week", "each part later"),
        ("every 0 weeks", "'week 9' or"),
        ("every 6 wekes", "'week 9' or"),
        ("week -1", "'week 9' or"),
        ("", "'week 9' or"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_expected(sentence, expected):
    with pytest.raises(InputError) as refused:
        Schedule.parse(sentence)
    assert refused.value.problems[0].expected.startswith(expected)


def test_values_built_in_python_are_held_to_the_same_rules():
    with pytest.raises(InputError, match="at least one scan"):
        Schedule(())
    with pytest.raises(InputError, match="at least one day"):
        Schedule((Every(0),))
