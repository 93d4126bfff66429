"""Overall responses by RECIST 1.1 against the SDTM example of pharmaverse (pharmaversesdtm, Apache-2.0).

Its readers' target, non-target and new-lesion responses and the overall response they gave, 1,899 visits, counted by
`scripts/overall_response_table.py`. Its target sums are no oracle, for they ignore the nadir: lesions are written here
so that they have the responses of the components.
"""

import json
from pathlib import Path

import pandas as pd
import pytest

from abscopal import assess

TABLE = json.loads((Path(__file__).parent / "data" / "pharmaverse_overall_responses.json").read_text(encoding="utf-8"))
ROWS = [dict(zip(TABLE["columns"], row, strict=True)) for row in TABLE["rows"]]
# Overall response CHECK, without a non-target response although the subject has non-targets: planted by the authors to
# be found by a check of the data, and no response of RECIST.
NO_RESPONSE = [row for row in ROWS if row["overall"] == "CHECK"]
USABLE = [row for row in ROWS if row["overall"] != "CHECK"]

TARGET = {"CR": (0.0, "absent"), "PR": (20.0, "present"), "SD": (48.0, "present"), "PD": (70.0, "present")}
NONTARGET = {
    "CR": "absent",
    "NON-CR/NON-PD": "present",
    "PD": "unequivocal progression",
    "NE": "not evaluable",
}
NEW = {"UNEQUIVOCAL": "present", "EQUIVOCAL": "not evaluable"}  # of doubt until a later scan settles it, 4.3.5
IMMUNE = {"CR": "iCR", "PR": "iPR", "SD": "iSD", "PD": "iUPD"}


def lesions(row):
    """A baseline and one visit whose components have the responses of a row."""
    columns = ["ADY", "LESION", "ORGAN", "ROLE", "DIAMETER_MM", "STATE"]
    found = [
        (0, "T1", "lung", "target", 50.0, "present"),
        (0, "N1", "bone", "non-target", None, "present"),
        (56, "T1", "lung", "target", *TARGET[row["target"]]),
        (56, "N1", "bone", "non-target", None, NONTARGET[row["nontarget"]]),
    ]
    if row["new"]:
        found.append((56, "X1", "liver", "new", None, NEW[row["new"]]))
    return pd.DataFrame(found, columns=columns).assign(USUBJID="P", NODE=False)


def test_the_truth_table_is_whole_and_three_of_its_1899_visits_are_no_responses():
    assert sum(row["visits"] for row in ROWS) == 1899
    assert sum(row["visits"] for row in NO_RESPONSE) == 3
    assert {row["nontarget"] for row in NO_RESPONSE} == {""}
    assert len(USABLE) == 32
    assert "Apache License" in TABLE["notice"]


@pytest.mark.parametrize("row", USABLE, ids=lambda row: f"{row['target']}-{row['nontarget']}-{row['new']}")
def test_overall_response_agrees_with_the_readers_of_pharmaverse(row):
    visit = assess(lesions(row)).iloc[0]
    assert visit["TARGET"] == row["target"]
    assert visit["NONTARGET"] == row["nontarget"]
    assert visit["NEW"] == ("Y" if row["new"] == "UNEQUIVOCAL" else "N")
    assert visit["RESPONSE"] == row["overall"]


def test_irecist_says_the_same_at_a_first_visit_with_progression_yet_to_be_confirmed():
    histories = [lesions(row).assign(USUBJID=f"P{number:02d}") for number, row in enumerate(USABLE)]
    found = assess(pd.concat(histories), "iRECIST")["RESPONSE"].tolist()
    assert found == [IMMUNE[row["overall"]] for row in USABLE]
