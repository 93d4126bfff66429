"""Benefit and risk by arm and stratum, and comparisons within strata, against what they are made of."""

import numpy as np
import pytest
from synthetic_trial import DACARBAZINE, NIVOLUMAB, synthetic_tables

from abscopal.analysis.benefit_risk import EVERYONE, benefit_risk
from abscopal.analysis.cox import cox
from abscopal.analysis.kaplan_meier import kaplan_meier
from abscopal.analysis.logrank import logrank
from abscopal.analysis.restricted_mean import restricted_mean, restricted_mean_difference
from abscopal.analysis.stratified import strata, stratified
from abscopal.analysis.summary import summarise
from abscopal.units import DAYS_PER_MONTH

ONE, OTHER = NIVOLUMAB.name, DACARBAZINE.name


@pytest.fixture(scope="module")
def tables():
    found = synthetic_tables(per_arm=120)
    adsl = found["adsl"]
    return found | {"adsl": adsl.assign(STRATUM=np.where(adsl["LDH"] > 1, "LDH > 1", "LDH <= 1"))}


def test_with_nobody_lost_the_restricted_mean_is_the_plain_mean_of_what_is_lived_up_to_the_horizon():
    days = np.random.default_rng(2).exponential(300.0, 500)
    found = restricted_mean(kaplan_meier(days, np.ones(500)), 365.0)
    lived = np.minimum(days, 365.0)
    assert found.mean == pytest.approx(lived.mean(), rel=1e-12)
    assert found.standard_error == pytest.approx(lived.std() / np.sqrt(500), rel=1e-9)


def test_a_curve_that_ends_before_the_horizon_has_no_restricted_mean_unless_everyone_has_died():
    assert restricted_mean(kaplan_meier([10.0, 20.0], [1, 0]), 30.0) is None
    assert restricted_mean(kaplan_meier([10.0, 20.0], [1, 1]), 30.0).mean == pytest.approx(15.0)
    nobody = restricted_mean(kaplan_meier([40.0, 50.0], [1, 1]), 30.0)
    assert (nobody.mean, nobody.standard_error) == (30.0, 0.0)
    assert restricted_mean_difference(nobody, nobody).p == 1.0


@pytest.mark.parametrize("wrong", [0.0, -1.0])
def test_a_horizon_that_is_no_time_is_refused(wrong):
    with pytest.raises(ValueError, match="horizon: expected a time above 0"):
        restricted_mean(kaplan_meier([10.0], [1]), wrong)


def test_every_stratum_has_every_arm_with_its_own_survival_response_and_severe_events(tables):
    rows, months = benefit_risk(tables, OTHER, 12)
    assert [(row.group, row.arm) for row in rows] == [
        (group, arm) for group in (EVERYONE, "LDH <= 1", "LDH > 1") for arm in (OTHER, ONE)
    ]
    found = {(row.group, row.arm): row for row in rows}
    assert found[EVERYONE, ONE].n == sum(found[name, ONE].n for name in ("LDH <= 1", "LDH > 1"))
    high = tables["adsl"].query("STRATUM == 'LDH > 1' and ARM == @ONE")
    os = tables["adtte"].query("PARAMCD == 'OS'")
    os = os[os["USUBJID"].isin(high["USUBJID"])]
    mean = restricted_mean(kaplan_meier(os["AVAL"], 1 - os["CNSR"]), months * DAYS_PER_MONTH)
    row = found["LDH > 1", ONE]
    assert row.mean == pytest.approx(mean.mean / DAYS_PER_MONTH)
    assert row.gain == pytest.approx(row.mean - found["LDH > 1", OTHER].mean)
    best = tables["adrs"].query("PARAMCD == 'CBOR' and AVALC in ['CR', 'PR']")
    assert row.response == pytest.approx(high["USUBJID"].isin(best["USUBJID"]).mean())
    severe = tables["adae"].query("AETOXGR >= 3")
    assert row.severe == pytest.approx(high["USUBJID"].isin(severe["USUBJID"]).mean())
    assert found[EVERYONE, OTHER].gain is None
    assert row.gain_lo < row.gain < row.gain_hi


def test_groups_may_be_any_column_of_the_subjects(tables):
    rows, _ = benefit_risk(tables, OTHER, 12, by="SEX")
    assert {row.group for row in rows} == {EVERYONE, "F", "M"}


def test_without_strata_there_is_one_group_and_nothing_to_compare_within(tables):
    plain = tables | {"adsl": tables["adsl"].assign(STRATUM="")}
    assert {row.group for row in benefit_risk(plain, OTHER)[0]} == {EVERYONE}
    assert strata(plain["adsl"]) == []
    assert "stratified" not in summarise(plain, "x", 1)
    real = tables | {"adsl": tables["adsl"].drop(columns="STRATUM")}
    assert "stratified" not in summarise(real, "x", 1)


def test_a_comparison_within_strata_is_the_stratified_test_and_model(tables):
    found = stratified(tables["adtte"], tables["adsl"], "OS", ONE, OTHER)
    rows = tables["adtte"].query("PARAMCD == 'OS'").merge(tables["adsl"][["USUBJID", "STRATUM"]])
    event, arm = 1 - rows["CNSR"], (rows["ARM"] == ONE).to_numpy()
    assert found.hazard_ratio == cox(rows["AVAL"], event, arm, strata=rows["STRATUM"]).hazard_ratio()
    assert found.logrank_p == logrank(rows["AVAL"], event, arm, rows["STRATUM"]).p
    plain = cox(rows["AVAL"], event, arm).hazard_ratio()
    assert found.hazard_ratio.hr != pytest.approx(plain.hr, rel=1e-6)


def test_the_summary_holds_both_and_leaves_the_plain_contrasts_as_they_were(tables):
    found = summarise(tables, "x", 1, OTHER)
    assert [(c["endpoint"], c["arm"]) for c in found["stratified"]] == [("OS", ONE), ("PFS", ONE)]
    assert found["stratified"][0]["hr"] != found["contrasts"][0]["hr"]
    numbers = found["benefit_risk"]["groups"]["LDH > 1"][ONE]
    rows, months = benefit_risk(tables, OTHER)
    assert found["benefit_risk"]["horizon_months"] == months
    assert numbers["gain"] == next(r.gain for r in rows if (r.group, r.arm) == ("LDH > 1", ONE))


def test_an_unknown_reference_is_named_with_the_arms(tables):
    with pytest.raises(ValueError, match="reference: expected one of dacarbazine"):
        benefit_risk(tables, "placebo")
