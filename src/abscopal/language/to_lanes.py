"""Print a model as the right-hand side of its ODEs for many patients side by side, in plain Python for Numba.

Patients sit in lanes: quantity number i of the patient in lane l is at `i * W + l` of a flat array, so that the loop
over l becomes one packed instruction on a CPU, or one thread per lane on a GPU. The text is three functions:

    constants(p, q, lesions, c, e, l)                   what does not change in time, of the patient put into lane l
    rhs(y, c, e, n, lesions, dy, s, d, w)               derivatives of lanes 0 to w - 1
    flow(z, h, share, c, w)                             let each linear block flow over a share of the step h
    unflow(dy, h, share, c, w)                          the inverse, of the derivatives of blocks with a remainder
    sink(z, floor, w)                                   set to zero what has flowed below its floor
    observe(y, c, e, n, lesions, out, s, d, w)          every lesion-scope definition

    y, dy   states and derivatives: patient species, cumulative hazards, then lesion after lesion
    p, q    parameters of one patient [parameter] and of its lesions [lesion, parameter]
    c, e    what `constants` fills in, per patient and per lesion
    n       lesions of each lane; `lesions` is the most of any
    s, d    scratch, per patient and per lesion (two arrays, so that a compiler sees that they do not overlap)

A lane with fewer lesions than its neighbours is masked: nothing about a patient depends on the other lanes. Products
with a sum are printed as fused multiply-add, always, so that every machine rounds alike. A model's names, which start
with a letter, are printed with one `_` in front, the generator's own with none or two, so the two cannot meet.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from copy import deepcopy

from abscopal.language import formula as grammar
from abscopal.language.layout import layout_of
from abscopal.language.model import Model
from abscopal.language.parts import Scope
from abscopal.language.schedule import Flow, Item, Phase, Program, schedule


def text(node: ast.expr) -> str:
    """Print a formula."""
    if isinstance(node, ast.Name):
        return f"_{node.id}"
    if isinstance(node, ast.Constant):
        return repr(float(node.value))  # type: ignore[arg-type]
    if isinstance(node, ast.UnaryOp):
        return f"(-{text(node.operand)})"
    if isinstance(node, ast.BinOp):
        return _operation(node)
    assert isinstance(node, ast.Call)
    return _call(node)


def _operation(node: ast.BinOp) -> str:
    if isinstance(node.op, ast.Pow):
        return _power(text(node.left), node.right)
    if isinstance(node.op, ast.Add | ast.Sub):
        return _sum(node)
    return f"({text(node.left)} {grammar.OPERATORS[type(node.op)]} {text(node.right)})"


def _sum(node: ast.BinOp) -> str:
    """Print a * b + c so that it is rounded once."""
    minus = isinstance(node.op, ast.Sub)
    left, right = node.left, node.right
    if _is_product(left):
        sign = "-" if minus else ""
        return f"fma({text(left.left)}, {text(left.right)}, {sign}{text(right)})"  # type: ignore[attr-defined]
    if _is_product(right):
        sign = "-" if minus else ""
        return f"fma({sign}{text(right.left)}, {text(right.right)}, {text(left)})"  # type: ignore[attr-defined]
    return f"({text(left)} {'-' if minus else '+'} {text(right)})"


def _is_product(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


_POWERS = {0.5: "math.sqrt({0})", 1.0: "{0}", 2.0: "square({0})", 3.0: "cube({0})", -1.0: "(1.0 / {0})"}
_POWERS |= {1.0 / 3.0: "cbrt({0})", 2.0 / 3.0: "square(cbrt({0}))"}


def _power(base: str, power: ast.expr) -> str:
    try:
        value = grammar.number(power)
    except grammar.FormulaError:
        return f"power({base}, {text(power)})"
    return _POWERS.get(value, f"power({{0}}, {value!r})").format(base)


def _call(node: ast.Call) -> str:
    name = grammar.call_name(node)
    if name == "where":
        comparison = node.args[0]
        assert isinstance(comparison, ast.Compare)
        sign = grammar.COMPARISONS[type(comparison.ops[0])]
        test = f"{text(comparison.left)} {sign} {text(comparison.comparators[0])}"
        return f"({text(node.args[1])} if {test} else {text(node.args[2])})"
    arguments = [text(argument) for argument in node.args]
    if name == "hill":
        return _hill(arguments[0], arguments[1], node.args[2])
    if name in ("min", "max"):
        sign = "<" if name == "min" else ">"
        return f"({arguments[0]} if {arguments[0]} {sign} {arguments[1]} else {arguments[1]})"
    return f"{ {'exp': 'exp', 'log': 'log', 'abs': 'abs', 'sqrt': 'math.sqrt'}[name] }({', '.join(arguments)})"


def _hill(x: str, k: str, power: ast.expr) -> str:
    if isinstance(power, ast.Constant) and power.value in (1, 2, 3):
        return f"hill{power.value:.0f}({x}, {k})"
    return f"hill({x}, {k}, {text(power)})"


def to_lanes(model: Model, *, exact_flows: bool = True) -> str:
    """Source text of the model's functions (see the module's docstring).

    Without `exact_flows` linear blocks are part of `rhs` like everything else.
    """
    needed, everything = schedule(model, exact_flows=exact_flows), schedule(model, everything=True)
    printer = _Printer(model, needed, everything)
    head = [
        "POSITIVE = 0xFFFFFFFF",
        f"LESION_CONSTANTS = {printer.width('lesion')}",
        f"PATIENT_CONSTANTS = {printer.width('patient')}",
    ]
    head += [f"SCRATCH = {printer.scratch_patient}", f"LESION_SCRATCH = {printer.scratch_lesion}"]
    head += [f"PATIENT_COPIES = {printer.copies('patient')}", f"LESION_COPIES = {printer.copies('lesion')}"]
    head.append(f"LESION_DEFINITIONS = {max(1, len(printer.lesion_definitions))}")
    blocks = [row for flow in needed.flows for row in map(printer.layout.index, flow.block.species)]
    head.append(f"BLOCK_ROWS = {(*blocks, -1)!r}  # states whose linear flow is solved exactly; -1 for none")
    functions = [printer.constants(), printer.rhs(needed), *printer.flows(needed), printer.observe(everything)]
    return "\n\n".join(["\n".join(head), *("\n".join(lines) for lines in functions)]) + "\n"


class _Printer:
    def __init__(self, model: Model, needed: Program, everything: Program) -> None:
        self.model, self.layout = model, layout_of(model)
        self.fixed = {item.name: item for item in (*needed.constants, *everything.constants)}
        self.rows = self._constant_rows(needed, everything)
        self.lesion_definitions = [d.name for d in model.definitions if d.per == "lesion"]
        self.scratch: dict[str, int] = {}
        self.inflows = [f"_into_{name}" for name in sorted(_from_lesions(model))]
        self.carried = {name: per for program in (needed, everything) for name, per in _carried(program).items()}
        self.carried |= dict.fromkeys(self.inflows, "patient")
        for per in ("patient", "lesion"):
            names = [name for name, scope in self.carried.items() if scope == per]
            self.scratch |= {name: row for row, name in enumerate(names)}
        self.scratch_patient = 1 + sum(1 for per in self.carried.values() if per == "patient")
        self.scratch_lesion = 1 + sum(1 for per in self.carried.values() if per == "lesion")

    def _constant_rows(self, *programs: Program) -> dict[str, tuple[Scope, int]]:
        """Which parameters and folded constants the loops use, and where they are kept."""
        used: dict[str, None] = {}
        for program in programs:
            for item in program.items:
                used |= dict.fromkeys(sorted(grammar.names(item.tree)))
            used |= dict.fromkeys(name for flow in program.flows for name in flow.constants)
        rows: dict[str, tuple[Scope, int]] = {}
        count = {"patient": 0, "lesion": 0}
        for name in used:
            if name in self.fixed or name in self.model.parameters:
                per = self.fixed[name].per if name in self.fixed else self.model.parameters[name].per
                rows[name] = (per, count[per])
                count[per] += 1
        return rows

    def width(self, per: Scope) -> int:
        """Rows of constants of one scope (at least one, as arrays of none are a nuisance)."""
        return max(1, sum(1 for scope, _ in self.rows.values() if scope == per))

    # -- constants -----------------------------------------------------------------------------------------------

    def constants(self) -> list[str]:
        """Parameters are copied by their numbers; what is made of them is worked out."""
        lines = ["def constants(p, q, lesions, c, e, l):", "    for i in range(PATIENT_COPIES.shape[0]):"]
        lines += ["        c[PATIENT_COPIES[i, 0] * W + l] = p[PATIENT_COPIES[i, 1]]"]
        lines += self._constant_lines("patient", "    ")
        lines += ["    for j in range(lesions):", f"        be = j * {self.width('lesion')} * W"]
        lines += ["        for i in range(LESION_COPIES.shape[0]):"]
        lines += ["            e[be + LESION_COPIES[i, 0] * W + l] = q[j, LESION_COPIES[i, 1]]"]
        return lines + self._constant_lines("lesion", "        ")

    def copies(self, per: Scope) -> str:
        """Pairs of a row of constants and the number of the parameter that is copied there."""
        known = self.layout.patient_parameters if per == "patient" else self.layout.lesion_parameters
        pairs = [(row, known.index(name)) for name, (scope, row) in self.rows.items() if scope == per and name in known]
        return f"np.array({pairs!r}, dtype=np.int64).reshape(-1, 2)"

    def _constant_lines(self, per: Scope, indent: str) -> list[str]:
        items = [item for item in self.fixed.values() if item.per == per]
        keep = [name for name, (scope, _) in self.rows.items() if scope == per and name in self.fixed]
        names = {name for item in items for name in grammar.names(item.tree)}
        outer = sorted(n for n in names if per == "lesion" and n in self.fixed and self.fixed[n].per == "patient")
        names |= {n for name in outer for n in grammar.names(self._whole(name))}
        lines = [f"{indent}_{name} = {self._parameter(name)}" for name in sorted(names & self.model.parameters.keys())]
        lines += [f"{indent}_{name} = {text(self._whole(name))}" for name in outer]
        lines += [f"{indent}_{item.name} = {text(item.tree)}" for item in items]
        return lines + [f"{indent}{self._constant(name)} = _{name}" for name in keep]

    def _whole(self, name: str) -> ast.expr:
        """Write a constant's formula out, every constant in it included."""
        return _Substitute(self.fixed).visit(deepcopy(self.fixed[name].tree))  # type: ignore[no-any-return]

    def _parameter(self, name: str) -> str:
        layout = self.layout
        if name in layout.patient_parameters:
            return f"p[{layout.patient_parameters.index(name)}]"
        return f"q[j, {layout.lesion_parameters.index(name)}]"

    def _constant(self, name: str) -> str:
        per, row = self.rows[name]
        return f"c[{row} * W + l]" if per == "patient" else f"e[be + {row} * W + l]"

    # -- right-hand side and observation ---------------------------------------------------------------------------

    def rhs(self, program: Program) -> list[str]:
        lines = ["def rhs(y, c, e, n, lesions, dy, s, d, w):"]
        touched: set[str] = set()
        lines += self._zero(self.inflows)
        for phase in program.phases:
            lines += self._phase(phase, program, touched)
        return lines + self._untouched(touched) + self._collect()

    def _zero(self, names: Iterable[str]) -> list[str]:
        """Start sums over lesions at zero."""
        body = [f"        {self._scratch(name, 'patient')} = 0.0" for name in names]
        return ["    for l in range(w):", *body] if body else []

    def _collect(self) -> list[str]:
        """Add what processes of lesions do to patient species."""
        body = [
            f"        {self._state(n.removeprefix('_into_'), 'dy')} += {self._scratch(n, 'patient')}"
            for n in self.inflows
        ]
        return ["    for l in range(w):", *body] if body else []

    def _untouched(self, touched: set[str]) -> list[str]:
        lines: list[str] = []
        for per in ("patient", "lesion"):
            names = [n for n, s in self.model.species.items() if s.per == per and n not in touched]
            if names:
                head, indent = self._loop(per)
                lines += head + [f"{indent}{self._state(name, 'dy')} = 0.0" for name in names]
        return lines

    def flows(self, program: Program) -> Iterator[list[str]]:
        """Exact solution of the linear blocks, forward and back, and their floors."""
        remainders = [flow for flow in program.flows if flow.block.remainder]
        yield self._flow_function("def flow(z, h, share, c, w):", program.flows, "h[l] * share")
        yield self._flow_function("def unflow(z, h, share, c, w):", remainders, "-h[l] * share")
        lines = ["def sink(z, floor, w):", "    for l in range(w):", "        pass"]
        for name in (name for flow in program.flows for name in flow.block.species):
            place = self._state(name, "z")
            lines.append(f"        {place} = 0.0 if {place} < floor[{self.layout.index(name)}] else {place}")
        yield lines

    def _flow_function(self, head: str, flows: list[Flow], time: str) -> list[str]:
        body = [line for flow in flows for line in self._flow_one(flow)]
        return [head, "    for l in range(w):", f"        s = {time}", *body]

    def _flow_one(self, flow: Flow) -> list[str]:
        rows = [self._constant(name) for name in flow.constants]
        places = [self._state(name, "z") for name in flow.block.species]
        note = f"        # {'; '.join(sorted(flow.block.processes))}"
        if len(places) == 1:
            return [note, f"        {places[0]} = {places[0]} * exp({rows[0]} * s)"]
        return [
            note,
            f"        a, b = exp({rows[0]} * s), exp({rows[1]} * s)",
            f"        mean, slope, one, two = 0.5 * (a + b), (a - b) * {rows[2]}, {places[0]}, {places[1]}",
            f"        {places[0]} = fma(mean, one, slope * fma({rows[3]}, one, {rows[4]} * two))",
            f"        {places[1]} = fma(mean, two, slope * fma({rows[5]}, one, -{rows[3]} * two))",
        ]

    def observe(self, program: Program) -> list[str]:
        lines = ["def observe(y, c, e, n, lesions, out, s, d, w):"]
        for phase in program.phases:
            lines += self._phase(phase, program, set(), out=True)
        return lines if len(lines) > 1 else [*lines, "    pass"]

    def _loop(self, per: str) -> tuple[list[str], str]:
        if per == "patient":
            return ["    for l in range(w):"], "        "
        layout = self.layout
        return [
            "    for j in range(lesions):",
            f"        by = (({layout.head} + j * {layout.block}) * W) & POSITIVE",
            "        bd = by",
            f"        be = (j * {self.width('lesion')} * W) & POSITIVE",
            f"        bs = (j * {self.scratch_lesion} * W) & POSITIVE",
            "        for l in range(w):",
        ], "            "

    def _phase(self, phase: Phase, program: Program, touched: set[str], *, out: bool = False) -> list[str]:
        lines, indent = self._loop(phase.per)
        lines = self._zero(item.name for item in phase.items if item.kind == "total") + lines
        body = self._loads(phase) + self._compute(phase.items) + self._derivatives(phase, touched)
        for item in phase.items:
            if item.kind == "total":
                body.append(f"{self._scratch(item.name, 'patient')} += {_masked('_' + item.name)}")
            elif item.name in self.carried:
                body.append(f"{self._scratch(item.name, item.per)} = _{item.name}")
            if out and item.name in self.lesion_definitions:
                row = self.lesion_definitions.index(item.name)
                body.append(f"out[(j * {len(self.lesion_definitions)} + {row}) * W + l] = _{item.name}")
        return lines + [indent + line for line in body]

    def _loads(self, phase: Phase) -> list[str]:
        """Everything a phase uses and does not work out itself, read once and before anything is written."""
        own = {item.name for item in phase.items}
        used = {name for item in phase.items for name in grammar.names(item.tree)} - own
        return [f"_{name} = {self._place(name)}" for name in sorted(used)]

    def _place(self, name: str) -> str:
        if name in self.rows:
            return self._constant(name)
        if name in self.model.species:
            return self._state(name, "y")
        return self._scratch(name, self.carried[name])

    def _state(self, name: str, array: str) -> str:
        layout = self.layout
        if name in layout.lesion_species:
            return f"{array}[b{array[0]} + {layout.lesion_species.index(name)} * W + l]"
        return f"{array}[{layout.index(name)} * W + l]"

    def _scratch(self, name: str, per: Scope) -> str:
        row = self.scratch[name]
        if per == "patient":
            return f"s[{row} * W + l]"
        return f"d[bs + {row} * W + l]"

    def _compute(self, items: Iterable[Item]) -> list[str]:
        lines = []
        for item in items:
            note = f"  # {item.process.mechanism}: {item.process.name}" if item.process else ""
            lines.append(f"_{item.name} = {text(item.tree)}{note}")
        return lines

    def _derivatives(self, phase: Phase, touched: set[str]) -> list[str]:
        """Write what the rates of a phase do to each species; add to what an earlier phase wrote."""
        lines = []
        for name, terms in _changes(phase.items).items():
            value = _signed_sum(terms)
            if phase.per == "lesion":
                value = _masked(value)
                if self.model.species[name].per == "patient":
                    lines.append(f"{self._scratch('_into_' + name, 'patient')} += {value}")
                    continue
            lines.append(f"{self._state(name, 'dy')} {'+=' if name in touched else '='} {value}")
            touched.add(name)
        for item in phase.items:
            if item.kind == "hazard":
                lines.append(f"{self._state(item.name, 'dy')} = _{item.name}")
        return lines


class _Substitute(ast.NodeTransformer):
    def __init__(self, items: dict[str, Item]) -> None:
        self.items = items

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.visit(deepcopy(self.items[node.id].tree)) if node.id in self.items else node  # type: ignore[no-any-return]


def _masked(value: str) -> str:
    return f"({value} if j < n[l] else 0.0)"


def _carried(program: Program) -> dict[str, Scope]:
    """Collect what one phase works out and another uses, and sums over lesions."""
    where = {item.name: number for number, phase in enumerate(program.phases) for item in phase.items}
    scope: dict[str, Scope] = {i.name: "patient" if i.kind == "total" else i.per for i in program.items}
    carried: dict[str, Scope] = {i.name: "patient" for i in program.items if i.kind == "total"}
    for number, phase in enumerate(program.phases):
        for item in phase.items:
            for name in sorted(grammar.names(item.tree)):
                if where.get(name, number) != number:
                    carried[name] = scope[name]
    return carried


def _from_lesions(model: Model) -> set[str]:
    """Patient species that processes of lesions change."""
    lesion = (process for process in model.processes if process.per == "lesion")
    return {name for process in lesion for name, _ in process.change if model.species[name].per == "patient"}


def _changes(items: Iterable[Item]) -> dict[str, list[tuple[int, str]]]:
    changes: dict[str, list[tuple[int, str]]] = {}
    for item in items:
        for name, count in item.process.change if item.process else ():
            changes.setdefault(name, []).append((count, f"_{item.name}"))
    return changes


def _signed_sum(terms: list[tuple[int, str]]) -> str:
    parts = []
    for count, name in terms:
        sign = "+" if count > 0 else "-"
        parts.append(f"{sign} {name}" if abs(count) == 1 else f"{sign} {float(abs(count))!r} * {name}")
    return " ".join(parts).removeprefix("+ ")
