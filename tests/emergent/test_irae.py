"""Immune-related adverse events by organ and class of drug, against published incidence and onset."""

from functools import cache

import numpy as np
import pytest
from toxicity_submodel import fit_irae

EVENTS = sorted(fit_irae().TARGETS)
# percent of any grade and of grade 3 or worse: pooled incidences of the dossier's reviews (recalled), CheckMate 067 and
# 214 (calibration trials); within a factor of 1.6 for common and of 2.5 for rare events, whose counts are small
COMMON, RARE = 1.6, 2.6


@cache
def found(event):
    script = fit_irae()
    course = script.Course(event, list(script.TARGETS[event].rates))
    return script.examine(course, script.TARGETS[event], {}, None)


@pytest.mark.parametrize("event", EVENTS)
def test_incidence_by_class_is_near_what_trials_and_reviews_report(event):
    for name, aim in fit_irae().TARGETS[event].rates.items():
        for seen, published in zip(found(event).rates[name], aim, strict=True):
            assert 1 / RARE < seen / published < RARE, f"{event} on {name}: {seen:.2g} %, published {published} %"
            if published >= 5.0:
                assert 1 / COMMON < seen / published < COMMON


@pytest.mark.parametrize("event", EVENTS)
def test_median_onset_on_a_pd1_antibody_is_near_that_of_the_checkmate_trials(event):
    """Within a factor of 2.5: the trial's medians are of a few patients each, with ranges of a year."""
    weeks = fit_irae().TARGETS[event].onset
    if weeks is not None:
        assert weeks / 2.5 < found(event).onset["PD1"] < weeks * 2.5


def test_two_drugs_do_more_than_their_sum_to_the_liver_and_sooner():
    """CheckMate 067: raised ALT in 17.6 % on both, 3.8 % on nivolumab, 3.9 % on ipilimumab; Tang 2021 for onset."""
    rates, onset = found("hepatitis").rates, found("hepatitis").onset
    assert rates["both"][0] > 1.5 * (rates["PD1"][0] + rates["CTLA4"][0])
    assert onset["both"] < 0.6 * onset["PD1"]


def test_colitis_is_of_ctla4_and_rises_with_the_dose_of_its_antibody():
    rates = found("colitis").rates
    assert rates["CTLA4"][0] > 2 * rates["PD1"][0]
    assert rates["low"][1] < 0.7 * rates["both"][1]


def test_management_saves_most_of_those_whom_neglected_events_would_kill():
    """Some 1 % of patients on both drugs die of treated events (Wang 2018, recalled); far more would untreated."""
    script = fit_irae()

    def dead(managed):
        found = 0.0
        for event in ("colitis", "pneumonitis", "myocarditis"):
            course = script.Course(event, ["both"])
            found += script.examine(course, script.TARGETS[event], {}, None, managed=managed).fatal["both"]
        return found

    assert dead(managed=True) < 1.5
    assert dead(managed=False) > 3 * dead(managed=True)


def test_without_blockade_nobody_is_injured():
    script = fit_irae()
    course = script.Course("colitis", ["both"])
    course.pd1, course.ctla4 = 0 * course.pd1, 0 * course.ctla4
    worst, _, _ = course.run({})
    assert np.all(worst == 0.0)


def test_an_autoimmune_history_makes_events_more_frequent_and_immunosuppression_rarer():
    script = fit_irae()
    target = script.TARGETS["dermatitis"]
    course = script.Course("dermatitis", ["PD1"])
    usual, history, relieved = (
        script.examine(course, target, changed, None).rates["PD1"][0]
        for changed in ({}, {"autoimmune_history": 1.0}, {"relief": 0.1})
    )
    assert 1.3 * usual < history < 3 * usual
    assert relieved < 0.5 * usual


def test_endocrine_injury_stays_and_colitis_mends_within_months_of_relief():
    """Hypothyroidism is for life; colitis resolves in a median of 6 weeks (nivolumab in the CheckMate trials)."""
    script = fit_irae()
    for event, mends in (("colitis", True), ("thyroid", False)):
        parameters = script.submodel(event).parameters
        rate = next(p.value for name, p in parameters.items() if name.endswith("_repair"))
        left = 2.0 * np.exp(-rate * 70.0)
        assert (left < 1.0) == mends
