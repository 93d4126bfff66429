"""diffrax: Tsit5 with its PID controller, `jit(vmap(scan))` in float64, the model's equations traced by JAX.

As its users run it: one solve per dosing interval inside a scan, patients side by side by vmap. Patients are grouped by
their number of lesions and of intervals, so that none carries another's padding; each group is compiled once, untimed.
"""

from __future__ import annotations

import os

# One thread, as for every other tool; read when JAX starts.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import ast
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from abscopal.bench.closed_form import decays
from abscopal.bench.ensemble import Ensemble
from abscopal.bench.peers.peer import Tool
from abscopal.language import formula as grammar
from abscopal.language.layout import layout_of
from abscopal.language.model import Model

Array = NDArray[np.float64]
MOST_STEPS = 100_000  # in one dosing interval
_BATCH = 64  # patients of one call: beyond it nothing is gained, and all wait for the slowest


class DiffraxTool(Tool):
    """Tsit5 over groups of patients alike in shape."""

    def __init__(self, ensemble: Ensemble, tolerance: float, matched: bool) -> None:
        super().__init__(ensemble, tolerance, matched)
        jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
        shape = ensemble.lesions * 1000 + ensemble.intervals
        groups = [np.flatnonzero(shape == value) for value in np.unique(shape)]
        self.groups = [group[i : i + _BATCH] for group in groups for i in range(0, len(group), _BATCH)]
        self.follow = jax.jit(jax.vmap(self._follow, in_axes=(0, 0, 0, 0, 0, 0)))

    def warm_up(self) -> None:
        """Compile for every shape of group."""
        self.solve()

    def solve(self) -> Array:
        """Run every patient."""
        task, states = self.ensemble, self.ensemble.empty_states()
        for group in self.groups:
            lesions, used = int(task.lesions[group[0]]), int(task.intervals[group[0]])
            size = layout_of(task.model).size(lesions)
            arguments = (
                task.y[group, :size], task.p[group], task.q[group, :lesions], task.start[group, :used],
                task.end[group, :used], task.dose[group, :used],
            )  # fmt: skip
            found = np.asarray(self.follow(*arguments))
            for row, patient in enumerate(group):
                looked = np.flatnonzero(task.save[patient, :used] >= 0)
                states[patient, task.save[patient, looked], :size] = found[row, looked]
        return states

    def notes(self) -> dict[str, Any]:
        """Shapes compiled."""
        return {"batches": len(self.groups), "most patients in a batch": _BATCH}

    def _follow(self, y: Any, p: Any, q: Any, start: Any, end: Any, dose: Any) -> Any:
        task = self.ensemble
        closed, rate = _closed(task.model, self.matched, p)
        small = jnp.asarray(task.small[: y.shape[0]])
        controller = diffrax.PIDController(rtol=self.tolerance, atol=self.tolerance * small)

        def slope(t: Any, y: Any, arguments: Any) -> Any:
            begin, amount = arguments
            z = y.at[closed].set(amount * jnp.exp(-rate * (t - begin)))
            return derivative(task.model, z, p, q).at[closed].set(0.0)

        def interval(y: Any, this: Any) -> Any:
            begin, finish, given = this
            y = y.at[task.dosed].add(given)
            found = diffrax.diffeqsolve(
                diffrax.ODETerm(slope), diffrax.Tsit5(), begin, finish, None, y, args=(begin, y[closed]),
                stepsize_controller=controller, max_steps=MOST_STEPS, throw=False,
                saveat=diffrax.SaveAt(t1=True),
            )  # fmt: skip
            good = found.result == diffrax.RESULTS.successful
            after = jnp.where(good, found.ys[-1], jnp.nan)
            after = after.at[closed].set(y[closed] * jnp.exp(-rate * (finish - begin)))
            return after, after

        return jax.lax.scan(interval, y, (start, end, dose))[1]


def _closed(model: Model, matched: bool, p: Any) -> tuple[NDArray[np.int64], Any]:
    """Index of the species with a closed form, and their rates; none unless matched."""
    found = decays(model) if matched else {}
    layout = layout_of(model)
    values = {name: p[place] for place, name in enumerate(layout.patient_parameters)}
    rates = [evaluate(grammar.parse(formula), values) for formula in found.values()]
    index = np.array([layout.index(name) for name in found], dtype=np.int64)
    return index, jnp.array(rates) if rates else jnp.zeros(0)


_OPERATIONS: dict[type[ast.AST], Any] = {
    ast.Add: jnp.add, ast.Sub: jnp.subtract, ast.Mult: jnp.multiply, ast.Div: jnp.divide, ast.Pow: jnp.power,
    ast.Lt: jnp.less, ast.LtE: jnp.less_equal, ast.Gt: jnp.greater, ast.GtE: jnp.greater_equal,
}  # fmt: skip
_FUNCTIONS: dict[str, Any] = {
    "exp": jnp.exp, "log": jnp.log, "sqrt": jnp.sqrt, "min": jnp.minimum, "max": jnp.maximum, "abs": jnp.abs,
    "where": jnp.where, "total": jnp.sum,
}  # fmt: skip


def evaluate(node: ast.expr, values: dict[str, Any]) -> Any:
    """Value of a checked formula, as JAX traces it: a number, or one number per lesion."""
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.UnaryOp):
        return -evaluate(node.operand, values)
    if isinstance(node, ast.BinOp):
        return _operation(node, values)
    if isinstance(node, ast.Compare):
        left, right = evaluate(node.left, values), evaluate(node.comparators[0], values)
        return _OPERATIONS[type(node.ops[0])](left, right)
    assert isinstance(node, ast.Call)
    arguments = [evaluate(argument, values) for argument in node.args]
    if grammar.call_name(node) == "hill":
        return _hill(node.args[2], *arguments)
    return _FUNCTIONS[grammar.call_name(node)](*arguments)


def _operation(node: ast.BinOp, values: dict[str, Any]) -> Any:
    """Two operands; a power that is a small whole number becomes a product, as in the other printers."""
    left = evaluate(node.left, values)
    if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value in (2, 3):
        return left * left if node.right.value == 2 else left * left * left
    return _OPERATIONS[type(node.op)](left, evaluate(node.right, values))


def _hill(power: ast.expr, x: Any, k: Any, n: Any) -> Any:
    if isinstance(power, ast.Constant) and power.value == 1:
        return x / (k + x)
    return jnp.where(x > 0.0, 1.0 / (1.0 + (k / jnp.where(x > 0.0, x, 1.0)) ** n), 0.0)


def derivative(model: Model, y: Any, p: Any, q: Any) -> Any:
    """Rate of change of one patient's state [size], with all lesions at once."""
    layout = layout_of(model)
    lesion = y[layout.head :].reshape(-1, layout.block)
    values = dict(zip(layout.patient_species, y, strict=False))
    values |= {name: lesion[:, place] for place, name in enumerate(layout.lesion_species)}
    values |= {name: p[place] for place, name in enumerate(layout.patient_parameters)}
    values |= {name: q[:, place] for place, name in enumerate(layout.lesion_parameters)}
    for definition in model.definitions:
        found = evaluate(definition.tree, values)
        values[definition.name] = jnp.broadcast_to(found, lesion.shape[:1]) if definition.per == "lesion" else found
    change: dict[str, Any] = dict.fromkeys(model.species, 0.0)
    for process in model.processes:
        rate = evaluate(process.tree, values)
        rate = jnp.broadcast_to(rate, lesion.shape[:1]) if process.per == "lesion" else rate
        for name, number in process.change:
            summed = process.per == "lesion" and model.species[name].per == "patient"
            change[name] = change[name] + number * (jnp.sum(rate) if summed else rate)
    hazards = [evaluate(hazard.tree, values) for hazard in model.hazards]
    head = jnp.array([change[name] for name in layout.patient_species] + hazards)
    block = jnp.stack([jnp.broadcast_to(change[n], lesion.shape[:1]) for n in layout.lesion_species], axis=1)
    return jnp.concatenate([head, block.ravel()])
