"""Records: frozen pydantic models whose mistakes are `Problem`s, in Python and from YAML alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from abscopal.errors import InputError, Problem, did_you_mean, join_path, shown
from abscopal.yaml_reader import read_document


class Record(BaseModel):
    """A frozen model that knows no other keys than its own and reports all problems at once as `InputError`.

    `InputError` is a `ValueError`, so a record inside another one adds its problems to the outer one's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, /, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise InputError(_problems(type(self), error)) from None


R = TypeVar("R", bound=Record)
Check = Callable[[Any], Iterable[Problem]]


def read_record(path: str | Path, model: type[R], *checks: Check, **defaults: Any) -> R:
    """Read a YAML file as a record.

    Parameters
    ----------
    path
        The file.
    model
        What it should hold.
    checks
        Functions of the file's plain values that yield further problems, such as names no catalogue has.
    defaults
        Values of keys that the file may leave out.

    Raises
    ------
    InputError
        With every problem of the file, each with line and column.
    """
    document = read_document(path)
    if not isinstance(document.data, dict):
        document.refuse([Problem("", "a mapping of keys to values", shown(document.data))])
    problems = [problem for check in checks for problem in check(document.data)]
    record = None
    try:
        record = model(**{**defaults, **document.data})
    except InputError as error:
        problems += error.problems
    document.refuse(problems)
    assert record is not None  # refuse() raised otherwise
    return record


@lru_cache(maxsize=256)
def _read_once(path: Path, model: type[R], _stamp: int) -> R:
    return read_record(path, model)


def read_once(path: str | Path, model: type[R]) -> R:
    """Read a YAML file as a record, again only when the file has changed.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    path = Path(path)
    record = _read_once(path, model, path.stat().st_mtime_ns if path.exists() else 0)
    assert isinstance(record, model)  # the cache forgets the type
    return record


def _problems(model: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    for line in error.errors(include_url=False):
        cause = line.get("ctx", {}).get("error")
        if isinstance(cause, InputError):
            yield from (problem.under(*line["loc"]) for problem in cause.problems)
        else:
            yield _problem(model, line)


def _problem(model: type[BaseModel], line: Any) -> Problem:
    path, context = join_path(line["loc"]), line.get("ctx", {})
    match line["type"]:
        case "extra_forbidden":
            return _unknown_key(path, str(line["loc"][-1]), model)
        case "missing":
            described = model.model_fields[str(line["loc"][0])].description or "a value"
            return Problem(path, f"this key ({described.split('.')[0].split(';')[0]})", "nothing")
        case "literal_error":
            choices = context["expected"]
            guess = did_you_mean(str(line["input"]), choices.replace("'", "").replace(" or ", ", ").split(", "))
            return Problem(path, f"one of {choices}", shown(line["input"]), guess)
    return Problem(path, _expected(line["type"], context, line["msg"]), shown(line["input"]))


_LIMITS = {"greater_than": ("more than", "gt"), "greater_than_equal": ("at least", "ge"),
           "less_than": ("less than", "lt"), "less_than_equal": ("at most", "le")}  # fmt: skip
_KINDS = {
    "string_type": "text", "int_type": "a whole number", "int_parsing": "a whole number", "float_type": "a number",
    "int_from_float": "a whole number", "float_parsing": "a number", "bool_type": "true or false",
    "bool_parsing": "true or false", "dict_type": "a mapping", "tuple_type": "a list",
    "finite_number": "a finite number",
    "model_type": "a mapping", "model_attributes_type": "a mapping",
}  # fmt: skip


def _expected(kind: str, context: dict[str, Any], message: str) -> str:
    if kind in _LIMITS:
        words, limit = _LIMITS[kind]
        return f"{words} {context[limit]:g}"
    if kind == "string_pattern_mismatch":
        return f"text that matches {context['pattern']}"
    if kind == "too_short":
        return f"at least {context['min_length']} of them"
    return _KINDS.get(kind) or message.removeprefix("Input should be ").removeprefix("Value error, ")


def _unknown_key(path: str, key: str, model: type[BaseModel]) -> Problem:
    known = list(model.model_fields)
    guess = did_you_mean(key, known)
    expected = "a known key" if guess else f"a known key ({', '.join(known)})"
    return Problem(path, expected, f"'{key}'", guess, names_key=True)


def _no_truth_value(value: object) -> object:
    if isinstance(value, bool):
        raise InputError([Problem(expected="a number", got=str(value).lower())])
    return value


Real = Annotated[float, BeforeValidator(_no_truth_value)]
"""A finite number; true and false are none."""
Whole = Annotated[int, BeforeValidator(_no_truth_value)]
"""A whole number; true and false are none."""
