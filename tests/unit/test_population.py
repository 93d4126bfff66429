"""The virtual population: laws of seeding, marginals, classes."""

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.mechanisms.organ_milieu import ORGANS
from abscopal.population.seeding import MEASURABLE_MM, SMALLEST_MM, seed_lesions
from abscopal.population.selection import choose, effective_size, rake
from abscopal.population.virtual_population import draw_population
from abscopal.protocol import Protocol
from abscopal.random_streams import uniform
from abscopal.trial.simulate import enrol, prepare

ORGAN_NAMES = list(ORGANS)


@pytest.fixture(scope="module")
def melanoma():
    return catalogue.indication("melanoma")


@pytest.fixture(scope="module")
def design():
    return prepare(catalogue.load_protocol("checkmate-066"))


def seeded(indication, n=4000, total=80.0, index=1.2):
    number = np.arange(n)
    return seed_lesions(indication, ORGAN_NAMES, np.full(n, total), np.full(n, index), 3, number)


def test_lesions_come_largest_first_and_none_is_smaller_than_followed(melanoma):
    lesions = seeded(melanoma)
    assert (np.diff(lesions.diameter, axis=1) <= 0).all()
    assert lesions.diameter[lesions.diameter > 0].min() >= SMALLEST_MM


def test_target_diameters_sum_to_the_enrolment_burden(melanoma):
    lesions = seeded(melanoma)
    sums = []
    for diameter, organ in zip(lesions.diameter, lesions.organ, strict=True):
        chosen, per_organ = 0.0, dict.fromkeys(range(len(ORGAN_NAMES)), 0)
        for rank, (d, o) in enumerate(zip(diameter, organ, strict=True)):
            if (d >= MEASURABLE_MM or rank == 0) and per_organ[o] < 2 and sum(per_organ.values()) < 5:
                per_organ[o] += 1
                chosen += d
        sums.append(chosen)
    assert abs(np.median(sums) - 80.0) < 0.5
    assert (np.abs(np.array(sums) - 80.0) < 20.0).mean() > 0.95


def test_sizes_follow_the_power_law_of_seeding_by_a_growing_source(melanoma):
    lesions = seeded(melanoma, index=2.0)
    ratio = lesions.diameter[:, 0] / lesions.diameter[:, 1]
    # (largest / second)^index is Pareto with index 1: the ratio exceeds x with probability x^-index
    for x in (1.2, 1.5, 2.0):
        assert abs((ratio > x).mean() - x**-2.0) < 4 * np.sqrt(0.25 / len(ratio))


def test_organs_of_first_lesions_follow_the_tropism(melanoma):
    lesions = seeded(melanoma)
    weight = np.array([melanoma.sites[name].value if name in melanoma.sites else 0 for name in ORGAN_NAMES])
    share = np.bincount(lesions.organ[:, 0], minlength=len(ORGAN_NAMES)) / len(lesions.organ)
    assert np.abs(share - weight / weight.sum()).max() < 4 * np.sqrt(0.25 / len(lesions.organ))


def test_raking_meets_every_marginal():
    random = np.random.default_rng(1)
    flags = {"a": random.random(5000) < 0.3, "b": random.random(5000) < 0.6}
    flags["c"] = flags["a"] & (random.random(5000) < 0.5)
    wanted = {"a": 0.5, "b": 0.2, "c": 0.3}
    weight = rake(flags, wanted)
    for name, share in wanted.items():
        assert np.average(flags[name], weights=weight) == pytest.approx(share, abs=1e-6)
    assert effective_size(weight) < 5000


def test_raking_leaves_alone_what_nobody_has():
    flags = {"a": np.zeros(10, dtype=bool)}
    assert np.array_equal(rake(flags, {"a": 0.5}), np.ones(10))


def test_raking_ends_when_the_shares_are_met_and_goes_on_while_they_are_not():
    rng = np.random.default_rng(3)
    flags = {name: rng.random(1500) < share for name, share in (("a", 0.3), ("b", 0.6))}
    wanted = {"a": 0.5, "b": 0.4}
    assert np.array_equal(rake(flags, wanted), rake(flags, wanted, rounds=2000))
    contradiction = {"a": flags["a"], "b": ~flags["a"]}
    assert not np.array_equal(rake(contradiction, wanted, rounds=3), rake(contradiction, wanted, rounds=4))


def test_weighted_choice_prefers_by_weight_and_repeats_nobody():
    weight = np.where(np.arange(2000) < 1000, 4.0, 1.0)
    chosen = choose(weight, uniform(1, np.arange(2000), "selection")[:, 0], 200)
    assert len(set(chosen.tolist())) == 200
    assert 0.7 < (chosen < 1000).mean() < 0.9


def test_enrolled_patients_have_the_protocols_marginals(design):
    population = enrol(design, 3, 400)
    flags = population.baseline.flags()
    for name in ("male", "ecog1", "ldh_high", "brain"):
        wanted = design.protocol.baseline.numbers()[name]
        assert abs(flags[name].mean() - wanted) < 4 * np.sqrt(wanted * (1 - wanted) / 400)
    assert abs(np.median(population.baseline.age) - 65) < 3


def test_every_candidate_ends_in_a_class(design):
    population = enrol(design, 3, 100)
    assert population.classes["enrolled"] == 100
    assert sum(population.classes.values()) == 400


def test_patients_are_imaged_at_the_size_they_were_drawn_with(design):
    population = enrol(design, 3, 100)
    (volume,) = population.batch.observe(np.arange(100), "imaged_volume")
    diameter = np.cbrt(6 / np.pi * 1000 * volume)
    assert (diameter.max(axis=1) >= MEASURABLE_MM - 1e-6).all()
    growth, kill, cells, visible = population.batch.observe(np.arange(100), "net_growth", "kill", "C", "C_visible")
    assert ((growth * cells - kill * visible).sum(axis=1) > 0).all()


def test_more_subjects_than_plausible_candidates_is_an_error_that_says_so(design, melanoma):
    impossible = melanoma.model_copy(update={"sum_of_diameters": _tiny(melanoma.sum_of_diameters)})
    with pytest.raises(ValueError, match="candidates are plausible"):
        draw_population(impossible, design.kernel, list(design.drugs.values()), 50, 1)


def _tiny(distribution):
    return distribution.model_copy(update={"center": distribution.center.model_copy(update={"value": 2.0})})


def test_a_later_line_changes_what_the_indication_says_and_what_patients_went_through(design):
    first = draw_population(design.indication, design.kernel, list(design.drugs.values()), 50, 1, line="1L")
    later = draw_population(design.indication, design.kernel, list(design.drugs.values()), 50, 1, line="2L")
    factor = design.indication.lines["2L"]["frailty"].value
    _, one, other = np.intersect1d(first.number, later.number, return_indices=True)
    assert len(one) > 20
    for name, ratio in (("frailty", factor), ("recognition", 1.0), ("growth", 1.0)):
        pick = "lesion_parameter" if name == "growth" else "parameter"
        before, after = getattr(first.batch, pick)(name)[one], getattr(later.batch, pick)(name)[other]
        assert np.allclose(after, ratio * before)
    treated = [population.baseline.history["prior_chemotherapy"].mean() for population in (first, later)]
    assert treated[0] < 0.3 < 0.7 < treated[1]
    assert np.median(later.batch.parameter("immune_competence")) < np.median(first.batch.parameter("immune_competence"))


def test_protocols_in_python_enrol_like_files():
    protocol = Protocol(indication="melanoma", subjects=20, arms=[{"name": "a", "regimen": ["nivolumab 240 mg q2w"]}])
    assert len(enrol(prepare(protocol), 1).number) == 20
