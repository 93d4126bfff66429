"""The year of the typical patient under each example treatment, with all mechanisms and with one left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from abscopal.gallery.compare import without
from abscopal.gallery.patient import UNTREATED, Course, Patient, live, typical
from abscopal.gallery.treatment import Example, example_of
from abscopal.language import Mechanism

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Shown:
    """A mechanism at work.

    Parameters
    ----------
    example
        The treatment.
    course
        The year under it.
    other
        Living tumour (mL) over the same days without the mechanism or the procedure; None where there is no such model.
    other_words
        What that is.
    """

    example: Example
    course: Course
    other: Array | None
    other_words: str


class Lives:
    """Courses of the typical patient; each treatment is lived through once for all mechanisms that it shows."""

    def __init__(self) -> None:
        self._patients: dict[str, Patient] = {}
        self._courses: dict[str, Course] = {}

    def show(self, mechanism: Mechanism) -> Shown:
        """Return a mechanism at work.

        Raises
        ------
        LookupError
            If nothing calls for it.
        """
        example = example_of(mechanism)
        key = example.words
        if key not in self._courses:
            self._patients[key] = typical(example.model(), example.drugs)
            self._courses[key] = live(self._patients[key], example.given)
        other, words = self._other(mechanism, example)
        return Shown(example, self._courses[key], other, words)

    def _other(self, mechanism: Mechanism, example: Example) -> tuple[Array | None, str]:
        """Return the tumour without the mechanism; without the procedure where that is what calls for it."""
        patient = self._patients[example.words]
        if example.given.procedures:
            return tumour(live(patient, replace(example.given, procedures=()))), "without"
        model = without(patient.model, mechanism.name)
        if model is None or not _can_be_treated(example, set(model.species)):
            return None, "other mechanisms use what it declares, so there is no model without it"
        return tumour(live(patient.moved_to(model), example.given)), "without"


def _can_be_treated(example: Example, species: set[str]) -> bool:
    return all(name in species for _, name, _ in example.given.doses)


def tumour(course: Course) -> Array:
    """Return the living tumour of all lesions in mL [time]."""
    return np.asarray(course.values["volume"].sum(axis=1))


@cache
def untreated() -> Course:
    """Return the year without treatment."""
    example = Example("", given=UNTREATED)
    return live(typical(example.model()))
