"""Reading a condition undoes printing it, and whatever is no condition is refused without being run."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abscopal import catalogue
from abscopal.errors import InputError
from abscopal.population.eligibility import check_conditions
from abscopal.protocol import Protocol, read_protocol
from abscopal.protocol.condition import (
    CONTRAINDICATIONS,
    MARKS,
    OPPOSITE,
    QUANTITIES,
    TRAITS,
    Comparison,
    Condition,
    Trait,
    divides,
)

EXAMPLES = Path(__file__).parents[2] / "examples"


@st.composite
def comparisons(draw):
    name = draw(st.sampled_from(sorted(QUANTITIES)))
    known = QUANTITIES[name]
    percent = name == "PDL1" and draw(st.booleans())
    value = draw(st.floats(0, 100) if percent else st.floats(known.low, known.high))
    unit = "%" if percent else draw(st.sampled_from(["", known.unit]))
    return Comparison(name, draw(st.sampled_from(sorted(OPPOSITE))), value, unit)


drivers = st.builds("{} {}".format, st.sampled_from(["EGFR", "BRAF", "MY-GENE_2"]), st.sampled_from(MARKS))
traits = st.builds(Trait, st.sampled_from(TRAITS) | drivers, st.booleans())
conditions = st.builds(Condition, st.lists(comparisons() | traits, min_size=1, max_size=3).map(tuple))


@given(conditions)
def test_a_condition_reads_back_from_its_sentence(condition):
    again = Condition.parse(str(condition))
    assert again == condition
    assert str(again) == str(condition)


@given(conditions, st.sampled_from(["", " ", "  "]))
def test_spaces_and_capitals_change_nothing_but_the_name_of_a_driver(condition, space):
    loose = str(condition).replace(" ", " " + space)
    assert Condition.parse(loose) == condition
    if not any(isinstance(part, Trait) and part.driver for part in condition.alternatives):
        names = {
            part.quantity: part.quantity.swapcase() for part in condition.alternatives if isinstance(part, Comparison)
        }
        for name, other in names.items():
            loose = loose.replace(name, other)
        assert Condition.parse(loose) == condition


@given(comparisons() | traits)
def test_the_opposite_of_the_opposite_is_the_condition(single):
    condition = Condition((single,))
    opposite = condition.opposite
    if opposite is None:
        assert single.operator == "="
        with pytest.raises(InputError, match="two strata"):
            divides(condition)
    else:
        assert opposite != condition
        assert opposite.opposite == condition
        assert divides(condition) == condition


@given(st.text(max_size=40))
def test_any_text_is_a_condition_or_an_input_error(text):
    try:
        condition = Condition.parse(text)
    except InputError:
        return
    assert Condition.parse(str(condition)) == condition


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ECGO <= 1", "did you mean ECOG?"),
        ("no brain metastasis", "did you mean brain metastases?"),
        ("PDL1 >= 50", "did you mean PDL1 >= 50 %?"),
        ("albumin >= 3.5", "did you mean albumin >= 35 g/L?"),
        ("TMB >= 10 kg", "expected TMB in mut/Mb, got 'kg'"),
        ("LDH", "expected LDH with a limit in x ULN, as in 'ECOG <= 1', got 'LDH'"),
        ("LDH <= two", "expected a number after <=, got 'two'"),
        ("LDH <= inf", "expected a number after <=, got 'inf'"),
        ("ECOG <= 7", "between 0 and 4"),
        ("life expectancy > 12", "a quantity (age, ECOG,"),
        ("__import__('os').abort()", "a quantity (age, ECOG,"),
        ("ECOG <= 1 or", "expected"),
        ("", "expected"),
    ],
)
def test_a_sentence_that_says_nothing_known_is_refused_with_what_was_probably_meant(text, said):
    with pytest.raises(InputError, match="expected") as caught:
        Condition.parse(text)
    assert said in str(caught.value)


def protocol(**fields):
    return Protocol(indication="melanoma", subjects=5, arms={"a": {"regimen": ["nivolumab 240 mg q2w"]}}, **fields)


def test_the_usual_contraindications_are_the_five_of_immunotherapy_trials_and_can_be_named_one_by_one():
    usual = protocol(contraindications="usual").contraindications
    assert tuple(str(condition) for condition in usual) == CONTRAINDICATIONS
    assert protocol(contraindications="none").contraindications == ()
    assert protocol(contraindications=list(CONTRAINDICATIONS[:2])).contraindications == usual[:2]
    with pytest.raises(InputError, match="did you mean usual"):
        protocol(contraindications="usuall")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("biomarker-*.yaml")), ids=lambda path: path.stem)
def test_the_example_protocols_read_back_and_their_cancer_has_what_they_ask_for(path):
    example = read_protocol(path)
    assert example.stratify
    assert tuple(str(condition) for condition in example.contraindications) == CONTRAINDICATIONS
    again = {
        name: [str(c) for c in getattr(example, name)] for name in ("eligibility", "contraindications", "stratify")
    }
    assert protocol(**again).eligibility == example.eligibility
    fields = {name: getattr(example, name) for name in again}
    check_conditions(fields, catalogue.indication(example.indication))


def test_every_wrong_condition_of_a_protocol_is_named_with_its_place():
    with pytest.raises(InputError) as caught:
        protocol(eligibility=["ECOG <= 1", "ECGO <= 1"], stratify=["ECOG = 1", 3])
    assert [problem.path for problem in caught.value.problems] == ["eligibility[1]", "stratify[0]", "stratify[1]"]
