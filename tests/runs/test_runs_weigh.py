"""Weights of a real run whose subjects are lived through every arm again."""

import numpy as np
import pytest
from small_trial import PROTOCOL, N, small_run, without_report

from abscopal.calibration.weighed_run import weigh_run
from abscopal.calibration.weights_file import live_every_arm, read_run
from abscopal.errors import InputError
from abscopal.population.pools import POOL
from abscopal.protocol.published import Published
from abscopal.protocol.yaml_form import to_yaml
from abscopal.runs import finish

PUBLISHED = {"a": {"n": 200, "orr": 0.6, "os_at": {6: 0.9}}, "b": {"n": 200, "orr": 0.1, "os_at": {6: 0.6}}}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weigh") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finish, "write_run", without_report)
        small_run(folder, pool=POOL)
    (folder / "protocol.yaml").write_text(to_yaml(PROTOCOL))
    return read_run(folder)


@pytest.fixture(scope="module")
def trial():
    arms = [arm.model_copy(update={"published": Published(**PUBLISHED[arm.name])}) for arm in PROTOCOL.arms]
    return PROTOCOL.model_copy(update={"arms": tuple(arms), "role": "calibration"})


def test_lived_again_in_their_own_arm_subjects_do_what_they_did_in_the_run(run):
    own, every = run.lives(), live_every_arm(run)
    assert every.names == own.names
    assert [len(arm.place) for arm in every.arms.values()] == [N, N]
    for name, arm in own.arms.items():
        again = every.arms[name].take(np.isin(every.arms[name].place, arm.place))
        assert list(again.best) == list(arm.best)
        for endpoint, parts in arm.times.items():
            assert [list(part) for part in again.times[endpoint]] == [list(part) for part in parts]


def test_one_weight_per_patient_serves_all_arms(run, trial):
    found = weigh_run(run, [trial], every_arm=True)
    assert len(found.weight) == N
    assert found.weight.mean() == pytest.approx(1)
    plain = found.plain()
    assert plain["every_arm"]
    assert plain["misses_after"] < plain["misses_before"]
    assert plain["effective_by_arm"]["a"] == plain["effective_by_arm"]["b"] == pytest.approx(plain["effective"])


def test_patients_that_are_not_those_of_the_run_any_more_are_noticed(run):
    described = dict(run.manifest) | {"seed": run.seed + 1}
    changed = type(run)(run.folder, run.protocol, described, run.tables)
    with pytest.raises(InputError, match="the patients of the run, drawn again, got others"):
        live_every_arm(changed)
