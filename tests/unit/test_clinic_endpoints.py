import numpy as np
import pytest

from abscopal.clinic.censoring import Censoring, censoring_named
from abscopal.clinic.criteria.criterion import LABELS, Visits, criterion_named
from abscopal.clinic.endpoints import (
    Curative,
    FollowUp,
    adtte,
    disease_free_survival,
    event_free_survival,
    overall_survival,
    progression_free_survival,
    recurrence_free_survival,
    response_times,
)
from abscopal.clinic.records import Subjects


def visits_from(text, every=56.0):
    """One subject's visits, a word each; '-' is a missed scan, 'iCPD@56' is dated at day 56."""
    words = text.split()
    names = [word.split("@")[0].replace("-", "") if word == "-" else word.split("@")[0] for word in words]
    day = np.array([[np.nan if word == "-" else every * k for k, word in enumerate(words, start=1)]])
    response = np.array([[LABELS.index(name) for name in names]], dtype=np.int8).reshape(1, len(words))
    dated = [float(word.split("@")[1]) if "@" in word else np.nan for word in words]
    plain = [day[0, k] if name == "PD" else dated[k] for k, name in enumerate(names)]
    return Visits(response, day.reshape(1, len(words)), np.array([plain]).reshape(1, len(words)))


def known(death=np.nan, until=1000.0, subsequent=np.nan):
    last = until if np.isnan(death) else min(death, until)
    return FollowUp(np.array([death]), np.array([last]), np.array([subsequent]))


def pfs(text, censoring=None, **follow):
    result = progression_free_survival(visits_from(text), known(**follow), censoring)
    return result.day[0], bool(result.censored[0]), result.reason[0]


def test_survival_ends_at_death_or_is_censored_when_last_known():
    dead, alive = overall_survival(known(death=321.5)), overall_survival(known(until=700))
    assert (dead.day[0], bool(dead.censored[0]), dead.reason[0]) == (321.5, False, "death")
    assert (alive.day[0], bool(alive.censored[0]), alive.reason[0]) == (700, True, "alive when last known")


@pytest.mark.parametrize(
    ("text", "follow", "expected"),
    [
        ("SD PR PD SD", {}, (168, False, "progression")),
        ("SD PR SD", {"death": 200.0}, (200, False, "death")),
        ("SD PD", {"death": 112.0}, (112, False, "progression")),
        ("SD SD", {}, (112, True, "no event at last adequate scan")),
        ("SD NE -", {}, (56, True, "no event at last adequate scan")),
        ("NE", {}, (0, True, "no adequate scan after baseline")),
        ("", {}, (0, True, "no adequate scan after baseline")),
        ("", {"death": 30.0}, (30, False, "death")),
        ("SD SD PD", {"until": 150.0}, (112, True, "no event at last adequate scan")),
        ("NON-CR/NON-PD PD", {}, (112, False, "progression")),
    ],
)
def test_progression_free_survival_ends_at_progression_or_death_or_is_censored_at_the_last_adequate_scan(
    text, follow, expected
):
    assert pfs(text, **follow) == expected


def test_confirmed_progression_by_irecist_is_dated_at_its_iupd():
    assert pfs("iSD iUPD iUPD iCPD@112") == (112, False, "progression")


@pytest.mark.parametrize(
    ("text", "unresolved", "expected"),
    [
        ("iSD iUPD NE", True, (112, False, "progression")),
        ("iSD iUPD iUPD", True, (112, False, "progression")),
        ("iSD iUPD iUPD", False, (168, True, "no event at last adequate scan")),
        ("iUPD iSD", True, (112, True, "no event at last adequate scan")),
        ("iUPD iPR iUPD", True, (168, False, "progression")),
    ],
)
def test_iupd_never_resolved_counts_as_progression_unless_told_not_to_irecist(text, unresolved, expected):
    assert pfs(text, Censoring(unresolved=unresolved)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SD - PD", (168, False, "progression")),
        ("SD - - PD", (56, True, "2 or more scans missed")),
        ("SD NE NE PD", (56, True, "2 or more scans missed")),
        ("- - PD", (0, True, "2 or more scans missed")),
    ],
)
def test_event_after_two_missed_scans_is_censored_at_the_scan_before_fda_2018(text, expected):
    scheduled = tuple(56.0 * k for k in range(1, 10))
    assert pfs(text, Censoring(missed=2, scheduled=scheduled)) == expected


def test_missed_scans_cannot_be_counted_without_a_schedule():
    with pytest.raises(ValueError, match="scheduled"):
        pfs("SD PD", Censoring(missed=2))


def test_subsequent_therapy_censors_at_the_last_adequate_scan_before_it_fda_2018():
    rule = Censoring(subsequent_therapy=True)
    assert pfs("SD SD PD", rule, subsequent=130.0) == (112, True, "subsequent therapy")
    assert pfs("SD SD PD", rule, subsequent=170.0) == (168, False, "progression")
    assert pfs("SD SD PD", None, subsequent=130.0) == (168, False, "progression")


def responders(text, criteria="RECIST 1.1", censoring=None, **follow):
    return response_times(visits_from(text), known(**follow), criterion_named(criteria), censoring)


def test_duration_runs_from_the_first_response_that_was_confirmed():
    who, duration, response = responders("SD PR PR PR PD")
    assert who.tolist() == [0]
    assert (duration.day[0], bool(duration.censored[0])) == (280 - 112, False)
    assert (response.day[0], bool(response.censored[0])) == (112, False)


@pytest.mark.parametrize("text", ["SD PR PD", "SD SD", "PR SD PR", "PD PR PR", ""])
def test_subject_without_a_confirmed_response_has_no_duration(text):
    assert len(responders(text)[0]) == 0


def test_response_under_subsequent_therapy_does_not_count_where_that_censors():
    rule = Censoring(subsequent_therapy=True)
    assert len(responders("SD SD PR PR", censoring=rule, subsequent=130.0)[0]) == 0
    assert len(responders("SD SD PR PR", subsequent=130.0)[0]) == 1


def test_response_by_irecist_counts_after_an_iupd_that_was_reversed():
    who, duration, _ = responders("iUPD iPR iPR iUPD iCPD@224", "iRECIST")
    assert who.tolist() == [0]
    assert duration.day[0] == 224 - 112


def test_adtte_has_os_and_pfs_of_everyone_and_dor_and_ttr_of_responders():
    one, two = visits_from("PR PR PD"), visits_from("SD SD PD")
    both = Visits(*(np.concatenate([a, b]) for a, b in zip(vars(one).values(), vars(two).values(), strict=True)))
    follow = FollowUp(np.array([np.nan, 200.0]), np.array([500.0, 200.0]), np.full(2, np.nan))
    table = adtte(Subjects("S", ["S1", "S2"], ["a", "b"]), both, follow, criterion_named("recist1.1"))
    rows = {(row.PARAMCD, row.USUBJID): (row.AVAL, row.CNSR) for row in table.itertuples()}
    assert rows == {
        ("OS", "S1"): (500, 1),
        ("OS", "S2"): (200, 0),
        ("PFS", "S1"): (168, 0),
        ("PFS", "S2"): (168, 0),
        ("DOR", "S1"): (112, 0),
        ("TTR", "S1"): (56, 0),
    }


def curative(setting, surgery=np.nan, other=np.nan, **options):
    return Curative(setting, np.array([surgery]), np.array([other]), **options)


def ended(result):
    return result.day[0], bool(result.censored[0]), result.reason[0]


@pytest.mark.parametrize(
    ("text", "surgery", "follow", "expected"),
    [
        ("SD PD", np.nan, {}, (112, False, "progression that precluded surgery")),
        ("PR SD PD", 100.0, {}, (168, False, "recurrence after surgery")),
        ("PD SD SD", 100.0, {}, (168, True, "no event at last adequate scan")),
        ("SD SD", 100.0, {"death": 150.0}, (150, False, "death")),
        ("SD PD", 130.0, {"until": 120.0}, (112, False, "progression that precluded surgery")),
    ],
)
def test_event_free_survival_ends_at_progression_that_precludes_surgery_recurrence_or_death_checkmate_816(
    text, surgery, follow, expected
):
    result = event_free_survival(visits_from(text), known(**follow), curative("neoadjuvant", surgery))
    assert ended(result) == expected


def test_second_primary_is_an_event_of_event_free_survival_only_where_the_protocol_says_so():
    visits, counts = visits_from("SD SD PD"), {"second_primary_counts": True}
    without = event_free_survival(visits, known(), curative("neoadjuvant", 60.0, other=168.0))
    counted = event_free_survival(visits, known(), curative("neoadjuvant", 60.0, other=168.0, **counts))
    assert (ended(without)[1], ended(counted)[:2]) == (True, (168, False))


def test_recurrence_free_survival_does_not_count_a_second_primary_and_disease_free_survival_does_steep():
    visits, other = visits_from("NED PD PD"), curative("adjuvant", other=112.0)
    assert ended(recurrence_free_survival(visits, known(), other)) == (168, True, "no event at last adequate scan")
    assert ended(recurrence_free_survival(visits, known(death=300.0), other)) == (300, False, "death")
    assert ended(disease_free_survival(visits, known(), other)) == (112, False, "second primary")
    assert ended(disease_free_survival(visits, known(until=100.0), other))[1]


@pytest.mark.parametrize("endpoint", [recurrence_free_survival, disease_free_survival])
def test_recurrence_or_death_ends_recurrence_free_and_disease_free_survival_alike_steep(endpoint):
    assert ended(endpoint(visits_from("NED PD"), known(), curative("adjuvant"))) == (112, False, "recurrence")
    assert ended(endpoint(visits_from("NED"), known(death=90.0), curative("adjuvant"))) == (90, False, "death")


def codes_of(immune=None, setting=None):
    visits, who = visits_from("PR PR PD"), Subjects("S", ["S1"], ["a"])
    later = None if setting is None else curative(setting)
    table = adtte(who, visits, known(), criterion_named("recist1.1"), immune=immune, curative=later)
    return set(table["PARAMCD"])


def test_adtte_has_the_endpoints_of_its_setting_and_ipfs_where_irecist_was_assessed():
    assert codes_of() == {"OS", "PFS", "DOR", "TTR"}
    assert codes_of(setting="neoadjuvant") - codes_of() == {"EFS"}
    assert codes_of(setting="adjuvant") - codes_of() == {"RFS", "DFS"}
    assert codes_of(immune=visits_from("iPR iUPD iCPD@112")) - codes_of() == {"IPFS"}


@pytest.mark.parametrize(
    ("text", "rule", "follow", "expected"),
    [
        ("SD PD", "every event", {}, ""),
        ("SD SD", "every event", {}, "last adequate scan"),
        ("", "every event", {}, "day 0"),
        ("SD - - PD", "FDA", {}, "last adequate scan before those missed"),
        ("SD SD PD", "FDA", {"subsequent": 130.0}, "last adequate scan before subsequent therapy"),
    ],
)
def test_adtte_says_what_the_date_of_censoring_is(text, rule, follow, expected):
    censoring = censoring_named(rule, tuple(56.0 * k for k in range(1, 10)))
    assert progression_free_survival(visits_from(text), known(**follow), censoring).censored_at[0] == expected
