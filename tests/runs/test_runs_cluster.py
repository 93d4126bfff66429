"""A Dask cluster of a real scheduler process and two worker processes computes the same shards."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from small_trial import hashes, small_run

from abscopal.errors import InputError
from abscopal.runs import cluster

pytestmark = pytest.mark.usefixtures("_no_report")
pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


def begin(log, *words):
    """Start one of Dask's programs in a folder of its own."""
    folder = log.with_suffix("")
    folder.mkdir()
    with log.open("w") as said:
        command = [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]]
        return subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)


def read_until(log, pattern, seconds=60.0):
    end = time.monotonic() + seconds
    while not (found := re.search(pattern, log.read_text())):
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
    return found[1]


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """Address of a scheduler with two workers, and the workers."""
    logs = tmp_path_factory.mktemp("dask")
    plain = ["--no-dashboard", "--host", "127.0.0.1"]
    processes = [begin(logs / "scheduler.log", "dask_scheduler", *plain, "--port", "0")]
    address = read_until(logs / "scheduler.log", r"Scheduler at:\s+(tcp://\S+)")
    for name in ("a", "b"):
        options = ["--nthreads", "1", "--no-dashboard", "--name", name, "--death-timeout", "60"]
        processes.append(begin(logs / f"{name}.log", "dask_worker", address, *options))
    for name in ("a", "b"):
        read_until(logs / f"{name}.log", r"(Registered to)")
    yield address, processes[1:]
    for process in reversed(processes):
        process.terminate()
    for process in processes:
        process.wait(30)


def test_a_dask_cluster_of_two_workers_gives_the_same_tables(tmp_path, whole, dask):
    outcome = small_run(tmp_path / "run", cluster=dask[0])
    assert len(outcome.ledger.whole) == 6
    assert hashes(tmp_path / "run") == whole


def test_a_run_begun_here_is_resumed_on_a_cluster(tmp_path, whole, dask, monkeypatch):
    small_run(tmp_path / "run")
    for shard in (1, 4):
        (tmp_path / "run" / "shards" / f"{shard:04d}" / "adsl.parquet").unlink()
    small_run(tmp_path / "run", cluster=dask[0], resume=True)
    assert hashes(tmp_path / "run") == whole


def test_workers_that_do_not_see_the_folder_are_named_before_anything_is_computed(tmp_path, dask, monkeypatch):
    monkeypatch.setattr(cluster, "_inspect", lambda path: (cluster.versions(), False))
    with pytest.raises(InputError, match="a folder that every worker sees"):
        small_run(tmp_path / "run", cluster=dask[0])
    assert not (tmp_path / "run").exists()


def test_workers_with_other_software_are_named(tmp_path, dask, monkeypatch):
    monkeypatch.setattr(cluster, "_inspect", lambda path: ({"numpy": "1.0"}, True))
    with pytest.raises(InputError, match=r"numpy 1\.0 for"):
        small_run(tmp_path / "run", cluster=dask[0])


def test_an_address_where_nobody_listens_is_bad_input(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "_SECONDS_TO_CONNECT", 1)
    with pytest.raises(InputError, match="the address of a running Dask scheduler"):
        small_run(tmp_path / "run", cluster="tcp://127.0.0.1:1")
    assert not (tmp_path / "run").exists()


def test_without_dask_the_message_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'abscopal\[cluster\]'"):
        small_run(tmp_path / "run", cluster="tcp://127.0.0.1:1")


def test_a_killed_dask_worker_costs_nothing_but_time(tmp_path, whole, dask, monkeypatch):
    submit, victims = cluster.Cluster.submit, [dask[1][0].pid]

    def submit_and_kill(self, task):
        submit(self, task)
        if task.shard == 3 and victims:
            os.kill(victims.pop(), signal.SIGKILL)

    monkeypatch.setattr(cluster.Cluster, "submit", submit_and_kill)
    small_run(tmp_path / "run", cluster=dask[0])
    assert victims == []
    assert hashes(tmp_path / "run") == whole
