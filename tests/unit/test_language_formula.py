"""The grammar lets arithmetic in and nothing else."""

import ast

import pytest

from abscopal.language.formula import FormulaError, names, names_outside_total, number, parse, totals


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "1.5e-3",
        "-a + b * c / d ** 2",
        "a ** (2 / 3)",
        "a ** n",
        "exp(a) + log(b) - sqrt(c)",
        "min(a, max(b, abs(c)))",
        "hill(a, b, 1.6)",
        "where(a >= b, c, 0)",
        "total(a * b) / total(c)",
    ],
)
def test_arithmetic_functions_and_sums_are_formulas(text):
    assert isinstance(parse(text), ast.expr)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("__import__('os').system('true')", "calls Attribute"),
        ("__import__('os')", "calls __import__"),
        ("a.__class__", "contains Attribute"),
        ("a[0]", "contains Subscript"),
        ("lambda: 1", "contains Lambda"),
        ("[a for a in b]", "contains ListComp"),
        ("(a for a in b)", "contains GeneratorExp"),
        ("{a: b}", "contains Dict"),
        ("'text'", "only finite numbers"),
        ("b'text'", "only finite numbers"),
        ("f'{a}'", "contains JoinedStr"),
        ("True", "only finite numbers"),
        ("None", "only finite numbers"),
        ("1j", "only finite numbers"),
        ("1e999", "only finite numbers"),
        ("1" + "0" * 400, "only finite numbers"),
        ("(a := 1)", "contains NamedExpr"),
        ("a if b else c", "contains IfExp"),
        ("a and b", "contains BoolOp"),
        ("a < b", "contains Compare"),
        ("a % b", "contains BinOp"),
        ("a // b", "contains BinOp"),
        ("a @ b", "contains BinOp"),
        ("~a", "contains UnaryOp"),
        ("not a", "contains UnaryOp"),
        ("9**9**9", "a power must be a number or a parameter"),
        ("a**(b + 1)", "a power must be a number or a parameter"),
        ("a**(1 / 0)", "a power must be a number or a parameter"),
        ("a**99", "power 99; at most 8"),
        ("hill(a, b, 9**9)", "a power must be a number or a parameter"),
        ("print(a)", "calls print"),
        ("exp(a)(b)", "calls Call"),
        ("exp", "the function exp without calling it"),
        ("total + 1", "the function total without calling it"),
        ("exp()", "takes 1 argument"),
        ("exp(x=a)", "takes 1 argument"),
        ("exp(*a)", "contains Starred"),
        ("hill(a, b)", "takes 3 argument"),
        ("where(a, b, c)", "needs a comparison"),
        ("where(a < b < c, 1, 2)", "needs a comparison"),
        ("where(a == b, 1, 2)", "needs a comparison"),
        ("", "is not a formula"),
        ("a +", "is not a formula"),
        ("a; b", "is not a formula"),
        ("a = b", "is not a formula"),
        ("import os", "is not a formula"),
        ("a\x00", "is not a formula"),
        ("yield a", "is not a formula"),
    ],
)
def test_anything_else_is_refused_and_named(text, words):
    with pytest.raises(FormulaError) as refusal:
        parse(text)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "+".join(["a"] * 20_000),
        "+".join(["a"] * 300),
        "-" * 1_900 + "a",
        "-" * 390 + "a",
        "(" * 900 + "a" + ")" * 900,
        "exp(" * 300 + "a" + ")" * 300,
        "a**" * 500 + "a",
    ],
    ids=["20000 terms", "300 terms", "1900 minus signs", "390 minus signs", "900 brackets", "300 calls", "a tower"],
)
def test_long_and_deep_formulas_are_refused_at_once(text):
    with pytest.raises(FormulaError) as refusal:
        parse(text)
    assert len(str(refusal.value)) < 200


def test_names_are_collected_with_and_without_the_sums():
    tree = parse("a * total(b + hill(c, d, 2)) + where(e > f, exp(g), 0)")
    assert names(tree) == set("abcdefg")
    assert names_outside_total(tree) == set("aefg")
    assert [ast.unparse(inner) for inner in totals(tree)] == ["b + hill(c, d, 2)"]


def test_literals_are_worked_out():
    assert number(parse("-2 / 3")) == -2 / 3
    with pytest.raises(FormulaError):
        number(parse("a"))
