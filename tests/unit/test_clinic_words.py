"""Columns of words as codes say the same as strings."""

import numpy as np
import pandas as pd
import pytest

from abscopal.clinic.tables import conform, table_hash
from abscopal.clinic.words import Vocabulary, coded, same, spelled, words


def test_a_column_of_words_is_that_of_its_labels_in_alphabetical_order():
    labels, codes = ["target", "", "new", "new"], np.array([0, 3, 2, -1, 0])
    column = words(labels, codes)
    assert list(column) == [labels[code] for code in codes]
    assert column.categories.tolist() == ["new", "target"]  # "" is not used
    assert column.dtype.categories.dtype == "str"


def test_one_vocabulary_serves_rows_in_any_number_and_order():
    names = Vocabulary.of(["S3", "S1", "S2"])
    assert list(names.column(np.array([2, 2, 0]))) == ["S2", "S2", "S3"]
    assert list(names.column(np.array([], dtype=np.int64))) == []


def test_words_alone_and_one_word_for_all():
    assert list(coded(np.array(["b", "a", "b"], dtype=object))) == ["b", "a", "b"]
    assert list(same("mm", 3)) == ["mm"] * 3


def test_spelled_gives_what_casting_to_strings_gives():
    frame = pd.DataFrame({"WORD": words(["b", "a"], np.array([0, 1, 0])), "NUMBER": [1.0, 2.0, 3.0]}, index=[5, 6, 7])
    pd.testing.assert_frame_equal(spelled(frame), frame.astype({"WORD": "str"}))


@pytest.mark.parametrize("days", [[0, 5, 5, 0], [0, 2**61, 5, -(2**61)]], ids=["days", "no days"])
def test_a_table_of_codes_is_ordered_and_hashed_as_its_strings_are(days):
    strings = pd.DataFrame({"STUDYID": "X", "USUBJID": ["S2", "S10", "S1", "S1"], "ARM": ["b", "a", "b", "b"]})
    strings = strings.assign(ADY=days, EXTRT=["n", "n", "i", "n"], EXDOSE=[1.0, 2.0, 3.0, 4.0], EXDOSU="mg")
    strings = strings.assign(EXSEQ=[1, 1, 1, 1], EXLINE=[1, 1, 2, 1], AENDY=days, EXPDOSE=4.0, EXADJ="", EXDELAY=0)
    unordered = strings.astype(dict.fromkeys(("STUDYID", "USUBJID", "ARM", "EXTRT", "EXDOSU"), "category"))
    unordered["USUBJID"] = unordered["USUBJID"].cat.set_categories(["S2", "S1", "S10"])  # not in alphabetical order
    assert spelled(conform("ADEX", unordered)).equals(conform("ADEX", strings))
    assert conform("ADEX", strings)["USUBJID"].tolist() == ["S1", "S1", "S10", "S2"]
    assert table_hash(unordered, "ADEX") == table_hash(strings, "ADEX")
