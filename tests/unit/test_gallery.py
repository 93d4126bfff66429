"""The gallery: each card has its equations, its numbers with their sources and a plot; each plot is of that model."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from abscopal import cli
from abscopal.engine.reference import derivative, simulate
from abscopal.gallery.compare import without
from abscopal.gallery.mechanism_card import most_telling
from abscopal.gallery.page import write_gallery
from abscopal.gallery.patient import LESIONS, UNTREATED, Given, _rate, _right_hand_side, blank, live, typical
from abscopal.gallery.treatment import Example, example_of
from abscopal.language.equations import equations
from abscopal.language.to_mathml import line_to_mathml
from abscopal.mechanisms import mechanisms

MECHANISMS = mechanisms()


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The gallery of one mechanism that is always there, one drug and one cancer."""
    return write_gallery(tmp_path_factory.mktemp("gallery") / "g.html", ["treg", "nivolumab", "melanoma"]).read_text()


@pytest.fixture(scope="module")
def untreated():
    return typical(Example("").model())


@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_every_equation_of_every_mechanism_is_well_formed_mathml(name):
    for line in equations(MECHANISMS[name]):
        tree = ElementTree.fromstring(line_to_mathml(line))
        assert tree.tag == "math"
        assert len(tree.findall(".//mo")) >= 1, "an equation has a sign between its sides"


def test_a_formula_keeps_its_meaning_in_mathml():
    """(a + b) / c, a - (b - c), and a power of a sum: parentheses where precedence needs them, fractions elsewhere."""
    from abscopal.language.formula import parse
    from abscopal.language.to_mathml import mathml

    def plain(text):
        return re.sub(r"<[^>]+>", "", mathml(parse(text)))

    assert plain("a - (b - c)") == "a−(b−c)"
    assert plain("(a + b) * c") == "(a+b)·c"
    assert plain("(a + b) ** 2") == "(a+b)2"
    assert plain("(a + b) / c") == "a+bc"  # above and below a bar
    assert "<mfrac>" in mathml(parse("(a + b) / c"))


def test_the_card_of_a_mechanism_has_its_equations_its_sources_and_its_plots(page):
    treg = MECHANISMS["treg"]
    assert page.count("<math") >= len(list(equations(treg)))
    for parameter in treg.parameters:
        row = re.search(rf"<code>{parameter.name}</code>.*?</tr>", page)
        assert row is not None
        assert f'class="mark {parameter.source.grade}"' in row[0]
        assert parameter.source.citation.split(";")[0].split("&")[0][:20] in row[0]
    assert "Part of every model." in page
    assert page.count("<svg") >= 3
    assert "Living tumour over a year with and without it." in page


def test_the_page_stands_alone_and_says_what_it_is_not(page):
    assert "<script" not in page
    assert "not medical advice" in page
    assert not re.search(r'(?:src|href)="(?!#|https://doi\.org/)', page)
    assert len(re.findall(r'\sid="([^"]+)"', page)) == len(set(re.findall(r'\sid="([^"]+)"', page)))


def test_a_drug_and_a_cancer_have_cards_with_a_plot(page):
    assert "Concentration of nivolumab in plasma" in page
    assert "Share of lesions in each organ." in page


def test_nothing_of_the_shipped_mechanisms_is_left_without_an_example():
    for mechanism in MECHANISMS.values():
        assert example_of(mechanism).model().mechanisms, mechanism.name


def test_the_fast_right_hand_side_is_that_of_the_twin(untreated):
    p, y = untreated.p, untreated.y
    fast = _rate(_right_hand_side(untreated.model), untreated, p)(0.0, y)
    np.testing.assert_allclose(fast, derivative(untreated.model, y, p, untreated.q, LESIONS), rtol=1e-10, atol=1e-12)


def test_the_year_of_the_typical_patient_is_that_of_the_twin(untreated):
    days = [0.0, 60.0, 120.0]
    course = live(untreated, UNTREATED, days)
    twin = simulate(untreated.model, untreated.y, untreated.p, untreated.q, LESIONS, days, rtol=1e-8)
    for name in ("T_blood", "T_naive", "antigen"):
        np.testing.assert_allclose(course.values[name], twin[:, untreated.at(name)], rtol=1e-3)
    np.testing.assert_allclose(course.values["C_sensitive"][:, 0], twin[:, untreated.at("C_sensitive")], rtol=1e-3)


def test_a_dose_enters_on_its_day(untreated):
    course = live(untreated, Given(doses=[(10.0, "antigen", 1e9)]), [9.9, 10.0])
    assert course.values["antigen"][1] > course.values["antigen"][0] + 0.9e9


def test_switching_off_regulatory_t_cells_helps_the_patient(untreated):
    bare = without(untreated.model, "treg")
    assert "treg" not in {mechanism.name for mechanism in bare.mechanisms}
    with_them, without_them = (live(p).values["volume"].sum(axis=1)[-1] for p in (untreated, untreated.moved_to(bare)))
    assert without_them < 0.95 * with_them


def test_a_mechanism_that_others_need_cannot_be_switched_off(untreated):
    assert without(untreated.model, "tumour_growth") is None


def test_what_changes_is_plotted_before_what_stays(untreated):
    course = live(untreated, UNTREATED, [0.0, 30.0])
    for quantity in most_telling(MECHANISMS["tumour_growth"], course):
        assert np.ptp(course.values[quantity.name]) > 0


def test_the_typical_patient_has_two_lesions_in_lung_and_liver(untreated):
    assert blank(untreated.model).q.shape[0] == LESIONS == 2
    tolerance = untreated.q[:, untreated.model.lesion_parameters.index("tolerance")]
    assert tolerance[1] > tolerance[0], "the liver calms T cells more than the lung"


def test_the_command_writes_the_page_and_refuses_what_has_no_card(tmp_path):
    runner = CliRunner()
    done = runner.invoke(cli.app, ["gallery", "melanoma", "--out", str(tmp_path / "g.html"), "--json"])
    assert done.exit_code == 0
    assert (tmp_path / "g.html").stat().st_size > 5000
    done = runner.invoke(cli.app, ["gallery", "oak", "--out", str(tmp_path / "h.html")])
    assert done.exit_code == 2
    assert "a mechanism, drug or indication" in done.stderr
    assert runner.invoke(cli.app, ["gallery", "melanom"]).exit_code == 2
