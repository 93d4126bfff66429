import numpy as np
import pytest

from abscopal.analysis.logrank import logrank

# Freireich 1963: weeks to relapse on 6-MP and on placebo.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
WEEKS += [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0] + [1] * 21
ARM = ["6-MP"] * 21 + ["placebo"] * 21


def test_logrank_gives_the_printed_statistic_of_Freireich_in_Kleinbaum_and_Klein():
    result = logrank(WEEKS, RELAPSE, ARM)
    assert result.groups == ("6-MP", "placebo")
    assert result.observed.tolist() == [9, 21]
    assert result.expected.round(2).tolist() == [19.25, 10.75]
    assert round(result.statistic, 3) == 16.793


def test_no_event_gives_no_p_value():
    result = logrank([1, 2, 3, 4], [0, 0, 0, 0], ["a", "a", "b", "b"])
    assert (result.statistic, result.degrees_of_freedom, result.p) == (0.0, 0, None)


def test_groups_never_at_risk_together_give_no_p_value():
    result = logrank([1, 2, 3, 4], [1, 1, 1, 1], ["a", "a", "b", "b"], strata=[1, 1, 2, 2])
    assert result.p is None


def test_a_group_compared_with_nobody_within_its_stratum_adds_no_degree_of_freedom():
    time, event = [1, 3, 2, 4, 5, 6], [1, 1, 1, 1, 1, 1]
    result = logrank(time, event, ["a", "a", "b", "b", "c", "c"], strata=[1, 1, 1, 1, 2, 2])
    alone = logrank(time[:4], event[:4], ["a", "a", "b", "b"])
    assert result.degrees_of_freedom == 1
    assert result.statistic == pytest.approx(alone.statistic, rel=1e-12)


def test_equal_groups_give_a_statistic_of_zero():
    time, event = [1, 2, 2, 3, 4], [1, 1, 0, 1, 0]
    result = logrank(time * 2, event * 2, np.repeat([0, 1], 5))
    assert result.statistic == pytest.approx(0.0, abs=1e-20)
    assert result.p == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("group", "strata", "message"),
    [
        (["a", "a"], None, "at least two groups"),
        (["a"], None, "expected 2 labels"),
        (["a", None], None, "missing"),
        (["a", "b"], [1.0, np.nan], "strata: .*missing"),
    ],
)
def test_wrong_labels_are_refused_by_a_message_that_names_them(group, strata, message):
    with pytest.raises(ValueError, match=message):
        logrank([1, 2], [1, 1], group, strata)
