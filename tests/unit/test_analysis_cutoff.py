"""Four subjects enrolled on calendar days 0, 10, 20 and 200."""

import pandas as pd
import pytest

from abscopal.analysis.cutoff import cut_off, day_of_events

NAMES = ["S1", "S2", "S3", "S4"]
ADSL = pd.DataFrame({"USUBJID": NAMES, "ARM": "a", "ENTRYDY": [0, 10, 20, 200]})
OS = pd.DataFrame(
    {"USUBJID": NAMES, "ARM": "a", "PARAMCD": "OS", "AVAL": [50.0, 300.0, 100.0, 30.0], "CNSR": [0, 1, 0, 0]}
)
PFS = pd.DataFrame(
    {"USUBJID": NAMES, "ARM": "a", "PARAMCD": "PFS", "AVAL": [40.0, 84.0, 95.0, 30.0], "CNSR": [0, 0, 0, 0]}
)
ADTTE = pd.concat([OS, PFS], ignore_index=True)
ADRS = pd.DataFrame(
    [("S2", 42, "SD"), ("S2", 84, "PD"), ("S3", 42, "SD"), ("S3", 80, "NE")], columns=["USUBJID", "ADY", "AVALC"]
).assign(PARAMCD="OVR")


@pytest.mark.parametrize(("events", "day"), [(1, 50), (2, 120), (3, 230)])
def test_events_are_counted_in_calendar_time_not_in_order_of_survival(events, day):
    assert day_of_events(ADTTE, ADSL, events) == day


def test_more_events_than_the_trial_has_are_refused():
    with pytest.raises(ValueError, match="1 to 3, the OS events"):
        day_of_events(ADTTE, ADSL, 4)


def test_who_is_alive_at_the_cut_off_is_censored_there_and_who_is_not_yet_enrolled_is_left_out():
    cut = cut_off(ADTTE, ADSL, ADRS, 110.0)
    found = cut[cut["PARAMCD"] == "OS"][["USUBJID", "AVAL", "CNSR"]].values.tolist()
    assert found == [["S1", 50.0, 0], ["S2", 100.0, 1], ["S3", 90.0, 1]]


def test_progression_after_the_cut_off_is_censored_at_the_last_scan_before_it_that_could_be_evaluated():
    cut = cut_off(ADTTE, ADSL, ADRS, 110.0)
    found = cut[cut["PARAMCD"] == "PFS"][["USUBJID", "AVAL", "CNSR"]].values.tolist()
    assert found == [["S1", 40.0, 0], ["S2", 84.0, 0], ["S3", 42.0, 1]]


def test_a_cut_off_after_the_end_of_the_trial_changes_nothing():
    assert cut_off(ADTTE, ADSL, ADRS, 1e6)[list(ADTTE)].equals(ADTTE)
