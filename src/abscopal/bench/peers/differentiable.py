"""The same model for tools that differentiate it symbolically and stop wherever a comparison changes.

`hill(x, k, n)` is written `where(x > 0, 1 / (1 + (k / x)^n), 0)` for safety; its derivative at x = 0 comes out as zero
times infinity. Written `x^n / (k^n + x^n)`, with n a number, it is the same function and can be differentiated.

`amount > 0` changes whenever the noise of a solver takes a vanished drug below zero. Compared with a trace instead, a
drug leaves once and cleanly. What depends on it, a clock that starts with the first dose, goes on all the same.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from abscopal.language import Mechanism, Parameter, assumed
from abscopal.language import formula as grammar
from abscopal.language.model import Model

TRACE = 1e-6  # mg: as the floor of a drug
_WHY = assumed("below this a drug has gone")


def differentiable(model: Model, powers: Mapping[str, float]) -> Model:
    """Rewrite every Hill function and every comparison of a drug's amount with zero.

    Parameters
    ----------
    powers
        Values of the parameters that are Hill exponents; they become numbers in the formulas.
    """
    drugs = {name for name in model.patient_species if model.species[name].unit == "mg"}
    return Model(_Rewriter(powers, drugs, mechanism).mechanism() for mechanism in model.mechanisms)


def hill_exponents(model: Model) -> set[str]:
    """Names of parameters that are exponents of Hill functions."""
    equations = (*model.definitions, *model.processes, *model.hazards)
    calls = [node for equation in equations for node in ast.walk(equation.tree) if isinstance(node, ast.Call)]
    powers = [call.args[2] for call in calls if grammar.call_name(call) == "hill"]
    return {power.id for power in powers if isinstance(power, ast.Name)}


class _Rewriter(ast.NodeTransformer):
    """Rewrites the formulas of one mechanism."""

    def __init__(self, powers: Mapping[str, float], drugs: set[str], mechanism: Mechanism) -> None:
        self.powers, self.drugs, self.old = powers, drugs, mechanism
        self.trace = f"{mechanism.name}_trace"
        self.traced = False

    def mechanism(self) -> Mechanism:
        old = self.old
        new = replace(
            old,
            definitions=tuple(replace(d, formula=self.text(d.formula)) for d in old.definitions),
            contributions=tuple(replace(c, formula=self.text(c.formula)) for c in old.contributions),
            processes=tuple(replace(p, rate=self.text(p.rate)) for p in old.processes),
            hazards=tuple(replace(h, rate=self.text(h.rate)) for h in old.hazards),
        )
        kept = tuple(p for p in old.parameters if p.name not in self.powers)
        trace = (Parameter(self.trace, TRACE, "mg", "a trace of the drug", _WHY),) if self.traced else ()
        return replace(new, parameters=kept + trace)

    def text(self, formula: str) -> str:
        return ast.unparse(self.visit(ast.parse(formula.strip(), mode="eval")))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        arguments = [self.visit(argument) for argument in node.args]
        if grammar.call_name(node) != "hill":
            return ast.Call(node.func, arguments, [])
        x, k, n = arguments
        n = ast.Constant(self.powers[n.id]) if isinstance(n, ast.Name) else n
        if isinstance(n, ast.Constant) and n.value == 1:
            return ast.BinOp(x, ast.Div(), ast.BinOp(k, ast.Add(), x))
        share, half = ast.BinOp(x, ast.Pow(), n), ast.BinOp(k, ast.Pow(), n)
        return ast.BinOp(share, ast.Div(), ast.BinOp(half, ast.Add(), share))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        left, (right,) = node.left, node.comparators
        if not (isinstance(left, ast.Name) and left.id in self.drugs):
            return node
        if not (isinstance(right, ast.Constant) and right.value == 0):
            return node
        self.traced = True
        return ast.Compare(left, node.ops, [ast.Name(self.trace, ast.Load())])
