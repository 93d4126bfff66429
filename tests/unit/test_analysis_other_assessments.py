"""Further criteria and readers are told apart, and never mixed with the response that counts."""

import pandas as pd
from synthetic_trial import DACARBAZINE, NIVOLUMAB, synthetic_tables

from abscopal.analysis.other_assessments import other_assessments
from abscopal.analysis.summary import summarise
from abscopal.report.findings import gather
from abscopal.report.page import report_page
from abscopal.report.published import Description

ADSL = pd.DataFrame({"USUBJID": ["S1", "S2", "S3"], "ARM": ["A", "A", "B"]})
RESPONSES = {
    ("RECIST 1.1", "INVESTIGATOR", "Y"): ("PD", "SD", "CR"),
    ("iRECIST", "INVESTIGATOR", ""): ("iPR", "iSD", "iCPD"),
    ("RECIST 1.1", "INDEPENDENT ASSESSOR", ""): ("PR", "PR", "NE"),
}
ADRS = pd.DataFrame([
    {"USUBJID": subject, "PARAMCD": "CBOR", "AVALC": response, "PARCAT1": criteria, "RSEVAL": reader, "ANL01FL": flag}
    for (criteria, reader, flag), responses in RESPONSES.items()
    for subject, response in zip(ADSL["USUBJID"], responses, strict=True)
])  # fmt: skip


def test_each_further_criterion_and_reader_has_its_own_rates_and_the_counted_one_none():
    found = other_assessments(ADRS, ADSL)
    assert list(found) == [("RECIST 1.1", "INDEPENDENT ASSESSOR"), ("iRECIST", "INVESTIGATOR")]
    immune, independent = found["iRECIST", "INVESTIGATOR"], found["RECIST 1.1", "INDEPENDENT ASSESSOR"]
    assert (immune["A"].objective.successes, immune["A"].disease_control.successes) == (1, 2)
    assert immune["B"].objective.rate == 0
    assert independent["A"].objective.rate == 1
    assert independent["B"].disease_control.rate == 0


def test_a_table_without_the_columns_or_without_further_rows_has_none():
    assert other_assessments(ADRS.drop(columns="RSEVAL"), ADSL) == {}
    assert other_assessments(ADRS[ADRS["ANL01FL"] == "Y"], ADSL) == {}


def test_further_rows_change_nothing_else_in_the_summary_and_are_told_in_the_report():
    tables = synthetic_tables()
    counted = tables["adrs"].assign(PARCAT1="RECIST 1.1", RSEVAL="INVESTIGATOR", ANL01FL="Y")
    other = counted.assign(PARCAT1="irRECIST", ANL01FL="", AVALC=counted["AVALC"].replace("PR", "SD"))
    both = tables | {"adrs": pd.concat([counted, other], ignore_index=True)}
    alone, found = summarise(tables | {"adrs": counted}, "x", 1), summarise(both, "x", 1)
    others = found.pop("other_assessments")
    assert found == alone
    complete = {arm: row["cr"] for arm, row in alone["arms"].items()}
    assert {row["arm"]: row["orr"] for row in others} == complete
    trial = Description("x", regimens={arm.name: (arm.name,) for arm in (NIVOLUMAB, DACARBAZINE)})
    assert "irRECIST, investigator" in report_page(gather(both, {}, found | {"other_assessments": others}, trial))
    assert "the same scans assessed by" not in report_page(gather(both, {}, found, trial))
