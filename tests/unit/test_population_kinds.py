"""Who the patients are: primaries, traits, history, settings, readouts; and that every cancer has patients."""

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.errors import InputError
from abscopal.fact import Fact
from abscopal.indications.indication import HISTORY, Distribution, Primary
from abscopal.mechanisms.organ_milieu import ORGANS
from abscopal.population import population_sources
from abscopal.population.distributions import factors, shifted
from abscopal.population.immune_status import immune_competence
from abscopal.population.parameterise import unknown_parameters
from abscopal.population.pools import Pool
from abscopal.population.residual import OCCULT_MM, occult_colonies, with_burden
from abscopal.population.seeding import primaries, seed_lesions
from abscopal.population.traits import Candidates, draw_history, draw_traits, log_factor
from abscopal.population.virtual_population import draw_population
from abscopal.trial.simulate import prepare
from families import family_model

ORGAN_NAMES = list(ORGANS)
NUMBER = np.arange(4000)


@pytest.fixture(scope="module")
def design():
    return prepare(catalogue.load_protocol("checkmate-066"))


def drawn(design, indication, subjects=10, **options):
    """The first subjects of a large trial: few candidates, so that it is quick."""
    few = [Pool(0, subjects, 1000)]
    return draw_population(indication, design.kernel, list(design.drugs.values()), 1000, 3, which=few, **options)


def fact(value):
    return Fact(value=value, source="assumed", derived="a number for a test")


@pytest.mark.parametrize("name", catalogue.names("indications"))
def test_every_cancer_has_patients_who_are_plausible_untreated(design, name):
    indication = catalogue.indication(name)
    population = drawn(design, indication)
    (cells,) = population.batch.observe(np.arange(10), "C")
    assert (cells.sum(axis=1) > 1e7).all()
    assert population.classes["not selected"] >= 2
    assert np.isin(population.organ, [ORGAN_NAMES.index(organ) for organ in _organs(indication)]).all()
    assert np.allclose(population.tropism.sum(axis=1), 1.0)
    assert (population.clone == 0).all()


def _organs(indication):
    return {*indication.sites, *([indication.primary.organ] if indication.primary else [])}


@pytest.mark.parametrize("name", catalogue.names("indications"))
def test_every_cancer_is_solid_or_liquid_and_a_solid_one_has_a_primary(name):
    indication = catalogue.indication(name)
    assert len({"solid", "liquid"} & set(indication.tags)) == 1
    assert ("solid" in indication.tags) == (indication.primary is not None)


def test_cold_cancers_show_few_mutations_and_few_t_cells_and_present_little_antigen():
    hot, cold = ("melanoma", "colorectal_msi", "cutaneous_squamous"), ("colorectal_mss", "prostate", "breast_hr")
    for name in ("recognition", "precursors", "infiltration"):
        centers = [[catalogue.indication(n).parameters[name].center.value for n in group] for group in (hot, cold)]
        assert max(centers[1]) < min(centers[0])


def seeded(share, diameter):
    melanoma = catalogue.indication("melanoma")
    size = None if diameter is None else Distribution(center=fact(diameter), spread=fact(0.01))
    indication = melanoma.model_copy(update={"primary": Primary(organ="skin", present=fact(share), diameter=size)})
    primary = primaries(indication, factors(3, NUMBER), 3, NUMBER)
    n = len(NUMBER)
    return seed_lesions(indication, ORGAN_NAMES, np.full(n, 80.0), np.full(n, 1.2), 3, NUMBER, primary)


def test_a_primary_of_its_own_size_takes_the_first_slot_of_the_share_that_has_it():
    lesions = seeded(0.4, 30.0)
    has = lesions.primary.any(axis=1)
    assert abs(has.mean() - 0.4) < 4 * np.sqrt(0.24 / len(NUMBER))
    assert (lesions.primary.sum(axis=1) <= 1).all()
    assert np.allclose(lesions.diameter[has, 0], 30.0, rtol=0.06)
    assert (lesions.organ[has, 0] == ORGAN_NAMES.index("skin")).all()
    assert (lesions.diameter[:, 1:] > 0).any()


def test_a_primary_leaves_a_share_of_the_burden_to_the_metastases():
    lesions = seeded(1.0, 300.0)
    assert lesions.diameter[:, 0].max() <= 0.8 * 80.0 + 1e-9
    assert (lesions.diameter[:, 1] > 0).all()


def test_a_primary_without_a_size_is_the_largest_lesion_of_its_organ_and_moves_nothing():
    with_primary, without = seeded(1.0, None), seeded(0.0, None)
    assert np.array_equal(with_primary.diameter, without.diameter)
    assert not without.primary.any()
    skin = (with_primary.organ == ORGAN_NAMES.index("skin")) & (with_primary.diameter > 0)
    assert np.array_equal(with_primary.primary.any(axis=1), skin.any(axis=1))
    largest = np.where(skin, with_primary.diameter, 0.0).max(axis=1)
    assert np.array_equal(np.where(with_primary.primary, with_primary.diameter, 0.0).max(axis=1), largest)


def test_a_published_share_takes_the_place_of_the_cancers_own():
    nsclc = catalogue.indication("nsclc")
    usual, chosen = draw_traits(nsclc, {}, 3, NUMBER), draw_traits(nsclc, {"egfr": 1.0, "squamous": 0.0}, 3, NUMBER)
    assert abs(usual["EGFR"].mean() - nsclc.drivers["EGFR"].share.value) < 0.02
    assert chosen["EGFR"].all()
    assert not chosen["squamous"].any()


def test_traits_move_apart_those_who_have_them_and_leave_the_cancers_mean():
    nsclc = catalogue.indication("nsclc")
    traits = draw_traits(nsclc, {}, 3, NUMBER)
    step = log_factor(nsclc, traits, "growth")
    assert np.ptp(step) == pytest.approx(np.log(nsclc.subtypes["squamous"].factors["growth"].value))
    assert abs(step.mean()) < 0.02
    assert log_factor(nsclc, traits, "PDL1_base") is None


def test_a_factor_acts_on_the_odds_of_what_is_drawn_on_the_logit_scale():
    logit = Distribution(center=fact(0.5), spread=fact(1.0), scale="logit")
    assert shifted(logit, np.array([0.5]), np.log([3.0])) == pytest.approx(0.75)
    assert shifted(None, np.array([0.5]), np.log([3.0])) == pytest.approx(1.5)


def test_drivers_of_nobody_are_zero_and_published_ones_are_what_was_published(monkeypatch):
    monkeypatch.setattr(catalogue, "disease_model", lambda drugs, tags: family_model("profile-1014"))  # compiled once
    crizotinib = prepare(catalogue.load_protocol("profile-1014"))
    nsclc, melanoma = catalogue.indication("nsclc"), catalogue.indication("melanoma")
    assert drawn(crizotinib, nsclc, marginals={"alk": 1.0}).batch.parameter("driver_ALK").all()
    assert not drawn(crizotinib, melanoma).batch.parameter("driver_ALK").any()


def test_immune_competence_is_one_in_the_usual_patient_and_falls_with_age_steroids_and_chemotherapy():
    melanoma = catalogue.indication("melanoma")
    history = draw_history(melanoma, "1L", {}, 3, NUMBER)
    age = np.full(len(NUMBER), melanoma.covariates["age"].center.value)
    assert np.exp(np.log(immune_competence(melanoma, history, age)).mean()) == pytest.approx(1.0, abs=0.01)
    assert immune_competence(melanoma, history, age + 20).max() < immune_competence(melanoma, history, age).max()
    for trait in HISTORY:
        none = {name: np.zeros(1, dtype=bool) for name in HISTORY}
        ratio = immune_competence(melanoma, none | {trait: np.ones(1, dtype=bool)}, age[:1])
        ratio /= immune_competence(melanoma, none, age[:1])
        assert (ratio < 1) == (trait != "autoimmune_history")


def test_a_name_no_mechanism_has_is_an_error_that_names_file_and_field_and_others_are_left_out(design):
    melanoma = catalogue.indication("melanoma")
    given = dict(melanoma.parameters)
    wrong = melanoma.model_copy(update={"parameters": given | {"recogniton": given["recognition"]}})
    with pytest.raises(InputError, match=r"indications/melanoma.yaml parameters.recogniton.*did you mean recognition"):
        drawn(design, wrong)
    elsewhere = melanoma.model_copy(update={"parameters": given | {"vaccine_half": given["recognition"]}})
    assert not list(unknown_parameters(elsewhere, design.kernel))
    assert len(drawn(design, elsewhere).number) == 10


def test_parameters_with_a_spread_differ_between_patients_and_the_others_do_not(design):
    population, model = drawn(design, catalogue.indication("melanoma"), 40), design.kernel.model
    named = [name for name in design.kernel.layout.patient_parameters if model.parameters[name].spread > 0]
    assert named
    for name in named:
        score = np.log(population.batch.parameter(name) / model.parameters[name].value) / model.parameters[name].spread
        assert 0.5 < np.std(score) < 1.6
    assert np.ptp(population.batch.parameter("birth")) == 0


def test_after_surgery_nothing_is_seen_some_have_occult_colonies_and_the_rest_are_free_of_disease(design):
    melanoma = catalogue.indication("melanoma")
    population = drawn(design, melanoma, 100, setting="adjuvant")
    (cells,) = population.batch.observe(np.arange(100), "C")
    ill = (cells > 0).any(axis=1)
    assert 0.3 < ill.mean() <= melanoma.adjuvant.share.value + 0.15
    assert cells.max() < 1e10
    assert not any(there.any() for there in population.baseline.has.values())
    assert (population.batch.lesions[~ill] >= 0).all()
    asleep = population.batch.lesion_parameter("asleep")[cells > 0]
    assert 0.1 < asleep.mean() < 0.6
    assert np.median(population.batch.column("T_memory")) > 0


def test_before_surgery_there_is_one_tumour_to_be_seen_and_colonies_that_are_not(design):
    population = drawn(design, catalogue.indication("melanoma"), 30, setting="neoadjuvant")
    assert population.primary[:, 0].all()
    (volume,) = population.batch.observe(np.arange(30), "imaged_volume")
    diameter = np.cbrt(6 / np.pi * 1000 * volume)
    assert (diameter[:, 0] >= 10.0 - 1e-6).all()
    assert (diameter[:, 1:] <= OCCULT_MM + 1e-6).all()
    assert (diameter[:, 1:] > 0).any()


def test_a_cancer_that_does_not_say_what_surgery_leaves_has_no_adjuvant_trial(design):
    with pytest.raises(InputError, match=r"indications/prostate.yaml adjuvant"):
        drawn(design, catalogue.indication("prostate"), setting="adjuvant")


def test_occult_colonies_have_the_share_number_and_size_of_the_cancer():
    left = catalogue.indication("melanoma").adjuvant
    who = Candidates(NUMBER, 3, factors(3, NUMBER), {})
    cells = occult_colonies(left, who)
    ill = cells[:, 0] > 0
    assert abs(ill.mean() - left.share.value) < 4 * np.sqrt(0.25 / len(NUMBER))
    assert abs((cells[ill] > 0).sum(axis=1).mean() - left.colonies.value) < 0.15
    assert np.median(cells[ill, 0]) == pytest.approx(left.cells.center.value, rel=0.2)
    assert 1.0 <= cells[cells > 0].min() <= cells.max() < 1.3e7


def test_the_same_patient_can_have_any_burden(design):
    population = drawn(design, catalogue.indication("melanoma"))
    everyone = np.arange(10)
    for cells in (1e4, 1e7, 1e11):
        batch = with_burden(population.batch, cells)
        (now,) = batch.observe(everyone, "C")
        assert np.allclose(now.sum(axis=1), cells, rtol=0.01)
        assert np.array_equal(batch.p, population.batch.p)
    (untouched,) = population.batch.observe(everyone, "C")
    assert untouched.sum() > 1e8


def test_readouts_follow_the_truth_with_error(design):
    population = drawn(design, catalogue.indication("melanoma"), 100)
    found, baseline = population.baseline.readouts, population.baseline
    (cells,) = population.batch.observe(np.arange(100), "C")
    burden = cells.sum(axis=1)
    for name, truth in (("CTDNA", burden), ("MARKER", burden), ("CPS", baseline.pdl1), ("CRP", burden)):
        assert np.corrcoef(_rank(found[name]), _rank(truth))[0, 1] > 0.2
        assert len(np.unique(found[name])) > 50
    assert np.corrcoef(_rank(found["ALB"]), _rank(baseline.nlr))[0, 1] < 0
    assert ((found["CPS"] >= 0) & (found["CPS"] <= 100)).all()
    assert np.corrcoef(baseline.gfr, baseline.age)[0, 1] < -0.3


def _rank(values):
    return np.argsort(np.argsort(values))


def test_microsatellite_instability_is_read_where_it_is(design):
    unstable, stable = (drawn(design, catalogue.indication(f"colorectal_{kind}"), 40) for kind in ("msi", "mss"))
    assert unstable.baseline.readouts["MSI"].mean() > 0.85
    assert stable.baseline.readouts["MSI"].mean() == 0.0
    assert unstable.baseline.flags()["msi"].all()


def test_a_trial_that_enrols_by_pd_l1_has_the_patients_it_asks_for(design):
    population = drawn(design, catalogue.indication("nsclc"), 40, marginals={"pdl1_ge50": 1.0, "brain": 0.0})
    flags = population.baseline.flags()
    assert flags["pdl1_ge50"].all()
    assert not flags["brain"].any()


def test_every_number_of_the_population_has_a_source():
    sources = list(population_sources())
    assert len(sources) > 15
    assert all(source.citation or source.derived for source in sources)
