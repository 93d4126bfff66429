import numpy as np
import pytest
from clinic_findings import findings

from abscopal.clinic.criteria.criterion import Response, criterion_named, take
from abscopal.clinic.disposition import (
    REASON_LABELS,
    BeyondProgression,
    Reason,
    after_scan,
    begin_treatment,
    calendar_days,
    cutoff_day,
    dropout_day,
    end_of_study,
    entry_share,
    follow_up,
    stop,
    subsequent_start,
)
from abscopal.protocol import Arm, Protocol
from abscopal.units import DAYS_PER_MONTH

TREATED = np.array([True])


def treated_through(totals, criteria="RECIST 1.1", beyond=None, gap=56):
    """Treatment of one subject after scans of these sums; None is a missed scan."""
    criterion = criterion_named(criteria)
    state, treatment = criterion.start(findings(100)), begin_treatment(TREATED)
    for number, total in enumerate(totals, start=1):
        scanned = np.array([total is not None])
        state, visit = criterion.assess(state, findings(total or 0.0), gap * number, scanned)
        treatment = after_scan(treatment, visit, gap * number, beyond)
    return treatment


def test_treatment_stops_at_progression():
    treatment = treated_through([90, 130, 50])
    assert not treatment.on[0]
    assert treatment.stop_day[0] == 112
    assert treatment.reason[0] == Reason.PROGRESSION


def test_treatment_goes_on_without_progression():
    treatment = treated_through([90, None, 60])
    assert treatment.on[0]
    assert np.isnan(treatment.stop_day[0])
    assert REASON_LABELS[treatment.reason[0]] == "ONGOING"


def test_by_irecist_treatment_stops_only_at_confirmed_progression():
    assert treated_through([130, 110, 135], "iRECIST").on[0]
    assert treated_through([130, 140], "iRECIST").stop_day[0] == 112


@pytest.mark.parametrize(
    ("totals", "stop_day"),
    [([130, 131], 112), ([130, None, 131], 168), ([130, 100, 100], np.nan), ([130, 100, 130, 100], np.nan)],
)
def test_treated_beyond_progression_until_a_later_scan_confirms_it(totals, stop_day):
    treatment = treated_through(totals, beyond=BeyondProgression())
    assert np.array_equal(treatment.stop_day, [stop_day], equal_nan=True)


def test_scan_earlier_than_four_weeks_does_not_confirm():
    assert treated_through([130, 131], beyond=BeyondProgression(), gap=27).on[0]
    assert not treated_through([130, 131], beyond=BeyondProgression(), gap=28).on[0]


def test_treated_beyond_progression_for_the_longest_time_at_most():
    beyond = BeyondProgression(earliest_confirmation=1000.0, longest=112.0)
    assert treated_through([130, 131, 132], beyond=beyond).stop_day[0] == 168


def test_confirmed_progression_by_irecist_stops_at_once_though_treated_beyond():
    assert treated_through([130, 140], "iRECIST", BeyondProgression()).stop_day[0] == 112


def test_stop_touches_only_those_named_and_still_on_treatment():
    treatment = begin_treatment(np.array([True, True, False]))
    treatment = stop(treatment, np.array([True, False, True]), 30.0, Reason.COMPLETED)
    treatment = stop(treatment, np.array([True, True, True]), 60.0, Reason.DEATH)
    assert [REASON_LABELS[code] for code in treatment.reason] == ["COMPLETED", "DEATH", "NEVER TREATED"]
    assert treatment.stop_day.tolist() == [30, 60, 0]


def test_subsequent_therapy_follows_progression_and_withdrawal_after_a_gap():
    reasons = [Reason.PROGRESSION, Reason.WITHDRAWAL, Reason.COMPLETED, Reason.DEATH, Reason.PROGRESSION]
    treatment = begin_treatment(np.ones(5, dtype=bool))
    for number, reason in enumerate(reasons):
        treatment = stop(treatment, np.arange(5) == number, 100.0, reason)
    start = subsequent_start(treatment, 21.0, 0.6, np.array([0.1, 0.1, 0.1, 0.1, 0.7]))
    assert np.array_equal(start, [121, 121, np.nan, np.nan, np.nan], equal_nan=True)


def test_loss_to_follow_up_is_an_exponential_clock_and_rate_zero_never_rings():
    assert dropout_day(np.array([0.5, 2.0]), 0.001).tolist() == [500, 2000]
    assert dropout_day(np.array([0.5]), 0.0).tolist() == [np.inf]


def test_cut_off_leaves_the_last_subject_the_minimum_follow_up_and_the_first_the_accrual_more():
    assert cutoff_day(np.array([0.0, 0.5, 1.0]), 400.0, 180.0).tolist() == [580, 380, 180]


def test_death_after_loss_or_cut_off_is_not_known():
    death = np.array([100.0, 300.0, 300.0, np.nan])
    dropout, cutoff = np.array([200.0, 200.0, np.inf, np.inf]), np.array([250.0] * 4)
    known = follow_up(death, dropout, cutoff, np.array([np.nan, 150.0, 260.0, 90.0]))
    assert np.array_equal(known.death_day, [100, np.nan, np.nan, np.nan], equal_nan=True)
    assert known.known_day.tolist() == [100, 200, 250, 250]
    assert np.array_equal(known.subsequent_day, [np.nan, 150, np.nan, 90], equal_nan=True)
    assert end_of_study(known, dropout).tolist() == ["DEATH", "LOST TO FOLLOW-UP", "ONGOING", "ONGOING"]


def test_response_can_be_taken_for_some_subjects_only():
    criterion = criterion_named("recist1.1")
    _, visit = criterion.assess(criterion.start(findings(100)), findings(20), 56)
    assert take(visit, np.array([0, 0])).response.tolist() == [Response.PR, Response.PR]


def test_enrolment_rises_evenly_over_the_ramp_and_is_steady_after_it():
    uniform = (np.arange(100_000) + 0.5) / 100_000
    entry = entry_share(uniform, 0.5)
    assert (np.diff(entry) > 0).all()
    rate = np.histogram(entry, bins=np.linspace(0, 1, 11))[0] / 100_000
    np.testing.assert_allclose(rate[5:], 0.1 / 0.75, rtol=1e-3)
    np.testing.assert_allclose(rate[:5], np.array([1, 3, 5, 7, 9]) * rate[9] / 10, rtol=2e-3)
    np.testing.assert_array_equal(entry_share(uniform, 0.0), uniform)


def test_a_cut_off_by_calendar_date_is_one_day_for_all():
    arms = [Arm("a", ["nivolumab 240 mg q2w"])]
    plan = {"indication": "melanoma", "subjects": 3, "arms": arms, "accrual_months": 10, "accrual_ramp_months": 4}
    for protocol, months in ((Protocol(**plan, cutoff_months=30), 30), (Protocol(**plan, follow_up_months=12), 22)):
        entry, cutoff = calendar_days(protocol, np.array([0.0, 0.4, 1.0]))
        np.testing.assert_allclose(entry + cutoff, months * DAYS_PER_MONTH)
        assert entry[0] == 0
        assert entry[2] == pytest.approx(10 * DAYS_PER_MONTH)
