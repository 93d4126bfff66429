"""Whatever is not markup already is escaped."""

import pytest

from abscopal.report.markup import Html, joined, table, tag
from abscopal.report.numbers import count, month_interval, months, percent, percent_interval, ratio_interval, signed


def test_text_and_attributes_are_escaped():
    assert tag("p", 'a < b & "c"', title='"><i>') == ('<p title="&quot;&gt;&lt;i&gt;">a &lt; b &amp; &quot;c&quot;</p>')


def test_markup_is_kept_and_lists_are_joined():
    assert tag("ul", [tag("li", "1"), tag("li", ["2", Html("<br>")])]) == "<ul><li>1</li><li>2<br></li></ul>"
    assert joined(["<", Html("<")]) == "&lt;<"


def test_attribute_names_become_hyphenated_html():
    assert tag("div", class_="a", aria_label="b") == '<div class="a" aria-label="b"></div>'


def test_table_names_rows_and_spans_headings():
    written = table(["", "A"], [["Group"], ["row", "1 (2–3)"]], "caption")
    assert '<th colspan="2" scope="rowgroup">Group</th>' in written
    assert '<th scope="row">row</th><td>1 <span class="nb">(2–3)</span></td>' in written


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(3.4, 0, "+3"), (-3.4, 0, "−3"), (-0.3, 0, "0"), (0.0, 0, "0"), (-0.04, 1, "0.0"), (-0.06, 1, "−0.1")],
)
def test_signed_numbers_have_a_real_minus_and_never_a_minus_zero(value: float, digits: int, text: str):
    assert signed(value, digits) == text


def test_what_was_not_reached_or_not_known_is_said():
    assert months(None) == months(float("nan")) == "not reached"
    assert month_interval((12.34, None)) == "12.3–NR"
    assert month_interval((None, None)) == percent_interval(None) == ratio_interval((0.5, None)) == "–"
    assert percent(None) == "–"


def test_a_share_below_half_a_percent_is_not_called_zero():
    assert count(1, 400) == "1 (<1\u00a0%)"
    assert count(0, 400) == "0 (0\u00a0%)"
    assert count(0, 0) == "0"
