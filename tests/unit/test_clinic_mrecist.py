import dataclasses

import pandas as pd
import pytest

from abscopal.clinic.assess import assess
from abscopal.clinic.criteria.mrecist import SOURCES, Mrecist
from abscopal.clinic.criteria.recist import Recist
from abscopal.errors import InputError

COLUMNS = ["USUBJID", "ADY", "LESION", "ORGAN", "ROLE", "DIAMETER_MM", "VIABLE_MM", "NODE", "STATE"]


def table(*rows):
    """A lesion table of one subject: day, lesion, organ, role, diameter, viable diameter[, state]."""
    whole = [("P1", *row[:6], False, row[6] if len(row) > 6 else "present") for row in rows]
    return pd.DataFrame(whole, columns=COLUMNS)


def one_visit(*lesions, target=50.0):
    """Response of a scan after a baseline of one liver target with that viable diameter and one non-target."""
    baseline = [(0, "T", "liver", "target", 60.0, target), (0, "N", "liver", "non-target", 20.0, 20.0)]
    return assess(table(*baseline, *((56, *lesion) for lesion in lesions)), "mRECIST").iloc[0]


def target(viable, diameter=60.0):
    return ("T", "liver", "target", diameter, viable)


ALIVE = ("N", "liver", "non-target", 20.0, 20.0)
DEAD = ("N", "liver", "non-target", 20.0, 0.0)
WORSE = ("N", "liver", "non-target", 40.0, 40.0, "unequivocal progression")
UNREAD = ("N", "liver", "non-target", None, None, "not evaluable")
NEW = ("X", "liver", "new", 12.0, 12.0)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((target(0.0), DEAD), "CR"),
        ((target(0.0), ALIVE), "PR"),
        ((target(0.0), UNREAD), "PR"),
        ((target(35.0), ALIVE), "PR"),
        ((target(35.0), DEAD), "PR"),
        ((target(35.1), ALIVE), "SD"),
        ((target(59.9), DEAD), "SD"),
        ((target(60.0), ALIVE), "PD"),
        ((target(None), ALIVE), "NE"),
        ((target(35.0), WORSE), "PD"),
        ((target(0.0), DEAD, NEW), "PD"),
    ],
)
def test_row_of_the_overall_response_of_mrecist(seen, expected):
    assert one_visit(*seen)["RESPONSE"] == expected


def test_tumour_that_is_as_large_as_before_but_dead_is_a_complete_response_of_the_target():
    found = one_visit(target(0.0, diameter=60.0), DEAD)
    assert found["TARGET"] == "CR"
    assert found["SUM_MM"] == 0


def test_progression_by_mrecist_asks_for_no_absolute_rise():
    assert one_visit(target(12.0), ALIVE, target=10.0)["RESPONSE"] == "PD"


@pytest.mark.parametrize(
    ("lesion", "expected"),
    [
        (("X", "liver", "new", 9.9, 9.9), "SD"),
        (("X", "liver", "new", 10.0, 10.0), "PD"),
        (("X", "liver", "new", 12.0, 0.0), "SD"),
        (("X", "lung", "new", 6.0, None), "PD"),
    ],
)
def test_new_lesion_of_the_liver_counts_from_one_centimetre_and_if_it_enhances(lesion, expected):
    assert one_visit(target(50.0), ALIVE, lesion)["RESPONSE"] == expected


def test_speck_in_the_liver_is_new_disease_once_it_has_grown():
    rows = [(0, "T", "liver", "target", 50.0, 50.0)]
    for day, size in ((56, 8.0), (112, 11.0)):
        rows += [(day, "T", "liver", "target", 50.0, 50.0), (day, "X", "liver", "new", size, size)]
    assert assess(table(*rows), "mRECIST")["RESPONSE"].tolist() == ["SD", "PD"]


def test_lesions_outside_the_liver_are_measured_whole():
    rows = [(0, "T", "lung", "target", 50.0, None), (56, "T", "lung", "target", 30.0, 0.0)]
    found = assess(table(*rows), "mRECIST")
    assert found["RESPONSE"].tolist() == ["PR"]
    assert found["SUM_MM"].tolist() == [30.0]


def test_table_without_viable_diameters_is_refused():
    with pytest.raises(InputError, match="a column VIABLE_MM, which mRECIST needs"):
        assess(table((0, "T", "liver", "target", 50.0, 50.0)).drop(columns="VIABLE_MM"), "mRECIST")


def test_what_differs_from_recist_1_1_has_a_source():
    other, plain = Mrecist(), Recist()
    names = [f.name for f in dataclasses.fields(Recist) if getattr(other, f.name) != getattr(plain, f.name)]
    assert {*names, "smallest_new_mm"} - {"name"} <= set(SOURCES)
