"""A cancer without a calibration trial: its numbers are off from the literature's as those of fitted cancers were.

The second level of the hierarchy, without assuming a shape for it: each draw takes what the data moved one fitted
cancer's numbers by, all of them together, since they make up for one another; the value is the prior moved by the mean
of that. What differs between fitted cancers is thus the uncertainty of one that was never fitted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abscopal import catalogue
from abscopal.calibration.recipe import Recipe, load_recipe, recipe_names
from abscopal.errors import InputError, Problem

FEWEST = 3  # donors, below which a spread between cancers means nothing
Array = NDArray[np.float64]


def pooled(recipe: Recipe) -> tuple[Array, Array]:
    """Return the point [knobs] of the value, and points of draws [draws, knobs], in the unit cube.

    Raises
    ------
    InputError
        If fewer than three cancers of the same kind are fitted and share a number with this one.
    """
    donors = donors_of(recipe)
    if len(donors) < FEWEST:
        raise InputError([Problem(recipe.indication, f"{FEWEST} fitted cancers to learn from", str(len(donors)))])
    moved = [_moved(load_recipe(name), list(recipe.free)) for name in donors]
    usual = np.nanmean([values for values, _ in moved], axis=0)
    usual = np.where(np.isnan(usual), 0.0, usual)  # numbers that no donor has fitted stay
    turns = [divmod(number, len(moved)) for number in range(recipe.draws)]  # one cancer after the other
    rows = [moved[donor][1][turn % len(moved[donor][1])] for turn, donor in turns]
    shifts = np.array([np.where(np.isnan(row), usual, row) for row in rows])
    start = recipe.prior().mean
    return np.clip(start + usual, 0.0, 1.0), np.clip(start + shifts, 0.0, 1.0)


def donors_of(recipe: Recipe) -> list[str]:
    """Return the cancers of the same kind, solid or liquid, that are fitted to trials and shipped."""
    tags = catalogue.indication(recipe.indication).tags
    return [
        name
        for name in recipe_names()
        if load_recipe(name).protocols
        and catalogue.indication(name).tags == tags
        and catalogue.posterior(name) is not None
        and len(set(load_recipe(name).free) & set(recipe.free)) * 2 > len(recipe.free)
    ]


def _moved(donor: Recipe, paths: list[str]) -> tuple[Array, Array]:
    """By how much a donor's value [knobs] and draws [draws, knobs] are off from its prior; NaN where it has none."""
    posterior, facts = catalogue.posterior(donor.indication), dict(catalogue.indication(donor.indication).facts())
    assert posterior is not None
    knobs = {knob.path: knob for knob in donor.knobs()}
    value, draws = np.full(len(paths), np.nan), np.full((len(posterior), len(paths)), np.nan)
    for place, path in enumerate(paths):
        if path in knobs:
            knob, column = knobs[path], posterior.values[:, posterior.paths.index(path)]
            before = knob.unit(knob.start)
            value[place] = knob.unit(facts[path].value) - before
            draws[:, place] = [knob.unit(float(one)) - before for one in column]
    return value, draws
