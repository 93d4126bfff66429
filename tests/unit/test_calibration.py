"""The coarse fit: targets as published, knobs within their ranges, and a loss that can be lowered."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest

from abscopal import calibration, catalogue
from abscopal.calibration.fit import Problem, fit
from abscopal.calibration.knobs import Knob, knobs_of, turn
from abscopal.calibration.targets import fit_targets, targets_of
from abscopal.errors import InputError
from abscopal.protocol import Arm, Protocol


@pytest.fixture(scope="module")
def melanoma():
    return catalogue.indication("melanoma")


def test_targets_are_the_published_figures_with_errors_above_their_sampling_error():
    protocol = catalogue.load_protocol("checkmate-067")
    targets = {(t.arm, t.quantity): t for t in fit_targets([protocol], 36.5)}
    response = targets["nivolumab", "ORR"]
    arm = protocol.arm("nivolumab").published
    assert response.value == arm.orr.value
    assert response.error > np.sqrt(response.value * (1 - response.value) / arm.n)
    assert targets["nivolumab", "OS 24"].value == pytest.approx(0.585)
    assert ("nivolumab", "PFS 60") not in targets
    assert targets["nivolumab", "PFS median 6.9"].value == 0.5


def test_recalled_figures_have_wider_errors_than_checked_ones():
    by_name = {(t.arm, t.quantity): t for t in targets_of(catalogue.load_protocol("checkmate-067"))}
    assert by_name["nivolumab", "PFS 24"].error > by_name["nivolumab", "OS 36"].error


def test_every_published_figure_of_a_shipped_trial_is_a_target():
    """Counted by walking the protocol as plain values, independently of the code that makes targets."""
    keys = ("orr", "cr", "pfs_median", "os_median")
    for name in catalogue.names("protocols"):
        protocol = catalogue.load_protocol(name)
        expected = sum(contrast.hr.value is not None for contrast in protocol.contrasts)
        for arm in protocol.arms:
            plain = arm.published.model_dump()
            figures = [plain.get(key) for key in keys] + [*plain["pfs_at"].values()]
            figures += [rate for event in plain["adverse_events"].values() for rate in event.values()]
            points = {m for c in protocol.curves if (c.endpoint, c.arm) == ("OS", arm.name) for m, _ in c.points}
            months = {int(month) for month in plain["os_at"]} | (points & {6, 12, 18, 24, 36})
            pfs = {m for c in protocol.curves if (c.endpoint, c.arm) == ("PFS", arm.name) for m, _ in c.points}
            months_pfs = (pfs & {6, 12, 18, 24, 36}) - {int(month) for month in plain["pfs_at"]}
            expected += sum(value(figure) is not None for figure in figures) + len(months) + len(months_pfs)
        assert len(targets_of(protocol)) == expected, name


def value(figure):
    return figure.get("value") if isinstance(figure, dict) else figure


def test_the_error_of_a_hazard_ratio_is_that_of_its_published_interval():
    targets = targets_of(catalogue.load_protocol("checkmate-067"))
    ratio = next(t for t in targets if t.quantity == "OS HR" and (t.arm, t.reference) == ("nivolumab", "ipilimumab"))
    assert ratio.limits == (0.52, 0.76)
    assert ratio.sampling == pytest.approx(np.log(0.76 / 0.52) / 3.92)


@pytest.mark.parametrize("role", ["validation", None])
def test_a_fit_is_refused_any_trial_that_is_not_for_calibration(role):
    protocol = catalogue.load_protocol("mdx010-20").model_copy(update={"role": role})
    with pytest.raises(InputError, match="role: calibration"):
        fit_targets([protocol], 36.5)
    with pytest.raises(InputError, match="role: calibration"):
        Problem([protocol], [], 10, 1, 12.5, 1)


RESULTS = {"published", "contrasts", "curves"}  # of an arm, of a protocol


@pytest.fixture
def _sealed(monkeypatch):
    """Raise as soon as anything reads a result of a validation trial, of its arms or of the whole."""
    validation = {n for n in catalogue.names("protocols") if catalogue.load_protocol(n).role == "validation"}
    load, sealed, kept = catalogue.load_protocol, set(), []

    def guarded(name):
        protocol = load(name)
        if protocol.role == "validation":
            kept.append(protocol)  # so that no other object gets its id
            sealed.update(id(part) for part in (protocol, *protocol.arms))
        return protocol

    def read(self, name):
        if name in RESULTS and id(self) in sealed:
            raise AssertionError(f"a figure of a validation trial was read: {name}")
        return object.__getattribute__(self, name)

    monkeypatch.setattr(catalogue, "load_protocol", guarded)
    monkeypatch.setattr(Arm, "__getattribute__", read)
    monkeypatch.setattr(Protocol, "__getattribute__", read)
    assert len(validation) >= 20


@pytest.mark.usefixtures("_sealed")
def test_the_seal_on_validation_trials_holds():
    protocol = catalogue.load_protocol("checkmate-066")
    for read in (lambda: protocol.arms[0].published, lambda: protocol.curves, lambda: targets_of(protocol)):
        with pytest.raises(AssertionError, match="was read"):
            read()


@pytest.mark.usefixtures("_sealed")
def test_no_figure_of_a_validation_trial_is_read_by_the_fit():
    """Every shipped trial is offered to the fit, and the targets of every indication's own trials are gathered."""
    shipped = [catalogue.load_protocol(name) for name in catalogue.names("protocols")]
    with pytest.raises(InputError) as refused:
        fit_targets(shipped, 60.0)
    validation = {protocol.name for protocol in shipped if protocol.role == "validation"}
    assert {problem.path for problem in refused.value.problems} == validation
    targets = fit_targets([protocol for protocol in shipped if protocol.name not in validation], 60.0)
    assert len(targets) > 300
    for name in catalogue.names("indications"):
        trials = [catalogue.load_protocol(trial) for trial in catalogue.indication(name).calibration]
        gathered = {target.protocol for target in fit_targets(trials, 60.0)}
        assert gathered == set(catalogue.indication(name).calibration)
    problem = Problem([catalogue.load_protocol("mdx010-20")], [], 10, 1, 12.5, 1)
    assert {target.protocol for target in problem.targets} == {"mdx010-20"}


def test_only_the_door_that_checks_roles_reads_published_results_in_the_fit():
    """Within the package of the fit no other module touches a protocol's results, by any spelling of the attribute."""
    folder = Path(calibration.__file__).parent
    readers = {
        path.name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in RESULTS
    }
    callers = {path.name for path in folder.glob("*.py") if "targets_of" in path.read_text(encoding="utf-8")}
    assert readers == callers == {"targets.py"}


def test_calibration_protocols_are_never_those_of_validation(melanoma):
    assert "checkmate-066" not in melanoma.calibration
    assert set(melanoma.calibration) == {"checkmate-067", "keynote-006", "mdx010-20"}
    assert set(catalogue.indication("nsclc").calibration) == {"checkmate-017", "checkmate-057", "oak"}


@pytest.mark.parametrize(("low", "high"), [(0.1, 10.0), (0.2, 0.9)])
def test_a_knob_turns_to_a_value_and_back(low, high):
    knob = Knob("x", low, high, low)
    for unit in (0.0, 0.3, 1.0):
        assert knob.unit(knob.value(unit)) == pytest.approx(unit)
    assert knob.value(0.0) == pytest.approx(low)
    assert knob.value(1.0) == pytest.approx(high)


def test_turning_knobs_changes_just_those_numbers(melanoma):
    knobs = knobs_of(melanoma, ["parameters.growth.center", "shared.kill_rate", "drugs.docetaxel.potency"])
    turned = turn(melanoma, knobs, np.array([0.5, 0.5, 0.5]))
    before, after = dict(melanoma.facts()), dict(turned.facts())
    changed = {path for path in after if path not in before or before[path].value != after[path].value}
    assert changed == {"parameters.growth.center", "fixed.kill_rate", "fixed.docetaxel_potency"}
    assert after["fixed.kill_rate"].value == pytest.approx(knobs[1].value(0.5))


def test_a_fit_lowers_the_loss_and_keeps_its_best(tmp_path, melanoma):
    record = tmp_path / "fit.json"
    knobs = knobs_of(melanoma, ["fixed.death_rate"])
    problem = Problem([catalogue.load_protocol("mdx010-20")], knobs, 40, 1, 12.5, 1)
    fit(problem, generations=2, candidates=4, record=record, spread=0.3)
    kept = json.loads(record.read_text())
    point = np.array([knobs[0].unit(kept["values"]["fixed.death_rate"])])
    assert problem.evaluate(point).loss == pytest.approx(kept["loss"])
    worst = max(problem.evaluate(np.array([u])).loss for u in (0.0, 1.0))
    assert kept["loss"] < worst
