"""Units of formulas, worked out by hand."""

import pytest

from abscopal.language.dimensions import unit_of
from abscopal.language.formula import parse
from abscopal.units import UnitError, parse_unit

UNITS = {
    name: parse_unit(unit)
    for name, unit in {
        "C": "cell", "D": "cell", "g": "1/day", "V": "mL", "W": "L", "A": "mg", "x": "1", "n": "1", "d": "mm",
    }.items()
}  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("g * C", "cell/day"),
        ("C ** (2 / 3)", "cell**(2/3)"),
        ("sqrt(C * D)", "cell"),
        ("A / W", "mg/L"),
        ("exp(x) + hill(C, D, n)", "1"),
        ("log(C / D) * g", "1/day"),
        ("min(C, 0)", "cell"),
        ("where(C > D, A, 0)", "mg"),
        ("-abs(V)", "mL"),
        ("d ** 3 + 0", "mm**3"),
        ("x ** n", "1"),
        ("total(C) / 2", "cell"),
    ],
)
def test_unit_of_a_formula(formula, unit):
    found = unit_of(parse(formula), UNITS)
    assert found is not None
    assert found.same(parse_unit(unit))


def test_zero_fits_every_unit():
    assert unit_of(parse("0"), UNITS) is None
    assert unit_of(parse("0 * C"), UNITS) is None


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("C + g", "combines cell with 1/day"),
        ("C + 1", "combines cell with 1"),
        ("V + W", "combines mL with L"),
        ("exp(C)", "the argument of exp in 'exp(C)' must be a pure number, got cell"),
        ("log(V)", "must be a pure number, got mL"),
        ("C ** n", "the base of a power that is not a number"),
        ("x ** C", "a power in 'x ** C' must be a pure number, got cell"),
        ("hill(C, V, 1)", "combines cell with mL"),
        ("hill(C, D, V)", "the power of hill"),
        ("min(C, V)", "combines cell with mL"),
        ("where(C > V, 1, 2)", "'C > V' combines cell with mL"),
        ("where(C > D, C, V)", "combines cell with mL"),
    ],
)
def test_unlike_things_are_refused_with_both_units(formula, words):
    with pytest.raises(UnitError) as refusal:
        unit_of(parse(formula), UNITS)
    assert words in str(refusal.value)
