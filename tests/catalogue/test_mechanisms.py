"""Every shipped mechanism, found by listing the folders: documented, sourced, never negative, silent when off."""

import math
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import abscopal.mechanisms
from abscopal.catalogue import disease_model
from abscopal.engine import stepper
from abscopal.engine.kernel import compile_model
from abscopal.engine.reference import derivative
from abscopal.folders import paths
from abscopal.indications.indication import load_indication
from abscopal.language import Source
from abscopal.mechanisms import load, mechanisms
from abscopal.units import parse_unit
from shipped_models import (
    DRUGS,
    MECHANISMS,
    NAMES,
    every_three_weeks,
    full_model,
    random_state,
    shipped,
    smallest_model,
)  # fmt: skip
from trajectories import ALONE, advance, by_kernel, random_patients

FOLDER = Path(abscopal.mechanisms.__file__).parent
LESIONS = 2


def test_every_file_of_the_folder_declares_a_mechanism_or_is_a_template():
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert set(MECHANISMS) <= files
    for name in files - set(MECHANISMS):
        assert any(
            callable(getattr(import_module(f"abscopal.mechanisms.{name}"), made, None)) for made in ("build", "add")
        )


@pytest.mark.parametrize("name", [name for name in MECHANISMS if mechanisms()[name].when])
def test_a_mechanism_that_is_not_always_there_can_be_called_for(name):
    """Some drug, port of a drug, procedure or tag of an indication brings it into a model."""
    tags = set().union(*(drug.tags for drug in DRUGS.values()), {"radiotherapy", "surgery", "ablation"})
    tags |= {tag for path in paths("indications").values() for tag in load_indication(path).tags}
    assert tags & set(mechanisms()[name].when)


@pytest.mark.parametrize("name", MECHANISMS)
def test_a_mechanism_is_named_after_its_file_and_explains_itself(name):
    text = import_module(f"abscopal.mechanisms.{name}").__doc__
    assert text is not None
    assert len(text.split()) > 25
    assert re.search(r"=|->", text), "no equation in the docstring"
    assert load(name).name == name
    assert len(load(name).summary) > 10


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_a_source_a_meaning_and_a_range(name):
    for parameter in shipped()[name].parameters:
        assert isinstance(parameter.source, Source)
        assert len(parameter.source.citation) >= 10
        assert len(parameter.meaning) >= 5
        assert math.isfinite(parameter.value)
        if parameter.range is None:
            assert parameter.per == "lesion", f"{parameter.name} has neither a range nor the data of a lesion"
        else:
            assert all(map(math.isfinite, parameter.range))


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_in_the_canonical_units(name):
    canonical = {"day", "cell", "mL", "mm", "mg", "L", "kg", "Gy", "1"}
    mechanism = shipped()[name]
    for part in (*mechanism.parameters, *mechanism.species, *mechanism.definitions):
        words = set("".join(c if c.isalpha() else " " for c in part.unit).split())
        assert words <= canonical, f"{part.name} is in {part.unit}"
        assert parse_unit(part.unit) is not None


@pytest.mark.parametrize("name", NAMES)
def test_a_quantity_at_zero_never_falls(name):
    """What keeps every solution non-negative, whatever the step: at zero, a species' derivative is not negative."""
    model = smallest_model(name)
    p, q = random_patients(model, 10, LESIONS, seed=7)
    head = len(model.patient_species) + len(model.hazards)
    for m in range(10):
        for i, species in enumerate([*model.patient_species, *model.lesion_species]):
            y = random_state(model, LESIONS, seed=m)
            y[i if i < len(model.patient_species) else head + i - len(model.patient_species)] = 0.0
            dy = derivative(model, y, p[m], q[m], LESIONS)
            change = dy[i if i < len(model.patient_species) else head + i - len(model.patient_species)]
            assert change >= 0.0, f"{species} falls below zero at {change:g} per day"


@pytest.mark.parametrize("name", NAMES)
def test_hazards_are_never_negative(name):
    model = smallest_model(name)
    p, q = random_patients(model, 10, LESIONS, seed=8)
    first, last = len(model.patient_species), len(model.patient_species) + len(model.hazards)
    for m in range(10):
        hazards = derivative(model, random_state(model, LESIONS, seed=m), p[m], q[m], LESIONS)[first:last]
        assert np.all(hazards >= 0.0)
        assert np.all(np.isfinite(hazards))


def test_a_year_of_random_patients_stay_finite_and_positive():
    """The whole disease with every drug, parameters anywhere in their ranges, at the tolerance that trials use."""
    model = full_model()
    kernel = compile_model(model, lanes=ALONE)
    count = 20
    p, q = random_patients(model, count, LESIONS, seed=9, share=0.5)
    y = np.array([random_state(model, LESIONS, seed=m) for m in range(count)])
    lesions = np.full(count, LESIONS)
    step, doses = np.full(count, 0.01), every_three_weeks(model, 18)
    for day in sorted({day for day, _, _ in doses}):
        for when, name, amount in doses:
            if when == day:
                y[:, kernel.layout.index(name)] += amount
        _, status, _ = advance(kernel, y, p, q, lesions, day, day + 21.0, 1e-4, step=step)
        assert status.tolist() == [stepper.REACHED] * count
    assert np.all(np.isfinite(y))
    assert np.all(y >= 0.0)


@pytest.mark.parametrize("name", sorted(name for name, drug in DRUGS.items() if drug.kinetics.form != "direct"))
def test_a_drug_that_is_not_given_changes_nothing(name):
    drug = DRUGS[name]
    model = disease_model([drug])
    without = disease_model(tags=drug.tags)
    p, q = random_patients(model, 3, LESIONS, seed=12)
    if drug.kinetics.continuous:
        p[:, model.patient_parameters.index(drug.intake)] = 0.0
    keep_p = [model.patient_parameters.index(name) for name in without.patient_parameters]
    keep_q = [model.lesion_parameters.index(name) for name in without.lesion_parameters]
    for m in range(3):
        y = random_state(model, LESIONS, seed=m)
        own = [i for i, species in enumerate(model.patient_species) if species not in without.patient_species]
        y[own] = 0.0
        full = derivative(model, y, p[m], q[m], LESIONS)
        bare = derivative(without, np.delete(y, own), p[m, keep_p], q[m][:, keep_q], LESIONS)
        assert np.array_equal(full[own], np.zeros(len(own)))
        assert np.allclose(np.delete(full, own), bare, rtol=1e-12, atol=0.0)


def test_where_there_is_no_tumour_none_appears():
    model = full_model()
    kernel = compile_model(model, lanes=ALONE)
    p, q = random_patients(model, 1, LESIONS, seed=13, share=0.5)
    y0 = random_state(model, LESIONS, seed=13)
    clones = [name for name in model.lesion_species if model.species[name].floor == 1.0]
    assert len(clones) > 3
    tumour = [kernel.layout.index(name, j) for name in clones for j in range(LESIONS)]
    y0[tumour] = 0.0
    states = by_kernel(kernel, y0, p[0], q[0], LESIONS, [0.0, 180.0], every_three_weeks(model), rtol=1e-6)
    assert np.all(states[-1, tumour] == 0.0)
    assert states[-1, kernel.layout.index("seeding")] == 0.0
