"""The page is one safe file that tells the whole trial, and it survives trials that are thin somewhere."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from synthetic_trial import DACARBAZINE, NIVOLUMAB, SyntheticArm, synthetic_tables

from abscopal.analysis.response import response_rates
from abscopal.analysis.summary import summarise
from abscopal.analysis.survival import Survival
from abscopal.protocol.protocol import Protocol
from abscopal.report.findings import gather
from abscopal.report.page import NOT_ADVICE, SECTIONS, report_page, write_report
from abscopal.report.published import Citation, Description, PublishedValue, describe

ARMS = (NIVOLUMAB.name, DACARBAZINE.name)
MANIFEST = {
    "seed": 7,
    "n": 200,
    "versions": {"abscopal": "0.1.0", "numpy": "2.1.0"},
    "model_hash": "sha256:0a1b2c",
    "counts": {"enrolled": 200, "solver failure": 0},
    "created": "2026-01-01T00:00:00Z",
    "wall_seconds": 12.0,
    "solver": {"method": "Tsit5"},
    "sources": [{"key": "norton-1988", "citation": "Norton L, Cancer Res 1988", "doi": "10.1000/norton"}],
}


def described(arms: tuple[str, ...] = ARMS, **changes) -> Description:
    values = {
        arms[0]: {
            "orr": PublishedValue(0.42, source="checked"),
            "os_median": PublishedValue(37.5, 25.5, None, "checked"),
            "os_at_24": PublishedValue(0.584, source="recalled", note="read off the curve"),
        }
    }
    description = Description(
        name="checkmate-066",
        title="Nivolumab in untreated melanoma",
        indication="melanoma",
        criteria="RECIST 1.1",
        regimens={arm: (arm,) for arm in arms},
        values=values,
        citations=(Citation("Robert C, N Engl J Med 2015", "10.1056/NEJMoa1412082"),),
    )
    return replace(description, **changes)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return synthetic_tables()


def page_of(tables: dict[str, pd.DataFrame], description: Description, manifest: dict = MANIFEST) -> str:
    return report_page(gather(tables, manifest, summarise(tables, description.name, 7), description))


@pytest.fixture(scope="module")
def page(tables) -> str:
    return page_of(tables, described())


def visible_text(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))


def test_report_is_one_file_under_2_MB(tables, tmp_path: Path):
    path = write_report(tables, MANIFEST, summarise(tables, "x", 7), described(), tmp_path / "report.html")
    assert 50_000 < path.stat().st_size < 2_000_000
    assert list(tmp_path.iterdir()) == [path]


def test_report_loads_nothing_and_runs_nothing(page: str):
    links = set(re.findall(r"""<a [^>]*href="([^"]*)\"""", page))
    assert {link for link in links if not link.startswith("#")} == {
        "https://doi.org/10.1056/NEJMoa1412082",
        "https://doi.org/10.1000/norton",
    }
    without_links = re.sub(r"<a [^>]*>", "", page)
    assert not re.search(r"https?:|src=|@import|<link|<script|<iframe|<object|\son\w+=", without_links)
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", without_links))


def test_page_has_every_section_and_says_it_is_not_medical_advice(page: str):
    for name, title, _ in SECTIONS:
        assert f'<section id="{name}"><h2>{title}</h2>' in page
        assert f'href="#{name}"' in page
    assert visible_text(page).count(NOT_ADVICE) == 2
    assert page.index(NOT_ADVICE) < page.index("<nav")


def test_every_figure_of_both_arms_is_drawn_with_a_text_for_those_who_cannot_see_it(page: str):
    names = re.findall(r'<svg role="img" aria-label="([^"]+)"', page)
    kinds = [name.split()[0] for name in names]
    expected = (
        ["Flow"] + ["Kaplan-Meier"] * 2 + ["Waterfall"] * 2 + ["Spider"] * 2 + ["Swimmer"] * 2 + ["Lesion"] * 2
        + ["Forest"] * 2 + ["Gain"]
    )  # fmt: skip
    assert kinds == expected
    assert page.count("<svg") == len(names)


def test_ids_of_a_page_with_many_figures_are_unique_and_every_reference_has_its_target(page: str):
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    references = re.findall(r'(?:url\(#|href="#)([^")]+)', page)
    assert references
    assert set(references) <= set(ids)


def test_a_protocol_named_script_is_harmless(tables):
    evil = '<script>alert("1")</script>'
    renamed = {name: table.replace({"ARM": {ARMS[0]: evil}}) for name, table in tables.items()}
    renamed["adsl"] = renamed["adsl"].replace({"DTHCAUS": {"cachexia": "<img src=x onerror=alert(1)>"}})
    bad = described((evil, ARMS[1]), name=evil, title=evil + " & title", indication="<b>", notes=(evil,))
    manifest = MANIFEST | {"sources": [{"key": "x", "citation": evil, "doi": '10.1000/"onclick="alert(1)'}]}
    page = page_of(renamed, bad, manifest)
    assert "<script" not in page
    assert "<img" not in page
    assert 'onclick="' not in page
    assert "&lt;script&gt;alert(" in page


def test_dollar_signs_and_backslashes_in_a_name_are_text_and_not_mathematics(tables):
    strange = r"arm $\frac{1}$ _^ \alpha €"
    renamed = {name: table.replace({"ARM": {ARMS[0]: strange}}) for name, table in tables.items()}
    assert strange in page_of(renamed, described((strange, ARMS[1])))


def test_same_findings_give_the_same_bytes(tables):
    assert page_of(tables, described()) == page_of(tables, described())


def test_headline_numbers_agree_with_the_summary(tables, page: str):
    summary = summarise(tables, "x", 7)
    text = visible_text(page)
    for arm in ARMS:
        assert f"{100 * summary['arms'][arm]['orr']:.0f}\u00a0%" in text
        assert f"{summary['arms'][arm]['os_median']:.1f}" in text
    ratio = next(c for c in summary["contrasts"] if c["endpoint"] == "OS")
    assert f"{ratio['hr']:.2f}" in text
    assert f"{ratio['lo']:.2f}–{ratio['hi']:.2f}" in text


def test_comparison_lays_the_published_value_beside_the_analysis(tables):
    findings = gather(tables, MANIFEST, {}, described())
    orr = findings.value(ARMS[0], "orr")
    exact = response_rates(tables["adrs"], tables["adsl"])[ARMS[0]].objective
    assert (orr.simulated, orr.limits) == (exact.rate, (exact.lower, exact.upper))
    assert orr.difference_text() == f"{100 * (exact.rate - 0.42):+.0f} points".replace("-", "−")
    landmark = findings.value(ARMS[0], "os_at_24")
    survival = Survival(tables["adtte"], "OS")
    assert landmark.simulated == survival.at(24, ARMS[0])
    assert landmark.inside == (landmark.limits[0] <= 0.584 <= landmark.limits[1])


def test_recalled_figures_are_marked_and_their_note_is_shown(page: str):
    row = re.search(r'<th scope="row">OS at 24 months</th>.*?</tr>', page).group()
    assert 'class="mark recalled">recalled<' in row
    assert "read off the curve" in row


def test_provenance_names_seed_hash_versions_and_the_command(page: str):
    text = visible_text(page)
    for part in ("abscopal run checkmate-066 --n 200 --seed 7", "sha256:0a1b2c", "2.1.0", "solver failure 0"):
        assert part in text


def test_adverse_events_are_counted_by_arm_and_said_to_be_absent_where_none_were_recorded(page: str, tables):
    assert "Dermatitis" in page
    assert "Adverse events were not recorded" not in page
    without = {name: table for name, table in tables.items() if name != "adae"}
    assert "Adverse events were not recorded in this run" in page_of(without, described())


def test_what_was_done_for_toxicity_counts_each_subject_once_per_drug_and_who_stopped_for_it(tables):
    adsl = tables["adsl"].copy()
    stopped = adsl.index[adsl["ARM"] == NIVOLUMAB.name][:3]
    adsl.loc[stopped, "DCTREAS"] = "ADVERSE EVENT"
    summary = {"arms": {NIVOLUMAB.name: {"relative_dose_intensity": {"nivolumab": 0.934}}}}
    page = report_page(gather(tables | {"adsl": adsl}, MANIFEST, summary, described()))
    section = page[page.index("What was done for toxicity") :]
    section = re.sub(r"<[^>]+>|\s", " ", section[: section.index("</table>")])
    section = " ".join(section.split())
    given = tables["adcm"].drop_duplicates("USUBJID").groupby("ARM").size()
    assert f"prednisone {given[NIVOLUMAB.name]} (" in section
    assert "Treatment stopped for an adverse event 3 (3 %)" in section
    assert "nivolumab 93 %" in section


def test_subjects_whose_simulation_failed_are_not_counted(tables):
    failed = {name: table.copy() for name, table in tables.items()}
    gone = failed["adsl"]["USUBJID"].iloc[:5]
    failed["adsl"].loc[failed["adsl"]["USUBJID"].isin(gone), "CLASS"] = "solver failure"
    assert len(gather(failed, MANIFEST, {}, described()).tables["adsl"]) == 195
    assert "195 subjects" in page_of(failed, described())


THIN = {
    "an arm without responders": (replace(NIVOLUMAB, responders=0.0), DACARBAZINE),
    "an arm without deaths": (replace(NIVOLUMAB, mortal=False), DACARBAZINE),
    "nobody dies or responds": (
        replace(NIVOLUMAB, mortal=False, responders=0.0),
        replace(DACARBAZINE, mortal=False, responders=0.0),
    ),
    "a single arm": (NIVOLUMAB,),
    "three arms": (NIVOLUMAB, DACARBAZINE, SyntheticArm("ipilimumab 3 mg/kg q3w x4", responders=0.2)),
}


@pytest.mark.parametrize("arms", THIN.values(), ids=THIN)
def test_thin_trials_are_reported_and_not_refused(arms: tuple[SyntheticArm, ...]):
    names = tuple(arm.name for arm in arms)
    page = page_of(synthetic_tables(arms, per_arm=30), described(names))
    assert all(f'<section id="{name}"' in page for name, _, _ in SECTIONS)
    text = visible_text(page)
    assert not re.search(r"\b(nan|None|inf|NaT)\b", text)
    assert page.count('aria-label="Waterfall') == len(arms)


def test_a_duration_of_response_that_nobody_has_is_not_called_not_reached():
    tables = synthetic_tables((replace(NIVOLUMAB, responders=0.0),), per_arm=30)
    assert (tables["adtte"]["PARAMCD"] != "DOR").all()
    findings = gather(tables, MANIFEST, {}, described((NIVOLUMAB.name,)))
    assert findings.value(NIVOLUMAB.name, "dor_median").simulated_text() == "–"


def test_an_arm_of_the_protocol_with_no_subject_is_shown_as_empty(tables):
    page = page_of(tables, described((*ARMS, "never opened")))
    assert "never opened" in page
    assert not re.search(r"\bnan\b", visible_text(page))


def test_a_trial_of_one_subject_is_reported():
    tables = synthetic_tables((NIVOLUMAB,), per_arm=1)
    page = page_of(tables, described((NIVOLUMAB.name,)))
    assert "1 virtual patient was followed" in page
    assert not re.search(r"\b1 subjects", page)


def test_a_real_trial_has_no_seed_and_the_page_does_not_call_it_simulated(tables):
    text = visible_text(page_of(tables, described(), manifest={}))
    assert "virtual" not in text
    assert "abscopal run" not in text


def test_a_protocol_is_described_with_its_arms_published_values_and_curves():
    protocol = Protocol(
        name="demo",
        indication="melanoma",
        subjects=10,
        arms={
            "A": {"regimen": "nivolumab 3 mg/kg q2w", "published": {"orr": {"value": 0.4, "source": "checked"}}},
            "B": {"regimen": [], "published": {"os_at": {12: 0.5}, "os_median": None}},
        },
        contrasts=[{"endpoint": "OS", "arm": "A", "reference": "B", "hr": {"value": 0.5, "lo": 0.4, "hi": 0.6}}],
        curves=[{"endpoint": "OS", "arm": "A", "points": [[0, 1.0], [12, 0.7]], "citation": "someone 2019"}],
    )
    description = describe(protocol)
    assert description.regimens == {"A": ("nivolumab 3 mg/kg q2w",), "B": ()}
    assert description.control == "B"
    assert description.values["A"]["orr"] == PublishedValue(0.4, source="checked")
    assert description.landmarks("OS", "B") == [(12.0, 0.5)]
    assert description.ratios["OS", "A", "B"] == PublishedValue(0.5, 0.4, 0.6)
    assert description.curves["OS", "A"].survival.tolist() == [1.0, 0.7]
