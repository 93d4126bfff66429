"""One trial, lived through: reproducible, whole, and treating nobody it should not."""

import numpy as np
import pandas as pd
import pytest

import abscopal as ab
from abscopal.clinic.tables import SCHEMAS, table_hash
from abscopal.trial.plan import body_surface
from abscopal.trial.randomise import permuted_blocks


@pytest.fixture(scope="module")
def trial():
    return ab.run("checkmate-066", seed=5, subjects=80)


def hashes(trial):
    return {name: table_hash(table, name.upper()) for name, table in trial.tables.items()}


def test_the_same_seed_gives_the_same_tables_with_any_number_of_workers(trial):
    assert hashes(ab.run("checkmate-066", seed=5, subjects=80, workers=2)) == hashes(trial)
    assert hashes(ab.run("checkmate-066", seed=5, subjects=80, workers=7)) == hashes(trial)


def test_another_seed_gives_another_trial(trial):
    assert hashes(ab.run("checkmate-066", seed=6, subjects=80)) != hashes(trial)


def test_tables_keep_their_schemas_and_subjects(trial):
    for name, table in trial.tables.items():
        assert list(table.columns) == SCHEMAS[name.upper()].names
        assert set(table["USUBJID"]) <= set(trial.adsl["USUBJID"])
    assert trial.adsl["USUBJID"].is_unique
    assert len(trial.adsl) == 80


def test_nobody_is_treated_scanned_or_progresses_after_death_or_loss(trial):
    end = trial.adsl.set_index("USUBJID")["EOSDY"]
    for name in ("adtr", "adrs", "adex"):
        table = trial.tables[name]
        assert (table["ADY"] <= table["USUBJID"].map(end).astype(float) + 1e-9).all()
    os = trial.adtte.query("PARAMCD == 'OS'").set_index("USUBJID")["AVAL"]
    pfs = trial.adtte.query("PARAMCD == 'PFS'").set_index("USUBJID")["AVAL"]
    assert (pfs <= os + 1e-9).all()


def test_protocol_treatment_stops_at_progression(trial):
    progressed = trial.adrs.query("PARAMCD == 'OVR' and AVALC == 'PD'").groupby("USUBJID")["ADY"].min()
    doses = trial.adex.query("EXLINE == 1").merge(progressed.rename("PD"), left_on="USUBJID", right_index=True)
    assert (doses["ADY"] < doses["PD"]).all()
    assert len(doses) > 100


def test_subsequent_treatment_starts_after_progression_and_only_as_the_arm_plans(trial):
    taken = trial.adsl[trial.adsl["NXTRT"] != ""]
    planned = {arm.name: {"; ".join(map(str, s.regimen)) for s in arm.subsequent} for arm in trial.protocol.arms}
    assert len(taken) > 5
    assert all(row.NXTRT in planned[row.ARM] for row in taken.itertuples())
    second = trial.adex.query("EXLINE == 2")
    first_day = second.groupby("USUBJID")["ADY"].min()
    assert (first_day == trial.adsl.set_index("USUBJID")["NXTDY"][first_day.index]).all()


def test_scans_are_on_the_protocols_days(trial):
    planned = set(trial.protocol.scans.days(5000)) | {0}
    assert set(trial.adtr["ADY"]) <= planned


def test_doses_are_by_weight_and_surface(trial):
    first = trial.adex.query("EXLINE == 1 and EXSEQ == 1").merge(trial.adsl[["USUBJID", "WEIGHT", "SEX"]], on="USUBJID")
    nivolumab = first[first["EXTRT"] == "nivolumab"]
    assert np.allclose(nivolumab["EXDOSE"], 3.0 * nivolumab["WEIGHT"], rtol=1e-3)
    other = first[first["EXTRT"] == "dacarbazine"]
    surface = body_surface(other["WEIGHT"].to_numpy(), (other["SEX"] == "M").to_numpy())
    assert np.allclose(other["EXDOSE"], 1000 * surface, rtol=1e-3)


def test_every_death_has_a_cause_and_every_cause_a_death(trial):
    died = trial.adsl["DTHDY"].notna()
    assert (trial.adsl.loc[died, "DTHCAUS"] != "").all()
    assert (trial.adsl.loc[~died, "DTHCAUS"] == "").all()
    assert died.sum() == (trial.adtte.query("PARAMCD == 'OS'")["CNSR"] == 0).sum()


def test_the_counterfactual_of_the_own_arm_is_what_happened(trial):
    subject = trial.adsl["USUBJID"].iloc[11]
    arm = trial.adsl["ARM"].iloc[11]
    again = trial.counterfactual(subject, arm=arm)
    for name in ("adtr", "adrs", "adtte", "adex"):
        mine = trial.tables[name].query("USUBJID == @subject").reset_index(drop=True)
        pd.testing.assert_frame_equal(again.tables[name], mine)


def test_the_counterfactual_has_the_same_baseline_and_another_treatment(trial):
    row = trial.adsl[trial.adsl["ARM"] == "dacarbazine"].iloc[3]
    other = trial.counterfactual(row["USUBJID"], arm="nivolumab")
    same = ["AGE", "SEX", "WEIGHT", "ECOG", "LDH", "PDL1", "TMB", "NLESION", "SUMDIAM"]
    pd.testing.assert_series_equal(other.adsl.iloc[0][same], row[same], check_names=False)
    assert set(other.adex.query("EXLINE == 1")["EXTRT"]) == {"nivolumab"}


def test_a_counterfactual_has_counterfactuals_of_its_own(trial):
    row = trial.adsl[trial.adsl["ARM"] == "dacarbazine"].iloc[3]
    there = trial.counterfactual(row["USUBJID"], arm="nivolumab")
    back = there.counterfactual(row["USUBJID"], arm="dacarbazine")
    pd.testing.assert_frame_equal(back.adtte, trial.counterfactual(row["USUBJID"], arm="dacarbazine").adtte)


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": 2**64}, {"seed": 1.5}, {"subjects": 0}, {"workers": 0}])
def test_numbers_of_a_run_that_make_no_sense_are_named(wrong):
    with pytest.raises(ab.InputError, match=next(iter(wrong))):
        ab.run("checkmate-066", **wrong)


def test_an_arm_that_no_block_can_hold_is_refused():
    with pytest.raises(ab.InputError, match="allocations"):
        permuted_blocks([1, 1, 0.001], 60, 1)


def test_the_manifest_lays_the_enrolled_beside_the_published_marginals(trial):
    marginals = trial.manifest["marginals"]
    assert marginals["ldh_high"]["published"] == 0.366
    assert all(0 <= share["enrolled"] <= 1 for share in marginals.values())


def test_an_unknown_subject_of_a_counterfactual_is_named(trial):
    with pytest.raises(ab.InputError, match="SUBJ-9999"):
        trial.counterfactual("SUBJ-9999", arm="nivolumab")


def test_two_runs_of_one_seed_share_patients_whatever_the_arms():
    one = ab.Protocol(indication="melanoma", subjects=30, arms=[ab.Arm("a", ["nivolumab 240 mg q2w"])])
    two = ab.Protocol(indication="melanoma", subjects=30, arms=[ab.Arm("b", ["nivolumab 480 mg q4w"])])
    columns = ["AGE", "SEX", "WEIGHT", "LDH", "TMB", "SUMDIAM"]
    first, second = ab.run(one, seed=2), ab.run(two, seed=2)
    pd.testing.assert_frame_equal(first.adsl[columns], second.adsl[columns])


def test_the_run_folder_is_whole(trial, tmp_path):
    folder = trial.write(tmp_path / "run")
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "protocol.yaml",
        "adam",
        "manifest.json",
        "summary.json",
        "failures.json",
        "report.html",
        "figures",
    }
    assert {path.name for path in (folder / "adam").iterdir()} == {f"{name}.parquet" for name in trial.tables}
    assert ab.load_protocol(folder / "protocol.yaml") == trial.protocol


def test_permuted_blocks_balance_arms_after_every_block():
    arm = permuted_blocks([2, 1], 600, 3)
    assert [int((arm[: 6 * k] == 1).sum()) for k in range(1, 101)] == [2 * k for k in range(1, 101)]
    assert not np.array_equal(arm, permuted_blocks([2, 1], 600, 4))


def test_part_of_a_randomisation_is_the_same_as_in_the_whole():
    whole = permuted_blocks([2, 1], 600, 3)
    assert np.array_equal(permuted_blocks([2, 1], 101, 3, first=100), whole[100:201])
    assert np.array_equal(permuted_blocks([2, 1], 1, 3, first=599), whole[599:])


def test_a_subjects_scans_depend_on_nobody_else_whatever_the_imaging():
    imaging = {"readers": 2, "window_days": 5, "missed": 0.1, "missed_when_ill": 0.3, "modality": {"bone": "PET-CT"}}
    changes = {"other_criteria": ["iRECIST"], "imaging": imaging, "withdrawal_per_year": 0.1, "cutoff_months": 40}
    plan = ab.load_protocol("checkmate-066").model_dump() | changes | {"arms": ab.load_protocol("checkmate-066").arms}
    whole = ab.run(ab.Protocol(**plan), seed=5, subjects=12)
    for number in (0, 7):
        row = whole.adsl.iloc[number]
        alone = whole.counterfactual(row["USUBJID"], arm=row["ARM"])
        for name in ("adsl", "adtr", "adrs", "adtruth", "adtte"):
            mine = whole.tables[name].query("USUBJID == @row.USUBJID").reset_index(drop=True)
            pd.testing.assert_frame_equal(alone.tables[name], mine)
    assert set(whole.adrs["RSEVAL"]) == {"INVESTIGATOR", "INDEPENDENT ASSESSOR"}
    assert set(whole.adrs["PARCAT1"]) == {"RECIST 1.1", "iRECIST"}
