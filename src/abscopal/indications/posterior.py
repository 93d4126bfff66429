"""What a calibration left uncertain: draws of the numbers it fitted, and an indication with other values.

The draws of an indication lie beside its file, as `NAME.posterior.csv`: the paths of the numbers in the first line, a
draw in each of the others.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.errors import InputError, Problem
from abscopal.indications.indication import Indication

OUTSIDE = ("shared", "drugs")
"""First words of the paths of what mechanisms and drugs hold, as in `shared.ctla4_hold`, `drugs.docetaxel.potency`."""


@dataclass(frozen=True)
class Posterior:
    """Equally likely values of the numbers that were fitted together.

    Parameters
    ----------
    paths
        Of the numbers, such as `parameters.growth.center`, `fixed.death_rate`, `lines.2L.frailty`.
    values
        One row a draw, on the natural scale [draws, paths].
    """

    paths: tuple[str, ...]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    def draw(self, number: int) -> dict[str, float]:
        """Return the values of a draw, counted from 1.

        Raises
        ------
        InputError
            If there is no such draw.
        """
        if not 1 <= number <= len(self):
            raise InputError([Problem("draw", f"a number from 1 to {len(self)}", str(number))])
        return dict(zip(self.paths, self.values[number - 1].tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Write the draws, to six digits."""
        draft = path.with_suffix(".tmp")
        with draft.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(self.paths)
            writer.writerows([f"{value:.6g}" for value in row] for row in self.values.tolist())
        draft.replace(path)


def load_posterior(path: Path) -> Posterior:
    """Read draws.

    Raises
    ------
    InputError
        With the first line that is not as long as the first or holds something else than numbers.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        paths, *rows = csv.reader(stream)
    values = [_numbers(path, number, row, len(paths)) for number, row in enumerate(rows, start=2)]
    return Posterior(tuple(paths), np.array(values, dtype=float).reshape(-1, len(paths)))


def _numbers(path: Path, line: int, row: list[str], count: int) -> list[float]:
    try:
        values = [float(text) for text in row]
    except ValueError:
        values = []
    if len(values) != count or not np.isfinite(values).all():
        raise InputError([Problem("", f"{count} numbers", ",".join(row)[:60], file=str(path), line=line, column=1)])
    return values


def turned(indication: Indication, values: Mapping[str, float], reason: str = "a draw of a posterior") -> Indication:
    """Return a copy with numbers set; those of mechanisms and drugs become fixed numbers of this copy.

    Raises
    ------
    InputError
        If the indication has no such number.
    """
    data = indication.model_dump()
    for path, value in values.items():
        first, *rest = path.split(".")
        if first in OUTSIDE:
            data["fixed"]["_".join(rest).replace("-", "_")] = {"value": value, "source": "fitted", "derived": reason}
        else:
            _place(data, path)["value"] = value
    return Indication(**data)


def _place(data: dict[str, Any], path: str) -> dict[str, Any]:
    place: Any = data
    for key in path.split("."):
        if not isinstance(place, dict) or key not in place:
            raise InputError([Problem(path, f"a number of {data['name']}", "nothing of this name")])
        place = place[key]
    assert isinstance(place, dict)
    return place
