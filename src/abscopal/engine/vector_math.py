"""Elementary functions that a compiler turns into packed instructions, the same to the last bit on every machine.

This file is read as text by `abscopal.engine.kernel` and put before the generated right-hand side. No branch, no
table and no call to a mathematical library: such calls are neither packed nor alike from one machine to the next.
Relative errors stated are held by tests against extended precision. What is below
the smallest normal number, 2.2e-308, counts as zero.
"""

# ruff: noqa: ANN001, ANN201
# mypy: ignore-errors

import math

from numba import njit, types
from numba.extending import intrinsic

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10  # the first with 21 zero bits at its end
ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it rounds to a whole number, kept in the last bits
TWO_52, HALF_ROOT = 4503599627370496.0, 0x3FE6A09E667F3BCD  # the second are the bits of the square root of 1/2
TWO_52_BITS, HIGH_1024, WORD = 0x4330000000000000, 1024 << 52, 0x7FFFFFFF
TINY = 2.2250738585072014e-308
CUBE_ROOT_START = 1430184110.0  # 4/3 of the bias of the high word, less what evens out the errors of the guess
inlined = njit(nogil=True, error_model="numpy", forceinline=True)


@intrinsic
def fma(typing, a, b, c):
    """Return a * b + c, rounded once."""
    return types.float64(types.float64, types.float64, types.float64), lambda _, builder, __, x: builder.fma(*x)


@intrinsic
def bits_of(typing, x):
    """Return the bits of a float64 as an int64."""
    return types.int64(types.float64), lambda context, builder, __, x: builder.bitcast(
        x[0], context.get_value_type(types.int64)
    )


@intrinsic
def float_of(typing, i):
    """Return the float64 with these bits."""
    return types.float64(types.int64), lambda context, builder, __, x: builder.bitcast(
        x[0], context.get_value_type(types.float64)
    )


@inlined
def square(x):
    """Return x * x."""
    return x * x


@inlined
def cube(x):
    """Return x * x * x."""
    return x * x * x


@inlined
def exp(x):
    """E to the x; relative error below 3e-16; 0 below -708, infinite above 709."""
    v = -708.0 if x < -708.0 else (709.0 if x > 709.0 else x)
    shifted = fma(v, LOG2_E, ROUND)
    k = shifted - ROUND
    r = fma(-k, LN2_LOW, fma(-k, LN2_HIGH, v))
    t = fma(r, 1.6059043836821613e-10, 2.08767569878681e-09)  # Taylor: 1/13!, 1/12!, ... 1
    t = fma(r, t, 2.505210838544172e-08)
    t = fma(r, t, 2.755731922398589e-07)
    t = fma(r, t, 2.7557319223985893e-06)
    t = fma(r, t, 2.48015873015873e-05)
    t = fma(r, t, 0.0001984126984126984)
    t = fma(r, t, 0.001388888888888889)
    t = fma(r, t, 0.008333333333333333)
    t = fma(r, t, 0.041666666666666664)
    t = fma(r, t, 0.16666666666666666)
    t = fma(r, t, 0.5)
    t = fma(r * r, t, r) + 1.0
    found = t * float_of((bits_of(shifted) + 1023) << 52)
    return 0.0 if x < -708.0 else (math.inf if x > 709.0 else found)


@inlined
def log(x):
    """Natural logarithm; relative error below 4e-16; -infinity at zero, not a number below."""
    b = bits_of(x)
    k = ((b - HALF_ROOT + HIGH_1024) >> 52) & 0xFFF
    f = float_of(b - (k << 52) + HIGH_1024) - 1.0
    power = float_of(k | TWO_52_BITS) - (TWO_52 + 1024.0)
    s = f / (2.0 + f)
    z = s * s
    t = fma(z, 0.09523809523809523, 0.10526315789473684)  # 2 atanh(s) - 2 s: 2/21, 2/19, ... 2/3
    t = fma(z, t, 0.11764705882352941)
    t = fma(z, t, 0.13333333333333333)
    t = fma(z, t, 0.15384615384615385)
    t = fma(z, t, 0.18181818181818182)
    t = fma(z, t, 0.2222222222222222)
    t = fma(z, t, 0.2857142857142857)
    t = fma(z, t, 0.4)
    t = fma(z, t, 0.6666666666666666)
    found = fma(power, LN2_HIGH, fma(2.0, s, fma(s * z, t, power * LN2_LOW)))
    return found if x >= TINY else (-math.inf if x >= 0.0 else math.nan)


@inlined
def cbrt(x):
    """Cube root; relative error below 6e-16; not a number below zero."""
    high = float_of(((bits_of(x) >> 32) & WORD) | TWO_52_BITS) - TWO_52
    r = float_of(bits_of(fma(high, -1.0 / 3.0, CUBE_ROOT_START) + TWO_52) << 32)  # x^(-1/3) within 4 %
    e = fma(-(x * r), r * r, 1.0)
    r = fma(r * e, fma(e, fma(e, 14.0 / 81.0, 2.0 / 9.0), 1.0 / 3.0), r)  # fourth-order: (1 - e)^(-1/3)
    e = fma(-(x * r), r * r, 1.0)
    r = fma(r * e, fma(e, fma(e, 14.0 / 81.0, 2.0 / 9.0), 1.0 / 3.0), r)
    return x * r * r if x >= 0.0 else math.nan


@inlined
def power(x, a):
    """X to the a for x not below zero; relative error below 3e-16 * (1 + |a log x|)."""
    return exp(a * log(x))


@inlined
def hill1(x, k):
    """Return x / (k + x)."""
    return x / (k + x)


@inlined
def hill2(x, k):
    """Return x^2 / (k^2 + x^2); zero at x = 0 and below."""
    return x * x / fma(x, x, k * k) if x > 0.0 else 0.0


@inlined
def hill3(x, k):
    """Return x^3 / (k^3 + x^3); zero at x = 0 and below."""
    return x * x * x / fma(x * x, x, k * k * k) if x > 0.0 else 0.0


@inlined
def hill(x, k, n):
    """Return x^n / (k^n + x^n); zero at x = 0 and below."""
    return 1.0 / (1.0 + power(k / x, n)) if x > 0.0 else 0.0
