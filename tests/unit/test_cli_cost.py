"""`abscopal cost` and `abscopal new prices`: what they print and write, and that bad input leaves nothing behind."""

import json
import subprocess
import sys

import pytest
from synthetic_trial import synthetic_tables
from typer.testing import CliRunner

from abscopal.analysis.economic_summary import PRICES_ARE_YOURS
from abscopal.cli import app

NIVOLUMAB, DACARBAZINE = "nivolumab 3 mg/kg q2w", "dacarbazine 1000 mg/m2 q3w"


def command(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """A folder with a trial's tables, two of them as CSV, and the example prices."""
    folder = tmp_path_factory.mktemp("economics")
    (folder / "trial").mkdir()
    for name, table in synthetic_tables(per_arm=60).items():
        if name in ("adsl", "adae"):
            table.to_csv(folder / "trial" / f"{name.upper()}.csv", index=False)
        else:
            table.to_parquet(folder / "trial" / f"{name}.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert command("new", "prices", "mine").exit_code == 0
    return folder


@pytest.fixture(scope="module")
def done(trial):
    return command(
        "cost", trial / "trial", "--prices", trial / "mine.yaml", "--reference", DACARBAZINE, "--horizon-years", 2,
        "--replicates", 200,
    )  # fmt: skip


def test_cost_prints_a_table_and_says_whose_prices_they_are(done):
    assert done.exit_code == 0, done.output
    assert f"{NIVOLUMAB} costs" in done.output
    assert "horizon 2.00 years; numbers of the price table by source:" in done.output
    assert PRICES_ARE_YOURS in done.output


def test_cost_writes_page_figures_subjects_and_json(done, trial):
    folder = trial / "trial-cost"
    assert done.exit_code == 0
    names = {"cost.html", "economics.json", "subjects.csv", "plane.svg", "acceptability.svg", "costs.svg"}
    assert {path.name for path in folder.iterdir()} == names
    page = (folder / "cost.html").read_text()
    assert PRICES_ARE_YOURS in page
    assert "NICE technology appraisal 684" in page
    assert page.count("<svg") == 3
    assert len((folder / "subjects.csv").read_text().splitlines()) == 121


def test_the_json_agrees_with_itself(done, trial):
    found = json.loads((trial / "trial-cost" / "economics.json").read_text())
    assert done.exit_code == 0
    assert set(found["arms"]) == {NIVOLUMAB, DACARBAZINE}
    for arm in found["arms"].values():
        assert arm["cost"] == pytest.approx(sum(arm["costs"].values()))
        assert arm["qaly"] == pytest.approx(sum(arm["qalys"].values()))
        assert arm["cost_interval"][0] < arm["cost"] < arm["cost_interval"][1]
        assert arm["life_years"] == pytest.approx(arm["partitioned_survival_years"]["alive"])
    (row,) = found["contrasts"]
    assert row["cost"] == pytest.approx(found["arms"][NIVOLUMAB]["cost"] - found["arms"][DACARBAZINE]["cost"])
    assert row["net_benefit"] == pytest.approx(found["threshold"] * row["qaly"] - row["cost"])
    assert sum(row["quadrants"].values()) == pytest.approx(1)
    chances = found["acceptability"]["probability"]
    assert [sum(pair) for pair in zip(*chances.values(), strict=True)] == pytest.approx([1] * 81, abs=1e-5)


def test_json_prints_what_it_writes(trial, tmp_path):
    words = ("cost", trial / "trial", "--prices", trial / "mine.yaml", "--out", tmp_path / "out", "--replicates", 100)
    done = command(*words, "--json", "--discount", 0, "--threshold", 50000)
    found = json.loads(done.output)
    assert found == json.loads((tmp_path / "out" / "economics.json").read_text())
    assert (found["discount"], found["threshold"]) == ({"costs": 0, "effects": 0}, 50000)


def test_an_earlier_evaluation_is_replaced_and_nothing_else_is(trial, tmp_path):
    words = ("cost", trial / "trial", "--prices", trial / "mine.yaml", "--replicates", 100, "--out", tmp_path)
    assert command(*words).exit_code == command(*words).exit_code == 0
    (tmp_path / "thesis.txt").write_text("mine")
    refused = command(*words)
    assert refused.exit_code == 2
    assert "'thesis.txt' among its files" in refused.output


def test_missing_prices_end_with_code_2_and_write_nothing(trial, tmp_path):
    text = (trial / "mine.yaml").read_text()
    text = text.replace("  dacarbazine:", "  other:", 1).replace("  nivolumab:", "  nivolumabb:", 1)
    (tmp_path / "less.yaml").write_text(text)
    done = command("cost", trial / "trial", "--prices", tmp_path / "less.yaml", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "less.yaml drugs.dacarbazine: expected vials, per_mg or per_dose" in done.output
    assert "less.yaml drugs.nivolumab: expected" in done.output
    assert "did you mean nivolumabb?" in done.output
    assert not (tmp_path / "out").exists()


def test_missing_tables_and_columns_are_named_together(trial, tmp_path):
    for name in ("adsl", "adtte"):
        (tmp_path / f"{name}.csv").write_text("USUBJID,ARM\n")
    done = command("cost", tmp_path, "--prices", trial / "mine.yaml")
    assert done.exit_code == 2
    assert all(f"the table {name}.parquet or {name}.csv" in done.output for name in ("adex", "adae", "adrs"))
    done = command("cost", tmp_path / "nothing", "--prices", trial / "mine.yaml")
    assert "expected a run folder or a folder with a trial's tables, got no such folder" in done.output


def test_new_prices_does_not_overwrite(trial, monkeypatch):
    monkeypatch.chdir(trial)
    before = (trial / "mine.yaml").read_text()
    assert command("new", "prices", "mine").exit_code == 2
    assert (trial / "mine.yaml").read_text() == before


def test_the_command_loads_nothing_heavy_before_it_runs():
    code = "import sys, abscopal.cli; print('pandas' in sys.modules or 'matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_the_axis_of_acceptability_reaches_where_the_arms_meet(trial, tmp_path):
    words = ("cost", trial / "trial", "--prices", trial / "mine.yaml", "--replicates", 100, "--reference", DACARBAZINE)
    done = command(*words, "--out", tmp_path, "--threshold", 20000, "--json")
    found = json.loads(done.output)
    ratio = found["contrasts"][0]["icer"]
    assert ratio > 0
    assert found["acceptability"]["thresholds"][-1] == pytest.approx(min(max(40000, 1.5 * ratio), 200000))


def test_results_go_beside_the_run_even_where_it_is_the_current_folder(trial, monkeypatch):
    monkeypatch.chdir(trial / "trial")
    assert command("cost", ".", "--prices", trial / "mine.yaml", "--replicates", 100).exit_code == 0
    assert not [path for path in (trial / "trial").iterdir() if path.is_dir()]
    assert (trial / "trial-cost" / "cost.html").is_file()
