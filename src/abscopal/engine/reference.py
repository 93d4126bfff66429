"""The model in plain NumPy: slow, short, and nothing generated, to check the fast engine against.

Method. The state of a patient is the patient's species, then one cumulative hazard per hazard, then the species of
lesion after lesion. The derivative is worked out in four steps, each formula being evaluated from its checked syntax
tree for all lesions at once:

1. Each definition is evaluated, in an order in which everything it needs is known. `total(x)` is the sum of x over the
   lesions.
2. Each process runs at its rate; a species changes by the rate times its stoichiometric number.
3. A patient species in a process of lesions changes by the sum over the lesions.
4. A cumulative hazard changes by its hazard.

Between doses the equations are integrated by Dormand and Prince's eighth-order method with dense output. A species
that has a floor, lies below it and is falling, becomes exactly zero: the integration stops where this first happens,
located by root finding, and starts anew. A dose adds its amount to its species at its time. Cumulative hazards are
integrated, but strike nobody here: striking is a matter of a threshold, which belongs to the stepper.

Source of the method: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.10 (DOP853).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from abscopal.language.model import Model

Value = np.ndarray | float
Dose = tuple[float, str, float]

_OPERATIONS: dict[type[ast.AST], Callable[[Value, Value], Value]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: np.divide,
    ast.Pow: np.power,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
}


def hill(x: Value, k: Value, n: Value) -> Value:
    """Share x^n / (k^n + x^n) of a saturable response; none where x is zero or below."""
    positive = np.where(np.asarray(x) > 0.0, x, 1.0)
    return np.where(np.asarray(x) > 0.0, positive**n / (k**n + positive**n), 0.0)


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "min": np.minimum,
    "max": np.maximum,
    "abs": np.abs,
    "hill": hill,
    "where": np.where,
}


def evaluate(node: ast.expr, values: dict[str, Value], lesions: int) -> Value:
    """Value of a checked formula: a number, or one number per lesion."""
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.UnaryOp):
        return -evaluate(node.operand, values, lesions)
    if isinstance(node, ast.BinOp):
        return _OPERATIONS[type(node.op)](evaluate(node.left, values, lesions), evaluate(node.right, values, lesions))
    if isinstance(node, ast.Compare):
        return _OPERATIONS[type(node.ops[0])](
            evaluate(node.left, values, lesions), evaluate(node.comparators[0], values, lesions)
        )
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    arguments = [evaluate(argument, values, lesions) for argument in node.args]
    if node.func.id == "total":
        return float(np.sum(_each(arguments[0], lesions)))
    return _FUNCTIONS[node.func.id](*arguments)


def _each(value: Value, lesions: int) -> np.ndarray:
    return np.broadcast_to(value, (lesions,))


def derivative(model: Model, y: np.ndarray, p: np.ndarray, q: np.ndarray, lesions: int) -> np.ndarray:
    """Rate of change of one patient's state.

    Parameters
    ----------
    model
        The checked model.
    y
        State: patient species, cumulative hazards, lesion after lesion (each in its own unit).
    p, q
        Parameters of the patient [parameter] and of the lesions [lesion, parameter] (each in its own unit).
    lesions
        Number of lesions.

    Returns
    -------
    dy
        Change per day, in the layout of `y`.
    """
    values = named_values(model, y, p, q, lesions)
    with np.errstate(all="ignore"):
        change = {name: np.zeros(()) if s.per == "patient" else np.zeros(lesions) for name, s in model.species.items()}
        for process in model.processes:
            rate = evaluate(process.tree, values, lesions)
            for name, count in process.change:
                summed = process.per == "lesion" and model.species[name].per == "patient"
                change[name] = change[name] + count * (np.sum(_each(rate, lesions)) if summed else rate)
        hazards = [evaluate(hazard.tree, values, lesions) for hazard in model.hazards]
    head = [float(change[name]) for name in model.patient_species] + [float(hazard) for hazard in hazards]
    blocks = np.array([change[name] for name in model.lesion_species]).reshape(len(model.lesion_species), lesions)
    return np.concatenate([head, blocks.T.ravel()])


def named_values(model: Model, y: np.ndarray, p: np.ndarray, q: np.ndarray, lesions: int) -> dict[str, Value]:
    """Species, parameters and definitions of one patient by name, a number or one per lesion; as in `derivative`."""
    values = _by_name(model, y, p, q, lesions)
    with np.errstate(all="ignore"):  # where() evaluates both sides here, only one of them counts
        for definition in model.definitions:
            values[definition.name] = evaluate(definition.tree, values, lesions)
    return values


def _by_name(model: Model, y: np.ndarray, p: np.ndarray, q: np.ndarray, lesions: int) -> dict[str, Value]:
    head = len(model.patient_species) + len(model.hazards)
    blocks = y[head:].reshape(lesions, len(model.lesion_species))
    values: dict[str, Value] = {name: float(y[i]) for i, name in enumerate(model.patient_species)}
    values |= {name: blocks[:, i] for i, name in enumerate(model.lesion_species)}
    values |= {name: float(p[i]) for i, name in enumerate(model.patient_parameters)}
    values |= {name: q[:lesions, i] for i, name in enumerate(model.lesion_parameters)}
    return values


def simulate(
    model: Model,
    y0: np.ndarray,
    p: np.ndarray,
    q: np.ndarray,
    lesions: int,
    times: Sequence[float] | np.ndarray,
    doses: Iterable[Dose] = (),
    rtol: float = 1e-12,
    small: np.ndarray | float = 1e-6,
) -> np.ndarray:
    """One patient's trajectory.

    Parameters
    ----------
    model, p, q, lesions
        As in `derivative`.
    y0
        State at `times[0]`, before any dose of that time.
    times
        Days at which the state is wanted, rising.
    doses
        (day, patient species, amount in the species' unit); a state wanted at the very time of a dose is the one
        before it.
    rtol, small
        Error allowed in a step, relative to the state plus `small` (the state's unit).

    Returns
    -------
    states
        [time, state], in the layout of `y0`.
    """
    floor = _floors(model, lesions)
    pending = sorted(doses)
    y, now = _without_remnants(y0.astype(float), derivative(model, y0, p, q, lesions), floor), float(times[0])
    states = [y]
    for until in times[1:]:
        while pending and pending[0][0] < until:
            day, name, amount = pending.pop(0)
            y = _integrate(model, y, p, q, lesions, now, day, floor, rtol, small)
            y[model.patient_species.index(name)] += amount
            now = day
        y = _integrate(model, y, p, q, lesions, now, float(until), floor, rtol, small)
        now = float(until)
        states.append(y.copy())
    return np.array(states)


def _floors(model: Model, lesions: int) -> np.ndarray:
    head = [model.species[name].floor for name in model.patient_species] + [0.0] * len(model.hazards)
    return np.array(head + [model.species[name].floor for name in model.lesion_species] * lesions)


def _margin(y: np.ndarray, dy: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """How far each state is from vanishing: positive while above its floor or rising; infinite if it cannot vanish."""
    can = (floor > 0.0) & (y > 0.0)
    scale = np.where(can, floor, 1.0)
    return np.where(can, np.maximum((y - floor) / scale, dy / scale), np.inf)


def _without_remnants(y: np.ndarray, dy: np.ndarray, floor: np.ndarray) -> np.ndarray:
    return np.where(_margin(y, dy, floor) < 1e-9, 0.0, y)


def _integrate(
    model: Model,
    y: np.ndarray,
    p: np.ndarray,
    q: np.ndarray,
    lesions: int,
    start: float,
    end: float,
    floor: np.ndarray,
    rtol: float,
    small: np.ndarray | float,
) -> np.ndarray:
    """State at `end`, restarting wherever a species vanishes."""
    from scipy.integrate import solve_ivp

    def rate(_: float, y: np.ndarray) -> np.ndarray:
        return derivative(model, y, p, q, lesions)

    def nearest_to_vanishing(t: float, y: np.ndarray) -> float:
        return float(np.min(_margin(y, rate(t, y), floor), initial=1.0))

    nearest_to_vanishing.terminal = True  # type: ignore[attr-defined]
    nearest_to_vanishing.direction = -1.0  # type: ignore[attr-defined]
    y = _without_remnants(y, rate(start, y), floor)
    while start < end:
        solution = solve_ivp(
            rate, (start, end), y, "DOP853", rtol=rtol, atol=rtol * np.asarray(small),
            events=nearest_to_vanishing, max_step=20.0,
        )  # fmt: skip
        if solution.status < 0:
            raise ArithmeticError(f"reference integration stopped at day {solution.t[-1]:g}: {solution.message}")
        y, start = solution.y[:, -1], float(solution.t[-1])
        y = _without_remnants(y, rate(start, y), floor)
    return y
