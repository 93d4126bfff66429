"""The truth at scans of hand-made patients, and responses beside it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from abscopal.analysis.misclassification import misclassification
from abscopal.clinic.criteria.criterion import Response, unseen
from abscopal.clinic.imaging import Imaging, read_scan
from abscopal.clinic.lesions import choose_targets, summarise
from abscopal.clinic.records import Subjects, scan_record
from abscopal.trial.truth import TRUTHS, TruthRecord, adtruth, truth_of

NAN = np.nan
BASE = 1e10
# living cells at scans 0, 1, 2, ... in units of BASE; responses at scans 1, 2, ...
PATIENTS = {
    "pseudoprogression": ([1, 0.8, 0.1], ["PD", "PR"]),
    "progression": ([1, 2.0], ["PD"]),
    "progression from the nadir": ([1, 0.2, 0.4], ["PR", "PD"]),
    "delayed response": ([1, 1.5, 0.9], ["PD", "SD"]),
    "missed progression": ([1, 1.9], ["SD"]),
    "response": ([1, 0.3, 0.00001], ["PR", "CR"]),
    "missed scan": ([1, NAN, 0.9], [None, "SD"]),
}
NAMES = list(PATIENTS)


def table():
    """ADTRUTH of the patients, one lesion each."""
    n, most = len(PATIENTS), 3
    living = np.full((n, most), NAN)
    for row, (cells, _) in enumerate(PATIENTS.values()):
        living[row, : len(cells)] = np.array(cells, dtype=float) * BASE
    reading = read_scan(
        np.full((n, 1), 30.0), np.zeros((n, 1), int), np.ones((n, 1), bool), np.zeros((n, 1)), Imaging()
    )
    role = choose_targets(reading, np.zeros((n, 1), int))
    truth, scans = [], []
    for visit in range(most):
        who = np.flatnonzero(~np.isnan(living[:, visit]))
        response = None
        if visit:
            codes = [Response[PATIENTS[NAMES[row]][1][visit - 1]] for row in who]
            response = replace(unseen(len(who)), response=np.array(codes, dtype=np.int8))
        truth.append(TruthRecord.of(visit, 42 * visit, who, living[who, visit][:, None] * [[0.25, 0.75]]))
        record = scan_record(visit, 42 * visit, np.arange(n), reading, role, summarise(reading, role))
        scans.append(replace(record, subject=who, response=response))
    return adtruth(Subjects("T", NAMES, ["a"] * n), truth, scans)


@pytest.mark.parametrize(
    ("living", "expected"),
    [
        ([1, 1.72], "stable"), ([1, 1.73], "grown"), ([1, 0.344], "stable"), ([1, 0.342], "shrunk"),
        ([1, 0.1, 0.18], "grown"), ([1, 0.1, 0.17], "shrunk"), ([1, 9e-5], "gone"), ([1, 1e-6, 5e-6], "gone"),
    ],
)  # fmt: skip
def test_a_diameter_of_70_or_120_percent_is_its_cube_of_cells_recist_1_1_section_4_3_1(living, expected):
    assert TRUTHS[truth_of(np.array([living]) * BASE)[0, -1]] == expected


def test_changes_are_from_baseline_from_the_lowest_from_the_scan_before_and_to_the_lowest_later():
    rows = table().set_index(["USUBJID", "AVISITN"])
    changes = ["CHANGE_BASELINE", "CHANGE_NADIR", "CHANGE_LAST", "CHANGE_LATER"]
    np.testing.assert_allclose(rows.loc[("progression from the nadir", 2), changes].astype(float), [-60, 100, 100, NAN])
    np.testing.assert_allclose(rows.loc[("pseudoprogression", 1), changes].astype(float), [-20, -20, -20, -87.5])
    assert ("missed scan", 1) not in rows.index
    np.testing.assert_allclose(rows.loc[("missed scan", 2), changes].astype(float), [-10, -10, -10, NAN])


def test_who_progresses_while_the_living_tumour_falls_or_later_falls_is_called_wrongly():
    found = misclassification(table(), pd.DataFrame({"USUBJID": NAMES, "ARM": "a"}))["a"]
    assert (found.pseudoprogression.successes, found.wrong.successes, found.wrong.n) == (1, 2, 4)
    assert (found.missed.successes, found.missed.n) == (1, len(NAMES))
    assert found.scans["PD"] == {"gone": 0, "shrunk": 0, "stable": 2, "grown": 2}
    assert found.scans["SD"] == {"gone": 0, "shrunk": 0, "stable": 2, "grown": 1}
    assert (found.right.successes, found.right.n) == (8, 11)


def test_responses_by_another_criterion_take_the_place_of_the_protocols():
    other = pd.DataFrame({"USUBJID": ["progression"], "AVISITN": [1], "PARAMCD": "OVR", "AVALC": "iUPD"})
    found = misclassification(table(), pd.DataFrame({"USUBJID": NAMES, "ARM": "a"}), other)["a"]
    assert found.scans["unconfirmed PD"]["grown"] == 1
    assert found.wrong is None  # nobody is called progressing


def test_responses_of_two_criteria_at_once_are_refused():
    rows = pd.DataFrame({"USUBJID": ["progression"] * 2, "AVISITN": [1, 1], "PARAMCD": "OVR", "AVALC": ["PD", "iUPD"]})
    with pytest.raises(ValueError, match="several criteria"):
        misclassification(table(), pd.DataFrame({"USUBJID": NAMES, "ARM": "a"}), rows)
