"""Print a model or one mechanism as a LaTeX document: equations, what enters each port, and a table of parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from abscopal.language import formula as grammar
from abscopal.language.equations import Line, equations
from abscopal.language.model import Model
from abscopal.language.parts import Mechanism, Parameter

_FUNCTIONS = {"exp": r"\exp", "log": r"\ln", "min": r"\min", "max": r"\max"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge"}
_SUM, _PRODUCT, _POWER, _ATOM = range(4)  # how tightly a formula binds
_SPECIAL = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
_PREAMBLE = r"""\documentclass{article}
\usepackage[a4paper,margin=2cm]{geometry}
\usepackage[T1]{fontenc}
\usepackage{amsmath,booktabs,longtable}
\begin{document}
"""


def to_latex(thing: Model | Mechanism) -> str:
    """Write a model, or one mechanism, as a LaTeX document."""
    mechanisms = thing.mechanisms if isinstance(thing, Model) else (thing,)
    return _PREAMBLE + "\n".join(_section(m, mechanisms) for m in mechanisms) + "\n\\end{document}\n"


def _section(mechanism: Mechanism, mechanisms: Iterable[Mechanism]) -> str:
    lines = [rf"\section*{{{_text(mechanism.name)}}}", _text(mechanism.summary) + ".", ""]
    for equation in _equations(mechanism):
        lines += [r"\begin{equation*}", equation, r"\end{equation*}"]
    for port in mechanism.ports:
        givers = [m.name for m in mechanisms if any(part.port == port.name for part in m.contributions)]
        of = f"; {port.combine} of what {', '.join(givers) or 'nobody'} gives"
        lines.append(rf"\noindent Port ${_name(port.name)}$: {_text(port.meaning + of)}.\par")
    return "\n".join([*lines, *_table(mechanism.parameters)])


def _equations(mechanism: Mechanism) -> Iterator[str]:
    for line in equations(mechanism):
        if line.kind == "change":
            change = "".join(_term(count, process) for count, process in line.terms).removeprefix("+")
            yield rf"\frac{{\mathrm{{d}}{_name(line.name)}}}{{\mathrm{{d}}t}} \mathrel{{+}}= {change}"
        else:
            yield f"{_left(line)} {latex(grammar.parse(line.formula))}"


def _left(line: Line) -> str:
    if line.kind == "contribution":
        return rf"{_name(line.name)} \;\leftarrow\;"
    if line.kind == "rate":
        return f"{_rate(line.name)} ="
    return rf"\lambda_{{\mathrm{{{_text(line.name)}}}}} =" if line.kind == "hazard" else f"{_name(line.name)} ="


def _term(count: int, process: str) -> str:
    factor = "" if abs(count) == 1 else f"{abs(count)}\\,"
    return f"{'+' if count > 0 else '-'}{factor}{_rate(process)}"


def _table(parameters: tuple[Parameter, ...]) -> list[str]:
    if not parameters:
        return []
    rows = []
    for p in parameters:
        words = " & ".join(map(_text, (p.unit, p.meaning, str(p.source))))
        rows.append(rf"${_name(p.name)}$ & ${_number(p.value)}$ & {words} \\")
    head = r"parameter & value & unit & meaning & source \\ \midrule"
    return [r"\begin{longtable}{lllp{4cm}p{6cm}}", r"\toprule", head, *rows, r"\bottomrule", r"\end{longtable}"]


def latex(node: ast.expr, least: int = _SUM) -> str:
    """LaTeX of a checked formula, in parentheses where it binds less tightly than `least`."""
    text, binding = _print(node)
    return text if binding >= least else rf"\left({text}\right)"


def _print(node: ast.expr) -> tuple[str, int]:
    if isinstance(node, ast.Name):
        return _name(node.id), _ATOM
    if isinstance(node, ast.Constant):
        text = _number(float(node.value))  # type: ignore[arg-type]
        return text, _PRODUCT if "^" in text else _ATOM
    if isinstance(node, ast.UnaryOp):
        return f"-{latex(node.operand, _PRODUCT)}", _SUM
    if isinstance(node, ast.Compare):
        sign = _COMPARISONS[type(node.ops[0])]  # type: ignore[index]
        return f"{latex(node.left)} {sign} {latex(node.comparators[0])}", _SUM
    if isinstance(node, ast.BinOp):
        return _operation(node)
    assert isinstance(node, ast.Call)
    return _call(grammar.call_name(node), node.args)


def _operation(node: ast.BinOp) -> tuple[str, int]:
    if isinstance(node.op, ast.Div):
        return rf"\frac{{{latex(node.left)}}}{{{latex(node.right)}}}", _PRODUCT
    if isinstance(node.op, ast.Pow):
        return f"{latex(node.left, _ATOM)}^{{{latex(node.right)}}}", _POWER
    if isinstance(node.op, ast.Mult):
        left, right = latex(node.left, _PRODUCT), latex(node.right, _PRODUCT)
        return left + (r" \cdot " if right[0].isdigit() else r" \, ") + right, _PRODUCT
    sign, least = ("+", _SUM) if isinstance(node.op, ast.Add) else ("-", _PRODUCT)
    return f"{latex(node.left)} {sign} {latex(node.right, least)}", _SUM


def _call(name: str, nodes: list[ast.expr]) -> tuple[str, int]:
    if name == "total":
        return rf"\sum_j {latex(nodes[0], _PRODUCT)}", _SUM
    if name == "where":
        condition, yes, no = map(latex, nodes)
        return rf"\begin{{cases}} {yes} & {condition} \\ {no} & \text{{otherwise}} \end{{cases}}", _ATOM
    if name == "hill":
        x, k, n = latex(nodes[0], _ATOM), latex(nodes[1], _ATOM), latex(nodes[2])
        x, k = (x, k) if n == "1" else (f"{x}^{{{n}}}", f"{k}^{{{n}}}")
        return rf"\frac{{{x}}}{{{k} + {x}}}", _PRODUCT
    if name == "sqrt":
        return rf"\sqrt{{{latex(nodes[0])}}}", _ATOM
    if name == "abs":
        return rf"\left|{latex(nodes[0])}\right|", _ATOM
    return rf"{_FUNCTIONS[name]}\left({', '.join(map(latex, nodes))}\right)", _ATOM


def _name(name: str) -> str:
    first, _, rest = name.partition("_")
    head = first if len(first) == 1 else rf"\mathrm{{{first}}}"
    return head + (rf"_{{\mathrm{{{_text(rest)}}}}}" if rest else "")


def _rate(process: str) -> str:
    return rf"v_{{\mathrm{{{_text(process)}}}}}"


def _number(value: float) -> str:
    if value == 0.0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.12g}"
    mantissa, exponent = f"{value:.11e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    power = rf"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \times {power}"


def _text(text: str) -> str:
    return re.sub(r"[\\^~&%$#_{}]", lambda found: _SPECIAL.get(found[0], "\\" + found[0]), text)
