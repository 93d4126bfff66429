"""The integrator: Tsitouras' 5(4) pair with its own step size for every patient, stopping where an event strikes.

This file is read as text: `abscopal.engine.kernel` puts it behind the generated `rhs` of a model in one module and
compiles the whole, so that Numba can cache it on disk. It is also plain Python that can be run as it stands with any
`rhs` in its namespace, which is how its order of convergence is tested.

Source: Tsitouras, Comput Math Appl 2011;62:770, doi:10.1016/j.camwa.2011.06.002, table 1. Step size control: Hairer,
Norsett, Wanner, Solving Ordinary Differential Equations I, section II.4.
"""

# ruff: noqa: ANN001, ANN201, F821
# mypy: ignore-errors

import math

import numpy as np

REACHED, STRUCK, TOO_SMALL, NOT_FINITE, TOO_MANY = 0, 1, 2, 3, 4

A21 = 0.161
A31, A32 = -0.008480655492356989, 0.335480655492357
A41, A42, A43 = 2.8971530571054935, -6.359448489975075, 4.3622954328695815
A51, A52, A53, A54 = 5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525
A61, A62, A63 = 5.86145544294642, -12.92096931784711, 8.159367898576159
A64, A65 = -0.071584973281401, -0.028269050394068383
B1, B2, B3 = 0.09646076681806523, 0.01, 0.4798896504144996
B4, B5, B6 = 1.379008574103742, -3.290069515436081, 2.324710524099774
E1, E2, E3 = -0.00178001105222577714, -0.0008164344596567469, 0.007880878010261995
E4, E5, E6, E7 = -0.1447110071732629, 0.5823571654525552, -0.45808210592918697, 0.015151515151515152

SAFETY, SHRINK, GROW, MAX_STEP, MIN_STEP, MAX_STEPS = 0.9, 0.2, 5.0, 20.0, 1e-9, 200_000


def stages(y, h, p, q, lesions, k, z, d, n):
    """Fill k[1..6] from k[0] and leave the fifth-order solution in z."""
    for i in range(n):
        z[i] = y[i] + h * A21 * k[0, i]
    rhs(z, p, q, lesions, k[1], d)
    for i in range(n):
        z[i] = y[i] + h * (A31 * k[0, i] + A32 * k[1, i])
    rhs(z, p, q, lesions, k[2], d)
    for i in range(n):
        z[i] = y[i] + h * (A41 * k[0, i] + A42 * k[1, i] + A43 * k[2, i])
    rhs(z, p, q, lesions, k[3], d)
    for i in range(n):
        z[i] = y[i] + h * (A51 * k[0, i] + A52 * k[1, i] + A53 * k[2, i] + A54 * k[3, i])
    rhs(z, p, q, lesions, k[4], d)
    for i in range(n):
        z[i] = y[i] + h * (A61 * k[0, i] + A62 * k[1, i] + A63 * k[2, i] + A64 * k[3, i] + A65 * k[4, i])
    rhs(z, p, q, lesions, k[5], d)
    for i in range(n):
        z[i] = y[i] + h * (B1 * k[0, i] + B2 * k[1, i] + B3 * k[2, i] + B4 * k[3, i] + B5 * k[4, i] + B6 * k[5, i])
    rhs(z, p, q, lesions, k[6], d)


def scaled_error(y, z, h, k, small, rtol, n):
    """Root mean square of the error estimate over rtol * (|y| + small)."""
    total = 0.0
    for i in range(n):
        error = h * (
            E1 * k[0, i] + E2 * k[1, i] + E3 * k[2, i] + E4 * k[3, i] + E5 * k[4, i] + E6 * k[5, i] + E7 * k[6, i]
        )
        ratio = error / (rtol * (max(abs(y[i]), abs(z[i])) + small[i]))
        total += ratio * ratio
    return math.sqrt(total / n)


def first_crossing(y, z, h, k, threshold, first, count):
    """Share of the step at which a cumulative hazard first meets its threshold (cubic Hermite), and which; else 2."""
    best, which = 2.0, -1
    for m in range(count):
        i = first + m
        if z[i] < threshold[m]:
            continue
        lo, hi = 0.0, 1.0
        for _ in range(60):
            s = 0.5 * (lo + hi)
            value = (
                (1.0 + 2.0 * s) * (1.0 - s) ** 2 * y[i]
                + s * (1.0 - s) ** 2 * h * k[0, i]
                + s * s * (3.0 - 2.0 * s) * z[i]
                + s * s * (s - 1.0) * h * k[6, i]
            )
            if value < threshold[m]:
                lo = s
            else:
                hi = s
        if hi < best:
            best, which = hi, m
    return best, which


def settle(z, k, floor, n):
    """Take the step; what falls below its floor is gone. True if anything was set to zero."""
    changed = False
    for i in range(n):
        if z[i] < 0.0 or (z[i] < floor[i] and z[i] > 0.0 and k[6, i] < 0.0):
            z[i] = 0.0
            changed = True
    return changed


def advance_one(y, p, q, lesions, t, t_end, step, threshold, first, rtol, small, floor, work, d):
    """Advance one patient from t to t_end, or to the first event.

    Returns time reached, step size to start with next, status, and the index of the event (-1 if none).
    """
    n = small.shape[0]
    k, z = work[:7], work[7]
    rhs(y, p, q, lesions, k[0], d)
    h = step
    for _ in range(MAX_STEPS):
        left = t_end - t
        if left <= 0.0:
            return t_end, h, REACHED, -1
        last = h >= left
        h_try = left if last else h
        stages(y, h_try, p, q, lesions, k, z, d, n)
        error = scaled_error(y, z, h_try, k, small, rtol, n)
        if not math.isfinite(error):
            if h_try < 1e-6:
                return t, h, NOT_FINITE, -1
            h = 0.1 * h_try
            continue
        factor = min(GROW, max(SHRINK, SAFETY * max(error, 1e-10) ** -0.2))
        if error > 1.0:
            h = h_try * factor
            if h < MIN_STEP:
                return t, h, TOO_SMALL, -1
            continue
        share, which = first_crossing(y, z, h_try, k, threshold, first, threshold.shape[0])
        if which >= 0:
            stages(y, h_try * share, p, q, lesions, k, z, d, n)
            settle(z, k, floor, n)
            y[:n] = z[:n]
            return t + h_try * share, h, STRUCK, which
        if settle(z, k, floor, n):
            rhs(z, p, q, lesions, k[6], d)
        y[:n] = z[:n]
        k[0, :n] = k[6, :n]
        t = t_end if last else t + h_try
        if not last or factor < 1.0:
            h = min(MAX_STEP, h_try * factor)
    return t, h, TOO_MANY, -1


def advance(
    y, p, q, lesions, t, t_end, step, threshold, first, block, rtol, small, floor, definitions, status, event, which
):
    """Advance every patient listed in `which`; arrays are [patient, ...] and are changed in place."""
    size = y.shape[1]
    work = np.zeros((8, size))
    d = np.zeros((max(1, (size - first - threshold.shape[1]) // max(1, block)), max(1, definitions)))
    for m in which:
        n = first + threshold.shape[1] + lesions[m] * block
        t[m], step[m], status[m], event[m] = advance_one(
            y[m, :n], p[m], q[m], lesions[m], t[m], t_end[m], step[m], threshold[m], first, rtol,
            small[:n], floor[:n], work[:, :n], d,
        )  # fmt: skip


def observe(y, p, q, lesions, first, block, hazards, out):
    """Fill `out[patient, lesion, definition]` with the lesion-scope definitions of every patient."""
    dy = np.zeros(y.shape[1])
    for m in range(y.shape[0]):
        n = first + hazards + lesions[m] * block
        rhs(y[m, :n], p[m], q[m], lesions[m], dy[:n], out[m])
