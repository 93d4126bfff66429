import pandas as pd
import pytest
from synthetic_trial import synthetic_tables

from abscopal.analysis.summary import summarise
from abscopal.analysis.toxicity import toxicity_rates

ADSL = pd.DataFrame({"USUBJID": list("abcd"), "ARM": ["x", "x", "x", "y"]})
ADAE = pd.DataFrame(
    [
        ("a", "Colitis", "colon", "immune-related", 1, "protocol treatment"),
        ("a", "Colitis", "colon", "immune-related", 3, "protocol treatment"),
        ("b", "Colitis", "colon", "immune-related", 2, "protocol treatment"),
        ("b", "Alopecia", "hair", "drug", 2, "protocol treatment"),
        ("c", "Colitis", "colon", "immune-related", 4, "subsequent treatment"),
    ],
    columns=["USUBJID", "AETERM", "AEORGAN", "AECAT", "AETOXGR", "AEREL"],
)


def test_a_subject_counts_once_per_event_with_the_worst_episode_under_protocol_treatment():
    found = toxicity_rates(ADAE, ADSL)
    alopecia, colitis = found["x"].events
    assert (colitis.any_grade.successes, colitis.severe.successes, colitis.any_grade.n) == (2, 1, 3)
    assert (alopecia.any_grade.successes, alopecia.severe.successes) == (1, 0)
    assert (found["x"].any_grade.successes, found["x"].severe.successes) == (2, 1)
    assert found["y"].any_grade.rate == 0.0


def test_the_summary_holds_immune_related_events_by_organ_and_severe_ones_of_any_cause():
    tables = synthetic_tables(per_arm=90)
    arm = summarise(tables, "x", 1)["arms"]["nivolumab 3 mg/kg q2w"]
    assert arm["irae"] == {"skin": {"any": pytest.approx(1 / 3), "grade3": pytest.approx(1 / 9)}}
    assert arm["trae_grade3"] == pytest.approx(1 / 9)
    without = summarise({name: table for name, table in tables.items() if name != "adae"}, "x", 1)
    assert without["arms"]["nivolumab 3 mg/kg q2w"]["trae_grade3"] is None
