"""PCWG3: the table of soft tissue and bone, and the 2+2 rule, by the worked examples of the admiralonco vignette."""

import numpy as np
import pandas as pd
import pytest

from abscopal.clinic.assess import assess
from abscopal.clinic.criteria.pcwg3 import SOURCES, Pcwg3

COLUMNS = ["USUBJID", "ADY", "LESION", "ORGAN", "ROLE", "DIAMETER_MM", "NODE", "STATE"]
SOFT = {"": None, "CR": 0.0, "PR": 30.0, "SD": 50.0, "PD": 70.0, "NE": np.nan}


def state_of(size):
    return "not evaluable" if np.isnan(size) else "present" if size else "absent"


def visit(day, target=None, nontarget=None, bone=0, new_bone=0, bone_state="present", gone=0):
    """Rows of a visit: a target in the liver, a non-target in the lung, lesions of bone, old, new and gone again."""
    rows = []
    if target is not None:
        rows.append((day, "T", "liver", "target", target, state_of(target)))
    if nontarget is not None:
        rows.append((day, "N", "lung", "non-target", np.nan, nontarget))
    rows += [(day, f"B{k}", "bone", "non-target", np.nan, bone_state) for k in range(bone)]
    rows += [(day, f"X{k}", "bone", "new", np.nan, "present") for k in range(new_bone)]
    rows += [(day, f"X{k}", "bone", "new", np.nan, "absent") for k in range(new_bone, gone)]
    return rows


def assessed(*visits):
    whole = [("P1", day, *rest[:-1], False, rest[-1]) for rows in visits for day, *rest in rows]
    return assess(pd.DataFrame(whole, columns=COLUMNS), "PCWG3")


def bones(*new, days=None):
    """Responses of a patient with ten bone lesions and nothing else, by new lesions seen at each scan."""
    days = days or [56 * (k + 1) for k in range(len(new))]
    counts = [(day, count, max(new[:k], default=0)) for k, (day, count) in enumerate(zip(days, new, strict=True))]
    visits = [visit(day, bone=10, new_bone=count, gone=before) for day, count, before in counts]
    return assessed(visit(0, bone=10), *visits)["RESPONSE"].tolist()


STABLE = "NON-CR/NON-PD"


def test_two_new_at_the_first_scan_and_two_more_later_are_progression_2_plus_2():
    assert bones(2, 4) == ["uPD", "PD"]


def test_two_new_at_the_first_scan_and_no_two_more_are_a_flare():
    assert bones(2, 2, 2, 3) == ["uPD", STABLE, STABLE, STABLE]


def test_two_new_since_the_first_scan_that_persist_are_progression():
    assert bones(0, 2, 2) == [STABLE, "uPD", "PD"]
    assert bones(1, 2, 3, 3) == [STABLE, STABLE, "uPD", "PD"]


def test_two_new_after_a_flare_are_counted_from_the_first_scan():
    assert bones(2, 2, 4, 4) == ["uPD", STABLE, "uPD", "PD"]


def test_two_new_since_the_first_scan_that_go_are_no_progression():
    assert bones(0, 2, 0, 2) == [STABLE, "uPD", STABLE, "uPD"]


@pytest.mark.parametrize(("gap", "expected"), [(41, "uPD"), (42, "PD")])
def test_bone_is_confirmed_six_weeks_later_or_more(gap, expected):
    assert bones(2, 4, days=[56, 56 + gap]) == ["uPD", expected]
    assert bones(0, 2, 2, days=[56, 112, 112 + gap]) == [STABLE, "uPD", expected]


def test_progression_of_bone_is_dated_at_the_scan_that_first_showed_it():
    criterion = Pcwg3()

    def day_of(*new):
        reading = [np.array([count]) for count in new]
        state = criterion.start(seen(0))
        for number, count in enumerate(reading, start=1):
            state, response = criterion.assess(state, seen(int(count[0])), 60.0 * number)
        return response.progression_day[0]

    assert day_of(2, 4) == 60
    assert day_of(0, 2, 3) == 120
    assert day_of(2, 4, 4, 9) == 60


def seen(new):
    """Findings in bone alone."""
    from clinic_findings import findings, one

    from abscopal.clinic.criteria.pcwg3 import Pcwg3Findings

    yes = one(True, bool)
    return Pcwg3Findings(
        **vars(findings(None)), bone_followed=yes, bone_seen=yes, bone_evaluated=yes, bone_new=one(new, int)
    )


def combined(soft, bone):
    """Overall response of the second scan, where bone has become what `bone` says, of a target with this response."""
    new_first, new, count = {"NED": (0, 0, 0), "Non-PD": (0, 0, 3), "PDu": (0, 2, 3), "PD": (2, 4, 3), "NE": (0, 0, 3)}[
        bone
    ]
    size = SOFT[soft]
    base = None if size is None else 50.0
    state = "not evaluable" if bone == "NE" else "present"
    return assessed(
        visit(0, base, bone=count),
        visit(56, base, bone=count, new_bone=new_first),
        visit(112, size, bone=count, new_bone=new, bone_state=state),
    )["RESPONSE"].tolist()[-1]


@pytest.mark.parametrize(
    ("soft", "bone", "expected"),
    [
        *(("PD", bone, "PD") for bone in ("NED", "Non-PD", "PDu", "PD", "NE")),
        *((soft, "PD", "PD") for soft in ("CR", "PR", "SD", "NE", "")),
        *(("NE", bone, "NE") for bone in ("NED", "Non-PD", "PDu", "NE")),
        ("", "Non-PD", STABLE),
        ("", "PDu", "uPD"),
        ("", "NE", "NE"),
        *(("SD", bone, "SD") for bone in ("NED", "Non-PD", "PDu", "NE")),
        *(("PR", bone, "PR") for bone in ("NED", "Non-PD", "PDu", "NE")),
        *(("CR", bone, "PR") for bone in ("Non-PD", "PDu", "NE")),
        ("CR", "NED", "CR"),
    ],
)
def test_row_of_the_table_of_combined_responses(soft, bone, expected):
    assert combined(soft, bone) == expected


def test_soft_tissue_without_a_target_cannot_be_in_partial_response():
    def last(state, bone):
        start = visit(0, nontarget="present", bone=bone)
        return assessed(start, visit(56, nontarget=state, bone=bone))["RESPONSE"].tolist()

    assert last("present", 2) == [STABLE]
    assert last("absent", 2) == [STABLE]
    assert last("absent", 0) == ["CR"]


def test_bone_that_has_cleared_and_no_soft_tissue_leaves_nothing_to_evaluate():
    found = assessed(visit(0, bone=2), visit(56, bone=2, bone_state="absent"))
    assert found["RESPONSE"].tolist() == ["NE"]


def test_new_lesion_of_bone_is_no_new_lesion_of_soft_tissue_and_is_reported():
    found = assessed(visit(0, 50.0), visit(56, 50.0, new_bone=1))
    assert found["RESPONSE"].tolist() == ["SD"]
    assert found["NEW"].tolist() == ["Y"]


def test_every_threshold_has_a_source():
    assert {"new_lesions", "confirmation"} <= set(SOURCES)
