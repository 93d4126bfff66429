"""The same model for tools that differentiate it symbolically.

`hill(x, k, n)` is written `where(x > 0, 1 / (1 + (k / x)^n), 0)` for safety; its derivative at x = 0 comes out as zero
times infinity. Written `x^n / (k^n + x^n)`, with n a number, it is the same function and can be differentiated.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from abscopal.language import formula as grammar
from abscopal.language.model import Model


def differentiable(model: Model, powers: Mapping[str, float]) -> Model:
    """Rewrite every Hill function of a model; `powers` has the values of parameters that are Hill exponents."""
    used = {name for m in model.mechanisms for text in _formulas(m) for name in _names_after(text, powers)}
    mechanisms = []
    for m in model.mechanisms:
        mechanisms.append(
            replace(
                m,
                parameters=tuple(p for p in m.parameters if p.name in used or p.name not in powers),
                definitions=tuple(replace(d, formula=_rewritten(d.formula, powers)) for d in m.definitions),
                contributions=tuple(replace(c, formula=_rewritten(c.formula, powers)) for c in m.contributions),
                processes=tuple(replace(p, rate=_rewritten(p.rate, powers)) for p in m.processes),
                hazards=tuple(replace(h, rate=_rewritten(h.rate, powers)) for h in m.hazards),
            )
        )
    return Model(mechanisms)


def hill_exponents(model: Model) -> set[str]:
    """Names of parameters that are exponents of Hill functions."""
    equations = (*model.definitions, *model.processes, *model.hazards)
    calls = [node for equation in equations for node in ast.walk(equation.tree) if isinstance(node, ast.Call)]
    powers = [call.args[2] for call in calls if grammar.call_name(call) == "hill"]
    return {power.id for power in powers if isinstance(power, ast.Name)}


def _formulas(mechanism: Any) -> list[str]:
    texts = [part.formula for part in (*mechanism.definitions, *mechanism.contributions)]
    return texts + [part.rate for part in (*mechanism.processes, *mechanism.hazards)]


def _names_after(text: str, powers: Mapping[str, float]) -> set[str]:
    return grammar.names(grammar.parse(_rewritten(text, powers)))


def _rewritten(text: str, powers: Mapping[str, float]) -> str:
    class _Hill(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.expr:
            arguments = [self.visit(argument) for argument in node.args]
            if grammar.call_name(node) != "hill":
                return ast.Call(node.func, arguments, [])
            x, k, n = arguments
            n = ast.Constant(powers[n.id]) if isinstance(n, ast.Name) else n
            if isinstance(n, ast.Constant) and n.value == 1:
                return ast.BinOp(x, ast.Div(), ast.BinOp(k, ast.Add(), x))
            share, half = ast.BinOp(x, ast.Pow(), n), ast.BinOp(k, ast.Pow(), n)
            return ast.BinOp(share, ast.Div(), ast.BinOp(half, ast.Add(), share))

    return ast.unparse(_Hill().visit(ast.parse(text.strip(), mode="eval")))
