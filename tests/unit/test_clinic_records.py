import time

import numpy as np
import pytest

from abscopal.clinic.assess import assess, best_response, lesions_of
from abscopal.clinic.criteria.criterion import LABELS, criterion_named, put, take
from abscopal.clinic.imaging import NODE, ORGANS, Imaging, read_scan
from abscopal.clinic.records import DoseRecord, Subjects, adex, adrs, adtr, scan_record, until, visits_of
from abscopal.clinic.words import spelled
from abscopal.protocol.criteria import SIMULATED

IMAGING = Imaging()


def subjects_of(n):
    return Subjects("TRIAL", [f"SUBJ-{k + 1:04d}" for k in range(n)], ["mono" if k % 2 else "combo" for k in range(n)])


def small_trial(criteria, n=60, visits=8, lesions=7, seed=3):
    """Random lesion courses, some appearing late, some scans missed, assessed visit by visit as a trial does."""
    rng = np.random.default_rng(seed)
    organ = rng.integers(0, len(ORGANS), (n, lesions))
    born = np.where(rng.random((n, lesions)) < 0.25, rng.integers(1, visits, (n, lesions)), 0)
    size, rate = rng.uniform(3, 60, (n, lesions)), rng.normal(-0.05, 0.25, (n, lesions))
    criterion, scans = criterion_named(criteria), []
    for visit in range(visits):
        diameter = np.where(born <= visit, np.minimum(size * np.exp(rate * (visit - born)), 300.0), 0.0)
        draws = rng.standard_normal((n, lesions))
        across = rng.standard_normal((n, lesions)) if "PERP_MM" in criterion.needs else None
        reading = read_scan(diameter, organ, born <= visit, draws, IMAGING, perpendicular_normal=across)
        if visit == 0:
            role = criterion.choose_targets(reading, organ)
            findings = criterion.summarise(reading, role)
            state = take(criterion.start(findings), np.arange(n))
            scans.append(scan_record(0, 0, np.arange(n), reading, role.copy(), findings))
            continue
        who = np.flatnonzero(rng.random(n) > 0.1)
        reading = take(reading, who)
        role[who] = criterion.follow(role[who], reading, organ[who], IMAGING)
        findings = criterion.summarise(reading, role[who])
        after, response = criterion.assess(take(state, who), findings, 56 * visit)
        put(state, who, after)
        scans.append(scan_record(visit, 56 * visit, who, reading, role[who], findings, response))
    return organ, scans, criterion


@pytest.mark.parametrize("criteria", SIMULATED)
def test_trial_tables_assessed_again_as_a_lesion_table_give_the_same_responses(criteria):
    organ, scans, criterion = small_trial(criteria)
    who = subjects_of(len(organ))
    table = adtr(who, organ, scans, unit=criterion.unit)
    seen = table["USUBJID"].isin(table.loc[(table["ADY"] == 0) & (table["PARAMCD"] == "LDIAM"), "USUBJID"])
    lesions = lesions_of(table[seen])
    again = assess(lesions, criteria, nontarget_by_size=True)
    first = spelled(adrs(who, scans, criterion))
    visits = first[(first["PARAMCD"] == "OVR") & first["USUBJID"].isin(again["USUBJID"])].reset_index(drop=True)
    joined = visits.merge(again, on=["USUBJID", "ADY"], suffixes=("", "_AGAIN"))
    assert len(joined) == len(again) > 300
    assert joined["AVALC"].nunique() >= 3
    for column in ("TARGET", "NONTARGET", "NEW", "RULE"):
        assert (joined[column] == joined[f"{column}_AGAIN"]).all(), column
    assert (joined["AVALC"] == joined["RESPONSE"]).all()
    np.testing.assert_allclose(joined["SUM_MM"], joined["SUM_MM_AGAIN"], rtol=1e-12)
    best = best_response(lesions, criteria, nontarget_by_size=True).set_index("USUBJID")
    for word in ("BOR", "CBOR"):
        rows = first[(first["PARAMCD"] == word) & first["USUBJID"].isin(best.index)].set_index("USUBJID")
        assert (rows["AVALC"] == best[word].reindex(rows.index)).all()


def test_adtr_has_a_row_per_followed_lesion_and_one_for_the_sum_of_targets():
    organ, scans, _ = small_trial("RECIST 1.1")
    table = adtr(subjects_of(len(organ)), organ, scans)
    lesions, sums = table[table["PARAMCD"] == "LDIAM"], table[table["PARAMCD"] == "SUMDIAM"]
    assert len(lesions) == sum(int((scan.role > 0).sum()) for scan in scans)
    assert (lesions["NODE"] == (lesions["ORGAN"] == ORGANS[NODE])).all()
    assert set(lesions["ROLE"]) == {"target", "non-target", "new"}
    assert (lesions.loc[lesions["ADY"] == 0, "ROLE"] != "new").all()
    added = lesions[lesions["ROLE"] == "target"].groupby(["USUBJID", "ADY"])["AVAL"].sum()
    np.testing.assert_allclose(sums.set_index(["USUBJID", "ADY"])["AVAL"].sort_index(), added.sort_index())


def test_adrs_best_response_is_dated_at_the_visit_it_was_first_seen():
    organ, scans, criterion = small_trial("RECIST 1.1")
    table = adrs(subjects_of(len(organ)), scans, criterion)
    overall = table[table["PARAMCD"] == "OVR"].set_index(["USUBJID", "ADY"])["AVALC"]
    best = table[(table["PARAMCD"] == "BOR") & table["AVALC"].isin(["CR", "PR", "PD"])]
    assert len(best) > 20
    assert (overall.loc[list(zip(best["USUBJID"], best["ADY"], strict=True))].to_numpy() == best["AVALC"]).all()
    assert table.groupby("PARAMCD").size()[["BOR", "CBOR"]].tolist() == [len(organ)] * 2


def test_visits_after_the_last_day_are_taken_out():
    organ, scans, _ = small_trial("RECIST 1.1", n=4)
    visits = visits_of(len(organ), scans)
    cut = until(visits, np.array([112.0, np.nan, 0.0, 1e9]))
    assert np.nanmax(cut.day[0]) <= 112
    assert np.array_equal(cut.response[1], visits.response[1])
    assert [LABELS[code] for code in cut.response[2]] == [""] * visits.response.shape[1]
    assert np.array_equal(cut.response[3], visits.response[3])


def test_tables_of_400_subjects_25_scans_and_12_lesions_build_in_under_a_second():
    organ, scans, criterion = small_trial("RECIST 1.1", n=400, visits=25, lesions=12)
    who = subjects_of(400)
    started = time.process_time()
    rows = len(adtr(who, organ, scans)) + len(adrs(who, scans, criterion))
    assert rows > 90_000
    assert time.process_time() - started < 1.0


def test_adex_numbers_the_doses_of_each_drug_in_order_of_time():
    doses = [
        DoseRecord(14, np.array([0, 1]), "nivolumab", np.array([240.0, 210.0])),
        DoseRecord(0, np.array([0, 1]), "nivolumab", np.array([240.0, 210.0])),
        DoseRecord(0, np.array([1]), "ipilimumab", np.array([70.0])),
        DoseRecord(90, np.array([0]), "ipilimumab", np.array([240.0]), line=2),
    ]
    table = adex(subjects_of(3), doses)
    rows = [(r.USUBJID, r.ADY, r.EXTRT, r.EXDOSE, r.EXSEQ, r.EXLINE) for r in table.itertuples()]
    assert rows == [
        ("SUBJ-0001", 0, "nivolumab", 240.0, 1, 1),
        ("SUBJ-0001", 14, "nivolumab", 240.0, 2, 1),
        ("SUBJ-0001", 90, "ipilimumab", 240.0, 1, 2),
        ("SUBJ-0002", 0, "ipilimumab", 70.0, 1, 1),
        ("SUBJ-0002", 0, "nivolumab", 210.0, 1, 1),
        ("SUBJ-0002", 14, "nivolumab", 210.0, 2, 1),
    ]


def test_adex_tells_the_last_day_of_daily_intake_and_the_unit_of_everything():
    doses = [
        DoseRecord(np.array([0.0, 21.0]), np.array([0, 1]), "osimertinib", np.array([80.0, 80.0]), 1, "mg/day",
                   np.array([40.0, 30.0])),
        DoseRecord(14, np.array([1]), "RADIOTHERAPY", np.array([8.0]), 1, "Gy"),
    ]  # fmt: skip
    table = adex(subjects_of(2), doses)
    rows = [(r.USUBJID, r.ADY, r.AENDY, r.EXTRT, r.EXDOSE, r.EXDOSU, r.EXSEQ) for r in table.itertuples()]
    assert rows == [
        ("SUBJ-0001", 0, 40, "osimertinib", 80.0, "mg/day", 1),
        ("SUBJ-0002", 14, 14, "RADIOTHERAPY", 8.0, "Gy", 1),
        ("SUBJ-0002", 21, 30, "osimertinib", 80.0, "mg/day", 1),
    ]


def test_trial_without_scans_or_doses_gives_tables_without_rows():
    who = subjects_of(2)
    assert adtr(who, np.zeros((2, 1), dtype=int), []).empty
    assert adex(who, []).empty
    assert (adrs(who, [], criterion_named("recist1.1"))["AVALC"] == "NE").all()
