"""A trial with conditions and strata: who is in it, how its tables say so, and its patients lived many times."""

import numpy as np
import pandas as pd
import pytest

import abscopal as ab
from abscopal.errors import InputError
from abscopal.population.pools import pools
from abscopal.population.screening import total
from abscopal.population.virtual_population import join
from abscopal.protocol.condition import read_condition
from abscopal.trial.simulate import enrol, prepare, randomise

PROTOCOL = ab.Protocol(
    name="selected",
    indication="melanoma",
    subjects=40,
    follow_up_months=8,
    accrual_months=4,
    arms=[
        {"name": "a", "regimen": ["nivolumab 240 mg q2w"]},
        {"name": "b", "regimen": ["dacarbazine 1000 mg/m2 q3w"], "allocation": 2},
    ],
    eligibility=["ECOG <= 1", "CPS >= 5 or PDL1 >= 1 %", "albumin >= 30"],
    contraindications="usual",
    stratify=["LDH > 1", "ECOG >= 1"],
)


@pytest.fixture(scope="module")
def trial():
    return ab.run(PROTOCOL, seed=4)


def test_every_subject_meets_the_conditions_and_has_no_contraindication(trial):
    adsl = trial.adsl
    assert (adsl["ECOG"] <= 1).all()
    assert ((adsl["CPS"] >= 5) | (adsl["PDL1"] >= 0.01)).all()
    assert (adsl["ALB"] >= 3.0).all()
    assert (adsl["BRAINFL"] == "N").all()
    for trait in ("autoimmune_history", "steroids", "chronic_infection"):
        assert not adsl["HISTORY"].str.contains(trait).any()


def test_the_summary_counts_everyone_screened_and_why_those_who_failed_did(trial):
    screening = trial.summary["screening"]
    assert screening == trial.manifest["screening"]
    assert screening["enrolled"] == 40
    assert screening["screened"] == 40 + sum(found["first"] for found in screening["reasons"].values())
    assert list(screening["reasons"])[:3] == ["ECOG <= 1", "CPS >= 5 or PDL1 >= 1 %", "albumin >= 30"]
    assert screening["reasons"]["ECOG <= 1"]["first"] > 0
    assert screening["reasons"]["CPS >= 5 or PDL1 >= 1 %"]["first"] > 0
    assert "screened out" in trial.manifest["counts"]


def test_strata_are_in_the_subject_table_balanced_and_analysed(trial):
    adsl = trial.adsl
    assert ((adsl["LDH"] > 1) == adsl["STRATUM"].str.contains("LDH > 1", regex=False)).all()
    for _, subjects in adsl.groupby("STRATUM"):
        assert abs((subjects["ARM"] == "b").sum() - 2 * len(subjects) / 3) <= 2
    assert {c["endpoint"] for c in trial.summary["stratified"]} == {"OS", "PFS"}
    assert set(trial.summary["benefit_risk"]["groups"]) == {"all", *adsl["STRATUM"]}


def test_screening_and_randomisation_are_the_same_in_any_partition():
    design = prepare(PROTOCOL)
    cut = pools(120, 40)
    together = enrol(design, 4, 120, which=cut)
    alone = [enrol(design, 4, 120, which=[pool]) for pool in cut]
    assert np.array_equal(join(alone).number, together.number)
    assert np.array_equal(join(alone).batch.y, together.batch.y)
    assert total(part.screening for part in alone) == together.screening == join(alone).screening
    arm = randomise(design, together, 4, cut)
    parts = [randomise(design, part, 4, [pool]) for part, pool in zip(alone, cut, strict=True)]
    assert np.array_equal(np.concatenate(parts), arm)


def test_conditions_that_hardly_anyone_meets_end_in_a_message_that_says_so():
    impossible = tuple(read_condition(sentence) for sentence in ("age <= 18", "age >= 90"))
    narrow = PROTOCOL.model_copy(update={"eligibility": impossible})
    with pytest.raises(ValueError, match="nobody eligible came to 300 places: are the conditions too narrow"):
        enrol(prepare(narrow), 4, 5)


def test_the_first_of_a_patients_lives_is_the_one_in_the_trial(trial):
    lived = trial.benefit_risk(["SUBJ-0003", "SUBJ-0005"], lives=1, months=4)
    os = trial.adtte.query("PARAMCD == 'OS'").set_index("USUBJID")
    for name in ("SUBJ-0003", "SUBJ-0005"):
        row = lived.query("USUBJID == @name and ARM == @os.ARM[@name]").iloc[0]
        month = 30.4375
        if os["CNSR"][name] == 0 or os["AVAL"][name] >= 4 * month:
            assert row["MEAN"] == pytest.approx(min(os["AVAL"][name], 4 * month) / month, abs=1e-6)


def test_many_lives_give_probabilities_and_gains_of_single_patients(trial):
    lived = trial.benefit_risk(3, lives=4, months=6, reference="b")
    assert len(lived) == 6
    assert (lived["LIVES"] == 4).all()
    assert lived["MEAN"].between(0, 6).all()
    assert lived["RESPONSE"].isin([0, 0.25, 0.5, 0.75, 1]).all()
    assert (lived.query("ARM == 'b'")["GAIN"] == 0).all()
    both = lived.pivot(index="USUBJID", columns="ARM", values="MEAN")
    gain = lived.query("ARM == 'a'").set_index("USUBJID")["GAIN"]
    pd.testing.assert_series_equal(gain, both["a"] - both["b"], check_names=False)


def test_an_unknown_subject_of_many_lives_is_named(trial):
    with pytest.raises(InputError, match="got 'SUBJ-003', did you mean SUBJ-"):
        trial.benefit_risk(["SUBJ-003"])
