"""Randomisation within strata: balanced in each, the same in any partition, and nobody's name decides."""

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.errors import InputError
from abscopal.population.candidates import Recipe
from abscopal.protocol.condition import read_condition
from abscopal.trial.randomise import permuted_blocks, stratified_blocks
from abscopal.trial.strata import stratum_names, stratum_of

STRATUM = np.arange(997) * 7 % 4


@pytest.mark.parametrize("allocation", [(1, 1), (2, 1), (1, 1, 1)])
def test_arms_balance_in_every_stratum_but_for_its_last_block(allocation):
    arm = stratified_blocks(allocation, STRATUM, 5, 0)
    block = 2 * sum(allocation)
    for code in range(4):
        counts = np.bincount(arm[code == STRATUM], minlength=len(allocation))
        expected = counts.sum() * np.array(allocation) / sum(allocation)
        assert np.abs(counts - expected).max() <= block / 2


def test_another_stratum_pool_or_seed_is_randomised_otherwise():
    one = stratified_blocks([1, 1], np.zeros(400, dtype=np.int64), 5, 0)
    assert not np.array_equal(one, stratified_blocks([1, 1], np.ones(400, dtype=np.int64), 5, 0))
    assert not np.array_equal(one, stratified_blocks([1, 1], np.zeros(400, dtype=np.int64), 5, 400))
    assert not np.array_equal(one, stratified_blocks([1, 1], np.zeros(400, dtype=np.int64), 6, 0))
    assert not np.array_equal(one, permuted_blocks([1, 1], 400, 5))


def test_the_arm_of_a_subject_depends_on_those_before_in_the_stratum_alone():
    whole = stratified_blocks([1, 1], STRATUM, 5, 0)
    assert np.array_equal(stratified_blocks([1, 1], STRATUM[:300], 5, 0), whole[:300])
    mixed = np.where(STRATUM == 3, 2, STRATUM)
    kept = np.isin(STRATUM, (0, 1))
    assert np.array_equal(stratified_blocks([1, 1], mixed, 5, 0)[kept], whole[kept])


def test_an_allocation_that_no_block_holds_is_refused_in_strata_too():
    with pytest.raises(InputError, match="1 to 100"):
        stratified_blocks([1, 0.001], STRATUM, 5, 0)


def test_strata_are_named_by_the_conditions_that_their_subjects_meet():
    conditions = (read_condition("LDH > 1"), read_condition("no liver metastases"))
    of = Recipe(catalogue.indication("melanoma"), None, [], 3, "1L", "metastatic", {})
    baseline = of.known_before(np.arange(500), in_practice=False)
    names = np.array(stratum_names(conditions))[stratum_of(conditions, baseline)]
    assert set(names) == {
        f"LDH {sign} 1, {liver}liver metastases" for sign in ("<=", ">") for liver in ("", "no ")
    }  # fmt: skip
    for name, ldh, liver in zip(names, baseline.ldh, baseline.spread["liver"], strict=True):
        assert (">" in name) == (ldh > 1)
        assert ("no liver" in name) == (not liver)
    assert stratum_names(()) == [""]
    assert not stratum_of((), baseline).any()
