"""The files around the code: they parse, agree with each other, and know no machine they were written on."""

import json
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from abscopal import catalogue

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".json", ".cff", ".css", ".txt", ".lock", ".sh", ".R", ".csv", ""}
# Written in pieces, or this file would be found.
MACHINE_PATHS = re.compile(
    "|".join(rf"(?<![\w.~-])/{name}/" for name in ("work", "farm", "root", "home", "opt", "mnt"))
)
REGISTRIES = {"https://pypi.org/simple", "https://files.pythonhosted.org"}


@cache
def tracked() -> list[Path]:
    """Files under version control."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> list[Path]:
    return [path for path in tracked() if path.suffix in TEXT]


@cache
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def locked() -> list[dict]:
    return tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]


def test_the_repository_is_found():
    assert {"README.md", "uv.lock", "Makefile", "LICENSE"} <= {path.name for path in tracked()}


def test_every_data_file_parses():
    reader = YAML(typ="safe")
    for path in tracked():
        text = path.read_bytes()
        if path.suffix in {".yaml", ".yml", ".cff"}:
            assert reader.load(text.decode()) is not None, path
        elif path.suffix == ".json":
            assert json.loads(text) is not None, path
        elif path.suffix in {".toml", ".lock"}:
            assert tomllib.loads(text.decode()), path


@pytest.mark.parametrize("kind", ["drugs", "indications", "protocols"])
def test_every_entry_of_the_catalogue_loads_under_the_name_of_its_file(kind):
    load = {"drugs": catalogue.drug, "indications": catalogue.indication, "protocols": catalogue.load_protocol}[kind]
    names = catalogue.names(kind)
    assert len(names) >= 2
    assert [load(name).name for name in names] == list(names)


def test_no_file_names_a_path_of_the_machine_it_was_written_on():
    assert MACHINE_PATHS.search("see /" + "home/somebody/file")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATHS.search(line)
    ]
    assert found == []


def test_the_lock_names_no_registry_but_the_public_one():
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    addresses = set(re.findall(r'"((?:https?|file|git|ssh)\S*?)"', text))
    assert len(addresses) > 100
    assert {
        a for a in addresses if not a.startswith(tuple(f"{r}/" for r in REGISTRIES)) and a not in REGISTRIES
    } == set()


def plain(requirement: str) -> str:
    """A requirement with its name as the lock spells it, without extras and markers."""
    name, versions = re.match(r"([\w.-]+)(?:\[.*?\])?([^;\s]*)", requirement).groups()
    return re.sub(r"[-_.]+", "-", name).lower() + versions


def test_the_lock_is_of_the_dependencies_that_the_project_declares():
    own = next(package for package in locked() if package["name"] == project()["project"]["name"])["metadata"]
    extras = project()["project"]["optional-dependencies"].values()
    declared = {*project()["project"]["dependencies"], *(item for extra in extras for item in extra)}
    development = {item for item in project()["dependency-groups"]["dev"] if not item.startswith("abscopal")}
    for locked_as, written in ((own["requires-dist"], declared), (own["requires-dev"]["dev"], development)):
        found = {r["name"] + r.get("specifier", "") for r in locked_as if r["name"] != "abscopal"}
        assert found == {plain(requirement) for requirement in written}


@pytest.mark.parametrize("name", ["run", "test"])
def test_what_make_installs_is_what_the_lock_says(name):
    versions = {(package["name"], package.get("version")) for package in locked()}
    lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    pins = {tuple(line.partition(" ;")[0].strip().split("==")) for line in lines if line and not line.startswith("#")}
    assert len(pins) > 20
    assert pins - versions == set()


def test_what_the_tests_need_includes_what_a_run_needs():
    run, test = (set((ROOT / "requirements" / f"{name}.txt").read_text().splitlines()) for name in ("run", "test"))
    assert run < test


def test_the_version_is_the_same_everywhere():
    version = project()["project"]["version"]
    citation = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == version
    assert next(package["version"] for package in locked() if package["name"] == "abscopal") == version


def test_every_entry_of_the_changelog_says_what_it_does_to_results():
    releases = re.split(r"(?m)^## ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))[1:]
    assert releases
    for release in releases:
        assert "### Results changed" in release, release.splitlines()[0]


def test_decisions_are_numbered_without_a_gap_and_say_what_would_change_our_mind():
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    for page in pages:
        text = page.read_text(encoding="utf-8")
        title = text.partition("\n")[0].removeprefix("# ").partition(". ")[2]
        assert re.findall(r"(?m)^## (.+)$", text) == ["Context", "Choice", "What would change our mind"], page.name
        assert f"[{title}]({page.name})" in index
