"""Lesions that split or merged, by RECIST 1.1 section 4.3.2: fragments are added, what coalesced counts once."""

import numpy as np
import pandas as pd
import pytest

from abscopal.clinic.assess import assess
from abscopal.clinic.lesion_tables.lesion_place import LesionWarning
from abscopal.clinic.lesion_tables.lesion_table import checked
from abscopal.errors import InputError

pytestmark = pytest.mark.filterwarnings("ignore::abscopal.clinic.lesion_tables.lesion_place.LesionWarning")
COLUMNS = ["ADY", "LESION", "ORGAN", "ROLE", "DIAMETER_MM", "STATE"]
T1, T2 = (0, "T1", "lung", "target", 40.0, "present"), (0, "T2", "liver", "target", 30.0, "present")


def table(*rows):
    return pd.DataFrame([T1, T2, *rows], columns=COLUMNS).assign(USUBJID="P", NODE=False)


def at(day, lesion, size, state="present", organ="lung"):
    return (day, lesion, organ, "target", size, state)


def whole(*rows):
    """Size and state of T1 and T2 on day 56."""
    found = checked(table(*rows))
    found = found[found["ADY"] == 56].set_index("LESION")
    return {name: (found.loc[name, "DIAMETER_MM"], found.loc[name, "STATE"]) for name in sorted(found.index)}


REST = at(56, "T2", 25.0, organ="liver")


@pytest.mark.parametrize(
    "names", [("T1a", "T1b"), ("T1A", "T1B"), ("T1.1", "T1.2"), ("T1-a", "T1-b"), ("T1 a", "T1 b")]
)
def test_the_diameters_of_fragments_are_added(names):
    found = whole(at(56, names[0], 12.0), at(56, names[1], 9.0), REST)
    assert found == {"T1": (21.0, "present"), "T2": (25.0, "present")}


def test_a_fragment_too_small_to_measure_counts_5_mm_as_any_lesion_does():
    assert whole(at(56, "T1a", 12.0), at(56, "T1b", np.nan, "too small"), REST)["T1"] == (17.0, "present")


def test_all_fragments_gone_is_the_lesion_gone():
    assert whole(at(56, "T1a", 0.0, "absent"), at(56, "T1b", 0.0, "absent"), REST)["T1"] == (0.0, "absent")


def test_a_fragment_that_cannot_be_judged_leaves_the_lesion_not_evaluable():
    size, state = whole(at(56, "T1a", 12.0), at(56, "T1b", np.nan, "not evaluable"), REST)["T1"]
    assert np.isnan(size)
    assert state == "not evaluable"


def test_a_fragment_that_is_missing_later_leaves_the_lesion_not_evaluable():
    rows = [at(56, "T1a", 12.0), at(56, "T1b", 9.0), REST, at(112, "T1a", 10.0), at(112, "T2", 20.0, organ="liver")]
    assert assess(table(*rows))["TARGET"].tolist() == ["PR", "NE"]


def test_lesions_that_merged_count_with_one_diameter():
    for name in ("T1+T2", "T1/T2"):
        assert whole(at(56, name, 44.0)) == {"T1": (44.0, "present"), "T2": (0.0, "absent")}


def test_merged_lesions_that_cannot_be_judged_are_both_not_evaluable():
    assert {state for _, state in whole(at(56, "T1+T2", np.nan, "not evaluable")).values()} == {"not evaluable"}


def test_merged_lesions_that_are_gone_are_both_gone():
    assert assess(table(at(56, "T1+T2", 0.0, "absent")))["RESPONSE"].tolist() == ["CR"]


def test_a_lesion_beside_its_own_fragments_is_refused():
    with pytest.raises(InputError, match="expected either T1 or its parts on day 56, got 'T1a'"):
        checked(table(at(56, "T1", 30.0), at(56, "T1a", 12.0), REST))


def test_names_that_were_there_at_baseline_are_lesions_of_their_own():
    both = [(0, "T1a", "skin", "target", 20.0, "present"), (56, "T1a", "skin", "target", 10.0, "present")]
    found = checked(table(*both, at(56, "T1", 30.0), REST))
    assert sorted(found.loc[found["ADY"] == 56, "LESION"]) == ["T1", "T1a", "T2"]


def test_a_lesion_whose_name_is_of_no_other_is_refused_as_ever():
    with pytest.raises(InputError, match=r"expected new, or a row for this lesion at baseline \(day 0\)"):
        checked(table(at(56, "T12", 30.0), REST))


def test_the_product_of_the_diameters_of_fragments_is_added_too():
    rows = [at(56, "T1a", 10.0), at(56, "T1b", 20.0), REST]
    found = checked(table(*rows).assign(PERP_MM=[30.0, 20.0, 8.0, 10.0, 20.0])).set_index(["ADY", "LESION"])
    size, across = found.loc[(56, "T1"), ["DIAMETER_MM", "PERP_MM"]]
    assert size == 30.0
    assert size * across == pytest.approx(10 * 8 + 20 * 10)


def test_what_was_read_by_name_is_said():
    with pytest.warns(
        LesionWarning, match="T1a, T1b were read as parts of split lesions or as merged lesions, by name"
    ):
        checked(table(at(56, "T1a", 12.0), at(56, "T1b", 9.0), REST))


def test_what_enhances_in_fragments_is_added_and_unknown_where_one_was_not_measured():
    rows = [at(56, "T1a", 10.0), at(56, "T1b", np.nan, "too small"), REST]
    table_of = table(*rows)
    for viable, expected in (([40.0, 30.0, 8.0, np.nan, 25.0], 13.0), ([40.0, 30.0, np.nan, 5.0, 25.0], np.nan)):
        found = checked(table_of.assign(VIABLE_MM=viable)).set_index(["ADY", "LESION"])
        np.testing.assert_equal(found.loc[(56, "T1"), "VIABLE_MM"], expected)
