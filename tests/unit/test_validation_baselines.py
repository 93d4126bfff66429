"""The two baselines: pooled figures of the same drugs elsewhere, and independent action of two parts."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.calibration.targets import Target
from abscopal.errors import InputError
from abscopal.validation.baselines import (
    Case,
    better_of_two,
    cases_of,
    classes_of,
    donors,
    independent_action,
    naive_transport,
    pool_of,
)

PD1, CTLA4 = frozenset({"anti-PD-(L)1"}), frozenset({"anti-CTLA-4"})


def case(
    trial, quantity, value, classes, *, kind="survival", cancer="melanoma", size=100, reference=frozenset(), **more
):
    target = Target(trial, "arm", quantity, value, 0.05, kind, sampling=more.pop("sampling", 0.1))
    return Case(target, cancer, more.pop("line", "1L"), "metastatic", frozenset(classes), reference, size)


def test_naive_transport_averages_shares_by_subjects_over_trials_of_the_same_class_line_and_setting():
    pool = [
        case("one", "OS 12", 0.6, PD1, size=100),
        case("two", "OS 12", 0.9, PD1, size=200),
        case("late", "OS 12", 0.1, PD1, line="2L"),
        case("other", "OS 12", 0.1, CTLA4),
        case("renal", "OS 12", 0.1, PD1, cancer="renal"),
        case("one", "OS 24", 0.1, PD1),
    ]
    found = naive_transport(case("new", "OS 12", 0.5, PD1), pool_of(pool))
    assert found.value == pytest.approx(0.8)
    assert found.basis == "melanoma: one, two"


def test_naive_transport_goes_to_other_cancers_only_where_its_own_has_none_and_never_to_the_trial_itself():
    pool = [case("renal", "OS 12", 0.3, PD1, cancer="renal"), case("same", "OS 12", 0.9, PD1)]
    found = naive_transport(case("same", "OS 12", 0.9, PD1), pool_of(pool))
    assert (found.value, found.basis, found.near) == (pytest.approx(0.3), "other cancers: renal", False)
    assert naive_transport(case("same", "OS 12", 0.9, PD1), pool_of(pool[1:])) is None


def test_hazard_ratios_are_pooled_as_logarithms_by_the_inverse_of_their_variance():
    given = {"kind": "ratio", "reference": CTLA4}
    pool = [
        case("one", "OS HR", 0.5, PD1, sampling=0.1, **given),
        case("two", "OS HR", 1.0, PD1, sampling=0.2, **given),
        case("three", "OS HR", 9.0, PD1, kind="ratio", reference=PD1),
    ]
    found = naive_transport(case("new", "OS HR", 0.7, PD1, **given), pool_of(pool))
    assert found.value == pytest.approx(exp(0.8 * log(0.5)))


def test_a_ratio_that_nobody_published_comes_from_the_pooled_curves_and_is_that_of_their_hazards():
    """Exponential curves: the ratio of cumulative hazards is the hazard ratio at every landmark."""
    pool = [case("one", f"OS {m}", exp(-0.02 * m), PD1) for m in (6, 12, 24)]
    pool += [case("two", f"OS {m}", exp(-0.05 * m), CTLA4) for m in (6, 12, 24)]
    found = naive_transport(case("new", "OS HR", 0.7, PD1, kind="ratio", reference=CTLA4), pool_of(pool))
    assert (found.value, found.basis) == (pytest.approx(0.4), "pooled curves")
    elsewhere = case("new", "OS HR", 0.7, PD1, kind="ratio", reference=CTLA4, cancer="renal")
    assert naive_transport(elsewhere, pool_of(pool)) is None


@pytest.mark.parametrize(("first", "second"), [(0.4, 0.2), (0.9, 0.05), (0.5, 0.5)])
def test_the_better_of_two_agrees_with_a_million_pairs_of_correlated_normals(first, second):
    rng = np.random.default_rng(3)
    pairs = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=1_000_000)
    drawn = np.mean((pairs[:, 0] < np.quantile(pairs[:, 0], first)) | (pairs[:, 1] < np.quantile(pairs[:, 1], second)))
    assert better_of_two(first, second) == pytest.approx(drawn, abs=2e-3)


def test_the_better_of_two_without_correlation_is_the_product_rule_and_with_certainty_is_certain():
    assert better_of_two(0.4, 0.2, 0.0) == pytest.approx(1 - 0.6 * 0.8)
    assert better_of_two(0.0, 0.2) == 0.2
    assert better_of_two(1.0, 0.2) == 1.0


def test_independent_action_divides_a_combination_into_the_parts_that_are_known():
    pool = [case("one", "ORR", 0.4, PD1, kind="response"), case("two", "ORR", 0.15, CTLA4, kind="response")]
    combination = case("new", "ORR", 0.6, PD1 | CTLA4, kind="response")
    found = independent_action(combination, pool_of(pool))
    assert found.value == pytest.approx(better_of_two(0.4, 0.15))
    assert "one" in found.basis
    assert "two" in found.basis
    assert independent_action(replace(combination, classes=PD1), pool_of(pool)) is None
    assert independent_action(combination, pool_of(pool[:1])) is None


def test_baselines_are_refused_trials_that_are_not_for_calibration():
    protocol = catalogue.load_protocol("checkmate-066")
    with pytest.raises(InputError, match="role: calibration"):
        donors([protocol])


def test_all_chemotherapy_is_one_class_and_so_are_antibodies_against_pd1_and_its_ligand():
    arms = {name: catalogue.load_protocol(name).arms for name in ("impower133", "keynote-189", "cou-aa-302")}
    assert classes_of(arms["impower133"][0]) == classes_of(arms["keynote-189"][0]) == PD1 | {"chemotherapy"}
    assert classes_of(arms["cou-aa-302"][1]) == frozenset()  # prednisone alone


def test_every_shipped_combination_with_known_parts_gets_both_baselines():
    shipped = [catalogue.load_protocol(name) for name in catalogue.names("protocols")]
    pool = donors(protocol for protocol in shipped if protocol.role == "calibration")
    found = [one for p in shipped if p.role == "validation" for one in cases_of(p)]
    naive = [one for one in found if naive_transport(one, pool) is not None]
    independent = [one for one in found if independent_action(one, pool) is not None]
    assert len(naive) > 100
    assert independent
    assert all(len(one.classes) > 1 for one in independent)
