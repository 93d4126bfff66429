"""A model: mechanisms put together, every name resolved, every unit checked, definitions in the order they need."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from abscopal.language import formula as grammar
from abscopal.language.dimensions import unit_of
from abscopal.language.parts import (
    Contribution,
    Definition,
    Hazard,
    Mechanism,
    ModelError,
    Parameter,
    Port,
    Process,
    Scope,
    Species,
)
from abscopal.units import Unit, UnitError, parse_unit

RESERVED = grammar.FUNCTIONS.keys() | {"total", "time", "day", "pi", "e", "i", "j"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")
_TERM = re.compile(r"(?:(\d+)\s+)?([A-Za-z]\w*)$")


@dataclass(frozen=True)
class Equation:
    """A definition, rate or hazard after checking: its formula as a tree, its scope, and whom it belongs to."""

    name: str
    tree: ast.expr
    per: Scope
    unit: str
    mechanism: str
    meaning: str = ""
    change: tuple[tuple[str, int], ...] = ()  # species and its stoichiometry, for a process


@dataclass
class Model:
    """A checked model.

    Parameters
    ----------
    mechanisms
        In any order; the model does not depend on it beyond the order of its states.

    Raises
    ------
    ModelError
        With every problem found, one per line, each naming mechanism, part and units.
    """

    mechanisms: tuple[Mechanism, ...]
    parameters: dict[str, Parameter] = field(init=False, default_factory=dict)
    species: dict[str, Species] = field(init=False, default_factory=dict)
    definitions: list[Equation] = field(init=False, default_factory=list)
    processes: list[Equation] = field(init=False, default_factory=list)
    hazards: list[Equation] = field(init=False, default_factory=list)

    def __init__(self, mechanisms: Iterable[Mechanism]) -> None:
        self.mechanisms = tuple(mechanisms)
        self.parameters, self.species = {}, {}
        self.definitions, self.processes, self.hazards = [], [], []
        _Builder(self).build()

    def of(self, table: Iterable[Parameter | Species], per: Scope) -> list[str]:
        """Names of one scope, in the order of the arrays that hold them."""
        return [part.name for part in table if part.per == per]

    @cached_property
    def patient_species(self) -> list[str]:
        """Species of the patient, in state order."""
        return self.of(self.species.values(), "patient")

    @cached_property
    def lesion_species(self) -> list[str]:
        """Species of each lesion, in state order."""
        return self.of(self.species.values(), "lesion")

    @cached_property
    def patient_parameters(self) -> list[str]:
        """Parameters of the patient, in array order."""
        return self.of(self.parameters.values(), "patient")

    @cached_property
    def lesion_parameters(self) -> list[str]:
        """Parameters of each lesion, in array order."""
        return self.of(self.parameters.values(), "lesion")

    @cached_property
    def hash(self) -> str:
        """Content hash of everything that shapes the equations (not the parameter values)."""
        lines = [f"{p.name} {p.per} {p.unit}" for p in self.parameters.values()]
        lines += [f"{s.name} {s.per} {s.unit} {s.floor!r}" for s in self.species.values()]
        for equation in (*self.definitions, *self.processes, *self.hazards):
            lines.append(f"{equation.name} {equation.per} {ast.unparse(equation.tree)} {equation.change}")
        return sha256("\n".join(lines).encode()).hexdigest()[:16]

    def scope_of(self, name: str) -> Scope:
        """Scope of a parameter, species or definition."""
        if name in self.parameters:
            return self.parameters[name].per
        if name in self.species:
            return self.species[name].per
        return next(d.per for d in self.definitions if d.name == name)


class _Builder:
    """Puts a model together, collecting every problem before it raises."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.problems: list[str] = []
        self.units: dict[str, Unit] = {}
        self.scopes: dict[str, Scope] = {}
        self.owners: dict[str, str] = {}
        self.equations: dict[str, Equation] = {}
        self.used: set[str] = set()

    def build(self) -> None:
        self._declare()
        self._stop_if_problems()
        self._define()
        self._stop_if_problems()
        self._order_definitions()
        self._check_units()
        self._check_unused()
        self._stop_if_problems()

    def _stop_if_problems(self) -> None:
        if self.problems:
            raise ModelError("\n".join(self.problems))

    def _attempt(self, where: str, action: Callable[[], None]) -> None:
        try:
            action()
        except (ModelError, grammar.FormulaError, UnitError) as problem:
            self.problems.append(f"{where}: {problem}")

    # -- names ---------------------------------------------------------------------------------------------------

    def _declare(self) -> None:
        for mechanism in self.model.mechanisms:
            self._attempt(mechanism.name, lambda m=mechanism: self._claim(m, m.name, "mechanism "))  # type: ignore[misc]
        for mechanism, part in _parts(self.model.mechanisms):
            self._attempt(_where(mechanism, part), lambda m=mechanism, p=part: self._declare_one(m, p))  # type: ignore[misc]

    def _declare_one(self, mechanism: Mechanism, part: Parameter | Species | Definition | Port) -> None:
        known = self.model.species.get(part.name)
        if isinstance(part, Species) and known is not None:
            _require_alike(part, known, self.owners[part.name])
            return
        self._claim(mechanism, part.name)
        self.units[part.name] = parse_unit(part.unit)
        self.scopes[part.name] = part.per
        if isinstance(part, Parameter):
            _require_in_range(part)
            self.model.parameters[part.name] = part
        elif isinstance(part, Species):
            self.model.species[part.name] = part

    def _claim(self, mechanism: Mechanism, name: str, within: str = "") -> None:
        """Take a name, of the model or within something; each may be taken once."""
        if not _NAME.fullmatch(name) or name in RESERVED:
            raise ModelError(f"'{name}' cannot be a name; use letters, digits and _, not a function or reserved word")
        if within + name in self.owners:
            raise ModelError(f"'{name}' is already declared in {self.owners[within + name]}; give it another name")
        self.owners[within + name] = mechanism.name

    # -- formulas ------------------------------------------------------------------------------------------------

    def _define(self) -> None:
        ports = {port.name: port for mechanism in self.model.mechanisms for port in mechanism.ports}
        inputs: dict[str, list[str]] = {name: [] for name in ports}
        for mechanism in self.model.mechanisms:
            for part in (*mechanism.definitions, *mechanism.contributions, *mechanism.processes, *mechanism.hazards):
                self._attempt(
                    _where(mechanism, part),
                    lambda m=mechanism, p=part: self._define_one(m, p, ports, inputs),  # type: ignore[misc]
                )
        for port in ports.values():
            where = f"{self.owners[port.name]}: port {port.name}"
            self._attempt(where, lambda p=port: self._define_port(p, inputs[p.name]))  # type: ignore[misc]

    def _define_one(
        self,
        mechanism: Mechanism,
        part: Definition | Contribution | Process | Hazard,
        ports: dict[str, Port],
        inputs: dict[str, list[str]],
    ) -> None:
        if isinstance(part, Definition):
            self._add(part.name, part.formula, part.per, part.unit, mechanism, part.meaning)
        elif isinstance(part, Contribution):
            self._define_contribution(mechanism, part, ports, inputs)
        elif isinstance(part, Hazard):
            self._claim(mechanism, part.name)
            self.model.hazards.append(self._equation(part.name, part.rate, "patient", "1/day", mechanism, part.meaning))
        else:
            self._define_process(mechanism, part)

    def _add(self, name: str, text: str, per: Scope, unit: str, mechanism: Mechanism, meaning: str) -> None:
        self.equations[name] = self._equation(name, text, per, unit, mechanism, meaning)

    def _equation(
        self, name: str, text: str, per: Scope, unit: str, mechanism: Mechanism, meaning: str = ""
    ) -> Equation:
        tree = grammar.parse(text)
        self._check_names(tree, per, text)
        self.used |= grammar.names(tree)
        return Equation(name, tree, per, unit, mechanism.name, meaning)

    def _check_names(self, tree: ast.expr, per: Scope, text: str) -> None:
        for name in sorted(grammar.names(tree)):
            if name not in self.units:
                raise ModelError(f"'{name}' in '{text}' is not declared{_did_you_mean(name, self.units)}")
        if per == "patient":
            for name in sorted(grammar.names_outside_total(tree)):
                if self.scopes[name] == "lesion":
                    raise ModelError(f"'{name}' in '{text}' belongs to lesions; use total(...) to sum over them")
        for inner in grammar.totals(tree):
            if any(True for _ in grammar.totals(inner)):
                raise ModelError(f"'{text}' has a total() inside a total()")

    def _define_contribution(
        self, mechanism: Mechanism, part: Contribution, ports: dict[str, Port], inputs: dict[str, list[str]]
    ) -> None:
        if part.port not in ports:
            raise ModelError(f"no mechanism of this model has a port '{part.port}'{_did_you_mean(part.port, ports)}")
        port = ports[part.port]
        name = f"{port.name}_from_{mechanism.name}"
        again = sum(1 for known in inputs[port.name] if known == name or known.startswith(f"{name}_and_"))
        name += f"_and_{again + 1}" if again else ""
        self._claim(mechanism, name)
        self.units[name], self.scopes[name] = parse_unit(port.unit), port.per
        self._add(name, part.formula, port.per, port.unit, mechanism, f"what {mechanism.name} adds to {port.name}")
        inputs[port.name].append(name)

    def _define_port(self, port: Port, inputs: list[str]) -> None:
        if port.combine == "sum":
            text = " + ".join(inputs) or "0"
        elif port.combine == "product":
            text = " * ".join(inputs) or "1"
        else:
            text = "1 - " + " * ".join(f"(1 - {name})" for name in inputs) if inputs else "0"
        owner = next(m for m in self.model.mechanisms if m.name == self.owners[port.name])
        self._add(port.name, text, port.per, port.unit, owner, port.meaning)

    def _define_process(self, mechanism: Mechanism, part: Process) -> None:
        self._claim(mechanism, part.name, f"process of {mechanism.name} ")
        change = parse_reaction(part.reaction)
        for name in sorted(change.keys() - self.model.species.keys()):
            hint = _did_you_mean(name, self.model.species)
            raise ModelError(f"'{name}' in '{part.reaction}' is not a species{hint}")
        tree = grammar.parse(part.rate)
        outside = {n for n in grammar.names_outside_total(tree) if n in self.scopes}
        lesion = any(self.scopes[name] == "lesion" for name in outside | change.keys())
        per: Scope = "lesion" if lesion else "patient"
        unit = self.model.species[next(iter(change))].unit
        equation = self._equation(part.name, part.rate, per, unit, mechanism)
        self.used |= change.keys()
        self.model.processes.append(
            Equation(part.name, equation.tree, per, unit, mechanism.name, part.reaction, tuple(change.items()))
        )

    def _order_definitions(self) -> None:
        waiting = dict(self.equations)
        while waiting:
            ready = [e for e in waiting.values() if not (grammar.names(e.tree) & waiting.keys())]
            if not ready:
                circle = ", ".join(f"{name} ({self.owners[name]})" for name in sorted(waiting))
                self.problems.append(f"definitions that need one another in a circle, or need one that does: {circle}")
                return
            for equation in ready:
                self.model.definitions.append(equation)
                del waiting[equation.name]

    # -- units ---------------------------------------------------------------------------------------------------

    def _check_units(self) -> None:
        day = parse_unit("day")
        for equation in self.model.definitions:
            self._expect_unit(equation, equation.unit, parse_unit(equation.unit), "is declared in")
        for hazard in self.model.hazards:
            self._expect_unit(hazard, "1/day", parse_unit("1/day"), "is a hazard and must be in")
        for process in self.model.processes:
            for name, _ in process.change:
                unit = self.model.species[name].unit
                self._expect_unit(process, f"{unit} per day", parse_unit(unit) / day, f"changes {name} and must be in")

    def _expect_unit(self, equation: Equation, text: str, expected: Unit, why: str) -> None:
        where = f"{equation.mechanism}: {equation.name}"
        try:
            unit = unit_of(equation.tree, self.units)
        except UnitError as problem:
            self.problems.append(f"{where}: {problem}")
            return
        if unit is not None and not unit.same(expected):
            self.problems.append(f"{where}: '{ast.unparse(equation.tree)}' {why} {text}, but comes out in {unit}")

    def _check_unused(self) -> None:
        for name in sorted(self.model.parameters.keys() - self.used):
            self.problems.append(f"{self.owners[name]}: parameter '{name}' is not used by any formula of this model")
        for name in sorted(self.model.species.keys() - self.used):
            self.problems.append(f"{self.owners[name]}: species '{name}' is not used by any formula of this model")


def _parts(mechanisms: tuple[Mechanism, ...]) -> Iterator[tuple[Mechanism, Parameter | Species | Definition | Port]]:
    for mechanism in mechanisms:
        for group in (mechanism.parameters, mechanism.species, mechanism.definitions, mechanism.ports):
            for part in group:
                yield mechanism, part


def _where(mechanism: Mechanism, part: object) -> str:
    name = part.port if isinstance(part, Contribution) else getattr(part, "name", "")
    return f"{mechanism.name}: {type(part).__name__.lower()} {name}"


def _require_alike(part: Species, known: Species, owner: str) -> None:
    if (part.unit, part.per, part.floor) != (known.unit, known.per, known.floor):
        raise ModelError(
            f"species '{part.name}' is declared in {owner} as {known.unit} per {known.per} with floor {known.floor:g}, "
            f"here as {part.unit} per {part.per} with floor {part.floor:g}; they must be alike"
        )


def _require_in_range(part: Parameter) -> None:
    if part.range is not None and not part.range[0] <= part.value <= part.range[1]:
        low, high = part.range
        raise ModelError(f"value {part.value:g} {part.unit} lies outside its range {low:g} to {high:g}")


def parse_reaction(text: str) -> dict[str, int]:
    """Species of a reaction such as `A + 2 B -> C` and how many of each it makes or takes.

    Raises
    ------
    ModelError
        If the text is not a reaction, or changes nothing.
    """
    sides = text.split("->")
    if len(sides) != 2:
        raise ModelError(f"reaction '{text}' must read like 'A -> B', 'A ->' or '-> B'")
    change: dict[str, int] = {}
    for sign, side in ((-1, sides[0]), (1, sides[1])):
        for term in filter(None, (t.strip() for t in side.split("+"))):
            match = _TERM.match(term)
            if match is None:
                raise ModelError(f"'{term}' in reaction '{text}' is not a species")
            change[match[2]] = change.get(match[2], 0) + sign * int(match[1] or 1)
    if not change or not any(change.values()):
        raise ModelError(f"reaction '{text}' changes nothing")
    return {name: count for name, count in change.items() if count}


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), 1)
    return f"; did you mean '{close[0]}'?" if close else ""
