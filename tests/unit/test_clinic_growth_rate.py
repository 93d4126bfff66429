from dataclasses import replace

import numpy as np
import pytest

from abscopal.clinic.growth_rate import (
    DEFINITIONS,
    SOURCES,
    Growth,
    definition_named,
    hyperprogressive,
    tumour_growth_kinetics,
    tumour_growth_rate,
)
from abscopal.errors import InputError
from abscopal.units import DAYS_PER_MONTH


def one(value):
    return np.array([value])


def growth(before=40.0, baseline=44.0, on=60.0, days=(60.0, 60.0), treated=None, pd=True, organs=0, failure=np.inf):
    return Growth(
        before_mm=one(before), baseline_mm=one(baseline), on_mm=one(on),
        before_days=one(days[0]), on_days=one(days[1]), treated_days=one(days[1] if treated is None else treated),
        progressed=one(pd), new_organs=one(organs), failure_days=one(failure),
    )  # fmt: skip


def judged(name, **measures):
    yes, told = hyperprogressive(growth(**measures), definition_named(name))
    return "NE" if not told[0] else "Y" if yes[0] else "N"


def test_growth_rate_is_the_change_of_volume_in_percent_per_month_ferte_2014():
    month = one(DAYS_PER_MONTH)
    assert tumour_growth_rate(one(10.0), one(20.0), month)[0] == pytest.approx(700)
    assert tumour_growth_rate(one(10.0), one(20.0), 3 * month)[0] == pytest.approx(100)
    assert tumour_growth_rate(one(10.0), one(0.0), month)[0] == -100
    assert np.isnan(tumour_growth_rate(one(0.0), one(5.0), month)[0])
    assert np.isnan(tumour_growth_rate(one(10.0), one(20.0), one(0.0))[0])


def test_growth_kinetics_are_the_slope_of_the_sum_in_mm_per_month_saada_bouzid_2017():
    assert tumour_growth_kinetics(one(50.0), one(44.0), one(2 * DAYS_PER_MONTH))[0] == pytest.approx(-3)


def test_every_definition_names_its_source():
    assert {definition.name for definition in DEFINITIONS} <= set(SOURCES)


def test_a_definition_is_found_by_its_author_and_a_slip_is_answered():
    assert definition_named("champiat") is definition_named("Champiat 2017")
    with pytest.raises(InputError, match="did you mean Ferrara 2018"):
        definition_named("Ferrera 2018")


def scan_where(rate_before, rate_on):
    """A sum of 100 mm whose volume grew by these percentages per month, over a month each."""
    factor = [np.cbrt(1 + rate / 100) for rate in (rate_before, rate_on)]
    return {"before": 100 / factor[0], "baseline": 100.0, "on": 100 * factor[1], "days": (DAYS_PER_MONTH,) * 2}


@pytest.mark.parametrize(
    ("before", "on", "pd", "expected"),
    [(30, 60.001, True, "Y"), (30, 59.9, True, "N"), (30, 90, False, "N"), (-10, 90, True, "NE"), (0, 90, True, "NE")],
)
def test_progression_at_twice_the_growth_rate_is_hyperprogression_champiat_2017(before, on, pd, expected):
    assert judged("Champiat 2017", **scan_where(before, on), pd=pd) == expected


@pytest.mark.parametrize(
    ("name", "rise", "pd", "expected"),
    [
        ("Ferrara 2018", 51, True, "Y"),
        ("Ferrara 2018", 49, True, "N"),
        ("Ferrara 2018", 80, False, "N"),
        ("Kas 2020", 101, True, "Y"),
        ("Kas 2020", 99, True, "N"),
    ],
)
@pytest.mark.parametrize("before", [-20, 30])
def test_progression_with_a_growth_rate_so_many_points_higher_ferrara_2018_kas_2020(name, rise, pd, expected, before):
    assert judged(name, **scan_where(before, before + rise), pd=pd) == expected


@pytest.mark.parametrize(
    ("before", "baseline", "on", "expected"),
    [(40, 44, 52, "Y"), (40, 44, 51.9, "N"), (44, 44, 60, "NE"), (44, 40, 60, "NE")],
)
def test_kinetics_twice_as_fast_are_hyperprogression_with_or_without_progression_saada_bouzid_2017(
    before, baseline, on, expected
):
    assert judged("Saada-Bouzid 2017", before=before, baseline=baseline, on=on, pd=False) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "Y"),
        ({"failure": 61.0}, "N"),
        ({"failure": np.inf}, "N"),
        ({"failure": np.nan}, "NE"),
        ({"on": 66.0}, "N"),
        ({"before": 32.9}, "N"),
    ],
)
def test_early_failure_with_half_as_much_burden_again_at_twice_the_pace_kato_2017(change, expected):
    assert judged("Kato 2017", **({"on": 66.1, "failure": 50.0} | change)) == expected


@pytest.mark.parametrize(
    ("baseline", "on", "organs", "treated", "pd", "expected"),
    [
        (40, 56, 0, 56, True, "Y"),
        (40, 55.9, 0, 56, True, "N"),
        (20, 29, 0, 56, True, "N"),
        (20, 30, 0, 56, True, "Y"),
        (60, 72, 2, 56, True, "Y"),
        (60, 72, 1, 56, True, "N"),
        (60, 71, 2, 56, True, "N"),
        (40, 56, 0, 63, True, "Y"),
        (40, 56, 0, 64, True, "NE"),
        (40, 56, 0, 56, False, "N"),
        (40, np.nan, 0, 56, True, "NE"),
    ],
)
def test_early_progression_by_10_mm_and_40_percent_or_20_with_new_lesions_in_two_organs_matos_2020(
    baseline, on, organs, treated, pd, expected
):
    measures = {"before": np.nan, "baseline": baseline, "on": on, "organs": organs, "treated": treated, "pd": pd}
    assert judged("Matos 2020", **measures) == expected


@pytest.mark.parametrize(
    "definition", [one for one in DEFINITIONS if "before_mm" in one.knows], ids=lambda one: one.name
)
def test_what_compares_with_the_time_before_needs_a_scan_before_baseline(definition):
    fast = growth(on=90.0, failure=50.0)
    assert hyperprogressive(fast, definition)[0][0]
    assert not hyperprogressive(replace(fast, before_mm=one(np.nan)), definition)[1][0]
