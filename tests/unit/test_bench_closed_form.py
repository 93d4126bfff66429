"""Which drugs only decay, and at what rate."""

from abscopal.bench.closed_form import decays
from abscopal.bench.ensemble import model_of
from abscopal.language import Definition, Mechanism, Model, Parameter, Process, Species, assumed

FACT = assumed("for the test")


def one_species(*processes: Process, definitions: tuple[Definition, ...] = ()) -> Model:
    parameters = tuple(Parameter(name, 2.0, unit, "", FACT) for name, unit in (("k", "1/day"), ("v", "1")))
    always = Process("uses_all", "A ->", "0 * k * v * A")
    return Model(
        [Mechanism("m", "", (Species("A", "1", "amount"),), parameters, definitions, processes=processes or (always,))]
    )


def test_of_the_shipped_drugs_only_dacarbazine_is_solved_by_an_exponential():
    assert set(decays(model_of("checkmate-066"))) == {"dacarbazine_amount"}


def test_a_rate_is_found_through_definitions_products_and_quotients():
    model = one_species(
        Process("out", "A ->", "k * density"), definitions=(Definition("density", "A / v", "1", "per volume"),)
    )
    assert {name: eval(rate, {"k": 3.0, "v": 4.0}) for name, rate in decays(model).items()} == {"A": 0.75}


def test_what_is_also_made_or_decays_otherwise_than_in_proportion_has_no_closed_form():
    assert decays(one_species(Process("out", "A ->", "k * A / v"), Process("in", "-> A", "k * v"))) == {}
    assert decays(one_species(Process("out", "A ->", "k * A * A / v"))) == {}
    assert decays(one_species(Process("out", "A ->", "k * A / (v + A)"))) == {}
