import numpy as np
import pandas as pd
import pytest

from abscopal.clinic.hyperprogression import early_hyperprogression, hyperprogression
from abscopal.clinic.imaging import State
from abscopal.clinic.lesions import Role
from abscopal.clinic.records import ScanRecord
from abscopal.errors import InputError


def lesions(*rows):
    """Rows of subject, day, lesion, role, organ, diameter."""
    table = pd.DataFrame(rows, columns=["USUBJID", "ADY", "LESION", "ROLE", "ORGAN", "DIAMETER_MM"])
    return table.assign(NODE=False, STATE=np.where(table["DIAMETER_MM"].isna(), "not evaluable", "present"))


def targets(subject, sizes):
    return [(subject, day, "L1", "target", "liver", size) for day, size in sizes.items()]


BEFORE = [*targets("fast", {-60: 40, -3: 42, 50: 80}), *targets("slow", {-60: 40, -3: 42, 50: 44})]
BEFORE += [*targets("unseen", {-3: 42, 50: 80}), *targets("unmeasured", {-60: np.nan, -3: 42, 50: 80})]


def judged(table, *arguments, **options):
    return hyperprogression(table, *arguments, **options).set_index("USUBJID")["HPD"].to_dict()


@pytest.mark.parametrize("name", ["Champiat 2017", "Ferrara 2018", "Saada-Bouzid 2017"])
def test_a_scan_before_baseline_tells_how_fast_the_tumour_grew_champiat_ferrara_saada_bouzid(name):
    found = judged(lesions(*BEFORE), name, baseline_day=0)
    assert found == {"fast": "Y", "slow": "N", "unseen": "NE", "unmeasured": "NE"}


def test_growth_is_told_from_the_scan_before_to_baseline_and_from_there_to_the_first_scan():
    row = hyperprogression(lesions(*BEFORE), "Champiat", baseline_day=0).set_index("USUBJID").loc["fast"]
    assert (row["ADY"], row["SUM_MM"]) == (50, 80)
    assert row["TGK_BEFORE"] == pytest.approx(2 / 57 * 30.4375)
    assert row["TGR"] == pytest.approx(100 * ((80 / 42) ** (3 * 30.4375 / 53) - 1))


def test_a_lesion_that_was_not_there_before_baseline_is_no_hindrance():
    extra = [("fast", day, "L2", "non-target", "lung", 12) for day in (-3, 50)]
    assert judged(lesions(*BEFORE, *extra), "Champiat", baseline_day=0)["fast"] == "Y"


def test_without_a_baseline_day_the_first_scan_is_the_baseline_and_only_matos_can_be_told():
    table = lesions(
        *targets("fast", {0: 42, 50: 80}), *targets("slow", {0: 42, 50: 44}), *targets("late", {0: 42, 70: 90})
    )
    assert judged(table) == {"fast": "Y", "slow": "N", "late": "NE"}
    assert set(judged(table, "Champiat").values()) == {"NE"}


def test_new_lesions_in_two_organs_stand_for_half_the_growth_matos_2020():
    grown = targets("a", {0: 50, 50: 62})
    new = [("a", 50, "N1", "new", "lung", 12), ("a", 50, "N2", "new", "bone", 12)]
    assert judged(lesions(*grown, *new)) == {"a": "Y"}
    assert judged(lesions(*grown, new[0], ("a", 50, "N2", "new", "lung", 12))) == {"a": "N"}


def test_kato_asks_for_the_end_of_treatment_and_says_so():
    table, ends = lesions(*BEFORE), pd.DataFrame({"USUBJID": ["fast", "slow"], "TRTEDY": [45, np.nan]})
    assert judged(table, "Kato", baseline_day=0, follow_up=ends)["fast"] == "Y"
    assert judged(table, "Kato", baseline_day=0, follow_up=ends.assign(TRTEDY=90))["fast"] == "N"
    assert judged(table, "Kato", baseline_day=0, follow_up=ends)["slow"] == "N"
    with pytest.raises(InputError, match="TRTEDY"):
        judged(table, "Kato", baseline_day=0)


def test_a_subject_without_a_scan_by_the_baseline_day_is_refused_by_name():
    with pytest.raises(InputError, match="a scan at or before day 0 of late"):
        judged(lesions(*BEFORE, *targets("late", {5: 40, 50: 80})), "Champiat", baseline_day=0)


def test_dates_cannot_be_told_from_a_baseline_day():
    table = lesions(*BEFORE).astype({"ADY": "str"})
    table.loc[3, "ADY"] = "2020-01-03"
    with pytest.raises(InputError, match="study days"):
        judged(table, "Champiat", baseline_day=0)


def scan(visit, day, sums, role, subject=(0, 1, 2)):
    role = np.asarray(role, dtype=np.int8)
    state = np.where(role == Role.NONE, State.UNRECORDED, State.PRESENT).astype(np.int8)
    who = np.array(subject)
    return ScanRecord(visit, np.full(len(who), day), who, np.ones(role.shape), state, role, np.array(sums, float), None)


def test_a_simulated_trial_is_judged_by_the_same_definition_matos_2020():
    organ = np.array([[0, 1, 2], [0, 1, 1], [0, 1, 2]])
    first = [[Role.TARGET, 0, 0]] * 3
    later = [[Role.TARGET, Role.NEW, Role.NEW_TARGET]] * 2 + [[Role.TARGET, 0, 0]]
    scans = [scan(0, 0, [50, 50, 50], first), scan(1, 42, [62, 62, 71], later), scan(2, 84, [90, 90, 30], later)]
    yes, told = early_hyperprogression(scans, organ, 4)
    assert yes.tolist() == [True, False, True, False]
    assert told.tolist() == [True, True, True, False]


def test_a_simulated_trial_without_an_early_scan_cannot_be_judged():
    organ, role = np.zeros((3, 1), dtype=int), [[Role.TARGET]] * 3
    _, told = early_hyperprogression([scan(0, 0, [50] * 3, role), scan(1, 84, [90] * 3, role)], organ, 3)
    assert not told.any()


def test_simulated_scans_and_their_lesion_table_are_judged_alike():
    rng = np.random.default_rng(3)
    n = 60
    sums = np.round(rng.uniform(20, 60, n)[:, None] * np.exp(np.cumsum(rng.normal(0.15, 0.3, (n, 3)), axis=1)), 1)
    appears = rng.random((n, 2)) < 0.4
    organ = np.stack([np.zeros(n), np.ones(n), rng.integers(1, 3, n)], axis=1).astype(int)
    names, days = ["liver", "lung", "skin"], [0, 28, 56]
    scans, rows = [], []
    for visit, day in enumerate(days):
        new = appears & (visit == 2)
        role = np.concatenate([np.full((n, 1), Role.TARGET), np.where(new, Role.NEW, Role.NONE)], axis=1)
        scans.append(scan(visit, day, sums[:, visit], role, np.arange(n)))
        rows += [(f"S{i:02d}", day, "L0", "target", "liver", sums[i, visit]) for i in range(n)]
        rows += [
            (f"S{i:02d}", day, f"L{j}", "new", names[organ[i, j]], 12.0)
            for i in range(n)
            for j in (1, 2)
            if new[i, j - 1]
        ]
    yes, told = early_hyperprogression(scans, organ, n)
    assert judged(lesions(*rows)) == {f"S{i:02d}": "Y" if yes[i] else "N" for i in range(n)}
    assert told.all()
    assert 5 < yes.sum() < 50
