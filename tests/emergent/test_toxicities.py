"""Neutropenia, cytokine release, and injury by drugs, radiation and surgery, alone and without the disease."""

import numpy as np
import pytest
from toxicity_submodel import Alone

from abscopal.mechanisms import mechanisms

DEATH = {"treatment_death": ("sum", "1/day")}
USUAL = dict.fromkeys(("marrow_dividing", "marrow_early", "marrow_middle", "marrow_late", "neutrophils"), 1.0)


def _marrow(myelopoiesis=1.0):
    feeds = {"myelotoxicity": ("1", 0.0), "myelopoiesis": ("1", myelopoiesis)}
    return Alone("myelosuppression", feeds=feeds, owned=DEATH)


def _after_chemotherapy(marrow):
    """Three days of full myelotoxicity from day 0, then rest to day 30; neutrophils by day."""
    during = marrow.run(np.linspace(0, 3, 4), USUAL, given_myelotoxicity=1.0)
    after = marrow.run(np.arange(3.0, 31.0), {name: path[-1] for name, path in during.items()})
    return np.concatenate([during["neutrophils"][:-1], after["neutrophils"]])


def test_neutrophils_fall_to_a_nadir_in_the_second_week_and_are_back_after_three():
    """Friberg 2002 (docetaxel): nadir on day 7 to 9, recovery and overshoot by day 21."""
    count = _after_chemotherapy(_marrow())
    assert 0.05 < count.min() < 0.3
    assert 6 <= count.argmin() <= 11
    assert count[21:25].max() > 0.95
    assert np.ptp(_marrow().run(np.arange(30.0), USUAL)["neutrophils"]) < 1e-6, "falls without chemotherapy"


def test_a_growth_factor_shortens_neutropenia():
    below = [(_after_chemotherapy(_marrow(factor)) < 0.2).sum() for factor in (1.0, 1.5)]
    assert below[1] < below[0] - 1


def test_an_empty_marrow_finds_its_balance_by_itself():
    """What the half year before enrolment relies on."""
    assert _marrow().run(np.array([0.0, 180.0]))["neutrophils"][-1] == pytest.approx(1.0, abs=0.01)


def _storm(**changed):
    feeds = {"cytokine_release": ("1/day", 0.8), "cytokine_relief": ("1", 1.0)}
    submodel = Alone("cytokine_release", "neurotoxicity", feeds=feeds, owned=DEATH)
    return submodel.run(np.arange(0.0, 16.0), **changed)


def _share(species, grade, proneness, spread, **changed):
    quantiles = (np.arange(9) + 0.5) / 9
    from scipy.stats import norm

    values = np.exp(spread * norm.ppf(quantiles))
    return np.mean([_storm(**{proneness: value}, **changed)[species].max() >= grade for value in values])


def test_cytokine_release_syndrome_is_as_frequent_as_in_zuma_1():
    """93 % of any grade, 13 % of grade 3 or worse, at the release of a typical axicabtagene course."""
    assert _share("injury_cytokine", 1, "cytokine_proneness", 1.3) >= 0.8
    assert 0.03 <= _share("injury_cytokine", 3, "cytokine_proneness", 1.3) <= 0.25
    assert _share("injury_cytokine", 1, "cytokine_proneness", 1.3, given_cytokine_release=0.0) == 0


def test_neurotoxicity_is_as_frequent_as_in_zuma_1_and_comes_after_the_fever():
    """64 % of any grade, 28 % of grade 3 or worse."""
    assert 0.45 <= _share("injury_brain", 1, "icans_proneness", 1.0) <= 0.9
    assert 0.1 <= _share("injury_brain", 3, "icans_proneness", 1.0) <= 0.45
    path = _storm(cytokine_proneness=3.0, icans_proneness=3.0)
    assert np.argmax(path["injury_cytokine"]) < np.argmax(path["injury_brain"])


def test_tocilizumab_eases_the_syndrome_and_not_the_neurotoxicity():
    usual, relieved = _storm(), _storm(given_cytokine_relief=0.03)
    assert relieved["injury_cytokine"].max() < 0.4 * usual["injury_cytokine"].max()
    assert relieved["injury_brain"].max() == pytest.approx(usual["injury_brain"].max())


ORGANS = sorted(name.removesuffix("_injury") for name in mechanisms() if name.endswith("_injury")
                and f"{name.removesuffix('_injury')}_toxicity" in mechanisms()[name].when)  # fmt: skip


@pytest.mark.parametrize("organ", ORGANS)
def test_injury_by_a_drug_comes_with_it_and_goes_after_it(organ):
    submodel = Alone(f"{organ}_injury", feeds={f"{organ}_toxicity": ("1/day", 0.05)}, owned=DEATH)
    injury = f"drug_injury_{organ}"
    given = submodel.run(np.linspace(0, 60, 3))
    after = submodel.run(np.array([60.0, 1500.0]), {injury: given[injury][-1]}, **{f"given_{organ}_toxicity": 0.0})
    assert given[injury][1] > 0.2
    assert after[injury][-1] < 0.01
    assert submodel.run(np.array([0.0, 60.0]), **{f"given_{organ}_toxicity": 0.0})[injury][-1] == 0.0
