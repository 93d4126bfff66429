"""Large trials: figures show a fixed sample and say so, only named columns are read, and who is left out is told."""

import re

import numpy as np
import pandas as pd
import pytest
from synthetic_trial import DACARBAZINE, NIVOLUMAB, synthetic_tables

from abscopal.analysis.columns import REPORT, SUMMARY
from abscopal.analysis.summary import summarise
from abscopal.report.estimates import of_enrolled
from abscopal.report.figures import write_figures
from abscopal.report.findings import gather
from abscopal.report.lesion_map import MOST_SUBJECTS, lesion_subjects, organ_table
from abscopal.report.page import report_page
from abscopal.report.published import Description
from abscopal.report.shown import Kept, once, sample
from abscopal.report.spider import MOST_LINES, spider_figure
from abscopal.report.waterfall import MOST_BARS, best_change, waterfall_figure

ARMS = (NIVOLUMAB.name, DACARBAZINE.name)
TRIAL = Description(name="synthetic", regimens=dict.fromkeys(ARMS, ()))
MANIFEST = {"seed": 7, "n": 200, "versions": {}}


def copies(tables, count):
    """The same trial so many times over, subjects named apart, in order of their names."""
    parts = [{k: t.assign(USUBJID=f"{i:02d}-" + t["USUBJID"]) for k, t in tables.items()} for i in range(count)]
    return {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in tables}


@pytest.fixture(scope="module")
def small():
    return synthetic_tables()


@pytest.fixture(scope="module")
def large(small):
    return copies(small, 60)  # 6,000 subjects an arm


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_sample_is_fixed_in_order_spread_evenly_and_everybody_where_few():
    subjects = pd.Series([f"S{i}" for i in range(10_000)])
    chosen = sample(subjects, 500)
    assert len(chosen) == chosen.nunique() == 500
    assert chosen.index.is_monotonic_increasing
    assert chosen.tolist() == sample(subjects.copy(), 500).tolist()
    gaps = np.diff(np.append(chosen.index, 10_000))
    assert gaps.max() <= 3 * gaps.mean()
    assert sample(subjects[:500], 500).tolist() == subjects[:500].tolist()


def test_large_figures_are_bounded_and_their_panels_say_how_many_they_show(large):
    spider = spider_figure(large, [ARMS[0]])
    lines = [line for line in spider.axes[0].get_lines() if line.get_marker() == "None" and len(line.get_xdata()) > 2]
    assert 300 < len(lines) <= MOST_LINES
    assert f"{MOST_LINES} of 6000 subjects" in " ".join(text.get_text() for text in spider.texts)
    waterfall = waterfall_figure(large, [ARMS[0]])
    assert len(waterfall.axes[0].patches) == MOST_BARS
    measured = int((best_change(large["adsl"], large["adrs"])["ARM"] == ARMS[0]).sum())
    assert f"{MOST_BARS} of {measured} subjects" in " ".join(text.get_text() for text in waterfall.texts)


def test_the_sampled_lesion_map_is_near_that_of_everybody(small, large):
    assert len(lesion_subjects(large["adsl"], ARMS[0])) == MOST_SUBJECTS
    whole, sampled = organ_table(small, ARMS[0]), organ_table(large, ARMS[0])
    assert (whole["SUBJECTS"] - sampled["SUBJECTS"]).abs().max() < 0.02
    assert (whole["NEW"] - sampled["NEW"]).abs().max() < 0.02


def test_the_page_of_a_large_trial_says_what_it_samples_and_stays_small(large):
    page = report_page(gather(large, MANIFEST, {}, TRIAL))
    assert len(page) < 3_000_000
    text = text_of(page)
    assert f"Of more than {MOST_LINES} subjects of an arm, {MOST_LINES} are drawn" in text
    assert f"Of more than {MOST_SUBJECTS} subjects of an arm, {MOST_SUBJECTS} are counted" in text


def test_the_page_of_a_small_trial_says_nothing_of_samples(small):
    assert "fixed sample" not in text_of(report_page(gather(small, MANIFEST, {}, TRIAL)))


def test_summary_figures_and_page_need_the_named_columns_only_as_words_or_as_categories(small, tmp_path):
    wanted = summarise(small, "x", 1)
    coded = {
        name: small[name].astype({c: "category" for c, kind in small[name].dtypes.items() if kind == "str"})
        for name in REPORT
    }
    summary_only = {name: coded[name][[c for c in SUMMARY[name] if c in coded[name]]] for name in SUMMARY}
    assert summarise(summary_only, "x", 1) == wanted
    report_only = {name: coded[name][[c for c in REPORT[name] if c in coded[name]]] for name in REPORT}
    assert summarise(report_only, "x", 1) == wanted
    assert report_page(gather(report_only, MANIFEST, wanted, TRIAL)) == report_page(
        gather(small, MANIFEST, wanted, TRIAL)
    )
    for one, two in zip(
        write_figures(small, TRIAL, tmp_path / "a"), write_figures(report_only, TRIAL, tmp_path / "b"), strict=True
    ):
        assert one.read_bytes() == two.read_bytes()


def test_what_figures_derive_is_made_once_for_tables_that_keep_it(small):
    calls = []

    def count(tables, arm):
        calls.append(arm)
        return len(tables["adsl"])

    kept = of_enrolled(small)
    assert isinstance(kept, Kept)
    assert [once(kept, count, "a"), once(kept, count, "a"), once(kept, count, "b")] == [200] * 3
    assert calls == ["a", "b"]
    assert of_enrolled(kept) is kept
    once(dict(small), count, "a")
    assert calls == ["a", "b", "a"]


def test_the_page_says_who_is_left_out_and_why(small):
    summary = {
        "failed": {"n": 3, "reasons": {"too many steps": 2, "a value is not finite": 1}},
        "missing": [{"first": "SUBJ-0501", "last": "SUBJ-1000", "n": 500, "reason": "the worker died"}],
    }
    text = text_of(report_page(gather(small, MANIFEST, summary, TRIAL)))
    assert "The computation of 3 subjects failed (too many steps: 2, a value is not finite: 1)." in text
    assert "Subjects SUBJ-0501 to SUBJ-1000 were not computed" in text
    assert "They are in no figure and no estimate." in text
    whole = {"failed": {"n": 0, "reasons": {}}}
    assert "in no figure" not in text_of(report_page(gather(small, MANIFEST, whole, TRIAL)))
