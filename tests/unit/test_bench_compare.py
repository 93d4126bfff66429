"""Ratios of measured times, and which of our tolerances they are taken to."""

import math
from dataclasses import replace

from abscopal.bench.accuracy import Error
from abscopal.bench.compare import Measured, jobs_of, measure, ratio
from abscopal.bench.ensemble import draw_ensemble
from abscopal.bench.worker import Job

OURS = [
    Measured(Job("", 1e-4), (1.0, 1.2), Error(1e-5, 1e-4, 1e-3, 1e-2)),
    Measured(Job("", 1e-6), (2.0, 2.5), Error(1e-7, 1e-6, 1e-5, 1e-4)),
    Measured(Job("", 1e-8), (4.0, 4.0), Error(1e-9, 1e-8, 1e-7, 1e-6)),
]
PEER = Measured(Job("scipy-lsoda", 1e-6), (80.0, 100.0, 90.0), Error(2e-7, 2e-6, 2e-5, 2e-4))


def test_the_ratio_is_of_least_times_at_the_loosest_tolerance_that_is_no_worse():
    found = ratio(OURS, PEER)
    assert (found.matched_error, found.tolerance) == (40.0, 1e-6)
    assert (found.same_tolerance, found.default) == (40.0, 80.0)


def test_one_worse_figure_of_the_four_is_enough_to_need_a_tighter_tolerance():
    for name in ("burden_median", "burden_max", "state_median", "state_max"):
        sharper = replace(PEER.error, **{name: getattr(PEER.error, name) / 10})
        assert ratio(OURS, replace(PEER, error=sharper)).tolerance == 1e-8


def test_a_peer_more_accurate_than_all_of_ours_has_no_ratio_at_matched_error():
    found = ratio(OURS, replace(PEER, error=Error(1e-12, 1e-12, 1e-12, 1e-12)))
    assert found.tolerance is None
    assert math.isnan(found.matched_error)
    assert found.same_tolerance == 40.0


def test_patients_that_only_ours_could_not_follow_forbid_a_ratio():
    failing = [replace(m, failures=1) for m in OURS]
    assert ratio(failing, PEER).tolerance is None
    assert ratio(failing, replace(PEER, failures=1)).tolerance == 1e-6


def test_a_peer_that_runs_some_patients_is_compared_with_ours_on_the_same():
    on_some = [replace(m, job=replace(m.job, common=True), ms=(10 * m.best,)) for m in OURS]
    peer = replace(PEER, job=Job("amici", 1e-6, common=True))
    assert ratio([*OURS, *on_some], peer).matched_error == 4.0


def test_every_peer_that_can_be_matched_is_run_both_ways_and_ours_at_its_tolerance():
    jobs = jobs_of(["numbalsoda-lsoda", "amici"], tolerance=2e-5)
    assert [(j.peer, j.matched, j.common) for j in jobs if j.peer] == [
        ("numbalsoda-lsoda", False, False), ("numbalsoda-lsoda", True, False), ("amici", False, True),
    ]  # fmt: skip
    assert {(j.tolerance, j.common) for j in jobs if not j.peer} >= {(2e-5, False), (2e-5, True), (1e-4, False)}


def test_a_tool_that_raises_is_reported_and_the_others_go_on():
    ensemble = draw_ensemble(count=2, days=(21.0,))
    uneven = replace(ensemble, lesions=ensemble.lesions - [0, 1])
    jobs = [Job("", 1e-4), Job("amici", 1e-6)]  # AMICI's tool refuses patients with different numbers of lesions
    ours, amici = measure(uneven, jobs, 1, lambda text: None)
    assert len(ours.ms) == 1
    assert ours.ms[0] > 0.0
    assert ours.failures == 0
    assert "fixed number of lesions" in amici.problem
    assert amici.ms == ()
