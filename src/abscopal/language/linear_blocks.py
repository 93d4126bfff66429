"""Drugs that flow out of, or between, one or two compartments at constant rates: what an engine can solve exactly.

A block is one patient species, or two that exchange, into which nothing flows from outside (doses apart). Those of its
processes whose rates are a constant times a species form a matrix A; whatever else takes from the block, such as a
clearance that changes with time, is left to the integrator as a small remainder. The integrator then follows
u = exp(-A s) x over a step, which changes only by the remainder (Lawson, SIAM J Numer Anal 1967;4:372,
doi:10.1137/0704033), so that fast elimination and distribution neither limit its step nor add to its error.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from abscopal.language.model import Equation, Model

Row = dict[str, ast.expr]
MOST = 2  # species of a block; the exponential of a larger matrix has no short closed form


@dataclass(frozen=True)
class Block:
    """Species, the matrix of their linear flows (by row and column, absent where zero), and the processes in it."""

    species: tuple[str, ...]
    matrix: dict[tuple[str, str], ast.expr]
    processes: frozenset[str]
    remainder: bool


def identity(process: Equation) -> str:
    """Name of a process that is unique in a model."""
    return f"{process.mechanism}: {process.name}"


def linear_blocks(model: Model) -> list[Block]:
    """Find the blocks of a model, in the order of its species."""
    candidates = _fed_only_from_within(model)
    flows = {
        identity(p): f for p in model.processes if (f := _linear(p.tree, model, candidates)) and p.per == "patient"
    }
    blocks = []
    for group in _groups(model, candidates, flows):
        own = {name: flow for name, flow in flows.items() if flow.keys() <= set(group)}
        if own and len(group) <= MOST and not _inflow(model, group, own):
            blocks.append(_block(model, group, own))
    return blocks


def _fed_only_from_within(model: Model) -> set[str]:
    """Patient species that no process of lesions changes."""
    changed = {name for p in model.processes if p.per == "lesion" for name, _ in p.change}
    return set(model.patient_species) - changed


def _linear(tree: ast.expr, model: Model, species: set[str]) -> Row | None:
    """Coefficients of a formula that is a sum of constants times species; None if it is not."""
    if isinstance(tree, ast.Name):
        if tree.id in species:
            return {tree.id: ast.Constant(1.0)}
        definition = next((d for d in model.definitions if d.name == tree.id and d.per == "patient"), None)
        return None if definition is None else _linear(definition.tree, model, species)
    if isinstance(tree, ast.UnaryOp):
        inner = _linear(tree.operand, model, species)
        return inner and {name: ast.UnaryOp(ast.USub(), value) for name, value in inner.items()}
    if not isinstance(tree, ast.BinOp):
        return None
    if isinstance(tree.op, ast.Add | ast.Sub):
        return _combined(tree, model, species)
    factor, rest = (tree.right, tree.left) if _constant(tree.right, model) else (tree.left, tree.right)
    if not isinstance(tree.op, ast.Mult | ast.Div) or not _constant(factor, model):
        return None
    if isinstance(tree.op, ast.Div) and factor is tree.left:
        return None
    inner = _linear(rest, model, species)
    return inner and {name: ast.BinOp(value, tree.op, factor) for name, value in inner.items()}


def _combined(tree: ast.BinOp, model: Model, species: set[str]) -> Row | None:
    left, right = _linear(tree.left, model, species), _linear(tree.right, model, species)
    if left is None or right is None:
        return None
    total = dict(left)
    for name, value in right.items():
        total[name] = ast.BinOp(total.get(name, ast.Constant(0.0)), tree.op, value)
    return total


def _constant(tree: ast.expr, model: Model) -> bool:
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return not any(isinstance(n, ast.Call) for n in ast.walk(tree)) and all(
        name in model.parameters and model.parameters[name].per == "patient" for name in names
    )


def _groups(model: Model, candidates: set[str], flows: dict[str, Row]) -> list[list[str]]:
    """Species that linear flows connect, each group in the order of the model."""
    group = {name: {name} for name in candidates}
    for process in model.processes:
        if identity(process) in flows:
            joined = set(flows[identity(process)]) | {name for name, _ in process.change if name in candidates}
            merged = set().union(*(group[name] for name in joined))
            for name in merged:
                group[name] = merged
    ordered = [name for name in model.patient_species if name in candidates]
    unique = {id(group[name]): group[name] for name in ordered}
    return [[name for name in ordered if name in members] for members in unique.values()]


def _inflow(model: Model, group: Iterable[str], own: dict[str, Row]) -> bool:
    """Tell whether a process outside the linear flows adds to a species of the group."""
    outside = (process for process in model.processes if identity(process) not in own)
    return any(name in group and count > 0 for process in outside for name, count in process.change)


def _block(model: Model, group: list[str], own: dict[str, Row]) -> Block:
    matrix: dict[tuple[str, str], ast.expr] = {}
    remainder = False
    for process in model.processes:
        touched = [(name, count) for name, count in process.change if name in group]
        flow = own.get(identity(process))
        remainder |= bool(touched) and flow is None
        for name, count in touched if flow else ():
            for column, value in flow.items():  # type: ignore[union-attr]
                term = ast.BinOp(ast.Constant(float(count)), ast.Mult(), value)
                known = matrix.get((name, column))
                matrix[name, column] = term if known is None else ast.BinOp(known, ast.Add(), term)
    return Block(tuple(group), matrix, frozenset(own), remainder)
