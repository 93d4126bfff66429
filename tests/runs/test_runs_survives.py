"""What is killed, damaged, locked out or out of space: nothing half written is taken for whole, and a run goes on."""

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
from small_trial import hashes, order, small_run, start, without_report

from abscopal.errors import InputError, IntegrityError
from abscopal.runs import execute, finish, shard, workers
from abscopal.runs.lock import locked
from abscopal.runs.merge import merge
from abscopal.runs.plan import read_plan
from abscopal.runs.run import run
from abscopal.runs.shard import ShardError, read_record, shard_folder

pytestmark = pytest.mark.usefixtures("_no_report")


def wait_for(condition, seconds=300.0):
    """Wait until a condition holds, and return what it gave."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
    return found


def written(folder):
    return sorted(path.name for path in (folder / "shards").glob("[0-9]*"))


def children(pid):
    """Process numbers of the workers of a process."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "abscopal.runs.worker" in line]


def alive(pid):
    """Whether a process runs; one that ended and was not asked for does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(listed) and not listed.startswith("Z")


def notes(folder, **options):
    """Resume a run and return what it says."""
    said: list[str] = []
    run(order(folder, resume=True, **options), note=said.append)
    return "\n".join(said)


# Killed -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("workers", "moment"), [(1, 0.2), (1, 0.7), (2, 0.5)])
def test_a_run_killed_at_a_random_moment_and_resumed_gives_the_same_tables(tmp_path, whole, workers, moment):
    folder = tmp_path / "run"
    process = start(folder, workers=workers)
    wait_for(lambda: len(written(folder)) >= 1)
    time.sleep(moment * random.Random(workers).random())
    process.kill()
    process.wait()
    kept = written(folder)
    if not (folder / "manifest.json").exists():
        with pytest.raises(InputError, match="--resume"):
            small_run(folder)
    assert f"{len(kept)} of 6 shards" in notes(folder) or len(kept) == 6
    assert hashes(folder) == whole
    assert not list(folder.rglob("*.partial"))
    assert not list((folder / "shards").glob(".*"))


def test_workers_end_with_their_master_and_write_nothing_after_it(tmp_path):
    folder = tmp_path / "run"
    process = start(folder, workers=2)
    wait_for(lambda: written(folder))
    mine = children(process.pid)
    assert len(mine) == 2
    process.kill()
    process.wait()
    wait_for(lambda: not any(alive(pid) for pid in mine), 5)
    kept = written(folder)
    time.sleep(1.0)
    assert written(folder) == kept


def test_a_killed_worker_is_replaced_and_its_shard_redone(tmp_path, whole):
    folder = tmp_path / "run"
    process = start(folder, workers=2)
    first = wait_for(lambda: written(folder) and children(process.pid))
    os.kill(first[0], signal.SIGKILL)
    assert process.wait(120) == 0, (tmp_path / "said").read_text()
    assert hashes(folder) == whole
    assert sorted(read_record(shard_folder(folder, i)).tries for i in range(6)) == [1, 1, 1, 1, 1, 2]


@pytest.mark.parametrize(("how", "workers"), [(signal.SIGINT, 1), (signal.SIGINT, 2), (signal.SIGTERM, 2)])
def test_an_interrupted_run_leaves_whole_shards_and_no_drafts(tmp_path, whole, how, workers):
    folder = tmp_path / "run"
    command = [sys.executable, "-c", "from abscopal.cli import main; main()", "run", "checkmate-066"]
    options = ["--n", "1200", "--seed", "3", "--out", str(folder), "--workers", str(workers)]
    process = subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_for(lambda: written(folder))
    os.killpg(process.pid, how) if how == signal.SIGINT else os.kill(process.pid, how)
    said = process.communicate(timeout=60)[1]
    if (folder / "manifest.json").exists():
        pytest.skip("it was done before it could be interrupted")
    assert process.returncode == 3, said
    assert f"--out={folder} --resume" in said
    assert "Traceback" not in said
    assert not list((folder / "shards").glob(".*"))
    assert not (folder / ".lock").exists()
    for name in written(folder):
        read_record(folder / "shards" / name)


# Locked -------------------------------------------------------------------------------------------------------------


def test_a_second_writer_is_refused_and_the_first_is_not_disturbed(tmp_path, whole):
    folder = tmp_path / "run"
    process = start(folder)
    wait_for(lambda: (folder / "run.json").exists())
    for resume in (False, True):
        with pytest.raises(InputError, match=rf"process {process.pid} is writing|unfinished run"):
            small_run(folder, resume=resume)
    assert process.wait(120) == 0
    assert hashes(folder) == whole


def test_a_lock_goes_with_its_holder(tmp_path):
    with locked(tmp_path / "run"), pytest.raises(InputError, match="nobody else is writing"), locked(tmp_path / "run"):
        pass
    assert not (tmp_path / "run" / ".lock").exists()
    with locked(tmp_path / "run"):
        pass


# Damaged ------------------------------------------------------------------------------------------------------------


def truncate(path):
    os.truncate(path, path.stat().st_size - 7)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = {
    "truncated table": ("adtr.parquet", truncate, "bytes where"),
    "flipped bit in a table": ("adsl.parquet", flip, "another checksum"),
    "lost table": ("adex.parquet", os.unlink, "is missing"),
    "truncated record": ("shard.json", truncate, "cannot be read"),
    "flipped bit in a record": ("shard.json", flip, "shard.json"),
    "lost record": ("shard.json", os.unlink, "shard.json is missing"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_shard_is_found_named_and_redone(tmp_path, whole, damage):
    name, how, complaint = DAMAGES[damage]
    folder = tmp_path / "run"
    small_run(folder)
    how(shard_folder(folder, 2) / name)
    with pytest.raises(ShardError, match=complaint):
        read_record(shard_folder(folder, 2))
    said = notes(folder)
    assert "redone: shard 0002 (SUBJ-0021 to SUBJ-0030)" in said
    assert "5 of 6 shards are there and sound" in said
    assert hashes(folder) == whole
    assert run(order(folder, resume=True)).already


@pytest.mark.parametrize("how", [truncate, flip, os.unlink])
def test_a_damaged_final_table_is_found_and_joined_again(tmp_path, whole, how):
    folder = tmp_path / "run"
    small_run(folder)
    how(folder / "adam" / "adtte.parquet")
    assert "written again: adam/adtte.parquet" in notes(folder)
    assert hashes(folder) == whole


def test_a_damaged_plan_is_an_integrity_error(tmp_path):
    small_run(tmp_path / "run")
    truncate(tmp_path / "run" / "run.json")
    (tmp_path / "run" / "manifest.json").unlink()
    with pytest.raises(IntegrityError, match="unreadable"):
        read_plan(tmp_path / "run")


def test_a_merge_stops_at_a_damaged_shard_and_names_it(tmp_path):
    shares = [tmp_path / str(i) for i in (1, 2)]
    for i, folder in enumerate(shares, 1):
        small_run(folder, part=i, parts=2)
    flip(shard_folder(shares[1], 4) / "adrs.parquet")
    with pytest.raises(IntegrityError, match=r"2: shard 0004 .*adrs.parquet has another checksum"):
        merge(shares, tmp_path / "whole")
    assert not (tmp_path / "whole").exists()


# Full ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A file system of a few hundred kilobytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], capture_output=True)
    if done.returncode:
        pytest.skip("mounting a small disk needs rights that these tests do not have here")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_on_a_full_disk_stops_leaves_no_drafts_and_resumes_after_space_is_made(small_disk, whole, workers):
    ballast, folder = small_disk / "ballast", small_disk / "run"
    ballast.write_bytes(bytes(200_000))
    with pytest.raises(OSError, match=r"(?i)no space left|not enough space|errno 28") as full:
        small_run(folder, workers=workers)
    assert full.value.errno == errno.ENOSPC
    assert 1 <= len(written(folder)) < 6
    assert not list((folder / "shards").glob(".*"))
    subprocess.run(["mount", "-o", "remount,size=4m", small_disk], check=True)
    small_run(folder, resume=True, workers=workers)
    assert hashes(folder) == whole


def test_a_disk_that_fills_up_while_tables_are_joined_can_be_resumed(small_disk, whole, tmp_path):
    small_run(tmp_path / "elsewhere")
    used = sum(path.stat().st_size for path in (tmp_path / "elsewhere" / "shards").rglob("*.*"))
    folder = small_disk / "run"
    subprocess.run(["mount", "-o", f"remount,size={4096 * (250 + used // 4096)}", small_disk], check=True)
    shutil.copytree(tmp_path / "elsewhere", folder, ignore=shutil.ignore_patterns("adam", "manifest.json"))
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(bytes(max(0, free - 16_384)))
    with pytest.raises(OSError, match=r"(?i)no space|errno 28"):
        small_run(folder, resume=True)
    assert not list(folder.rglob("*.partial"))
    (small_disk / "ballast").unlink()
    small_run(folder, resume=True)
    assert hashes(folder) == whole


# Failing ------------------------------------------------------------------------------------------------------------


def failing(monkeypatch, numbers, times=99, error=None):
    """Make shards fail the first so many times."""
    compute, left = shard._simulate, dict.fromkeys(numbers, times)

    def simulate(task, folder, progress):
        if left.get(task.shard, 0) > 0:
            left[task.shard] -= 1
            (folder / "half.parquet").write_bytes(b"half")
            raise error or RuntimeError("cannot be computed")
        return compute(task, folder, progress)

    monkeypatch.setattr(shard, "_simulate", simulate)


def test_a_shard_that_fails_twice_is_computed_the_third_time(tmp_path, whole, monkeypatch):
    failing(monkeypatch, [1, 4], times=2)
    small_run(tmp_path / "run")
    assert hashes(tmp_path / "run") == whole
    assert read_record(shard_folder(tmp_path / "run", 4)).tries == 3


def test_a_shard_that_fails_three_times_is_marked_and_the_rest_is_completed(tmp_path, whole, monkeypatch):
    failing(monkeypatch, [3])
    outcome = small_run(tmp_path / "run")
    assert outcome.missing == 10
    expected = {"first": "SUBJ-0031", "last": "SUBJ-0040", "n": 10, "reason": "RuntimeError: cannot be computed"}
    assert outcome.summary["missing"] == [expected]
    assert sum(arm["n"] for arm in outcome.summary["arms"].values()) == 50
    mark = json.loads((tmp_path / "run" / "shards" / "0003.failed.json").read_text())
    assert mark == expected | {"tries": 3}
    monkeypatch.undo()
    monkeypatch.setattr(finish, "write_run", without_report)
    assert "tried again: shard 0003" in notes(tmp_path / "run")
    assert hashes(tmp_path / "run") == whole
    assert not (tmp_path / "run" / "shards" / "0003.failed.json").exists()


def test_where_every_shard_fails_there_is_no_summary_and_every_subject_is_missing(tmp_path, monkeypatch):
    failing(monkeypatch, range(6))
    outcome = small_run(tmp_path / "run")
    assert outcome.summary is None
    assert outcome.missing == 60


def test_a_worker_that_dies_three_times_over_one_shard_costs_that_shard_alone(tmp_path, monkeypatch):
    submit = workers.Workers.submit

    def submit_and_kill(self, task):
        submit(self, task)
        if task.shard == 2:
            next(w for w in self.workers if w.task is task).process.kill()

    monkeypatch.setattr(workers.Workers, "submit", submit_and_kill)
    outcome = small_run(tmp_path / "run", workers=2)
    assert outcome.ledger.failed[2]["reason"] == "its worker process was killed by SIGKILL"
    assert outcome.ledger.failed[2]["tries"] == execute.MOST_TRIES
    assert sorted(outcome.ledger.whole) == [0, 1, 3, 4, 5]


def test_failed_subjects_are_values_with_day_status_and_reason(tmp_path, monkeypatch):
    follow = shard.follow

    def spoiled(design, population, arm, seed, **options):
        population.batch.parameter("cell_volume")[3] = float("nan")
        return follow(design, population, arm, seed, **options)

    monkeypatch.setattr(shard, "follow", spoiled)
    outcome = small_run(tmp_path / "run")
    listed = json.loads((tmp_path / "run" / "failures.json").read_text())
    assert outcome.failed == len(listed) > 0
    assert listed[0].keys() == {"subject", "day", "status", "reason"}
    assert listed[0]["subject"] == "SUBJ-0004"
    assert outcome.summary["failed"]["n"] == len(listed)
    assert sum(outcome.summary["failed"]["reasons"].values()) == len(listed)


# Refused ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "complaint"),
    [({"seed": 5}, "seed 4 for 5"), ({"n": 61}, "subjects 60 for 61"), ({"part": 1, "parts": 2}, "number of shares")],
)
def test_a_run_is_not_resumed_as_another(tmp_path, options, complaint):
    small_run(tmp_path / "run")
    with pytest.raises(InputError, match=complaint):
        small_run(tmp_path / "run", resume=True, **options)


def test_a_run_of_another_version_or_with_other_parameters_is_not_resumed(tmp_path):
    small_run(tmp_path / "run")
    path = tmp_path / "run" / "run.json"
    plan = json.loads(path.read_text())
    plan["versions"]["abscopal"] = "0.0.1"
    plan["inputs"] = "0" * 64
    path.write_text(json.dumps(plan))
    with pytest.raises(InputError, match=r"drugs, indication or parameters.*abscopal 0.0.1 for"):
        small_run(tmp_path / "run", resume=True)


def test_shares_that_do_not_belong_together_or_are_not_all_there_are_refused(tmp_path):
    for name, options in {"1": {"part": 1}, "2": {"part": 2}, "other": {"part": 3, "seed": 9}}.items():
        small_run(tmp_path / name, parts=3, **options)
    first, second, other = (tmp_path / name for name in ("1", "2", "other"))
    with pytest.raises(InputError, match=r"none of 0004 \(SUBJ-0041 to SUBJ-0050\), 0005"):
        merge([first, second], tmp_path / "whole")
    with pytest.raises(InputError, match="seed 4 for 9"):
        merge([first, second, other], tmp_path / "whole")
    with pytest.raises(InputError, match=r"each shard once, got 0000"):
        merge([first, second, shutil.copytree(first, tmp_path / "again")], tmp_path / "whole")
    shutil.rmtree(shard_folder(second, 3))
    small_run(tmp_path / "3", part=3, parts=3)
    with pytest.raises(InputError, match=r"one without 0003"):
        merge([first, second, tmp_path / "3"], tmp_path / "whole")
    assert not (tmp_path / "whole").exists()


def test_a_finished_run_is_replaced_only_by_a_finished_one(tmp_path, monkeypatch, whole):
    folder = tmp_path / "run"
    small_run(folder, seed=9)
    before = hashes(folder)
    monkeypatch.setattr(shard, "_simulate", lambda *_: (_ for _ in ()).throw(InputError([])))
    with pytest.raises(InputError):
        small_run(folder)
    assert hashes(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    monkeypatch.undo()
    monkeypatch.setattr(finish, "write_run", without_report)
    small_run(folder)
    assert hashes(folder) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_earlier_run_waits_beside_an_interrupted_one_until_that_is_complete(tmp_path, monkeypatch, whole):
    folder = tmp_path / "run"
    small_run(folder, seed=9)
    before = hashes(folder)
    failing(monkeypatch, [2], error=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        small_run(folder)
    assert hashes(tmp_path / ".run.earlier") == before
    assert written(folder) == ["0000", "0001"]
    monkeypatch.undo()
    monkeypatch.setattr(finish, "write_run", without_report)
    small_run(folder, resume=True)
    assert hashes(folder) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
