import numpy as np
import pandas as pd
import pytest

from abscopal.analysis.cox import HazardRatio, MonotoneLikelihoodError, cox
from abscopal.analysis.kaplan_meier import kaplan_meier
from abscopal.analysis.logrank import logrank
from abscopal.analysis.survival import Survival

MONTH = 30.4375
ARMS = ("combo", "mono", "chemo")


def adtte(per_arm=40, arms=ARMS, paramcd="OS"):
    """Exponential times with medians of 24, 18 and 12 months, cut off at 36 months."""
    rng = np.random.default_rng(11)
    arm = np.repeat(arms, per_arm)
    scale = np.repeat([24, 18, 12][: len(arms)], per_arm) * MONTH / np.log(2)
    days = rng.exponential(scale)
    return pd.DataFrame(
        {
            "USUBJID": [f"SUBJ-{i:04d}" for i in range(arm.size)],
            "ARM": arm,
            "PARAMCD": paramcd,
            "AVAL": np.minimum(days, 36 * MONTH),
            "CNSR": (days > 36 * MONTH).astype(int),
        }
    )


def test_median_and_landmarks_are_the_curve_in_months():
    table = adtte()
    survival = Survival(table, "OS")
    rows = table[table["ARM"] == "mono"]
    curve = kaplan_meier(rows["AVAL"], 1 - rows["CNSR"])
    assert survival.arms == ("chemo", "combo", "mono")
    assert survival.median("mono") == pytest.approx(curve.median() / MONTH)
    assert survival.median_interval("mono")[0] == pytest.approx(curve.median_interval()[0] / MONTH)
    assert survival.at(12, "mono") == curve.at(12 * MONTH)
    assert survival.interval_at(12, "mono") == curve.interval_at(12 * MONTH)
    assert survival.numbers_at_risk([0, 12], "mono").tolist() == curve.numbers_at_risk([0, 12 * MONTH]).tolist()
    assert survival.at(37, "mono") is None


def test_a_month_is_30_4375_days_to_the_day():
    table = pd.DataFrame(
        {"USUBJID": ["a", "b"], "ARM": "mono", "PARAMCD": "OS", "AVAL": [365.25, 500.0], "CNSR": [0, 1]}
    )
    survival = Survival(table, "OS")
    assert survival.at(11.999, "mono") == 1.0
    assert survival.at(12, "mono") == 0.5
    assert survival.interval_at(11.999, "mono") == (1.0, 1.0)
    assert survival.numbers_at_risk([12, 12.001], "mono").tolist() == [2, 1]
    assert survival.median("mono") == 12.0


def test_hazard_ratio_of_a_two_arm_trial_is_one_number_of_the_other_arm_against_the_reference():
    table = adtte(arms=("combo", "mono"))
    ratio = Survival(table, "OS").hazard_ratio(reference="mono")
    assert isinstance(ratio, HazardRatio)
    direct = cox(table["AVAL"], 1 - table["CNSR"], table["ARM"] == "combo").hazard_ratio()
    assert ratio == direct
    assert ratio.hr < 1, "combo lives longer"


def test_hazard_ratio_of_several_arms_compares_each_with_the_reference_alone():
    table = adtte()
    survival = Survival(table, "OS")
    ratios = survival.hazard_ratio(reference="chemo")
    assert set(ratios) == {"combo", "mono"}
    pair = Survival(table[table["ARM"] != "combo"], "OS").hazard_ratio(reference="chemo")
    assert ratios["mono"] == pair == survival.hazard_ratio("chemo", "mono")


def test_logrank_is_over_all_arms_unless_some_are_named():
    table = adtte()
    survival = Survival(table, "OS")
    assert survival.logrank().degrees_of_freedom == 2
    pair = table[table["ARM"] != "mono"]
    direct = logrank(pair["AVAL"], 1 - pair["CNSR"], pair["ARM"])
    assert survival.logrank(["combo", "chemo"]).p == direct.p


def test_only_the_rows_of_the_endpoint_are_read():
    both = pd.concat([adtte(), adtte(paramcd="PFS").assign(AVAL=1.0, CNSR=0)])
    assert Survival(both, "OS").median("mono") == Survival(adtte(), "OS").median("mono")
    assert Survival(both, "PFS").median("mono") == pytest.approx(1 / MONTH)


def test_an_arm_without_event_names_the_contrast_in_the_message():
    table = adtte(arms=("combo", "mono"))
    table.loc[table["ARM"] == "combo", "CNSR"] = 1
    with pytest.raises(MonotoneLikelihoodError, match="combo against mono: the coefficient diverges"):
        Survival(table, "OS").hazard_ratio(reference="mono")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Survival(adtte(), "OSS"), "PARAMCD: expected one of OS, got 'OSS', did you mean OS?"),
        (lambda: Survival(adtte(), "OS").median("momo"), "got 'momo', did you mean mono?"),
        (lambda: Survival(adtte(), "OS").hazard_ratio("placebo"), "expected one of chemo, combo, mono, got 'placebo'"),
        (lambda: Survival(adtte(), "OS").hazard_ratio("mono", "mono"), "other than the reference 'mono'"),
        (lambda: Survival(adtte(arms=("mono",)), "OS").hazard_ratio("mono"), "only arm"),
        (lambda: Survival(pd.concat([adtte(), adtte()]), "OS"), "one OS row per subject"),
    ],
)
def test_wrong_questions_are_refused_by_a_message_that_helps(call, message):
    with pytest.raises(ValueError) as refusal:
        call()
    assert message in str(refusal.value)
