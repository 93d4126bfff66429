"""Which trials are replayed, where, and how the processes that do it are started and ended."""

import os
import sys
import time
from types import SimpleNamespace

import pytest

from abscopal import catalogue
from abscopal.calibration.targets import targets_of
from abscopal.errors import InputError
from abscopal.runs import processes as side_by_side
from abscopal.runs.processes import in_processes
from abscopal.validation import replay as replaying
from abscopal.validation.replay import replay_all
from abscopal.validation.validate import require_place, role_of, trials_to_replay


def sleeper(seconds, code=0):
    return [sys.executable, "-S", "-c", f"import time; time.sleep({seconds}); raise SystemExit({code})"]


def test_processes_run_side_by_side_and_each_ends_with_its_code():
    begun = time.perf_counter()
    found = dict(in_processes([("a", sleeper(2)), ("b", sleeper(2, 3)), ("c", sleeper(0))], 3))
    assert found == {"a": 0, "b": 3, "c": 0}
    assert time.perf_counter() - begun < 3.9


def test_an_interruption_ends_the_processes_that_still_run(monkeypatch):
    started = []
    start = side_by_side._started
    monkeypatch.setattr(side_by_side, "_started", lambda command: started.append(start(command)) or started[-1])
    processes = in_processes([("quick", sleeper(0)), ("long", sleeper(60)), ("waiting", sleeper(0))], 2)
    assert next(processes) == ("quick", 0)
    with pytest.raises(KeyboardInterrupt):
        processes.throw(KeyboardInterrupt)
    assert all(process.poll() is not None for process in started)
    assert started[1].returncode < 0


def fake(name, folder, subjects=10):
    return SimpleNamespace(name=name, protocol=SimpleNamespace(name=name), subjects=subjects, seed=1, folder=folder)


def test_replays_that_fail_are_named_once_all_others_are_done(tmp_path, monkeypatch):
    wanted = [fake(name, tmp_path / name) for name in ("broken", "sound", "done")]
    told = []
    monkeypatch.setattr(replaying, "done_before", lambda one: one.name == "done")
    monkeypatch.setattr(replaying, "_command", lambda one: sleeper(0, 70 if one.name == "broken" else 0))
    monkeypatch.setattr(replaying, "is_finished", lambda folder: folder.name != "broken")
    with pytest.raises(InputError, match="broken") as error:
        replay_all(wanted, 1, lambda trial, done: told.append((trial, done)))
    assert len(error.value.problems) == 1
    assert told == [("", 10), ("broken", 20), ("sound", 30)]


def test_every_shipped_trial_with_published_results_is_replayed_unless_some_are_named(tmp_path):
    everything = trials_to_replay((), 400, 1, tmp_path)
    assert {one.name for one in everything} == set(catalogue.names("protocols"))
    assert all(targets_of(one.protocol) for one in everything)
    named = trials_to_replay(["checkmate-067"], 100, 7, tmp_path)
    assert [(one.subjects, one.seed, one.folder) for one in named] == [(300, 7, tmp_path / "runs" / "checkmate-067")]


def test_names_that_are_unknown_or_have_no_results_are_all_refused_at_once(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("indication: melanoma\nsubjects: 10\narms:\n  a:\n    regimen: [nivolumab 240 mg q2w]\n")
    with pytest.raises(InputError) as error:
        trials_to_replay(["checkmate-66", str(own)], 400, 1, tmp_path)
    assert "checkmate-066" in str(error.value)
    assert "published results" in str(error.value)


def test_a_trial_without_a_role_counts_as_validation_for_no_fit_may_read_it():
    protocol = catalogue.load_protocol("checkmate-067")
    assert role_of(protocol) == "calibration"
    assert role_of(protocol.model_copy(update={"role": None})) == "validation"


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path):
    (tmp_path / "runs").mkdir()
    require_place(tmp_path)
    (tmp_path / "thesis.doc").touch()
    with pytest.raises(InputError, match=r"thesis\.doc"):
        require_place(tmp_path)
    assert os.listdir(tmp_path) == ["runs", "thesis.doc"] or os.listdir(tmp_path) == ["thesis.doc", "runs"]
