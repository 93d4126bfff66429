"""Properties that hold for every lesion history by every criterion, not only by RECIST 1.1 and iRECIST."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_clinic_properties import CRITERIA, at_once, histories

from abscopal.clinic.assess import best_response
from abscopal.clinic.criteria.criterion import criteria

OTHERS = sorted(set(criteria()) - set(CRITERIA))


@st.composite
def measured(draw):
    """A lesion table with every further measure that some criterion reads, as far as the diameter was measured."""
    table = draw(histories())
    size, share = table["DIAMETER_MM"], draw(st.sampled_from([0.5, 0.8, 1.0]))
    score = np.clip(np.ceil(size / 20), 1, 5)
    table = table.assign(PERP_MM=share * size, VIABLE_MM=np.maximum(size - 15, 0.0), SUL=size / 5, DEAUVILLE=score)
    return table


@pytest.mark.parametrize("name", OTHERS)
@given(table=measured(), random=st.randoms(use_true_random=False), shift=st.integers(-400, 400))
@settings(max_examples=6, deadline=None)
def test_order_of_lesions_days_from_elsewhere_and_later_visits_change_no_response(name, table, random, shift):
    days = sorted(table["ADY"].unique())[1:]
    cut = random.choice(days)
    mixed = table.iloc[random.sample(range(len(table)), len(table))].reset_index(drop=True)
    moved = table.assign(ADY=table["ADY"] + shift)
    whole, other, later, early = at_once(name, table, mixed, moved, table[table["ADY"] <= cut])
    pd.testing.assert_frame_equal(other, whole)
    pd.testing.assert_frame_equal(later.assign(ADY=later["ADY"] - shift), whole)
    pd.testing.assert_frame_equal(early, whole[whole["ADY"] <= cut])


@pytest.mark.parametrize("name", OTHERS)
@given(table=measured())
@settings(max_examples=4, deadline=None)
def test_a_confirmed_response_is_never_better_than_the_best_without_confirmation(name, table):
    order = ["CR", "PR", "NON-CR/NON-PD", "SD", "NED", "IR1", "IR2", "IR3", "uPD", "PD", "NE"]
    best = best_response(table, name)
    assert order.index(best["CBOR"].item()) >= order.index(best["BOR"].item())
