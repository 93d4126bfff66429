"""The integrator: Tsitouras' 5(4) pair for patients side by side, each with its own step size, clock and end.

Patients sit in W lanes; a lane whose patient has arrived, was struck by an event or failed takes the next one from
the queue. No value in one lane depends on another, so a patient's result is the same in any company.

This file is read as text: `abscopal.engine.kernel` puts it behind the elementary functions and the generated
`constants`, `rhs` and `observe` of a model, in one module that Numba compiles and keeps on disk. Element i of lane l
is at `i * W + l` of a flat array; loops run over `range(w)` with w = W known only at run time, because a compiler
unrolls a loop of known length before it would pack it.

Source: Tsitouras, Comput Math Appl 2011;62:770, doi:10.1016/j.camwa.2011.06.002, table 1. Step size control: Hairer,
Norsett, Wanner, Solving Ordinary Differential Equations I, section II.4.
"""

# ruff: noqa: ANN001, ANN201, D103, D401, E741, F821
# mypy: ignore-errors

import math
from collections import namedtuple

import numpy as np

Patients = namedtuple(
    "Patients", "y p q lesions time until step opening dosed threshold status event steps", module=__name__
)
Lanes = namedtuple("Lanes", "patient lesions steps dosed struck h tried error sinking striking", module=__name__)

C2, C3, C4, C5 = 0.161, 0.327, 0.9, 0.9800255409045097
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

SAFETY, SHRINK, GROW, MAX_STEP, MIN_STEP = 0.9, 0.2, 5.0, 20.0, 1e-9
REACHED, STRUCK, TOO_SMALL, NOT_FINITE, TOO_MANY = 0, 1, 2, 3, 4
REASONS = {
    TOO_SMALL: "no step was short enough for the accuracy asked for",
    NOT_FINITE: "a state or a parameter is not a finite number",
    TOO_MANY: "more steps than allowed: far stiffer than any other patient",
}


def stage2(y, h, k0, z, rows, w):
    for i in range(rows):
        a = i * W
        for l in range(w):
            z[a + l] = fma(h[l], A21 * k0[a + l], y[a + l])


def stage3(y, h, k0, k1, z, rows, w):
    for i in range(rows):
        a = i * W
        for l in range(w):
            z[a + l] = fma(h[l], fma(A31, k0[a + l], A32 * k1[a + l]), y[a + l])


def stage4(y, h, k0, k1, k2, z, rows, w):
    for i in range(rows):
        a = i * W
        for l in range(w):
            z[a + l] = fma(h[l], fma(A41, k0[a + l], fma(A42, k1[a + l], A43 * k2[a + l])), y[a + l])


def stage5(y, h, k0, k1, k2, k3, z, rows, w):
    for i in range(rows):
        a = i * W
        for l in range(w):
            slope = fma(A51, k0[a + l], fma(A52, k1[a + l], fma(A53, k2[a + l], A54 * k3[a + l])))
            z[a + l] = fma(h[l], slope, y[a + l])


def stage6(y, h, k0, k1, k2, k3, k4, z, rows, w):
    for i in range(rows):
        a = i * W
        for l in range(w):
            slope = fma(A64, k3[a + l], A65 * k4[a + l])
            slope = fma(A61, k0[a + l], fma(A62, k1[a + l], fma(A63, k2[a + l], slope)))
            z[a + l] = fma(h[l], slope, y[a + l])


def stage7(y, h, k0, k1, k2, k3, k4, k5, z, rows, w):
    """The fifth-order solution; and in k1, which nothing needs any more, the error estimate but for the last slope."""
    for i in range(rows):
        a = i * W
        for l in range(w):
            slope = fma(B4, k3[a + l], fma(B5, k4[a + l], B6 * k5[a + l]))
            slope = fma(B1, k0[a + l], fma(B2, k1[a + l], fma(B3, k2[a + l], slope)))
            z[a + l] = fma(h[l], slope, y[a + l])
        for l in range(w):
            slope = fma(E4, k3[a + l], fma(E5, k4[a + l], E6 * k5[a + l]))
            k1[a + l] = fma(E1, k0[a + l], fma(E2, k1[a + l], fma(E3, k2[a + l], slope)))


def attempt(model, y, h, c, e, n, lesions, k0, k, k6, z, s, d, floor, rows, w):
    """One step of length h[lane] from y: slopes in k[1..5] and k6, the fifth-order solution in z; k0 is given.

    Slopes 0 to 5 of linear blocks are those of exp(-A s) x; the last is that of x, to start the next step with.
    """
    stage2(y, h, k0, z, rows, w)
    slopes(model, z, h, C2, c, e, n, lesions, k[1], s, d, w)
    stage3(y, h, k0, k[1], z, rows, w)
    slopes(model, z, h, C3, c, e, n, lesions, k[2], s, d, w)
    stage4(y, h, k0, k[1], k[2], z, rows, w)
    slopes(model, z, h, C4, c, e, n, lesions, k[3], s, d, w)
    stage5(y, h, k0, k[1], k[2], k[3], z, rows, w)
    slopes(model, z, h, C5, c, e, n, lesions, k[4], s, d, w)
    stage6(y, h, k0, k[1], k[2], k[3], k[4], z, rows, w)
    slopes(model, z, h, 1.0, c, e, n, lesions, k[5], s, d, w)
    stage7(y, h, k0, k[1], k[2], k[3], k[4], k[5], z, rows, w)
    flow(model, z, h, 1.0, c, w)
    sink(model, z, floor, w)
    rhs(model, z, c, e, n, lesions, k6, s, d, w)


def slopes(model, z, h, share, c, e, n, lesions, dy, s, d, w):
    """Derivatives at a stage, a share of the step after its beginning."""
    flow(model, z, h, share, c, w)
    rhs(model, z, c, e, n, lesions, dy, s, d, w)
    unflow(model, dy, h, share, c, w)


def squared_error(y, z, h, part, k6, small, floor, rtol, rows, error, sinking, w):
    """Per lane: sum over states of the squared error estimate over rtol * (|y| + small), and if one falls too low.

    `part` is the estimate but for the last slope, as `stage7` leaves it.
    """
    for l in range(w):
        error[l] = sinking[l] = 0.0
    for i in range(rows):
        a, least, lowest = i * W, small[i], floor[i]
        for l in range(w):
            before, after = abs(y[a + l]), abs(z[a + l])
            scale = rtol * ((before if before > after else after) + least)
            ratio = h[l] * fma(E7, k6[a + l], part[a + l]) / scale
            error[l] = fma(ratio, ratio, error[l])
        for l in range(w):
            value = z[a + l]
            gone = (value < 0.0) | ((value < lowest) & (value > 0.0) & (k6[a + l] < 0.0))
            sinking[l] = 1.0 if gone else sinking[l]


def block_error(model, y, z, h, part, k6, small, rtol, error, c, flowing, w):
    """Add the errors of linear blocks: those of exp(-A s) x, carried along by the flow."""
    for row in model.BLOCK_ROWS:
        for l in range(w if row >= 0 else 0):
            flowing[row * W + l] = k6[row * W + l]
    unflow(model, flowing, h, 1.0, c, w)
    for row in model.BLOCK_ROWS:
        for l in range(w if row >= 0 else 0):
            flowing[row * W + l] = h[l] * fma(E7, flowing[row * W + l], part[row * W + l])
    flow(model, flowing, h, 1.0, c, w)
    for row in model.BLOCK_ROWS:
        for l in range(w if row >= 0 else 0):
            i = row * W + l
            ratio = flowing[i] / (rtol * (max(abs(y[i]), abs(z[i])) + small[row]))
            error[l] += ratio * ratio


def first_crossing(y, z, h, k0, k6, threshold, first, l):
    """Share of the step at which a cumulative hazard first meets its threshold (cubic Hermite), and which; else 2."""
    best, which = 2.0, -1
    for m in range(threshold.shape[0]):
        i = (first + m) * W + l
        if z[i] >= threshold[m]:
            share = crossing(y[i], z[i], h * k0[i], h * k6[i], threshold[m])
            if share < best:
                best, which = share, m
    return best, which


def crossing(y, z, rise, last, threshold):
    """Where the cubic from y to z with slopes `rise` and `last` meets the threshold, as a share of the step."""
    lo, hi = 0.0, 1.0
    for _ in range(60):
        s = 0.5 * (lo + hi)
        r = 1.0 - s
        if (1.0 + 2.0 * s) * r * r * y + s * r * r * rise + s * s * (3.0 - 2.0 * s) * z - s * s * r * last < threshold:
            lo = s
        else:
            hi = s
    return hi


def settle(y, slope, floor, l, used):
    """Set to zero in lane l what fell below its floor or below zero; True if anything did."""
    changed = False
    for i in range(used):
        value = y[i * W + l]
        if value < 0.0 or (value < floor[i] and value > 0.0 and slope[i * W + l] < 0.0):
            y[i * W + l] = 0.0
            changed = True
    return changed


def copy_lane(source, target, l, used):
    """Copy one lane."""
    for i in range(used):
        target[i * W + l] = source[i * W + l]


def new_lanes():
    """Empty lanes."""
    whole = np.zeros((5, W), dtype=np.int64)
    whole[0] = whole[4] = -1
    part = np.zeros((5, W))
    return Lanes(whole[0], whole[1], whole[2], whole[3], whole[4], part[0], part[1], part[2], part[3], part[4])


def admit(model, patients, m, lanes, l, y, c, e, head, block, total):
    """Put patient m into lane l."""
    lesions = patients.lesions[m]
    used = head + lesions * block
    for i in range(used):
        y[i * W + l] = patients.y[m, i]
    for i in range(used, total):
        y[i * W + l] = 0.0
    constants(model, patients.p[m], patients.q[m], lesions, c, e, l)
    lanes.patient[l], lanes.lesions[l], lanes.steps[l], lanes.struck[l] = m, lesions, 0, -1
    lanes.dosed[l] = patients.dosed[m]
    lanes.h[l] = patients.step[m]


def discharge(patients, lanes, l, y, head, block, outcome):
    """Take the patient out of lane l."""
    m = lanes.patient[l]
    for i in range(head + lanes.lesions[l] * block):
        patients.y[m, i] = y[i * W + l]
    patients.status[m], patients.event[m], patients.step[m] = outcome, lanes.struck[l], lanes.h[l]
    patients.steps[m] += lanes.steps[l]
    lanes.patient[l] = -1


def fill(model, patients, which, queue, lanes, y, c, e, head, block, total):
    """Put the next patients into free lanes; how far the queue has come."""
    for l in range(W):
        while lanes.patient[l] < 0 and queue < which.shape[0]:
            m = which[queue]
            queue += 1
            if patients.until[m] > patients.time[m]:
                admit(model, patients, m, lanes, l, y, c, e, head, block, total)
            else:
                patients.time[m], patients.status[m], patients.event[m] = patients.until[m], REACHED, -1
    return queue


def busiest(lanes):
    """Most lesions of any patient in a lane; -1 if all lanes are empty."""
    most = lanes.lesions[0] * 0 - 1
    for l in range(W):
        if lanes.patient[l] >= 0:
            most = max(most, lanes.lesions[l])
    return most


def plan(patients, lanes):
    """Length of the step that each lane tries: up to the event known to strike, or as long as accuracy allows."""
    for l in range(W):
        plan_lane(patients, lanes, l)


def plan_lane(patients, lanes, l):
    """Length of the step that lane l tries."""
    m = lanes.patient[l]
    if m < 0:
        lanes.tried[l] = 0.0
    elif lanes.struck[l] >= 0:
        lanes.tried[l] = lanes.striking[l]
    else:
        lanes.tried[l] = min(lanes.h[l], patients.until[m] - patients.time[m])


def judge(patients, lanes, l, y, z, k0, k6, first, used, most):
    """What becomes of the step from y to z that lane l tried: (taken or not, status or -1 to go on)."""
    m, tried, norm = lanes.patient[l], lanes.tried[l], math.sqrt(lanes.error[l] / used)
    lanes.steps[l] += 1
    if lanes.struck[l] >= 0:
        patients.time[m] += tried
        return True, STRUCK
    if not math.isfinite(norm):
        lanes.h[l] = 0.1 * tried
        return False, NOT_FINITE if tried < 1e-6 else -1
    factor = min(GROW, max(SHRINK, SAFETY * power(max(norm, 1e-10), -0.2)))
    if norm > 1.0:
        lanes.h[l] = tried * factor
        return False, TOO_SMALL if lanes.h[l] < MIN_STEP else (TOO_MANY if lanes.steps[l] >= most else -1)
    share, struck = first_crossing(y, z, tried, k0, k6, patients.threshold[m], first, l)
    if struck >= 0:
        lanes.struck[l], lanes.striking[l] = struck, tried * share
        return False, -1
    return True, take(patients, lanes, l, factor, most)


def take(patients, lanes, l, factor, most):
    """Move the clock of lane l on by its step and choose the next one; REACHED at the end, -1 to go on."""
    m, tried = lanes.patient[l], lanes.tried[l]
    final = lanes.h[l] >= patients.until[m] - patients.time[m]
    if lanes.dosed[l] > 0:  # a later dose is followed by much the same: begin with what did for this one
        patients.opening[m], patients.dosed[m], lanes.dosed[l] = min(MAX_STEP, tried * factor), 0, 0
    if not final or factor < 1.0:
        lanes.h[l] = min(MAX_STEP, tried * factor)
    patients.time[m] = patients.until[m] if final else patients.time[m] + tried
    return REACHED if final else (TOO_MANY if lanes.steps[l] >= most else -1)


def most_lesions(lesions, which):
    """Most lesions of those listed."""
    most = lesions[0] * 0
    for m in which:
        most = max(most, lesions[m])
    return most


def look(model, patients, which, head, block, columns, out):
    """Fill out[i, lesion, :] with the lesion-scope definitions `columns` of patient which[i], as they are now."""
    largest = most_lesions(patients.lesions, which)
    total = head + largest * block
    y, found = np.zeros(total * W), np.zeros(max(1, largest) * model.LESION_DEFINITIONS * W)
    c, e = np.zeros(model.PATIENT_CONSTANTS * W), np.zeros(max(1, largest) * model.LESION_CONSTANTS * W)
    s, d = np.zeros(model.SCRATCH * W), np.zeros(max(1, largest) * model.LESION_SCRATCH * W)
    lanes = new_lanes()
    for start in range(0, which.shape[0], W):
        count = min(W, which.shape[0] - start)
        for l in range(count):
            admit(model, patients, which[start + l], lanes, l, y, c, e, head, block, total)
        observe(model, y, c, e, lanes.lesions, largest, found, s, d, lanes.h.shape[0])
        for l in range(count):
            for j in range(lanes.lesions[l]):
                for i in range(columns.shape[0]):
                    out[start + l, j, i] = found[(j * model.LESION_DEFINITIONS + columns[i]) * W + l]


def slope(model, patients, m, head, block, dy):
    """Derivative of patient m as `rhs` gives it, without what linear blocks do by themselves."""
    lesions = most_lesions(patients.lesions, np.array([m]))
    total = head + lesions * block
    y, found = np.zeros(total * W), np.zeros(total * W)
    c, e = np.zeros(model.PATIENT_CONSTANTS * W), np.zeros(max(1, lesions) * model.LESION_CONSTANTS * W)
    s, d = np.zeros(model.SCRATCH * W), np.zeros(max(1, lesions) * model.LESION_SCRATCH * W)
    lanes = new_lanes()
    admit(model, patients, m, lanes, W - 1, y, c, e, head, block, total)
    rhs(model, y, c, e, lanes.lesions, lesions, found, s, d, lanes.h.shape[0])
    for i in range(total):
        dy[i] = found[i * W + W - 1]


def advance(model, patients, which, head, block, rtol, small, floor, most):
    """Advance the patients listed to their `until`, or to the first event; arrays are changed in place.

    `which` should be sorted by falling number of lesions. `most` is the greatest number of steps for one patient.
    """
    largest, first = most_lesions(patients.lesions, which), head - patients.threshold.shape[1]
    total = head + largest * block
    y, z, k0, k6, k = (
        np.zeros(total * W),
        np.zeros(total * W),
        np.zeros(total * W),
        np.zeros(total * W),
        np.zeros((6, total * W)),
    )
    c, e = np.zeros(model.PATIENT_CONSTANTS * W), np.zeros(max(1, largest) * model.LESION_CONSTANTS * W)
    s, d = np.zeros(model.SCRATCH * W), np.zeros(max(1, largest) * model.LESION_SCRATCH * W)
    flowing, elsewhere = np.zeros(head * W), small.copy()
    for row in model.BLOCK_ROWS:
        if row >= 0:
            elsewhere[row] = math.inf  # no part of the general error: see block_error
    lanes = new_lanes()
    n, h, error, w = lanes.lesions, lanes.tried, lanes.error, lanes.h.shape[0]
    queue, stale = which.shape[0] * 0, False
    while True:
        before = queue
        queue = fill(model, patients, which, queue, lanes, y, c, e, head, block, total)
        lesions = busiest(lanes)
        if lesions < 0:
            return
        rows = head + lesions * block
        if stale or queue > before:
            rhs(model, y, c, e, n, lesions, k0, s, d, w)
            stale = False
        plan(patients, lanes)
        attempt(model, y, h, c, e, n, lesions, k0, k, k6, z, s, d, floor, rows, w)
        squared_error(y, z, h, k[1], k6, elsewhere, floor, rtol, rows, error, lanes.sinking, w)
        block_error(model, y, z, h, k[1], k6, small, rtol, error, c, flowing, w)
        y, z, k0, k6 = z, y, k6, k0  # taken in all lanes, and given back in those that do not accept it
        for l in range(W):
            if lanes.patient[l] < 0:
                continue
            used = head + n[l] * block
            accepted, outcome = judge(patients, lanes, l, z, y, k6, k0, first, used, most)
            if not accepted:
                copy_lane(z, y, l, used)
                copy_lane(k6, k0, l, used)
            elif lanes.sinking[l] > 0.0:
                stale |= settle(y, k0, floor, l, used)
            if outcome >= 0:
                discharge(patients, lanes, l, y, head, block, outcome)
