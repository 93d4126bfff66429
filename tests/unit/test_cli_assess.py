"""`abscopal assess`: what it prints and writes, and that bad input leaves nothing behind."""

import io
import json
import time
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import abscopal.clinic.assess
import abscopal.runs.files
from abscopal import assess, best_response, read_lesions
from abscopal.cli import app
from abscopal.cli.assess import _progress

EXAMPLES = Path(__file__).parents[2] / "examples" / "lesions"
TABLE = EXAMPLES / "three_subjects.csv"
COLUMNS = ["USUBJID", "ADY", "SUM_MM", "NADIR_MM", "CHANGE_BASELINE", "CHANGE_NADIR"]
COLUMNS += ["TARGET", "NONTARGET", "NEW", "RESPONSE", "RULE"]
SUBJECTS = {"USUBJID": str}


def command(*words):
    return CliRunner().invoke(app, ["assess", *(str(word) for word in words)])


def table_of(text):
    return pd.read_csv(io.StringIO(text), keep_default_na=False, dtype=SUBJECTS)


def test_responses_are_printed_as_csv_and_the_counts_beside_them():
    done = command(TABLE)
    assert done.exit_code == 0
    found = table_of(done.stdout)
    assert list(found.columns) == COLUMNS
    assert found["RESPONSE"].tolist() == ["PR", "PR", "PR", "PD", "SD", "PR", "PD", "PD"]
    assert found["SUM_MM"].tolist()[:6] == [44, 31, 25, 70, 45, 24]
    counts = [line.split() for line in done.stderr.splitlines() if line.startswith(("PR", "SD", "PD", "all"))]
    assert counts == [["PR", "4", "1", "1"], ["SD", "1", "0", "0"], ["PD", "3", "2", "2"], ["all", "8", "3", "3"]]
    assert "note: " in done.stderr
    assert "T1+T2, T1a, T1b were read as parts" in done.stderr
    assert done.stderr.endswith("not medical advice.\n")


def test_the_criterion_is_named_in_any_case_and_gives_its_own_words():
    found = table_of(command(TABLE, "--criteria", "irecist").stdout)
    assert found["RESPONSE"].tolist() == ["iPR", "iPR", "iPR", "iUPD", "iSD", "iPR", "iUPD", "iCPD"]


@pytest.mark.filterwarnings("ignore::abscopal.clinic.lesion_tables.lesion_place.LesionWarning")
def test_best_responses_are_those_of_the_library():
    found = table_of(command(TABLE, "--best").stdout)
    expected = best_response(read_lesions(TABLE))
    assert list(found.columns) == ["USUBJID", "BOR", "BORDY", "CBOR", "CBORDY"]
    for name in found:
        assert found[name].tolist() == expected[name].tolist()


@pytest.mark.filterwarnings("ignore::abscopal.clinic.lesion_tables.lesion_place.LesionWarning")
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_table_goes_to_a_file_where_one_is_named(tmp_path, suffix):
    out = tmp_path / f"responses{suffix}"
    done = command(TABLE, "--out", out)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert f"wrote {out}" in done.stderr.replace("\n", "")
    found = pd.read_parquet(out) if suffix == ".parquet" else pd.read_csv(out, keep_default_na=False, dtype=SUBJECTS)
    assert found["RULE"].tolist() == assess(read_lesions(TABLE))["RULE"].tolist()
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_json_is_all_that_is_printed():
    found = json.loads(command(TABLE, "--json").stdout)
    assert (found["criteria"], found["subjects"], found["visits"]) == ("RECIST 1.1", 3, 8)
    assert found["counts"]["best"] == {"PR": 1, "SD": 0, "PD": 2}
    assert len(found["rows"]) == 8
    assert found["rows"][0]["RESPONSE"] == "PR"


def test_json_says_what_was_written_and_leaves_the_rows_to_the_file(tmp_path):
    found = json.loads(command(TABLE, "--json", "--best", "--out", tmp_path / "best.csv").stdout)
    assert found["written"] == [str(tmp_path / "best.csv")]
    assert "rows" not in found
    assert (tmp_path / "best.csv").read_text().startswith("USUBJID,BOR,")


def test_quiet_prints_the_table_and_nothing_beside_it(tmp_path):
    plain = tmp_path / "plain.csv"
    plain.write_text(TABLE.read_text().replace("T1a", "T1").replace("T1+T2", "T1"))
    rows = [line for line in plain.read_text().splitlines() if "T1b" not in line]
    plain.write_text("\n".join(rows))
    assert command(plain, "--quiet").stderr == ""


def test_spider_and_waterfall_have_a_panel_per_arm(tmp_path):
    table = pd.read_csv(TABLE, dtype=str, keep_default_na=False)
    table["ARM"] = table["USUBJID"].map({"01-001": "early", "01-002": "late", "01-003": "late"})
    table.to_csv(tmp_path / "arms.csv", index=False)
    done = command(tmp_path / "arms.csv", "--figures", tmp_path / "new" / "figures")
    assert done.exit_code == 0
    for name in ("spider", "waterfall"):
        text = (tmp_path / "new" / "figures" / f"{name}.svg").read_text(encoding="utf-8")
        assert ">early<" in text
        assert ">late<" in text
    assert "Months since baseline scan" in (tmp_path / "new" / "figures" / "spider.svg").read_text(encoding="utf-8")


def test_a_table_of_baselines_alone_gives_a_header_and_figures_that_say_so(tmp_path):
    lines = [line for line in TABLE.read_text().splitlines() if ",-7," in line or line.startswith("USUBJID")]
    (tmp_path / "baseline.csv").write_text("\n".join(lines))
    done = command(tmp_path / "baseline.csv", "--figures", tmp_path)
    assert done.exit_code == 0
    assert done.stdout == ",".join(COLUMNS) + "\n"
    assert "No subject was measured" in (tmp_path / "spider.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--criteria", "recist2"], "did you mean"),
        (["--criteria", "mRECIST"], "VIABLE_MM: expected a column VIABLE_MM, which mRECIST needs"),
        (["--out", "x.xlsx"], "--out: expected a file .csv or .parquet, got 'x.xlsx'"),
        (["--out", "nowhere/x.csv"], "--out: expected a file in a folder that is there"),
        (["--evaluator", "INVESTIGATOR"], "the table is not of SDTM"),
    ],
)
def test_bad_input_is_code_2_with_nothing_written(tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    done = command(TABLE, *words)
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_the_lesion_table_itself_is_not_overwritten(tmp_path):
    (tmp_path / "lesions.csv").write_text(TABLE.read_text())
    done = command(tmp_path / "lesions.csv", "--out", tmp_path / "lesions.csv")
    assert done.exit_code == 2
    assert "another file than the lesion table" in done.stderr
    assert (tmp_path / "lesions.csv").read_text() == TABLE.read_text()


def test_all_that_is_wrong_with_a_table_is_printed_with_its_places(tmp_path):
    (tmp_path / "lesions.csv").write_text(TABLE.read_text().replace("48", "x").replace("pleura,non", "pleura,nan"))
    done = command(tmp_path / "lesions.csv")
    assert done.exit_code == 2
    assert f"{tmp_path}/lesions.csv:2:6 DIAMETER_MM: expected a diameter in mm, or nothing, got 'x'" in done.stderr
    assert "ROLE: expected one of target, non-target, new, got 'nan-target', did you mean non-target?" in done.stderr


def test_a_full_disk_leaves_the_earlier_file_as_it_was(tmp_path, monkeypatch):
    out = tmp_path / "responses.csv"
    out.write_text("earlier")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(abscopal.runs.files.os, "fsync", full)
    done = command(TABLE, "--out", out)
    assert done.exit_code == 2
    assert "No space left on device" in done.stderr
    assert out.read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["responses.csv"]


def test_an_interrupted_assessment_is_code_3_and_writes_nothing(tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(abscopal.clinic.assess, "assessment", interrupted)
    done = command(TABLE, "--out", tmp_path / "responses.csv")
    assert done.exit_code == 3
    assert list(tmp_path.iterdir()) == []


def test_progress_is_shown_only_when_the_work_takes_its_time(monkeypatch, capsys):
    with _progress(hidden=False) as progress:
        progress("reading", 0.0)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("abscopal.cli.assess._PATIENCE", 0.01)
    with _progress(hidden=False) as progress:
        progress("assessing", 0.5)
        time.sleep(0.1)
    assert "assessing" in capsys.readouterr().err


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("name", "subjects", "visits"), [("oak", 701, 3425), ("imvigor210", 143, 687)])
def test_the_real_lesion_series_of_the_examples_are_assessed(name, subjects, visits):
    lesions = read_lesions(EXAMPLES / f"{name}.csv.gz")
    found = assess(lesions)
    assert (lesions["USUBJID"].nunique(), len(found)) == (subjects, visits)
    assert set(found["RESPONSE"]) <= {"CR", "PR", "SD", "PD", "NE"}
    assert (found["NEW"] == "N").all()
