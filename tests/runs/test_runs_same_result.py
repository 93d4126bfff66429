"""However a trial is computed, its tables are the same files."""

import json
import random
import re
import shutil

import pytest
from small_trial import PROTOCOL, N, hashes, order, small_run

import abscopal as ab
from abscopal.clinic.parquet import write_parquet
from abscopal.runs import run as running
from abscopal.runs.execute import InProcess
from abscopal.runs.merge import merge
from abscopal.runs.plan import make_plan
from abscopal.trial.simulate import prepare

pytestmark = pytest.mark.usefixtures("_no_report")


@pytest.mark.parametrize("workers", [2, 7])
def test_any_number_of_worker_processes_gives_the_same_tables(tmp_path, whole, workers):
    outcome = small_run(tmp_path / "run", workers=workers)
    assert len(outcome.ledger.whole) == 6
    assert hashes(tmp_path / "run") == whole


@pytest.mark.parametrize("pools_per_shard", [2, 4, 6])
def test_any_number_of_pools_in_a_shard_gives_the_same_tables(tmp_path, whole, pools_per_shard):
    outcome = small_run(tmp_path / "run", pools_per_shard=pools_per_shard)
    assert len(outcome.ledger.whole) == -(-6 // pools_per_shard)
    assert hashes(tmp_path / "run") == whole


def test_shards_computed_in_another_order_give_the_same_tables(tmp_path, whole, monkeypatch):
    class Shuffled(InProcess):
        def free(self):
            return len(self.tasks) < 100

        def wait(self, tell):
            self.tasks.rotate(random.Random(len(self.tasks)).randrange(len(self.tasks)))
            computed.append(self.tasks[0].shard)
            return super().wait(tell)

    computed: list[int] = []
    monkeypatch.setattr(running, "InProcess", Shuffled)
    small_run(tmp_path / "run")
    assert sorted(computed) == list(range(6))
    assert computed != sorted(computed)
    assert hashes(tmp_path / "run") == whole


def test_three_shares_merged_give_the_same_tables_and_the_same_summary(tmp_path, whole):
    shares = [tmp_path / f"share-{i}" for i in (1, 2, 3)]
    for i, folder in enumerate(shares, 1):
        outcome = small_run(folder, part=i, parts=3)
        assert outcome.summary is None
        assert len(outcome.ledger.whole) == 2
    shutil.move(shares[0], tmp_path / "elsewhere")
    merged = merge([shares[2], tmp_path / "elsewhere", shares[1]], tmp_path / "whole")
    assert hashes(tmp_path / "whole") == whole
    assert merged.summary == small_run(tmp_path / "alone").summary


def test_a_merged_run_can_be_resumed_and_checked_like_any_other(tmp_path, whole):
    shares = [tmp_path / f"share-{i}" for i in (1, 2)]
    for i, folder in enumerate(shares, 1):
        small_run(folder, part=i, parts=2)
    merge(shares, tmp_path / "whole")
    shutil.rmtree(tmp_path / "whole" / "shards" / "0003")
    assert not small_run(tmp_path / "whole", resume=True).already
    assert small_run(tmp_path / "whole", resume=True).already
    assert hashes(tmp_path / "whole") == whole


def test_a_run_in_memory_writes_the_same_tables(tmp_path, monkeypatch):
    folder = small_run(tmp_path / "run", pool=500).folder
    trial = ab.run(PROTOCOL, seed=4, subjects=N)
    (tmp_path / "memory" / "adam").mkdir(parents=True)
    for name, table in trial.tables.items():
        write_parquet(table, tmp_path / "memory" / "adam" / f"{name}.parquet", name)
    assert hashes(tmp_path / "memory") == hashes(folder)


def test_another_seed_gives_other_tables(tmp_path, whole):
    small_run(tmp_path / "run", seed=5)
    same = {name for name, sign in hashes(tmp_path / "run").items() if sign == whole[name]}
    assert same <= {"adlb.parquet"}  # empty without laboratory visits


@pytest.mark.parametrize(("n", "shards", "largest"), [(1, 1, 1), (500, 1, 500), (501, 2, 251), (20_000, 14, 1500)])
def test_shards_hold_whole_pools_and_every_subject_once(n, shards, largest):
    plan = make_plan(prepare(PROTOCOL), 1, n)
    assert len(plan.shards) == shards
    assert [first for first, _ in plan.shards] == [0, *(last for _, last in plan.shards[:-1])]
    assert plan.shards[-1][1] == n
    assert max(last - first for first, last in plan.shards) == largest
    assert sum(pool.size for shard in plan.mine for pool in plan.pools(shard)) == n


def test_a_million_subjects_make_at_most_400_shards_of_at_most_5000():
    plan = make_plan(prepare(PROTOCOL), 1, 1_000_000)
    assert len(plan.shards) <= 400
    assert max(last - first for first, last in plan.shards) <= 5000


@pytest.mark.parametrize("parts", [1, 3, 7, 20])
def test_shares_hold_every_shard_once(parts):
    design = prepare(PROTOCOL)
    plans = [make_plan(design, 1, 6000, part=i, parts=parts) for i in range(1, parts + 1)]
    assert [shard for plan in plans for shard in plan.mine] == list(range(len(plans[0].shards)))


def test_a_share_without_a_shard_is_no_error_and_merges(tmp_path, whole):
    folders = [tmp_path / str(i) for i in range(1, 9)]
    for i, folder in enumerate(folders, 1):
        running.run(order(folder, part=i, parts=8))
    merge(folders, tmp_path / "whole")
    assert hashes(tmp_path / "whole") == whole


def test_a_finished_run_says_what_the_same_trial_in_memory_says(tmp_path, monkeypatch):
    monkeypatch.undo()  # figures and report too
    folder = running.run(order(tmp_path / "run", pool=500)).folder
    other = ab.run(PROTOCOL, seed=4, subjects=N).write(tmp_path / "memory")
    for path in sorted(other.rglob("*.*")):
        mine, name = folder / path.relative_to(other), path.relative_to(other).as_posix()
        if name == "manifest.json":
            unlike = {"created", "wall_seconds", "shards", "seconds", "files"}
            found, expected = (json.loads(p.read_text()) for p in (mine, path))
            assert {k: v for k, v in found.items() if k not in unlike} == {
                k: v for k, v in expected.items() if k not in unlike
            }
        elif name == "report.html":
            assert _timeless(mine) == _timeless(path)
        elif path.is_file():
            assert mine.read_bytes() == path.read_bytes(), name


def _timeless(path):
    """A report without its date and time taken."""
    return re.sub(r'<th scope="row">(Created|Wall time)</th><td>[^<]*</td>', "", path.read_text())
