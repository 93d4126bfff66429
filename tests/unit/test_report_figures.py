"""Figures show what the analysis says, and write the same bytes every time."""

import re
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from synthetic_trial import DACARBAZINE, NIVOLUMAB, synthetic_tables

from abscopal.analysis.survival import Survival
from abscopal.report.figures import write_figures
from abscopal.report.forest import FEWEST_EVENTS, forest_rows
from abscopal.report.kaplan_meier_figure import kaplan_meier_figure
from abscopal.report.lesion_map import organ_table
from abscopal.report.published import Description, PublishedCurve, PublishedValue
from abscopal.report.shown import evenly
from abscopal.report.spider import size_over_time
from abscopal.report.style import month_ticks
from abscopal.report.svg import to_svg
from abscopal.report.swimmer import courses
from abscopal.report.waterfall import best_change, confirmed_response, waterfall_figure
from abscopal.units import DAYS_PER_MONTH

ARMS = (NIVOLUMAB.name, DACARBAZINE.name)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return synthetic_tables()


@pytest.fixture(scope="module")
def trial() -> Description:
    months = np.arange(0.0, 37.0)
    return Description(
        name="synthetic",
        regimens=dict.fromkeys(ARMS, ()),
        values={ARMS[0]: {"os_at_12": PublishedValue(0.7), "os_median": PublishedValue(20.0)}},
        curves={("OS", ARMS[0]): PublishedCurve(months, np.exp(-0.03 * months), "somebody 2019")},
    )


def words(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_numbers_at_risk_in_the_figure_equal_the_analysis(tables, trial):
    survival = Survival(tables["adtte"], "OS")
    ticks = month_ticks(max(float(curve.time[-1]) for curve in survival.curves.values()) / DAYS_PER_MONTH)
    expected = [int(n) for arm in ARMS for n in survival.numbers_at_risk(ticks, arm)]
    assert expected[0] == 100
    assert len(set(expected)) > 8
    written = words(to_svg(kaplan_meier_figure(tables, "OS", trial)))
    assert " ".join(map(str, expected)) in " ".join(word for word in written if word.isdigit())


def test_kaplan_meier_figure_lays_the_published_curve_and_points_over(tables, trial):
    axes = kaplan_meier_figure(tables, "OS", trial).axes[0]
    lines = [line.get_xydata() for line in axes.get_lines()]
    assert any(
        np.allclose(line, np.column_stack([np.arange(37.0), np.exp(-0.03 * np.arange(37.0))]))
        for line in lines
        if len(line) == 37
    )
    assert any(np.allclose(line, [[12.0, 0.7], [20.0, 0.5]]) for line in lines if len(line) == 2)
    without = kaplan_meier_figure(tables, "PFS", trial)
    assert not any("published" in word for word in words(to_svg(without)))


def test_best_change_is_the_smallest_sum_until_progression():
    rows = [
        ("S1", 60, "SD", -10.0, "N"),
        ("S1", 100, "PD", 30.0, "Y"),
        ("S1", 140, "SD", -80.0, "Y"),
        ("S2", 60, "NE", np.nan, "N"),
    ]
    adrs = pd.DataFrame(rows, columns=["USUBJID", "ADY", "AVALC", "CHANGE_BASELINE", "NEW"])
    adrs = adrs.assign(PARAMCD="OVR", AVISITN=range(1, 5), ARM="A")
    adsl = pd.DataFrame({"USUBJID": ["S1", "S2", "S3"], "ARM": "A"})
    table = best_change(adsl, adrs)
    assert table.index.tolist() == ["S1"]
    assert table.loc["S1", "CHANGE"] == -10.0
    assert table.loc["S1", "NEW"]
    assert table.loc["S1", "RESPONSE"] == "NE"


def test_waterfall_draws_one_bar_per_measured_subject(tables):
    axes = waterfall_figure(tables, [ARMS[0]]).axes[0]
    changes = best_change(tables["adsl"], tables["adrs"])
    assert len(axes.patches) == int((changes["ARM"] == ARMS[0]).sum())
    heights = sorted(round(p.get_height(), 9) for p in axes.patches if abs(p.get_height()) > 0.6)
    expected = changes.loc[changes["ARM"] == ARMS[0], "CHANGE"].clip(upper=100)
    assert heights == sorted(round(h, 9) for h in expected if abs(h) > 0.6)


def test_immune_and_unmeasurable_responses_take_the_colour_of_their_class():
    given = ["CR", "iPR", "iSD", "iUPD", "iCPD", "NON-CR/NON-PD", "NE", ""]
    adrs = pd.DataFrame({"USUBJID": list("abcdefgh"), "PARAMCD": "CBOR", "AVALC": given})
    assert confirmed_response(adrs).tolist() == ["CR", "PR", "SD", "PD", "PD", "SD", "NE", "NE"]


def test_every_spider_line_starts_at_zero_on_day_0(tables):
    sizes = size_over_time(tables["adrs"])
    first = sizes.groupby("USUBJID").first()
    assert (first["MONTH"] == 0).all()
    assert (first["CHANGE"] == 0).all()
    measured = tables["adrs"].query("PARAMCD == 'OVR'")["CHANGE_BASELINE"].notna().sum()
    assert len(sizes) == measured + len(first)


def test_a_subject_has_at_most_one_first_new_lesion(tables):
    assert size_over_time(tables["adrs"]).groupby("USUBJID")["NEW"].sum().max() == 1


def test_swimmer_sample_is_even_and_keeps_both_ends():
    table = pd.DataFrame({"END": range(401)})
    sample = evenly(table, 41)
    assert sample["END"].tolist() == list(range(0, 401, 10))
    assert len(evenly(table.iloc[:7], 41)) == 7


def test_no_event_of_a_course_lies_after_its_end(tables):
    table = courses(tables["adsl"], tables["adrs"])
    for event in ("TREATED", "RESPONSE", "PROGRESSION", "NEXT"):
        assert (table[event].dropna() <= table["END"][table[event].notna()] + 1e-9).all()


def test_organ_table_counts_subjects_and_takes_the_median_best_change():
    rows = [
        ("S1", 0, "lung", "target", 20.0), ("S1", 1, "lung", "target", 10.0), ("S1", 2, "lung", "target", 15.0),
        ("S1", 0, "lung", "target", 20.0), ("S1", 1, "lung", "target", np.nan), ("S1", 2, "lung", "target", 15.0),
        ("S2", 0, "lung", "target", 10.0), ("S2", 1, "lung", "target", 15.0),
        ("S2", 0, "bone", "non-target", np.nan), ("S2", 1, "liver", "new", 12.0),
    ]  # fmt: skip
    adtr = pd.DataFrame(rows, columns=["USUBJID", "AVISITN", "ORGAN", "ROLE", "AVAL"])
    adtr = adtr.assign(PARAMCD="LDIAM", ARM="A", STATE="present")
    adsl = pd.DataFrame({"USUBJID": ["S1", "S2", "S3", "S4"], "ARM": "A"})
    table = organ_table({"adsl": adsl, "adtr": adtr}, "A")
    assert table["SUBJECTS"].to_dict() == dict.fromkeys(table.index, 0.0) | {"lung": 0.5, "bone": 0.25}
    assert table["NEW"]["liver"] == 0.25
    # S1: scan 1 misses a lesion, so its best is 30 of 40 mm at scan 2 (-25 %); S2: +50 %
    assert table["CHANGE"]["lung"] == pytest.approx(12.5)
    assert np.isnan(table["CHANGE"]["bone"])


def test_forest_shows_the_analysis_overall_and_splits_every_factor_completely(tables):
    rows = forest_rows(tables, "OS", *ARMS)
    assert rows[0].ratio == Survival(tables["adtte"], "OS").hazard_ratio(ARMS[1], ARMS[0])
    assert [row.label for row in rows if row.heading] == [
        "Sex", "Age", "ECOG", "LDH", "PD-L1", "Liver lesions", "Brain lesions",
    ]  # fmt: skip
    levels = [row for row in rows[1:] if not row.heading]
    for first, second in zip(levels[::2], levels[1::2], strict=True):
        assert np.add(first.subjects, second.subjects).tolist() == [100, 100]


def test_forest_hides_ratios_from_too_few_events():
    tables = synthetic_tables((NIVOLUMAB, replace(DACARBAZINE, responders=0.1)), per_arm=8)
    adtte = tables["adtte"]
    for row in forest_rows(tables, "OS", *ARMS):
        assert row.ratio is None or sum(row.subjects) >= FEWEST_EVENTS
    assert (adtte["PARAMCD"] == "OS").sum() == 16


def test_forest_leaves_out_a_covariate_that_the_table_lacks(tables):
    lacking = tables | {"adsl": tables["adsl"].drop(columns="PDL1").assign(LDH=np.nan)}
    labels = [row.label for row in forest_rows(lacking, "PFS", *ARMS)]
    assert "PD-L1" not in labels
    assert "LDH" not in labels
    assert "Sex" in labels


def test_figure_files_are_deterministic_and_carry_no_date(tables, trial, tmp_path: Path):
    first = write_figures(tables, trial, tmp_path / "one")
    second = write_figures(tables, trial, tmp_path / "two")
    assert [path.name for path in first] == [
        "kaplan_meier_os.svg", "kaplan_meier_pfs.svg", "waterfall.svg", "spider.svg", "swimmer.svg", "lesion_map.svg",
        "forest_os.svg", "forest_pfs.svg",
    ]  # fmt: skip
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes()
        assert b"dc:date" not in one.read_bytes()


def test_drawing_leaves_the_callers_matplotlib_settings_alone(tables, trial):
    before = dict(matplotlib.rcParams)
    to_svg(kaplan_meier_figure(tables, "OS", trial))
    assert dict(matplotlib.rcParams) == before


def test_a_large_trial_is_drawn_in_a_bounded_file(trial):
    small = synthetic_tables(per_arm=150)
    copies = [
        {name: table.assign(USUBJID=table["USUBJID"] + f"-{i}") for name, table in small.items()} for i in range(10)
    ]
    large = {name: pd.concat([copy[name] for copy in copies]) for name in small}
    assert len(to_svg(waterfall_figure(large, [ARMS[0]]))) < 300_000
    assert len(to_svg(kaplan_meier_figure(large, "OS", trial))) < 200_000
