"""The order of a model's arithmetic: everything as early as it can be, in few loops over the lesions.

A program is a list of phases, by turns one for the patient and one inside a loop over the lesions. Each phase holds
items: definitions, sums over lesions, rates of processes and hazards. What depends on parameters alone is taken out
beforehand (`constant`), whole definitions and parts of formulas alike, because it need not be worked out at every step.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Literal

from abscopal.language import formula as grammar
from abscopal.language.linear_blocks import Block, identity, linear_blocks
from abscopal.language.model import Equation, Model
from abscopal.language.parts import Scope

Kind = Literal["definition", "total", "rate", "hazard"]


@dataclass(frozen=True)
class Item:
    """One line of the program; a rate carries its process."""

    name: str
    tree: ast.expr
    per: Scope
    kind: Kind
    process: Equation | None = None


@dataclass(frozen=True)
class Phase:
    """Items of one scope, each after what it needs."""

    per: Scope
    items: list[Item]


@dataclass(frozen=True)
class Flow:
    """A block of one species with its rate, or of two with both eigenvalues, their inverse difference and the matrix.

    With eigenvalues a and b, mean m and matrix A, exp(A s) = (e^as + e^bs) / 2 + (e^as - e^bs) / (a - b) (A - m).
    `constants` names the rate, or a, b, 1 / (a - b), A11 - m, A12 and A21.
    """

    block: Block
    constants: tuple[str, ...]


@dataclass
class Program:
    """A model's arithmetic: what is constant in time, then the phases of the right-hand side."""

    constants: list[Item] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)

    @property
    def items(self) -> list[Item]:
        """All items that change in time."""
        return [item for phase in self.phases for item in phase.items]


def schedule(model: Model, *, everything: bool = False, exact_flows: bool = True) -> Program:
    """Schedule what the derivative needs; `everything` schedules all definitions instead, and no rates.

    With `exact_flows` the linear blocks are left out of the rates and listed as `flows`.
    """
    return _Scheduler(model, everything, exact_flows and not everything).program()


class _Scheduler:
    def __init__(self, model: Model, everything: bool, exact_flows: bool) -> None:
        self.model, self.everything = model, everything
        self.scope: dict[str, Scope] = {n: p.per for n, p in (model.parameters | model.species).items()}
        self.constant = set(model.parameters)
        self.folded: dict[str, str] = {}  # names by text, so that the same part is worked out once
        self.shared: dict[str, str] = {}
        self.totals: dict[str, Item] = {}
        self.blocks = linear_blocks(model) if exact_flows else []
        self.result = Program()

    def program(self) -> Program:
        items = self._items()
        if not self.everything:
            items = _needed(items)
        self.result.phases = _phases(items)
        wanted = {name for item in items for name in grammar.names(item.tree)}
        if not self.everything:
            self.result.flows = [self._flow(block) for block in self.blocks]
            wanted |= {name for flow in self.result.flows for name in flow.constants}
        self.result.constants = _closure(self.result.constants, wanted)
        return self.result

    def _items(self) -> list[Item]:
        items: list[Item] = []
        for definition in self.model.definitions:
            self.scope[definition.name] = definition.per
            tree = self._rewrite(definition.tree, definition.per, items)
            if not self.everything and grammar.names(tree) <= self.constant:
                self._constant(definition.name, tree, definition.per)
            else:
                items.append(Item(definition.name, tree, definition.per, "definition"))
        if self.everything:
            return items
        for number, process in enumerate(self.model.processes):
            tree = self._rewrite(process.tree, process.per, items)
            items.append(Item(f"_rate{number}", tree, process.per, "rate", self._without_flows(process)))
        for hazard in self.model.hazards:
            items.append(Item(hazard.name, self._rewrite(hazard.tree, "patient", items), "patient", "hazard"))
        return items

    def _without_flows(self, process: Equation) -> Equation:
        """Leave out what a process does to species whose flow is solved exactly."""
        exact = {name for block in self.blocks if identity(process) in block.processes for name in block.species}
        return replace(process, change=tuple(change for change in process.change if change[0] not in exact))

    def _flow(self, block: Block) -> Flow:
        zero: ast.expr = ast.Constant(0.0)
        if len(block.species) == 1:
            trees = [block.matrix[block.species * 2]]
        else:
            (one, two) = block.species
            trees = _eigen(*(block.matrix.get(key, zero) for key in ((one, one), (one, two), (two, one), (two, two))))
        return Flow(block, tuple(ast.unparse(self.name_constant(tree)) for tree in trees))

    def _constant(self, name: str, tree: ast.expr, per: Scope) -> None:
        self.result.constants.append(Item(name, tree, per, "definition"))
        self.constant.add(name)

    def _rewrite(self, tree: ast.expr, per: Scope, items: list[Item]) -> ast.expr:
        """Replace each sum over lesions by a name scheduled before, and take out what need not be repeated."""
        return _Folder(self, per, items).fold(_Totals(self, items).visit(deepcopy(tree)))

    def total(self, inner: ast.expr, items: list[Item]) -> ast.expr:
        """Schedule a sum over lesions, once, and return its name."""
        inner = _Folder(self, "lesion", items).fold(inner)
        item = self.totals.get(ast.unparse(inner))
        if item is None:
            item = Item(f"_total{len(self.totals)}", inner, "lesion", "total")
            self.totals[ast.unparse(inner)] = item
            self.scope[item.name] = "patient"
            items.append(item)
        return ast.Name(item.name, ast.Load())

    def name_constant(self, tree: ast.expr) -> ast.expr:
        """Give a part that depends on parameters alone a name of its own."""
        text = ast.unparse(tree)
        if text not in self.folded:
            per: Scope = "lesion" if any(self.scope[n] == "lesion" for n in grammar.names(tree)) else "patient"
            name = f"_constant{len(self.folded)}"
            self.scope[name] = per
            self._constant(name, tree, per)
            self.folded[text] = name
        return ast.Name(self.folded[text], ast.Load())

    def name_shared(self, tree: ast.expr, items: list[Item]) -> ast.expr:
        """Give a part that all lesions of a patient share a name of its own, worked out once per patient."""
        tree = _Folder(self, "patient", items).fold(tree)
        text = ast.unparse(tree)
        if text not in self.shared:
            name = f"_shared{len(self.shared)}"
            self.scope[name] = "patient"
            items.append(Item(name, tree, "patient", "definition"))
            self.shared[text] = name
        return ast.Name(self.shared[text], ast.Load())


class _Folder:
    """Takes out of one formula what is constant in time and, in a loop over lesions, what all lesions share."""

    def __init__(self, scheduler: _Scheduler, per: Scope, items: list[Item]) -> None:
        self.scheduler, self.per, self.items = scheduler, per, items

    def fold(self, tree: ast.expr) -> ast.expr:
        if self.scheduler.everything:
            return tree
        if isinstance(tree, ast.Compare):
            return ast.Compare(self.fold(tree.left), tree.ops, [self.fold(tree.comparators[0])])
        if (cheap := self._cheap(tree)) is not None:
            return cheap
        if isinstance(tree, ast.BinOp):
            return self._operation(tree)
        if isinstance(tree, ast.UnaryOp):
            return ast.UnaryOp(tree.op, self.fold(tree.operand))
        assert isinstance(tree, ast.Call)
        powers = 1 if grammar.call_name(tree) == "hill" else 0  # an exponent stays as it is written
        folded = [self.fold(argument) for argument in tree.args[: len(tree.args) - powers]]
        return ast.Call(tree.func, folded + tree.args[len(folded) :], [])

    def _cheap(self, tree: ast.expr) -> ast.expr | None:
        """Return what a formula is replaced by if this loop need not work it out, else None."""
        if isinstance(tree, ast.Name | ast.Constant):
            return tree
        if not grammar.names(tree):
            try:
                return ast.Constant(grammar.number(tree))
            except grammar.FormulaError:
                return self.scheduler.name_constant(tree)
        if self._constant(tree):
            return self.scheduler.name_constant(tree)
        if self._shared(tree):
            return self.scheduler.name_shared(tree, self.items)
        return None

    def _operation(self, tree: ast.BinOp) -> ast.expr:
        if isinstance(tree.op, ast.Pow):  # the exponent stays as it is written
            return ast.BinOp(self.fold(tree.left), tree.op, tree.right)
        if isinstance(tree.op, ast.Div) and (self._constant(tree.right) or self._shared(tree.right)):
            return self.fold(ast.BinOp(tree.left, ast.Mult(), ast.BinOp(ast.Constant(1.0), ast.Div(), tree.right)))
        if isinstance(tree.op, ast.Mult):
            return self._product(tree)
        return ast.BinOp(self.fold(tree.left), tree.op, self.fold(tree.right))

    def _product(self, tree: ast.BinOp) -> ast.expr:
        """Multiply beforehand those factors that need not be multiplied here."""
        factors = list(_factors(tree))
        fixed = [factor for factor in factors if self._constant(factor)]
        shared = [factor for factor in factors if self._shared(factor)]
        rest = [self.fold(factor) for factor in factors if factor not in fixed and factor not in shared]
        if shared and all(self.scheduler.scope[n] == "patient" for factor in fixed for n in grammar.names(factor)):
            fixed, shared = [], fixed + shared
        beforehand = [self.fold(_multiply(group)) for group in (fixed, shared) if group]
        return _multiply(beforehand + rest)

    def _constant(self, tree: ast.expr) -> bool:
        return grammar.names(tree) <= self.scheduler.constant

    def _shared(self, tree: ast.expr) -> bool:
        """Tell what varies in time, but is the same for all lesions, inside a loop over them."""
        if self.per == "patient" or self._constant(tree):
            return False
        return all(self.scheduler.scope[name] == "patient" for name in grammar.names(tree))


class _Totals(ast.NodeTransformer):
    def __init__(self, scheduler: _Scheduler, items: list[Item]) -> None:
        self.scheduler, self.items = scheduler, items

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if grammar.call_name(node) == "total":
            return self.scheduler.total(node.args[0], self.items)
        return ast.Call(node.func, [self.visit(argument) for argument in node.args], [])


def _factors(tree: ast.expr) -> list[ast.expr]:
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult):
        return _factors(tree.left) + _factors(tree.right)
    return [tree]


def _multiply(parts: list[ast.expr]) -> ast.expr:
    product = parts[0]
    for part in parts[1:]:
        product = ast.BinOp(product, ast.Mult(), part)
    return product


def _eigen(a: ast.expr, b: ast.expr, c: ast.expr, d: ast.expr) -> list[ast.expr]:
    """Work out what `Flow` wants of the matrix ((a, b), (c, d)); eigenvalues are kept at least 1e-9 apart."""
    one, two, three, four = (ast.unparse(tree) for tree in (a, b, c, d))
    mean = f"(0.5 * (({one}) + ({four})))"
    half = f"sqrt(max((0.5 * (({one}) - ({four}))) ** 2 + ({two}) * ({three}), 2.5e-19))"
    texts = [f"{mean} + {half}", f"{mean} - {half}", f"0.5 / {half}", f"({one}) - {mean}", two, three]
    return [ast.parse(text, mode="eval").body for text in texts]


def _needed(items: list[Item]) -> list[Item]:
    """Drop what no rate and no hazard needs."""
    wanted = {i.name for i in items if i.kind == "hazard" or (i.process is not None and i.process.change)}
    return _closure(items, wanted)


def _closure(items: list[Item], wanted: set[str]) -> list[Item]:
    """Items with a wanted name and whatever they need, in the order given."""
    kept: list[Item] = []
    wanted = set(wanted)
    for item in reversed(items):
        if item.name in wanted:
            wanted |= grammar.names(item.tree)
            kept.append(item)
    return kept[::-1]


def _phases(items: Iterable[Item]) -> list[Phase]:
    """Everything ready in one scope, then everything ready in the other, until nothing waits."""
    waiting = {item.name: item for item in items}
    phases: list[Phase] = []
    per: Scope = "patient"
    while waiting:
        taken = _ready(waiting, per)
        if taken:
            phases.append(Phase(per, taken))
        per = "lesion" if per == "patient" else "patient"
    return phases


def _ready(waiting: dict[str, Item], per: Scope) -> list[Item]:
    """Take from `waiting` what can be worked out in one phase of a scope."""
    taken: list[Item] = []
    unfinished: set[str] = set()  # a sum of this very phase is complete only after it
    for item in list(waiting.values()):
        if item.per == per and not (grammar.names(item.tree) & (waiting.keys() | unfinished)):
            taken.append(waiting.pop(item.name))
            if item.kind == "total":
                unfinished.add(item.name)
    return taken
