"""The command line: what it prints, what it returns, and that bad input leaves nothing behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import abscopal.runs.run
from abscopal import catalogue, check, cli
from abscopal.cli import app
from abscopal.errors import IntegrityError
from abscopal.run_folder import PARTS
from abscopal.runs.ledger import Ledger
from abscopal.runs.plan import Plan
from abscopal.runs.run import Outcome
from abscopal.runs.shard import Record

GOOD = "indication: melanoma\nsubjects: 10\narms:\n  a:\n    regimen: [nivolumab 240 mg q2w]\n"


def fake_outcome(order, failures=0):
    """What `abscopal.runs.run.run` leaves and gives back, without a simulation."""
    arm = {"n": 5, "orr": 0.4, "pfs_median": 5.25, "os_median": None, "os_at": {"12": 0.7}}
    ratio = {"endpoint": "OS", "arm": "a", "reference": "b", "hr": 0.5, "lo": 0.3, "hi": 0.8, "p": 0.00001}
    head = {"protocol": order.protocol.name, "seed": order.seed, "n": 10}
    failed = {"n": failures, "reasons": {"too many steps": failures} if failures else {}}
    arms = {name.name: arm for name in order.protocol.arms}
    summary = head | {"arms": arms, "contrasts": [ratio], "failed": failed}
    order.folder.mkdir(parents=True, exist_ok=True)
    (order.folder / "manifest.json").write_text(json.dumps(head | {"versions": {}, "marginals": {}}))
    (order.folder / "report.html").write_text(f"seed {order.seed}")
    notes = [{"subject": f"SUBJ-{i}", "day": 1.0, "status": 4, "reason": "too many steps"} for i in range(failures)]
    record = Record(0, 0, 10, {}, {}, 1.0, {}, {}, notes, {})
    plan = Plan(order.protocol.name, "", "", order.seed, 10, 500, "", {}, ((0, 10),), order.part, order.parts)
    return Outcome(plan, order.folder, Ledger({0: record}), summary if order.parts == 1 else None)


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Replace the simulation, work in an empty folder, and note how the simulation was called."""
    noted = []

    def run(order, progress, note):
        noted.append(order)
        progress("running the trial", 0.5)
        return fake_outcome(order)

    replace_run(monkeypatch, run)
    monkeypatch.chdir(tmp_path)
    return noted


def command(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def replace_run(monkeypatch, behaviour):
    monkeypatch.setattr(abscopal.runs.run, "run", behaviour)


def raising(error):
    def run(*_, **__):
        raise error

    return run


def test_help_loads_nothing_heavy():
    heavy = {"numpy", "pandas", "scipy", "matplotlib", "numba", "pyarrow", "pint", "pydantic", "ruamel"}
    code = f"import sys, abscopal.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert command("--help").exit_code == 0


def test_run_writes_one_folder_and_says_seed_results_report_and_that_it_is_no_advice(calls, tmp_path):
    done = command("run", "checkmate-066", "--seed", 7, "--n", 20, "--workers", 2)
    assert done.exit_code == 0, done.output
    assert [(o.protocol.name, o.seed, o.n, o.workers, o.resume) for o in calls] == [("checkmate-066", 7, 20, 2, False)]
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["checkmate-066-seed7"]
    words = " ".join(done.stdout.split())
    assert "nivolumab 5 40 % 5.2 months not reached 70 % -" in words
    assert "OS hazard ratio, a to b: 0.50 (0.30 to 0.80), p < 0.0001" in words
    assert "seed 7, report runs/checkmate-066-seed7/report.html" in words
    assert cli.NOT_ADVICE in words


def test_run_with_json_prints_the_summary_alone(calls):
    done = command("run", "oak", "--json")
    assert json.loads(done.stdout)["protocol"] == "oak"
    assert done.stderr == ""


@pytest.mark.usefixtures("calls")
def test_a_second_run_replaces_the_first_and_nothing_else(tmp_path):
    for seed in (1, 2):
        assert command("run", "oak", "--seed", seed, "--out", "here", "--quiet").exit_code == 0
    assert (tmp_path / "here" / "report.html").read_text() == "seed 2"
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


@pytest.mark.parametrize("content", ["thesis.docx", "manifest.json"])
def test_a_folder_with_anything_else_in_it_is_refused_before_the_simulation(calls, tmp_path, content):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / content).write_text("{}")
    done = command("run", "oak", "--out", "mine")
    assert done.exit_code == 2
    assert "expected an empty or new folder, or an earlier run" in done.stderr
    assert calls == []
    assert [path.name for path in (tmp_path / "mine").iterdir()] == [content]


def test_an_earlier_run_with_a_stranger_in_it_is_refused(calls, tmp_path):
    command("run", "oak", "--out", "here")
    (tmp_path / "here" / "notes.txt").write_text("mine")
    done = command("run", "oak", "--out", "here")
    assert done.exit_code == 2
    assert "'notes.txt' among its files" in done.stderr
    assert len(calls) == 1


def test_a_file_in_the_way_and_the_current_folder_are_refused(calls, tmp_path):
    (tmp_path / "file").write_text("")
    assert command("run", "oak", "--out", "file").exit_code == 2
    assert command("run", "oak", "--out", ".").exit_code == 2
    assert calls == []


BAD = {
    "misspelt key": (GOOD + "subject: 3\n", "bad.yaml:6:1 subject: expected a known key"),
    "unknown drug": (GOOD.replace("nivolumab", "nivolumb"), "bad.yaml:5:15 arms.a.regimen[0]: expected a known drug"),
    "negative dose": (GOOD.replace("240", "-240"), "bad.yaml:5:15 arms.a.regimen[0]: expected a dose above 0"),
    "wrong unit": (GOOD.replace("mg", "mgkg"), "got 'mgkg', did you mean mg/kg?"),
    "duplicate key": (GOOD + "subjects: 3\n", "bad.yaml:6:1 subjects: expected each key once"),
    "NO as a name": ("name: NO\n" + GOOD, 'bad.yaml:1:7 name: expected true, false or text in quotes, got NO'),
    "empty file": ("", "bad.yaml:1:1: expected a mapping of keys to values, got an empty file"),
    "unknown indication": (GOOD.replace("melanoma", "melanomma"), "did you mean melanoma?"),
    "alias bomb": (
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        "aliases that multiply",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_bad_input_is_refused_with_code_2_and_nothing_written(calls, tmp_path, fault):
    text, message = BAD[fault]
    (tmp_path / "bad.yaml").write_text(text)
    done = command("run", "bad.yaml")
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.output
    assert calls == []
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


def test_a_directory_a_missing_file_and_an_unknown_name_are_bad_input(calls, tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    for argument, message in {
        "folder.yaml": "folder.yaml:1:1: expected a YAML file, got a directory",
        "none.yaml": "none.yaml:1:1: expected a YAML file, got no such file",
        "checkmate-66": "did you mean checkmate-066?",
    }.items():
        done = command("run", argument)
        assert done.exit_code == 2
        assert message in done.stderr
    assert calls == []


@pytest.mark.usefixtures("calls")
def test_all_problems_of_a_file_are_printed_at_once(tmp_path):
    (tmp_path / "bad.yaml").write_text("name: NO\n" + GOOD.replace("nivolumab 240", "nivolumb -240") + "subject: 3\n")
    lines = command("run", "bad.yaml").stderr.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["bad.yaml:1:7", "bad.yaml:6:15", "bad.yaml:6:15", "bad.yaml:7:1"]


@pytest.mark.parametrize("options", [["--n", "0"], ["--n", "x"], ["--seed", "-1"], ["--workers", "0"], ["--nn", "3"]])
def test_bad_options_are_bad_input(calls, options):
    assert command("run", "oak", *options).exit_code == 2
    assert calls == []


def test_more_failed_subjects_than_allowed_is_code_1_with_everything_written(monkeypatch, calls, tmp_path):
    assert calls == []
    replace_run(monkeypatch, lambda order, *_: fake_outcome(order, failures=1))
    done = command("run", "oak", "--out", "here")
    assert done.exit_code == 1
    assert "1 of 10 subjects failed" in done.stderr
    assert (tmp_path / "here" / "report.html").exists()
    assert command("run", "oak", "--out", "here", "--allow-failures", "0.2").exit_code == 0


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 3, "interrupted; nothing was written"),
        (
            OSError(28, "No space left on device"),
            3,
            "disk of runs/oak-seed1; nothing was written",
        ),
        (IntegrityError("shard 3 has another checksum"), 4, "shard 3 has another checksum"),
        (RuntimeError("boom"), 70, "this is a bug: RuntimeError: boom"),
        (PermissionError(13, "Permission denied", "/x"), 2, "cannot read or write /x: Permission denied"),
    ],
)
def test_each_way_to_fail_has_its_code_and_leaves_no_folder(monkeypatch, calls, tmp_path, error, code, message):
    assert calls == []
    replace_run(monkeypatch, raising(error))
    done = command("run", "oak")
    assert done.exit_code == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3"])
def test_a_share_that_makes_no_sense_is_bad_input(calls, text):
    done = command("run", "oak", f"--shard={text}")
    assert done.exit_code == 2
    assert "--shard: expected i/N" in done.stderr
    assert calls == []


def test_a_share_of_a_trial_has_a_folder_of_its_own_and_says_what_comes_next(calls, tmp_path):
    done = command("run", "oak", "--shard", "2/3")
    assert done.exit_code == 0, done.output
    assert (calls[0].part, calls[0].parts) == (2, 3)
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["oak-seed1-shard-2-of-3"]
    assert "abscopal merge" in done.stdout
    shown = json.loads(command("run", "oak", "--shard", "3/3", "--json").stdout)
    assert shown["part"] == shown["parts"] == 3


def test_an_interrupted_run_says_how_to_go_on_and_where_the_earlier_one_waits(monkeypatch, calls, tmp_path):
    assert calls == []

    def run(order, *_):
        order.folder.mkdir()
        (order.folder / "run.json").write_text(json.dumps({"protocol": "", "seed": 1, "versions": {}}))
        (order.folder.parent / ".here.earlier").mkdir()
        raise KeyboardInterrupt

    replace_run(monkeypatch, run)
    done = command("run", "oak", "--n", 30, "--seed", 5, "--out", "here", "--quiet")
    assert done.exit_code == 3
    assert "abscopal run oak --seed=5 --n=30 --out=here --resume" in done.stderr
    assert f"waits in {tmp_path / '.here.earlier'}" in done.stderr
    again = command("run", "oak", "--seed", 5, "--out", "here")
    assert again.exit_code == 2
    assert "expected --resume to go on with the unfinished run there" in again.stderr


def test_missing_subjects_are_code_1_and_named(monkeypatch, calls):
    assert calls == []

    def run(order, *_):
        outcome = fake_outcome(order)
        outcome.ledger.failed[1] = {"first": "SUBJ-0011", "last": "SUBJ-0020", "n": 10, "reason": "died"}
        return outcome

    replace_run(monkeypatch, run)
    done = command("run", "oak")
    assert done.exit_code == 1
    assert "10 subjects are missing, SUBJ-0011 to SUBJ-0020: died" in done.stderr


def test_a_small_trial_runs_resumes_and_is_put_together_from_shares(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(GOOD.replace("arms:", "follow_up_months: 3\narms:"))
    for words in (["--out", "whole"], ["--shard=1/2", "--out", "one"], ["--shard=2/2", "--out", "two"]):
        done = command("run", "small.yaml", "--quiet", *words)
        assert done.exit_code == 0, done.output
    again = command("run", "small.yaml", "--out", "whole", "--resume")
    assert again.exit_code == 0
    assert "finished before and sound; nothing was done" in again.stderr
    done = command("merge", "two", "one", "--out", "merged", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads((tmp_path / "whole" / "summary.json").read_text())
    for path in (tmp_path / "whole" / "adam").iterdir():
        assert (tmp_path / "merged" / "adam" / path.name).read_bytes() == path.read_bytes()
    names = {path.name for path in (tmp_path / "merged").iterdir()}
    assert names == PARTS - {".lock"}
    assert command("merge", "one", "--out", "half").exit_code == 2
    (tmp_path / "two" / "shards" / "0000" / "adsl.parquet").write_bytes(b"x")
    damaged = command("merge", "one", "two", "--out", "bad")
    assert damaged.exit_code == 4
    assert "shard 0000" in damaged.stderr


@pytest.mark.usefixtures("calls")
def test_debug_shows_the_traceback_of_a_bug(monkeypatch):
    monkeypatch.setenv("ABSCOPAL_DEBUG", "")
    replace_run(monkeypatch, raising(RuntimeError("boom")))
    done = command("--debug", "run", "oak")
    assert isinstance(done.exception, RuntimeError)


@pytest.mark.parametrize("kind", [kind.value for kind in cli.Kind])
def test_every_kind_can_be_listed_and_each_entry_shown(kind):
    entries = json.loads(command("list", kind, "--json").stdout)
    assert entries
    assert all(entry["description"] for entry in entries)
    assert entries[0]["name"] in command("list", kind).stdout
    for entry in entries if kind == "criteria" else (entries[0], entries[-1]):
        shown = json.loads(command("show", entry["name"], "--json").stdout)
        assert shown["name"] == entry["name"]
        assert shown["content"]
        assert entry["name"] in command("show", entry["name"]).stdout


def test_an_unknown_entry_gets_the_nearest_name():
    done = command("show", "nivolumb")
    assert done.exit_code == 2
    assert "did you mean nivolumab?" in done.stderr


def test_check_finds_the_catalogue_sound():
    done = command("check", "--json")
    assert done.exit_code == 0, done.stdout
    findings = json.loads(done.stdout)
    assert {finding["kind"] for finding in findings} == {"mechanism", "drug", "indication", "protocol"}
    assert not [finding for finding in findings if finding["problems"]]


def test_check_names_what_is_unsound_with_code_4(monkeypatch):
    def broken(name):
        raise ValueError(f"{name} has no source")

    monkeypatch.setattr(catalogue, "drug", broken)
    done = command("check")
    assert done.exit_code == 4
    assert "wrong  drug nivolumab" in done.stdout
    assert "nivolumab has no source" in done.stdout


def test_check_finds_a_mechanism_that_no_model_uses(monkeypatch, tmp_path):
    (tmp_path / "mechanisms").mkdir()
    (tmp_path / "mechanisms" / "orphan.py").write_text(
        "from abscopal.language import Mechanism\n"
        "mechanism = Mechanism('orphan', 'Nobody calls for it', when=('a drug that nobody has',))\n"
    )
    monkeypatch.setenv("ABSCOPAL_CATALOGUE", str(tmp_path))
    unused = [finding.name for finding in check.check_catalogue() if "no model uses it" in " ".join(finding.problems)]
    assert unused == ["orphan"]


def test_a_new_protocol_runs_as_it_is(calls, tmp_path):
    assert command("new", "protocol", "mine").exit_code == 0
    assert catalogue.load_protocol(tmp_path / "mine.yaml").name == "mine"
    assert command("run", "mine.yaml").exit_code == 0
    assert calls[0].protocol.name == "mine"
    schema = (tmp_path / "mine.yaml").read_text().partition("\n")[0].partition("$schema=")[2]
    assert json.loads(Path(schema).read_text(encoding="utf-8"))["title"] == "Abscopal protocol"


@pytest.mark.usefixtures("calls")
def test_a_new_protocol_never_overwrites_and_never_leaves_its_folder(tmp_path):
    command("new", "protocol", "mine")
    before = (tmp_path / "mine.yaml").read_text()
    assert command("new", "protocol", "mine").exit_code == 2
    assert command("new", "protocol", "../mine").exit_code == 2
    assert (tmp_path / "mine.yaml").read_text() == before
