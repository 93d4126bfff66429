"""The area under the ROC curve, held to its definition and to DeLong's sums written out pair by pair."""

import numpy as np
import pytest

from abscopal.analysis.discrimination import area, area_within

RNG = np.random.default_rng(11)
MARKER = RNG.integers(0, 9, 70).astype(float)
OUTCOME = RNG.random(70) < 0.1 + 0.05 * MARKER


def psi(x, y):
    """DeLong 1988, equation 1: 1 where the first is larger, a half where they are equal."""
    return (x > y) + 0.5 * (x == y)


def delong(marker, outcome):
    """Area and its variance by DeLong 1988, equations 4 and 5, every pair looked at."""
    pairs = psi(marker[outcome][:, None], marker[~outcome][None, :])
    value, (m, n) = pairs.mean(), pairs.shape
    first = ((pairs.mean(axis=1) - value) ** 2).sum() / (m - 1)
    second = ((pairs.mean(axis=0) - value) ** 2).sum() / (n - 1)
    return value, first / m + second / n


def test_area_and_variance_are_delongs_with_ties():
    found = area(MARKER, OUTCOME)
    value, variance = delong(MARKER, OUTCOME)
    assert found.value == pytest.approx(value)
    assert found.standard_error == pytest.approx(np.sqrt(variance))
    assert found.upper - found.lower == pytest.approx(2 * 1.959964 * np.sqrt(variance))
    assert (found.n, found.events) == (70, OUTCOME.sum())


def test_turning_a_marker_around_turns_its_area_around():
    up, down = area(MARKER, OUTCOME), area(-MARKER, OUTCOME)
    assert up.value + down.value == pytest.approx(1.0)
    assert up.standard_error == pytest.approx(down.standard_error)


def test_a_subject_of_weight_two_counts_as_two_alike():
    weight = RNG.integers(1, 4, 70)
    alike = area(np.repeat(MARKER, weight), np.repeat(OUTCOME, weight))
    assert area(MARKER, OUTCOME, weight).value == pytest.approx(alike.value)
    assert area(MARKER, OUTCOME, np.full(70, 3.0)).standard_error == pytest.approx(area(MARKER, OUTCOME).standard_error)


def test_a_marker_that_differs_between_strata_alone_tells_nothing_within_them():
    """All responders of one cancer, none of the other: pooled the marker is telling, within a cancer it is a coin."""
    stratum = np.repeat(["a", "b"], 100)
    outcome = np.concatenate([np.tile([True, True, True, False], 25), np.tile([True, False, False, False], 25)])
    marker = np.where(stratum == "a", 10.0, 0.0)
    assert area(marker, outcome).value == pytest.approx(0.75)
    assert area_within(marker, outcome, stratum).value == pytest.approx(0.5)


def test_missing_markers_are_left_out_and_too_few_give_nothing():
    marker = MARKER.copy()
    marker[:10] = np.nan
    assert area(marker, OUTCOME) == area(MARKER[10:], OUTCOME[10:])
    assert area([1.0, 2.0, 3.0], [True, False, False]) is None
    assert area_within([1.0, 2.0, 3.0], [True, False, False], ["a", "a", "a"]) is None
