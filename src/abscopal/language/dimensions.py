"""The unit of a formula, worked out from the units of its names. Raises where it makes no sense."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from abscopal.language.formula import FormulaError, call_name, number
from abscopal.units import ONE, Unit, UnitError


def unit_of(node: ast.expr, units: Mapping[str, Unit]) -> Unit | None:
    """Work out the unit of a checked formula; None for zero, which fits every unit.

    Raises
    ------
    UnitError
        Where unlike things are added or compared, or a function is given something with a unit.
    """
    if isinstance(node, ast.Name):
        return units[node.id]
    if isinstance(node, ast.Constant):
        return None if node.value == 0 else ONE
    if isinstance(node, ast.UnaryOp):
        return unit_of(node.operand, units)
    if isinstance(node, ast.BinOp):
        return _of_operation(node, units)
    assert isinstance(node, ast.Call)
    return _of_call(node, units)


def _of_operation(node: ast.BinOp, units: Mapping[str, Unit]) -> Unit | None:
    left = unit_of(node.left, units)
    if isinstance(node.op, ast.Pow):
        return _of_power(node, left or ONE, units)
    right = unit_of(node.right, units)
    if isinstance(node.op, ast.Add | ast.Sub):
        return _same(left, right, node)
    if left is None:
        return None
    return left * (right or ONE) if isinstance(node.op, ast.Mult) else left / (right or ONE)


def _of_power(node: ast.BinOp, base: Unit, units: Mapping[str, Unit]) -> Unit:
    try:
        return base ** number(node.right)
    except FormulaError:
        power = unit_of(node.right, units)
        _pure(power, "a power", node)
        _pure(base, "the base of a power that is not a number", node)
        return ONE


def _of_call(node: ast.Call, units: Mapping[str, Unit]) -> Unit | None:
    name = call_name(node)
    if name == "where":
        comparison = node.args[0]
        assert isinstance(comparison, ast.Compare)
        _same(unit_of(comparison.left, units), unit_of(comparison.comparators[0], units), comparison)
        return _same(unit_of(node.args[1], units), unit_of(node.args[2], units), node)
    arguments = [unit_of(argument, units) for argument in node.args]
    if name in ("exp", "log"):
        _pure(arguments[0], f"the argument of {name}", node)
        return ONE
    if name == "sqrt":
        return None if arguments[0] is None else arguments[0] ** 0.5
    if name == "hill":
        _same(arguments[0], arguments[1], node)
        _pure(arguments[2], "the power of hill", node)
        return ONE
    if name in ("min", "max"):
        return _same(arguments[0], arguments[1], node)
    return arguments[0]


def _same(a: Unit | None, b: Unit | None, node: ast.AST) -> Unit | None:
    if a is None or b is None:
        return a or b
    if not a.same(b):
        raise UnitError(f"'{ast.unparse(node)}' combines {a} with {b}")
    return a


def _pure(unit: Unit | None, what: str, node: ast.AST) -> None:
    if unit is not None and not unit.pure:
        raise UnitError(f"{what} in '{ast.unparse(node)}' must be a pure number, got {unit}")
