"""numbalsoda: DOP853 and LSODA in compiled code, called from compiled code, on the generated right-hand side.

As its users run it: the right-hand side is a C function made by Numba, the loops over patients and dosing intervals are
compiled too. Its absolute tolerance is one number, so each state is handed over in units of the amount that still
matters of it: the one number then means for every state what the vector means to the other tools.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, cfunc, njit
from numpy.typing import NDArray

from abscopal.bench.ensemble import Ensemble
from abscopal.bench.peers.peer import Tool
from abscopal.bench.scalar import ScalarModel, scalar_model

Array = NDArray[np.float64]
MOST_STEPS = 100_000  # in one dosing interval


class NumbalsodaTool(Tool):
    """One of numbalsoda's integrators."""

    def __init__(self, ensemble: Ensemble, tolerance: float, matched: bool, method: str) -> None:
        super().__init__(ensemble, tolerance, matched)
        self.follow = _follower(scalar_model(ensemble.model, matched), ensemble, method)

    def warm_up(self) -> None:
        """Compile: run one patient."""
        self._run(self.ensemble.take(np.array([0])))

    def solve(self) -> Array:
        """Run every patient."""
        return self._run(self.ensemble)

    def _run(self, task: Ensemble) -> Array:
        states = task.empty_states()
        self.follow(
            task.y, task.p, task.q, task.lesions, task.small, task.dosed, task.start, task.end, task.dose, task.save,
            task.intervals, self.tolerance, states,
        )  # fmt: skip
        return states


def _slope(model: ScalarModel, slots: int, parameters: tuple[int, int], size: int) -> tuple[Any, int]:
    """Make the C function dy/dt(t, u, du, data), and say how long its data is.

    data: lesions, begin of the interval, amounts and rates of drugs with a closed form, units, p, q, then scratch.
    """
    from numbalsoda import lsoda_sig

    rhs, head, block, scratch = model.rhs, model.layout.head, model.layout.block, model.scratch
    closed, drugs = model.closed, len(model.closed)
    patient, lesion = parameters
    unit_at = 2 + 2 * drugs
    p_at = unit_at + size
    q_at = p_at + patient
    z_at = q_at + slots * lesion
    d_at = z_at + size
    length = d_at + slots * scratch

    @cfunc(lsoda_sig, error_model="numpy")
    def slope(t, u_, du_, data_):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        data = carray(data_, (length,))
        lesions = int(data[0])
        n = head + lesions * block
        u, du = carray(u_, (n,)), carray(du_, (n,))
        unit, z = data[unit_at:p_at], data[z_at:d_at]
        for i in range(n):
            z[i] = u[i] * unit[i]
        for i in range(drugs):
            z[closed[i]] = data[2 + i] * np.exp(-data[2 + drugs + i] * (t - data[1]))
        q = data[q_at:z_at].reshape((slots, lesion))
        rhs(z, data[p_at:q_at], q, lesions, du, data[d_at:length].reshape((slots, scratch)))
        for i in range(n):
            du[i] /= unit[i]

    return slope, length


def _follower(model: ScalarModel, ensemble: Ensemble, method: str) -> Any:
    """Compile the loop over patients and intervals."""
    import numbalsoda

    integrate = getattr(numbalsoda, method)
    slots, lesion = ensemble.q.shape[1:]
    slope, length = _slope(model, slots, (ensemble.p.shape[1], lesion), ensemble.y.shape[1])
    address, rates, closed, drugs = slope.address, model.rate, model.closed, len(model.closed)
    head, block = model.layout.head, model.layout.block
    unit_at = 2 + 2 * drugs

    @njit
    def follow(y, p, q, lesions, small, dosed, start, end, dose, save, intervals, tolerance, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        slope  # noqa: B018  # keeps the C function alive
        data = np.zeros(length)
        p_at = unit_at + len(small)
        q_at = p_at + p.shape[1]
        data[unit_at:p_at] = small
        for m in range(len(y)):
            n = head + lesions[m] * block
            data[0], data[p_at:q_at] = lesions[m], p[m]
            data[q_at : q_at + q[m].size] = q[m].ravel()
            rates(p[m], data[2 + drugs : unit_at])
            u = y[m, :n] / small[:n]
            for k in range(intervals[m]):
                for drug in range(len(dosed)):
                    u[dosed[drug]] += dose[m, k, drug] / small[dosed[drug]]
                data[1] = start[m, k]
                for i in range(drugs):
                    data[2 + i] = u[closed[i]] * small[closed[i]]
                times = np.array([start[m, k], end[m, k]])
                found, good = integrate(address, u, times, data, rtol=tolerance, atol=tolerance, mxstep=MOST_STEPS)
                if not good:
                    break
                u = found[1].copy()
                for i in range(drugs):
                    u[closed[i]] *= np.exp(-data[2 + drugs + i] * (end[m, k] - start[m, k]))
                if save[m, k] >= 0:
                    out[m, save[m, k], :n] = u * small[:n]

    follow.keep = slope
    return follow
