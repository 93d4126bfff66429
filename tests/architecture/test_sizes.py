"""Functions and files stay short: what grows beyond is split, or named here with its reason."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "src").rglob("*.py"))
NINE_OF_TEN_BELOW, MEDIAN_AT_MOST, LONGEST_FUNCTION, LONGEST_FILE = 40, 12, 60, 500
LONG_FUNCTIONS: dict[str, str] = {}  # "path:name": why
LONG_FILES: dict[str, str] = {}  # path: why


def functions(path: Path) -> dict[str, int]:
    """Lines of each function of a file, without its docstring, by `path:name`."""
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            prose = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            docstring = first.end_lineno - first.lineno + 1 if prose else 0
            name = f"{path.relative_to(ROOT)}:{node.name}"
            found[name] = max(found.get(name, 0), node.end_lineno - node.lineno + 1 - docstring)
    return found


LENGTHS = {name: lines for path in FILES for name, lines in functions(path).items()}


def test_nine_of_ten_functions_are_short_and_the_median_is_shorter():
    lengths = sorted(LENGTHS.values())
    assert len(lengths) > 500, "the functions were not found"
    assert lengths[len(lengths) * 9 // 10] < NINE_OF_TEN_BELOW
    assert lengths[len(lengths) // 2] <= MEDIAN_AT_MOST


def test_no_function_is_long_but_those_named_here():
    assert {name for name, lines in LENGTHS.items() if lines > LONGEST_FUNCTION} == set(LONG_FUNCTIONS)


def test_no_file_is_long_but_those_named_here():
    lines = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in FILES}
    assert {name for name, count in lines.items() if count >= LONGEST_FILE} == set(LONG_FILES)


@pytest.mark.parametrize("word", ["utils", "util", "manager", "handler", "helper", "helpers", "common", "misc"])
def test_no_file_or_class_is_named_for_nothing_in_particular(word):
    assert [path for path in FILES if word in path.stem.split("_")] == []
    classes = {n.name for p in FILES for n in ast.walk(ast.parse(p.read_text("utf-8"))) if isinstance(n, ast.ClassDef)}
    assert [name for name in classes if name.lower().endswith(word)] == []
