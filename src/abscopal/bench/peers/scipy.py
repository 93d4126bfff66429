"""SciPy: `solve_ivp` with LSODA (or another of its methods) on the generated right-hand side, compiled by Numba.

As its users run it: one call per dosing interval, absolute tolerances as a vector, the state changed between calls.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from abscopal.bench.ensemble import Ensemble
from abscopal.bench.peers.peer import Tool
from abscopal.bench.scalar import ScalarModel, scalar_model

Array = NDArray[np.float64]


class ScipyTool(Tool):
    """`solve_ivp` by one of its methods."""

    def __init__(self, ensemble: Ensemble, tolerance: float, matched: bool, method: str = "LSODA") -> None:
        super().__init__(ensemble, tolerance, matched)
        self.method = method
        self.model = scalar_model(ensemble.model, matched)
        self.slope = _compiled(self.model)

    def warm_up(self) -> None:
        """Compile, so that compiling is not timed."""
        task = self.ensemble
        closed = np.zeros(len(self.model.closed))
        self.slope(0.0, task.y[0], task.p[0], task.q[0], task.lesions[0], 0.0, closed, closed)

    def solve(self) -> Array:
        """Run every patient."""
        states = self.ensemble.empty_states()
        for patient in range(self.ensemble.count):
            self._follow(patient, states[patient])
        return states

    def _follow(self, i: int, out: Array) -> None:
        task, model = self.ensemble, self.model
        size = model.layout.size(int(task.lesions[i]))
        y, rate = task.y[i, :size].copy(), np.zeros(len(model.closed))
        model.rate(task.p[i], rate)
        for k in range(task.intervals[i]):
            y[task.dosed] += task.dose[i, k]
            begin, finish, amount = task.start[i, k], task.end[i, k], y[model.closed]
            after = self._step(y, begin, finish, (task.p[i], task.q[i], task.lesions[i], begin, amount, rate))
            if after is None:
                return
            y = after
            y[model.closed] = amount * np.exp(-rate * (finish - begin))
            if task.save[i, k] >= 0:
                out[task.save[i, k], :size] = y

    def _step(self, y: Array, begin: float, finish: float, arguments: tuple[Any, ...]) -> Array | None:
        absolute = self.tolerance * self.ensemble.small[: len(y)]
        found: Any = solve_ivp(  # type: ignore[call-overload]
            self.slope, (begin, finish), y, self.method, t_eval=[finish], args=arguments, rtol=self.tolerance,
            atol=absolute,
        )  # fmt: skip
        return np.asarray(found.y[:, -1]) if found.success else None


def _compiled(model: ScalarModel) -> Any:
    """Compile dy/dt(t, y, ...) as `solve_ivp` wants it; drugs with a closed form are put into y first."""
    rhs, closed, scratch = model.rhs, tuple(int(i) for i in model.closed), model.scratch
    drugs = len(closed)
    places = np.array(closed, dtype=np.int64)

    @njit(error_model="numpy")
    def slope(t, y, p, q, lesions, begin, amount, rate):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        z, dy = y.copy(), np.empty_like(y)
        for i in range(drugs):
            z[places[i]] = amount[i] * np.exp(-rate[i] * (t - begin))
        rhs(z, p, q, lesions, dy, np.empty((lesions, scratch)))
        return dy

    return slope
