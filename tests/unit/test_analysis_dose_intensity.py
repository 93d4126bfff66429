import pandas as pd
import pytest

from abscopal.analysis.dose_intensity import COLUMNS, relative_dose_intensity

ADSL = pd.DataFrame({"USUBJID": list("abc"), "ARM": ["x", "x", "y"]})


def table(*rows):
    return pd.DataFrame(rows, columns=["USUBJID", "ADY", "AENDY", "EXTRT", "EXDOSE", "EXLINE", "EXPDOSE", "EXDELAY"])


def test_it_is_what_was_given_over_what_was_planned_and_late_doses_count_by_the_time_lost():
    adex = table(
        ("a", 0, 0, "docetaxel", 100, 1, 100, 0),
        ("a", 28, 28, "docetaxel", 80, 1, 100, 7),
        ("b", 0, 0, "docetaxel", 100, 1, 100, 0),
        ("c", 0, 0, "docetaxel", 100, 1, 100, 0),
        ("c", 7, 7, "docetaxel", 0, 1, 100, 0),
    )
    found = relative_dose_intensity(adex, ADSL)
    assert found["x"]["docetaxel"] == pytest.approx((0.9 * 21 / 28 + 1) / 2)
    assert found["y"]["docetaxel"] == pytest.approx(0.5)


def test_interruptions_of_daily_intake_count_by_their_days_and_later_lines_do_not_count():
    adex = table(
        ("a", 0, 29, "sunitinib", 50, 1, 50, 0),
        ("a", 30, 39, "sunitinib", 0, 1, 50, 0),
        ("a", 50, 59, "sunitinib", 25, 2, 50, 0),
    )
    assert relative_dose_intensity(adex, ADSL) == {"x": {"sunitinib": pytest.approx(0.75)}, "y": {}}


def test_a_table_without_planned_doses_has_none():
    assert relative_dose_intensity(table().drop(columns="EXPDOSE"), ADSL) == {}
    assert set(COLUMNS) == set(table().columns)
