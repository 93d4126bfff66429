"""Names in a protocol that no catalogue has, found in a file's plain values even where other parts do not validate."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from abscopal.errors import Problem, join, unknown
from abscopal.protocol.procedure import PROCEDURES


def unknown_names(data: Any, *, drugs: Collection[str], indications: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for every drug and indication of a protocol's plain values that is not known."""
    indication = data.get("indication")
    if isinstance(indication, str) and indication not in indications:
        yield unknown("indication", "indication", indication, indications)
    arms = data.get("arms")
    for path, word in _first_words(arms, "arms") if isinstance(arms, dict) else ():
        if word not in drugs and word not in PROCEDURES:
            yield unknown(path, "drug", word, [*drugs, *PROCEDURES])


def _first_words(arms: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Yield the path of each treatment and the word it begins with: a drug or a procedure."""
    for name, arm in arms.items():
        if isinstance(arm, dict):
            yield from _of_line(arm, join(path, str(name)), "subsequent")


def _of_line(line: dict[str, Any], path: str, later: str) -> Iterator[tuple[str, str]]:
    yield from _of_regimen(line.get("regimen"), join(path, "regimen"))
    lines = line.get(later)
    for number, option in enumerate(lines if isinstance(lines, list) else ()):
        if isinstance(option, dict):
            yield from _of_line(option, join(path, f"{later}[{number}]"), "then")


def _of_regimen(regimens: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield what stands where a drug should; a sentence that begins with a number has its own problem."""
    numbered = [(path, regimens)] if isinstance(regimens, str) else [
        (f"{path}[{number}]", text) for number, text in enumerate(regimens if isinstance(regimens, list) else ())
    ]  # fmt: skip
    for place, text in numbered:
        word = text.strip().partition(" ")[0] if isinstance(text, str) else ""
        if any(letter.isalpha() for letter in word):
            yield place, word.lower()
