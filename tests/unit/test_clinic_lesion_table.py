"""Lesion tables as they come: what can be meant in one way is put right and said, all else refused with its place."""

import numpy as np
import pandas as pd
import pytest

from abscopal.clinic.assess import assess, read_lesions
from abscopal.clinic.lesion_tables.lesion_place import LesionWarning
from abscopal.errors import InputError

HEADER = "USUBJID,ADY,LESION,ORGAN,ROLE,DIAMETER_MM,NODE,STATE\n"
BASELINE = "P,0,T1,lung,target,50,,present\n"
COURSE = HEADER + BASELINE + "P,56,T1,lung,target,20.5,,present\n"
QUIET = pytest.mark.filterwarnings("ignore::abscopal.clinic.lesion_tables.lesion_place.LesionWarning")


def read(tmp_path, text, name="lesions.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_lesions(path)


def problems(tmp_path, text, name="lesions.csv"):
    """What is said of a file, without the folder it lies in."""
    with pytest.raises(InputError) as refused:
        read(tmp_path, text, name)
    return [str(problem).replace(f"{tmp_path}/", "") for problem in refused.value.problems]


AS_IT_IS = {
    "byte order mark": ("\ufeff" + COURSE).encode(),
    "UTF-16, as Excel saves Unicode text": COURSE.replace(",", "\t").encode("utf-16"),
    "line ends of Windows": COURSE.replace("\n", "\r\n").encode(),
    "line ends of old Macintosh": COURSE.replace("\n", "\r").encode(),
    "no line end at the end": COURSE.rstrip().encode(),
    "semicolons": COURSE.replace(",", ";").encode(),
    "semicolons and decimal commas": COURSE.replace(",", ";").replace("20.5", "20,5").encode(),
    "tabs": COURSE.replace(",", "\t").encode(),
    "quotes around everything": ('"' + COURSE.strip().replace(",", '","').replace("\n", '"\n"') + '"').encode(),
    "empty lines and lines of separators": COURSE.replace("\n", "\n\n,,,,,,,\n").encode(),
    "spaces around names and values": COURSE.replace(",", " , ").encode(),
    "names in small letters": COURSE.replace(HEADER, HEADER.lower()).encode(),
    "words in capitals": COURSE.replace("target", "TARGET").replace("present", "PRESENT").encode(),
    "NA and a point where nothing is": COURSE.replace(",,present", ",NA,.").encode(),
    "a further column": COURSE.replace("\n", ",seen by me\n").replace("STATE,seen by me", "STATE,REMARK").encode(),
}


@pytest.mark.parametrize("kind", AS_IT_IS)
def test_a_table_written_another_way_is_read_as_it_is_meant(tmp_path, kind):
    read_so = read(tmp_path, AS_IT_IS[kind]).drop(columns="STATE")
    pd.testing.assert_frame_equal(read_so, read(tmp_path, COURSE).drop(columns="STATE"))


def test_order_of_rows_and_of_columns_is_irrelevant(tmp_path):
    table = read(tmp_path, COURSE)
    turned = table.iloc[::-1][list(table.columns)[::-1]]
    turned.to_csv(tmp_path / "turned.csv", index=False)
    pd.testing.assert_frame_equal(assess(read_lesions(tmp_path / "turned.csv")), assess(table))


REFUSED = {
    "nothing in it": (b"", "lesions.csv: expected a CSV or Parquet table, got an empty file"),
    "nothing but a header": (HEADER.encode(), "lesions.csv: expected at least one row below the header, got none"),
    "nothing but lines": (b"\n\n \n", "lesions.csv: expected a CSV or Parquet table, got an empty file"),
    "a workbook": (b"PK\x03\x04\0\0", "got a packed file or a workbook"),
    "Parquet under another name": (b"PAR1\0\0", "got a Parquet file under another name"),
    "Latin-1": (COURSE.replace("lung", "lungé").encode("latin-1"), "lesions.csv:2:1: expected text in UTF-8"),
    "cut off in a row": (COURSE[:-12].encode(), "lesions.csv:3:6: expected 8 fields, as in the header, got 6"),
    "a comma in a cell": (
        (COURSE + "P,112,T1,lung,target,20,5,,present\n").encode(),
        "lesions.csv:4:8: expected 8 fields, as in the header, got 9",
    ),
    "a quote without an end": ((COURSE + 'P,112,"T1,lung,target,20,,present\n').encode(), "expected quotes in pairs"),
    "a column twice": (
        COURSE.replace("NODE", "STATE").encode(),
        "lesions.csv:1:7 STATE: expected one column STATE, got 2",
    ),
    "no header": (BASELINE.encode(), "lesions.csv:1:1 USUBJID: expected a column USUBJID, got no such column"),
    "both mm and cm": (
        COURSE.replace("NODE", "DIAMETER_CM").replace("STATE", "NODE").encode(),
        "expected diameters once, got DIAMETER_MM and DIAMETER_CM",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_is_no_table_is_refused_with_its_place(tmp_path, kind):
    data, message = REFUSED[kind]
    assert any(message in said for said in problems(tmp_path, data))


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("50 mm", "expected a diameter in mm, or nothing, got '50 mm', did you mean 50?"),
        ("5 cm", "did you mean a number in mm?"),
        ("<5", "did you mean an empty cell with the state 'too small'?"),
        ("fifty", "expected a diameter in mm, or nothing, got 'fifty'"),
        ("1e5", "expected a diameter in mm from 0 to 1000, got '1e5'"),
        ("inf", "expected a diameter in mm from 0 to 1000, got 'inf'"),
        ("0", "expected absent, since the diameter is 0, got 'present'"),
    ],
)
def test_text_in_the_place_of_a_diameter_is_refused_with_what_may_be_meant(tmp_path, cell, message):
    (said,) = problems(tmp_path, COURSE.replace("20.5", cell))
    assert said.startswith("lesions.csv:3:")
    assert message in said


def test_a_quoted_decimal_comma_between_commas_is_refused(tmp_path):
    (said,) = problems(tmp_path, COURSE.replace("20.5", '"20,5"'))
    assert "got '20,5', did you mean 20.5?" in said


def test_a_lesion_that_is_absent_has_no_diameter(tmp_path):
    (said,) = problems(tmp_path, COURSE.replace("20.5,,present", "20.5,,absent"))
    assert "lesions.csv:3:8 STATE: expected present, or 0 mm, got 'absent'" in said


def test_swapped_columns_are_told_once_and_by_name(tmp_path):
    rows = "".join(f"P,{56 * k},T1,target,lung,50,,present\n" for k in range(30))
    (said,) = problems(tmp_path, HEADER + rows)
    assert said == (
        "lesions.csv:1:5 ROLE: expected one of target, non-target, new, got 'lung' and 29 more like it, "
        "did you mean the column ORGAN?"
    )


def test_a_mistake_in_every_row_is_not_told_a_thousand_times(tmp_path):
    rows = "".join(f"P,{56 * k},T1,lung,tarket,50,,present\n" for k in range(1000))
    said = problems(tmp_path, HEADER + rows)
    assert len(said) == 11
    assert said[-1] == "lesions.csv ROLE: expected one of target, non-target, new, got 990 more rows like these"


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    text = HEADER + "\n" + BASELINE + "\n\n" + "P,56,T1,lung,target,x,,present\n"
    assert problems(tmp_path, text)[0].startswith("lesions.csv:6:6 ")
    quoted = HEADER + 'P,0,T1,"lung\nleft",target,50,,present\nP,56,T1,"lung\nleft",target,x,,present\n'
    assert problems(tmp_path, quoted)[0].startswith("lesions.csv:4:6 ")


@QUIET
def test_a_diameter_in_centimetres_is_checked_in_centimetres(tmp_path):
    (said,) = problems(tmp_path, COURSE.replace("DIAMETER_MM", "DIAMETER_CM").replace("20.5", "250"))
    assert "lesions.csv:3:6 DIAMETER_CM: expected a diameter in cm from 0 to 100, got '250'" in said


def test_centimetres_are_read_where_the_column_says_so(tmp_path):
    text = COURSE.replace("DIAMETER_MM", "DIAMETER_CM").replace("50", "5").replace("20.5", "2.05")
    with pytest.warns(LesionWarning, match="DIAMETER_CM was read as centimetres"):
        table = read(tmp_path, text)
    np.testing.assert_allclose(table["DIAMETER_MM"], [50.0, 20.5])


def test_targets_that_are_all_below_one_centimetre_may_be_in_centimetres(tmp_path):
    with pytest.warns(LesionWarning, match="no target reaches 10 mm at baseline"):
        read(tmp_path, COURSE.replace("50", "5").replace("20.5", "2.05"))


@QUIET
@pytest.mark.parametrize(
    ("first", "second"),
    [("2024-01-31", "2024-03-27"), ("31JAN2024", "27mar2024"), ("2024-01-31T08:15", "2024-03-27 23:59:00")],
)
@pytest.mark.parametrize("column", ["ADY", "ADT", "DATE"])
def test_dates_count_from_the_first_of_their_subject(tmp_path, first, second, column):
    text = COURSE.replace("ADY", column).replace("P,0,", f"P,{first},").replace("P,56,", f"P,{second},")
    assert read(tmp_path, text)["ADY"].tolist() == [0, 56]


def test_dates_are_said_to_be_read_as_days(tmp_path):
    with pytest.warns(LesionWarning, match="ADY holds dates; days count from each subject's first"):
        read(tmp_path, COURSE.replace("P,0,", "P,2024-01-31,").replace("P,56,", "P,2024-03-27,"))


@QUIET
@pytest.mark.parametrize("date", ["03/04/2024", "2024-03", "2024-02-30", "3.4.24", "04-Mar-24"])
def test_a_date_that_may_be_another_one_is_refused_with_its_row(tmp_path, date):
    (said,) = problems(tmp_path, COURSE.replace("P,0,", "P,2024-01-31,").replace("P,56,", f"P,{date},"))
    assert said.startswith("lesions.csv:3:2 ADY: expected a date as YYYY-MM-DD")
    assert date in said


@QUIET
def test_days_and_dates_together_are_refused(tmp_path):
    (said,) = problems(tmp_path, COURSE.replace("P,56,", "P,2024-03-27,"))
    assert "lesions.csv:3:2 ADY: expected a study day, a whole number (not a date), got '2024-03-27'" in said


@QUIET
def test_dates_with_a_type_of_their_own_are_read_from_parquet(tmp_path):
    table = read(tmp_path, COURSE)
    dated = table.assign(ADT=pd.to_datetime("2024-01-31") + pd.to_timedelta(table["ADY"], "D")).drop(columns="ADY")
    dated.to_parquet(tmp_path / "dated.parquet")
    assert read_lesions(tmp_path / "dated.parquet")["ADY"].tolist() == [0, 56]


def test_a_row_that_repeats_another_counts_once_and_is_said(tmp_path):
    with pytest.warns(LesionWarning, match="rows that repeat an earlier one count once: 1, from line 4"):
        table = read(tmp_path, COURSE + "P,56,T1,lung,target,20.5,,present\n")
    assert len(table) == 2


def test_rows_that_contradict_each_other_are_refused_with_both_places(tmp_path):
    (said,) = problems(tmp_path, COURSE + "P,56,T1,lung,target,28,,present\n")
    assert "lesions.csv:4:3 LESION: expected one row per subject, day and lesion (line 3 says 20.5), got 'T1'" in said


VISITS = """\
USUBJID,ADY,VISIT,LESION,ORGAN,ROLE,DIAMETER_MM,NODE,STATE
P,-9,screening,T1,lung,target,50,,present
P,-2,screening,T2,brain,target,30,,present
P,54,week 8,T1,lung,target,20,,present
P,57,week 8,T2,brain,target,10,,present
P,80,,T1,lung,target,10,,present
"""


def test_scans_of_one_visit_on_several_days_are_one_assessment(tmp_path):
    found = assess(read(tmp_path, VISITS))
    assert found["ADY"].tolist() == [54, 80]
    assert found["RESPONSE"].tolist() == ["PR", "NE"]


def test_scans_a_few_days_apart_without_a_visit_are_pointed_out(tmp_path):
    rows = [line.split(",") for line in VISITS.strip().split("\n")]
    text = "\n".join(",".join(row[:2] + row[3:]) for row in rows if row[1] not in ("-9", "-2"))
    text += "\nP,0,T1,lung,target,50,,present\nP,0,T2,brain,target,30,,present\n"
    with pytest.warns(LesionWarning, match="P: different lesions were scanned within 7 days"):
        table = read(tmp_path, text)
    assert assess(table)["RESPONSE"].tolist() == ["NE", "NE", "NE"]


def test_a_visit_that_spreads_over_more_than_four_weeks_is_refused(tmp_path):
    (said,) = problems(tmp_path, VISITS.replace("P,57,week 8", "P,97,week 8"))
    assert "lesions.csv:5:3 VISIT: expected a scan within 28 days of the first one of its visit (day 54)" in said


def test_more_targets_than_recist_follows_are_pointed_out(tmp_path):
    organs = ["lung", "liver", "skin", "brain", "adrenal", "spleen"]
    rows = [f"P,{day},T{k},{organ},target,20,,present\n" for day in (0, 56) for k, organ in enumerate(organs)]
    with pytest.warns(LesionWarning, match="P: more than 5 targets, or 2 in an organ"):
        read(tmp_path, HEADER + "".join(rows))


def test_a_lesion_without_a_row_at_a_visit_is_not_evaluable_and_not_gone(tmp_path):
    text = HEADER + BASELINE + "P,0,N1,bone,non-target,,,present\nP,56,T1,lung,target,0,,absent\n"
    found = assess(read(tmp_path, text)).iloc[0]
    assert (found["TARGET"], found["NONTARGET"], found["RESPONSE"]) == ("CR", "NE", "PR")


NEW_LESION = HEADER + BASELINE + "P,56,T1,lung,target,50,,present\nP,56,X1,liver,new,12,,present\n"


@pytest.mark.parametrize("row", ["", "P,112,X1,liver,new,,,not evaluable\n"])
def test_a_new_lesion_that_nobody_recorded_again_is_still_there(tmp_path, row):
    found = assess(read(tmp_path, NEW_LESION + "P,112,T1,lung,target,20,,present\n" + row))
    assert found["NEW"].tolist() == ["Y", "Y"]
    assert found["RESPONSE"].tolist() == ["PD", "PD"]


def test_a_new_lesion_is_gone_when_a_row_says_so(tmp_path):
    rows = "P,112,T1,lung,target,20,,present\nP,112,X1,liver,new,0,,absent\nP,168,T1,lung,target,20,,present\n"
    assert assess(read(tmp_path, NEW_LESION + rows))["NEW"].tolist() == ["Y", "N", "N"]


def test_a_new_lesion_that_is_in_doubt_does_not_count_until_it_is_beyond_doubt(tmp_path):
    doubt = NEW_LESION.replace("new,12,,present", "new,,,not evaluable")
    rows = "P,112,T1,lung,target,50,,present\nP,112,X1,liver,new,14,,present\n"
    assert assess(read(tmp_path, doubt + rows))["RESPONSE"].tolist() == ["SD", "PD"]


def test_the_arm_of_a_subject_is_kept_and_does_not_change(tmp_path):
    text = COURSE.replace("STATE\n", "STATE,ARM\n").replace("present\n", "present,A\n")
    assert read(tmp_path, text)["ARM"].tolist() == ["A", "A"]
    assert "ARM: expected one arm per subject, got 'B'" in problems(tmp_path, text[:-2] + "B\n")[0]


def test_an_evaluator_is_only_asked_of_sdtm(tmp_path):
    (tmp_path / "lesions.csv").write_text(COURSE, encoding="utf-8")
    with pytest.raises(InputError, match="--evaluator: expected none, since the table is not of SDTM"):
        read_lesions(tmp_path / "lesions.csv", evaluator="INVESTIGATOR")


def test_a_spreadsheet_is_refused_with_what_to_do(tmp_path):
    assert "save the sheet as CSV UTF-8" in problems(tmp_path, b"PK", "lesions.xlsx")[0]


def test_a_packed_file_is_read(tmp_path):
    import gzip

    packed = read(tmp_path, gzip.compress(COURSE.encode()), "lesions.csv.gz")
    pd.testing.assert_frame_equal(packed, read(tmp_path, COURSE))
    assert "expected a CSV or Parquet table" in problems(tmp_path, gzip.compress(COURSE.encode())[:40], "cut.csv.gz")[0]
