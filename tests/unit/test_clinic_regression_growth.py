"""Rates of regression and growth: those that made a series are found again."""

import numpy as np
import pytest

from abscopal.clinic.regression_growth import regression_and_growth

DAYS = np.array([0.0, 42, 84, 126, 189, 252])


@pytest.mark.parametrize(("regression", "growth"), [(0.01, 0.002), (0.005, 0.0), (0.0, 0.004), (0.0, 0.0)])
def test_the_rates_that_made_a_series_are_found(regression, growth):
    size = 50 * (np.exp(-regression * DAYS) + np.exp(growth * DAYS) - 1)
    found = regression_and_growth(np.array([DAYS - 5]), np.array([size]))
    assert found.regression[0] == pytest.approx(regression, rel=0.03, abs=1.5e-4)
    assert found.growth[0] == pytest.approx(growth, rel=0.03, abs=1.5e-4)


def test_a_series_of_two_diameters_has_no_rates_and_gaps_do_not_matter():
    size = 50 * (np.exp(-0.01 * DAYS) + np.exp(0.002 * DAYS) - 1)
    short = np.where(DAYS < 80, size, np.nan)
    gap = np.where(DAYS == 84, np.nan, size)
    found = regression_and_growth(np.tile(DAYS, (2, 1)), np.array([short, gap]))
    assert np.isnan(found.growth[0])
    assert found.growth[1] == pytest.approx(0.002, rel=0.05)


def test_a_lesion_that_is_gone_regresses_as_fast_as_can_be_told():
    found = regression_and_growth(np.array([DAYS]), np.array([[30.0, 0, 0, 0, 0, 0]]))
    assert found.regression[0] == pytest.approx(0.1)
    assert found.growth[0] == 0


def test_a_series_without_a_diameter_at_baseline_is_refused():
    with pytest.raises(ValueError, match="begins without"):
        regression_and_growth(np.array([DAYS]), np.array([[np.nan, 1, 1, 1, 1, 1]]))
