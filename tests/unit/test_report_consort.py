"""The flow of subjects and benefit and risk, in the report: every number is in it, and nothing is cut off."""

import numpy as np
import pytest
from synthetic_trial import DACARBAZINE, NIVOLUMAB, synthetic_tables

from abscopal.analysis.summary import summarise
from abscopal.report.benefit_risk import benefit_risk_figure, benefit_risk_section
from abscopal.report.consort import consort_figure, consort_section
from abscopal.report.findings import gather
from abscopal.report.published import Description
from abscopal.report.svg import to_svg

ONE, OTHER = NIVOLUMAB.name, DACARBAZINE.name
SCREENING = {
    "screened": 260,
    "enrolled": 200,
    "reasons": {
        "ECOG <= 1": {"first": 40, "all": 40},
        "PDL1 >= 50 % or CPS >= 1": {"first": 0, "all": 12},
        "contraindication: brain metastases": {"first": 20, "all": 31},
    },
}


@pytest.fixture(scope="module")
def tables():
    found = synthetic_tables()
    adsl = found["adsl"]
    return found | {"adsl": adsl.assign(STRATUM=np.where(adsl["LDH"] > 1, "LDH > 1", "LDH <= 1"))}


def findings(tables, arms=(ONE, OTHER), **summary):
    found = summarise(tables, "x", 7, arms[1] if len(arms) > 1 else None) | {"screening": SCREENING} | summary
    return gather(tables, {}, found, Description("x", regimens={arm: (arm,) for arm in arms}))


def test_the_flow_shows_everyone_screened_not_eligible_randomised_and_how_each_arm_ended(tables):
    adsl = tables["adsl"]
    svg = to_svg(consort_figure(adsl, [ONE, OTHER], SCREENING, [ONE, OTHER]))
    for text in ("Screened: 260", "Not eligible: 60", "ECOG &lt;= 1: 40", "Randomised: 200", "allocated: 100"):
        assert f">{text}<" in svg
    died = int(((adsl["ARM"] == ONE) & (adsl["EOSSTT"] == "DEATH")).sum())
    assert f">died: {died}<" in svg
    assert "PDL1" not in svg  # nobody failed that first; the table says how many failed it at all


def test_every_criterion_is_in_the_table_with_those_who_failed_it_first_and_at_all(tables):
    page = consort_section(findings(tables))
    assert "PDL1 &gt;= 50 % or CPS &gt;= 1" in page
    assert ">12 " in page
    assert ">31 " in page
    nobody = {"screened": 200, "enrolled": 200, "reasons": {}}
    assert "asks for nothing beyond" in consort_section(findings(tables, screening=nobody))
    nobody_failed = nobody | {"reasons": {"braf: none in the published trial": {"first": 0, "all": 0}}}
    page = consort_section(findings(tables, screening=nobody_failed))
    assert "Everyone screened met" in page
    assert "braf" not in page


def test_the_boxes_hold_their_text_and_lie_within_the_figure(tables):
    many = {f"a criterion with a rather long sentence number {i}": {"first": 99, "all": 99} for i in range(14)}
    screening = {"screened": 3000, "enrolled": 201, "reasons": many}
    figure = consort_figure(tables["adsl"], [ONE, OTHER], screening, [ONE, OTHER])
    figure.canvas.draw()
    (axes,) = figure.axes
    boxes = [patch.get_window_extent() for patch in axes.patches if hasattr(patch, "get_width")]
    for text in (text for text in axes.texts if text.get_text()):
        extent = text.get_window_extent()
        assert any(box.x0 <= extent.x0 and extent.x1 <= box.x1 and box.y0 <= extent.y0 for box in boxes), (
            text.get_text()
        )
    assert min(box.y0 for box in boxes) > 0
    assert ">other criteria: 396<" in to_svg(figure)
    assert ">not computed: 1<" in to_svg(figure)


def test_benefit_and_risk_are_told_by_arm_and_stratum_with_the_comparison_within_strata(tables):
    found = findings(tables)
    page = benefit_risk_section(found)
    row = found.summary["benefit_risk"]["groups"]["LDH > 1"][ONE]
    assert "LDH &gt; 1" in page
    assert f"{row['gain']:+.1f}".replace("-", "−") in page
    assert "Stratified hazard ratio" in page
    assert f"{found.summary['stratified'][0]['hr']:.2f}" in page
    svg = to_svg(benefit_risk_figure(found.summary["benefit_risk"]["groups"], [ONE, OTHER]))
    assert ">LDH &gt; 1<" in svg


def test_one_arm_has_no_benefit_to_weigh(tables):
    alone = {name: table[table["ARM"] == ONE] for name, table in tables.items()}
    assert "one arm" in benefit_risk_section(findings(alone, (ONE,)))
