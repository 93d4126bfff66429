"""A model is refused with a message that names mechanism, part and units; and all problems at once."""

from dataclasses import replace

import pytest

from abscopal.engine.reference import evaluate
from abscopal.language import (
    Contribution,
    Definition,
    Hazard,
    Mechanism,
    Model,
    ModelError,
    Parameter,
    Port,
    Process,
    Species,
)
from example_models import CLOCK, DRUG, GROWTH, MECHANISMS, TOY, parameter

CELLS = Species("C", "cell", "cells", "lesion")


def mechanism(*parts, name="toy"):
    groups = {"species": Species, "parameters": Parameter, "definitions": Definition, "ports": Port,
              "contributions": Contribution, "processes": Process, "hazards": Hazard}  # fmt: skip
    return Mechanism(name, "toy", **{g: tuple(p for p in parts if isinstance(p, kind)) for g, kind in groups.items()})


def refusal(*mechanisms):
    with pytest.raises(ModelError) as raised:
        Model(mechanisms)
    return str(raised.value)


GROW = Process("grow", "-> C", "g * C")
RATE = Parameter("g", 0.1, "1/day", "growth rate", TOY, (0.0, 1.0))


def test_a_model_knows_its_parts_by_scope_in_the_order_of_its_arrays():
    model = Model(MECHANISMS)
    assert model.patient_species == ["A_drug", "shed"]
    assert model.lesion_species == ["C", "R"]
    assert model.lesion_parameters == ["g", "access"]
    assert [model.scope_of(name) for name in ("burden", "N", "g", "K", "C")] == [
        "patient", "lesion", "lesion", "patient", "lesion",
    ]  # fmt: skip


def test_definitions_come_after_what_they_need():
    order = [definition.name for definition in Model(MECHANISMS).definitions]
    assert order.index("N") < order.index("crowding") < order.index("boost") < order.index("speed")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([CELLS, replace(RATE, unit="1/fortnite"), GROW], ["toy: parameter g", "unknown unit '1/fortnite'"]),
        ([CELLS, replace(RATE, unit=""), GROW], ["toy: parameter g", "'' is not a unit"]),
        ([CELLS, replace(RATE, unit="mL"), GROW], ["toy: grow", "changes C", "cell per day", "comes out in"]),
        ([CELLS, RATE, replace(GROW, rate="g")], ["toy: grow", "'g' changes C", "cell per day", "comes out in 1/day"]),
        ([CELLS, RATE, replace(GROW, rate="g * C + g")], ["toy: grow", "combines cell/day with 1/day"]),
        ([CELLS, RATE, replace(GROW, rate="gg * C")], ["toy: process grow", "'gg'", "not declared; did you mean 'g'?"]),
        ([CELLS, RATE, replace(GROW, reaction="-> Cc")], ["toy: process grow", "not a species; did you mean 'C'?"]),
        ([CELLS, RATE, replace(GROW, reaction="C")], ["toy: process grow", "must read like 'A -> B'"]),
        ([CELLS, RATE, replace(GROW, reaction="C -> C")], ["toy: process grow", "changes nothing"]),
        ([CELLS, RATE, replace(GROW, reaction="C! -> ")], ["toy: process grow", "'C!'", "is not a species"]),
        ([CELLS, RATE, GROW, GROW], ["toy: process grow", "already declared in toy"]),
        ([CELLS, RATE, RATE, GROW], ["toy: parameter g", "already declared in toy"]),
        ([CELLS, RATE, replace(RATE, name="idle"), GROW], ["toy: parameter 'idle' is not used"]),
        ([CELLS, replace(CELLS, name="D"), RATE, GROW], ["toy: species 'D' is not used"]),
        ([CELLS, replace(RATE, value=2.0), GROW], ["toy: parameter g", "2 1/day", "outside its range 0 to 1"]),
        ([CELLS, replace(RATE, name="exp"), GROW], ["toy: parameter exp", "cannot be a name"]),
        ([CELLS, replace(RATE, name="a b"), GROW], ["toy: parameter a b", "cannot be a name"]),
        ([CELLS, replace(RATE, name="g\n"), GROW], ["cannot be a name"]),
        ([CELLS, RATE, GROW, Hazard("death", "g * total(C)", "death")], ["toy: death", "in 1/day", "cell/day"]),
        ([CELLS, RATE, GROW, Hazard("C", "g", "death")], ["toy: hazard C", "already declared"]),
        ([CELLS, RATE, GROW, Definition("b", "C", "cell", "x")], ["toy: definition b", "'C'", "use total(...)"]),
        ([CELLS, RATE, GROW, Definition("b", "total(C)", "mL", "x")], ["toy: b", "in mL", "comes out in cell"]),
        ([CELLS, RATE, GROW, Definition("b", "total(total(C))", "cell", "x")], ["toy: definition b", "inside a total"]),
        ([CELLS, RATE, GROW, Contribution("boots", "1")], ["toy: contribution boots", "no mechanism of this model"]),
        ([CELLS, RATE, GROW, Port("boost", "sum", "x"), Contribution("boost", "g")],
         ["toy: boost_from_toy", "declared in 1", "comes out in 1/day"]),
        ([CELLS, RATE, GROW, Port("boost", "sum", "x"), Contribution("bost", "1")], ["did you mean 'boost'?"]),
        ([CELLS, RATE, replace(GROW, rate="__import__('os').system('true') * C")], ["toy: process grow", "Attribute"]),
        ([CELLS, RATE, replace(GROW, rate="9**9**9 * g * C")], ["toy: process grow", "power"]),
        ([CELLS, RATE, replace(GROW, rate="g * C + " + "+".join(["g * C"] * 20_000))], ["process grow", "limit is"]),
        ([CELLS, RATE, replace(GROW, rate="exp * C")], ["toy: process grow", "without calling it"]),
    ],
)  # fmt: skip
def test_a_part_that_makes_no_sense_is_refused_by_name(parts, words):
    message = refusal(mechanism(*parts))
    assert all(word in message for word in words), message


def test_definitions_in_a_circle_are_refused_by_name_and_mechanism():
    a, b = Definition("aa", "bb + 1", "1", "x"), Definition("bb", "aa + 1", "1", "x")
    message = refusal(mechanism(CELLS, RATE, GROW, a, b))
    assert "circle" in message
    assert "aa (toy), bb (toy)" in message


def test_a_species_declared_twice_must_be_alike():
    other = mechanism(replace(CELLS, unit="mL"), name="other")
    message = refusal(mechanism(CELLS, RATE, GROW), other)
    assert "other: species C" in message
    assert "declared in toy as cell per lesion" in message
    assert "here as mL per lesion" in message
    alike = mechanism(CELLS, Process("shrink", "C ->", "g * C"), name="other")
    assert Model([mechanism(CELLS, RATE, GROW), alike]).lesion_species == ["C"]


def test_every_problem_is_reported_at_once():
    message = refusal(
        mechanism(CELLS, RATE, replace(GROW, rate="gg * C"), Hazard("death", "h", "death")),
        mechanism(Process("other", "-> C", "lambda: 0"), name="second"),
    )
    assert len(message.splitlines()) == 3


def test_two_mechanisms_of_one_name_are_refused():
    message = refusal(mechanism(CELLS, RATE, GROW), mechanism(replace(RATE, name="h"), Process("x", "-> C", "h * C")))
    assert "'toy' is already declared" in message
    assert "cannot be a name" in refusal(mechanism(CELLS, RATE, GROW, name="my-toy"))


def test_two_contributions_of_one_mechanism_both_count():
    names = {definition.name for definition in Model(MECHANISMS).definitions}
    assert {"boost_from_growth", "boost_from_growth_and_2"} <= names


def test_the_hash_follows_the_equations_and_not_the_values():
    same = replace(CLOCK, parameters=(parameter("speed_limit", 0.4, "1/day"),))
    assert Model([GROWTH, same, DRUG]).hash == Model(MECHANISMS).hash
    faster = replace(DRUG, processes=(replace(DRUG.processes[0], rate="2 * k_el * A_drug"), *DRUG.processes[1:]))
    assert Model([GROWTH, CLOCK, faster]).hash != Model(MECHANISMS).hash


@pytest.mark.parametrize(
    ("combine", "given", "expected"),
    [("any", [0.5, 0.2], 0.6), ("product", [0.5, 0.2], 0.1), ("sum", [0.5, 0.2], 0.7), ("any", [0.5], 0.5),
     ("any", [], 0.0), ("product", [], 1.0), ("sum", [], 0.0)],
)  # fmt: skip
def test_a_port_combines_what_it_is_given(combine, given, expected):
    home = mechanism(Port("port", combine, "x", per="patient"), name="home")
    givers = [mechanism(Contribution("port", str(value)), name=f"giver{n}") for n, value in enumerate(given)]
    values = {}
    for definition in Model([home, *givers]).definitions:
        values[definition.name] = evaluate(definition.tree, values, 0)
    assert values["port"] == pytest.approx(expected)
