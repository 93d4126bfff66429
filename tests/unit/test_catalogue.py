"""The catalogue: entries found by listing folders, names that help when they are wrong, shipped protocols that load."""

from importlib.metadata import EntryPoint

import pytest

from abscopal import catalogue, folders
from abscopal.errors import InputError


@pytest.fixture
def fresh_catalogue():
    """Folders looked up anew, before and after, as entry points do not change while a program runs."""
    for known in (folders._paths, folders._folders):
        known.cache_clear()
    yield
    for known in (folders._paths, folders._folders):
        known.cache_clear()


@pytest.mark.parametrize("kind", catalogue.KINDS)
def test_every_entry_says_in_one_line_what_it_is(kind):
    assert catalogue.names(kind)
    for name in catalogue.names(kind):
        assert len(catalogue.describe(kind, name)) > 10, name
        assert catalogue.kind_of(name) == kind


def test_checkmate_066_is_the_trial_of_robert_2015():
    protocol = catalogue.load_protocol("checkmate-066")
    assert protocol.subjects == 418
    assert {arm.name: [str(regimen) for regimen in arm.regimen] for arm in protocol.arms} == {
        "nivolumab": ["nivolumab 3 mg/kg q2w"], "dacarbazine": ["dacarbazine 1000 mg/m2 q3w"],
    }  # fmt: skip
    assert protocol.arm("nivolumab").published.os_at[24].value == 0.584
    assert protocol.arm("dacarbazine").published.os_at[12].value == 0.467


def test_a_misspelt_name_gets_the_nearest_one():
    for call in (lambda name: catalogue.path("protocols", name), catalogue.load_protocol, catalogue.kind_of):
        with pytest.raises(InputError, match="did you mean checkmate-066"):
            call("checkmate-66")


def test_what_looks_like_a_path_is_one(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        catalogue.load_protocol(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="a directory"):
        catalogue.load_protocol(tmp_path)


@pytest.mark.usefixtures("fresh_catalogue")
def test_another_package_adds_drugs_by_an_entry_point(tmp_path, monkeypatch):
    package = tmp_path / "other_drugs"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "othermab.yaml").write_text("name: othermab\ntitle: An antibody against PD-1\n")
    monkeypatch.syspath_prepend(tmp_path)
    theirs = [EntryPoint("other", "other_drugs", "abscopal.drugs")]
    monkeypatch.setattr(folders, "entry_points", lambda group: theirs if group == "abscopal.drugs" else [])
    assert {"othermab", "nivolumab"} <= set(catalogue.names("drugs"))
    assert catalogue.describe("drugs", "othermab") == "An antibody against PD-1"


@pytest.mark.usefixtures("fresh_catalogue")
def test_a_name_that_exists_twice_is_refused(tmp_path, monkeypatch):
    package = tmp_path / "same_drugs"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "nivolumab.yaml").write_text("name: nivolumab\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(
        folders,
        "entry_points",
        lambda group: [EntryPoint("x", "same_drugs", group)] if group == "abscopal.drugs" else [],
    )
    with pytest.raises(ValueError, match="exists twice"):
        catalogue.names("drugs")
