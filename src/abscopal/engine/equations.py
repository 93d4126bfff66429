"""How the integrator calls a model: six functions of machine code at addresses that come with the model.

This file is read as text by `abscopal.engine.kernel` and put between the elementary functions and the stepper, in the
one module that all models share. The functions are those that `abscopal.language.to_lanes` prints.
"""

# ruff: noqa: ANN001, ANN201, ANN202, D103, E741
# mypy: ignore-errors

from collections import namedtuple

from llvmlite import ir
from numba import errors, types
from numba.extending import intrinsic

Equations = namedtuple(
    "Equations",
    "constants rhs flow unflow sink observe "  # addresses
    "PATIENT_CONSTANTS LESION_CONSTANTS SCRATCH LESION_SCRATCH LESION_DEFINITIONS BLOCK_ROWS",
    module=__name__,
)


def _call(name, model, given):
    """Signature and code of a call of the function `name` of a model."""
    if any(isinstance(one, types.Array) and one.layout != "C" for one in given):
        raise errors.TypingError(f"{name}: an array whose numbers do not lie side by side")
    kinds = [one if isinstance(one, types.Array) else types.unliteral(one) for one in given]
    number = model.fields.index(name)

    def code(context, builder, signature, arguments):
        address, values = builder.extract_value(arguments[0], number), []
        for kind, value in zip(signature.args[1:], arguments[1:], strict=True):
            values += _native(context, builder, kind, value)
        function = ir.FunctionType(ir.VoidType(), [value.type for value in values])
        builder.call(builder.inttoptr(address, function.as_pointer()), values)
        return context.get_dummy_value()

    return types.void(model, *kinds), code


def _native(context, builder, kind, value):
    """Pointer to an array's numbers, and the length of its rows if it has rows; a number as it is."""
    if not isinstance(kind, types.Array):
        return [value]
    array = context.make_array(kind)(context, builder, value)
    if kind.ndim == 1:
        return [array.data]
    return [array.data, builder.extract_value(array.shape, 1)]


@intrinsic
def constants(typing, model, p, q, lesions, c, e, l):
    return _call("constants", model, (p, q, lesions, c, e, l))


@intrinsic
def rhs(typing, model, y, c, e, n, lesions, dy, s, d, w):
    return _call("rhs", model, (y, c, e, n, lesions, dy, s, d, w))


@intrinsic
def flow(typing, model, z, h, share, c, w):
    return _call("flow", model, (z, h, share, c, w))


@intrinsic
def unflow(typing, model, z, h, share, c, w):
    return _call("unflow", model, (z, h, share, c, w))


@intrinsic
def sink(typing, model, z, floor, w):
    return _call("sink", model, (z, floor, w))


@intrinsic
def observe(typing, model, y, c, e, n, lesions, out, s, d, w):
    return _call("observe", model, (y, c, e, n, lesions, out, s, d, w))
