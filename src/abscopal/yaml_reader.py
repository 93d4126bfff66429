"""YAML from strangers: plain values with the place of each, and every problem of the file at once.

YAML 1.2 by its core rules, whatever a `%YAML` directive says: `1e-3` is a number, and a bare `NO` is refused rather
than read as text by us and as false by others. Duplicate keys, tags, aliases that explode or bite their own tail, and
files that are too large are problems, never surprises. Keys are always text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from abscopal.errors import InputError, Problem, join_path, shown

MAX_BYTES = 1_000_000
MAX_VALUES = 50_000
MAX_DEPTH = 40
MAX_OPEN = 400  # far more than MAX_DEPTH, as text may hold brackets that nothing closes

_INTEGER = re.compile(r"^[-+]?[0-9]{1,18}$")
_NUMBER = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_WORDS: dict[str, object] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan"),
}  # fmt: skip
_AMBIGUOUS = {"yes", "no", "on", "off"}
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp")}

Keys = tuple[str | int, ...]


@dataclass
class Document:
    """What a YAML file holds.

    Parameters
    ----------
    file
        Name as the reader gave it.
    data
        Mappings, lists, text, numbers, true, false and None.
    problems
        What is wrong with the file as YAML; a caller adds its own and raises them together.
    key_places, value_places
        (line, column) by path, counted from 1.
    """

    file: str
    data: Any = None
    problems: list[Problem] = field(default_factory=list)
    key_places: dict[str, tuple[int, int]] = field(default_factory=dict)
    value_places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def locate(self, problem: Problem) -> Problem:
        """Return the problem with its file, line and column, taken from the nearest part that is in the file."""
        path, places = problem.path, self.key_places if problem.names_key else self.value_places
        while path and path not in places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
            places = self.key_places
        line, column = places.get(path, (1, 1))
        return replace(problem, file=self.file, line=line, column=column)

    def refuse(self, problems: Iterable[Problem] = ()) -> None:
        """Raise all problems there are, in the order of the file; do nothing when there are none."""
        every = self.problems + [self.locate(problem) for problem in problems]
        if every:
            raise InputError(sorted(every, key=lambda problem: (problem.line, problem.column)))


def read_yaml(path: str | Path) -> Any:
    """Return the plain values of a YAML file.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    document = read_document(path)
    document.refuse()
    return document.data


def read_document(path: str | Path) -> Document:
    """Return a YAML file with the place of every value; problems that let reading go on are in `problems`.

    Raises
    ------
    InputError
        When nothing can be read: no file, a directory, too large, not UTF-8, not YAML, empty.
    """
    document = Document(str(path))
    text = _text(document, Path(path))
    root = _compose(document, text)
    if root is None:
        raise InputError([_whole_file(document, "a mapping of keys to values", "an empty file")])
    document.data = _Reader(document).value(root, ())
    return document


def _text(document: Document, path: Path) -> str:
    if path.is_dir():
        raise InputError([_whole_file(document, "a YAML file", "a directory")])
    if not path.exists():
        raise InputError([_whole_file(document, "a YAML file", "no such file")])
    if not path.is_file():
        raise InputError([_whole_file(document, "a YAML file", "something that is not a regular file")])
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError([_whole_file(document, "a readable YAML file", error.strerror or "an error")]) from error
    if len(content) > MAX_BYTES:
        raise InputError([_whole_file(document, f"at most {MAX_BYTES:,} bytes", "a larger file")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        got = f"the byte 0x{content[error.start]:02x}"
        raise InputError([Problem("", "text in UTF-8", got, "", document.file, line, column)]) from None


def _whole_file(document: Document, expected: str, got: str) -> Problem:
    return Problem("", expected, got, "", document.file, 1, 1)


def _compose(document: Document, text: str) -> Any:
    """Return the tree of YAML nodes, None for an empty file."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    if _brackets_open(text) > MAX_OPEN:
        raise InputError([_whole_file(document, f"at most {MAX_DEPTH} levels", "deeper nesting")])
    try:
        return YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        got = shown(error.problem or error.context or "an error", longest=120)
        problem = Problem("", "valid YAML", got, "", document.file, line, column)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = Problem("", "printable text", f"the character {error.character!r}", "", document.file, line, 1)
    except RecursionError:
        problem = _whole_file(document, f"at most {MAX_DEPTH} levels", "deeper nesting")
    except (YAMLError, ValueError) as error:
        problem = _whole_file(document, "valid YAML", shown(str(error), longest=120))
    raise InputError([problem])


def _brackets_open(text: str) -> int:
    """Return how many brackets are open at once at most, in quotes or not; parsers take a second for every few."""
    deepest = depth = 0
    for bracket in re.finditer(r"[\[\]{}]", text):
        depth += 1 if bracket[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


class _TooMuchError(Exception):
    """The file unfolds into more than anybody wrote by hand."""


class _Reader:
    """Turns nodes into plain values, noting places and problems on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen = 0

    def value(self, node: Any, keys: Keys) -> Any:
        """Return the value of the whole tree; an exploding one is refused at once."""
        try:
            return self._value(node, keys)
        except _TooMuchError as error:
            expected, got = error.args
            line, column = _place(node)
            raise InputError([Problem("", expected, got, "", self.document.file, line, column)]) from None

    def _value(self, node: Any, keys: Keys) -> Any:
        self.seen += 1
        if self.seen > MAX_VALUES:
            raise _TooMuchError(f"at most {MAX_VALUES:,} values", "more (aliases that multiply?)")
        if len(keys) > MAX_DEPTH:
            raise _TooMuchError(f"at most {MAX_DEPTH} levels", "deeper nesting (an alias inside itself?)")
        self.document.value_places[join_path(keys)] = _place(node)
        if str(node.tag) not in _TAGS:
            self._problem(node, keys, "a value without a tag", str(node.tag).replace("tag:yaml.org,2002:", "!!"))
            return None
        kind = type(node).__name__
        if kind == "MappingNode":
            return self._mapping(node, keys)
        if kind == "SequenceNode":
            return [self._value(item, (*keys, number)) for number, item in enumerate(node.value)]
        return self._scalar(node, keys)

    def _mapping(self, node: Any, keys: Keys) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, keys)
            if key is None:
                continue
            path = join_path((*keys, key))
            if key in mapping:
                first = self.document.key_places[path][0]
                self._problem(key_node, (*keys, key), "each key once", f"'{key}' again (first on line {first})")
                continue
            self.document.key_places[path] = _place(key_node)
            mapping[key] = self._value(value_node, (*keys, key))
        return mapping

    def _key(self, node: Any, keys: Keys) -> str | None:
        if type(node).__name__ != "ScalarNode" or node.value == "":
            self._problem(node, keys, "a word as key", "an empty key" if node.value == "" else "a list or mapping")
            return None
        if node.style is None and node.value.lower() in _AMBIGUOUS:
            self._ambiguous(node, keys)
        return str(node.value)

    def _scalar(self, node: Any, keys: Keys) -> object:
        text = str(node.value)
        if node.style is not None:
            return text
        if text.lower() in _AMBIGUOUS:
            self._ambiguous(node, keys)
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text):
            return int(text)
        return float(text) if _NUMBER.match(text) else text

    def _ambiguous(self, node: Any, keys: Keys) -> None:
        guess = f'"{node.value}" in quotes'
        self._problem(node, keys, "true, false or text in quotes", f"{node.value}, which many readers take for a "
                      "truth value", guess)  # fmt: skip

    def _problem(self, node: Any, keys: Keys, expected: str, got: str, guess: str = "") -> None:
        line, column = _place(node)
        self.document.problems.append(Problem(join_path(keys), expected, got, guess, self.document.file, line, column))


def _place(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
