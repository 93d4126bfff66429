"""What a sensitivity analysis turns: which numbers, between which ends, and whose mechanism they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from abscopal import catalogue
from abscopal.calibration.knobs import Knob
from abscopal.calibration.recipe import Recipe, load_recipe, recipe_names
from abscopal.errors import InputError, Problem, unknown
from abscopal.language import Model
from abscopal.protocol.protocol import Protocol
from abscopal.trial.simulate import Design

Over = Literal["posterior", "prior"]
"""Whose range: what the calibration left open, or what was believed before any trial was looked at."""
TAIL = 0.05  # of prior or posterior, cut off at either end
NORMAL = 1.645  # standard deviations to there
PERSONAL = ("background", "immune_competence", "autoimmune_history", "second_primary_rate")
"""Parameters that the population sets patient by patient, from age, sex and history."""
PATIENTS = "who is enrolled"
"""The mechanism of a number that no mechanism holds, such as how large tumours are at enrolment."""


def usual_range(protocol: Protocol) -> Over:
    """Return which range is asked for unless told otherwise: the posterior where there is one."""
    return "prior" if catalogue.posterior(protocol.indication) is None else "posterior"


def fitted_knobs(design: Design, over: Over) -> list[Knob]:
    """Return what the calibration of the indication turned and acts here, each between its 5th and 95th percentile.

    Without a calibration there is no posterior, and the knobs are the numbers of the indication that have a range.

    Raises
    ------
    InputError
        If a posterior is asked for and there is none.
    """
    name = design.indication.name
    if over == "posterior":
        found = _of_posterior(name)
    elif name in recipe_names():
        found = _of_prior(load_recipe(name))
    else:
        found = _of_indication(design)
    return [knob for knob in found if _acts(knob.path, design)]


def every_knob(design: Design, over: Over) -> list[Knob]:
    """Return every number with a range that acts in a protocol's model: of mechanisms, drugs and the indication.

    Those of the calibration come first, over its range; parameters that differ between patients are turned by the
    centre and spread of their distribution.
    """
    unique: dict[str, Knob] = {}
    for knob in [*fitted_knobs(design, over), *_of_indication(design), *_of_model(design)]:
        unique.setdefault(_parameter(knob.path), knob)
    return list(unique.values())


def chosen_knobs(design: Design, over: Over, paths: Sequence[str]) -> list[Knob]:
    """Return knobs by path: those of the calibration over its range, others over that of their source.

    Raises
    ------
    InputError
        With every path that names nothing in this protocol's model, or nothing with a range.
    """
    known = {knob.path: knob for knob in every_knob(design, over)}
    wrong = [
        unknown("--knobs", "number with a range that acts here", path, known) for path in paths if path not in known
    ]
    if wrong:
        raise InputError(wrong)
    return [known[path] for path in dict.fromkeys(paths)]


def _acts(path: str, design: Design) -> bool:
    """Whether a knob turns anything in this protocol's model."""
    first, *rest = path.split(".")
    if first == "lines":
        return rest[0] == design.protocol.line and rest[1] in design.kernel.model.parameters
    if first in ("shared", "drugs", "fixed"):
        return _parameter(path) in design.kernel.model.parameters
    if first == "parameters":
        return rest[0] in design.kernel.model.parameters
    return first != "fractions" or rest[0] in design.kernel.model.species


def _parameter(path: str) -> str:
    """Return what a path turns; a parameter of the model may be reached by several paths."""
    first, *rest = path.split(".")
    return "_".join(rest).replace("-", "_") if first in ("shared", "fixed", "drugs") else path


def _of_posterior(name: str) -> list[Knob]:
    posterior = catalogue.posterior(name)
    if posterior is None:
        raise InputError([Problem("--over", "prior, for an indication without posterior", f"posterior of {name}")])
    ends = np.quantile(posterior.values, [TAIL, 0.5, 1 - TAIL], axis=0).T
    return [Knob(path, low, high, mid) for path, (low, mid, high) in zip(posterior.paths, ends.tolist(), strict=True)]


def _of_prior(recipe: Recipe) -> list[Knob]:
    prior = recipe.prior()
    low, high = np.clip(prior.mean - NORMAL * prior.sd, 0, 1), np.clip(prior.mean + NORMAL * prior.sd, 0, 1)
    return [
        Knob(knob.path, knob.value(a), knob.value(b), knob.start)
        for knob, a, b in zip(recipe.knobs(), low.tolist(), high.tolist(), strict=True)
    ]


def _of_indication(design: Design) -> list[Knob]:
    """Return what says how the disease of patients differs; their age, sex and history are the trial's to say."""
    kept = ("parameters.", "fractions.", "fixed.", "sum_of_diameters.", "seeding_index.", "lines.", "growth_within")
    return [
        Knob(path, *fact.range, fact.value)
        for path, fact in design.indication.facts()
        if path.startswith(kept) and fact.range and fact.range[0] < fact.range[1] and _acts(path, design)
    ]


def _of_model(design: Design) -> Iterator[Knob]:
    model, indication = design.kernel.model, design.indication
    for name in model.patient_parameters:
        parameter = model.parameters[name]
        drawn = name in indication.parameters or name in PERSONAL or name.startswith("driver_")
        if not drawn and parameter.range is not None and parameter.range[0] < parameter.range[1]:
            yield Knob(f"shared.{name}", *parameter.range, parameter.value)


def mechanism_of(path: str, model: Model) -> str:
    """Return the name of the mechanism, or drug, that declares what a knob turns."""
    first, *rest = path.split(".")
    name = path if not rest else rest[1] if first == "lines" else rest[0]
    if first in ("shared", "drugs"):
        name = _parameter(path)
    for mechanism in model.mechanisms:
        if name in {one.name for one in mechanism.parameters} | {one.name for one in mechanism.species}:
            return mechanism.name
    return "tumour_growth" if path == "growth_within" else PATIENTS
