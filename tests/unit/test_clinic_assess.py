import numpy as np
import pandas as pd
import pytest

from abscopal.clinic.assess import assess, best_response, read_lesions
from abscopal.errors import InputError

HEADER = "USUBJID,ADY,LESION,ORGAN,ROLE,DIAMETER_MM,NODE,STATE\n"
COURSE = """\
P1,-7,T1,lung,target,50,false,present
P1,-7,T2,node,target,20,true,present
P1,-7,N1,bone,non-target,,false,present
P1,50,T1,lung,target,20,false,present
P1,50,T2,node,target,9,true,present
P1,50,N1,bone,non-target,,false,present
P1,106,T1,lung,target,0,false,absent
P1,106,T2,node,target,9.5,true,present
P1,106,N1,bone,non-target,,false,absent
P1,162,T1,lung,target,,false,not evaluable
P1,162,T2,node,target,9.5,true,present
P1,162,N1,bone,non-target,,false,absent
P1,218,T1,lung,target,0,false,absent
P1,218,T2,node,target,9.5,true,present
P1,218,N1,bone,non-target,,false,absent
P1,218,X1,liver,new,12,false,present
P2,0,N1,bone,non-target,,false,present
P2,56,N1,bone,non-target,,false,unequivocal progression
P3,3,T1,skin,target,15,false,present
"""


def read(tmp_path, text, name="lesions.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_lesions(path)


def test_worked_course_gives_responses_sums_and_rules(tmp_path):
    table = assess(read(tmp_path, HEADER + COURSE))
    assert list(table.columns) == [
        "USUBJID",
        "ADY",
        "SUM_MM",
        "NADIR_MM",
        "CHANGE_BASELINE",
        "CHANGE_NADIR",
        "TARGET",
        "NONTARGET",
        "NEW",
        "RESPONSE",
        "RULE",
    ]
    assert table["USUBJID"].tolist() == ["P1"] * 4 + ["P2"]
    assert table["ADY"].tolist() == [50, 106, 162, 218, 56]
    assert table["RESPONSE"].tolist() == ["PR", "CR", "NE", "PD", "PD"]
    assert table["TARGET"].tolist() == ["PR", "CR", "NE", "CR", ""]
    assert table["NONTARGET"].tolist() == ["NON-CR/NON-PD", "CR", "CR", "CR", "PD"]
    assert table["NEW"].tolist() == ["N", "N", "N", "Y", "N"]
    np.testing.assert_array_equal(table["SUM_MM"], [29, 9.5, np.nan, 9.5, np.nan])
    np.testing.assert_array_equal(table["NADIR_MM"], [70, 29, 9.5, 9.5, np.nan])
    assert table["CHANGE_BASELINE"].iloc[0] == pytest.approx(100 * (29 - 70) / 70)
    assert "new lesion" in table["RULE"].iloc[3]


def test_best_response_counts_time_from_the_baseline_scan(tmp_path):
    best = best_response(read(tmp_path, HEADER + COURSE)).set_index("USUBJID")
    assert best["BOR"].to_dict() == {"P1": "CR", "P2": "PD", "P3": "NE"}
    assert best["CBOR"].to_dict() == {"P1": "PR", "P2": "PD", "P3": "NE"}
    assert best.loc["P1", ["BORDY", "CBORDY"]].tolist() == [106, 50]
    assert np.isnan(best.loc["P3", "BORDY"])


def test_irecist_goes_the_same_way(tmp_path):
    table = assess(read(tmp_path, HEADER + COURSE), criteria="irecist")
    assert table["RESPONSE"].tolist() == ["iPR", "iCR", "NE", "iUPD", "iUPD"]


def test_target_without_a_row_at_a_visit_is_not_evaluable(tmp_path):
    text = HEADER + "P,0,T1,lung,target,50,,present\nP,0,T2,lung,target,30,,present\nP,56,T1,lung,target,10,,present\n"
    assert assess(read(tmp_path, text))["RESPONSE"].tolist() == ["NE"]


def test_target_too_small_without_a_diameter_counts_5_mm_recist_1_1_section_4_3_2(tmp_path):
    text = HEADER + "P,0,T1,lung,target,50,,present\nP,56,T1,lung,target,,,too small\n"
    assert assess(read(tmp_path, text))["SUM_MM"].tolist() == [5]


def test_empty_state_follows_from_the_diameter(tmp_path):
    text = HEADER + "P,0,T1,lung,target,50,,\nP,56,T1,lung,target,0,,\n"
    assert assess(read(tmp_path, text))["RESPONSE"].tolist() == ["CR"]


def test_csv_and_parquet_give_the_same_table(tmp_path):
    lesions = read(tmp_path, HEADER + COURSE)
    lesions.to_parquet(tmp_path / "lesions.parquet")
    pd.testing.assert_frame_equal(read_lesions(tmp_path / "lesions.parquet"), lesions)


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("P,0,T1,lung,target,abc,,present", 6, "expected a diameter in mm, or nothing, got 'abc'"),
        ("P,0,T1,lung,target,-3,,present", 6, "expected a diameter in mm from 0 to 1000, got '-3'"),
        ("P,2020-01-05,T1,lung,target,30,,present", 2, "a study day, a whole number (not a date), got '2020-01-05'"),
        ("P,1.5,T1,lung,target,30,,present", 2, "a study day, a whole number"),
        ("P,0,T1,lung,tarket,30,,present", 5, "got 'tarket', did you mean target?"),
        ("P,0,T1,lung,target,30,maybe,present", 7, "expected true or false, got 'maybe'"),
        ("P,0,T1,lung,target,30,,gone", 8, "expected one of present, absent"),
        ("P,0,T1,lung,non-target,,,", 8, "a state, since there is no diameter"),
        (",0,T1,lung,target,30,,present", 1, "expected a subject"),
        ("P,0,T1,lung,new,30,,present", 5, "target or non-target on the first day, the baseline"),
        ("P,0,T1,lung,target,,,present", 6, "a target measured at baseline"),
    ],
)
def test_wrong_cell_is_refused_with_file_row_and_column(tmp_path, line, column, message):
    with pytest.raises(InputError) as refused:
        read(tmp_path, HEADER + "P0,0,T1,lung,target,30,,present\n" + line + "\n")
    assert len(refused.value.problems) == 1
    assert f"lesions.csv:3:{column} " in str(refused.value)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("P,0,T1,lung,target,31,,present", "one row per subject, day and lesion (line 2 says 30.0)"),
        ("P,56,T1,lung,non-target,30,,present", "expected 'target' as before, got 'non-target'"),
        ("P,56,T1,liver,target,30,,present", "expected 'lung' as before, got 'liver'"),
        ("P,56,T2,lung,target,30,,present", "new, or a row for this lesion at baseline"),
    ],
)
def test_row_at_odds_with_the_others_is_refused(tmp_path, line, message):
    with pytest.raises(InputError, match=r"lesions\.csv:3:") as refused:
        read(tmp_path, HEADER + "P,0,T1,lung,target,30,,present\n" + line + "\n")
    assert message in str(refused.value)


def test_all_problems_are_told_at_once(tmp_path):
    with pytest.raises(InputError) as refused:
        read(tmp_path, HEADER + "P,x,T1,lung,target,abc,?,hm\n")
    assert len(refused.value.problems) == 4


def test_missing_columns_are_named_with_the_likely_ones(tmp_path):
    with pytest.raises(InputError) as refused:
        read(tmp_path, "USUBJID,ADY,LESIONS,ORGAN,ROLE,DIAMETER_IN,NODE\nP,0,T1,lung,target,3,\n")
    message = str(refused.value)
    assert "did you mean LESIONS?" in message
    assert "a column DIAMETER_MM, got no such column" in message
    assert "a column STATE" in message


def test_file_that_is_not_there_or_no_table_is_refused(tmp_path):
    with pytest.raises(InputError, match="no file"):
        read_lesions(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="one file tu and one file tr in the folder, got neither"):
        read_lesions(tmp_path)
    with pytest.raises(InputError, match="expected a CSV or Parquet table"):
        read(tmp_path, "")
    with pytest.raises(InputError, match="expected a CSV or Parquet table"):
        read(tmp_path, "no parquet", "lesions.parquet")


def test_baseline_alone_gives_no_visit(tmp_path):
    lesions = read(tmp_path, HEADER + "P,0,T1,lung,target,30,,present\n")
    assert assess(lesions).empty
    assert best_response(lesions)["BOR"].tolist() == ["NE"]


def test_unknown_criteria_are_refused():
    with pytest.raises(InputError, match="did you mean"):
        assess(pd.DataFrame(), criteria="resist 1.1")
