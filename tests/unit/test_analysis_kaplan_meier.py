import numpy as np
import pytest

from abscopal.analysis.kaplan_meier import kaplan_meier

# Freireich 1963, 6-MP arm (weeks), the worked example of Collett, Kalbfleisch-Prentice and Kleinbaum-Klein.
SIX_MP_WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
SIX_MP_RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_kaplan_meier_gives_the_printed_table_of_Freireich_6_MP_in_Kleinbaum_and_Klein():
    curve = kaplan_meier(SIX_MP_WEEKS, SIX_MP_RELAPSE)
    printed = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    assert {week: round(curve.at(week), 4) for week in printed} == printed
    assert curve.median() == 23


def test_kaplan_meier_by_hand_on_four_subjects():
    curve = kaplan_meier([1, 2, 2, 5], [1, 1, 0, 1])
    assert curve.time.tolist() == [1, 2, 5]
    assert curve.at_risk.tolist() == [4, 3, 1]
    assert curve.events.tolist() == [1, 1, 1]
    assert curve.censored.tolist() == [0, 1, 0]
    assert curve.survival == pytest.approx([3 / 4, 3 / 4 * 2 / 3, 0])
    # Greenwood: S sqrt(1/(4*3)), then S sqrt(1/(4*3) + 1/(3*2))
    assert curve.standard_error[:2] == pytest.approx([0.75 * np.sqrt(1 / 12), 0.5 * np.sqrt(1 / 12 + 1 / 6)])


def test_survival_steps_at_the_event_and_is_unknown_past_the_last_censored_time():
    curve = kaplan_meier([10, 20, 30], [1, 0, 0])
    assert curve.at(9.99) == 1.0
    assert curve.at(10) == pytest.approx(2 / 3)
    assert curve.at(30) == pytest.approx(2 / 3)
    assert curve.at(30.01) is None
    assert curve.interval_at(30.01) is None
    assert curve.interval_at(5) == (1.0, 1.0)


def test_survival_stays_zero_after_everybody_has_had_the_event():
    curve = kaplan_meier([1, 2], [1, 1])
    assert curve.at(100) == 0.0
    assert curve.interval_at(100) is None, "R leaves the limits at 0 missing; so they are None, never NaN"


def test_nobody_with_the_event_gives_no_median_and_no_nan():
    curve = kaplan_meier([5, 7, 9], [0, 0, 0])
    assert curve.survival.tolist() == [1, 1, 1]
    assert curve.median() is None
    assert curve.median_interval() == (None, None)
    assert curve.standard_error.tolist() == [0, 0, 0]
    assert curve.lower.tolist() == curve.upper.tolist() == [1, 1, 1]


@pytest.mark.parametrize(("event", "median"), [(1, 4.0), (0, None)])
def test_one_subject_is_enough(event, median):
    curve = kaplan_meier([4.0], [event])
    assert curve.median() == median
    assert curve.at(3.9) == 1.0


def test_numbers_at_risk_count_subjects_still_followed_at_each_time():
    curve = kaplan_meier([1, 2, 2, 5], [1, 1, 0, 1])
    assert curve.numbers_at_risk([0, 1, 1.5, 2, 2.1, 5, 6]).tolist() == [4, 4, 3, 3, 1, 1, 0]


def test_events_on_day_zero_lower_survival_at_zero():
    assert kaplan_meier([0, 0, 3], [1, 0, 1]).at(0) == pytest.approx(2 / 3)


def test_fractional_weights_that_do_not_add_up_in_binary_still_bring_the_curve_to_zero():
    curve = kaplan_meier([1, 2, 2, 2], [1, 1, 1, 1], [0.5, 0.1, 0.2, 0.3])
    assert curve.survival[-1] == 0.0
    assert np.isnan(curve.standard_error[-1])


@pytest.mark.parametrize(
    ("time", "event", "keywords", "message"),
    [
        ([], [], {}, "at least one subject"),
        ([1, 2], [1], {}, "expected 2 flags"),
        ([1, -2], [1, 1], {}, "got -2.0 at position 1"),
        ([1, np.nan], [1, 1], {}, "got nan at position 1"),
        ([1, 2], [1, 2], {}, "only 0 .censored. or 1"),
        ([1, 2], [1, np.nan], {}, "only 0 .censored. or 1"),
        ([1, 2], [1, 1], {"weights": [1, 0]}, "weights"),
        ([1, 2], [1, 1], {"conf_type": "logit"}, "log-log, log, plain"),
        ([1, 2], [1, 1], {"level": 95}, "level"),
    ],
)
def test_wrong_input_is_refused_by_a_message_that_names_it(time, event, keywords, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(time, event, **keywords)


def test_survival_at_a_missing_time_is_refused():
    with pytest.raises(ValueError, match="finite time"):
        kaplan_meier([1], [1]).at(float("nan"))
