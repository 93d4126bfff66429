"""Units: known ones convert, unknown ones are refused, none is guessed."""

import pytest

from abscopal.units import ONE, UnitError, convert, parse_unit


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1.0, "L", "mL", 1000.0),
        (1.0, "mm**3", "mL", 1e-3),
        (150.0, "kg", "mg", 1.5e8),
        (2.0, "week", "day", 14.0),
        (12.0, "month", "year", 1.0),
        (1.0, "ug/mL", "mg/L", 1.0),
        (3.0, "1/hour", "1/day", 72.0),
    ],
)
def test_numbers_convert_between_units_of_one_dimension(value, unit, to, expected):
    assert convert(value, unit, to) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("unit", "to"), [("cell", "1"), ("day", "mL"), ("mg", "mL"), ("1/day", "day")])
def test_unlike_units_do_not_convert(unit, to):
    with pytest.raises(UnitError, match="cannot convert"):
        convert(1.0, unit, to)


@pytest.mark.parametrize("text", ["furlong", "cellule", "Day", "mg/", "2 day", "day + day", "", "__import__('os')"])
def test_an_unknown_unit_is_an_error(text):
    with pytest.raises(UnitError):
        parse_unit(text)


@pytest.mark.parametrize("text", ["9**9**9", "mL**9**9", "9^9^9", "day*" * 1000 + "day"])
def test_a_unit_that_would_take_for_ever_is_refused_at_once(text):
    with pytest.raises(UnitError, match="is not a unit"):
        parse_unit(text)


def test_one_over_a_product_divides_by_every_factor():
    assert parse_unit("1/day/cell").same(parse_unit("1/(cell*day)"))
    assert parse_unit("1/day").same(ONE / parse_unit("day"))
    assert str(parse_unit("1/day/cell")) == "1/(cell*day)"


def test_a_litre_is_not_a_millilitre_and_a_cell_is_not_a_number():
    assert not parse_unit("L").same(parse_unit("mL"))
    assert not parse_unit("cell").same(ONE)
    assert (parse_unit("mL") ** (2 / 3)).same(parse_unit("cm") ** 2)
