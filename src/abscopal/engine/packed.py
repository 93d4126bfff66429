"""From the text of generated functions to machine code for patients side by side, without a general compiler's front.

Typing and lowering a right-hand side of a thousand lines was two thirds of what Numba took for a model. The text that
`abscopal.language.to_lanes` prints needs none of it: everything is a float64 or an index, every name is set once, and
a loop over lanes is a loop over vectors of lanes. So it is read by Python's own parser and written down as LLVM
instructions, one for each operation and in the order of the text: no contraction, no reassociation, the same bits on
every processor. Elementary functions (`vector_math`) are read the same way and put where they are called.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from llvmlite import ir

DOUBLE, WHOLE, BIT = ir.DoubleType(), ir.IntType(64), ir.IntType(1)
ARRAYS = frozenset({"y", "c", "e", "dy", "s", "d", "z", "h", "floor", "out", "p"})
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_FLOAT = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_INTEGER = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.BitAnd: "and_", ast.BitOr: "or_", ast.LShift: "shl",
    ast.RShift: "ashr",
}  # fmt: skip
Value = Any  # llvmlite's values have no common type with annotations


class UnknownTextError(Exception):
    """The text holds something that is not written by `to_lanes`."""


def functions_of(text: str) -> dict[str, ast.FunctionDef]:
    """Parse functions by name."""
    return {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}


def packed(
    functions: Mapping[str, ast.FunctionDef],
    elementary: Mapping[str, ast.FunctionDef],
    constants: Mapping[str, Any],
    parameters: Mapping[str, Mapping[str, ir.Type]],
    width: int,
) -> ir.Module:
    """Write functions as an LLVM module.

    Parameters
    ----------
    functions
        Those to be called from outside, by the name that they get.
    elementary
        Those that they call, of numbers.
    constants
        What names of neither are: numbers and arrays of whole numbers.
    parameters
        Types of each function's parameters; pointers are to what no other parameter points to.
    width
        Lanes in a vector; the number of lanes is a multiple of it.

    Raises
    ------
    UnknownTextError
        If a function holds what there is no instruction for here.
    """
    module = ir.Module("equations")
    for name, node in functions.items():
        types = parameters[name]
        function = ir.Function(module, ir.FunctionType(ir.VoidType(), list(types.values())), name)
        for argument, key in zip(function.args, types, strict=True):
            argument.name = key
            if isinstance(argument.type, ir.PointerType):
                argument.add_attribute("noalias")
        _Writer(function, elementary, constants, width).write(node)
    return module


class _Writer:
    """Writes one function; `names` holds what each name of the text is at this point of it."""

    def __init__(
        self, function: ir.Function, elementary: Mapping[str, ast.FunctionDef], constants: Mapping[str, Any], width: int
    ) -> None:
        self.function, self.elementary, self.constants, self.width = function, elementary, constants, width
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        self.names: dict[str, Value] = {argument.name: argument for argument in function.args}
        self.known: dict[tuple[Any, ...], Value] = {}  # what has been worked out in this block
        self.lane: Value = None  # the first lane of the vector, inside a loop over lanes

    def write(self, node: ast.FunctionDef) -> None:
        for statement in node.body:
            self._statement(statement)
        self.builder.ret_void()

    # -- statements ------------------------------------------------------------------------------------------------

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=[end])):
                self._loop(name, self._value(end), node.body)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                for target, value in zip(targets, [self._value(value) for value in values], strict=True):
                    self._assign(target, value)
            case ast.Assign(targets=[target], value=value):
                self._assign(target, self._value(value))
            case ast.AugAssign(target=ast.Subscript() as target, op=ast.Add(), value=value):
                old = self._value(ast.Subscript(target.value, target.slice, ast.Load()))
                self._assign(target, self._both("fadd", old, self._value(value)))
            case ast.Pass():
                pass
            case _:
                raise UnknownTextError(ast.unparse(node))

    def _assign(self, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Name):
            self.names[target.id] = value
            return
        assert isinstance(target, ast.Subscript)
        place, packed = self._place(target)
        if packed and not isinstance(value.type, ir.VectorType):
            value = self._spread(value)
        self.builder.store(value, place, align=8)

    def _loop(self, name: str, end: Value, body: list[ast.stmt]) -> None:
        """Count from 0 to `end`: by one, or over lanes by vectors."""
        builder, over_lanes = self.builder, name == "l"
        before, head, inside, after = builder.block, *(self.function.append_basic_block() for _ in range(3))
        builder.branch(head)
        builder.position_at_end(head)
        count = builder.phi(WHOLE)
        count.add_incoming(WHOLE(0), before)
        builder.cbranch(builder.icmp_signed("<", count, end), inside, after)
        builder.position_at_end(inside)
        outer, self.known = (dict(self.names), self.lane), {}
        self.names[name] = count
        self.lane = count if over_lanes else self.lane
        for statement in body:
            self._statement(statement)
        count.add_incoming(self.builder.add(count, WHOLE(self.width if over_lanes else 1)), self.builder.block)
        self.builder.branch(head)
        (self.names, self.lane), self.known = outer, {}
        self.builder.position_at_end(after)

    # -- values ----------------------------------------------------------------------------------------------------

    def _value(self, node: ast.expr) -> Value:
        match node:
            case ast.Name(id=name):
                return self._named(name)
            case ast.Constant(value=value):
                return _number(value)
            case ast.Attribute(value=ast.Name(id="math"), attr=attribute):
                return DOUBLE({"inf": float("inf"), "nan": float("nan")}[attribute])
            case ast.Subscript():
                return self._element(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._once("fneg", self._value(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(op, self._value(left), self._value(right))
            case ast.IfExp(test=test, body=body, orelse=other):
                return self._choice(self._value(test), self._value(body), self._value(other))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._comparison(_SIGNS[type(op)], self._value(left), self._value(right))
            case ast.Call():
                return self._call(node)
            case ast.Attribute(value=ast.Name(id=name), attr="shape"):
                return self.constants[name].shape
        raise UnknownTextError(ast.unparse(node))

    def _named(self, name: str) -> Value:
        return self.names[name] if name in self.names else _number(self.constants[name])

    def _element(self, node: ast.Subscript) -> Value:
        match node.value:
            case ast.Attribute(value=ast.Name(id=name), attr="shape"):
                assert isinstance(node.slice, ast.Constant)
                return WHOLE(self.constants[name].shape[node.slice.value])
            case ast.Name(id=name) if name in self.constants:
                return self._of_table(name, node.slice)
        place, packed = self._place(node)
        kind = place.type.pointee
        return self.builder.load(place, align=8, typ=kind) if packed else self.builder.load(place, align=8)

    def _of_table(self, name: str, index: ast.expr) -> Value:
        """Element [row, column] of a constant table of whole numbers."""
        table = self.constants[name]
        assert isinstance(index, ast.Tuple)
        row, column = (self._value(one) for one in index.elts)
        kind = ir.ArrayType(WHOLE, table.size)
        module = self.function.module
        if name not in module.globals:
            there = ir.GlobalVariable(module, kind, name)
            there.linkage, there.global_constant = "internal", True
            there.initializer = ir.Constant(kind, [WHOLE(int(number)) for number in table.ravel()])
        flat = self.builder.add(self.builder.mul(row, WHOLE(table.shape[1])), column)
        return self.builder.load(self.builder.gep(module.globals[name], [WHOLE(0), flat]))

    def _place(self, node: ast.Subscript) -> tuple[Value, bool]:
        """Address of an element, and whether a vector begins there: in a loop over lanes, if l is in the index."""
        assert isinstance(node.value, ast.Name)
        base = self.names[node.value.id]
        packed = self.lane is not None and any(isinstance(n, ast.Name) and n.id == "l" for n in ast.walk(node.slice))
        if isinstance(node.slice, ast.Tuple):  # q[j, number]: rows of a length that is a parameter
            row, column = (self._value(one) for one in node.slice.elts)
            place = self._once("add", self._once("mul", row, self.names[f"{node.value.id}_row"]), column)
        else:
            place = self._value(node.slice)
        address = self.builder.gep(base, [place], inbounds=True)
        if packed:
            kind = ir.VectorType(base.type.pointee, self.width)
            address = self.builder.bitcast(address, kind.as_pointer())
        return address, packed

    def _operation(self, op: ast.operator, left: Value, right: Value) -> Value:
        names = _FLOAT if _is_float(left) else _INTEGER
        return self._both(names[type(op)], left, right)

    def _comparison(self, sign: str, left: Value, right: Value) -> Value:
        left, right = self._alike(left, right)
        if not _is_float(left):
            return self._once("icmp_signed", sign, left, right)
        return self._once("fcmp_unordered" if sign == "!=" else "fcmp_ordered", sign, left, right)

    def _choice(self, test: Value, yes: Value, no: Value) -> Value:
        yes, no = self._alike(yes, no)
        if isinstance(test.type, ir.VectorType) and not isinstance(yes.type, ir.VectorType):
            yes, no = self._spread(yes), self._spread(no)
        return self._once("select", test, yes, no)

    def _call(self, node: ast.Call) -> Value:
        arguments = [self._value(argument) for argument in node.args]
        match node.func:
            case ast.Attribute(value=ast.Name(id="math"), attr="sqrt"):
                return self._intrinsic("llvm.sqrt", arguments)
            case ast.Name(id="abs"):
                return self._intrinsic("llvm.fabs", arguments)
            case ast.Name(id="fma"):
                return self._intrinsic("llvm.fma", arguments)
            case ast.Name(id="bits_of"):
                return self._once("bitcast", arguments[0], _like(arguments[0], WHOLE))
            case ast.Name(id="float_of"):
                return self._once("bitcast", arguments[0], _like(arguments[0], DOUBLE))
            case ast.Name(id=name) if name in self.elementary:
                return self._inlined(self.elementary[name], arguments)
        raise UnknownTextError(ast.unparse(node))

    def _inlined(self, function: ast.FunctionDef, arguments: list[Value]) -> Value:
        """Write an elementary function here, its names apart from those around it."""
        names = self.names
        self.names = dict(zip((argument.arg for argument in function.args.args), arguments, strict=True))
        found = None
        for statement in function.body:
            if isinstance(statement, ast.Return) and statement.value is not None:
                found = self._value(statement.value)
            elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                self._statement(statement)
        self.names = names
        if found is None:
            raise UnknownTextError(function.name)
        return found

    def _intrinsic(self, name: str, arguments: list[Value]) -> Value:
        if any(isinstance(one.type, ir.VectorType) for one in arguments):
            arguments = [one if isinstance(one.type, ir.VectorType) else self._spread(one) for one in arguments]
        kind = arguments[0].type
        full = f"{name}.{'v' + str(kind.count) if isinstance(kind, ir.VectorType) else ''}f64"
        module = self.function.module
        declared = module.globals.get(full) or ir.Function(module, ir.FunctionType(kind, [kind] * len(arguments)), full)
        return self._once("call", declared, tuple(arguments))

    # -- instructions ----------------------------------------------------------------------------------------------

    def _both(self, name: str, left: Value, right: Value) -> Value:
        return self._once(name, *self._alike(left, right))

    def _alike(self, left: Value, right: Value) -> tuple[Value, Value]:
        """Spread a number over lanes where it meets a vector."""
        one, other = isinstance(left.type, ir.VectorType), isinstance(right.type, ir.VectorType)
        return (self._spread(left) if other > one else left), (self._spread(right) if one > other else right)

    def _spread(self, value: Value) -> Value:
        kind = ir.VectorType(value.type, self.width)
        if isinstance(value, ir.Constant):
            return ir.Constant(kind, [value] * self.width)
        key = ("spread", id(value))
        if key not in self.known:
            first = self.builder.insert_element(ir.Constant(kind, ir.Undefined), value, WHOLE(0))
            mask = ir.Constant(ir.VectorType(ir.IntType(32), self.width), [0] * self.width)
            self.known[key] = self.builder.shuffle_vector(first, ir.Constant(kind, ir.Undefined), mask)
        return self.known[key]

    def _once(self, name: str, *operands: Value) -> Value:
        """Write an instruction, unless its value is there: what is worked out twice in a block is the same."""
        key = (name, *(_key(one) for one in operands))
        if key not in self.known:
            make: Callable[..., Value] = getattr(self.builder, name)
            self.known[key] = make(*operands)
        return self.known[key]


def _key(operand: Value) -> Any:
    if isinstance(operand, tuple):
        return tuple(_key(one) for one in operand)
    if isinstance(operand, ir.Constant | ir.Type):
        return str(operand)
    return operand if isinstance(operand, str) else id(operand)


def _number(value: object) -> Value:
    if isinstance(value, float):
        return DOUBLE(value)
    assert isinstance(value, int | np.integer)
    return WHOLE(int(value))


def _is_float(value: Value) -> bool:
    kind = value.type.element if isinstance(value.type, ir.VectorType) else value.type
    return isinstance(kind, ir.DoubleType)


def _like(value: Value, kind: ir.Type) -> ir.Type:
    return ir.VectorType(kind, value.type.count) if isinstance(value.type, ir.VectorType) else kind
