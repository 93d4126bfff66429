"""Print formulas and equations as MathML, which browsers draw without scripts or fonts of their own."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from html import escape

from abscopal.language import formula as grammar
from abscopal.language.equations import Line

_COMPARISONS = {ast.Lt: "<", ast.LtE: "≤", ast.Gt: ">", ast.GtE: "≥"}
_SUM, _PRODUCT, _POWER, _ATOM = range(4)  # how tightly a formula binds
_SYMBOL = re.compile(r"([A-Za-z]|[A-Z][A-Z0-9]+)_(\w+)")  # C_max, PDL1_base: what follows is an index
_FUNCTIONS = {"log": "ln"}
MOST_TERMS = 6  # of a sum on one line


def line_to_mathml(line: Line) -> str:
    """Return a display equation, an element `math` without a namespace, as HTML has it."""
    return f'<math display="block">{_row(_sides(line))}</math>'


def _sides(line: Line) -> list[str]:
    if line.kind == "change":
        left = f"<mfrac>{_row(['<mi>d</mi>', _name(line.name)])}{_row(['<mi>d</mi>', '<mi>t</mi>'])}</mfrac>"
        return [left, _operator("+="), _terms(line.terms)]
    right = mathml(grammar.parse(line.formula))
    if line.kind == "contribution":
        return [_name(line.name), _operator("←"), right]
    left = _rate(line.name) if line.kind == "rate" else _name(line.name)
    if line.kind == "hazard":
        left = _index("<mi>λ</mi>", line.name)
    return [left, _operator("="), right]


def _terms(terms: Sequence[tuple[int, str]]) -> str:
    """Return rates added up, on several lines where they are many."""
    written = []
    for place, (count, process) in enumerate(terms):
        sign = [_operator("−")] if count < 0 else [_operator("+")] if place else []
        factor = [f"<mn>{abs(count)}</mn>"] if abs(count) != 1 else []
        written.append(_row([*sign, *factor, _rate(process)]))
    if len(written) <= MOST_TERMS:
        return _row(written)
    rows = [written[first : first + MOST_TERMS] for first in range(0, len(written), MOST_TERMS)]
    return "<mtable>" + "".join(f"<mtr><mtd>{_row(row)}</mtd></mtr>" for row in rows) + "</mtable>"


def mathml(node: ast.expr, least: int = _SUM) -> str:
    """MathML of a checked formula, in parentheses where it binds less tightly than `least`."""
    text, binding = _print(node)
    return text if binding >= least else _row([_operator("("), text, _operator(")")])


def _print(node: ast.expr) -> tuple[str, int]:
    if isinstance(node, ast.Name):
        return _name(node.id), _ATOM
    if isinstance(node, ast.Constant):
        text = number_to_mathml(float(node.value))  # type: ignore[arg-type]
        return text, _PRODUCT if "msup" in text else _ATOM
    if isinstance(node, ast.UnaryOp):
        return _row([_operator("−"), mathml(node.operand, _PRODUCT)]), _SUM
    if isinstance(node, ast.Compare):
        sign = _COMPARISONS[type(node.ops[0])]  # type: ignore[index]
        return _row([mathml(node.left), _operator(sign), mathml(node.comparators[0])]), _SUM
    if isinstance(node, ast.BinOp):
        return _operation(node)
    assert isinstance(node, ast.Call)
    return _call(grammar.call_name(node), node.args)


def _operation(node: ast.BinOp) -> tuple[str, int]:
    if isinstance(node.op, ast.Div):
        return f"<mfrac>{mathml(node.left)}{mathml(node.right)}</mfrac>", _PRODUCT
    if isinstance(node.op, ast.Pow):
        return f"<msup>{mathml(node.left, _ATOM)}{mathml(node.right)}</msup>", _POWER
    if isinstance(node.op, ast.Mult):
        return _row([mathml(node.left, _PRODUCT), _operator("·"), mathml(node.right, _PRODUCT)]), _PRODUCT
    sign, least = ("+", _SUM) if isinstance(node.op, ast.Add) else ("−", _PRODUCT)
    return _row([mathml(node.left), _operator(sign), mathml(node.right, least)]), _SUM


def _call(name: str, nodes: list[ast.expr]) -> tuple[str, int]:
    if name == "total":
        return _row(["<munder><mo>∑</mo><mi>j</mi></munder>", mathml(nodes[0], _PRODUCT)]), _SUM
    if name == "where":
        return _cases(*map(mathml, nodes)), _ATOM
    if name == "hill":
        return _hill(*nodes), _PRODUCT
    if name == "sqrt":
        return f"<msqrt>{mathml(nodes[0])}</msqrt>", _ATOM
    if name == "abs":
        return _row([_operator("|"), mathml(nodes[0]), _operator("|")]), _ATOM
    listed = _operator(",").join(map(mathml, nodes))
    return _row([f"<mi>{_FUNCTIONS.get(name, name)}</mi>", _operator("("), listed, _operator(")")]), _ATOM


def _cases(condition: str, yes: str, no: str) -> str:
    rows = f"<mtr><mtd>{yes}</mtd><mtd>{_row(['<mtext>if&#160;</mtext>', condition])}</mtd></mtr>"
    rows += f"<mtr><mtd>{no}</mtd><mtd><mtext>otherwise</mtext></mtd></mtr>"
    return _row([_operator("{"), f"<mtable>{rows}</mtable>"])


def _hill(x: ast.expr, half: ast.expr, power: ast.expr) -> str:
    above, below, n = mathml(x, _PRODUCT), mathml(half, _PRODUCT), mathml(power)
    if n != "<mn>1</mn>":
        above, below = f"<msup>{mathml(x, _ATOM)}{n}</msup>", f"<msup>{mathml(half, _ATOM)}{n}</msup>"
    return f"<mfrac>{above}{_row([below, _operator('+'), above])}</mfrac>"


def _name(name: str) -> str:
    found = _SYMBOL.fullmatch(name)
    return _index(_identifier(found[1]), found[2]) if found else _identifier(name)


def _rate(process: str) -> str:
    return _index("<mi>v</mi>", process)


def _index(head: str, index: str) -> str:
    return f"<msub>{head}<mtext>{escape(index.replace('_', ' '))}</mtext></msub>"


def _identifier(name: str) -> str:
    return f"<mi>{escape(name)}</mi>"


def _operator(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>"


def _row(parts: list[str]) -> str:
    return "<mrow>" + "".join(parts) + "</mrow>"


def number_to_mathml(value: float) -> str:
    """Return a number, with a power of ten where it is large or small."""
    if value == 0.0 or 1e-3 <= abs(value) < 1e5:
        return f"<mn>{value:.12g}</mn>"
    mantissa, exponent = f"{value:.11e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    power = f"<msup><mn>10</mn><mn>{int(exponent)}</mn></msup>".replace("-", "−")
    return power if mantissa == "1" else _row([f"<mn>{mantissa}</mn>", _operator("×"), power])
