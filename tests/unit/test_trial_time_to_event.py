"""Which endpoints a simulated trial has, by its setting, its criteria and the rule of censoring it names."""

from types import SimpleNamespace

import numpy as np
import pytest

from abscopal.clinic.clinical_events import METASTASIS, SECOND_PRIMARY, EventRecord
from abscopal.clinic.criteria.criterion import Response, criterion_named, unseen
from abscopal.clinic.endpoints import FollowUp
from abscopal.clinic.records import ScanRecord, Subjects
from abscopal.protocol import Protocol
from abscopal.trial.time_to_event import curative, first_biopsy, time_to_event


def scan(visit, day, responses):
    """A scan of every subject with these responses; progression is dated on its day."""
    n = len(responses)
    code = np.array([Response[word] for word in responses], dtype=np.int8)
    dated = np.where(code == Response.PD, float(day), np.nan)
    visit_response = unseen(n).__class__(**{**vars(unseen(n)), "response": code, "progression_day": dated})
    nothing = np.zeros((n, 1), dtype=np.int8)
    size = np.full(n, np.nan)
    return ScanRecord(visit, np.full(n, day), np.arange(n), nothing * 1.0, nothing, nothing, size, visit_response)


def course(*scans, events=(), removal=np.nan):
    n = len(scans[0].subject)
    return SimpleNamespace(
        arm=np.zeros(n, dtype=np.int64), scans=list(scans), events=list(events), further=[],
        removal_day=np.full(n, removal),
    )  # fmt: skip


def protocol(**fields):
    arms = [{"name": "a", "regimen": ["nivolumab 240 mg q2w"]}]
    return Protocol(indication="melanoma", subjects=2, arms=arms, scans="every 8 weeks", **fields)


def table(lived, criteria="RECIST 1.1", **fields):
    n = len(lived.arm)
    subjects = Subjects("S", [f"S{i}" for i in range(n)], ["a"] * n)
    end = FollowUp(np.full(n, np.nan), np.full(n, 400.0), np.full(n, np.nan))
    return time_to_event(subjects, protocol(**fields), lived, end, criterion_named(criteria))


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("metastatic", set()), ("consolidation", set()), ("neoadjuvant", {"EFS"}), ("adjuvant", {"RFS", "DFS"})],
)
def test_a_trial_has_the_endpoints_of_its_setting(setting, expected):
    found = table(course(scan(1, 56, ["SD", "PD"])), setting=setting)
    assert set(found["PARAMCD"]) == {"OS", "PFS"} | expected


def test_ipfs_is_there_where_irecist_is_the_criterion():
    assert "IPFS" in set(table(course(scan(1, 56, ["ISD", "IUPD"])), "iRECIST")["PARAMCD"])


@pytest.mark.parametrize(("rule", "expected"), [("every event", (224, 0)), ("FDA", (56, 1))])
def test_events_are_censored_by_the_rule_that_the_protocol_names(rule, expected):
    lived = course(scan(1, 56, ["SD"]), scan(2, 112, ["NE"]), scan(3, 168, ["NE"]), scan(4, 224, ["PD"]))
    row = table(lived, censoring=rule).set_index("PARAMCD").loc["PFS"]
    assert (row["AVAL"], row["CNSR"]) == expected


def biopsy(day, subject, clone):
    return EventRecord(np.array([float(day)]), np.array([subject]), "biopsy", np.array([clone]))


def test_a_second_primary_is_what_a_biopsy_found_without_a_metastasis_on_the_same_day():
    found = [biopsy(112, 0, SECOND_PRIMARY), biopsy(56, 1, SECOND_PRIMARY), biopsy(56, 1, METASTASIS)]
    lived = course(scan(1, 56, ["NED", "PD"]), events=[*found, biopsy(224, 0, SECOND_PRIMARY)])
    assert first_biopsy(lived, SECOND_PRIMARY).tolist() == [112, 56]
    day = curative(protocol(setting="adjuvant"), lived).second_primary_day
    np.testing.assert_array_equal(day, [112, np.nan])
