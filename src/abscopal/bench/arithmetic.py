"""How many floating-point operations a model's right-hand side needs, and how many this machine can do.

Counted is the arithmetic that cannot be avoided: what depends on parameters alone is worked out once per patient, what
lesions share once per right-hand side, and every part of a formula once (`abscopal.language.schedule`). Additions,
multiplications, comparisons and choices count 1; slower operations count as many additions as they are worth in
good vector code: a division 8 (several divisions share one reciprocal), a square root 8, a logarithm 20, an exponential
18, a general power their sum and a product.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from abscopal.language import formula as grammar
from abscopal.language.model import Model
from abscopal.language.schedule import Item, schedule

WORTH = {"div": 8.0, "sqrt": 8.0, "log": 20.0, "exp": 18.0}
_POWER = WORTH["log"] + WORTH["exp"] + 1.0
_CALLS = {"exp": WORTH["exp"], "log": WORTH["log"], "sqrt": WORTH["sqrt"], "min": 1.0, "max": 1.0, "abs": 1.0}

# Tsitouras 5(4), per state and step: five stages and the solution from 1 to 6 slopes, two operations for each slope
# and one for the step; the error from 7 slopes, its scale, a division and a square.
STAGES = 6
PER_STATE = sum(2.0 * slopes + 1.0 for slopes in range(1, STAGES + 1)) + (2.0 * 7 - 1.0) + 7.0 + WORTH["div"]


@dataclass(frozen=True)
class Count:
    """Operations of one right-hand side, in additions: those of the patient, and those of each lesion."""

    patient: float
    lesion: float

    def of(self, lesions: Any) -> Any:
        """Operations with so many lesions."""
        return self.patient + self.lesion * lesions


def count(model: Model) -> Count:
    """Count the operations of one right-hand side."""
    program = schedule(model)
    by_scope = {"patient": 0.0, "lesion": 0.0}
    for item in program.items:
        by_scope[item.per] += operations(item.tree) + _storing(item)
    return Count(by_scope["patient"], by_scope["lesion"])


def _storing(item: Item) -> float:
    """Operations to add a value to its sum, or a rate to each species that it changes."""
    if item.kind == "total":
        return 1.0
    if item.kind == "rate" and item.process is not None:
        return sum(1.0 if abs(number) == 1 else 2.0 for _, number in item.process.change)
    return 0.0


def operations(tree: ast.expr) -> float:
    """Operations of a formula, in additions."""
    return _own(tree) + sum(operations(child) for child in _operands(tree))


def _operands(tree: ast.expr) -> list[ast.expr]:
    if isinstance(tree, ast.BinOp):
        known = isinstance(tree.op, ast.Pow) and _number(tree.right) is not None  # 2 / 3 is one number
        return [tree.left] if known else [tree.left, tree.right]
    if isinstance(tree, ast.UnaryOp):
        return [tree.operand]
    if isinstance(tree, ast.Compare):
        return [tree.left, tree.comparators[0]]
    return list(tree.args) if isinstance(tree, ast.Call) else []


def _own(tree: ast.expr) -> float:
    """Operations of the outermost node; a change of sign is free, as it is taken into the next addition."""
    if isinstance(tree, ast.Compare):
        return 1.0
    if isinstance(tree, ast.BinOp):
        if isinstance(tree.op, ast.Pow):
            return _power(tree.right)
        return WORTH["div"] if isinstance(tree.op, ast.Div) else 1.0
    if not isinstance(tree, ast.Call):
        return 0.0
    name = grammar.call_name(tree)
    if name == "hill":
        return 1.0 + WORTH["div"] + (0.0 if _number(tree.args[2]) == 1.0 else WORTH["div"] + _power(tree.args[2]))
    return 1.0 if name == "where" else _CALLS[name]


def _power(power: ast.expr) -> float:
    value = _number(power)
    if value is not None and value in (2.0, 3.0, 4.0):
        return {2.0: 1.0, 3.0: 2.0, 4.0: 2.0}[value]
    return WORTH["sqrt"] if value == 0.5 else _POWER


def _number(node: ast.expr) -> float | None:
    try:
        return grammar.number(node)
    except grammar.FormulaError:
        return None


def floor_seconds(model: Model, lesions: np.ndarray, steps: np.ndarray, starts: np.ndarray, peak: float) -> float:
    """Seconds below which no machine of this peak could do the same steps, all patients together.

    Parameters
    ----------
    lesions, steps, starts
        Lesions, steps tried and times set off (a right-hand side each) per patient [n].
    peak
        Additions or multiplications per second.
    """
    sizes = len(model.patient_species) + len(model.hazards) + len(model.lesion_species) * lesions
    work = (STAGES * steps + starts) * count(model).of(lesions) + PER_STATE * sizes * steps
    return float(work.sum() / peak)


_CHAIN = 16  # multiply-adds after one another, so that loading and storing do not count


@cache
def _multiply_adds() -> Callable[..., None]:
    from numba import njit

    @njit(fastmath={"contract"})
    def run(a, b, factor, term, times):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        for _ in range(times):
            for i in range(len(a)):
                x, y = a[i], b[i]
                for _ in range(_CHAIN):  # two chains, or the machine waits for one to finish
                    x = x * factor + term
                    y = y * factor + term
                a[i], b[i] = x, y

    return run  # type: ignore[no-any-return]


def measured_peak(repeats: int = 7) -> float:
    """Return additions or multiplications per second of one core: the best of several runs of fused multiply-adds."""
    run, a, b, times = _multiply_adds(), np.linspace(0.0, 1.0, 512), np.linspace(1.0, 2.0, 512), 10_000
    run(a, b, 0.999, 0.001, 1)
    best = np.inf
    for _ in range(repeats):
        begun = time.process_time()
        run(a, b, 0.999, 0.001, times)
        best = min(best, time.process_time() - begun)
    return 2.0 * 2 * _CHAIN * len(a) * times / best
