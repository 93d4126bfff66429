"""The command line: what it prints, what it returns, and that bad input leaves nothing behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import abscopal.api
from abscopal import catalogue, check, cli
from abscopal.cli import app
from abscopal.errors import IntegrityError

GOOD = "indication: melanoma\nsubjects: 10\narms:\n  a:\n    regimen: [nivolumab 240 mg q2w]\n"


class FakeTrial:
    """What `abscopal.api.run` gives back, without a simulation."""

    def __init__(self, protocol, seed, failures=0):
        arm = {"n": 5, "orr": 0.4, "pfs_median": 5.25, "os_median": None, "os_at": {"12": 0.7}}
        ratio = {"endpoint": "OS", "arm": "a", "reference": "b", "hr": 0.5, "lo": 0.3, "hi": 0.8, "p": 0.00001}
        arms = {name.name: arm for name in protocol.arms}
        self.summary = {"protocol": protocol.name, "seed": seed, "n": 10, "arms": arms, "contrasts": [ratio]}
        self.failures = failures

    def write(self, out):
        counts = {"enrolled": 10 - self.failures, "solver failure": self.failures}
        manifest = {key: self.summary[key] for key in ("protocol", "seed", "n")} | {"versions": {}, "counts": counts}
        (out / "manifest.json").write_text(json.dumps(manifest))
        (out / "report.html").write_text(f"seed {self.summary['seed']}")


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Replace the simulation, work in an empty folder, and note how the simulation was called."""
    noted = []

    def run(protocol, *, seed=1, subjects=None, workers=1, progress=None):
        noted.append({"name": protocol.name, "seed": seed, "subjects": subjects, "workers": workers})
        progress("running the trial", 0.5)
        return FakeTrial(protocol, seed)

    monkeypatch.setattr(abscopal.api, "run", run, raising=False)
    monkeypatch.chdir(tmp_path)
    return noted


def command(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def replace_run(monkeypatch, behaviour):
    monkeypatch.setattr(abscopal.api, "run", behaviour, raising=False)


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
    assert calls == [{"name": "checkmate-066", "seed": 7, "subjects": 20, "workers": 2}]
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
    replace_run(monkeypatch, lambda protocol, *, seed, **_: FakeTrial(protocol, seed, failures=1))
    done = command("run", "oak", "--out", "here")
    assert done.exit_code == 1
    assert "1 of 10 subjects failed" in done.stderr
    assert (tmp_path / "here" / "report.html").exists()
    assert command("run", "oak", "--out", "here", "--allow-failures", "0.2").exit_code == 0


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 3, "interrupted; nothing was written"),
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


@pytest.mark.usefixtures("calls")
def test_a_run_that_fails_while_writing_leaves_the_earlier_run_as_it_was(monkeypatch, tmp_path):
    command("run", "oak", "--out", "here")
    monkeypatch.setattr(FakeTrial, "write", raising(OSError(28, "No space left on device")))
    done = command("run", "oak", "--seed", 2, "--out", "here")
    assert done.exit_code == 2
    assert "No space left on device" in done.stderr
    assert (tmp_path / "here" / "report.html").read_text() == "seed 1"
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


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
    for entry in (entries[0], entries[-1]):
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
    assert {finding["kind"] for finding in findings} == {"mechanism", "drug", "indication", "protocol", "model"}
    assert not [finding for finding in findings if finding["problems"]]


def test_check_names_what_is_unsound_with_code_4(monkeypatch):
    def broken(name):
        raise ValueError(f"{name} has no source")

    monkeypatch.setattr(catalogue, "drug", broken)
    done = command("check")
    assert done.exit_code == 4
    assert "wrong  drug nivolumab" in done.stdout
    assert "nivolumab has no source" in done.stdout


def test_check_finds_a_mechanism_that_no_model_uses(monkeypatch):
    import abscopal.mechanisms

    monkeypatch.setattr(abscopal.mechanisms, "STANDARD", abscopal.mechanisms.STANDARD[1:])
    unused = [finding.name for finding in check.check_catalogue() if "no model uses it" in " ".join(finding.problems)]
    assert unused == ["tumour_growth"]


def test_a_new_protocol_runs_as_it_is(calls, tmp_path):
    assert command("new", "protocol", "mine").exit_code == 0
    assert catalogue.load_protocol(tmp_path / "mine.yaml").name == "mine"
    assert command("run", "mine.yaml").exit_code == 0
    assert calls[0]["name"] == "mine"
    schema = (tmp_path / "mine.yaml").read_text().partition("\n")[0].partition("$schema=")[2]
    assert json.loads(Path(schema).read_text(encoding="utf-8"))["title"] == "Abscopal protocol"


@pytest.mark.usefixtures("calls")
def test_a_new_protocol_never_overwrites_and_never_leaves_its_folder(tmp_path):
    command("new", "protocol", "mine")
    before = (tmp_path / "mine.yaml").read_text()
    assert command("new", "protocol", "mine").exit_code == 2
    assert command("new", "protocol", "../mine").exit_code == 2
    assert (tmp_path / "mine.yaml").read_text() == before
