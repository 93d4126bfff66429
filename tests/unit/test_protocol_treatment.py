"""Sentences of every kind of treatment: those of the documentation, and what is refused."""

import json
import re
from pathlib import Path

import pytest

from abscopal.errors import InputError
from abscopal.protocol.procedure import Ablation, Lesions, Radiotherapy, Resection
from abscopal.protocol.protocol import Subsequent
from abscopal.protocol.regimen import Doses, Regimen
from abscopal.protocol.schema import schema_text
from abscopal.protocol.treatment import checked_treatment, parse_treatment
from abscopal.yaml_reader import read_document

PAGE = (Path(__file__).parents[2] / "docs/treatments.md").read_text(encoding="utf-8")
SENTENCES = [line for block in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_sentences_of_the_documentation_print_as_they_were_read(sentence):
    assert str(parse_treatment(sentence)) == sentence


def test_editors_accept_every_sentence_of_the_documentation():
    pattern = json.loads(schema_text())["$defs"]["Arm"]["properties"]["regimen"]["items"]["pattern"]
    assert all(re.search(pattern, sentence) for sentence in SENTENCES)
    assert not re.search(pattern, "nivolumab q2w")


def test_the_later_lines_of_the_documentation_are_read(tmp_path):
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "lines.yaml"
    file.write_text(block, encoding="utf-8")
    (line,) = (Subsequent(**fields) for fields in read_document(file).data["subsequent"])
    assert len(list(line.lines())) == 2


def test_the_first_word_says_what_kind_of_treatment_it_is():
    kinds = {Regimen: "nivolumab 240 mg q2w", Radiotherapy: "Radiotherapy 8 Gy to primary", Resection: "RESECT primary",
             Ablation: "ablate  largest lesion"}  # fmt: skip
    assert all(type(parse_treatment(text)) is kind for kind, text in kinds.items())


def test_a_value_is_a_treatment_already_and_a_number_is_none():
    resection = Resection(Lesions(primary=True))
    assert checked_treatment(resection) is resection
    with pytest.raises(InputError, match="a regimen as text"):
        checked_treatment(3)


@pytest.mark.parametrize(
    ("sentence", "expected", "suggestion"),
    [
        ("radiotherapy 8 Gy x3", "dose, fractions, lesions and day", ""),
        ("radiotherapy 0 Gy x3 to primary", "a dose above 0", ""),
        ("radiotherapy 8 mg x3 to primary", "a dose in Gy", "Gy"),
        ("radiotherapy 8 Gy x0 to primary", "a number of fractions", ""),
        ("resect", "'primary', 'all lesions'", ""),
        ("resect 3 lesions day 0", "'primary', 'all lesions'", "3 largest lesions"),
        ("resect primry day 0", "'primary', 'all lesions'", "primary"),
        ("ablate liver lesions week two", "a whole week", ""),
        ("", "a drug and its doses", ""),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_expected(sentence, expected, suggestion):
    with pytest.raises(InputError) as refused:
        parse_treatment(sentence)
    problem = refused.value.problems[0]
    assert problem.expected.startswith(expected)
    assert problem.suggestion == suggestion


def test_all_problems_of_a_procedure_come_at_once():
    with pytest.raises(InputError) as refused:
        parse_treatment("radiotherapy -8 mg x0 to livr week x")
    assert len(refused.value.problems) == 5


@pytest.mark.parametrize(
    "build",
    [
        lambda: Lesions("liver", primary=True),
        lambda: Regimen("resect", (Doses(1.0, "mg", 14),)),
        lambda: Lesions(largest=0),
        lambda: Lesions("Liver"),
        lambda: Radiotherapy(-8.0, 3, Lesions()),
        lambda: Radiotherapy(8.0, 0, Lesions()),
        lambda: Resection(Lesions(), -1),
    ],
)
def test_values_built_in_python_are_held_to_the_same_rules(build):
    with pytest.raises(InputError):
        build()
