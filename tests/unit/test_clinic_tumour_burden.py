"""irRC, irRECIST and imRECIST: one burden, measurable new lesions included, and progression to be confirmed."""

import numpy as np
import pandas as pd
import pytest
from clinic_findings import findings, one, responses

from abscopal.clinic.assess import assess, best_response
from abscopal.clinic.criteria import imrecist, irrc, irrecist
from abscopal.clinic.criteria.criterion import LABELS, Visits, criterion_named
from abscopal.clinic.criteria.tumour_burden import BurdenFindings
from abscopal.clinic.imaging import ORGANS, Imaging, read_scan
from abscopal.clinic.lesions import Role
from abscopal.errors import InputError

BURDENS = [irrc, irrecist, imrecist]
PERSISTS = "NON-CR/NON-PD"
WEEK = 7


def burden(total=100.0, nontarget="", unmeasured=0, new=None, complete=True):
    """Findings of a burden; `unmeasured` new lesions are not part of it."""
    seen = findings(total, nontarget, unmeasured if new is None else new, complete=complete)
    return BurdenFindings(**vars(seen), new_unmeasured=one(unmeasured, int))


def course(module, *visits, baseline=None):
    """Responses at scans every six weeks."""
    start = burden(100.0, PERSISTS) if baseline is None else baseline
    return responses(module.criterion, start, *((42 * k, seen) for k, seen in enumerate(visits, start=1)))


@pytest.mark.parametrize(
    ("total", "nontarget", "unmeasured", "expected"),
    [
        (0, "CR", 0, "CR"),
        (0, PERSISTS, 0, "PR"),
        (0, "PD", 0, "PR"),
        (0, "PD", 1, "PR"),
        (0, "CR", 1, "PR"),
        (50, PERSISTS, 0, "PR"),
        (50, "PD", 1, "PR"),
        (50.1, PERSISTS, 0, "SD"),
        (124.9, PERSISTS, 0, "SD"),
        (124.9, "PD", 1, "SD"),
        (125, "CR", 0, "uPD"),
        (125, "PD", 1, "uPD"),
    ],
)
def test_row_of_irrc_table_2(total, nontarget, unmeasured, expected):
    assert course(irrc, burden(total, nontarget, unmeasured)) == [expected]


@pytest.mark.parametrize(
    ("total", "nontarget", "unmeasured", "expected"),
    [
        (0, "CR", 0, "CR"),
        (0, PERSISTS, 0, "PR"),
        (70, PERSISTS, 0, "PR"),
        (70.1, PERSISTS, 0, "SD"),
        (119.9, PERSISTS, 0, "SD"),
        (120, PERSISTS, 0, "uPD"),
        (70, "PD", 0, "uPD"),
        (70, PERSISTS, 1, "uPD"),
        (0, "CR", 1, "uPD"),
    ],
)
def test_response_by_irrecist_counts_nontargets_and_unmeasured_new_lesions(total, nontarget, unmeasured, expected):
    assert course(irrecist, burden(total, nontarget, unmeasured)) == [expected]


@pytest.mark.parametrize(
    ("total", "nontarget", "unmeasured", "expected"),
    [
        (0, "CR", 0, "CR"),
        (0, "PD", 0, "PR"),
        (0, "CR", 1, "PR"),
        (70, "PD", 1, "PR"),
        (100, "PD", 3, "SD"),
        (120, PERSISTS, 0, "uPD"),
    ],
)
def test_response_by_imrecist_rests_on_the_burden_alone_but_for_complete_response(
    total, nontarget, unmeasured, expected
):
    assert course(imrecist, burden(total, nontarget, unmeasured)) == [expected]


@pytest.mark.parametrize("module", BURDENS)
@pytest.mark.parametrize(("gap", "second"), [(27, "uPD"), (28, "PD")])
def test_progression_is_confirmed_by_one_four_weeks_later_and_dated_at_the_first(module, gap, second):
    criterion = module.criterion
    state = criterion.start(burden(100.0))
    state, first = criterion.assess(state, burden(130.0), 60)
    state, later = criterion.assess(state, burden(130.0), 60 + gap)
    assert [LABELS[visit.response[0]] for visit in (first, later)] == ["uPD", second]
    assert first.suspected[0]
    assert not first.progressed[0]
    assert later.progressed[0] == (second == "PD")
    np.testing.assert_array_equal(later.progression_day, [60.0 if second == "PD" else np.nan])


@pytest.mark.parametrize("module", BURDENS)
def test_scan_without_progression_undoes_one_that_was_not_confirmed(module):
    assert course(module, burden(130), burden(110), burden(130), burden(140)) == ["uPD", "SD", "uPD", "PD"]


@pytest.mark.parametrize("module", BURDENS)
def test_scan_that_could_not_be_read_leaves_progression_open(module):
    unread = burden(90, complete=False)
    assert course(module, burden(130), unread, burden(130)) == ["uPD", "NE", "PD"]


def test_confirmed_progression_stays_by_irrc_and_irrecist_and_may_be_undone_by_imrecist():
    visits = (burden(130), burden(130), burden(40, "CR"))
    assert course(irrc, *visits) == ["uPD", "PD", "PD"]
    assert course(irrecist, *visits) == ["uPD", "PD", "PD"]
    assert course(imrecist, *visits) == ["uPD", "PD", "PR"]


@pytest.mark.parametrize("module", BURDENS)
def test_progression_counts_from_the_smallest_burden(module):
    assert course(module, burden(40), burden(50), burden(50)) == ["PR", "uPD", "PD"]


@pytest.mark.parametrize("module", BURDENS)
def test_new_measurable_lesion_where_nothing_was_measurable_is_a_burden_that_has_risen(module):
    nothing = burden(None, PERSISTS)
    assert course(module, burden(None, PERSISTS), burden(12, PERSISTS, new=1), baseline=nothing) == [PERSISTS, "uPD"]
    assert course(module, burden(None, "CR"), baseline=nothing) == ["CR"]
    assert course(module, burden(None, "NE"), baseline=nothing) == ["NE"]
    assert course(module, burden(None), baseline=burden(None)) == ["NED"]


def test_nothing_measurable_cannot_progress_by_irrc_and_imrecist_and_can_by_irrecist():
    nothing, worse = burden(None, PERSISTS), burden(None, "PD")
    assert course(irrc, worse, worse, baseline=nothing) == [PERSISTS] * 2
    assert course(imrecist, worse, worse, baseline=nothing) == [PERSISTS] * 2
    assert course(irrecist, worse, worse, baseline=nothing) == ["uPD", "PD"]


def best(name, words, confirmed):
    codes = np.array([[LABELS.index(word) for word in words.split()]], dtype=np.int8)
    days = 42.0 * np.arange(1, codes.shape[1] + 1)[None, :]
    found = criterion_named(name).best(Visits(codes, days, np.full(codes.shape, np.nan)), confirmed=confirmed)
    return LABELS[found.response[0]]


def test_best_response_may_come_after_progression_by_imrecist_only():
    assert best("imRECIST", "uPD PD PR PR", confirmed=True) == "PR"
    assert best("irRC", "uPD PD PR PR", confirmed=True) == "PD"
    assert best("irRECIST", "uPD PD PR PR", confirmed=True) == "PD"


@pytest.mark.parametrize("name", ["irRC", "irRECIST", "imRECIST"])
def test_response_after_unconfirmed_progression_counts_and_has_to_be_confirmed(name):
    assert best(name, "uPD PR PR", confirmed=True) == "PR"
    assert best(name, "uPD PR SD", confirmed=True) == "SD"
    assert best(name, "uPD NE", confirmed=True) == "uPD"


COLUMNS = ["USUBJID", "ADY", "LESION", "ORGAN", "ROLE", "DIAMETER_MM", "PERP_MM", "NODE", "STATE"]


def table(*rows):
    """A lesion table of one subject: day, lesion, organ, role, diameter, second diameter."""
    whole = [("P1", day, *rest, False, "" if rest[-2] is None or rest[-2] > 0 else "absent") for day, *rest in rows]
    return pd.DataFrame(whole, columns=COLUMNS)


def test_irrc_adds_products_of_diameters_of_index_and_new_measurable_lesions():
    lesions = table(
        (0, "A", "lung", "target", 20.0, 10.0),
        (0, "B", "liver", "target", 30.0, 10.0),
        (60, "A", "lung", "target", 10.0, 10.0),
        (60, "B", "liver", "target", 12.0, 10.0),
        (60, "C", "lung", "new", 6.0, 5.0),
        (60, "D", "lung", "new", 6.0, 4.9),
    )
    found = assess(lesions, "irRC")
    assert found["SUM_MM"].tolist() == [100 + 120 + 30]  # the second new lesion is not 5 by 5 mm
    assert found["CHANGE_BASELINE"].tolist() == [-50.0]
    assert found["RESPONSE"].tolist() == ["PR"]
    assert found["NEW"].tolist() == ["Y"]
    assert best_response(lesions, "irRC")["CBOR"].tolist() == ["SD"]


def test_irrecist_and_imrecist_add_diameters_of_new_measurable_lesions():
    lesions = table(
        (0, "A", "lung", "target", 50.0, None),
        (60, "A", "lung", "target", 45.0, None),
        (60, "C", "lung", "new", 15.0, None),
    )
    for name in ("irRECIST", "imRECIST"):
        found = assess(lesions, name)
        assert found["SUM_MM"].tolist() == [60.0]
        assert found["RESPONSE"].tolist() == ["uPD"]
    assert assess(lesions, "RECIST 1.1")["SUM_MM"].tolist() == [45.0]


def test_irrc_without_a_second_diameter_is_refused_by_column_or_not_evaluable_by_lesion():
    lesions = table((0, "A", "lung", "target", 20.0, 10.0), (60, "A", "lung", "target", 20.0, None))
    assert assess(lesions, "irRC")["RESPONSE"].tolist() == ["NE"]
    with pytest.raises(InputError, match="a column PERP_MM, which irRC needs"):
        assess(lesions.drop(columns="PERP_MM"), "irRC")


def simulated(organ, diameter):
    shape = np.array([diameter], dtype=float)
    zero = np.zeros_like(shape)
    return read_scan(shape, np.array([organ]), shape > 0, zero, Imaging(), perpendicular_normal=zero)


def test_irrc_follows_five_lesions_an_organ_ten_in_all_and_five_more_of_the_skin():
    lung, liver, brain, skin = (ORGANS.index(name) for name in ("lung", "liver", "brain", "skin"))
    organ = np.array([lung] * 6 + [liver] * 6 + [brain] + [skin] * 6)
    size = np.array([20, 21, 22, 23, 24, 6, 30, 31, 32, 33, 34, 7, 8, 40, 41, 42, 43, 44, 9], dtype=float)
    chosen = irrc.criterion.choose_targets(simulated(organ, size), organ[None, :])[0]
    index = np.flatnonzero(chosen == Role.TARGET)
    assert index.tolist() == [*range(5), *range(6, 11), *range(13, 18)]
    assert (chosen[chosen != Role.TARGET] == Role.NON_TARGET).all()


def test_a_reading_without_a_second_diameter_cannot_be_summed_by_irrc():
    shape = np.array([[20.0]])
    flat = read_scan(shape, np.array([[0]]), shape > 0, np.zeros_like(shape), Imaging())
    with pytest.raises(InputError, match="PERP_MM"):
        irrc.criterion.summarise(flat, np.array([[Role.TARGET]], dtype=np.int8))


def test_second_diameter_of_a_simulated_lesion_is_the_first_one_with_an_error_of_its_own():
    n = 20_000
    shape, organ = np.full((n, 1), 30.0), np.zeros((n, 1), dtype=np.int64)
    rng = np.random.default_rng(5)
    draws = rng.standard_normal((2, n, 1))
    reading = read_scan(shape, organ, shape > 0, draws[0], Imaging(), perpendicular_normal=draws[1])
    first, second = np.log(reading.measured_mm[:, 0] / 30), np.log(reading.perpendicular_mm[:, 0] / 30)
    assert np.std(second) == pytest.approx(np.std(first), rel=0.03)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03


@pytest.mark.parametrize("module", BURDENS)
def test_thresholds_of_burden_and_confirmation_have_sources(module):
    needed = {"recist.partial_response", "recist.progression", "recist.progression_mm", "confirmation"}
    assert needed <= set(module.SOURCES)
