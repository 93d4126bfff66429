"""Print a model as SBML (Level 3 Version 2), so that any simulator of the field can run and check it.

Lesion scope is written out: `C` of the second lesion is `C_2`, and total() is a sum. Everything is an SBML parameter
with its unit: SBML's species are substances in compartments and its reactions share one unit of extent, which cells,
milligrams and pure numbers do not. Definitions, ports and the rates of processes are assigned by rules; species and
cumulative hazards change by rate rules; floors and doses are events. A cell is counted in SBML's `item`.

libsbml is imported only here (`pip install abscopal[sbml]`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from html import escape
from numbers import Real
from types import ModuleType
from typing import Any

from abscopal.language import formula as grammar
from abscopal.language.dimensions import unit_of
from abscopal.language.model import Equation, Model
from abscopal.language.parts import ModelError, Parameter, Scope, Species
from abscopal.units import ONE, Unit, parse_unit

Values = Mapping[str, float | Sequence[float]]

_KINDS = {
    "time": ("second", 86400.0),
    "length": ("metre", 1.0),
    "mass": ("kilogram", 1.0),
    "substance": ("mole", 1.0),
    "cell": ("item", 1.0),
    "radiation": ("gray", 1.0),
    "": ("dimensionless", 1.0),
}
_TAGS = {
    ast.Add: "plus", ast.Sub: "minus", ast.Mult: "times", ast.Div: "divide", ast.Pow: "power",
    ast.Lt: "lt", ast.LtE: "leq", ast.Gt: "gt", ast.GtE: "geq",
    "exp": "exp", "log": "ln", "sqrt": "root", "min": "min", "max": "max", "abs": "abs",
}  # fmt: skip
_MATHML = 'xmlns="http://www.w3.org/1998/Math/MathML" xmlns:sbml="http://www.sbml.org/sbml/level3/version2/core"'
_XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def _libsbml() -> ModuleType:
    try:
        import libsbml
    except ImportError as problem:
        raise ImportError("exporting SBML needs python-libsbml: pip install 'abscopal[sbml]'") from problem
    return libsbml  # type: ignore[no-any-return]


def to_sbml(
    model: Model,
    lesions: int,
    parameters: Mapping[str, float] | None = None,
    lesion_parameters: Values | None = None,
    initial: Values | None = None,
    doses: Iterable[tuple[float, str, float]] = (),
) -> str:
    """Write a model with so many lesions as an SBML document.

    Parameters
    ----------
    model
        The checked model.
    lesions
        Number of lesions to write out.
    parameters, lesion_parameters
        Values in place of the model's own (each in its own unit); one number, or one per lesion.
    initial
        State at day 0 by species (its unit), one number or one per lesion; zero where not given.
    doses
        (day, patient species, amount in the species' unit).

    Raises
    ------
    ImportError
        If python-libsbml is not installed.
    ModelError
        If a value or dose is given for something the model does not have, or a name written out for a lesion is also
        the name of something else.
    """
    writer = _Writer(model, lesions)
    writer.write_values({**(parameters or {}), **(lesion_parameters or {})}, initial or {})
    writer.write_equations()
    for species in model.species.values():
        if species.floor > 0.0:
            writer.write_floor(species)
    for number, (day, name, amount) in enumerate(doses, 1):
        writer.write_dose(number, day, name, amount)
    return str(writer.libsbml.writeSBMLToString(writer.document))


class _Writer:
    def __init__(self, model: Model, lesions: int) -> None:
        self.libsbml = _libsbml()
        self.model = model
        self.lesions = lesions
        self.units: dict[Unit, str] = {}
        self.names: set[str] = set()
        parts: list[Parameter | Species | Equation] = [*model.parameters.values(), *model.species.values()]
        self.unit_by_name = {part.name: parse_unit(part.unit) for part in parts + model.definitions}
        self.document = self.libsbml.SBMLDocument(3, 2)
        self.sbml = self.document.createModel()
        self.sbml.setId("abscopal_" + model.hash)
        self.sbml.setTimeUnits(self.unit(parse_unit("day")))
        self._note(self.sbml, " ".join(f"{m.name}: {m.summary}." for m in model.mechanisms))

    # -- quantities ----------------------------------------------------------------------------------------------

    def write_values(self, values: Values, initial: Values) -> None:
        _require_known(values, self.model.parameters, "a parameter")
        _require_known(initial, self.model.species, "a species")
        for parameter in self.model.parameters.values():
            note = f"{parameter.meaning}. Source: {parameter.source}"
            for lesion in self.each(parameter.per):
                value = _pick(values.get(parameter.name, parameter.value), lesion)
                self.quantity(self.id(parameter.name, lesion), parameter.unit, note, value, constant=True)
        for species in self.model.species.values():
            for lesion in self.each(species.per):
                value = _pick(initial.get(species.name, 0.0), lesion)
                self.quantity(self.id(species.name, lesion), species.unit, species.meaning, value)
        for hazard in self.model.hazards:
            self.quantity(hazard.name, "1", f"cumulative hazard of {hazard.meaning}", 0.0)

    def write_equations(self) -> None:
        for definition in self.model.definitions:
            self.assign(definition, definition.name, definition.unit, definition.meaning)
        for process in self.model.processes:
            note = f"rate of {process.name}: {process.meaning}"
            self.assign(process, _rate_id(process), f"({process.unit})/day", note)
        for species in self.model.species.values():
            for lesion in self.each(species.per):
                self.rule(self.sbml.createRateRule(), self.id(species.name, lesion), self.change(species, lesion))
        for hazard in self.model.hazards:
            self.rule(self.sbml.createRateRule(), hazard.name, self.math(hazard.tree, 0, parse_unit("1/day")))

    def quantity(self, name: str, unit: str, note: str, value: float | None = None, constant: bool = False) -> None:
        if name in self.names:
            raise ModelError(f"'{name}' would be the name of two things in SBML; rename one of them")
        self.names.add(name)
        parameter = self.sbml.createParameter()
        parameter.setId(name)
        parameter.setUnits(self.unit(parse_unit(unit)))
        parameter.setConstant(constant)
        if value is not None:
            parameter.setValue(float(value))
        self._note(parameter, note)

    def assign(self, equation: Equation, name: str, unit: str, note: str) -> None:
        for lesion in self.each(equation.per):
            written = self.written(name, equation.per, lesion)
            self.quantity(written, unit, note)
            self.rule(self.sbml.createAssignmentRule(), written, self.math(equation.tree, lesion, parse_unit(unit)))

    def rule(self, rule: Any, variable: str, math: str) -> None:
        rule.setVariable(variable)
        rule.setMath(self.parsed(math))

    # -- events --------------------------------------------------------------------------------------------------

    def write_floor(self, species: Species) -> None:
        for lesion in self.each(species.per):
            name = self.id(species.name, lesion)
            unit = parse_unit(species.unit)
            zero, falls = self.number(0.0, unit), self.number(0.0, unit / parse_unit("day"))
            trigger = _apply(
                "and",
                _apply("gt", _ci(name), zero),
                _apply("lt", _ci(name), self.number(species.floor, unit)),
                _apply("lt", self.change(species, lesion), falls),
            )
            self.event(f"{name}_vanishes", trigger, name, zero)

    def write_dose(self, number: int, day: float, name: str, amount: float) -> None:
        _require_known([name], self.model.patient_species, "a species of the patient")
        time = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>'
        more = _apply("plus", _ci(name), self.number(amount, parse_unit(self.model.species[name].unit)))
        self.event(f"dose_{number}_{name}", _apply("geq", time, self.number(day, parse_unit("day"))), name, more)

    def event(self, name: str, trigger: str, variable: str, math: str) -> None:
        event = self.sbml.createEvent()
        event.setId(name)
        event.setUseValuesFromTriggerTime(False)
        condition = event.createTrigger()
        condition.setInitialValue(False)
        condition.setPersistent(True)
        condition.setMath(self.parsed(trigger))
        self.rule(event.createEventAssignment(), variable, math)

    # -- formulas as MathML --------------------------------------------------------------------------------------

    def math(self, node: ast.expr, lesion: int, zero: Unit = ONE) -> str:
        """MathML of a formula; a literal zero, which fits every unit here, is written in the unit `zero`."""
        if isinstance(node, ast.Name):
            return _ci(self.id(node.id, lesion))
        if isinstance(node, ast.Constant):
            return self.number(float(node.value), ONE if node.value else zero)  # type: ignore[arg-type]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and not grammar.names(node.right):
            power = self.number(grammar.number(node.right), ONE)  # 2 / 3 as one number: units are checked through it
            return _apply("power", self.math(node.left, lesion), power)
        if isinstance(node, ast.UnaryOp):
            return _apply("minus", self.math(node.operand, lesion, zero))
        if isinstance(node, ast.BinOp):
            alike = isinstance(node.op, ast.Add | ast.Sub)
            return _apply(_TAGS[type(node.op)], *self.operands([node.left, node.right], lesion, zero, alike))
        if isinstance(node, ast.Compare):
            return _apply(_TAGS[type(node.ops[0])], *self.operands([node.left, node.comparators[0]], lesion, ONE, True))
        assert isinstance(node, ast.Call)
        name = grammar.call_name(node)
        if name == "total":
            return self.sum([self.math(node.args[0], each, zero) for each in self.each("lesion")], zero)
        if name == "where":
            return self.where(self.math(node.args[0], lesion), *self.operands(node.args[1:], lesion, zero, True))
        return self.call(name, self.operands(node.args, lesion, zero, name in ("min", "max", "hill")))

    def operands(self, nodes: list[ast.expr], lesion: int, zero: Unit, alike: bool) -> list[str]:
        """MathML of operands; where they must be alike, a zero takes the unit of the first that has one."""
        if alike:
            zero = next(filter(None, (unit_of(node, self.unit_by_name) for node in nodes)), zero)
        return [self.math(node, lesion, zero if alike else ONE) for node in nodes]

    def call(self, name: str, arguments: list[str]) -> str:
        if name != "hill":
            return _apply(_TAGS[name], *arguments)
        x, k, n = arguments
        zero, one = self.number(0.0, ONE), self.number(1.0, ONE)
        share = _apply("divide", one, _apply("plus", one, _apply("power", _apply("divide", k, x), n)))
        return self.where(_apply("gt", _apply("divide", x, k), zero), share, zero)

    def where(self, condition: str, yes: str, no: str) -> str:
        return f"<piecewise><piece>{yes}{condition}</piece><otherwise>{no}</otherwise></piecewise>"

    def change(self, species: Species, lesion: int) -> str:
        """Sum what the processes add to a species, over lesions where it is the patient's."""
        terms = []
        for process in self.model.processes:
            count = dict(process.change).get(species.name)
            if count is None:
                continue
            summed = process.per == "lesion" and species.per == "patient"
            for each in self.each("lesion") if summed else [lesion]:
                rate = _ci(self.written(_rate_id(process), process.per, each))
                terms.append(rate if count == 1 else _apply("times", self.number(count, ONE), rate))
        return self.sum(terms, parse_unit(f"({species.unit})/day"))

    def sum(self, terms: list[str], unit: Unit) -> str:
        if not terms:
            return self.number(0.0, unit)
        return terms[0] if len(terms) == 1 else _apply("plus", *terms)

    def number(self, value: float, unit: Unit) -> str:
        text = self.unit(unit)
        mantissa, exponent = f"{value:.17e}".split("e")
        return f'<cn type="e-notation" sbml:units="{text}">{mantissa}<sep/>{int(exponent)}</cn>'

    def parsed(self, math: str) -> Any:
        return self.libsbml.readMathMLFromString(f"<math {_MATHML}>{math}</math>")

    # -- names and units -----------------------------------------------------------------------------------------

    def each(self, per: Scope) -> list[int]:
        """Lesion numbers of a scope; 0 stands for the patient."""
        return list(range(1, self.lesions + 1)) if per == "lesion" else [0]

    def id(self, name: str, lesion: int) -> str:
        return self.written(name, self.model.scope_of(name), lesion)

    def written(self, name: str, per: Scope, lesion: int) -> str:
        return f"{name}_{lesion}" if per == "lesion" else name

    def unit(self, unit: Unit) -> str:
        """Name a unit, defining it on first use in SBML's base units."""
        if unit.pure:
            return "dimensionless"
        known = next((name for other, name in self.units.items() if other.same(unit)), None)
        if known is not None:
            return known
        name = f"unit_{len(self.units) + 1}_" + re.sub(r"\W+", "_", str(unit).replace("/", " per ")).strip("_")
        self.units[unit] = name
        definition = self.sbml.createUnitDefinition()
        definition.setId(name)
        scale = unit.scale
        for dimension, exponent in unit.exponents or (("", 1.0),):
            kind, multiplier = _KINDS[dimension]
            part = definition.createUnit()
            part.setKind(self.libsbml.UnitKind_forName(kind))
            part.setExponent(exponent)
            part.setScale(0)
            part.setMultiplier(multiplier * scale ** (1.0 / exponent))
            scale = 1.0  # the first part carries the scale
        return name

    def _note(self, element: Any, text: str) -> None:
        element.setNotes(f"<p {_XHTML}>{escape(text)}</p>")


def _require_known(given: Iterable[str], known: Container[str], what: str) -> None:
    for name in given:
        if name not in known:
            raise ModelError(f"'{name}' is not {what}")


def _pick(value: float | Sequence[float], lesion: int) -> float:
    return float(value) if isinstance(value, Real) else float(value[lesion - 1])  # type: ignore[index]


def _rate_id(process: Equation) -> str:
    return f"{process.mechanism}_{process.name}_rate"


def _ci(name: str) -> str:
    return f"<ci>{name}</ci>"


def _apply(tag: str, *arguments: str) -> str:
    return f"<apply><{tag}/>{''.join(arguments)}</apply>"
