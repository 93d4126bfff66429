"""Targets of parts of an arm and of responders, how a fit counts them, and figures that belong to no arm."""

from types import SimpleNamespace

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.calibration import side_figures as side
from abscopal.calibration.outcomes import Outcomes, months_of
from abscopal.calibration.side_figures import SideFigure, fit_side_figures, side_figures
from abscopal.calibration.targets import COUNTED, OF_ARMS, fit_targets, targets_of
from abscopal.clinic.criteria.criterion import Response
from abscopal.errors import InputError
from abscopal.protocol import Arm, Protocol
from abscopal.units import DAYS_PER_MONTH


def protocol(published, role="calibration"):
    """A trial of one arm with these results."""
    arms = [Arm("a", ["nivolumab 240 mg q2w"], published=published), Arm("b", ["docetaxel 75 mg/m2 q3w"])]
    return Protocol(name="made-up", indication="nsclc", subjects=200, arms=arms, role=role)


HIGH = {
    "name": "TPS >=50%", "who": ["PDL1 >= 50 %"], "n": 40, "orr": {"value": 0.4, "source": "checked"},
    "os_at": {12: {"value": 0.7, "source": "checked"}, 18: {"value": 0.6, "source": "checked"}},
    "against": "b", "os_hr": {"value": 0.5, "lo": 0.3, "hi": 0.8, "source": "checked"},
}  # fmt: skip
PUBLISHED = {
    "n": 100, "orr": {"value": 0.2, "source": "checked"}, "dcr": {"value": 0.5, "source": "checked"},
    "dor_median": {"value": 15.0, "source": "checked"}, "ttr_median": {"value": 2.1, "source": "recalled"},
    "dor_at": {12: {"value": 0.6, "source": "checked"}},
    "subgroups": [HIGH, {"name": "good risk", "orr": {"value": 0.3, "source": "checked"}}],
}  # fmt: skip


def by_quantity(published):
    return {target.quantity: target for target in targets_of(protocol(published))}


def test_sampling_errors_of_responders_and_subgroups_are_those_of_their_number():
    targets = by_quantity(PUBLISHED)
    assert targets["DCR"].sampling == pytest.approx(np.sqrt(0.25 / 100))
    assert targets["DOR 12"].sampling == pytest.approx(np.sqrt(0.24 / 20))  # of 100 a fifth responded
    assert targets["DOR median"].sampling == pytest.approx(1 / (np.log(2) * np.sqrt(20)))
    assert targets["ORR in PDL1 >= 50 %"].sampling == pytest.approx(np.sqrt(0.24 / 40))
    assert targets["ORR in good risk"].sampling == pytest.approx(np.sqrt(0.21 / 33))  # size assumed
    ratio = targets["OS HR in PDL1 >= 50 %"]
    assert (ratio.reference, ratio.limits, ratio.kind) == ("b", (0.3, 0.8), "subgroup ratio")
    assert ratio.sampling == pytest.approx(np.log(0.8 / 0.3) / 3.92)


def test_a_subgroup_is_known_less_well_than_an_arm_and_a_recalled_figure_less_than_a_checked_one():
    group = {**HIGH, "n": 100, "orr": {"value": 0.2, "source": "checked"}}
    targets = by_quantity({**PUBLISHED, "subgroups": [group]})
    assert targets["ORR in PDL1 >= 50 %"].error > targets["ORR"].error
    recalled = by_quantity({**PUBLISHED, "dcr": {"value": 0.5, "source": "recalled"}})
    assert recalled["DCR"].error > by_quantity(PUBLISHED)["DCR"].error


def test_a_fit_gets_what_it_can_count_and_only_the_kinds_it_asks_for():
    trial = protocol(PUBLISHED)
    assert {target.quantity for target in fit_targets([trial], 36.0)} == {"ORR"}
    counted = {target.quantity for target in fit_targets([trial], 36.0, COUNTED)}
    assert counted == {
        "ORR", "DCR", "DOR 12", "DOR median 15", "TTR median 2.1", "ORR in PDL1 >= 50 %", "OS 12 in PDL1 >= 50 %",
    }  # fmt: skip
    assert OF_ARMS < COUNTED


def test_what_needs_longer_follow_up_than_a_fit_has_is_left_out():
    quantities = {target.quantity for target in fit_targets([protocol(PUBLISHED)], 20.0, COUNTED)}
    assert not {"DOR 12", "DOR median 15"} & quantities
    assert "TTR median 2.1" in quantities


@pytest.mark.parametrize("kinds", [OF_ARMS, COUNTED])
def test_no_kind_of_figure_of_a_validation_trial_reaches_a_fit(kinds):
    with pytest.raises(InputError, match="role: calibration"):
        fit_targets([protocol(PUBLISHED, "validation")], 36.0, kinds)


@pytest.fixture(scope="module")
def shipped():
    return {name: catalogue.load_protocol(name) for name in catalogue.names("protocols")}


def test_no_two_figures_of_a_shipped_trial_are_called_the_same(shipped):
    for name, trial in shipped.items():
        called = [(t.arm, t.reference, t.quantity) for t in targets_of(trial)]
        assert len(called) == len(set(called)), name


def test_every_shipped_trial_is_counted_as_far_as_a_fit_follows_it(shipped):
    trials = [trial for trial in shipped.values() if trial.role == "calibration"]
    assert all(months_of(target.quantity) <= 36.5 for target in fit_targets(trials, 36.5, COUNTED))


def lives():
    """Four subjects: responses of 10 and of 20 months, stable disease, progression; the first two have much PD-L1."""
    found = Outcomes.__new__(Outcomes)
    found.best = np.array([Response.PR, Response.CR, Response.SD, Response.PD])
    found.responded = np.array([2.0, 4.0, np.nan, np.nan]) * DAYS_PER_MONTH
    found.free = np.array([12.0, 24.0, 6.0, 1.5]) * DAYS_PER_MONTH
    found.death = np.array([20.0, np.inf, 10.0, 3.0]) * DAYS_PER_MONTH
    found.course = SimpleNamespace(cutoff=np.full(4, 36 * DAYS_PER_MONTH))
    found.baseline = SimpleNamespace(pdl1=np.array([0.9, 0.6, 0.1, 0.0]), ldh=np.array([0.8, 1.5, 0.9, 2.0]))
    return found


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("DCR", [1, 1, 1, 0]),
        ("DOR 12", [0, 1, np.nan, np.nan]),
        ("DOR median 15", [0, 1, np.nan, np.nan]),
        ("DOR 33", [0, np.nan, np.nan, np.nan]),  # a response of month 4 is followed for 32 months
        ("TTR median 3", [1, 0, np.nan, np.nan]),
        ("ORR in PDL1 >= 50 %", [1, 1, np.nan, np.nan]),
        ("ORR in PDL1 < 50 %", [np.nan, np.nan, 0, 0]),
        ("OS 12 in PDL1 >= 50 % and LDH > 1", [np.nan, 1, np.nan, np.nan]),
        ("OS 12", [1, 1, 0, 0]),
    ],
)
def test_outcomes_are_counted_in_those_they_are_about(quantity, expected):
    np.testing.assert_array_equal(lives().of(quantity), expected)


def test_around_a_median_shares_half_a_month_earlier_and_later_are_averaged():
    assert lives().of("TTR median 2.1")[0] == pytest.approx(0.5)


def test_follow_up_is_as_long_as_a_quantity_needs():
    assert months_of("OS 24 in PDL1 >= 50 %") == 24
    assert months_of("DOR 12") == 24  # a year in which a response may come
    assert months_of("PFS median 6.9") == 6.9
    assert months_of("ORR in LDH > 1") == months_of("severe irAE") == 0


def test_figures_of_no_arm_have_the_role_of_the_shipped_trial_behind_them(shipped):
    figures = side_figures()
    assert len(figures) > 200
    for figure in figures:
        role = shipped[figure.trial].role if figure.trial else None
        assert figure.role == role, (figure.table, figure.of, figure.what)
    assert {figure.table for figure in figures} >= {
        "pseudoprogression", "hyperprogression", "onset of irAE", "resolution of irAE", "time to response",
    }  # fmt: skip


def test_a_figure_of_no_arm_is_known_less_well_from_memory():
    seen = SideFigure(table="t", of="o", what="w", value=0.1, unit="share", source="checked", n=300)
    recalled = seen.model_copy(update={"source": "recalled"})
    assert seen.sampling == pytest.approx(np.sqrt(0.09 / 300))
    assert recalled.error > seen.error > seen.sampling
    weeks = SideFigure(table="t", of="o", what="w", value=5.0, lo=4.0, hi=6.0, unit="weeks", source="checked")
    assert weeks.sampling == pytest.approx(np.log(1.5) / 3.92)


def test_a_fit_reads_no_figure_of_no_arm_but_those_of_calibration_trials(monkeypatch):
    found = side_figures()
    sealed = {id(figure) for figure in found if figure.role != "calibration"}

    def read(self, name):
        if name in ("value", "lo", "hi") and id(self) in sealed:
            raise AssertionError("a figure that is not for fitting was read")
        return object.__getattribute__(self, name)

    monkeypatch.setattr(side, "side_figures", lambda table="": found)
    monkeypatch.setattr(SideFigure, "__getattribute__", read)
    with pytest.raises(AssertionError, match="was read"):
        [figure.value for figure in found]
    assert {figure.role for figure in fit_side_figures()} == {"calibration"}
