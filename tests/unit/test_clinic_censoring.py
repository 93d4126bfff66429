from typing import get_args

import numpy as np
import pytest

from abscopal.clinic.censoring import DESCRIPTIONS, RULES, SOURCES, Censoring, censoring_named
from abscopal.errors import InputError
from abscopal.protocol.protocol import CensoringRule

WEEKS_8 = tuple(56.0 * k for k in range(1, 10))


def test_a_protocol_may_name_every_rule_and_each_is_described_with_its_source():
    assert set(get_args(CensoringRule)) == set(RULES) == set(DESCRIPTIONS)
    assert set(RULES) <= set(SOURCES)


def test_the_default_of_a_protocol_is_the_rule_that_sets_nothing_aside():
    assert RULES["every event"] == Censoring()


def test_ema_counts_every_event_whatever_was_missed_or_given_since_appendix_1_2012():
    rule = censoring_named("EMA", WEEKS_8)
    assert (rule.missed, rule.subsequent_therapy) == (0, False)


def test_fda_sets_events_after_two_missed_scans_or_subsequent_therapy_aside_guidance_2018():
    rule = censoring_named("fda", WEEKS_8)
    assert (rule.missed, rule.subsequent_therapy, rule.unresolved) == (2, True, True)


def test_a_rule_that_nobody_knows_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="did you mean every event"):
        censoring_named("every events")


@pytest.mark.parametrize(
    ("adequate", "event", "late"),
    [(56, 224, True), (50, 168, False), (62, 224, True), (56, 170, False), (0, 160, True), (0, 118, False)],
)
def test_a_scan_a_week_early_or_late_was_not_missed(adequate, event, late):
    rule = Censoring(missed=2, scheduled=WEEKS_8)
    assert rule.late(np.array([float(adequate)]), np.array([float(event)]))[0] == late
