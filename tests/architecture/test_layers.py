"""The import contract of pyproject.toml, and that it would notice a breach."""

import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]


def check(config: Path) -> int:
    return lint_imports(config_filename=str(config), no_cache=True)


def test_imports_obey_the_contract_of_the_project():
    assert check(ROOT / "pyproject.toml") == 0


def test_the_contract_notices_an_arrow_that_points_the_wrong_way(tmp_path):
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_package = abscopal\n\n"
        "[importlinter:contract:1]\nname = upside down\ntype = layers\nlayers =\n  abscopal.clinic\n  abscopal.trial\n"
    )
    assert check(tmp_path / ".importlinter") == 1


@pytest.mark.parametrize("kind", ["package", "module"])
def test_every_part_of_the_package_has_a_place_in_the_layers(kind):
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(c for c in config["tool"]["importlinter"]["contracts"] if c["type"] == "layers")["layers"]
    placed = {name.strip().removeprefix("abscopal.") for layer in layers for name in layer.replace(":", "|").split("|")}
    folder = ROOT / "src" / "abscopal"
    found = {
        "package": {path.parent.name for path in folder.glob("*/__init__.py")},
        "module": {path.stem for path in folder.glob("*.py")} - {"__init__"},
    }[kind]
    data_only = {"protocols"}
    assert found - placed - data_only == set()
