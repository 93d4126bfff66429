"""Figures of no arm beside replays: which arms count, and medians counted by hand."""

import json

import pandas as pd
import pytest

from abscopal.protocol import Protocol
from abscopal.validation import patterns as module
from abscopal.validation.patterns import pattern_section, patterns


def trial(beyond):
    arms = {
        "nivolumab": {"regimen": ["nivolumab 240 mg q2w"], "treatment_beyond_progression": beyond},
        "chemotherapy": {"regimen": ["dacarbazine 1000 mg/m2 q3w"]},
        "placebo": {"regimen": []},
    }
    return Protocol(name="made-up", indication="melanoma", subjects=30, arms=arms)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    rates = {"pseudoprogression": 0.05, "hyperprogression": 0.1}
    (tmp_path / "summary.json").write_text(json.dumps({"arms": dict.fromkeys(("nivolumab", "chemotherapy"), rates)}))
    rows = [
        ("A", "nivolumab", "skin", "immune-related", "protocol treatment", 14),
        ("A", "nivolumab", "skin", "immune-related", "protocol treatment", 70),
        ("B", "nivolumab", "skin", "immune-related", "protocol treatment", 42),
        ("C", "nivolumab", "skin", "immune-related", "subsequent treatment", 1),
        ("D", "nivolumab", "skin", "drug", "protocol treatment", 1),
        ("E", "chemotherapy", "skin", "immune-related", "protocol treatment", 1),
    ]
    adae = pd.DataFrame(rows, columns=["USUBJID", "ARM", "AEORGAN", "AECAT", "AEREL", "ASTDY"])
    monkeypatch.setattr(module, "read_parquet", lambda path, name, columns: adae)
    return tmp_path


def test_the_onset_is_the_median_of_first_related_events_of_arms_with_that_class_alone(folder):
    (onset,) = [
        one for one in patterns({"t": trial(beyond=False)}, {"made-up": folder}) if one.table == "onset of irAE"
    ]
    assert (onset.of, onset.published) == ("nivolumab mono, skin", (5.0, 5.0))
    assert onset.simulated == (4.0,)  # first events on days 14 and 42


@pytest.mark.parametrize("beyond", [True, False])
def test_pseudoprogression_is_told_where_treatment_goes_on_beyond_progression(folder, beyond):
    found = {one.table: one for one in patterns({"t": trial(beyond)}, {"made-up": folder})}
    assert found["hyperprogression"].simulated == (0.1,)
    assert found["hyperprogression"].published == (0.099, 0.099)  # of the pooled studies in melanoma
    assert ("pseudoprogression" in found) == beyond


def test_the_section_is_there_only_where_a_checkpoint_inhibitor_was_given_alone(folder):
    assert "4.0 weeks" in str(pattern_section({"t": trial(beyond=True)}, {"made-up": folder})[0])
    chemotherapy = trial(beyond=True).model_copy(update={"arms": (trial(beyond=True).arm("chemotherapy"),)})
    assert pattern_section({"t": chemotherapy}, {"made-up": folder}) == []
