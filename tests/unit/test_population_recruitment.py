"""Who comes to be screened where a protocol asks for candidates like those it enrols: shares of many, closed form."""

import numpy as np
import pytest

from abscopal.population.recruitment import FEWEST_COMING, recruitment


@pytest.fixture(scope="module")
def traits():
    """Two traits of 20,000 candidates, which go together, and one that nobody has."""
    rng = np.random.default_rng(1)
    first = rng.random(20_000) < 0.1
    return {"first": first, "second": rng.random(20_000) < np.where(first, 0.7, 0.3), "none": np.zeros(20_000, bool)}


def coming(found, traits, seed=2):
    return np.random.default_rng(seed).random(20_000) < found.probability(traits)


def test_of_one_trait_those_with_it_come_in_proportion_to_the_odds(traits):
    found = recruitment(traits, {"first": 0.5})
    share = traits["first"].mean()
    chance = found.probability(traits)
    assert chance[traits["first"]] == pytest.approx(1.0)
    assert chance[~traits["first"]] == pytest.approx(share / (1 - share))


def test_those_who_come_have_every_share_asked_for(traits):
    found = recruitment(traits, {"first": 0.5, "second": 0.2})
    come = coming(found, traits)
    assert traits["first"][come].mean() == pytest.approx(0.5, abs=0.03)
    assert traits["second"][come].mean() == pytest.approx(0.2, abs=0.03)


def test_of_a_rare_trait_enough_come_to_be_screened_and_it_is_far_more_frequent_among_them(traits):
    rare = {"rare": np.arange(20_000) < 20}
    found = recruitment(rare, {"rare": 0.5})
    come = found.probability(rare)
    assert come.mean() == pytest.approx(FEWEST_COMING, rel=0.01)
    assert (come * rare["rare"]).sum() / come.sum() == pytest.approx(0.001 / FEWEST_COMING, rel=0.01)


@pytest.mark.parametrize("shares", [{}, {"none": 0.4}, {"unheard of": 0.4}])
def test_nothing_asked_for_or_nothing_that_can_be_moved_lets_everybody_come(traits, shares):
    assert (recruitment(traits, shares).probability(traits) == 1).all()
