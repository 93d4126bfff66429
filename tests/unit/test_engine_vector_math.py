"""Our elementary functions against extended precision (80-bit long double), which is 2,000 times finer."""

import numpy as np
import pytest
from numba import njit

from abscopal.engine import vector_math

RANDOM = np.random.default_rng(1)
ANY_SIZE = np.exp(RANDOM.uniform(-690.0, 690.0, 20_000))
NEAR_ONE = 1.0 + RANDOM.uniform(-0.3, 0.3, 20_000)


def error(function, exact, x):
    """Largest relative error."""
    found = np.array([function(value) for value in x.tolist()])
    right = exact(x.astype(np.longdouble))
    return float(np.max(np.abs((found - right) / right)))


pytestmark = pytest.mark.skipif(np.finfo(np.longdouble).eps > 2e-19, reason="long double is no finer than double here")


def test_exponential_is_right_to_three_in_ten_to_the_sixteen():
    assert error(vector_math.exp, np.exp, RANDOM.uniform(-707.0, 708.0, 20_000)) < 3e-16
    assert error(vector_math.exp, np.exp, RANDOM.uniform(-1.0, 1.0, 20_000)) < 3e-16


def test_logarithm_is_right_to_four_in_ten_to_the_sixteen_also_near_one():
    assert error(vector_math.log, np.log, ANY_SIZE) < 4e-16
    assert error(vector_math.log, np.log, NEAR_ONE[NEAR_ONE != 1.0]) < 4e-16


def test_cube_root_is_right_to_six_in_ten_to_the_sixteen():
    assert error(vector_math.cbrt, np.cbrt, ANY_SIZE) < 6e-16


@pytest.mark.parametrize("power", [0.3, 0.5, 2.7, -1.2])
def test_power_loses_a_digit_for_every_ten_of_its_exponent(power):
    x = np.exp(RANDOM.uniform(-30.0, 30.0, 5_000))
    worst = max(
        abs(vector_math.power(v, power) / np.longdouble(v) ** np.longdouble(power) - 1.0)
        / (3e-16 * (1.0 + abs(power * np.log(v))))
        for v in x.tolist()
    )
    assert worst < 1.0


def test_hill_functions_agree_with_their_definition_and_vanish_at_zero_and_below():
    for x, k in RANDOM.uniform(0.01, 50.0, (500, 2)).tolist():
        for n, function in ((1, vector_math.hill1), (2, vector_math.hill2), (3, vector_math.hill3)):
            assert function(x, k) == pytest.approx(x**n / (k**n + x**n), rel=1e-15)
            assert vector_math.hill(x, k, float(n)) == pytest.approx(x**n / (k**n + x**n), rel=1e-14)
    assert vector_math.hill2(-1.0, 2.0) == vector_math.hill3(0.0, 2.0) == vector_math.hill(-3.0, 2.0, 1.5) == 0.0


def test_limits_are_those_of_the_mathematical_library():
    assert (vector_math.exp(0.0), vector_math.exp(-800.0), vector_math.exp(np.inf)) == (1.0, 0.0, np.inf)
    assert vector_math.exp(-np.inf) == 0.0
    assert (vector_math.log(1.0), vector_math.log(0.0)) == (0.0, -np.inf)
    assert vector_math.cbrt(0.0) == 0.0
    assert vector_math.power(0.0, 0.5) == 0.0
    for function in (vector_math.exp, vector_math.log, vector_math.cbrt):
        assert np.isnan(function(np.nan))
    assert np.isnan(vector_math.log(-1.0))
    assert np.isnan(vector_math.cbrt(-1.0))


def test_multiply_and_add_is_rounded_once():
    tiny = 2.0**-30
    once = njit(lambda a, b, c: vector_math.fma(a, b, c))
    assert once(1.0 + tiny, 1.0 - tiny, -1.0) == -(tiny**2)
