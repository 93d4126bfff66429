"""Worked fixtures of RECIST 1.1 and iRECIST: sums, non-target states and new lesions with the response expected."""

import json
from pathlib import Path

import numpy as np
import pytest

from abscopal.clinic.criteria.criterion import LABELS, Findings, criterion_named

FIXTURES = json.loads((Path(__file__).parent / "data" / "response_fixtures.json").read_text(encoding="utf-8"))
RECIST_CASES = FIXTURES["RECIST 1.1"]["cases"]
IRECIST_CASES = FIXTURES["iRECIST"]["cases"]


def findings(total, nontarget="NP", new_count=0, new_sum=0.0):
    """One subject's findings; NP no progression and none followed, NON persists, CR gone, PD unequivocal."""

    def one(value, kind=float):
        return np.array([value], dtype=kind)

    followed = nontarget != "NP"
    return Findings(
        has_target=one(True, bool),
        target_sum=one(total),
        targets_evaluated=one(True, bool),
        targets_gone=one(total == 0, bool),
        has_nontarget=one(followed, bool),
        nontarget_sum=one(np.nan),
        nontargets_evaluated=one(True, bool),
        nontargets_gone=one(nontarget == "CR", bool),
        unequivocal=one(nontarget == "PD", int),
        extranodal_seen=one(total > 0, bool),
        new_count=one(new_count, int),
        new_target_sum=one(new_sum),
        new_nontarget_sum=one(0.0),
    )


def responses(criteria, baseline, visits):
    criterion = criterion_named(criteria)
    state = criterion.start(baseline)
    codes = []
    for day, seen in visits:
        state, visit = criterion.assess(state, seen, day)
        codes.append(LABELS[visit.response[0]])
    return codes


def test_there_are_thirty_worked_fixtures():
    assert len(RECIST_CASES) == 20
    assert len(IRECIST_CASES) == 10


@pytest.mark.parametrize("case", RECIST_CASES, ids=lambda case: case["id"])
def test_recist_gives_the_worked_response(case):
    follows_nontargets = any(word != "NP" for word in case["non_target"])
    baseline = findings(case["baseline_mm"], "NON" if follows_nontargets else "NP")
    parts = zip(case["sums_mm"], case["non_target"], case["new_lesion"], strict=True)
    visits = [(56 * k, findings(total, nt, int(new))) for k, (total, nt, new) in enumerate(parts, start=1)]
    assert responses("RECIST 1.1", baseline, visits) == case["expected_timepoint"], case["why"]


@pytest.mark.parametrize("case", IRECIST_CASES, ids=lambda case: case["id"])
def test_irecist_gives_the_worked_response(case):
    parts = zip(case["weeks"], case["sums_mm"], case["n_new_lesions"], case["new_target_sum_mm"], strict=True)
    visits = [(7 * week, findings(total, "NP", count, size)) for week, total, count, size in parts]
    assert responses("iRECIST", findings(case["baseline_mm"]), visits) == case["expected_iRECIST"], case["why"]
