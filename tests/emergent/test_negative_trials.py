"""Blockade does little where T cells do not know the tumour, are rare or stay outside, and no switch says so.

Designs of no trial in particular (docs/negative-trials.md). Held to what follows from the biology of a cold cancer, few
responses and survival near that of the control, and to no published result.
"""

from functools import cache
from pathlib import Path

import pytest

import abscopal as ab
from abscopal import catalogue
from abscopal.protocol import read_protocol
from families import family_model, family_of

EXAMPLES = Path(__file__).parents[2] / "examples"
GROUP, LIKE = family_of("ipilimumab", "nivolumab", "paclitaxel")
SUBJECTS = 400
COLD = {"prostate": "placebo", "colorectal": "supportive care", "ovarian": "paclitaxel"}
ANTIGENS = ("recognition", "precursors")

pytestmark = pytest.mark.xdist_group(GROUP)


@pytest.fixture(autouse=True, scope="module")
def _one_model():
    """The three trials share the model of shipped ones, which is compiled anyway."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "disease_model", lambda drugs, tags: family_model(LIKE))
        yield


@cache
def trial(name):
    return ab.run(read_protocol(EXAMPLES / f"negative-{name}.yaml"), seed=1, subjects=SUBJECTS)


def response(found, control):
    """Share of the treated arm that responds."""
    (treated,) = found.summary["arms"].keys() - {control}
    return found.summary["arms"][treated]["orr"]


@pytest.mark.parametrize(("name", "control"), COLD.items())
def test_blockade_does_little_in_a_cold_cancer(name, control):
    found = trial(name)
    (treated,) = found.summary["arms"].keys() - {control}
    ratio = found.survival("OS").hazard_ratio(reference=control, arm=treated)
    assert response(found, control) < 0.10
    assert ratio.hr > 0.75
    assert ratio.hi > 0.95


def test_stable_tumours_whose_antigens_all_were_presented_would_respond(monkeypatch):
    """What makes them cold is numbers, and no name of a cancer: these are two of them, without what takes from them."""
    cold, stable = response(trial("colorectal"), COLD["colorectal"]), catalogue.indication("colorectal_mss")
    given = {name: stable.parameters[name].center.value for name in ANTIGENS}
    odds = given["recognition"] / (1.0 - given["recognition"]) / 0.25
    whole = {"recognition": odds / (1.0 + odds), "precursors": given["precursors"] / 0.15}
    parameters = dict(stable.parameters)
    for name, value in whole.items():
        center = parameters[name].center.model_copy(update={"value": value})
        parameters[name] = parameters[name].model_copy(update={"center": center})
    warmed = stable.model_copy(update={"parameters": parameters})
    monkeypatch.setattr(catalogue, "indication", lambda name: warmed)
    found = ab.run(read_protocol(EXAMPLES / "negative-colorectal.yaml"), seed=1, subjects=SUBJECTS)
    assert response(found, COLD["colorectal"]) > cold + 0.05
