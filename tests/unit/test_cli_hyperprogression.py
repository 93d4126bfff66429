"""`abscopal assess --hyperprogression`: who is hyperprogressive, and what the definition says."""

import io
import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from abscopal.cli import app

ROWS = """USUBJID,ADY,LESION,ORGAN,ROLE,DIAMETER_MM,NODE,STATE
fast,-60,L1,liver,target,40,false,present
fast,-3,L1,liver,target,42,false,present
fast,-3,L2,lung,non-target,12,false,present
fast,50,L1,liver,target,80,false,present
fast,50,L2,lung,non-target,12,false,present
slow,-60,L1,liver,target,40,false,present
slow,-3,L1,liver,target,42,false,present
slow,50,L1,liver,target,44,false,present
"""


@pytest.fixture
def lesions(tmp_path):
    path = tmp_path / "lesions.csv"
    path.write_text(ROWS)
    return path


def command(*words):
    return CliRunner().invoke(app, ["assess", *(str(word) for word in words)])


def test_growth_before_and_under_treatment_is_printed_with_the_verdict(lesions):
    done = command(lesions, "--hyperprogression", "champiat", "--baseline-day", 0)
    assert done.exit_code == 0
    found = pd.read_csv(io.StringIO(done.stdout)).set_index("USUBJID")
    assert found["HPD"].to_dict() == {"fast": "Y", "slow": "N"}
    assert found.at["slow", "TGK"] == pytest.approx(2 / 53 * 30.4375)


def test_the_definition_is_named_with_its_source_beside_the_counts(lesions):
    ends = lesions.with_name("ends.csv")
    ends.write_text("USUBJID,TRTEDY\nfast,40\nslow,\n")
    words = (lesions, "--hyperprogression", "Kato", "--baseline-day", 0, "--follow-up", ends, "--json")
    found = json.loads(command(*words).stdout)
    assert found["definition"] == "Kato 2017"
    assert found["source"].startswith("Kato S")
    assert found["counts"] == {"Y": 1, "N": 1, "NE": 0}


def test_a_definition_that_nobody_knows_or_whose_table_is_missing_is_refused_and_nothing_written(lesions, tmp_path):
    out = tmp_path / "found.csv"
    unknown = command(lesions, "--hyperprogression", "chmpiat", "--out", out)
    assert (unknown.exit_code, "did you mean Champiat 2017" in unknown.stderr) == (2, True)
    lacking = command(lesions, "--hyperprogression", "kato", "--baseline-day", 0, "--out", out)
    assert (lacking.exit_code, "TRTEDY" in lacking.stderr, out.exists()) == (2, True, False)
