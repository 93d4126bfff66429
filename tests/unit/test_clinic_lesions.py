import numpy as np
import pytest

from abscopal.clinic.imaging import ORGANS, Imaging, ScanReading, State, read_scan
from abscopal.clinic.lesions import Role, choose_targets, follow, summarise

IMAGING = Imaging()
LUNG, LIVER, BONE, BRAIN, NODE, SKIN, _, ADRENAL = range(8)


def scan(organ, diameter):
    """A perfect reading of one subject's lesions."""
    shape = np.array([diameter], dtype=float)
    return read_scan(shape, np.array([organ]), shape > 0, np.zeros_like(shape), IMAGING)


def roles(organ, diameter):
    return choose_targets(scan(organ, diameter), np.array([organ]))[0].tolist()


def test_at_most_two_targets_in_an_organ_the_largest_recist_1_1_section_4_2():
    assert roles([LUNG] * 4, [12, 40, 11, 25]) == [Role.NON_TARGET, Role.TARGET, Role.NON_TARGET, Role.TARGET]


def test_at_most_five_targets_in_all_the_largest_recist_1_1_section_4_2():
    chosen = roles([LUNG, LUNG, LIVER, LIVER, BRAIN, SKIN, ADRENAL], [20, 30, 40, 50, 11, 60, 12])
    assert chosen == [Role.TARGET] * 4 + [Role.NON_TARGET, Role.TARGET, Role.NON_TARGET]


def test_bone_small_lesions_and_small_nodes_are_nontargets_and_unseen_ones_nothing():
    chosen = roles([BONE, LUNG, NODE, NODE, NODE, LUNG], [60, 9, 12, 16, 9, 2])
    assert chosen == [Role.NON_TARGET] * 3 + [Role.TARGET, Role.NONE, Role.NONE]


def test_subject_without_a_lesion_has_no_role_to_give():
    assert roles([LUNG, LIVER], [0, 0]) == [Role.NONE, Role.NONE]


def test_lesion_seen_for_the_first_time_is_new_and_measured_if_it_can_be():
    organ = np.array([[LUNG, LUNG, BONE, LIVER]])
    role = choose_targets(scan(organ[0], [30, 0, 0, 0]), organ)
    later = follow(role, scan(organ[0], [30, 14, 20, 7]), organ, IMAGING)
    assert later[0].tolist() == [Role.TARGET, Role.NEW_TARGET, Role.NEW, Role.NEW]


def test_speck_seen_for_the_first_time_is_not_called_new_until_it_can_be_measured():
    organ = np.array([[LUNG, LUNG]])
    role = choose_targets(scan(organ[0], [30, 0]), organ)
    speck = follow(role, scan(organ[0], [30, 4]), organ, IMAGING)
    assert speck[0].tolist() == [Role.TARGET, Role.NONE]
    assert follow(speck, scan(organ[0], [30, 6]), organ, IMAGING)[0].tolist() == [Role.TARGET, Role.NEW]


def test_roles_stay_once_given():
    organ = np.array([[LUNG, LUNG, LUNG]])
    role = np.array([[Role.TARGET, Role.NON_TARGET, Role.NEW]], dtype=np.int8)
    assert np.array_equal(follow(role, scan(organ[0], [0, 80, 90]), organ, IMAGING), role)


def test_new_targets_are_limited_over_all_scans_irecist():
    organ = np.array([[LUNG] * 4])
    role = np.zeros((1, 4), dtype=np.int8)
    first = follow(role, scan(organ[0], [12, 0, 0, 0]), organ, IMAGING)
    second = follow(first, scan(organ[0], [12, 20, 30, 25]), organ, IMAGING)
    assert second[0].tolist() == [Role.NEW_TARGET, Role.NEW, Role.NEW_TARGET, Role.NEW]


def summary(organ, diameter, role):
    return summarise(scan(organ, diameter), np.array([role], dtype=np.int8))


def test_sum_takes_targets_with_nodes_by_short_axis_and_nothing_else():
    seen = summary([LUNG, NODE, LIVER, LUNG], [30, 16, 50, 20], [Role.TARGET, Role.TARGET, Role.NON_TARGET, Role.NEW])
    assert seen.target_sum[0] == pytest.approx(46)
    assert seen.nontarget_sum[0] == pytest.approx(50)
    assert (seen.new_count[0], seen.new_nontarget_sum[0], seen.new_target_sum[0]) == (1, pytest.approx(20), 0)


@pytest.mark.parametrize(("node", "gone"), [(9.9, True), (10.1, False)])
def test_targets_are_gone_when_nodes_are_below_10_mm_though_their_sum_is_not_zero(node, gone):
    seen = summary([LUNG, NODE], [0, node], [Role.TARGET, Role.TARGET])
    assert bool(seen.targets_gone[0]) is gone
    assert seen.target_sum[0] == pytest.approx(node)


def test_normal_node_is_no_new_lesion():
    seen = summary([NODE], [9], [Role.NEW])
    assert seen.new_count[0] == 0


def test_only_lesions_outside_nodes_count_as_seen_again():
    assert not summary([NODE, LUNG], [12, 0], [Role.TARGET, Role.TARGET]).extranodal_seen[0]
    assert summary([NODE, LUNG], [12, 3], [Role.TARGET, Role.TARGET]).extranodal_seen[0]


def test_target_not_evaluable_leaves_the_sum_incomplete():
    reading = scan([LUNG, LIVER], [30, 20])
    state = reading.state.copy()
    state[0, 1] = State.NOT_EVALUABLE
    unread = ScanReading(reading.measured_mm, reading.detected, state, reading.node, reading.measurable)
    seen = summarise(unread, np.array([[Role.TARGET, Role.TARGET]], dtype=np.int8))
    assert seen.target_sum[0] == pytest.approx(30)
    assert not seen.targets_evaluated[0]
    assert not seen.targets_gone[0]


def test_the_first_eight_organs_keep_their_codes():
    assert ORGANS[:8] == ("lung", "liver", "bone", "brain", "node", "skin", "peritoneum", "adrenal")
