"""Pools: parts of a trial's population that can be drawn anywhere, together or alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abscopal import catalogue
from abscopal.population import virtual_population
from abscopal.population.pools import POOL, Pool, pools
from abscopal.population.virtual_population import add_classes, join
from abscopal.trial.simulate import enrol, prepare


@pytest.fixture(scope="module")
def design():
    return prepare(catalogue.load_protocol("checkmate-066"))


def same(one, other):
    """Whether two populations are the same patients, bit for bit."""
    arrays = [(value, vars(other.batch)[name]) for name, value in vars(one.batch).items() if hasattr(value, "shape")]
    assert len(arrays) > 8
    arrays += [(one.organ, other.organ), (one.number, other.number), (one.baseline.ldh, other.baseline.ldh)]
    arrays += [(one.baseline.has[name], other.baseline.has[name]) for name in one.baseline.has]
    return all(np.array_equal(a, b) for a, b in arrays)


@given(st.integers(1, 2_000_000), st.integers(1, 2000))
def test_pools_hold_every_subject_once_in_order_and_differ_by_one_at_most(total, size):
    if total / size > 5000:
        size = total
    found = pools(total, size)
    assert found[0].first == 0
    assert found[-1].last == total
    assert all(a.last == b.first for a, b in pairwise(found))
    assert max(p.size for p in found) - min(p.size for p in found) <= 1
    assert min(p.size for p in found) >= 1
    assert max(p.size for p in found) <= size
    assert len(found) == -(-total // size)


def test_pools_have_candidates_of_their_own_four_a_subject():
    found = pools(1234)
    numbers = np.concatenate([pool.candidates for pool in found])
    assert len(set(numbers.tolist())) == len(numbers) == 4 * 1234


@pytest.mark.parametrize(("total", "candidates"), [(1, 300), (75, 300), (76, 304), (500, 2000)])
def test_a_trial_of_one_pool_has_the_candidates_that_it_had_before_there_were_pools(total, candidates):
    (pool,) = pools(total)
    assert np.array_equal(pool.candidates, np.arange(candidates))


def test_five_hundred_is_the_last_number_of_subjects_with_one_pool():
    assert len(pools(POOL)) == 1
    assert len(pools(POOL + 1)) == 2
    assert POOL == 500


def test_pools_drawn_alone_are_the_patients_of_pools_drawn_together(design):
    cut = pools(90, 30)
    together = enrol(design, 3, 90, which=cut)
    alone = [enrol(design, 3, 90, which=[pool]) for pool in reversed(cut)][::-1]
    assert same(join(alone), together)
    for i, part in enumerate(alone):
        assert same(part, together.take(np.arange(30 * i, 30 * (i + 1))))
    assert add_classes(part.classes for part in alone) == together.classes
    assert together.effective == pytest.approx(sum(part.effective for part in alone))


def test_a_trial_of_many_pools_is_drawn_in_groups_and_joined(design, monkeypatch):
    cut = pools(80, 20)
    at_once = enrol(design, 3, 80, which=cut)
    monkeypatch.setattr(virtual_population, "POOLS_AT_ONCE", 1)
    assert same(enrol(design, 3, 80, which=cut), at_once)


def test_every_pool_has_the_protocols_marginals(design):
    cut = pools(600, 300)
    wanted = design.protocol.baseline.numbers()["ldh_high"]
    for pool in cut:
        share = enrol(design, 3, 600, which=[pool]).baseline.flags()["ldh_high"].mean()
        assert abs(share - wanted) < 4 * np.sqrt(wanted * (1 - wanted) / pool.size)


def test_a_pool_without_enough_plausible_candidates_says_how_many_there_are(design):
    with pytest.raises(ValueError, match=r"only \d+ of 40 candidates are plausible; 40 are needed"):
        enrol(design, 3, 99, which=[_Greedy(0, 40, 99)])


class _Greedy(Pool):
    """A pool with one candidate a subject."""

    @property
    def candidates(self):
        return np.arange(self.first, self.last)
