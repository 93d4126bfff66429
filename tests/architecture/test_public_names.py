"""The public face: a frozen list of names, each importable, documented, and cheap until it is used."""

import json
import os
import subprocess
import sys

import pytest

import abscopal

PUBLIC = [
    "Arm",
    "Batch",
    "InputError",
    "Mechanism",
    "Model",
    "Protocol",
    "Regimen",
    "Schedule",
    "Source",
    "Subsequent",
    "Survival",
    "Trial",
    "assess",
    "assumed",
    "best_response",
    "cited",
    "compile_model",
    "cox",
    "derive_endpoints",
    "disease_model",
    "hyperprogression",
    "kaplan_meier",
    "load_protocol",
    "logrank",
    "read_lesions",
    "run",
]
HEAVY = {"numpy", "pandas", "pyarrow", "scipy", "matplotlib", "numba", "pint", "pydantic", "ruamel", "libsbml"}


def test_the_public_names_are_these_and_no_others():
    assert list(abscopal.__all__) == PUBLIC
    assert dir(abscopal) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_can_be_imported_and_explains_itself(name):
    found = getattr(abscopal, name)
    assert found.__name__ == name
    assert len(found.__doc__.split()) > 3


def test_an_unknown_name_is_an_attribute_error_as_for_any_module():
    with pytest.raises(AttributeError, match="no attribute 'trail'"):
        _ = abscopal.trail


def loaded(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after running some code."""
    code += "\nimport json, sys; print(); print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("COV_", "COVERAGE_"))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_package_loads_nothing_heavy():
    assert loaded("import abscopal") & HEAVY == set()


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_asking_the_command_line_for_help_loads_nothing_heavy(arguments):
    modules = loaded(
        f"import sys; sys.argv = ['abscopal', *{arguments}]\n"
        "from abscopal.cli import main\n"
        "try: main()\nexcept SystemExit as end: assert not end.code, end.code"
    )
    assert "typer" in modules
    assert modules & HEAVY - {"pydantic"} == set()  # which typer itself loads to read arguments


def test_the_check_for_heavy_modules_notices_one():
    assert "numpy" in loaded("import abscopal; abscopal.compile_model")
