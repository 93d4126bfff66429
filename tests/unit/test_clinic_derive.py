import numpy as np
import pandas as pd
import pytest

from abscopal.analysis.response import response_rates
from abscopal.analysis.survival import Survival
from abscopal.clinic.assess import assess, best_response
from abscopal.clinic.criteria.criterion import Findings, criterion_named
from abscopal.clinic.derive import derive_endpoints, progression_days
from abscopal.errors import InputError

SIZES = {
    "A": {0: 50, 56: 30, 112: 28, 168: 50},
    "B": {0: 50, 56: 52, 112: 51},
    "C": {0: 50, 56: 70, 112: 80},
    "D": {0: 50},
}
FOLLOW = pd.DataFrame(
    {
        "USUBJID": list("ABCD"),
        "ARM": ["x", "x", "y", "y"],
        "DTHDY": [400, np.nan, 130, 30],
        "EOSDY": [400, 300, 130, 30],
    }
)


def lesions(sizes, shift=0):
    rows = [(subject, day + shift, size) for subject, days in sizes.items() for day, size in days.items()]
    table = pd.DataFrame(rows, columns=["USUBJID", "ADY", "DIAMETER_MM"])
    return table.assign(LESION="L1", ORGAN="lung", ROLE="target", NODE=False, STATE="present")


def derived(criteria="RECIST 1.1", follow=FOLLOW, shift=0, **options):
    return derive_endpoints(assess(lesions(SIZES, shift), criteria), follow, criteria, **options)


def times(table, code):
    rows = table[table["PARAMCD"] == code].set_index("USUBJID")
    return {subject: (rows.at[subject, "AVAL"], rows.at[subject, "CNSR"]) for subject in rows.index}


def test_real_patients_have_the_endpoints_of_a_trial_from_their_responses_and_follow_up():
    table = derived().adtte
    assert times(table, "OS") == {"A": (400, 0), "B": (300, 1), "C": (130, 0), "D": (30, 0)}
    assert times(table, "PFS") == {"A": (168, 0), "B": (112, 1), "C": (56, 0), "D": (30, 0)}
    assert times(table, "DOR") == {"A": (112, 0)}
    assert times(table, "TTR") == {"A": (56, 0)}


def test_real_patients_by_irecist_have_ipfs_dated_at_the_iupd_that_was_confirmed_irecist():
    assert times(derived("iRECIST").adtte, "IPFS")["C"] == (56, 0)


def test_analyses_read_the_tables_of_real_patients():
    tables = derived()
    rates = response_rates(tables.adrs, FOLLOW)
    assert (rates["x"].objective.successes, rates["x"].objective.n) == (1, 2)
    assert (rates["x"].disease_control.successes, rates["y"].disease_control.successes) == (2, 0)
    assert Survival(tables.adtte, "OS").arms == ("x", "y")


def test_best_responses_are_those_of_the_lesion_table():
    rows = derived().adrs.query("PARAMCD == 'CBOR'").set_index("USUBJID")["AVALC"]
    best = best_response(lesions({name: SIZES[name] for name in "ABC"})).set_index("USUBJID")["CBOR"]
    assert rows[["A", "B", "C"]].to_dict() == best.to_dict()


def test_times_count_from_the_day_that_is_named():
    later = FOLLOW.assign(DTHDY=FOLLOW["DTHDY"] + 1, EOSDY=FOLLOW["EOSDY"] + 1)
    pd.testing.assert_frame_equal(derived(follow=later, shift=1, day_0=1).adtte, derived().adtte)


def test_subsequent_therapy_and_missed_scans_censor_real_patients_by_the_rule_that_is_named_fda_2018():
    follow = FOLLOW.assign(NXTDY=[120, np.nan, np.nan, np.nan])
    strict = derived(follow=follow, censoring="FDA", scans="every 8 weeks").adtte
    assert times(strict, "PFS")["A"] == (112, 1)
    assert times(derived(follow=follow).adtte, "PFS")["A"] == (168, 0)


def test_a_rule_that_counts_missed_scans_asks_for_their_schedule():
    with pytest.raises(InputError, match="schedule of the scans"):
        derived(censoring="FDA")


def test_adjuvant_patients_have_recurrence_free_survival_without_second_primaries_steep():
    follow = FOLLOW.assign(SECONDDY=[np.nan, np.nan, 56, np.nan])
    table = derived(follow=follow, setting="adjuvant").adtte
    assert times(table, "RFS")["C"] == (130, 0)
    assert times(table, "DFS")["C"] == (56, 0)


def test_neoadjuvant_patients_have_event_free_survival():
    follow = FOLLOW.assign(SURGDY=[100, np.nan, np.nan, np.nan])
    table = derived(follow=follow, setting="neoadjuvant").adtte
    reason = table[table["PARAMCD"] == "EFS"].set_index("USUBJID")["EVNTDESC"]
    assert reason["A"] == "recurrence after surgery"
    assert reason["C"] == "progression that precluded surgery"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"EOSDY": [100, 300, 130, 30], "DTHDY": np.nan}, "a scan up to the last day known, got day 112 of A"),
        ({"EOSDY": [400, "soon", 130, 30]}, r"EOSDY\[1\]: expected a study day"),
        ({"DTHDY": [500, np.nan, 130, 30]}, "not after the last one known"),
        ({"USUBJID": list("ABCC")}, "one row per subject"),
        ({"USUBJID": list("ABXD")}, "a row of the follow-up for each subject, got none for C"),
        ({"EOSDY": np.nan}, "the last day known, or a day of death"),
    ],
)
def test_follow_up_that_contradicts_the_responses_is_refused_with_the_place(change, message):
    with pytest.raises(InputError, match=message):
        derived(follow=FOLLOW.assign(**change))


def random_findings(rng, n):
    new = rng.integers(0, 3, n) * (rng.random(n) < 0.3)
    total = rng.choice([0.0, 20.0, 60.0, 100.0, 130.0, 140.0], n)
    yes = np.ones(n, dtype=bool)
    return Findings(
        yes, total, rng.random(n) < 0.9, total == 0, yes, rng.uniform(5, 60, n), yes, rng.random(n) < 0.1,
        (rng.random(n) < 0.1).astype(int), total > 0, new, new * 10.0, new * 3.0,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["RECIST 1.1", "iRECIST"])
def test_progression_read_from_responses_is_dated_as_the_criterion_dates_it(name):
    criterion, rng, n = criterion_named(name), np.random.default_rng(5), 2000
    state, visits = criterion.start(random_findings(rng, n)), []
    for day in np.arange(1, 9) * 35.0:
        state, visit = criterion.assess(state, random_findings(rng, n), day)
        visits.append((visit.response, np.full(n, day), visit.progression_day))
    response, day, dated = (np.stack(column, axis=1) for column in zip(*visits, strict=True))
    first = [np.nanmin(np.where(np.isnan(d), np.inf, d), axis=1) for d in (dated, progression_days(response, day))]
    np.testing.assert_array_equal(*first)
    assert 0.1 < np.isfinite(first[0]).mean() <= 1
