"""Where a cell of a lesion table is in the file it came from, and what is said of a file that was put right."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from abscopal.errors import Problem, shown


class LesionWarning(UserWarning):
    """Says how a lesion table was read where its author may have meant something else."""


def remark(text: str) -> None:
    """Say how a lesion table was read, as a `LesionWarning`."""
    warnings.warn(text, LesionWarning, stacklevel=2)


class Place:
    """Turns a row of a table and a column name into a place in the file.

    Parameters
    ----------
    file : str
        Name of the file; empty for a table that came from none.
    raw : pandas.DataFrame
        The table as it was read; its columns in the order of the file.
    lines : (n,) int
        Line of each row; default: the header is line 1 and the rows follow without a gap.
    sources : mapping of str to str
        Name in the file of a column that the table calls otherwise.
    """

    def __init__(
        self,
        file: str,
        raw: pd.DataFrame,
        lines: npt.NDArray[np.integer] | None = None,
        sources: Mapping[str, str] | None = None,
        order: Sequence[str] | None = None,
    ) -> None:
        self.file, self.lines, self.sources = file, lines, dict(sources or {})
        self.order = [str(name).strip().upper() for name in (raw.columns if order is None else order)]

    def line(self, row: int) -> str:
        """Return `line 7`, or `row 5` of a table that came from no file."""
        return f"line {self.number(row)}" if self.file else f"row {row}"

    def cell(self, row: int, column: str, expected: str, got: object, suggestion: str = "") -> Problem:
        """Return a problem of one cell."""
        name = self.sources.get(column, column)
        if not self.file:
            return Problem(f"{name}[{row}]", expected, shown(got), suggestion)
        return Problem(name, expected, shown(got), suggestion, self.file, self.number(row), self._column(name))

    def header(self, column: str, expected: str, got: str, index: int = -1, suggestion: str = "") -> Problem:
        """Return a problem of a whole column."""
        name = self.sources.get(column, column)
        number = index + 1 if index >= 0 else self._column(name)
        return Problem(name, expected, got, suggestion, self.file, 1 if self.file else 0, number if self.file else 0)

    def number(self, row: int) -> int:
        """Return the line of a row, 0 of one that is in no line of the file."""
        if row < 0:
            return 0
        return row + 2 if self.lines is None else int(self.lines[row])

    def _column(self, name: str) -> int:
        return self.order.index(name) + 1 if name in self.order else 1
