"""What stands against a published figure, read from a made-up trial's tables and counted again by hand."""

import numpy as np
import pandas as pd
import pytest
from synthetic_trial import DACARBAZINE, NIVOLUMAB, synthetic_tables

from abscopal.analysis.survival import Survival
from abscopal.calibration.targets import Target
from abscopal.validation.simulated import simulated

ARM, OTHER = NIVOLUMAB.name, DACARBAZINE.name


@pytest.fixture(scope="module")
def tables():
    return synthetic_tables(per_arm=60)


def estimate(tables, quantity, kind, reference=""):
    target = Target("t", ARM, quantity, 0.5, 0.1, kind, reference)
    return simulated(tables, [target]).estimates.get((ARM, reference, quantity))


def test_response_is_the_confirmed_best_response_of_all_enrolled(tables):
    best = tables["adrs"].query("PARAMCD == 'CBOR' and ARM == @ARM")["AVALC"]
    assert estimate(tables, "ORR", "response").value == pytest.approx(best.isin(["CR", "PR"]).sum() / 60)
    assert estimate(tables, "CR", "response").value == pytest.approx((best == "CR").sum() / 60)


def test_landmarks_medians_and_ratios_are_those_of_the_survival_analysis(tables):
    survival = Survival(tables["adtte"], "OS")
    assert estimate(tables, "OS 12", "survival").value == survival.at(12, ARM)
    assert estimate(tables, "OS median", "median").value == survival.median(ARM)
    assert estimate(tables, "OS HR", "ratio", OTHER).value == survival.hazard_ratio(OTHER, ARM).hr


def test_a_landmark_beyond_follow_up_has_no_value_and_an_endpoint_that_is_not_there_no_estimate(tables):
    assert estimate(tables, "OS 240", "survival").value is None
    assert estimate({**tables, "adtte": tables["adtte"].query("PARAMCD != 'PFS'")}, "PFS 12", "survival") is None


def test_adverse_events_count_subjects_once_and_only_what_protocol_treatment_did(tables):
    subjects = tables["adsl"].query("ARM == @ARM")["USUBJID"].to_list()
    rows = [
        (subjects[0], "Colitis", "colon", "immune-related", 2, "protocol treatment"),
        (subjects[0], "Colitis", "colon", "immune-related", 3, "protocol treatment"),
        (subjects[1], "Colitis", "colon", "immune-related", 1, "protocol treatment"),
        (subjects[2], "Colitis", "colon", "immune-related", 4, "subsequent treatment"),
        (subjects[3], "Neutropenia", "marrow", "drug", 4, "protocol treatment"),
    ]
    adae = pd.DataFrame(rows, columns=["USUBJID", "AETERM", "AEORGAN", "AECAT", "AETOXGR", "AEREL"])
    mine = {**tables, "adae": adae}
    counts = {
        "diarrhoea": 2, "colitis grade 3": 1, "events of the gut": 2, "immune-related event": 2,
        "treatment-related event": 3, "treatment-related event grade 3": 2, "neutropenia": 1, "myocarditis": 0,
    }  # fmt: skip
    for name, count in counts.items():
        assert estimate(mine, name, "event").value == pytest.approx(count / 60), name
    for name in ("pruritus", "pruritus grade 3", "colitis"):  # mild colitis is diarrhoea to a trial
        assert estimate(mine, name, "event") is None


def test_curves_are_monthly_begin_at_one_and_never_rise(tables):
    curves = simulated(tables, []).curves
    assert set(curves) == {(code, arm) for code in ("OS", "PFS") for arm in (ARM, OTHER)}
    for curve in curves.values():
        month, share = np.array(curve).T
        assert month.tolist() == list(range(len(month)))
        assert share[0] == 1.0
        assert np.all(np.diff(share) <= 0)
