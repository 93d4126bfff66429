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
NEOANTIGENS = ("recognition", "precursors", "infiltration")

pytestmark = pytest.mark.xdist_group(GROUP)


@pytest.fixture(autouse=True, scope="module")
def _one_model():
    """The three trials share the model of shipped ones, which is compiled anyway."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "disease_model", lambda drugs, tags: family_model(LIKE))
        yield


@cache
def trial(name, **changed):
    protocol = read_protocol(EXAMPLES / f"negative-{name}.yaml")
    return ab.run(protocol.model_copy(update=changed), seed=1, subjects=SUBJECTS)


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
    assert ratio.hi > 1.0


def test_the_same_treatment_works_in_the_same_organ_where_microsatellites_are_unstable():
    control = COLD["colorectal"]
    unstable = trial("colorectal", indication="colorectal_msi")
    assert response(unstable, control) > response(trial("colorectal"), control) + 0.10


def test_stable_tumours_with_the_antigens_and_the_way_in_of_unstable_ones_respond_like_these(monkeypatch):
    """What makes them cold is three numbers, and nothing else: no name of a cancer decides."""
    stable, unstable = (catalogue.indication(f"colorectal_{kind}") for kind in ("mss", "msi"))
    given = {name: unstable.parameters[name] for name in NEOANTIGENS}
    warmed = stable.model_copy(update={"parameters": {**stable.parameters, **given}})
    monkeypatch.setattr(catalogue, "indication", lambda name: warmed)
    protocol = read_protocol(EXAMPLES / "negative-colorectal.yaml")
    found = ab.run(protocol, seed=1, subjects=SUBJECTS)
    assert response(found, COLD["colorectal"]) > response(trial("colorectal"), COLD["colorectal"]) + 0.08
