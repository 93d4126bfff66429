"""Price tables: what is wrong with one is said at once, with line and key; the example is one."""

from importlib.resources import files

import pytest
from priced_trial import prices

from abscopal import InputError
from abscopal.analysis.price_table import read_prices

GOOD = """currency: EUR
year: 2024
drugs:
  antibody: {per_mg: 3, administration: infusion}
administration: {infusion: 200}
utilities: {on_treatment: 0.8, off_treatment: 0.8, progressed: 0.6}
"""


def written(tmp_path, text):
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    return path


def problems(tmp_path, text):
    with pytest.raises(InputError) as error:
        read_prices(written(tmp_path, text))
    return [str(problem).partition("prices.yaml:")[2] for problem in error.value.problems]


def test_bare_numbers_are_the_users_own(tmp_path):
    table = read_prices(written(tmp_path, GOOD))
    assert table.drugs["antibody"].per_mg.value == 3
    assert {table.origin(fact).grade for fact in table.facts().values()} == {"assumed"}
    assert table.facts()["utilities.progressed"].source == "user"


def test_the_example_is_sound_and_says_where_every_number_comes_from():
    path = files("abscopal.cli").joinpath("templates", "prices.txt")
    table = read_prices(str(path))
    named = {fact.source for fact in table.facts().values()}
    assert named == {*table.sources, "assumed"}
    assert all(str(table.origin(fact)) for fact in table.facts().values())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("per_mg: 3", "per_mg: -3", "drugs.antibody.per_mg: expected at least 0, got -3"),
        ("per_mg: 3, ", "", "drugs.antibody: expected exactly one of vials, per_mg, per_dose and per_day, got nothing"),
        ("per_mg: 3", "per_mg: 3, per_day: 4", "drugs.antibody: expected exactly one of vials, per_mg, per_dose and "
         "per_day, got per_mg and per_day"),
        ("administration: infusion", "administration: infusoin", "drugs.antibody.administration: expected a key of "
         "administration (infusion), got 'infusoin', did you mean infusion?"),
        ("progressed: 0.6", "progressed: 60", "utilities.progressed: expected a number from -1 to 1, got 60"),
        (", progressed: 0.6", "", "utilities.progressed: expected this key (After progression), got nothing"),
        ("per_mg: 3", "per_mg: {value: 3, source: bnf}", "drugs.antibody.per_mg.source: expected one of assumed, got "
         "'bnf'"),
        ("per_mg: 3", "per_mg: {value: 3, source: assumed}", "drugs.antibody.per_mg.derived: expected the reason for "
         "this assumption, got ''"),
        ("currency: EUR", "curency: EUR", "curency: expected a known key, got 'curency', did you mean currency?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path, old, new, said):
    assert old in GOOD
    assert said in [problem.partition(" ")[2] for problem in problems(tmp_path, GOOD.replace(old, new, 1))]


def test_all_problems_are_reported_together(tmp_path):
    text = GOOD.replace("per_mg: 3", "per_mg: -3").replace("progressed: 0.6", "progressed: 6")
    assert len(problems(tmp_path, text)) == 2


def test_a_grade_of_toxicity_is_one_of_five():
    with pytest.raises(InputError, match=r"toxicity\.by_grade"):
        prices(toxicity={"by_grade": {"6": 100}})
