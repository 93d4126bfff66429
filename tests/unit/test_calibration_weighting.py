"""Prevalence weights of patients: closed forms, what is told when figures cannot be met, and selection by weight."""

import re
from pathlib import Path

import numpy as np
import pytest

from abscopal.calibration.weighting import Moment, select, weigh


def yes(share, n=100):
    """Outcomes of n patients, the first of whom have it."""
    return (np.arange(n) < round(share * n)).astype(float)


def logit(share):
    return np.log(share / (1 - share))


@pytest.mark.parametrize("trust", [0.1, 1.0, 30.0])
@pytest.mark.parametrize(("aim", "error"), [(0.5, 0.05), (0.1, 0.02), (0.9, 0.3)])
def test_one_yes_or_no_outcome_has_the_closed_form_of_a_binomial(aim, error, trust):
    found = weigh([Moment("a", "ORR", yes(0.3), aim, error)], trust=trust)
    share = float(found.after[0])
    assert trust * (logit(share) - logit(0.3)) == pytest.approx((aim - share) / error**2, rel=1e-7)
    assert found.weight[:30] == pytest.approx(np.full(30, share / 0.3))
    assert found.weight[30:] == pytest.approx(np.full(70, (1 - share) / 0.7))
    assert found.effective == pytest.approx(100 / (share**2 / 0.3 + (1 - share) ** 2 / 0.7))


def test_figures_that_hold_already_leave_every_weight_at_one():
    found = weigh([Moment("a", "ORR", yes(0.3), 0.3, 0.01), Moment("a", "CR", yes(0.1), 0.1, 0.01)])
    assert found.weight == pytest.approx(np.ones(100))
    assert (found.effective, found.largest) == (pytest.approx(100), pytest.approx(1))
    assert found.warnings == ()


def test_a_figure_known_badly_is_matched_loosely():
    misses = [abs(weigh([Moment("a", "ORR", yes(0.3), 0.6, error)]).after[0] - 0.6) for error in (0.01, 0.05, 0.2)]
    assert misses[0] < misses[1] < misses[2] < 0.3


def test_more_trust_keeps_more_patients_and_misses_by_more():
    found = [weigh([Moment("a", "ORR", yes(0.1), 0.6, 0.05)], trust=trust) for trust in (0.1, 10, 1000)]
    assert found[0].effective < found[1].effective < found[2].effective
    assert found[0].after[0] > found[1].after[0] > found[2].after[0]


def test_weights_of_one_arm_leave_those_of_another_alone():
    arm = np.arange(100) % 2
    values = np.where(arm == 0, yes(0.3), np.nan)
    found = weigh([Moment("a", "ORR", values, 0.6, 0.01)], group=arm)
    assert found.weight[arm == 1] == pytest.approx(np.ones(50))
    assert found.weight[arm == 0].mean() == pytest.approx(1)
    assert found.after[0] == pytest.approx(0.6, abs=0.01)
    assert found.before[0] == pytest.approx(np.nanmean(values))


def test_a_mean_over_responders_is_met_as_a_mean_over_responders():
    """It is a ratio of two weighted means: weights may move both."""
    lasting = np.where(yes(0.4) == 1, np.arange(100) < 10, np.nan)
    found = weigh([Moment("a", "ORR", yes(0.4), 0.6, 1e-6), Moment("a", "DOR 12", lasting, 0.7, 1e-6)])
    assert found.after == pytest.approx([0.6, 0.7], abs=1e-6)
    assert found.weight[:10].sum() == pytest.approx(0.7 * 60, rel=1e-4)


def test_what_nobody_has_cannot_be_reached_and_is_named():
    found = weigh([Moment("mono", "CR", yes(0.0), 0.2, 0.05), Moment("mono", "ORR", yes(0.3), 0.5, 0.05)])
    assert found.nearest[0] == 0
    assert np.isnan(found.nearest[1])
    assert found.warnings == (
        "mono, CR: no weights of these patients reach 0.200; the nearest is 0.000, 4.0 standard errors off",
    )
    assert found.after[1] > found.before[1] == 0.3


def test_figures_that_contradict_each_other_cannot_be_reached_together():
    """More alive at 24 months than at 12: the surer figure is met, the other named with the nearest it can be."""
    early, late = Moment("a", "OS 12", yes(0.6), 0.5, 0.01), Moment("a", "OS 24", yes(0.4), 0.7, 0.1)
    found = weigh([early, late])
    assert np.isnan(found.nearest[0])
    assert found.nearest[1] == pytest.approx(0.5)
    assert [text.partition(":")[0] for text in found.warnings] == ["a, OS 24"]
    nearly = [Moment("a", "OS 12", yes(0.6), 0.5, 0.01), Moment("a", "OS 24", yes(0.4), 0.505, 0.1)]
    assert weigh(nearly).warnings == ()


def test_an_effective_sample_below_a_fifth_is_told():
    found = weigh([Moment("a", "ORR", yes(0.02), 0.6, 0.02)], trust=0.01)
    assert found.effective < 20
    assert "of 100 (" in found.warnings[0]
    assert "below 20 %" in found.warnings[0]


def test_errors_and_aims_that_make_no_sense_are_named():
    with pytest.raises(ValueError, match=r"a, ORR: expected an aim and an error above 0, got 0\.5, 0"):
        weigh([Moment("a", "ORR", yes(0.3), 0.5, 0.0)])
    with pytest.raises(ValueError, match="expected at least one"):
        weigh([])
    with pytest.raises(ValueError, match="trust"):
        weigh([Moment("a", "ORR", yes(0.3), 0.5, 0.1)], trust=0.0)
    with pytest.raises(ValueError, match="CR: expected 100 values"):
        weigh([Moment("a", "ORR", yes(0.3), 0.5, 0.1), Moment("a", "CR", yes(0.3, 50), 0.5, 0.1)])
    with pytest.raises(ValueError, match="group: expected 100 labels"):
        weigh([Moment("a", "ORR", yes(0.3), 0.5, 0.1)], group=[1, 2])


def test_selection_by_weight_depends_on_seed_and_weights_alone():
    weight = np.linspace(0.1, 2.0, 40)
    chosen = select(weight, 10, seed=5)
    assert list(chosen) == list(select(weight, 10, seed=5))
    assert {tuple(select(weight, 10, seed)) for seed in range(20)} != {tuple(chosen)}
    assert list(chosen) == sorted(chosen)


def test_selected_patients_have_the_weighted_means_over_many_seeds():
    """The mean over seeds of a share among 20 selected of 200; its limit is five standard errors of binomial draws."""
    weight = weigh([Moment("a", "ORR", yes(0.3, 200), 0.6, 0.02)], trust=1).weight
    shares = [yes(0.3, 200)[select(weight, 20, seed)].mean() for seed in range(400)]
    assert np.mean(shares) == pytest.approx(np.average(yes(0.3, 200), weights=weight), abs=5 * np.sqrt(0.24 / 20 / 400))


def test_nobody_of_weight_zero_is_selected():
    assert set(select([0, 1, 0, 1, 0], 7, seed=1)) == {1, 3}
    with pytest.raises(ValueError, match="not all 0"):
        select([0, 0], 1, seed=1)


def test_the_example_of_the_documentation_runs_as_written():
    page = (Path(__file__).parents[2] / "docs" / "weighting.md").read_text(encoding="utf-8")
    names: dict = {}
    exec(re.search(r"(?ms)^```python\n(.*?)^```$", page)[1], names)
    found = names["found"]
    assert np.abs(found.after - [0.12, 0.55]).max() < np.abs(found.before - [0.12, 0.55]).max()
    assert len(names["cohort"]) == 100
