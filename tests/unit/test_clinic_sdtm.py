"""Lesion tables from the SDTM domains TU and TR, by the names of the SDTM Implementation Guide 3.2 and later."""

import io

import numpy as np
import pandas as pd
import pytest
from transport import transport

from abscopal.clinic.assess import assess, read_lesions
from abscopal.clinic.lesion_tables.lesion_file import read_table
from abscopal.clinic.lesion_tables.lesion_place import LesionWarning
from abscopal.errors import InputError

TU = """\
DOMAIN,USUBJID,TULNKID,TUTESTCD,TUORRES,TUSTRESC,TULOC,TUEVAL,VISITNUM,TUDTC,TUDY
TU,P1,T01,TUMIDENT,TARGET,TARGET,"LUNG, LEFT",INVESTIGATOR,1,2024-01-02,-7
TU,P1,T02,TUMIDENT,TARGET,TARGET,LYMPH NODE,INVESTIGATOR,1,2024-01-03,-6
TU,P1,NT01,TUMIDENT,NON-TARGET,NON-TARGET,BONE,INVESTIGATOR,1,2024-01-03,-6
TU,P1,NEW01,TUMIDENT,NEW,NEW,LIVER,INVESTIGATOR,3,2024-05-01,113
"""
TR = """\
DOMAIN,USUBJID,TRLNKID,TRTESTCD,TRSTRESC,TRSTRESN,TRSTRESU,TRSTAT,TREVAL,VISITNUM,TRDTC,TRDY
TR,P1,T01,LDIAM,50,50,mm,,INVESTIGATOR,1,2024-01-02,-7
TR,P1,T02,LPERP,20,20,mm,,INVESTIGATOR,1,2024-01-03,-6
TR,P1,T02,LDIAM,30,30,mm,,INVESTIGATOR,1,2024-01-03,-6
TR,P1,NT01,TUMSTATE,PRESENT,,,,INVESTIGATOR,1,2024-01-03,-6
TR,P1,,SUMDIAM,70,70,mm,,INVESTIGATOR,1,2024-01-03,-6
TR,P1,T01,LDIAM,2,2,cm,,INVESTIGATOR,2,2024-03-02,53
TR,P1,T02,LPERP,9,9,mm,,INVESTIGATOR,2,2024-03-03,54
TR,P1,NT01,TUMSTATE,,,,NOT DONE,INVESTIGATOR,2,2024-03-03,54
TR,P1,T01,LDIAM,TOO SMALL TO MEASURE,,,,INVESTIGATOR,3,2024-05-01,113
TR,P1,T02,LPERP,9,9,mm,,INVESTIGATOR,3,2024-05-01,113
TR,P1,NT01,TUMSTATE,ABSENT,,,,INVESTIGATOR,3,2024-05-01,113
"""
QUIET = pytest.mark.filterwarnings("ignore::abscopal.clinic.lesion_tables.lesion_place.LesionWarning")
pytestmark = QUIET


def read(tmp_path, tu=TU, tr=TR, evaluator=""):
    (tmp_path / "tu.csv").write_text(tu, encoding="utf-8")
    (tmp_path / "tr.csv").write_text(tr, encoding="utf-8")
    return read_lesions(tmp_path, evaluator=evaluator)


def refusal(tmp_path, tu=TU, tr=TR, evaluator=""):
    with pytest.raises(InputError) as refused:
        read(tmp_path, tu, tr, evaluator)
    return str(refused.value).replace(f"{tmp_path}/", "")


def test_tumours_and_their_results_are_one_lesion_table(tmp_path):
    table = read(tmp_path).set_index(["ADY", "LESION"])
    assert table.loc[(-7, "T01"), ["ORGAN", "ROLE", "DIAMETER_MM", "NODE"]].tolist() == ["lung", "target", 50.0, False]
    assert table.loc[(-7, "T02"), ["ORGAN", "NODE", "DIAMETER_MM", "PERP_MM"]].tolist() == ["node", True, 20.0, 30.0]
    assert table.loc[(53, "T01"), "DIAMETER_MM"] == 20.0
    assert table.loc[(53, "NT01"), "STATE"] == "not evaluable"
    assert table.loc[(113, "T01"), "STATE"] == "too small"
    assert table.loc[(113, "NEW01"), ["ROLE", "STATE"]].tolist() == ["new", "present"]
    assert len(table) == 10


def test_responses_from_sdtm_are_those_of_recist(tmp_path):
    found = assess(read(tmp_path))
    assert found["SUM_MM"].tolist() == [29.0, 14.0]
    assert found["NONTARGET"].tolist() == ["NE", "CR"]
    assert found["RESPONSE"].tolist() == ["PR", "PD"]


def test_centimetres_and_new_lesions_without_results_are_said(tmp_path):
    with pytest.warns(LesionWarning) as said:
        read(tmp_path)
    texts = [str(one.message) for one in said]
    assert any("diameters in cm, read as centimetres: 1" in text for text in texts)
    assert any("new lesions of TU without a result in TR, taken as present: 1" in text for text in texts)


def test_transport_files_and_parquet_give_the_same_table(tmp_path):
    plain = read(tmp_path)
    for kind in ("xpt", "parquet"):
        (tmp_path / kind).mkdir()
        for name, text in (("tu", TU), ("tr", TR)):
            frame = pd.read_csv(io.StringIO(text), keep_default_na=False)
            for column in {"TRSTRESN", "VISITNUM", "TUDY", "TRDY"} & set(frame):
                frame[column] = pd.to_numeric(frame[column])
            columns = {column: frame[column].tolist() for column in frame}
            (tmp_path / kind / f"{name}.xpt").write_bytes(transport(name.upper(), columns))
            if kind == "parquet":
                (tmp_path / kind / f"{name}.xpt").unlink()
                frame.to_parquet(tmp_path / kind / f"{name}.parquet")
        pd.testing.assert_frame_equal(read_lesions(tmp_path / kind), plain)


def test_two_files_in_any_order_are_as_their_folder(tmp_path):
    folder = read(tmp_path)
    pd.testing.assert_frame_equal(read_lesions([tmp_path / "tr.csv", tmp_path / "tu.csv"]), folder)


def test_dates_stand_in_where_a_study_day_is_missing(tmp_path):
    table = read(tmp_path, tr=TR.replace(",54\n", ",\n"))
    assert sorted(table["ADY"].unique()) == [0, 60, 120]


def test_a_new_lesion_of_an_unknown_day_is_refused(tmp_path):
    assert "tu.csv:5:11 TUDY: expected when the lesion was found, got nothing" in refusal(
        tmp_path, tu=TU.replace("2024-05-01,113", "2024-05-01,")
    )


TWO_READERS = "".join(line + "\n" + line.replace("INVESTIGATOR", "ASSESSOR") + "\n" for line in TU.split("\n")[1:-1])


def test_readings_of_several_evaluators_are_kept_apart(tmp_path):
    tu = TU.partition("\n")[0] + "\n" + TWO_READERS
    other = TR.replace("INVESTIGATOR", "ASSESSOR").replace("TR,P1,T01,LDIAM,2,2,cm", "TR,P1,T01,LDIAM,49,49,mm")
    tr = TR + other.partition("\n")[2]
    assert "expected one evaluator in TU: --evaluator with one of ASSESSOR, INVESTIGATOR" in refusal(tmp_path, tu, tr)
    assert "got 'NOBODY'" in refusal(tmp_path, tu, tr, "NOBODY")
    assert assess(read(tmp_path, tu, tr, "investigator"))["RESPONSE"].tolist() == ["PR", "PD"]
    assert assess(read(tmp_path, tu, tr, "ASSESSOR"))["RESPONSE"].tolist() == ["SD", "PD"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("TR,P1,T01,LDIAM,2,2,cm", "TR,P1,T01,LDIAM,2,2,in", "tr.csv:7:7 TRSTRESU: expected mm or cm, got 'IN'"),
        ("TR,P1,T01,LDIAM,2,2,cm", "TR,P1,T01,LDIAM,2,2,", "tr.csv:7:7 TRSTRESU: expected mm or cm, got nothing"),
        ("LDIAM,2,2,cm", "LDIAM,two,,", "tr.csv:7:6 TRSTRESN: expected a diameter, or a word for its state, got 'TWO'"),
        ("TUMSTATE,PRESENT", "TUMSTATE,HUGE", "tr.csv:5:5 TRSTRESC: expected one of PRESENT, UNEQUIVOCAL, ABSENT"),
        ("TR,P1,T02,LPERP,9,9,mm,,INVESTIGATOR,2", "TR,P1,T09,LPERP,9,9,mm,,INVESTIGATOR,2", "tr.csv:8:3 TRLNKID"),
        ("TR,P1,T02,LDIAM,30,30", "TR,P1,T02,LPERP,31,31", "tr.csv:4:4 TRTESTCD: expected one result of a test per"),
        ("TRLNKID", "TRLNK", "a column TRLNKID in TR, got no such column"),
    ],
)
def test_a_result_that_cannot_be_understood_is_refused_with_its_place(tmp_path, old, new, message):
    assert message in refusal(tmp_path, tr=TR.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("TARGET,TARGET", "BENIGN,BENIGN", "tu.csv:2:5 TUORRES: expected one of TARGET, NON-TARGET"),
        ("TU,P1,NT01", "TU,P1,NT02", "tu.csv:4:3 TULNKID: expected a lesion with results in TR (TRLNKID), got 'NT02'"),
        ("TU,P1,T02,TUMIDENT,TARGET,TARGET", "TU,P1,NT01,TUMIDENT,TARGET,TARGET", "the same role as before"),
        ("TUORRES,TUSTRESC", "A,B", "tu.csv:1:1 TUORRES: expected a column TUORRES or TUSTRESC in TU"),
    ],
)
def test_a_tumour_that_cannot_be_understood_is_refused_with_its_place(tmp_path, old, new, message):
    tr = TR if "NT02" not in new else TR.replace("NT01,TUMSTATE", ",TUMSTATE")
    assert message in refusal(tmp_path, tu=TU.replace(old, new, 1), tr=tr)


def test_a_target_without_a_diameter_at_baseline_is_refused_with_its_line_in_tr(tmp_path):
    said = refusal(tmp_path, tr=TR.replace("TR,P1,T01,LDIAM,50,50,mm,", "TR,P1,T01,LDIAM,,,,NOT DONE"))
    assert "tr.csv:2:6 TRSTRESN: expected a target measured at baseline" in said


def test_one_domain_alone_is_refused(tmp_path):
    read(tmp_path)
    with pytest.raises(InputError, match="expected the domains TU and TR of SDTM"):
        read_lesions(tmp_path / "tr.csv")
    (tmp_path / "tu.csv").unlink()
    with pytest.raises(InputError, match=r"expected one file tu and one file tr in the folder, got tr\.csv"):
        read_lesions(tmp_path)


def test_a_file_that_is_no_transport_file_is_refused(tmp_path):
    for name, data in (("tu.xpt", b""), ("tr.xpt", b"SAS" * 100)):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match="expected a SAS transport file"):
            read_lesions(tmp_path / name)


def test_numbers_of_a_transport_file_are_read_as_they_were_written(tmp_path):
    values = [0.0, 1.0, -7.0, 20.5, 123.456, 0.1, np.nan]
    (tmp_path / "x.xpt").write_bytes(transport("X", {"A": values, "B": ["é"] * len(values)}))
    table, lines = read_table(tmp_path / "x.xpt")
    assert lines is None
    np.testing.assert_allclose(table["A"], values, rtol=1e-15)
    assert set(table["B"]) == {"é"}
