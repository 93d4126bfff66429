"""What drives the integrator on a GPU: one thread per patient, instead of a loop over lanes.

This file is read as text by `abscopal.engine.cuda_kernel` and put behind the steps of `abscopal.engine.stepper` and a
model printed by `abscopal.language.to_cuda`. Lane l of a block is its thread l, and a block is W threads. Each block
has a part of its own of the work arrays in global memory. Threads never wait for each other and share no value.

A thread takes its patients in turn, one step at a time: the threads of a warp go through the loop together, and one
whose patient has arrived takes its next while its neighbours go on.
"""

# ruff: noqa: ANN001, ANN201, E741, F821
# mypy: ignore-errors

from collections import namedtuple

Work = namedtuple("Work", "whole part y z k0 k6 k c e s d flowing found", module=__name__)


def lanes_of(whole, part):
    """Lanes of a block, all empty."""
    whole[0, cuda.threadIdx.x] = -1
    return Lanes(whole[0], whole[1], whole[2], whole[3], whole[4], part[0], part[1], part[2], part[3], part[4])


def conclude(patients, lanes, l, before, y, slope_before, slope, floor, head, block, most):
    """Keep or undo the step that lane l tried, and let its patient go if it was the last; True if y was changed."""
    first, used, changed = head - patients.threshold.shape[1], head + lanes.lesions[l] * block, False
    accepted, outcome = judge(patients, lanes, l, before, y, slope_before, slope, first, used, most)
    if not accepted:
        copy_lane(before, y, l, used)
        copy_lane(slope_before, slope, l, used)
    elif lanes.sinking[l] > 0.0:
        changed = settle(y, slope, floor, l, used)
    if outcome >= 0:
        discharge(patients, lanes, l, y, head, block, outcome)
    return changed


def advance(patients, work, head, block, rtol, small, elsewhere, floor, most):
    """Advance every patient to its `until`, or to the first event; `elsewhere` is `small`, infinite for blocks."""
    l, b = cuda.threadIdx.x, cuda.blockIdx.x
    lanes = lanes_of(work.whole[b], work.part[b])
    y, z, k0, k6, k, flowing = work.y[b], work.z[b], work.k0[b], work.k6[b], work.k[b], work.flowing[b]
    c, e, s, d = work.c[b], work.e[b], work.s[b], work.d[b]
    n, h, error = lanes.lesions, lanes.tried, lanes.error
    m, stale = b * W + l, False
    while True:
        if lanes.patient[l] < 0:
            if m >= patients.lesions.shape[0]:
                return
            admit(patients, m, lanes, l, y, c, e, head, block, head + patients.lesions[m] * block)
            m, stale = m + cuda.gridDim.x * W, True
        lesions, rows = n[l], head + n[l] * block
        if stale:
            rhs(y, c, e, n, lesions, k0, s, d, l)
        plan_lane(patients, lanes, l)
        attempt(y, h, c, e, n, lesions, k0, k, k6, z, s, d, floor, rows, l)
        squared_error(y, z, h, k[1], k6, elsewhere, floor, rtol, rows, error, lanes.sinking, l)
        block_error(y, z, h, k[1], k6, small, rtol, error, c, flowing, l)
        y, z, k0, k6 = z, y, k6, k0  # by all threads, so that neighbours stay at neighbouring addresses
        stale = conclude(patients, lanes, l, z, y, k6, k0, floor, head, block, most)


def look(patients, work, head, block, columns, out):
    """Fill out[m, lesion, :] with the lesion-scope definitions `columns` of every patient m, as they are now."""
    l, b = cuda.threadIdx.x, cuda.blockIdx.x
    lanes = lanes_of(work.whole[b], work.part[b])
    y, c, e, s, d, found = work.y[b], work.c[b], work.e[b], work.s[b], work.d[b], work.found[b]
    for m in range(b * W + l, patients.lesions.shape[0], cuda.gridDim.x * W):
        admit(patients, m, lanes, l, y, c, e, head, block, head + patients.lesions[m] * block)
        observe(y, c, e, lanes.lesions, lanes.lesions[l], found, s, d, l)
        for j in range(lanes.lesions[l]):
            for i in range(columns.shape[0]):
                out[m, j, i] = found[(j * LESION_DEFINITIONS + columns[i]) * W + l]


def slope(patients, work, head, block, out):
    """Fill out[m, :] with the derivative of every patient m, without what linear blocks do by themselves."""
    l, b = cuda.threadIdx.x, cuda.blockIdx.x
    lanes = lanes_of(work.whole[b], work.part[b])
    y, c, e, s, d, k0 = work.y[b], work.c[b], work.e[b], work.s[b], work.d[b], work.k0[b]
    for m in range(b * W + l, patients.lesions.shape[0], cuda.gridDim.x * W):
        admit(patients, m, lanes, l, y, c, e, head, block, head + patients.lesions[m] * block)
        rhs(y, c, e, lanes.lesions, lanes.lesions[l], k0, s, d, l)
        for i in range(head + lanes.lesions[l] * block):
            out[m, i] = k0[i * W + l]
