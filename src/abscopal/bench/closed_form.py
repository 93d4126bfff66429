"""Drugs that need no integrator: amounts that only decay, at a rate made of parameters alone.

    dA/dt = -k A        A(t + h) = A(t) exp(-k h)

Integrated numerically, the fastest of them sets the step size of everything else. The engine takes the exact solution,
so an honest comparison gives it to the other tools too ("algorithm-matched"), beside what their users would do.
"""

from __future__ import annotations

import ast

from abscopal.language import formula as grammar
from abscopal.language.model import Equation, Model


def decays(model: Model) -> dict[str, str]:
    """Return the species of the patient that only decay, each with its rate (1/day), a formula of parameters."""
    found = {}
    for species in model.patient_species:
        changes = [process for process in model.processes if species in dict(process.change)]
        if len(changes) == 1 and (rate := _decay_rate(model, species, changes[0])) is not None:
            found[species] = rate
    return found


def _decay_rate(model: Model, species: str, process: Equation) -> str | None:
    """Rate k of a process `species ->` that runs at k times the species, None if it is anything else."""
    if process.change != ((species, -1),):
        return None
    rate = _quotient(_expanded(model, process.tree), species)
    if rate is None or not grammar.names(rate) <= set(model.patient_parameters):
        return None
    return ast.unparse(rate)


def _expanded(model: Model, tree: ast.expr) -> ast.expr:
    """Put definitions in place of their names."""
    known = {definition.name: definition.tree for definition in model.definitions}

    class _Expand(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return _expanded(model, known[node.id]) if node.id in known else node

    expanded = _Expand().visit(ast.parse(ast.unparse(tree), mode="eval").body)
    assert isinstance(expanded, ast.expr)
    return expanded


def _quotient(tree: ast.expr, name: str) -> ast.expr | None:
    """Divide a product by one of its factors: what is left, None if the name is no plain factor of it."""
    if isinstance(tree, ast.Name):
        return ast.Constant(1.0) if tree.id == name else None
    if not isinstance(tree, ast.BinOp):
        return None
    if isinstance(tree.op, ast.Div):
        left = _quotient(tree.left, name)
        return None if left is None else ast.BinOp(left, ast.Div(), tree.right)
    if isinstance(tree.op, ast.Mult):
        for one, other, flip in ((tree.left, tree.right, False), (tree.right, tree.left, True)):
            rest = _quotient(one, name)
            if rest is not None and name not in grammar.names(other):
                return ast.BinOp(other, ast.Mult(), rest) if flip else ast.BinOp(rest, ast.Mult(), other)
    return None
