"""Print a model as written, for one patient, in plain Python, which runs at once and can be compiled.

The text is one function, `rhs(y, p, q, lesions, dy, d)`, for one patient:

    y, dy   state and its derivative: patient species, then cumulative hazards, then lesion after lesion
    p       patient parameters            q   lesion parameters [lesion, parameter]
    d       scratch for lesion definitions [lesion, definition]

`PREAMBLE` is what the text needs to stand before it. Patient-scope formulas stand outside the lesion loop and are
evaluated once; a lesion loop is opened only when some lesion-scope definition or total() needs one. A model's names,
which start with a letter, are printed with one `_` in front, the generator's own with none or two, so the two cannot
meet.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from abscopal.language import formula as grammar
from abscopal.language.layout import Layout, layout_of
from abscopal.language.model import Equation, Model

PREAMBLE = '''
import math


def _hill(x, k, n):
    """x^n / (k^n + x^n) without overflow; x and k are not negative."""
    if x <= 0.0:
        return 0.0
    return 1.0 / (1.0 + (k / x) ** n)


'''


@dataclass(frozen=True)
class _Step:
    """One line of the program: a definition, or a total() to be summed before its users."""

    name: str
    tree: ast.expr
    lesion: bool
    total: bool = False


class _Printer:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.layout = layout_of(model)
        self.lesion_definitions = [d.name for d in model.definitions if d.per == "lesion"]
        self.totals: dict[str, str] = {}

    def steps(self) -> list[_Step]:
        """Definitions and totals, each after what it needs."""
        steps: list[_Step] = []
        for definition in self.model.definitions:
            steps += self._new_totals(definition.tree)
            steps.append(_Step(definition.name, definition.tree, definition.per == "lesion"))
        for equation in (*self.model.processes, *self.model.hazards):
            steps += self._new_totals(equation.tree)
        return steps

    def _new_totals(self, tree: ast.expr) -> list[_Step]:
        found = []
        for inner in grammar.totals(tree):
            text = ast.unparse(inner)
            if text not in self.totals:
                self.totals[text] = f"__total{len(self.totals)}"
                found.append(_Step(self.totals[text], inner, lesion=True, total=True))
        return found

    def text(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return self.name(node.id)
        if isinstance(node, ast.Constant):
            return repr(float(node.value))  # type: ignore[arg-type]
        if isinstance(node, ast.UnaryOp):
            return f"(-{self.text(node.operand)})"
        if isinstance(node, ast.BinOp):
            return self._operation(node)
        assert isinstance(node, ast.Call)
        return self._call(node)

    def name(self, name: str) -> str:
        if name in self.lesion_definitions:
            return f"d[j, {self.lesion_definitions.index(name)}]"
        if name in self.layout.patient_parameters:
            return f"p[{self.layout.patient_parameters.index(name)}]"
        if name in self.layout.lesion_parameters:
            return f"q[j, {self.layout.lesion_parameters.index(name)}]"
        if name in self.layout.lesion_species:
            return f"y[b + {self.layout.lesion_species.index(name)}]"
        if name in self.layout.patient_species:
            return f"y[{self.layout.patient_species.index(name)}]"
        return f"_{name}"

    def _operation(self, node: ast.BinOp) -> str:
        if isinstance(node.op, ast.Pow):
            return self._power(self.text(node.left), node.right)
        operator = grammar.OPERATORS[type(node.op)]
        return f"({self.text(node.left)} {operator} {self.text(node.right)})"

    def _power(self, base: str, power: ast.expr) -> str:
        try:
            value = grammar.number(power)
        except grammar.FormulaError:
            return f"({base} ** {self.text(power)})"
        if value in (2.0, 3.0):
            return "(" + " * ".join([base] * int(value)) + ")"
        return f"({base} ** {value!r})"

    def _call(self, node: ast.Call) -> str:
        name = grammar.call_name(node)
        if name == "total":
            return self.totals[ast.unparse(node.args[0])]
        if name == "where":
            comparison = node.args[0]
            assert isinstance(comparison, ast.Compare)
            sign = grammar.COMPARISONS[type(comparison.ops[0])]
            test = f"{self.text(comparison.left)} {sign} {self.text(comparison.comparators[0])}"
            return f"({self.text(node.args[1])} if {test} else {self.text(node.args[2])})"
        arguments = [self.text(argument) for argument in node.args]
        if name == "hill":
            return self._hill(arguments[0], arguments[1], node.args[2])
        return f"{ {'min': 'min', 'max': 'max', 'abs': 'abs'}.get(name, 'math.' + name) }({', '.join(arguments)})"

    def _hill(self, x: str, k: str, power: ast.expr) -> str:
        if isinstance(power, ast.Constant) and power.value == 1:
            return f"({x} / ({k} + {x}))"
        return f"_hill({x}, {k}, {self.text(power)})"


def to_scalar(model: Model) -> str:
    """Source text of the model's right-hand side (see the module's docstring)."""
    printer = _Printer(model)
    lines = ["def rhs(y, p, q, lesions, dy, d):"]
    lines += _program(printer)
    lines += _derivatives(printer)
    return "\n".join(lines) + "\n"


def _program(printer: _Printer) -> list[str]:
    """Definitions and totals, runs of lesion-scope steps sharing one loop."""
    lines: list[str] = []
    for lesion, group in _group(printer.steps()):
        if not lesion:
            lines += [f"    _{step.name} = {printer.text(step.tree)}" for step in group]
            continue
        lines += [f"    {step.name} = 0.0" for step in group if step.total]
        lines += _loop_head(printer.layout)
        for step in group:
            target = f"{step.name} +=" if step.total else f"{printer.name(step.name)} ="
            lines.append(f"        {target} {printer.text(step.tree)}")
    return lines


def _group(steps: list[_Step]) -> list[tuple[bool, list[_Step]]]:
    """Schedule steps greedily into few loops: everything ready in one scope, then everything ready in the other."""
    waiting = {step.name: step for step in steps}
    totals = {ast.unparse(step.tree): step.name for step in steps if step.total}
    needs = {step.name: _needs(step, totals, waiting) for step in steps}
    groups: list[tuple[bool, list[_Step]]] = []
    lesion = False
    while waiting:
        group: list[_Step] = []
        blocked: set[str] = set()  # totals of this very group are complete only after its loop
        for step in steps:
            if step.name in waiting and step.lesion == lesion and not (needs[step.name] & (waiting.keys() | blocked)):
                group.append(waiting.pop(step.name))
                if step.total:
                    blocked.add(step.name)
        if group:
            groups.append((lesion, group))
        lesion = not lesion
    return groups


def _needs(step: _Step, totals: dict[str, str], known: dict[str, _Step]) -> set[str]:
    inner = {totals[ast.unparse(t)] for t in grammar.totals(step.tree)}
    names = grammar.names(step.tree) if step.total else grammar.names_outside_total(step.tree)
    return (names & known.keys()) | inner


def _loop_head(layout: Layout) -> list[str]:
    return ["    for j in range(lesions):", f"        b = {layout.head} + j * {layout.block}"]


def _derivatives(printer: _Printer) -> list[str]:
    layout = printer.layout
    lines = [f"    for k in range({layout.head} + lesions * {layout.block}):", "        dy[k] = 0.0"]
    for process in printer.model.processes:
        if process.per == "patient":
            lines += _apply(printer, process, "    ")
    for number, hazard in enumerate(printer.model.hazards):
        lines.append(f"    dy[{len(layout.patient_species) + number}] = {printer.text(hazard.tree)}")
    lines += _loop_head(layout)
    for process in printer.model.processes:
        if process.per == "lesion":
            lines += _apply(printer, process, "        ")
    lines.append("        pass" if lines[-1].strip().startswith("b =") else "")
    return [line for line in lines if line]


def _apply(printer: _Printer, process: Equation, indent: str) -> list[str]:
    lines = [f"{indent}rate = {printer.text(process.tree)}  # {process.mechanism}: {process.name}"]
    for name, count in process.change:
        target = printer.name(name).replace("y[", "dy[", 1)
        factor = "" if abs(count) == 1 else f"{abs(count)}.0 * "
        lines.append(f"{indent}{target} {'+=' if count > 0 else '-='} {factor}rate")
    return lines
