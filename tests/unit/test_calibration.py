"""What a calibration starts from: targets as published, of calibration trials alone, knobs, recipes, posteriors."""

import ast
from pathlib import Path

import numpy as np
import pytest

from abscopal import calibration, catalogue
from abscopal.calibration.calibrate import calibrate
from abscopal.calibration.knobs import Knob, knobs_of
from abscopal.calibration.recipe import load_recipe, recipe_names
from abscopal.calibration.targets import COUNTED, fit_targets, targets_of
from abscopal.errors import InputError
from abscopal.indications.posterior import Posterior, load_posterior, turned
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
    keys = ("orr", "cr", "dcr", "pfs_median", "os_median", "dor_median", "ttr_median", "os_hr", "pfs_hr")
    for name in catalogue.names("protocols"):
        protocol = catalogue.load_protocol(name)
        expected = sum(contrast.hr.value is not None for contrast in protocol.contrasts)
        for arm in protocol.arms:
            plain = arm.published.model_dump()
            figures = [plain.get(key) for key in keys] + [*plain["pfs_at"].values()]
            figures += [rate for event in plain["adverse_events"].values() for rate in event.values()]
            figures += plain["dor_at"].values()
            for group in plain["subgroups"]:
                figures += [*(group.get(key) for key in keys), *group["os_at"].values()]
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
        fit_targets(shipped, 60.0, COUNTED)
    validation = {protocol.name for protocol in shipped if protocol.role == "validation"}
    assert {problem.path for problem in refused.value.problems} == validation
    targets = fit_targets([protocol for protocol in shipped if protocol.name not in validation], 60.0)
    assert len(targets) > 300
    everything = fit_targets([protocol for protocol in shipped if protocol.name not in validation], 60.0, COUNTED)
    assert {target.kind for target in everything} == COUNTED
    assert not {target.protocol for target in everything} & validation
    for name in catalogue.names("indications"):
        trials = [catalogue.load_protocol(trial) for trial in catalogue.indication(name).calibration]
        gathered = {target.protocol for target in fit_targets(trials, 60.0)}
        assert gathered == set(catalogue.indication(name).calibration)
    for name in recipe_names():
        gathered = {t.protocol for t in fit_targets(map(catalogue.load_protocol, load_recipe(name).protocols), 36.5)}
        assert gathered == set(load_recipe(name).protocols)


@pytest.mark.usefixtures("_sealed")
def test_a_recipe_that_names_a_validation_trial_is_refused_before_anything_is_simulated(tmp_path):
    recipe = load_recipe("melanoma").model_copy(update={"protocols": ["mdx010-20", "checkmate-066"]})
    with pytest.raises(InputError, match=r"checkmate-066.*role: calibration"):
        calibrate(recipe, tmp_path / "run")
    assert not (tmp_path / "run").exists()


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


@pytest.mark.parametrize(("low", "high"), [(0.1, 10.0), (0.2, 0.9)])
def test_a_knob_turns_to_a_value_and_back(low, high):
    knob = Knob("x", low, high, low)
    for unit in (0.0, 0.3, 1.0):
        assert knob.unit(knob.value(unit)) == pytest.approx(unit)
    assert knob.value(0.0) == pytest.approx(low)
    assert knob.value(1.0) == pytest.approx(high)


def test_turning_numbers_changes_just_those(melanoma):
    changed = {"parameters.growth.center": 0.01, "shared.kill_rate": 2.0, "drugs.nab-paclitaxel.potency": 0.2}
    before, after = dict(melanoma.facts()), dict(turned(melanoma, changed).facts())
    found = {path for path in after if path not in before or before[path].value != after[path].value}
    assert found == {"parameters.growth.center", "fixed.kill_rate", "fixed.nab_paclitaxel_potency"}
    assert after["fixed.kill_rate"].value == 2.0


def test_a_number_that_an_indication_lacks_is_refused(melanoma):
    with pytest.raises(InputError, match=r"parameters\.growth\.middle"):
        turned(melanoma, {"parameters.growth.middle": 1.0})


def test_knobs_take_their_ranges_from_indication_mechanism_and_drug(melanoma):
    own, shared, drug = knobs_of(melanoma, ["parameters.growth.center", "shared.kill_rate", "drugs.docetaxel.potency"])
    assert (own.low, own.high) == melanoma.parameters["growth"].center.range
    assert (shared.low, shared.high) == catalogue.disease_model().parameters["kill_rate"].range
    assert (drug.low, drug.high) == catalogue.drug("docetaxel").values["potency"].range


def test_a_posterior_is_read_as_it_was_written_and_a_bad_line_is_named(tmp_path):
    file = tmp_path / "x.posterior.csv"
    written = Posterior(("a.b", "fixed.c"), np.array([[1.0, 2e-12], [3.0, 4e7]]))
    written.save(file)
    read = load_posterior(file)
    assert read.paths == written.paths
    assert read.draw(2) == {"a.b": 3.0, "fixed.c": 4e7}
    with pytest.raises(InputError, match="from 1 to 2"):
        read.draw(3)
    file.write_text("a,b\n1,2\n3\n")
    with pytest.raises(InputError, match=":3:1: expected 2 numbers, got 3"):
        load_posterior(file)


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_fits_calibration_trials_of_its_own_cancer_and_numbers_that_exist(name):
    recipe = load_recipe(name)
    indication = catalogue.indication(recipe.indication)
    protocols = [catalogue.load_protocol(trial) for trial in recipe.protocols]
    assert {protocol.indication for protocol in protocols} <= {recipe.indication}
    assert not protocols or len(fit_targets(protocols, recipe.months)) >= len(recipe.free) / 2
    knobs_of(indication, list(recipe.free))
    turned(indication, {path: free.prior for path, free in recipe.free.items()})
    posterior = catalogue.posterior(recipe.indication)
    if posterior is not None:
        assert posterior.paths == tuple(recipe.free)
        assert indication.calibration == recipe.protocols
        low, high = np.array([free.range for free in recipe.free.values()]).T
        assert ((posterior.values >= low * (1 - 1e-5)) & (posterior.values <= high * (1 + 1e-5))).all()


def test_a_recipe_says_what_is_wrong_with_it(tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(
        "indication: melanoma\nprotocols: [mdx010-20]\nseed: 1\n"
        "free:\n  fixed.death_rate: {prior: 3, range: [0, 1], why: a test of messages}\n"
    )
    with pytest.raises(InputError, match=r"own.yaml:5:.*fixed.death_rate.prior.*\[0.0, 1.0\]"):
        load_recipe(file)
    with pytest.raises(InputError, match="melanoma"):
        load_recipe("melanom")
