"""Each row is one subject: sums at scans 0, 1, 2, ...; overall responses at scans 1, 2, ...; verdict; why."""

import numpy as np
import pandas as pd
import pytest

from abscopal.analysis.pseudoprogression import pseudoprogression, pseudoprogressors, shows_pseudoprogression

NAN = np.nan
SUBJECTS = [
    ([100, 130, 60], ["PD", "PR"], True, "grows, then shrinks"),
    ([100, 120, 70], ["SD", "SD"], True, "both limits exactly reached, whatever the clinic called it"),
    ([11.0, 17.0, 7.7], ["SD", "SD"], True, "70 % of baseline in decimals, which 0.7 x 11 misses in binary"),
    ([100, 119.9, 60], ["SD", "PR"], False, "a rise below 20 %"),
    ([20, 24.5, 10], ["SD", "PR"], False, "a rise of 22 % that is below 5 mm"),
    ([100, 95, 60], ["PD", "PR"], True, "PD by a new lesion while the sum is stable"),
    ([100, 95, 60], ["iUPD", "iPR"], True, "unconfirmed progression of iRECIST"),
    ([100, 130, 71], ["PD", "SD"], False, "shrinks, but not to 70 % of baseline"),
    ([100, 50, 65, 64], ["PR", "PD", "PD"], False, "late progression of a responder below 70 % of baseline"),
    ([100, 60, 60], ["PD", "PD"], False, "a new lesion at the first response: nothing came before it"),
    ([100, 80, 97, 70], ["SD", "SD", "PR"], True, "rise from the nadir, not from baseline"),
    ([100, NAN, 60], ["PD", "PR"], True, "PD at a scan whose sum was not measured"),
    ([100, 130, NAN], ["PD", "NE"], False, "no scan that shows a response"),
    ([100, 60], ["PR"], False, "a plain response"),
    ([NAN, 130, 60], ["PD", "PR"], False, "no baseline sum"),
    ([100], [], False, "baseline only"),
]


def tables():
    adtr, adrs = [], []
    for number, (sums, responses, _, _) in enumerate(SUBJECTS):
        subject = f"SUBJ-{number:04d}"
        adtr += [(subject, "SUMDIAM", visit, value) for visit, value in enumerate(sums)]
        adtr += [(subject, "LDIAM", visit, 10.0) for visit in range(len(sums))]
        adrs += [(subject, "OVR", visit, response) for visit, response in enumerate(responses, start=1)]
        adrs += [(subject, "BOR", 1, "PD")]
    return (
        pd.DataFrame(adtr, columns=["USUBJID", "PARAMCD", "AVISITN", "AVAL"]),
        pd.DataFrame(adrs, columns=["USUBJID", "PARAMCD", "AVISITN", "AVALC"]),
    )


@pytest.mark.parametrize(("sums", "responses", "verdict", "why"), SUBJECTS, ids=[row[3] for row in SUBJECTS])
def test_definition_on_one_subject_by_hand(sums, responses, verdict, why):
    progression = np.isin(["", *responses], ["PD", "iUPD", "iCPD"])
    assert shows_pseudoprogression(np.array([sums], dtype=float), progression[None]).tolist() == [verdict]


def test_progression_noted_at_baseline_is_not_progression_under_treatment():
    assert not shows_pseudoprogression(np.array([[100.0, 60.0]]), np.array([[True, False]]))[0]


def test_the_tables_give_the_same_subjects_as_the_definition_by_hand_in_any_order_of_rows():
    expected = [f"SUBJ-{i:04d}" for i, row in enumerate(SUBJECTS) if row[2]]
    adtr, adrs = tables()
    assert pseudoprogressors(adtr, adrs) == expected
    assert pseudoprogressors(adtr.sample(frac=1, random_state=1), adrs.sample(frac=1, random_state=2)) == expected


def test_the_share_is_of_all_enrolled_subjects_of_the_arm():
    adtr, adrs = tables()
    adsl = pd.DataFrame({"USUBJID": [f"SUBJ-{i:04d}" for i in range(20)], "ARM": ["a"] * 3 + ["b"] * 17})
    adsl["CLASS"] = ["enrolled"] * 19 + ["solver failure"]
    shares = pseudoprogression(adtr, adrs, adsl)
    assert (shares["a"].successes, shares["a"].n) == (3, 3)
    assert (shares["b"].successes, shares["b"].n) == (4, 16)
