"""What an indication's calibration fits: to which protocols, which numbers, from which prior; a data file for each."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
from pydantic import Field, model_validator

from abscopal.calibration.knobs import Knob
from abscopal.calibration.sampling import Prior
from abscopal.errors import InputError, Problem, unknown
from abscopal.record import Real, Record, read_record


class Free(Record):
    """A number that is fitted, and what was believed of it before.

    `prior` is the most likely value, `sd` the standard deviation around it as a share of the range, on the logarithm
    where the range spans more than a factor of five.
    """

    prior: Real = Field(description="value before any trial was looked at")
    range: tuple[Real, Real] = Field(description="values that are possible at all")
    sd: Real = Field(default=0.2, gt=0, le=1)
    why: str = Field(min_length=10, description="where the prior comes from")

    @model_validator(mode="after")
    def _prior_within(self) -> Free:
        if not self.range[0] < self.range[1] or not self.range[0] <= self.prior <= self.range[1]:
            raise InputError([Problem("prior", f"a number in {list(self.range)}", f"{self.prior:g}")])
        return self


class Recipe(Record):
    """A calibration that can be repeated: the same recipe gives the same posterior."""

    indication: str
    protocols: list[str] = Field(description="of role calibration; none: as other cancers' calibrations moved theirs")
    seed: int = Field(ge=0)
    rounds: int = Field(default=3, ge=1, le=20, description="each round's points come from the posterior so far")
    blocks: int = Field(default=80, ge=8, description="points of a round")
    block: int = Field(default=40, ge=5, description="patients of each protocol at a point")
    months: Real = Field(default=36.5, gt=0, description="latest figure that is fitted")
    draws: int = Field(default=64, ge=8, description="of the posterior that are kept")
    free: dict[str, Free] = Field(min_length=1, description="by path: what is fitted")

    def knobs(self) -> list[Knob]:
        """Return what is turned, with the prior as the start."""
        return [Knob(path, *one.range, one.prior) for path, one in self.free.items()]

    def prior(self) -> Prior:
        """Return the prior in the unit cube."""
        mean = np.array([knob.unit(knob.start) for knob in self.knobs()])
        return Prior(mean, np.array([one.sd for one in self.free.values()]))


def recipe_names() -> list[str]:
    """Return the indications that have a recipe."""
    return sorted(Path(str(one)).stem for one in _folder().iterdir() if str(one).endswith(".yaml"))


def load_recipe(name_or_path: str | Path) -> Recipe:
    """Return a shipped recipe by the name of its indication, or one of your own by path.

    Raises
    ------
    InputError
        With every problem of the file, or the nearest known name.
    """
    names = recipe_names()
    if str(name_or_path) in names:
        return read_record(Path(str(_folder())) / f"{name_or_path}.yaml", Recipe)
    path = Path(name_or_path)
    if not path.exists() and path.suffix not in {".yaml", ".yml"}:
        raise InputError([unknown("", "recipe of a calibration", str(name_or_path), names)])
    return read_record(path, Recipe)


def _folder() -> Path:
    return Path(str(files("abscopal.calibration"))) / "recipes"
