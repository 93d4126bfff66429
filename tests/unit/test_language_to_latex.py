"""LaTeX of formulas checked by eye once, and all of it by matplotlib's reader of mathematics."""

import re

import pytest
from matplotlib.mathtext import MathTextParser

from abscopal.language import Model
from abscopal.language.formula import parse
from abscopal.language.to_latex import latex, to_latex
from example_models import DRUG, MECHANISMS
from shipped_models import full_model


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("-(a + b)", r"-\left(a + b\right)"),
        ("(-a) ** 2", r"\left(-a\right)^{2}"),
        ("(a + b) * c / d ** (2 / 3)", r"\frac{\left(a + b\right) \, c}{d^{\frac{2}{3}}}"),
        ("k_kill * E", r"k_{\mathrm{kill}} \, E"),
        ("PD1_blocked", r"\mathrm{PD1}_{\mathrm{blocked}}"),
        ("2 * 1.5e-9", r"2 \cdot 1.5 \times 10^{-9}"),
        ("1.5e7 ** 2", r"\left(1.5 \times 10^{7}\right)^{2}"),
        ("hill(C, K, 1)", r"\frac{C}{K + C}"),
        ("hill(C, K, n)", r"\frac{C^{n}}{K^{n} + C^{n}}"),
        ("total(C) * a", r"\left(\sum_j C\right) \, a"),
        ("where(a > b, c, 0)", r"\begin{cases} c & a > b \\ 0 & \text{otherwise} \end{cases}"),
        ("sqrt(abs(a))", r"\sqrt{\left|a\right|}"),
    ],
)
def test_a_formula_prints_as_a_textbook_would(formula, text):
    assert latex(parse(formula)) == text


def test_every_equation_of_the_full_model_is_read_by_matplotlib():
    reader = MathTextParser("agg")
    equations = re.findall(r"\\begin\{equation\*\}\n(.*?)\n\\end", to_latex(full_model()), re.DOTALL)
    plain = [e.replace(r"\mathrel{+}", "+") for e in equations if r"\begin{cases}" not in e]
    assert len(plain) > 100
    for equation in plain:
        reader.parse(f"${equation}$")


def test_a_species_changes_by_its_processes_with_their_numbers():
    change = r"\mathrel{+}= 2\,v_{\mathrm{shed\_cells}}-v_{\mathrm{clear\_cells}}"
    assert rf"\frac{{\mathrm{{d}}\mathrm{{shed}}}}{{\mathrm{{d}}t}} {change}" in to_latex(DRUG)


def test_the_table_gives_value_unit_meaning_and_source_of_every_parameter():
    text = to_latex(Model(MECHANISMS))
    assert r"$\mathrm{EC50}$ & $6$ & mg/L & toy EC50 \& <more> & a toy number for a test [assumed] \\" in text
    assert text.count("toy number for a test") == len(Model(MECHANISMS).parameters)


def test_a_port_lists_who_contributes():
    assert "death from drugs; sum of what drug gives" in to_latex(Model(MECHANISMS))
