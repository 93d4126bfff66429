"""The grammar of a rate law: names, numbers, + - * /, powers, eight functions, and one sum over lesions.

A formula is Python's expression syntax read by `ast` and checked node by node against a whitelist. Nothing is ever
executed: the tree is only walked, to print it as Numba, SBML or LaTeX, to evaluate it, or to work out its unit.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

FUNCTIONS = {"exp": 1, "log": 1, "sqrt": 1, "min": 2, "max": 2, "abs": 1, "hill": 3, "where": 3}
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
MAX_LENGTH = 2000
MAX_NODES = 400
MAX_POWER = 8.0
MAX_NUMBER = 1e300


class FormulaError(ValueError):
    """A formula outside the grammar."""


@cache
def parse(text: str) -> ast.expr:
    """Parse and check a formula.

    Raises
    ------
    FormulaError
        With what was found and what is allowed.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"formula of {len(text)} characters; the limit is {MAX_LENGTH}: split it into Definitions")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        raise FormulaError(f"'{_short(text)}' is not a formula") from problem
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise FormulaError(f"formula of more than {MAX_NODES} terms: split it into Definitions")
    _check(tree, text)
    return tree


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _check(node: ast.expr, text: str) -> None:
    for child in _children(node, text):
        _check(child, text)


def _children(node: ast.expr, text: str) -> list[ast.expr]:
    """Return the operands of a node, once the node itself is allowed."""
    if isinstance(node, ast.Name):
        if node.id in FUNCTIONS or node.id == "total":
            raise FormulaError(f"'{_short(text)}' uses the function {node.id} without calling it")
        return []
    if isinstance(node, ast.Constant):
        if type(node.value) in (int, float) and node.value <= MAX_NUMBER:  # type: ignore[operator]
            return []
        raise FormulaError(f"'{_short(text)}' contains {_short(repr(node.value))}; only finite numbers are allowed")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return [node.operand]
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        if isinstance(node.op, ast.Pow):
            _check_power(node.right, text)
        return [node.left, node.right]
    if isinstance(node, ast.Call):
        return _check_call(node, text)
    raise FormulaError(
        f"'{_short(text)}' contains {type(node).__name__}; allowed are names, numbers, + - * / **, total() and "
        + ", ".join(FUNCTIONS)
    )


def _check_power(node: ast.expr, text: str) -> None:
    if isinstance(node, ast.Name):
        return
    try:
        value = number(node)
    except FormulaError:
        raise FormulaError(f"'{_short(text)}': a power must be a number or a parameter") from None
    if abs(value) > MAX_POWER:
        raise FormulaError(f"'{_short(text)}': power {value:g}; at most {MAX_POWER:g} is allowed")


def _check_call(node: ast.Call, text: str) -> list[ast.expr]:
    name = node.func.id if isinstance(node.func, ast.Name) else type(node.func).__name__
    expected = 1 if name == "total" else FUNCTIONS.get(name)
    if expected is None:
        raise FormulaError(f"'{_short(text)}' calls {name}; allowed are total, " + ", ".join(FUNCTIONS))
    if node.keywords or len(node.args) != expected:
        raise FormulaError(f"'{_short(text)}': {name} takes {expected} argument(s)")
    if name == "where":
        return [*_comparison(node.args[0], text), *node.args[1:]]
    if name == "hill":
        _check_power(node.args[2], text)
    return list(node.args)


def _comparison(node: ast.expr, text: str) -> list[ast.expr]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
        return [node.left, node.comparators[0]]
    raise FormulaError(f"'{_short(text)}': where() needs a comparison such as a > b first")


def number(node: ast.expr) -> float:
    """Work out a literal such as 2, -1.5 or 2 / 3.

    Raises
    ------
    FormulaError
        If the node is anything else.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -number(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and number(node.right) != 0.0:
        return number(node.left) / number(node.right)
    raise FormulaError("not a number")


def call_name(node: ast.Call) -> str:
    """Return the name of a checked call."""
    assert isinstance(node.func, ast.Name)
    return node.func.id


def names(node: ast.expr) -> set[str]:
    """Names a formula uses, inside total() or out."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - FUNCTIONS.keys() - {"total"}


def totals(node: ast.expr) -> Iterator[ast.expr]:
    """Iterate over the arguments of total() in a formula."""
    for n in ast.walk(node):
        if isinstance(n, ast.Call) and call_name(n) == "total":
            yield n.args[0]


def names_outside_total(node: ast.expr) -> set[str]:
    """Names used where a sum over lesions does not enclose them."""
    if isinstance(node, ast.Call) and call_name(node) == "total":
        return set()
    if isinstance(node, ast.Name):
        return {node.id}
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and not (isinstance(node, ast.Call) and child is node.func):
            found |= names_outside_total(child)
    return found
