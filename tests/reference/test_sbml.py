"""The exported SBML against others: libSBML reads it without complaint, libRoadRunner (CVODE) gets the same numbers."""

import libsbml
import numpy as np
import pytest

from abscopal.engine.kernel import compile_model
from abscopal.language import Model
from abscopal.language.to_sbml import to_sbml
from example_models import MECHANISMS
from shipped_models import (
    COMPILED,
    bundle_ids,
    bundles,
    every_three_weeks,
    full_model,
    random_state,
    smallest_model,
)  # fmt: skip
from trajectories import ALONE, by_kernel, by_roadrunner, difference, random_patients, without_floors

LESIONS = 2
TIMES = [0.0, 10.5, 100.5, 365.5, 730.5]
MODELS = ["example", "everything", *COMPILED]


def model_named(name):
    return {"example": lambda: Model(MECHANISMS), "everything": full_model}.get(name, lambda: smallest_model(name))()


@pytest.mark.parametrize("name", MODELS)
def test_libsbml_finds_neither_error_nor_warning(name):
    model = model_named(name)
    document = libsbml.readSBMLFromString(to_sbml(model, LESIONS, doses=every_three_weeks(model)))
    document.checkConsistency()
    messages = [document.getError(i).getMessage() for i in range(document.getNumErrors())]
    assert messages == []


def by_both(model, exported, seed, floors, times=TIMES):
    kernel = compile_model(model, lanes=ALONE)
    layout = kernel.layout
    p, q = random_patients(model, 1, LESIONS, seed, 0.5 if len(model.mechanisms) > 10 else 1.0)
    y0, doses = random_state(model, LESIONS, seed), every_three_weeks(model)
    initial = {name: float(y0[layout.index(name)]) for name in layout.patient_species}
    initial |= {name: [float(y0[layout.index(name, j)]) for j in range(LESIONS)] for name in layout.lesion_species}
    parameters = dict(zip(layout.patient_parameters, p[0], strict=True))
    lesion_parameters = {name: q[0, :, i] for i, name in enumerate(layout.lesion_parameters)}
    sbml = to_sbml(exported, LESIONS, parameters, lesion_parameters, initial, doses)
    ours = by_kernel(kernel, y0, p[0], q[0], LESIONS, times, doses, floors=floors)
    theirs = by_roadrunner(sbml, exported, LESIONS, times)
    return ours[1:], theirs[1:], kernel.small(LESIONS)  # at day 0 theirs already has the first dose


@pytest.mark.parametrize("model", [Model(MECHANISMS), *bundles()], ids=["example", *bundle_ids()])
def test_libroadrunner_agrees_to_a_millionth_over_two_years_with_dosing(model):
    """Every mechanism is in one of the bundles."""
    ours, theirs, small = by_both(model, without_floors(model), seed=1, floors=False)
    assert np.all(np.isfinite(theirs))
    assert difference(ours, theirs, small) < 1e-6


def test_libroadrunner_agrees_to_a_millionth_on_the_whole_disease_over_a_hundred_days():
    model = full_model()
    ours, theirs, small = by_both(model, without_floors(model), seed=1, floors=False, times=TIMES[:3])
    assert np.all(np.isfinite(theirs))
    assert difference(ours, theirs, small) < 1e-6


@pytest.mark.parametrize("name", ["example", "tumour_growth", "nivolumab", "dacarbazine"])
def test_libroadrunner_agrees_where_clones_and_drugs_vanish(name):
    """Extinction is noticed at the end of a step, which leaves up to a cell, or a microgram, in doubt."""
    model = model_named(name)
    ours, theirs, small = by_both(model, model, seed=2, floors=True)
    assert difference(ours, theirs, np.maximum(small, 1.0) * 1e5) < 1e-6
