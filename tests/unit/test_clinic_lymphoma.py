"""Lugano 2014 on CT and PET-CT, LYRIC and PERCIST 1.0, each rule by a lesion table made by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from abscopal.clinic.assess import assess, best_response
from abscopal.clinic.criteria.criterion import LABELS, criterion_named
from abscopal.clinic.derive import derive_endpoints
from abscopal.clinic.imaging import Imaging, ScanReading, State
from abscopal.clinic.lesions import Role
from abscopal.errors import InputError

EVERY = 56


def table(**lesions):
    """Lesions by name: `node=[...]`, `liver=[...]`, `new_node=[...]`, `other_lung=[...]`, a value per visit.

    A value is (longest, shortest) in mm, 0 where absent, None where not evaluable, "gone", "progresses", "persists" of
    lesions not measured; with a third item that is its score or SULpeak. `...` is no row at that visit.
    """
    rows = []
    for name, visits in lesions.items():
        kind, _, organ = name.rpartition("_")
        role = {"": "target", "new": "new", "other": "non-target"}[kind.rstrip("0123456789")]
        for visit, value in enumerate(visits):
            if value is not ...:
                rows.append(row(value) | {"ADY": EVERY * visit, "LESION": name, "ORGAN": organ, "ROLE": role})
    return pd.DataFrame(rows).assign(USUBJID="A", NODE=lambda frame: frame["ORGAN"] == "node")


def row(value):
    states = {"gone": "absent", "progresses": "unequivocal progression", "persists": "present", None: "not evaluable"}
    if value == 0:
        return {"DIAMETER_MM": 0.0, "PERP_MM": 0.0, "STATE": "absent", "SCORE": np.nan}
    if not isinstance(value, tuple):
        return {"DIAMETER_MM": np.nan, "PERP_MM": np.nan, "STATE": states[value], "SCORE": np.nan}
    score = value[2] if len(value) > 2 else np.nan
    return {"DIAMETER_MM": value[0], "PERP_MM": value[1], "STATE": "present", "SCORE": score}


def responses(criteria, column="DEAUVILLE", **lesions):
    rows = table(**lesions).rename(columns={"SCORE": column})
    if rows[column].isna().all():
        rows = rows.drop(columns=column)
    return assess(rows, criteria)


def words(criteria, column="DEAUVILLE", **lesions):
    return responses(criteria, column, **lesions)["RESPONSE"].tolist()


def ct(**lesions):
    return words("Lugano CT", **lesions)


# Lugano 2014, CT (table 3) --------------------------------------------------------------------------------------------


def test_nodes_no_longer_than_15_mm_and_nothing_elsewhere_are_a_complete_radiologic_response_lugano_table_3():
    assert ct(node=[(40, 30), (15, 14)], liver=[(20, 20), 0]) == ["CR"]
    assert ct(node=[(40, 30), (15.1, 14)]) == ["PR"]
    assert ct(node=[(40, 30), (10, 10)], liver=[(20, 20), (5, 5)]) == ["PR"]


@pytest.mark.parametrize(("size", "expected"), [((28, 20), ["PR"]), ((28.1, 20), ["SD"]), ((47, 24), ["SD"])])
def test_half_the_sum_of_products_is_a_partial_remission_lugano_table_3(size, expected):
    assert ct(node=[(40, 28), size]) == expected


@pytest.mark.parametrize(
    ("nadir", "now", "expected"),
    [
        ((16, 12), (21, 14), "PD"),  # product 192 -> 294, longest +5
        ((16, 12), (20.9, 14), "SD"),  # longest +4.9 only
        ((16, 12), (17, 17), "PD"),  # shortest +5, product 289
        ((16, 12), (21, 13.6), "SD"),  # product 285.6 < 288
        ((30, 20), (39, 24), "SD"),  # a large lesion needs 10 mm
        ((30, 20), (40, 23), "PD"),
        ((8, 6), (13, 11), "SD"),  # still no longer than 15 mm
        ((8, 6), (15.5, 11), "PD"),
    ],
)
def test_a_lesion_progresses_by_half_its_product_and_5_or_10_mm_when_longer_than_15_lugano_table_3(
    nadir, now, expected
):
    other = [(60, 50), (60, 50), (60, 50)]  # holds the sum, whose rise is no rule
    assert ct(node=[(31, 21), nadir, now], liver=other)[1] == expected


def test_one_lesion_progresses_though_the_sum_has_halved_lugano_table_3():
    assert ct(node=[(20, 20), (30, 26)], liver=[(80, 80), (20, 20)]) == ["PD"]


def test_a_lesion_outside_the_nodes_that_had_gone_has_regrown_lugano_table_3():
    assert ct(liver=[(30, 30), 0, (8, 8)], node=[(40, 40), (39, 39), (38, 38)]) == ["SD", "PD"]


def test_a_new_node_counts_when_longer_than_15_mm_and_a_new_site_elsewhere_at_once_lugano_table_3():
    still = [(40, 40), (40, 40)]
    assert ct(node=still, new_node=[..., (15, 12)]) == ["SD"]
    assert ct(node=still, new_node=[..., (15.5, 12)]) == ["PD"]
    assert ct(node=still, new_lung=[..., (8, 8)]) == ["PD"]


def test_other_disease_may_preclude_a_complete_response_or_progress_lugano_table_3():
    gone = [(40, 30), (12, 10)]
    assert ct(node=gone, other_spleen=["persists", "gone"]) == ["CR"]
    assert ct(node=gone, other_spleen=["persists", "persists"]) == ["PR"]
    assert ct(node=gone, other_spleen=["persists", None]) == ["PR"]
    assert ct(node=gone, other_spleen=["persists", "progresses"]) == ["PD"]


def test_disease_that_was_never_measurable_is_gone_persists_or_progresses_lugano_table_3():
    found = ct(other_bone=["persists", "persists", "gone", "progresses"])
    assert found == ["NON-CR/NON-PD", "CR", "PD"]
    assert ct(other_bone=["persists", None]) == ["NE"]


def test_disease_outside_the_nodes_after_a_complete_response_is_a_relapse_lugano():
    found = ct(node=[(40, 30), (12, 10), (12, 10)], other_lung=["persists", "gone", "persists"])
    assert found == ["CR", "PD"]


def test_a_target_that_was_not_read_makes_the_visit_not_evaluable_unless_another_progresses_lugano():
    assert ct(node=[(40, 30), None], liver=[(20, 20), (20, 20)]) == ["NE"]
    assert ct(node=[(40, 30), None], liver=[(20, 20), (31, 28)]) == ["PD"]


def test_longest_and_shortest_are_what_they_are_whichever_column_has_them_lugano():
    assert ct(node=[(28, 40), (14, 15)]) == ct(node=[(40, 28), (15, 14)]) == ["CR"]


def test_best_response_needs_no_confirmation_lugano():
    best = best_response(table(node=[(40, 30), (12, 10), (40, 30)]).drop(columns="SCORE"), "Lugano CT")
    assert best[["BOR", "CBOR"]].to_numpy().tolist() == [["CR", "CR"]]


def test_a_table_without_the_second_diameter_is_refused_by_the_columns_name():
    rows = table(node=[(40, 30), (12, 10)]).drop(columns="PERP_MM")
    with pytest.raises(InputError, match="PERP_MM"):
        assess(rows, "Lugano CT")


def reading(sizes, nodes):
    size = np.array([sizes], dtype=float)
    node = np.array([nodes], dtype=bool)
    state = np.where(size > 0, State.PRESENT, State.ABSENT).astype(np.int8)
    return ScanReading(size, size > 0, state, node, size >= 10, perpendicular_mm=size, organ=np.where(node, 4, 0))


def test_the_six_largest_lesions_that_are_longer_than_normal_are_targets_lugano():
    lugano = criterion_named("Lugano CT")
    scan = reading([50, 16, 14, 30, 12, 20, 25, 40, 9], [1, 1, 1, 1, 0, 0, 0, 1, 0])
    chosen = lugano.choose_targets(scan, scan.organ)[0]
    assert np.flatnonzero(chosen == Role.TARGET).tolist() == [0, 1, 3, 5, 6, 7]
    assert np.flatnonzero(chosen == Role.NON_TARGET).tolist() == [2, 4, 8]
    later = lugano.follow(np.zeros((1, 9), dtype=np.int8), scan, scan.organ, Imaging())[0]
    assert np.flatnonzero(later).tolist() == [0, 1, 3, 4, 5, 6, 7]


# Lugano 2014, PET-CT (table 3) ----------------------------------------------------------------------------------------


def pet(*scores, **others):
    return words("Lugano PET", node=[(30, 30, score) if score else 0 for score in scores], **others)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((5, 3), ["CR"]),
        ((5, 0), ["CR"]),
        ((5, 4), ["PR"]),
        ((5, 5), ["SD"]),
        ((4, 4), ["SD"]),
        ((4, 5), ["PD"]),
        ((5, 3, 4), ["CR", "PD"]),
        ((5, 3, 2), ["CR", "CR"]),
    ],
)
def test_metabolic_response_goes_by_the_score_whatever_mass_remains_lugano_table_3(scores, expected):
    assert pet(*scores) == expected


def test_a_site_that_becomes_hotter_progresses_though_another_cools_lugano_table_3():
    assert pet(5, 2, liver=[(20, 20, 3), (20, 20, 4)]) == ["PD"]


def test_a_new_focus_counts_when_avid_lugano_table_3():
    assert pet(5, 3, new_lung=[..., (9, 9, 5)]) == ["PD"]
    assert pet(5, 3, new_lung=[..., (9, 9, 3)]) == ["CR"]


def test_a_site_without_a_score_cannot_be_evaluated_lugano():
    assert words("Lugano PET", node=[(30, 30, 5), (30, 30)]) == ["NE"]


# LYRIC ----------------------------------------------------------------------------------------------------------------

STILL = [(40, 40), (40, 40), (40, 40), (40, 40)]


def lyric(**lesions):
    return words("LYRIC", **lesions)


def test_a_burden_up_by_half_within_12_weeks_is_ir1_and_later_progression_lyric():
    assert lyric(node=[(40, 40), (52, 48)]) == ["IR1"]
    assert lyric(node=[(40, 40), (41, 41), (52, 48)]) == ["SD", "PD"]


def test_ir1_is_progression_when_10_percent_and_5_or_10_mm_more_follow_lyric():
    assert lyric(node=[(40, 40), (52, 48), (63, 48)]) == ["IR1", "PD"]
    assert lyric(node=[(40, 40), (52, 48), (26, 24)]) == ["IR1", "PR"]


def test_progression_after_an_indeterminate_response_is_dated_at_it_lyric():
    found = best_response(table(node=[(40, 40), (52, 48), (63, 48)]).drop(columns="SCORE"), "LYRIC")
    assert found[["BOR", "BORDY"]].to_numpy().tolist() == [["PD", 112]]
    rows = responses("LYRIC", node=[(40, 40), (52, 48), (63, 48)])
    times = derive_endpoints(rows, pd.DataFrame({"USUBJID": ["A"], "EOSDY": [300]}), "LYRIC").adtte
    assert times.set_index("PARAMCD").at["PFS", "AVAL"] == EVERY


def test_new_lesions_or_one_that_grows_while_the_burden_does_not_are_ir2_at_any_time_lyric():
    assert lyric(node=STILL[:3], new_lung=[..., ..., (12, 12)]) == ["SD", "IR2"]
    assert lyric(node=STILL[:3], liver=[(16, 12), (16, 12), (21, 14)]) == ["SD", "IR2"]
    assert lyric(node=STILL[:3], liver=[(16, 12), 0, (10, 10)]) == ["SD", "IR2"]


def test_after_ir2_the_burden_with_the_new_lesions_tells_lyric():
    assert lyric(node=STILL[:3], new_lung=[..., (12, 12), (40, 30)]) == ["IR2", "PD"]
    assert lyric(node=STILL[:3], new_lung=[..., (12, 12), (12, 12)]) == ["IR2", "SD"]
    assert lyric(node=[(40, 40), (40, 40), (12, 12)], new_lung=[..., (12, 12), (12, 12)]) == ["IR2", "PR"]
    assert lyric(node=[(40, 40), (40, 40), (12, 12)], new_lung=[..., (12, 12), 0]) == ["IR2", "CR"]


def test_uptake_that_rises_without_growth_is_ir3_lyric():
    node = [(40, 40, 4), (40, 40, 5), (40, 40, 3)]
    assert lyric(node=node) == ["IR3", "SD"]
    assert lyric(node=node[:2], new_lung=[..., (12, 12)]) == ["IR2"]
    assert lyric(node=[(16, 12, 4), (16, 12, 5), (22, 14, 5)], liver=STILL[:3]) == ["IR3", "PD"]


def test_clear_progression_of_what_was_not_measured_is_progression_and_stays_so_lyric():
    assert lyric(node=STILL[:3], other_bone=["persists", "progresses", "persists"]) == ["PD", "PD"]


def test_indeterminate_response_neither_ends_the_series_nor_is_a_response_lyric():
    best = best_response(table(node=[(40, 40), (52, 48), (10, 10)]).drop(columns="SCORE"), "LYRIC")
    assert best["BOR"].tolist() == ["CR"]
    assert best_response(table(node=[(40, 40), (52, 48)]).drop(columns="SCORE"), "LYRIC")["BOR"].tolist() == ["uPD"]


# PERCIST 1.0 ----------------------------------------------------------------------------------------------------------


def percist(*peaks, **others):
    return words("PERCIST 1.0", "SUL", lung=[(20, 20, peak) if peak else 0 for peak in peaks], **others)


@pytest.mark.parametrize(
    ("peaks", "expected"),
    [
        ((5.0, 3.5), ["PR"]),
        ((5.0, 3.6), ["SD"]),
        ((2.0, 1.3), ["SD"]),  # 35 %, but only 0.7 units
        ((5.0, 6.5), ["PD"]),
        ((5.0, 6.4), ["SD"]),
        ((2.0, 2.7), ["SD"]),  # 35 %, but only 0.7 units
        ((5.0, 0), ["CR"]),
        ((5.0, 0, 3.0), ["CR", "PD"]),
    ],
)
def test_metabolic_response_is_30_percent_and_08_units_of_the_highest_sulpeak_percist(peaks, expected):
    assert percist(*peaks) == expected


def test_the_hottest_lesion_counts_though_it_is_another_percist():
    assert percist(8.0, 2.0, liver=[(20, 20, 6.0), (20, 20, 7.0)]) == ["SD"]
    assert percist(8.0, 2.0, liver=[(20, 20, 6.0), (20, 20, 5.0)]) == ["PR"]


def test_a_lesion_that_rises_by_30_percent_precludes_a_partial_response_percist():
    assert percist(8.0, 3.0, liver=[(20, 20, 3.0), (20, 20, 4.5)]) == ["SD"]


def test_a_new_lesion_or_clear_progression_of_others_is_progression_percist():
    assert percist(8.0, 2.0, new_liver=[..., (9, 9, 3.0)]) == ["PD"]
    assert percist(8.0, 2.0, other_bone=["persists", "progresses"]) == ["PD"]


def test_other_lesions_that_persist_preclude_a_complete_response_percist():
    assert percist(8.0, 0, other_bone=["persists", "gone"]) == ["CR"]
    assert percist(8.0, 0, other_bone=["persists", "persists"]) == ["PR"]


def test_uptake_that_was_not_measured_cannot_be_evaluated_percist():
    assert words("PERCIST 1.0", "SUL", lung=[(20, 20, 5.0), (20, 20)], liver=[(20, 20, 4.0), (20, 20, 4.0)]) == ["NE"]


def test_nothing_measurable_goes_persists_or_is_not_evaluated_percist():
    lesion = {"other_lung": [(9, 9, 1.0), (9, 9, 1.0), "gone"]}
    assert words("PERCIST 1.0", "SUL", **lesion) == ["NON-CR/NON-PD", "CR"]
    assert words("PERCIST 1.0", "SUL", other_lung=[(9, 9, 1.0), None]) == ["NE"]


def test_what_lugano_says_of_other_disease_lyric_says_too_lyric():
    assert lyric(other_bone=["persists", "persists", "gone"]) == ["NON-CR/NON-PD", "CR"]
    assert lyric(other_bone=["persists", None]) == ["NE"]
    assert lyric(node=[(40, 40), None]) == ["NE"]


# all ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Lugano CT", "Lugano PET", "LYRIC", "PERCIST 1.0"])
def test_nobody_is_followed_who_has_no_disease(name):
    criterion, scan = criterion_named(name), reading([0, 0], [1, 0])
    scan = replace(scan, uptake=np.zeros((1, 2)))
    nothing = criterion.summarise(scan, np.zeros((1, 2), dtype=np.int8))
    _, visit = criterion.assess(criterion.start(nothing), nothing, 56.0)
    assert LABELS[visit.response[0]] == "NED"


@pytest.mark.parametrize("name", ["Lugano CT", "Lugano PET", "LYRIC", "PERCIST 1.0"])
def test_order_of_rows_and_lesions_does_not_matter_and_a_missing_visit_is_no_visit(name):
    rng = np.random.default_rng(4)
    columns = [
        "USUBJID",
        "ADY",
        "LESION",
        "ORGAN",
        "ROLE",
        "NODE",
        "STATE",
        "DIAMETER_MM",
        "PERP_MM",
        "SUL",
        "DEAUVILLE",
    ]
    rows = []
    for subject in range(40):
        for lesion in range(3):
            size = rng.uniform(16, 50)
            for visit in range(rng.integers(2, 6)):
                size *= np.exp(rng.normal(0, 0.4))
                sul, score = rng.uniform(1, 8), rng.integers(1, 6)
                where = ["node", "lung", "liver"][lesion]
                rows.append((f"S{subject}", 40 * visit, f"L{lesion}", where, "target", lesion == 0, "present",
                             size, 0.8 * size, sul, score))  # fmt: skip
    whole = pd.DataFrame(rows, columns=columns)
    found = assess(whole, name)
    shuffled = assess(whole.sample(frac=1.0, random_state=1), name)
    pd.testing.assert_frame_equal(
        found, shuffled.sort_values(["USUBJID", "ADY"], key=_like(found)).reset_index(drop=True)
    )
    assert found["RESPONSE"].nunique() >= 3


def _like(found):
    order = {name: place for place, name in enumerate(found["USUBJID"].unique())}
    return lambda column: column.map(order) if column.name == "USUBJID" else column
