"""YAML from strangers: plain values by YAML 1.2, places, and nothing that explodes or surprises."""

import pytest

from abscopal import yaml_reader
from abscopal.errors import InputError
from abscopal.yaml_reader import read_document, read_yaml


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "file.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def problems(path):
    with pytest.raises(InputError) as refused:
        read_yaml(path)
    return refused.value.problems


def test_values_follow_the_core_schema_of_yaml_1_2(written):
    text = "a: 1e-3\nb: 12\nc: .5\nd: true\ne: ~\nf:\ng: 2024-01-01\nh: '1'\ni: 0x10\nj: [1, 2.0]\n12: x\nk: .inf\n"
    assert read_yaml(written(text)) == {
        "a": 0.001, "b": 12, "c": 0.5, "d": True, "e": None, "f": None, "g": "2024-01-01", "h": "1", "i": "0x10",
        "j": [1, 2.0], "12": "x", "k": float("inf"),
    }  # fmt: skip


@pytest.mark.parametrize("head", ["", "%YAML 1.1\n---\n"])
@pytest.mark.parametrize("word", ["NO", "no", "Off", "yes"])
def test_words_that_others_take_for_truth_values_must_stand_in_quotes(written, head, word):
    found = problems(written(f"{head}name: {word}\n{word}: 1\n"))
    assert [problem.suggestion for problem in found] == [f'"{word}" in quotes'] * 2
    assert read_yaml(written(f'{head}name: "{word}"\n')) == {"name": word}


def test_every_duplicate_key_is_named_with_the_line_of_the_first(written):
    found = problems(written("a: 1\nb: {c: 1, c: 2}\na: 2\n"))
    assert [(p.path, p.line, p.column) for p in found] == [("b.c", 2, 11), ("a", 3, 1)]
    assert "first on line 1" in found[1].got


def test_places_are_those_of_keys_and_values_counted_from_one(written):
    document = read_document(written("a:\n  - x\n  - b: 1\n"))
    assert document.value_places["a[1].b"] == (3, 8)
    assert document.key_places["a[1].b"] == (3, 5)
    assert document.value_places["a[0]"] == (2, 5)


def test_an_alias_bomb_is_refused_before_it_unfolds(written):
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    assert "aliases that multiply" in problems(written(f"l0: &l0 [x, x]\n{levels}"))[0].got


def test_an_alias_inside_itself_is_refused(written):
    assert "an alias inside itself" in problems(written("a: &a [*a]\n"))[0].got


def test_an_ordinary_alias_is_read_as_the_value_it_stands_for(written):
    assert read_yaml(written("a: &a [1]\nb: *a\n")) == {"a": [1], "b": [1]}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "a mapping of keys to values"),
        ("# nothing\n", "a mapping of keys to values"),
        ("a: [1, 2\n", "valid YAML"),
        ("a: 1\n---\nb: 2\n", "valid YAML"),
        ("a: *unknown\n", "valid YAML"),
        (b"a: \xff\n", "text in UTF-8"),
        ("a: x\x00y\n", "printable text"),
        ("[" * 30_000, "at most"),
        ("a: !!python/object/apply:os.system [ls]\n", "a value without a tag"),
        ("? [a]\n: 1\n", "a word as key"),
        (": 1\n", "a word as key"),
        ("a: " + "x" * yaml_reader.MAX_BYTES, "at most"),
    ],
)
def test_what_is_not_a_readable_mapping_is_refused_with_its_place(written, content, expected):
    problem = problems(written(content))[0]
    assert problem.expected.startswith(expected)
    assert problem.line >= 1
    assert problem.column >= 1


def test_a_byte_that_is_not_utf_8_is_found_by_line_and_column(written):
    problem = problems(written(b"a: 1\nb: \xe9\n"))[0]
    assert (problem.line, problem.column) == (2, 4)


def test_a_directory_and_a_missing_file_are_told_apart(tmp_path):
    assert problems(tmp_path)[0].got == "a directory"
    assert problems(tmp_path / "none.yaml")[0].got == "no such file"
