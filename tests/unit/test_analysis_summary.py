import json

import numpy as np
import pandas as pd
import pytest

from abscopal.analysis.summary import HYPERPROGRESSION, LANDMARKS, summarise
from abscopal.analysis.survival import Survival
from abscopal.clinic.hyperprogression import NEEDS_NO_SCAN_BEFORE

MONTH = 30.4375
ARM_KEYS = ["n", "orr", "cr", "dcr", "pfs_median", "os_median", "pfs_at", "os_at", "dor_median", "ttr_median", "irae"]
ARM_KEYS += ["trae_grade3", "pseudoprogression", "hyperprogression"]


def trial(arms=("chemo", "nivolumab"), per_arm=30, followed_months=30.0, deaths=True):
    """Each third subject responds at month 2; everybody progresses; death is exponential with a median of a year."""
    rng = np.random.default_rng(2)
    subjects = [f"SUBJ-{i:04d}" for i in range(per_arm * len(arms))]
    adsl = pd.DataFrame({"USUBJID": subjects, "ARM": np.repeat(arms, per_arm), "CLASS": "enrolled"})
    responds = np.arange(len(subjects)) % 3 == 0
    os = rng.exponential(12 * MONTH / np.log(2), len(subjects))
    os_event = (os < followed_months * MONTH) & deaths
    os = np.minimum(os, followed_months * MONTH)
    base = {"USUBJID": adsl["USUBJID"], "ARM": adsl["ARM"]}
    times = [
        pd.DataFrame({**base, "PARAMCD": "OS", "AVAL": os, "CNSR": 1 - os_event.astype(int)}),
        pd.DataFrame({**base, "PARAMCD": "PFS", "AVAL": os / 2, "CNSR": 0}),
        pd.DataFrame({**base, "PARAMCD": "DOR", "AVAL": os / 3, "CNSR": 0})[responds],
        pd.DataFrame({**base, "PARAMCD": "TTR", "AVAL": np.where(responds, 2 * MONTH, os), "CNSR": 1 - responds}),
    ]
    adrs = pd.DataFrame({**base, "PARAMCD": "CBOR", "AVISITN": 1, "AVALC": np.where(responds, "PR", "PD")})
    adtr = pd.DataFrame({**base, "PARAMCD": "SUMDIAM", "AVISITN": 0, "AVAL": 100.0})
    return {"adsl": adsl, "adtr": adtr, "adrs": adrs, "adtte": pd.concat(times, ignore_index=True)}


def test_summary_has_exactly_the_keys_of_the_published_contract():
    summary = summarise(trial(), "checkmate-066", 7, "chemo")
    assert list(summary) == ["protocol", "seed", "n", "arms", "contrasts", "benefit_risk"]
    assert (summary["protocol"], summary["seed"], summary["n"]) == ("checkmate-066", 7, 60)
    assert all(list(arm) == ARM_KEYS for arm in summary["arms"].values())
    assert [list(contrast) for contrast in summary["contrasts"]] == [
        ["endpoint", "arm", "reference", "hr", "lo", "hi", "p"]
    ] * 2


def test_summary_gives_the_numbers_of_the_analyses_in_months_and_fractions():
    tables = trial()
    arm = summarise(tables, "x", 1)["arms"]["nivolumab"]
    survival = Survival(tables["adtte"], "OS")
    assert arm["orr"] == pytest.approx(1 / 3)
    assert arm["os_median"] == survival.median("nivolumab")
    assert arm["os_at"]["12"] == survival.at(12, "nivolumab")
    assert arm["ttr_median"] == pytest.approx(2.0), "responders only, not those censored"
    assert (arm["irae"], arm["trae_grade3"], arm["hyperprogression"]) == ({}, None, None)


def test_landmarks_end_with_the_follow_up():
    arm = summarise(trial(followed_months=30.0), "x", 1)["arms"]["chemo"]
    assert list(arm["os_at"]) == ["6", "12", "18", "24"]
    assert LANDMARKS == (6, 12, 18, 24, 36, 48, 60)


def test_summary_is_strict_JSON_when_nobody_dies_or_responds():
    tables = trial(deaths=False)
    tables["adrs"]["AVALC"] = "PD"
    tables["adtte"] = tables["adtte"][tables["adtte"]["PARAMCD"].isin(["OS", "PFS"])]
    summary = summarise(tables, "x", np.int64(3), "chemo")
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    arm = summary["arms"]["nivolumab"]
    assert (arm["os_median"], arm["dor_median"], arm["ttr_median"]) == (None, None, None)
    overall = next(contrast for contrast in summary["contrasts"] if contrast["endpoint"] == "OS")
    assert (overall["hr"], overall["lo"], overall["hi"], overall["p"]) == (None, None, None, None)


def test_solver_failures_are_left_out_of_every_number():
    tables = trial()
    whole = summarise(tables, "x", 1)
    tables["adsl"].loc[0, "CLASS"] = "solver failure"
    less = summarise(tables, "x", 1)
    assert less["n"] == whole["n"] - 1
    assert less["arms"]["chemo"]["n"] == 29
    rows = tables["adtte"]["USUBJID"] != "SUBJ-0000"
    direct = Survival(tables["adtte"][rows], "OS").hazard_ratio("chemo", "nivolumab")
    assert less["contrasts"][0]["hr"] == direct.hr != whole["contrasts"][0]["hr"]


def test_every_other_arm_is_compared_with_the_reference_and_without_one_each_pair_once():
    tables = trial(arms=("a", "b", "c"))
    pairs = [(c["arm"], c["reference"]) for c in summarise(tables, "x", 1, "b")["contrasts"]]
    assert pairs == [("a", "b"), ("c", "b")] * 2
    pairs = [(c["arm"], c["reference"]) for c in summarise(tables, "x", 1)["contrasts"]]
    assert pairs == [("b", "a"), ("c", "a"), ("c", "b")] * 2


def test_a_single_arm_has_no_contrasts():
    assert summarise(trial(arms=("only",)), "x", 1)["contrasts"] == []


def test_an_unknown_reference_is_refused():
    with pytest.raises(ValueError, match="one of chemo, nivolumab, got 'placebo'"):
        summarise(trial(), "x", 1, "placebo")


def test_hyperprogression_is_the_share_of_those_evaluated_and_names_its_definition():
    tables = trial()
    flags = np.where(
        np.arange(60) < 30, "", np.where(np.arange(60) % 10 == 0, "Y", np.where(np.arange(60) % 2, "N", ""))
    )
    tables["adsl"] = tables["adsl"].assign(HPDFL=flags)
    arms = summarise(tables, "x", 1)["arms"]
    assert arms["chemo"]["hyperprogression"] is None
    assert "hyperprogression_definition" not in arms["chemo"]
    assert arms["nivolumab"]["hyperprogression"] == pytest.approx(3 / 18)
    assert arms["nivolumab"]["hyperprogression_definition"] == NEEDS_NO_SCAN_BEFORE == HYPERPROGRESSION


def test_endpoints_of_the_setting_are_summarised_where_the_trial_has_them():
    tables = trial()
    progression = tables["adtte"][tables["adtte"]["PARAMCD"] == "PFS"]
    tables["adtte"] = pd.concat([tables["adtte"], progression.assign(PARAMCD="RFS")], ignore_index=True)
    summary = summarise(tables, "x", 1, "chemo")
    arm = summary["arms"]["nivolumab"]
    assert arm["rfs_median"] == arm["pfs_median"]
    assert "efs_median" not in arm
    assert [row["endpoint"] for row in summary["contrasts"]] == ["OS", "PFS", "RFS"]
