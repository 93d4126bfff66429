"""The SBML document says what the model says: names, units, sources, events."""

import sys
from dataclasses import replace

import libsbml
import pytest

from abscopal.language import Mechanism, Model, ModelError
from abscopal.language.to_sbml import to_sbml
from example_models import DRUG, GROWTH, MECHANISMS, parameter


@pytest.fixture(scope="module")
def document():
    text = to_sbml(
        Model(MECHANISMS), 2, {"K": 2e9}, {"g": [0.01, 0.02]}, {"C": [1e6, 1e7], "shed": 5.0}, [(21.0, "A_drug", 80.0)]
    )
    return libsbml.readSBMLFromString(text)


def test_lesions_are_written_out_and_the_patient_once(document):
    model = document.getModel()
    assert [model.getParameter(name) is not None for name in ("C_1", "C_2", "C_3", "C", "A_drug", "burden")] == [
        True, True, False, False, True, True,
    ]  # fmt: skip
    assert libsbml.formulaToL3String(model.getAssignmentRuleByVariable("burden").getMath()) == "N_1 + N_2"


def test_values_given_replace_the_models_own(document):
    model = document.getModel()
    values = {name: model.getParameter(name).getValue() for name in ("K", "g_1", "g_2", "k_el", "C_2", "shed", "R_1")}
    assert values == {"K": 2e9, "g_1": 0.01, "g_2": 0.02, "k_el": 0.2, "C_2": 1e7, "shed": 5.0, "R_1": 0.0}


def test_units_are_those_of_the_model_in_the_units_of_si(document):
    model = document.getModel()
    concentration = model.getParameter("EC50").getDerivedUnitDefinition()
    expected = libsbml.UnitDefinition(3, 2)
    for kind, exponent, scale in ((libsbml.UNIT_KIND_GRAM, 1, -3), (libsbml.UNIT_KIND_LITRE, -1, 0)):
        unit = expected.createUnit()
        unit.setKind(kind)
        unit.setExponent(exponent)
        unit.setScale(scale)
        unit.setMultiplier(1.0)
    assert libsbml.UnitDefinition.areIdentical(
        libsbml.UnitDefinition.convertToSI(concentration), libsbml.UnitDefinition.convertToSI(expected)
    )
    day = model.getUnitDefinition(model.getTimeUnits()).getUnit(0)
    assert (libsbml.UnitKind_toString(day.getKind()), day.getMultiplier()) == ("second", 86400.0)
    cell = model.getUnitDefinition(model.getParameter("K").getUnits()).getUnit(0)
    assert libsbml.UnitKind_toString(cell.getKind()) == "item"


def test_meaning_and_source_stand_in_the_notes_escaped(document):
    notes = document.getModel().getParameter("EC50").getNotesString()
    assert "toy EC50 &amp; &lt;more&gt;. Source: a toy number for a test [assumed]" in notes


def test_doses_and_floors_are_events(document):
    model = document.getModel()
    events = {model.getEvent(i).getId() for i in range(model.getNumEvents())}
    vanishing = {f"{name}_vanishes" for name in ("A_drug", "C_1", "C_2", "R_1", "R_2")}
    assert events == {"dose_1_A_drug"} | vanishing


def test_a_name_that_would_mean_two_things_is_refused():
    extra = Mechanism("extra", "a clash", parameters=(parameter("C_1", 1.0, "1/day"),))
    used = replace(GROWTH.hazards[0], name="other", rate="C_1")
    with pytest.raises(ModelError, match="'C_1' would be the name of two things"):
        to_sbml(Model([*MECHANISMS, replace(extra, hazards=(used,))]), 1)


def test_without_libsbml_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "libsbml", None)
    with pytest.raises(ImportError, match=r"abscopal\[sbml\]"):
        to_sbml(Model(MECHANISMS), 1)


def test_a_dose_must_enter_a_species_of_the_patient():
    with pytest.raises(ModelError, match="'C' is not a species of the patient"):
        to_sbml(Model([*MECHANISMS]), 1, doses=[(0.0, "C", 1.0)])
    assert DRUG.species[0].name in to_sbml(Model(MECHANISMS), 1, doses=[(0.0, "A_drug", 1.0)])


def test_a_value_for_an_unknown_parameter_is_refused():
    with pytest.raises(ModelError, match="'Kk' is not a parameter"):
        to_sbml(Model(MECHANISMS), 1, parameters={"Kk": 1.0})
    with pytest.raises(ModelError, match="'Cc' is not a species"):
        to_sbml(Model(MECHANISMS), 1, initial={"Cc": 1.0})
