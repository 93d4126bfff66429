"""Six subjects who live twice: treated until PD, and until iCPD. Months of 30.4375 days."""

import numpy as np
import pandas as pd
import pytest

from abscopal.analysis.beyond_progression import beyond_progression

MONTH = 30.4375
# name: months lived when stopped, when waited, died in both; RECIST and iRECIST responses; living cells
LIVES = {
    "pseudoprogressor": (6, 12, True, ["PD", "PR"], ["iUPD", "iPR"], [1, 0.8, 0.1]),
    "progressor": (5, 4, True, ["PD", "PD"], ["iUPD", "iCPD"], [1, 2, 4]),
    "responder": (20, 20, True, ["PR", "PD"], ["iPR", "iUPD"], [1, 0.1, 0.5]),
    "stable": (24, 24, False, ["SD", "SD"], ["iSD", "iSD"], [1, 1, 1]),
    "lost": (3, 3, False, ["SD"], ["iSD"], [1, 1]),
    "long-lived": (24, 24, False, ["PD", "SD"], ["iUPD", "iSD"], [1, 1.5, 1.2]),
}
NAMES = list(LIVES)


def tables(lived):
    adsl = pd.DataFrame({"USUBJID": NAMES, "ARM": "a"})
    months = np.array([life[lived] for life in LIVES.values()], dtype=float)
    died = np.array([life[2] for life in LIVES.values()])
    os = pd.DataFrame(
        {"USUBJID": NAMES, "ARM": "a", "PARAMCD": "OS", "AVAL": months * MONTH, "CNSR": np.where(died, 0, 1)}
    )
    responses, truth = [], []
    for name, (*_, recist, immune, cells) in LIVES.items():
        for criterion, flag, answers in (("RECIST 1.1", "", recist), ("iRECIST", "Y", immune)):
            responses += [(name, "OVR", k, answer, criterion, flag) for k, answer in enumerate(answers, 1)]
        for visit in range(1, len(cells)):
            last = 100 * (cells[visit] / cells[visit - 1] - 1)
            later = 100 * (cells[-1] / cells[visit] - 1) if visit < len(cells) - 1 else np.nan
            kind = (
                "grown"
                if cells[visit] >= 1.728 * min(cells[:visit])
                else "shrunk"
                if cells[visit] < 0.343
                else "stable"
            )
            truth.append((name, visit, last, later, kind))
    return {
        "adsl": adsl,
        "adtte": os,
        "adrs": pd.DataFrame(responses, columns=["USUBJID", "PARAMCD", "AVISITN", "AVALC", "PARCAT1", "ANL01FL"]),
        "adtruth": pd.DataFrame(truth, columns=["USUBJID", "AVISITN", "CHANGE_LAST", "CHANGE_LATER", "TRUTH"]).assign(
            AVALC=""
        ),
    }


@pytest.fixture(scope="module")
def found():
    return beyond_progression(tables(0), tables(1), 24.0)["a"]


def test_recist_calls_a_pseudoprogressor_and_a_late_fall_wrongly_and_irecist_neither(found):
    recist, immune = found.called["RECIST 1.1"], found.called["iRECIST"]
    assert (recist.pseudoprogression.successes, recist.wrong.successes, recist.wrong.n) == (1, 2, 4)
    assert (immune.wrong.successes, immune.wrong.n) == (0, 1)


def test_who_responds_for_the_first_time_after_pd_is_counted_and_who_had_responded_before_is_not(found):
    assert (found.progressed, found.never_confirmed) == (4, 3)
    assert (found.responded.successes, found.responded.n) == (1, 4)


def test_gain_is_the_mean_of_paired_differences_of_those_known_to_the_horizon(found):
    gained = np.array([6, -1, 0, 0, 0])
    assert found.gain.n == 5  # all but the one lost
    assert found.gain.months == pytest.approx(gained.mean())
    assert found.gain.upper - found.gain.lower == pytest.approx(2 * 1.959964 * gained.std(ddof=1) / np.sqrt(5))
    assert found.gain_after_progression.n == 4
    assert found.gain_after_progression.months == pytest.approx(5 / 4)


def test_survival_beyond_the_horizon_gains_nothing():
    early = beyond_progression(tables(0), tables(1), 4.0)["a"]
    assert early.gain.months == 0
    assert early.alive == {"RECIST 1.1": {}, "iRECIST": {}}


def test_shares_alive_are_of_the_same_subjects_in_both(found):
    assert found.alive["RECIST 1.1"][12] == pytest.approx(3 / 5)
    assert found.alive["iRECIST"][12] == pytest.approx(3 / 5)  # dead at month 12, not after it
