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


FATAL = ("colitis", "hepatitis", "pneumonitis", "myocarditis", "neuro")


def test_fatal_events_are_few_with_management_and_more_on_the_combination():
    """0.36 % on PD-1, 1.08 % on CTLA-4 and 1.23 % on both (Wang 2018, recalled); the organs counted one by one."""
    total = {name: sum(found(event).fatal.get(name, 0.0) for event in FATAL) for name in ("PD1", "CTLA4", "both")}
    assert 0.1 < total["PD1"] < 1.5
    assert 0.2 < total["CTLA4"] < 3.0
    assert max(total["PD1"], 0.5) < total["both"] < 3.0


def test_management_saves_most_of_those_whom_neglected_events_would_kill():
    script = fit_irae()

    def dead(event, managed):
        course = script.Course(event, ["both"])
        return script.examine(course, script.TARGETS[event], {}, None, managed=managed).fatal["both"]

    for event in ("colitis", "pneumonitis"):
        assert dead(event, managed=False) > 3 * dead(event, managed=True) > 0


def test_who_does_not_respond_to_steroids_has_more_severe_and_longer_colitis():
    script = fit_irae()
    course = script.Course("colitis", ["both"])
    clinic = script.Managed("injury_colon", ["both"], course.until, (3, len(script.PATIENTS), 1), 2.9)
    clinic.mg[:] = 80.0
    relief = clinic.relief(0)[0, :, 0]
    assert relief.min() < 0.1
    assert 0.1 < (relief > 0.5).mean() < 0.35  # a fifth of severe colitis is refractory


@pytest.mark.parametrize("event", ["colitis", "hepatitis", "pneumonitis", "nephritis"])
def test_treated_events_resolve_about_as_fast_as_in_the_checkmate_trials(event):
    """Median of events of grade 2 or worse on nivolumab, within a factor of 2.6: visits are weekly or rarer."""
    weeks = fit_irae().TARGETS[event].resolution
    assert weeks / 2.6 < found(event).resolution["PD1"] < weeks * 2.6


def test_without_blockade_nobody_is_injured():
    script = fit_irae()
    course = script.Course("colitis", ["both"])
    course.pd1, course.ctla4 = 0 * course.pd1, 0 * course.ctla4
    assert np.all(course.run({}).worst == 0.0)


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
