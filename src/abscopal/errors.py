"""What is wrong with what a person gave us: every problem at once, each with its place and the likely intention."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in one place.

    Parameters
    ----------
    path
        Where in the document, such as `arms.mono.regimen[0]`; empty for the document as a whole.
    expected, got
        What would have been right, and what was there.
    suggestion
        What was probably meant; empty where nothing comes near.
    file, line, column
        Where in the file, counted from 1; line 0 where there is no file.
    names_key
        Whether the key itself is wrong, not its value.
    """

    path: str = ""
    expected: str = ""
    got: str = ""
    suggestion: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    names_key: bool = False

    def __str__(self) -> str:
        """`file:line:column path: expected …, got …, did you mean …?`."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        where = " ".join(part for part in (place, self.path) if part)
        guess = f", did you mean {self.suggestion}?" if self.suggestion else ""
        return (f"{where}: " if where else "") + f"expected {self.expected}, got {self.got}{guess}"

    def under(self, *keys: str | int) -> Problem:
        """Return the same problem seen from further out: the path now starts with `keys`."""
        return replace(self, path=join(join_path(keys), self.path))


class InputError(ValueError):
    """All problems of one input. It is a ValueError, so that validators nest."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[list[Problem]]]:
        """Problems survive the way back from a worker process."""
        return type(self), (self.problems,)


class IntegrityError(Exception):
    """What was written earlier is not what is there now."""


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return the choice nearest to `word`, or an empty string when none comes near."""
    by_lower = {choice.lower(): choice for choice in choices}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.65)
    return by_lower[near[0]] if near else ""


MOST_LISTED = 100
"""Of more names than that none is listed: a message of two hundred is not read."""


def unknown(path: str, kind: str, word: str, choices: Iterable[str]) -> Problem:
    """Return the problem of a name that nothing carries."""
    known = sorted(choices)
    guess = did_you_mean(word, known)
    listed = f" (one of {', '.join(known)})" if known else " (there are none)"
    if guess or len(known) > MOST_LISTED:
        listed = ""
    return Problem(path, f"a known {kind}{listed}", shown(word), guess)


def shown(value: object, longest: int = 60) -> str:
    """Return a value as a message shows it: short, on one line, text in quotes, absence in a word."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = f"'{value}'" if isinstance(value, str) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def join_path(keys: Sequence[str | int]) -> str:
    """Return `arms.mono.regimen[0]` from its keys."""
    path = ""
    for key in keys:
        path = join(path, f"[{key}]" if isinstance(key, int) else key)
    return path


def join(outer: str, inner: str) -> str:
    """Return one path from two, the inner one beginning with a key or an index."""
    return outer + inner if not outer or not inner or inner.startswith("[") else f"{outer}.{inner}"
