import dataclasses
from itertools import product

import numpy as np
import pytest
from clinic_findings import findings, responses

from abscopal.clinic.criteria.criterion import LABELS, Visits
from abscopal.clinic.criteria.irecist import SOURCES, Irecist

PERSISTS = "NON-CR/NON-PD"
BASELINE = findings(100.0, PERSISTS, size=40.0)


def course(*visits, baseline=BASELINE, criterion=None):
    return responses(criterion or Irecist(), baseline, *((28 * k, seen) for k, seen in enumerate(visits, start=1)))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (findings(0, "CR"), "iCR"),
        (findings(0, PERSISTS), "iPR"),
        (findings(0, "NE"), "iPR"),
        (findings(60, PERSISTS), "iPR"),
        (findings(100, PERSISTS), "iSD"),
        (findings(40, PERSISTS, complete=False), "NE"),
        (findings(100, PERSISTS, new=1), "iUPD"),
        (findings(60, PERSISTS, new=1), "iUPD"),
        (findings(0, "CR", new=1), "iUPD"),
        (findings(60, "PD"), "iUPD"),
        (findings(130, PERSISTS), "iUPD"),
        (findings(130, "CR"), "iUPD"),
        (findings(130, "PD"), "iUPD"),
        (findings(130, "PD", new=1), "iUPD"),
    ],
)
def test_row_of_irecist_table_2_without_an_earlier_iupd(seen, expected):
    assert course(seen) == [expected]


TARGET_PD = findings(130, PERSISTS, size=40)
NONTARGET_PD = findings(100, "PD", size=70)
BOTH_PD = findings(130, "PD", size=70)
NEW = findings(100, PERSISTS, new=1, new_sum=12, size=40)
ALL_PD = findings(130, "PD", new=1, new_sum=12, size=70)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # targets iUPD, non-targets not
        (TARGET_PD, findings(134.9, PERSISTS, size=40), "iUPD"),
        (TARGET_PD, findings(135, PERSISTS, size=40), "iCPD"),
        (TARGET_PD, findings(125, PERSISTS, size=40), "iUPD"),
        (TARGET_PD, findings(119, PERSISTS, size=40), "iSD"),
        (TARGET_PD, findings(60, PERSISTS, size=40), "iPR"),
        (TARGET_PD, findings(0, "CR", size=0), "iCR"),
        # non-targets iUPD, targets not
        (NONTARGET_PD, findings(100, "PD", size=70), "iUPD"),
        (NONTARGET_PD, findings(100, "PD", size=75), "iCPD"),
        (NONTARGET_PD, findings(100, PERSISTS, size=41), "iSD"),
        # both iUPD
        (BOTH_PD, findings(130, "PD", size=70), "iUPD"),
        (BOTH_PD, findings(135, "PD", size=70), "iCPD"),
        (BOTH_PD, findings(130, "PD", size=75), "iCPD"),
        # new lesion only
        (NEW, findings(100, PERSISTS, new=1, new_sum=12, size=40), "iUPD"),
        (NEW, findings(100, PERSISTS, new=1, new_sum=16.9, size=40), "iUPD"),
        (NEW, findings(100, PERSISTS, new=1, new_sum=17, size=40), "iCPD"),
        (NEW, findings(100, PERSISTS, new=1, new_sum=12, new_other=5, size=40), "iCPD"),
        (NEW, findings(100, PERSISTS, new=2, new_sum=12, size=40), "iCPD"),
        (NEW, findings(100, PERSISTS, size=40), "iSD"),
        # targets, non-targets and new lesion iUPD
        (ALL_PD, findings(130, "PD", new=1, new_sum=12, size=70), "iUPD"),
        (ALL_PD, findings(135, "PD", new=1, new_sum=12, size=70), "iCPD"),
        (ALL_PD, findings(130, "PD", new=1, new_sum=12, size=75), "iCPD"),
        (ALL_PD, findings(130, "PD", new=1, new_sum=17, size=70), "iCPD"),
        (ALL_PD, findings(130, "PD", new=2, new_sum=12, size=70), "iCPD"),
        # another category progresses
        (TARGET_PD, findings(130, "PD", size=40), "iCPD"),
        (TARGET_PD, findings(130, PERSISTS, new=1, new_sum=8, size=40), "iCPD"),
        (NONTARGET_PD, findings(130, "PD", size=70), "iCPD"),
        (NEW, findings(130, PERSISTS, new=1, new_sum=12, size=40), "iCPD"),
        # a new lesion that persists does not keep the targets from responding, EORTC scenarios B and D
        (NEW, findings(60, PERSISTS, new=1, new_sum=12, size=40), "iPR"),
        (NEW, findings(0, "CR", new=1, new_sum=12, size=0), "iPR"),
        (ALL_PD, findings(100, PERSISTS, new=1, new_sum=12, size=40), "iSD"),
        # not evaluable keeps the matter open
        (TARGET_PD, findings(40, PERSISTS, complete=False), "NE"),
    ],
)
def test_row_of_irecist_table_2_after_an_iupd(first, second, expected):
    assert course(first, second) == ["iUPD", expected]


def test_scenario_f_response_then_unchanged_new_lesion_stays_unconfirmed_by_eortc():
    new = findings(60, PERSISTS, new=1, new_sum=12)
    assert course(findings(60, PERSISTS), new, new) == ["iPR", "iUPD", "iUPD"]


def test_new_lesion_known_when_the_bar_was_reset_is_no_new_progression_until_it_grows():
    settled = findings(60, PERSISTS, new=1, new_sum=12, size=40)
    grown = findings(60, PERSISTS, new=1, new_sum=17, size=40)
    grown_again = findings(60, PERSISTS, new=1, new_sum=22, size=40)
    expected = ["iUPD", "iPR", "iPR", "iUPD", "iCPD"]
    assert course(NEW, settled, settled, grown, grown_again) == expected


def test_no_complete_response_while_a_new_lesion_persists():
    gone = findings(0, "CR", new=1, new_sum=12, size=0)
    assert course(NEW, gone, gone) == ["iUPD", "iPR", "iPR"]


def test_not_evaluable_visit_neither_confirms_nor_resets():
    unseen = findings(40, PERSISTS, complete=False)
    assert course(TARGET_PD, unseen, findings(136, PERSISTS, size=40)) == ["iUPD", "NE", "iCPD"]


def test_confirmed_progression_stays_so_whatever_follows():
    worse = findings(140, PERSISTS, size=40)
    assert course(TARGET_PD, worse, findings(0, "CR", size=0)) == ["iUPD", "iCPD", "iCPD"]


def test_confirmed_progression_is_dated_at_its_iupd():
    criterion = Irecist()
    state = criterion.start(BASELINE)
    state, first = criterion.assess(state, TARGET_PD, 60)
    state, second = criterion.assess(state, findings(131, PERSISTS, size=40), 90)
    state, third = criterion.assess(state, findings(136, PERSISTS, size=40), 120)
    assert [visit.progressed[0] for visit in (first, second, third)] == [False, False, True]
    assert [visit.suspected[0] for visit in (first, second, third)] == [True, True, False]
    assert third.progression_day[0] == 60


@pytest.mark.parametrize(("gap", "expected"), [(27, "iUPD"), (28, "iCPD"), (56, "iCPD"), (57, "iCPD")])
def test_confirmation_takes_at_least_four_weeks_after_the_iupd(gap, expected):
    visits = [(100, TARGET_PD), (100 + gap, findings(140, PERSISTS, size=40))]
    assert responses(Irecist(), BASELINE, *visits) == ["iUPD", expected]


@pytest.mark.parametrize(("gap", "expected"), [(56, "iCPD"), (57, "iUPD")])
def test_strict_window_confirms_up_to_eight_weeks_after_the_iupd(gap, expected):
    strict = dataclasses.replace(Irecist(), latest_confirmation=56.0)
    visits = [(100, TARGET_PD), (100 + gap, findings(140, PERSISTS, size=40))]
    assert responses(strict, BASELINE, *visits) == ["iUPD", expected]


def test_lesion_seen_again_after_complete_response_is_unconfirmed_progression():
    assert course(findings(0), findings(4), baseline=findings(10.0)) == ["iCR", "iUPD"]


def test_nontarget_disease_only_is_followed_too():
    baseline, worse = findings(None, PERSISTS, size=40), findings(None, "PD", size=60)
    visits = (findings(None, PERSISTS, size=40), worse, findings(None, "PD", size=66))
    assert course(*visits, baseline=baseline) == ["NON-iCR/NON-iUPD", "iUPD", "iCPD"]
    assert course(findings(None, "CR", size=0), baseline=baseline) == ["iCR"]
    assert course(findings(None, "NE"), baseline=baseline) == ["NE"]
    assert course(findings(None), baseline=findings(None)) == ["NED"]


# each row of the table with all its alternatives; where it says "any", what is better than the best response that it
# gives can only come after iCPD, when nothing counts any more
ANY = "iCR/iPR/iSD/iUPD/iCPD/NE"
NO_BETTER = {"iCR": ANY, "iPR": "iPR/iSD/iUPD/iCPD/NE", "iSD": "iSD/iUPD/iCPD/NE"}
TABLE_3 = [
    ("iCR", "iCR/iPR/iUPD/NE", "iCR/iPR/iUPD/NE", "iUPD", "iCPD", "iCR"),
    ("iUPD", "iPR/iSD/NE", "iCR", "iCR/iUPD/NE", NO_BETTER["iCR"], "iCR"),
    ("iUPD", "iPR", "iPR/iSD/iUPD/NE", "iPR/iSD/iUPD/NE/iCPD", NO_BETTER["iPR"], "iPR"),
    ("iUPD", "iSD/NE", "iPR", "iPR/iSD/iUPD/NE", NO_BETTER["iPR"], "iPR"),
    ("iUPD", "iSD", "iSD/iUPD/NE", "iSD/iUPD/iCPD/NE", NO_BETTER["iSD"], "iSD"),
    ("iUPD", "iCPD", ANY, ANY, ANY, "iCPD"),
    ("iUPD", "iUPD", "iCPD", ANY, ANY, "iCPD"),
    ("iUPD", "NE", "NE", "NE", "NE", "iUPD"),
]


@pytest.mark.parametrize("row", TABLE_3)
def test_every_series_of_a_row_of_irecist_table_3_has_its_best_response(row):
    *alternatives, expected = row
    every = list(product(*(words.split("/") for words in alternatives)))
    codes = np.array([[LABELS.index(word) for word in words] for words in every], dtype=np.int8)
    days = np.broadcast_to(56.0 * np.arange(1, 6), codes.shape)
    best = Irecist().best(Visits(codes, days, np.full(codes.shape, np.nan)), confirmed=False)
    wrong = [
        (words, LABELS[code]) for words, code in zip(every, best.response, strict=True) if LABELS[code] != expected
    ]
    assert not wrong


def test_every_threshold_has_a_source():
    assert {f.name for f in dataclasses.fields(Irecist)} - {"name", "recist"} == set(SOURCES)
