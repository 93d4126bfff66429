"""Screening: candidates come until one is eligible, those who fail are counted, and it depends on nothing else."""

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.errors import InputError
from abscopal.indications.indication import HISTORY
from abscopal.mechanisms.organ_milieu import ORGANS
from abscopal.population.candidates import Recipe
from abscopal.population.eligibility import admission, check_conditions, meets, required, value_of
from abscopal.population.screening import ATTEMPTS, MOST_ATTEMPTS, NEXT, Screening, screen, total
from abscopal.protocol import Baseline
from abscopal.protocol.condition import HISTORY_TRAITS, ORGAN_TRAITS, TUMOUR_TRAITS, Condition, read_condition
from abscopal.random_streams import uniform

NUMBER = np.arange(3000)


def conditions(*sentences):
    return tuple(read_condition(sentence) for sentence in sentences)


def recipe(indication="nsclc", line="1L", **fields):
    """Candidates before anything has grown, for which no model is compiled."""
    return Recipe(
        catalogue.indication(indication), None, [], 3, line, "metastatic", fields.pop("marginals", {}), **fields
    )


def before(of, number=NUMBER):
    return of.known_before(number, in_practice=of.admission.in_practice)


def lasting(of, number=NUMBER):
    """Those who are eligible by what is known before anything has grown, and the log."""
    found, eligible, log = screen(number, of._fails, of.admission.strict)
    return found, eligible, log


def test_who_must_have_a_trait_is_drawn_anew_until_he_or_she_has_it():
    assert required({"pdl1_ge50": 1.0, "brain": 0.0, "male": 0.6}) == {"pdl1_ge50": True, "brain": False}

    def fails(number):
        return np.column_stack([uniform(1, number, "a")[:, 0] > 0.3, uniform(1, number, "b")[:, 0] < 0.1])

    found, eligible, log = screen(NUMBER, fails, np.array([False, False]))
    assert eligible.all()
    assert fails(found).mean() < 0.01
    kept = ~fails(NUMBER).any(axis=1)
    assert np.array_equal(found[kept], NUMBER[kept])
    assert len(np.unique(found)) == len(NUMBER)
    assert len(log.place) == ((found - NUMBER) // NEXT).sum()


def test_a_published_share_gives_way_after_some_candidates_and_a_condition_never_does():
    def nobody(number):
        return np.ones((len(number), 1), dtype=bool)

    found, eligible, log = screen(NUMBER[:5], nobody, np.array([False]))
    assert eligible.all()
    assert np.array_equal(found, NUMBER[:5] + ATTEMPTS * NEXT)
    assert len(log.place) == 5 * ATTEMPTS
    _, eligible, log = screen(NUMBER[:5], nobody, np.array([True]))
    assert not eligible.any()
    assert len(log.place) == 5 * MOST_ATTEMPTS


def test_nothing_is_screened_where_nothing_is_asked():
    found, eligible, log = lasting(recipe())
    assert np.array_equal(found, NUMBER)
    assert eligible.all()
    assert len(log.place) == 0


def test_everyone_who_lasts_meets_every_condition_and_none_has_a_contraindication():
    asked = conditions("ECOG <= 1", "PDL1 >= 50 % or squamous histology", "no EGFR mutation", "age <= 75", "GFR >= 30")
    barred = conditions("autoimmune disease", "brain metastases", "LDH > 2")
    of = recipe(eligibility=asked, contraindications=barred)
    found, eligible, log = lasting(of)
    baseline = before(of, found)
    assert eligible.all()
    assert all(meets(condition, baseline).all() for condition in asked)
    assert not any(meets(condition, baseline).any() for condition in barred)
    screening = log.at(np.arange(len(NUMBER)), of.admission.reasons)
    assert screening.enrolled == len(NUMBER)
    assert screening.screened == len(NUMBER) + sum(screening.first.values())
    assert all(screening.every[name] >= screening.first[name] for name in screening.first)
    assert next(iter(screening.first)) == "ECOG <= 1"
    assert list(screening.first)[-1] == "contraindication: LDH > 2"
    assert screening.every["ECOG <= 1"] == screening.first["ECOG <= 1"]
    assert screening.first["PDL1 >= 50 % or squamous histology"] > 0.3 * screening.screened


def test_who_comes_to_a_place_depends_on_nobody_elses_place():
    of = recipe(eligibility=conditions("ECOG <= 1", "PDL1 >= 0.5"))
    whole, eligible, log = lasting(of)
    part, eligible_part, log_part = lasting(of, NUMBER[700:900])
    assert np.array_equal(part, whole[700:900])
    assert np.array_equal(eligible_part, eligible[700:900])
    there, alone = log.at(np.arange(700, 900), of.admission.reasons), log_part.at(np.arange(200), of.admission.reasons)
    assert there == alone
    rest = log.at(np.setdiff1d(NUMBER, NUMBER[700:900]), of.admission.reasons)
    assert total([rest, there]) == log.at(NUMBER, of.admission.reasons)
    assert Screening.of_plain(there.plain()) == there


def test_without_a_condition_about_it_nobody_has_a_performance_status_above_one():
    assert set(before(recipe()).ecog.tolist()) == {0, 1}
    assert set(before(recipe(eligibility=conditions("age >= 18"))).ecog.tolist()) == {0, 1}


def test_a_condition_about_performance_status_meets_those_who_come_as_they_are():
    open_to = recipe(eligibility=conditions("ECOG <= 3"))
    ecog = before(open_to).ecog
    assert set(ecog.tolist()) == {0, 1, 2, 3}
    error = 4 * np.sqrt(0.25 / len(ecog)) + 0.02  # the burden moves the shares a little
    assert abs((ecog >= 2).mean() - 0.34) < error
    assert abs((ecog >= 3).mean() - 0.12) < error
    fit = ecog[ecog <= 1]
    assert abs((fit == 1).mean() - catalogue.indication("nsclc").ecog1.value) < error
    assert before(recipe(contraindications=conditions("ECOG >= 2"))).ecog.max() == 3


def test_patients_of_poor_performance_status_are_less_fit_and_have_more_disease():
    of = recipe(eligibility=conditions("ECOG <= 3"))
    who, lesions = of.candidates(NUMBER)
    poor = before(of).ecog >= 2
    assert who.common["fitness"][poor].mean() < who.common["fitness"][~poor].mean() - 0.5
    assert lesions.diameter[poor].sum() / poor.sum() > lesions.diameter[~poor].sum() / (~poor).sum()


def test_metastases_are_lesions_that_are_not_the_primary():
    of = recipe()
    who, lesions = of.candidates(NUMBER)
    baseline = of._baseline(who, lesions, False)
    lung = meets(read_condition("lung metastases"), baseline)
    assert lung.any()
    assert (lung <= baseline.has["lung"]).all()
    assert lung.mean() < baseline.has["lung"].mean()
    brain = meets(read_condition("brain metastases"), baseline)
    assert (brain >= baseline.has["brain"]).all()  # magnetic resonance imaging sees smaller ones
    assert np.array_equal(meets(read_condition("no brain metastases"), baseline), ~brain)


def test_there_are_metastases_of_every_organ_and_every_subtype_is_published_under_its_name():
    assert list(ORGAN_TRAITS.values()) == list(ORGANS)
    assert set(HISTORY_TRAITS.values()) == set(HISTORY)
    assert set(TUMOUR_TRAITS.values()) <= set(Baseline.model_fields)


def test_quantities_are_in_the_units_of_the_subject_table():
    baseline = before(recipe())
    assert np.array_equal(value_of("age", baseline), np.floor(baseline.age))
    assert np.array_equal(value_of("PDL1", baseline), baseline.pdl1)
    assert np.array_equal(meets(read_condition("PDL1 >= 50 %"), baseline), baseline.pdl1 >= 0.5)
    laboratory = type(baseline)(**(vars(baseline) | {"readouts": {"ALB": np.full(len(NUMBER), 3.5)}}))
    assert meets(read_condition("albumin >= 35 g/L"), laboratory).all()
    assert not meets(read_condition("albumin > 35"), laboratory).any()
    unknown = type(baseline)(**(vars(baseline) | {"readouts": {"TIL": np.full(len(NUMBER), np.nan)}}))
    assert not meets(read_condition("TIL >= 0 or TIL < 1000"), unknown).any()


def test_what_pathology_finds_is_judged_after_the_rest():
    criteria = admission({}, conditions("CPS >= 1", "ECOG <= 1"), conditions("albumin < 30"), known=())
    assert [criterion.late for criterion in criteria.criteria] == [True, False, True]
    assert criteria.any_late
    assert criteria.in_practice


def test_a_published_share_that_only_the_grown_tumour_shows_is_left_to_selection():
    known = before(recipe()).flags()
    assert admission({"cps_ge1": 1.0, "egfr": 0.0}, known=known).reasons == ("egfr: none in the published trial",)


@pytest.mark.parametrize(
    ("cancer", "sentence", "said"),
    [
        (
            "melanoma",
            "no EGFR mutation",
            r"eligibility\[0\]: expected a driver or subtype of melanoma \(BRAF",
        ),
        ("nsclc", "EGRF mutation", "did you mean EGFR"),
        ("nsclc", "Lynch syndrome", "squamous histology"),
    ],
)
def test_a_driver_or_subtype_that_the_cancer_has_not_is_named_with_those_it_has(cancer, sentence, said):
    with pytest.raises(InputError, match=said):
        check_conditions({"eligibility": conditions(sentence)}, catalogue.indication(cancer))


def test_every_condition_that_the_cancer_can_meet_or_fail_passes_the_check():
    sentences = ("EGFR mutation", "no squamous histology", "ECOG <= 1", "brain metastases or liver metastases")
    check_conditions({"eligibility": tuple(Condition.parse(text) for text in sentences)}, catalogue.indication("nsclc"))
