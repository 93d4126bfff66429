"""Names in a protocol that no catalogue has, found in a file's plain values even where other parts do not validate."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from abscopal.errors import Problem, join, unknown


def unknown_names(data: Any, *, drugs: Collection[str], indications: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for every drug and indication of a protocol's plain values that is not known."""
    indication = data.get("indication")
    if isinstance(indication, str) and indication not in indications:
        yield unknown("indication", "indication", indication, indications)
    arms = data.get("arms")
    for path, drug in _drugs(arms, "arms") if isinstance(arms, dict) else ():
        if drug not in drugs:
            yield unknown(path, "drug", drug, drugs)


def _drugs(arms: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Yield the path of each regimen and the drug it begins with."""
    for name, arm in arms.items():
        if isinstance(arm, dict):
            yield from _first_words(arm.get("regimen"), join(path, f"{name}.regimen"))
            lines = arm.get("subsequent")
            for number, line in enumerate(lines if isinstance(lines, list) else ()):
                if isinstance(line, dict):
                    yield from _first_words(line.get("regimen"), join(path, f"{name}.subsequent[{number}].regimen"))


def _first_words(regimens: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield what stands where a drug should; a sentence that begins with a number has its own problem."""
    numbered = [(path, regimens)] if isinstance(regimens, str) else [
        (f"{path}[{number}]", text) for number, text in enumerate(regimens if isinstance(regimens, list) else ())
    ]  # fmt: skip
    for place, text in numbered:
        word = text.strip().partition(" ")[0] if isinstance(text, str) else ""
        if any(letter.isalpha() for letter in word):
            yield place, word.lower()
