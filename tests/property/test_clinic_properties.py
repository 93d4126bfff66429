"""Properties that hold for every lesion history."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abscopal.clinic.assess import assess

CRITERIA = ["RECIST 1.1", "iRECIST"]
STATES = ["present", "present", "present", "absent", "too small", "not evaluable"]
SIZES = st.integers(min_value=5, max_value=90)


@st.composite
def histories(draw):
    """One subject's lesion table: targets, non-targets and new lesions over up to six visits."""
    days = np.cumsum([0, *draw(st.lists(st.integers(20, 70), min_size=1, max_size=6))])
    rows = []
    for number in range(draw(st.integers(1, 3))):
        node = draw(st.booleans())
        rows.append((0, f"T{number}", "node" if node else "lung", "target", draw(st.integers(15, 90)), node, "present"))
        rows += [(v, f"T{number}", "node" if node else "lung", "target", *later(draw, node)) for v in days[1:]]
    for number in range(draw(st.integers(0, 2))):
        rows.append((0, f"N{number}", "bone", "non-target", draw(SIZES), False, "present"))
        rows += [(v, f"N{number}", "bone", "non-target", *later(draw, False, True)) for v in days[1:]]
    for number in range(draw(st.integers(0, 2))):
        first = draw(st.integers(1, len(days) - 1))
        rows += [(v, f"X{number}", "liver", "new", draw(SIZES), False, "present") for v in days[first:]]
    names = ["ADY", "LESION", "ORGAN", "ROLE", "DIAMETER_MM", "NODE", "STATE"]
    return pd.DataFrame(rows, columns=names).assign(USUBJID="P")


def later(draw, node, nontarget=False):
    state = draw(st.sampled_from([*STATES, "unequivocal progression"] if nontarget else STATES))
    size = {"absent": 0.0, "not evaluable": np.nan, "too small": 5.0}.get(state, float(draw(SIZES)))
    return size, node, state


def at_once(criteria, *tables):
    """Assess some histories in one table, which is quicker (see `test_no_subject_depends_on_another`)."""
    whole = pd.concat([table.assign(USUBJID=f"{number:02d}") for number, table in enumerate(tables)])
    found = assess(whole, criteria)
    parts = (found[found["USUBJID"] == f"{number:02d}"] for number in range(len(tables)))
    return [part.drop(columns="USUBJID").reset_index(drop=True) for part in parts]


@pytest.mark.parametrize("criteria", CRITERIA)
@given(table=histories(), random=st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_order_of_lesions_and_rows_is_irrelevant(criteria, table, random):
    names = sorted(table["LESION"].unique())
    shuffled = random.sample(names, len(names))
    renamed = table.assign(LESION=table["LESION"].map(dict(zip(names, shuffled, strict=True))))
    mixed = renamed.iloc[random.sample(range(len(table)), len(table))].reset_index(drop=True)
    pd.testing.assert_frame_equal(*at_once(criteria, mixed, table))


@pytest.mark.parametrize("criteria", CRITERIA)
@given(table=histories(), shift=st.integers(-400, 400))
@settings(max_examples=30, deadline=None)
def test_shifting_the_days_changes_nothing_but_the_days(criteria, table, shift):
    moved, there = at_once(criteria, table.assign(ADY=table["ADY"] + shift), table)
    pd.testing.assert_frame_equal(moved.assign(ADY=moved["ADY"] - shift), there)


ORDER = ["CR", "PR", "NON-CR/NON-PD", "SD", "NE", "PD"]
IMMUNE_ORDER = ["iCR", "iPR", "NON-iCR/NON-iUPD", "iSD", "NE", "iUPD", "iCPD"]


@pytest.mark.parametrize(("criteria", "order"), [("RECIST 1.1", ORDER), ("iRECIST", IMMUNE_ORDER)])
@given(table=histories(), data=st.data())
@settings(max_examples=30, deadline=None)
def test_adding_a_new_lesion_never_improves_the_response_of_that_visit(criteria, order, table, data):
    day = data.draw(st.sampled_from(sorted(table["ADY"].unique())[1:]))
    extra = pd.DataFrame([(day, "X9", "skin", "new", 20.0, False, "present", "P")], columns=table.columns)
    found = at_once(criteria, table, pd.concat([table, extra], ignore_index=True))
    before, after = (one.set_index("ADY")["RESPONSE"] for one in found)
    assert order.index(after[day]) >= order.index(before[day])
    assert order.index(after[day]) >= order.index("PD" if criteria == "RECIST 1.1" else "iUPD")
    assert after[after.index < day].tolist() == before[before.index < day].tolist()


@given(table=histories(), data=st.data())
@settings(max_examples=30, deadline=None)
def test_after_a_new_lesion_that_never_goes_away_every_visit_of_recist_is_progression(table, data):
    day = data.draw(st.sampled_from(sorted(table["ADY"].unique())[1:]))
    extra = pd.DataFrame([(day, "X9", "skin", "new", 20.0, False, "present", "P")], columns=table.columns)
    found = assess(pd.concat([table, extra], ignore_index=True), "RECIST 1.1")
    assert set(found.loc[found["ADY"] >= day, "RESPONSE"]) == {"PD"}


def test_a_first_new_lesion_after_iupd_of_targets_is_progression_however_much_they_shrink():
    """Found by the property above: the bar is reset only where a new lesion that was there at iUPD persists."""
    rows = [(0, "T0", "lung", "target", 15.0), (20, "T0", "lung", "target", 20.0), (40, "T0", "lung", "target", 5.0)]
    rows += [(40, "X9", "skin", "new", 20.0)]
    table = pd.DataFrame(rows, columns=["ADY", "LESION", "ORGAN", "ROLE", "DIAMETER_MM"])
    table = table.assign(NODE=False, STATE="present", USUBJID="P")
    assert assess(table, "iRECIST")["RESPONSE"].tolist() == ["iUPD", "iUPD"]


@pytest.mark.parametrize("criteria", CRITERIA)
@given(table=histories())
@settings(max_examples=30, deadline=None)
def test_later_visits_never_alter_earlier_ones(criteria, table):
    days = sorted(table["ADY"].unique())[1:]
    *parts, whole = at_once(criteria, *(table[table["ADY"] <= day] for day in days), table)
    for day, part in zip(days, parts, strict=True):
        pd.testing.assert_frame_equal(part, whole[whole["ADY"] <= day])


@given(table=histories())
@settings(max_examples=30, deadline=None)
def test_confirmed_progression_is_final_and_follows_an_iupd_by_four_weeks(table):
    whole = assess(table, "iRECIST")
    words, days = whole["RESPONSE"].tolist(), whole["ADY"].to_numpy()
    if "iCPD" in words:
        first = words.index("iCPD")
        assert set(words[first:]) == {"iCPD"}
        series = [k for k in range(first) if words[k] == "iUPD"]
        assert series
        assert days[first] - days[series[0]] >= 28


@given(table=histories())
@settings(max_examples=30, deadline=None)
def test_irecist_suspects_progression_first_when_recist_calls_it(table):
    plain, immune = assess(table, "RECIST 1.1"), assess(table, "iRECIST")
    words = plain["RESPONSE"].tolist()
    first = words.index("PD") if "PD" in words else len(words)
    assert "iCPD" not in immune["RESPONSE"].tolist()[: first + 1]
    if first < len(words):
        assert immune["RESPONSE"].iloc[first] == "iUPD"
    same = [word.removeprefix("i") for word in immune["RESPONSE"].tolist()[:first]]
    assert same == words[:first]


@pytest.mark.parametrize("criteria", CRITERIA)
@given(table=histories(), data=st.data())
@settings(max_examples=30, deadline=None)
def test_a_visit_after_confirmed_progression_never_changes_the_earlier_ones(criteria, table, data):
    """Of any visit, confirmed progression included: whatever comes later leaves it as it was."""
    later = int(table["ADY"].max()) + data.draw(st.integers(1, 200))
    last = table[table["ADY"] == table["ADY"].max()]
    size = last["DIAMETER_MM"].map(lambda _: float(data.draw(SIZES)))
    whole = pd.concat([table, last.assign(ADY=later, DIAMETER_MM=size, STATE="present")], ignore_index=True)
    with_it, without = at_once(criteria, whole, table)
    pd.testing.assert_frame_equal(with_it.iloc[:-1], without)


@pytest.mark.parametrize("criteria", CRITERIA)
@given(first=histories(), second=histories())
@settings(max_examples=20, deadline=None)
def test_no_subject_depends_on_another(criteria, first, second):
    both = pd.concat([first.assign(USUBJID="A"), second.assign(USUBJID="B")], ignore_index=True)
    together = assess(both.sample(frac=1, random_state=1), criteria).sort_values(["USUBJID", "ADY"])
    alone = [assess(table.assign(USUBJID=name), criteria) for name, table in (("A", first), ("B", second))]
    pd.testing.assert_frame_equal(together.reset_index(drop=True), pd.concat(alone, ignore_index=True))


@pytest.mark.filterwarnings("ignore::abscopal.clinic.lesion_tables.lesion_place.LesionWarning")
@pytest.mark.parametrize("criteria", CRITERIA)
@given(table=histories(), share=st.floats(0.1, 0.9))
@settings(max_examples=20, deadline=None)
def test_a_target_in_two_fragments_of_the_same_sum_has_the_same_responses(criteria, table, share):
    first = (table["LESION"] == "T0") & (table["ADY"] > 0)
    measured = first & (table["STATE"] == "present")
    parts = [table[first].assign(LESION=f"T0{letter}") for letter in "ab"]
    for part, own in zip(parts, (share, 1 - share), strict=True):
        part.loc[measured[first], "DIAMETER_MM"] *= own
        part.loc[part["STATE"] == "too small", "DIAMETER_MM"] = 2.5
        part.loc[part["STATE"] == "too small", "STATE"] = "present"
    split = pd.concat([table[~first], *parts], ignore_index=True)
    split_up, in_one = at_once(criteria, split, table)
    assert split_up["RESPONSE"].tolist() == in_one["RESPONSE"].tolist()
