"""What the README and the documentation tell people to type exists and runs as written."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from abscopal import cli

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SUBJECTS = 48  # of the examples here: SUBJ-0042 must be among them
BLOCK = re.compile(r"(?ms)^```(\w*)\n(.*?)^```$")


def blocks(page: str, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")) if kind == language]


def targets(file: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, (ROOT / file).read_text(encoding="utf-8")))


def test_every_make_command_that_a_page_names_is_in_the_makefile():
    known = targets("Makefile", r"(?m)^([a-z]+):")
    for page in PAGES:
        named = set(re.findall(r"(?m)(?:^|`)make ([a-z]+)", page.read_text(encoding="utf-8")))
        assert named <= known, page.name
    assert {"demo", "test"} <= known & targets("README.md", r"(?m)^make ([a-z]+)")


def test_just_knows_the_commands_of_make_and_they_do_the_same():
    recipes = dict(re.findall(r"(?m)^([a-z]+):\n    (.+)$", (ROOT / "justfile").read_text(encoding="utf-8")))
    assert recipes.pop("default") == "@make help"
    assert recipes == {name: f"make {name}" for name in targets("Makefile", r"(?m)^([a-z]+):") - {"help"}}


def test_continuous_integration_runs_the_test_command_of_the_readme():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.search(r"(?m)^make test\b", script.read_text(encoding="utf-8"))
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_every_command_that_a_page_names_is_one_of_the_command_line():
    known = set(get_command(cli.app).commands)
    for page in PAGES:
        named = set(re.findall(r"(?m)(?:^|`|bin/)abscopal ([a-z]+)", page.read_text(encoding="utf-8")))
        assert named <= known, page.name


def test_every_link_to_a_file_or_heading_of_the_repository_leads_somewhere():
    for page in PAGES:
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            if link.startswith("http"):
                continue
            name, _, heading = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            assert target.exists(), f"{page.name}: {link}"
            if heading:
                titles = re.findall(r"(?m)^#+ (.+)$", target.read_text(encoding="utf-8"))
                assert heading in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, link


def test_the_tables_of_the_documentation_are_the_declared_ones():
    script = ROOT / "scripts" / "document_tables.py"
    subprocess.run([sys.executable, str(script), "--check"], check=True)


def test_the_rules_of_the_documentation_are_those_of_the_response_criteria():
    script = ROOT / "scripts" / "document_criteria.py"
    subprocess.run([sys.executable, str(script), "--check"], check=True)


def test_the_figures_of_the_credibility_page_are_those_of_the_validation_kept_beside_it():
    script = ROOT / "scripts" / "credibility_numbers.py"
    subprocess.run([sys.executable, str(script), "--check"], check=True)
    page = (ROOT / "docs" / "credibility.md").read_text(encoding="utf-8")
    goals = json.loads((ROOT / "docs" / "credibility.json").read_text())["summary"]["validation"]["goals"]
    assert f"| {goals['landmarks']['reached']:.3f} |" in page


@pytest.fixture
def scans(tmp_path, monkeypatch):
    """A folder to run examples in, with the lesion table of the documentation as scans.csv."""
    table = next(text for text in blocks("docs/run-folder.md", "") if text.startswith("USUBJID"))
    (tmp_path / "scans.csv").write_text(table, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def example(page: str, index: int) -> str:
    """A Python example as written, but for the number of subjects."""
    return re.sub(r"subjects=\d+", f"subjects={SUBJECTS}", blocks(page, "python")[index])


def test_the_example_of_the_readme_runs_as_written(scans):
    names: dict = {}
    exec(example("README.md", 0), names)
    trial = names["trial"]
    assert len(trial.adsl) == SUBJECTS
    assert {"OS", "PFS"} <= set(trial.adtte["PARAMCD"])
    assert "SUBJ-0042" in set(trial.adsl["USUBJID"])
    assert trial.survival("OS").hazard_ratio(reference="mono").hr > 0
    assert "not medical advice" in (scans / "melanoma.html").read_text(encoding="utf-8")


def test_the_examples_of_the_first_trial_run_one_after_another(scans):
    names: dict = {}
    for index in range(len(blocks("docs/first-trial.md", "python"))):
        exec(example("docs/first-trial.md", index), names)
    assert list(names["other"].adsl["USUBJID"]) == [names["subject"]]
    assert (scans / "runs" / "first" / "manifest.json").exists()


def test_the_lesion_table_of_the_documentation_is_assessed_as_a_reader_would(scans):
    names: dict = {}
    exec(blocks("docs/run-folder.md", "python")[-1].replace("ab.assess", "found = ab.assess"), names)
    assert list(names["found"]["SUM_MM"]) == [38.0, 32.0]  # from 62: -39 %, -48 %
    assert list(names["found"]["RESPONSE"]) == ["PR", "PR"]
